import Glibc
import MillraceCore
import Support
import Testing

/// What is wrong with files of prices, and with rows that ask for them.
@Suite struct FolderBadInputTests {
  let desk = PriceFilesDesk()

  private func expect(
    _ status: Int32, _ text: String, _ arguments: [String] = ["--field", "symbol"], rows: String = "symbol\nIBM\n"
  ) {
    let outcome = desk.run(arguments + ["-o", "out"], rows: rows)
    #expect(outcome.status == status)
    #expect(outcome.errorText == "aug-finance: \(text)\n")
    #expect(!desk.folder.names.contains { $0.hasPrefix("out") || $0.hasPrefix(".millrace") })
  }

  // MARK: Files

  @Test(arguments: ["nowhere", "t.csv"]) func whatIsNoFolder(path: String) {
    desk.folder.write("t.csv", "symbol\n")
    expect(
      66, "\(path): not a folder (csv:DIR names a folder of files such as AAPL.csv)",
      ["--field", "symbol", "--source", "csv:\(path)"])
  }

  private static let tableAdvice =
    "(a file of prices has a line of names such as Date,Open,High,Low,Close,Volume and a row a day)"

  @Test(arguments: [
    ("<html>\n<p>Sign in, please</p>\n", "1", "no column of dates: \"<html>\""),
    ("", "1", "expected a line of column names, found nothing"),
    ("Date;Close\n2021-01-04;1\n", "1", "no column of dates: \"Date;Close\""),
    ("Date,Price\n2021-01-04,1\n", "1", "no column \"close\": \"Date\", \"Price\""),
    ("Date,Close\n2021-01-04,1\n04.01.2021,2\n", "3: field \"Date\"", "not a date: \"04.01.2021\""),
    ("Date,Close\n2021-02-29,1\n", "2: field \"Date\"", "not a date: \"2021-02-29\""),
    ("Date,Close\n2021-01-04,$1.00\n", "2: field \"Close\"", "not a number: \"$1.00\""),
    ("Date,Close\n2021-01-04,007\n", "2: field \"Close\"", "not a number: \"007\""),
    ("Date,Close\n2021-01-04,\"1,000.50\"\n", "2: field \"Close\"", "not a number: \"1,000.50\""),
    ("Date,Close\n2021-01-04,1,2\n", "2", "3 values, where the first line names 2"),
    ("Date,Close\n2021-01-04,\"1\n", "2", "a quote that is not closed, or closed before the value's end"),
    ("Date,Close\n2021-01-04,1\n2021-01-04 16:00,2\n", "3: field \"Date\"", "2021-01-04 occurs twice"),
  ])
  func whatIsNoTableOfPrices(content: String, place: String, text: String) {
    desk.folder.write("prices/IBM.csv", content)
    expect(65, "prices/IBM.csv:\(place): \(text) \(Self.tableAdvice)")
  }

  @Test func whatIsNoFile() {
    for command in ["mkdir", "mkfifo"] {
      #expect(Executable("/usr/bin/env").run(["rm", "-rf", desk.folder("prices/X.csv")]).status == 0)
      #expect(Executable("/usr/bin/env").run([command, desk.folder("prices/X.csv")]).status == 0)
      expect(66, "prices/X.csv: not a regular file", rows: "symbol\nX\n")
    }
    #expect(Executable("/usr/bin/env").run(["rm", "-rf", desk.folder("prices/X.csv")]).status == 0)
    #expect(Executable("/usr/bin/env").run(["ln", "-s", "X.csv", desk.folder("prices/X.csv")]).status == 0)
    expect(66, "prices/X.csv: cannot read the file: too many levels of symbolic links", rows: "symbol\nX\n")
  }

  @Test(.enabled(if: geteuid() != 0, "root may read all")) func aFileOfSomebodyElse() {
    #expect(unsafe chmod(desk.folder("prices/IBM.csv"), 0) == 0)
    expect(66, "prices/IBM.csv: cannot open: permission denied")
  }

