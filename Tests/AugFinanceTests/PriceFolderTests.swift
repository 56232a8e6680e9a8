import MillraceCore
import Support
import Testing

@testable import aug_finance

/// Files of prices that the user has.
@Suite struct PriceFolderTests {
  let folder = TemporaryFolder()

  @Test func filesOfManyHandsAreRead() throws {
    // Yahoo's download, yfinance's to_csv, the service's own, and a table with the least.
    folder.write(
      "AAPL.csv",
      "Date,Open,High,Low,Close,Adj Close,Volume\n2026-01-06,1,2,0.5,1.5,1.4,100\n2026-01-05,null,null,null,null,null,null\n"
    )
    folder.write(
      "MSFT.csv",
      "\u{FEFF}Date,Open,High,Low,Close,Volume,Dividends,Stock Splits\r\n2026-01-05 00:00:00-05:00,1,2,0.5,1.5,100,0.0,0.0\r\n2026-01-06 00:00:00-05:00,1,2,0.5,1.5,100,0.25,2.0"
    )
    folder.write(
      "BRK.B.csv",
      "timestamp,open,high,low,close,adjusted_close,volume,dividend_amount,split_coefficient\n2026-01-06,1,2,0.5,1.5,1.5,100,0,1\n"
    )
    folder.write("x.csv", "\"day\",\"CLOSE\"\n2026-01-06,\"7\"\n")
    let prices = try PriceFolder(folder.path + "/")
    let apple = try #require(try prices.prices(ofSymbol: "AAPL")?.series)
    #expect(apple.days.map(\.text) == ["2026-01-06"] && apple.text(.adjustedClose, at: 0) == "1.4")
    let microsoft = try #require(try prices.prices(ofSymbol: "MSFT")?.series)
    #expect(microsoft.count == 2)
    #expect(
      CorporateActions(in: microsoft)
        == CorporateActions(
          splits: [Split(day: try day("2026-01-06"), factor: "2.0")],
          dividends: [Dividend(exDay: try day("2026-01-06"), amount: "0.25")]))
    #expect(try prices.prices(ofSymbol: "BRK.B")?.series.count == 1)
    #expect(try prices.prices(ofSymbol: "x")?.series.columns == [.close])
    // The name itself comes first, then the name in capitals.
    #expect(try prices.prices(ofSymbol: "aapl")?.series == apple)
    folder.write("aapl.csv", "date,close\n2026-01-07,3\n")
    #expect(try prices.prices(ofSymbol: "aapl")?.series.text(.close, at: 0) == "3")
    #expect(try prices.prices(ofSymbol: "Aapl")?.series == apple)
  }

  @Test(arguments: [
    "", ".", "..", ".hidden", "../secret", "a/b", "/etc/passwd", "a\u{0}b", "MISSING",
    "12345678901234567890123456789012345678901234567890123456789012345",
  ])
  func whatIsNoFilesNameIsAnUnknownSymbol(symbol: String) throws {
    folder.write("secret.csv", "date,close\n2026-01-07,3\n")
    folder.write(".hidden.csv", "date,close\n2026-01-07,3\n")
    folder.write("a", "date,close\n2026-01-07,3\n")
    #expect(try PriceFolder("\(folder.path)").prices(ofSymbol: symbol)?.series == nil)
  }

  @Test(
    arguments: [
      ("date,close\n2026-01-07,3,4\n", 2, nil, "3 values, where the first line names 2"),
      ("date,close\n\n2026-01-07,three\n", 3, "close", "not a number: \"three\""),
      ("Date,Close\n07/01/2026,3\n", 2, "Date", "not a date: \"07/01/2026\""),
      ("Date,Price\n2026-01-07,3\n", 1, nil, "no column \"close\": \"Date\", \"Price\""),
      ("Date,Close,close\n", 1, nil, "two columns for the same: \"Close\", \"close\""),
      ("", 1, nil, "expected a line of column names, found nothing"),
      ("date,close\n2026-01-07,\"3\n", 2, nil, "a quote that is not closed, or closed before the value's end"),
      ("date,close\n2026-01-07,3\n2026-01-07T10:00:00,3\n", 3, "date", "2026-01-07 occurs twice"),
    ] as [(String, Int, String?, String)])
  func errorsNameTheFileAndTheLine(text: String, line: Int, column: String?, message: String) throws {
    let file = folder.write("BAD.csv", text)
    let prices = try PriceFolder(folder.path)
    let failure = #expect(throws: Failure.self) { try prices.prices(ofSymbol: "bad") }
    #expect(failure?.status == .badData)
    #expect(failure?.place == Place(file: file, line: line, field: column))
    #expect(failure?.message == message)
    #expect(
      failure?.advice == "a file of prices has a line of names such as Date,Open,High,Low,Close,Volume and a row a day")
  }

  @Test func whatIsNoFolderIsSaid() {
    let file = folder.write("file", "")
    for path in [file, folder("missing")] {
      let failure = #expect(throws: Failure.self) { try PriceFolder(path) }
      #expect(failure?.description == "\(path): not a folder (csv:DIR names a folder of files such as AAPL.csv)")
      #expect(failure?.status == .noInput)
    }
  }

  @Test func pipesFoldersAndGiantsAreRefused() throws {
    let prices = try PriceFolder(folder.path)
    #expect(Executable("/usr/bin/env").run(["mkfifo", folder("PIPE.csv")]).status == 0)
    #expect(Executable("/usr/bin/env").run(["mkdir", folder("FOLDER.csv")]).status == 0)
    #expect(Executable("/usr/bin/env").run(["truncate", "-s", "\((64 << 20) + 1)", folder("GIANT.csv")]).status == 0)
    for (symbol, message, status) in [
      ("PIPE", "not a regular file", ExitStatus.noInput), ("FOLDER", "not a regular file", .noInput),
      ("GIANT", "a file of 67108865 bytes, where 67108864 are the most", .badData),
    ] {
      let failure = #expect(throws: Failure.self) { try prices.prices(ofSymbol: symbol) }
      #expect(failure?.description == "\(folder("\(symbol).csv")): \(message)")
      #expect(failure?.status == status)
    }
  }
}

extension PriceFolder {
  fileprivate func prices(ofSymbol symbol: String) throws(Failure) -> (file: String, series: PriceSeries)? {
    try prices(of: symbol) { file throws(Failure) in try UnrecordedInput(path: file) }
  }
}