  @Test func badFilesFailTheirRowsAlone() throws {
    desk.folder.write("prices/BAD.csv", "no table\n")
    desk.folder.write("t.csv", "symbol\nIBM\nBAD\nown\nbad\n")
    let reason = "prices/BAD.csv:1: no column of dates: \"no table\" \(Self.tableAdvice)"
    let skip = desk.run(
      ["t.csv", "--field", "symbol", "--summarise", "--fields", "last", "--on-error", "skip", "-o", "out.csv"])
    #expect(skip.status == 1)
    #expect(
      skip.errorText
        == "aug-finance: warning: \(reason)\naug-finance: warning: the folder prices refuses 2 rows\n")
    #expect(
      desk.folder.text("out.csv")
        == "symbol,status,last\nIBM,ok,123.50\nBAD,failed_permanent,\nown,ok,1e1\nbad,failed_permanent,\n")
    let contexts = try desk.records("out.csv.prov").filter { $0["kind"]?.text == "context" }
    #expect(contexts.map { $0["details"]?["failure"]?.text } == [nil, reason, nil, reason])
    let quarantine = desk.run(
      ["t.csv", "--field", "symbol", "--summarise", "--fields", "last", "--on-error", "quarantine=bad.ndjson"])
    #expect(quarantine.status == 1)
    #expect(quarantine.outputText == "symbol,status,last\nIBM,ok,123.50\nown,ok,1e1\n")
    let bad = try desk.records("bad.ndjson")
    #expect(bad.map { $0["record"]?.text } == ["BAD\n", "bad\n"].map { Optional(String($0.dropLast())) })
    #expect(bad.map { $0["reason"]?.text } == ["failed_permanent: \(reason)", "failed_permanent: \(reason)"])
  }

  /// Rows that fail for a file come of it too: the sidecar tells its digest, though its prices were not read to their end.
  @Test func filesThatCannotBeReadToTheirEndAreInputs() throws {
    desk.shell("gzip -c prices/IBM.csv | head -c 100 > prices/CUT.csv")
    desk.shell("head -c 70000000 /dev/zero | gzip > prices/HUGE.csv")
    desk.folder.write("t.csv", "symbol\nIBM\nCUT\nHUGE\n")
    let skip = desk.run(
      ["t.csv", "--field", "symbol", "--summarise", "--fields", "last", "--on-error", "skip", "-o", "out.csv"])
    #expect(skip.status == 1)
    #expect(skip.errorText.contains("prices/CUT.csv: the gzip data ends early"), "\(skip.errorText)")
    #expect(skip.errorText.contains("prices/HUGE.csv: a file of more than 67108864 bytes"), "\(skip.errorText)")
    let stage = try desk.records("out.csv.prov").first { $0["kind"]?.text == "stage" }
    let inputs = stage?["inputs"]?.elements ?? []
    for name in ["prices/IBM.csv", "prices/CUT.csv", "prices/HUGE.csv"] {
      let digest = desk.shell("sha256sum \(name)").outputText.prefix(64)
      #expect(inputs.filter { $0["name"]?.text == name }.map { $0["sha256"]?.text } == [String(digest)], "\(name)")
    }
  }

  @Test func pricesThatNothingAdjusts() {
    let text =
      "the prices come without what they could be adjusted by (a file needs a column \"Adj Close\", or columns "
      + "\"Dividends\" and \"Stock Splits\")"
    expect(
      65, "standard input:3: prices/own.csv: \(text)", ["--field", "symbol", "--adjusted"], rows: "symbol\nIBM\nown\n")
  }

  // MARK: Symbols

  @Test(arguments: [
    "../secret", "/etc/passwd", ".hidden", "..", ".", "A/B", "-", "%2e%2e%2fsecret".replacing("%", with: "_"),
  ])
  func symbolsThatNameOtherFilesAreUnknown(symbol: String) {
    desk.folder.write("secret.csv", "date,close\n2026-01-07,3\n")
    desk.folder.write("prices/.hidden.csv", "date,close\n2026-01-07,3\n")
    let outcome = desk.run(["--field", "s", "--summarise", "--fields", "days"], rows: "s\n\(symbol)\n")
    #expect(outcome.status == 0)
    #expect(
      outcome.errorText
        == "aug-finance: warning: the folder prices does not know 1 symbol: \(symbol.uppercased())\n")
    #expect(outcome.outputText == "s,status,days\n\(symbol),unmatched,\n")
  }

  @Test(arguments: [
    "International Business Machines", "ÄÖ", "IBM;MSFT", "IBM'", "a\\b", "$IBM", "012345678901234567890123456789012",
  ])
  func whatIsNoSymbol(symbol: String) {
    expect(
      65,
      "standard input:2: field \"symbol\": not a ticker symbol: \"\(symbol)\" (a symbol is one such as IBM, BRK.B or TSCO.LON)",
      ["--field", "symbol", "--from", "csv", "--delimiter", "comma"], rows: "symbol,n\n\(symbol),1\n")
  }

  @Test func controlCharactersAreNotPrinted() {
    let outcome = desk.run(["--field", "s"], rows: "{\"s\":\"a\\u001b[31mb\"}\n")
    #expect(outcome.status == 65)
    #expect(!outcome.errorText.utf8.contains(0x1b))
  }

  // MARK: Days

  @Test(arguments: [
    ("2021-13-01", "not a date: \"2021-13-01\" (write 2021-03-05, of the years 1800 to 2200)"),
    ("yesterday", "not a date: \"yesterday\" (write 2021-03-05, of the years 1800 to 2200)"),
    ("01/02/2021", "not a date: \"01/02/2021\" (write 2021-03-05, of the years 1800 to 2200)"),
    ("20210105", "not a date: \"20210105\" (write 2021-03-05, of the years 1800 to 2200)"),
    ("2021-01-05T25:00", "not a date: \"2021-01-05T25:00\" (write 2021-03-05, of the years 1800 to 2200)"),
    ("1609804800", "not a date: \"1609804800\" (write 2021-03-05, of the years 1800 to 2200)"),
  ])
  func whatIsNoDateInARow(day: String, text: String) {
    for option in ["--at-field", "--start-field", "--end-field"] {
      expect(
        65, "standard input:3: field \"day\": \(text)", ["--field", "symbol", option, "day"],
        rows: "symbol,day\nIBM,2021-01-05\nIBM,\(day)\n")
    }
  }

  @Test func daysThatAreStillToComeInARow() {
    for option in ["--at-field", "--start-field"] {
      let outcome = desk.run(["--field", "symbol", option, "day", "-o", "out"], rows: "symbol,day\nIBM,2199-01-01\n")
      #expect(outcome.status == 65)
      #expect(
        outcome.errorText.hasPrefix(
          "aug-finance: standard input:2: field \"day\": 2199-01-01 is still to come: in New York it is 20"),
        "\(outcome.errorText)")
    }
  }

  @Test func aStartBehindItsEndInARow() {
    let rows = "symbol,from,to\nIBM,2021-01-05,2021-01-04\n"
    let text = "the start 2021-01-05 lies behind the end 2021-01-04"
    expect(
      65, "standard input:2: field \"from\": \(text)",
      ["--field", "symbol", "--start-field", "from", "--end-field", "to"], rows: rows)
    expect(
      65, "standard input:2: field \"to\": \(text)",
      ["--field", "symbol", "--start", "2021-01-05", "--end-field", "to"], rows: rows)
    let skip = desk.run(
      [
        "--field", "symbol", "--start-field", "from", "--end-field", "to", "--on-error", "skip", "--explode",
        "--fields", "close",
      ],
      rows: rows + "IBM,2021-01-07,2021-01-07\n")
    #expect(skip.status == 1)
    #expect(skip.outputText == "symbol,from,to,status,close\nIBM,2021-01-07,2021-01-07,ok,123.30\n")
    #expect(
      skip.errorText
        == "aug-finance: warning: row left out: standard input:2: field \"from\": \(text)\naug-finance: warning: 1 row left out\n"
    )
  }

  // MARK: Columns

  @Test func columnsThatAreMissing() {
    let rows = "symbol,n\nIBM,1\n"
    for option in ["--at-field", "--start-field", "--end-field"] {
      expect(
        65, "standard input:1: field \"day\": no such column (the columns are symbol, n)",
        ["--field", "symbol", option, "day", "--on-error", "skip"], rows: rows)
    }
    expect(
      65, "standard input:1: field \"ticker\": no such column (the columns are symbol, n)", ["--field", "ticker"],
      rows: rows)
    expect(
      65, "standard input:2: field \"symbol\": the row has no such field", rows: "{\"symbol\":\"IBM\"}\n{\"n\":1}\n")
  }

  private func taken(_ field: String, _ place: String = "standard input: the input has a field \"") -> String {
    "\(place)\(field)\" already, which this tool adds (rename the field of the input, or give what is added a --prefix)"
  }

  @Test(arguments: [[], ["--to", "ndjson"], ["--to", "ndjson", "--infer-types"], ["--to", "tsv"]] as [[String]])
  func namesThatAreTaken(options: [String]) {
    let field = ["--field", "symbol"] + options
    expect(65, taken("status"), field, rows: "symbol,status\nIBM,old\n")
    expect(65, taken("prices"), field, rows: "symbol,prices,prices\nIBM,1,2\n")
    expect(65, taken("date"), field + ["--at-field", "date"], rows: "symbol,date\nIBM,2021-01-08\n")
    expect(65, taken("p_close"), field + ["--explode", "--prefix", "p_"], rows: "symbol,p_close\nIBM,1\n")
    expect(65, taken("status"), field, rows: "symbol,status\n")
  }

  @Test func namesThatAreTakenInRowsOfJSON() {
    expect(
      65,
      "standard input:2: field \"prices\": the row has this field already, which this tool adds (rename the field of the input, "
        + "or give what is added a --prefix)", rows: "{\"symbol\":\"IBM\"}\n{\"prices\":1,\"symbol\":\"IBM\"}\n")
    // Nested values that come of columns.
    expect(
      65, taken("prices"), ["--field", "symbol", "--to", "ndjson", "--unflatten"],
      rows: "symbol,prices.0,prices.1\nIBM,1,2\n")
    let flat = desk.run(
      ["--field", "symbol", "--to", "ndjson", "--fields", "close", "--end", "2021-01-07"],
      rows: "symbol,prices.0\nIBM,1\n")
    #expect(
      flat.outputText == "{\"symbol\":\"IBM\",\"prices.0\":\"1\",\"status\":\"ok\",\"prices\":[{\"close\":123.30}]}\n")
  }

  @Test func aPrefixMakesRoom() {
    let outcome = desk.run(
      ["--field", "symbol", "--at-field", "date", "--prefix", "price_", "--fields", "date,close"],
      rows: "symbol,date,status\nIBM,2021-01-09,old\n")
    #expect(outcome.status == 0)
    #expect(
      outcome.outputText
        == "symbol,date,status,price_status,price_date,price_close\nIBM,2021-01-09,old,ok,2021-01-08,122.80\n")
  }
}
