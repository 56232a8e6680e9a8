import MillraceCore
import Support
import Testing

private let noneIsUnknown = "aug-finance: warning: the folder prices does not know 1 symbol: NONE\n"

/// Rows with prices of files, down to the last byte.
@Suite struct FolderUsageTests {
  let desk = PriceFilesDesk()

  private func rows(_ arguments: String..., rows: String) -> String {
    let outcome = desk.run(["--field", "symbol"] + arguments, rows: rows)
    #expect(outcome.status == 0)
    #expect(outcome.errorText == (outcome.outputText.contains("unmatched") ? noneIsUnknown : ""))
    return outcome.outputText
  }

  @Test func aListOfPricesStandsInEachRow() {
    #expect(
      rows("--start", "2021-01-16", "--end", "2021-02-01", rows: "{\"symbol\": \"IBM\", \"n\" : 1.0 }\n")
        == "{\"symbol\": \"IBM\", \"n\" : 1.0 ,\"status\":\"ok\",\"prices\":[{\"date\":\"2021-01-19\",\"open\":123.5,"
        + "\"high\":124.1,\"low\":122.2,\"close\":123.50,\"volume\":7290000}]}\n")
    #expect(
      rows(
        "--fields", "date,close",
        rows: "symbol,note\nown,\"a, b\"\nNONE,c\n,d\nIBM x,e\n".replacing("IBM x,e\n", with: ""))
        == "symbol,note,status,prices\n"
        + "own,\"a, b\",ok,\"[{\"\"date\"\":\"\"2021-01-04\"\",\"\"close\"\":7.50},{\"\"date\"\":\"\"2021-01-05\"\","
        + "\"\"close\"\":1e1}]\"\nNONE,c,unmatched,[]\n,d,no_symbol,[]\n")
  }

  @Test func aRowForEachDay() {
    #expect(
      rows("--explode", "--start", "2021-01-15", rows: "n,symbol\n1,IBM\n2,EMPTY\n3,NONE\n4,\n5, ibm \n")
        == """
        n,symbol,status,date,open,high,low,close,volume
        1,IBM,ok,2021-01-15,122.90,123.00,120.10,122.80,9129243
        1,IBM,ok,2021-01-19,123.5,124.1,122.2,123.50,7290000
        2,EMPTY,no_prices,,,,,,
        3,NONE,unmatched,,,,,,
        4,,no_symbol,,,,,,
        5, ibm ,ok,2021-01-15,122.90,123.00,120.10,122.80,9129243
        5, ibm ,ok,2021-01-19,123.5,124.1,122.2,123.50,7290000

        """)
    #expect(
      rows("--explode", "--to", "ndjson", "--fields", "close,volume", rows: "symbol\nown\nNONE\n")
        == """
        {"symbol":"own","status":"ok","close":7.50,"volume":null}
        {"symbol":"own","status":"ok","close":1e1,"volume":null}
        {"symbol":"NONE","status":"unmatched","close":null,"volume":null}

        """)
  }

  @Test func theLastHundredByDefault() {
    let days = (0..<150).map { CalendarDay(number: 18_000 + $0) }
    desk.folder.write("prices/LONG.csv", "date,close\n" + days.map { "\($0),\($0.number)\n" }.joined())
    let lines = rows("--explode", "--fields", "date,close", rows: "symbol\nLONG\n").split(separator: "\n")
    #expect(lines.dropFirst() == days.suffix(100).map { "LONG,ok,\($0),\($0.number)" }[...])
  }

  @Test func columnsThatSumUp() {
    #expect(
      rows("--summarise", "--to", "ndjson", "--start", "2021-01-07", "--end", "2021-01-15", rows: "symbol\nIBM\nNONE\n")
        == """
        {"symbol":"IBM","status":"ok","days":4,"first_date":"2021-01-07","first":123.30,"last_date":"2021-01-15",\
        "last":122.80,"min":122.80,"max":123.30,"mean":122.95,"return":-0.0040551500405514584,\
        "volatility":0.03941970577858861,"max_drawdown":0.0040551500405515,"total_volume":24594697}
        {"symbol":"NONE","status":"unmatched","days":null,"first_date":null,"first":null,"last_date":null,"last":null,\
        "min":null,"max":null,"mean":null,"return":null,"volatility":null,"max_drawdown":null,"total_volume":null}

        """)
    #expect(
      rows("--summarise", "--fields", "last,days", "--prefix", "p.", rows: "symbol\nown\n")
        == "symbol,p.status,p.last,p.days\nown,ok,1e1,2\n")
  }

  @Test(
    arguments: [
      // A Saturday, a Sunday with a time, a day of trading, a holiday with an empty row, a day before all, one after all.
      (
        "previous",
        ["2021-01-08,122.80", "2021-01-08,122.80", "2021-01-11,122.90", "2021-01-15,122.80", ",", "2021-01-19,123.50"]
      ),
      (
        "next",
        ["2021-01-11,122.90", "2021-01-11,122.90", "2021-01-11,122.90", "2021-01-19,123.50", "2021-01-07,123.30", ","]
      ),
      ("exact", [",", ",", "2021-01-11,122.90", ",", ",", ","]),
    ] as [(String, [String])])
  func thePriceAsOfADay(alignment: String, prices: [String]) {
    let days = [
      "2021-01-09", "2021-01-10T23:59:59+09:00", "2021-01-11 16:00", "2021-01-18", "2021-01-01",
      "2021-01-20T00:00:00.5Z",
    ]
    let output = rows(
      "--at-field", "day", "--align", alignment, "--fields", "date,close",
      rows: "symbol,day\n" + days.map { "IBM,\($0)\n" }.joined() + "IBM,\n,2021-01-11\n")
    let expected = zip(days, prices).map { "IBM,\($0),\($1 == "," ? "no_prices" : "ok"),\($1)\n" }.joined()
    #expect(output == "symbol,day,status,date,close\n\(expected)IBM,,no_date,,\n,2021-01-11,no_symbol,,\n")
  }

  @Test func nothingIsFoundFarFromTheDay() {
    // Eleven days before, and ten.
    #expect(
      rows("--at-field", "day", "--fields", "date", rows: "symbol,day\nIBM,2021-01-30\nIBM,2021-01-29\n")
        == "symbol,day,status,date\nIBM,2021-01-30,no_prices,\nIBM,2021-01-29,ok,2021-01-19\n")
  }

  @Test func daysOfEachRow() {
    #expect(
      rows(
        "--start-field", "from", "--end-field", "to", "--summarise", "--fields", "days,first_date,last_date",
        rows:
          "symbol,from,to\nIBM,2021-01-09,2021-01-15T12:00\nIBM,2021-01-16,2021-01-18\nIBM,,2021-01-15\nIBM,2021-01-15,\n"
          + "IBM,2021-01-19,2999-01-01\n".replacing("2999", with: "2199"))
          == """
          symbol,from,to,status,days,first_date,last_date
          IBM,2021-01-09,2021-01-15T12:00,ok,2,2021-01-11,2021-01-15
          IBM,2021-01-16,2021-01-18,no_prices,,,
          IBM,,2021-01-15,no_date,,,
          IBM,2021-01-15,,no_date,,,
          IBM,2021-01-19,2199-01-01,ok,1,2021-01-19,2021-01-19

          """)
    #expect(
      rows(
        "--start-field", "from", "--end", "2021-01-08", "--summarise", "--fields", "days",
        rows: "symbol,from\nIBM,2021-01-08\n")
        == "symbol,from,status,days\nIBM,2021-01-08,ok,1\n")
  }

  // MARK: Adjusted

  @Test func splitsAndDividendsOfTheFile() {
    // 49 ÷ (49 + 1) for the dividend, and half of that before the split.
    #expect(
      rows(
        "--explode", "--adjusted", "--fields", "date,open,close,volume,factor,unadjusted_close", rows: "symbol\nSPLT\n")
          == """
          symbol,status,date,open,close,volume,factor,unadjusted_close
          SPLT,ok,2021-01-04,49,49,2000,0.49,100.0
          SPLT,ok,2021-01-05,49,49,2000,0.98,50.0
          SPLT,ok,2021-01-06,49,49.0,2500,1.0,49.0

          """)
  }

  @Test func theAdjustedCloseOfTheFile() {
    #expect(
      rows(
        "--explode", "--adjusted", "--fields", "date,close,unadjusted_close", "--start", "2021-01-15",
        rows: "symbol\nIBM\n")
        == "symbol,status,date,close,unadjusted_close\nIBM,ok,2021-01-15,103.8000,122.80\nIBM,ok,2021-01-19,104.4000,123.50\n"
    )
  }

  @Test func pricesThatCannotBeAdjustedArePartial() {
    desk.folder.write(
      "prices/GAP.csv", "Date,Close,Dividends,Stock Splits\n2021-01-04,10,0,0\n2021-01-05,0,1,0\n2021-01-06,11,0,0\n")
    #expect(
      rows("--explode", "--adjusted", "--fields", "date,close,unadjusted_close", rows: "symbol\nGAP\n")
        == """
        symbol,status,date,close,unadjusted_close
        GAP,partial,2021-01-04,,10
        GAP,partial,2021-01-05,0,0
        GAP,partial,2021-01-06,11,11

        """)
  }

  /// Which of the two a file has is taken: the adjusted close, unless splits and dividends are asked for.
  @Test func whatAFileIsAdjustedBy() {
    desk.folder.write(
      "prices/BOTH.csv",
      "Date,Close,Adj Close,Dividends,Stock Splits\n2021-01-04,100,77,0,0\n2021-01-05,50,50,0,2\n")
    func closes(_ arguments: String...) -> String {
      let outcome = desk.run(
        ["--field", "symbol", "--adjusted", "--explode", "--fields", "close"] + arguments, rows: "symbol\nBOTH\n")
      return outcome.outputText.split(separator: "\n").dropFirst().map { String($0.dropFirst("BOTH,ok,".count)) }
        .joined(separator: " ")
    }
    #expect(closes() == "77 50")
    #expect(closes("--adjusted-by", "service") == "77 50")
    #expect(closes("--adjusted-by", "actions") == "50 50")
  }

  /// Numbers that no one can reckon with become null, and never a word that is no JSON.
  @Test func whatIsNotFiniteIsNull() {
    desk.folder.write("prices/WIDE.csv", "Date,Close\n2021-01-04,1e-300\n2021-01-05,1.7e308\n2021-01-06,1.7e308\n")
    #expect(
      rows(
        "--summarise", "--to", "ndjson", "--fields", "max,mean,return,max_drawdown", rows: "symbol\nWIDE\n")
        == "{\"symbol\":\"WIDE\",\"status\":\"ok\",\"max\":1.7e308,\"mean\":null,\"return\":null,\"max_drawdown\":0.0}\n"
    )
    desk.folder.write(
      "prices/TINY.csv", "Date,Close,Dividends,Stock Splits\n2021-01-04,10,0,0\n2021-01-05,11,0,1e-310\n")
    #expect(
      rows("--adjusted", "--explode", "--fields", "close,factor", rows: "symbol\nTINY\n")
        == "symbol,status,close,factor\nTINY,ok,10,1.0\nTINY,ok,11,1.0\n")
  }

  // MARK: Weeks and months

  @Test func pricesOfWeeksAreTakenAsTheyAre() {
    desk.folder.write(
      "prices/WEEK.csv", "Date,Close\n2021-01-04,1\n2021-01-11,2\n2021-01-18,3\n2021-01-20,4\n")
    #expect(
      rows("--period", "weekly", "--summarise", "--fields", "days,last", rows: "symbol\nWEEK\n")
        == "symbol,status,days,last\nWEEK,ok,4,4\n")
    #expect(
      rows(
        "--period", "weekly", "--at-field", "d", "--fields", "close",
        rows: "symbol,d\nWEEK,2021-02-06\nWEEK,2021-02-07\n")
        == "symbol,d,status,close\nWEEK,2021-02-06,ok,4\nWEEK,2021-02-07,no_prices,\n")
  }

  @Test func pricesOfDaysAreNoWeeks() {
    let outcome = desk.run(["--field", "symbol", "--period", "weekly"], rows: "symbol\nIBM\n")
    #expect(outcome.status == 65)
    #expect(
      outcome.errorText
        == "aug-finance: prices/IBM.csv: prices of 2021-01-07 and of 2021-01-08, which --period weekly takes for one (--period "
        + "tells what one price of the files stands for, and turns none into others)\n")
  }
}

/// What else a run does with files: records, pipes, empty inputs.
@Suite struct FolderRunTests {
  let desk = PriceFilesDesk()

  /// It is hashed on a thread of its own, while more of it is read.
  @Test func theDigestOfALongFileIsThatOfItsBytes() throws {
    let rows = (0..<120_000).map { "\(CalendarDay(number: $0 - 60_000).text),\(100 + $0 % 977).\($0 % 100)\n" }
    let file = "Date,Close\n" + rows.joined()
    desk.folder.write("prices/LONG.csv", file)
    desk.folder.write("t.csv", "symbol\nLONG\n")
    let outcome = desk.run(["t.csv", "-o", "out.csv", "--field", "symbol", "--summarise", "--fields", "days"])
    #expect(outcome.status == 0, "\(outcome.errorText)")
    let stage = try #require(try desk.records("out.csv.prov").first { $0["kind"]?.text == "stage" })
    #expect(stage["inputs"]?.elements?.last?["sha256"]?.text == SHA256Digest(of: file).hex)
  }

  @Test func theRecordTellsOfFilesAndDays() throws {
    desk.folder.write("t.csv", "id,symbol\na,SPLT\nb,IBM\nc,NONE\nd,\n")
    let outcome = desk.run(
      [
        "t.csv", "-o", "out.csv", "--field", "symbol", "--id-field", "id", "--start", "2021-01-04", "--end",
        "2021-01-10",
        "--adjusted", "--summarise", "--fields", "last",
      ])
    #expect(outcome.status == 0)
    #expect(outcome.errorText == noneIsUnknown)
    #expect(
      desk.folder.text("out.csv")
        == "id,symbol,status,last\na,SPLT,ok,49.0\nb,IBM,ok,103.8000\nc,NONE,unmatched,\nd,,no_symbol,\n")
    let records = try desk.records("out.csv.prov")
    let stage = try #require(records.first { $0["kind"]?.text == "stage" })
    let inputs = stage["inputs"]?.elements ?? []
    #expect(inputs.map { $0["path"]?.text } == ["t.csv", "prices/SPLT.csv", "prices/IBM.csv"])
    for input in inputs {
      let content = desk.folder.text(input["path"]?.text ?? "") ?? ""
      #expect(input["sha256"]?.text == SHA256Digest(of: content).hex)
    }
    // Files of the user's are no service, and no cache.
    #expect(stage["sources"] == nil)
    let contexts = records.filter { $0["kind"]?.text == "context" }
    #expect(contexts.map { $0["item"]?.text } == ["a", "b", "c", "d"])
    #expect(contexts.allSatisfy { $0["cache"] == nil && $0["attempts"] == nil })
    let details = contexts.map { context in context["details"]?.json ?? "" }
    #expect(
      details == [
        #"{"status":"ok","symbol":"SPLT","period":"daily","span":["2021-01-04","2021-01-10"],"file":"prices/SPLT.csv","#
          + #""points":3,"taken":["2021-01-04","2021-01-06"],"factors":[{"date":"2021-01-05","kind":"split","amount":"2.0","#
          + #""factor":0.5},{"date":"2021-01-06","kind":"dividend","amount":"1.0","factor":0.98}]}"#,
        #"{"status":"ok","symbol":"IBM","period":"daily","span":["2021-01-04","2021-01-10"],"file":"prices/IBM.csv","#
          + #""points":2,"taken":["2021-01-07","2021-01-08"]}"#,
        #"{"status":"unmatched","symbol":"NONE","period":"daily","span":["2021-01-04","2021-01-10"],"points":0}"#,
        #"{"status":"no_symbol"}"#,
      ])
  }

  @Test func aDryRunReadsTheFilesAndWritesNothing() {
    desk.folder.write("t.csv", "symbol\nIBM\nNONE\n")
    let before = desk.folder.names
    let outcome = desk.run(["t.csv", "-o", "out.csv", "--field", "symbol", "--explode", "--dry-run"])
    #expect(outcome.status == 0)
    #expect(outcome.output == [])
    #expect(outcome.errorText.hasPrefix(noneIsUnknown + "aug-finance: note: would write "), "\(outcome.errorText)")
    #expect(outcome.errorText.hasSuffix(" 6 records, to out.csv\n"), "\(outcome.errorText)")
    #expect(desk.folder.names == before)
    desk.folder.write("prices/NONE.csv", "nothing\n")
    #expect(desk.run(["t.csv", "--field", "symbol", "--dry-run"]).status == 65)
  }

  @Test func emptyInputAndHeaderOnly() {
    let empty = desk.run(["--field", "symbol"], rows: "")
    #expect(empty.status == 0 && empty.output == [] && empty.errorText == "")
    let header = desk.run(["--field", "symbol"], rows: "n,symbol\n")
    #expect(header.status == 0 && header.outputText == "n,symbol,status,prices\n" && header.errorText == "")
    let json = desk.run(["--field", "symbol", "--to", "ndjson"], rows: "n,symbol\n")
    #expect(json.status == 0 && json.output == [] && json.errorText == "")
  }

  @Test func marksAndCarriageReturnsStay() {
    let outcome = desk.run(
      ["--field", "symbol", "--delimiter", "semicolon", "--explode", "--fields", "date,close", "--end", "2021-01-07"],
      rows: "\u{FEFF}symbol;n\r\nIBM;1\r\nNONE;2")
    #expect(outcome.errorText == noneIsUnknown)
    #expect(
      outcome.outputText
        == "\u{FEFF}symbol;n;status;date;close\r\nIBM;1;ok;2021-01-07;123.30\r\nNONE;2;unmatched;;")
  }

  @Test func aReaderThatHasEnoughEndsTheRunQuietly() {
    desk.folder.write("t.csv", "symbol\n" + String(repeating: "IBM\n", count: 20_000))
    let outcome = desk.shell(
      "aug-finance t.csv --field symbol --source csv:prices --explode | head -n 2; echo ${PIPESTATUS[0]}")
    #expect(
      outcome.outputText
        == "symbol,status,date,open,high,low,close,volume\nIBM,ok,2021-01-07,124.32,124.72,122.61,123.30,4714740\n141\n"
    )
    #expect(outcome.errorText == "")
  }

  @Test func eachFileIsReadOnceAndTheOutputIsTheSameForAnyNumberOfWorkers() throws {
    let symbols = (0..<3000).map { ["IBM", "SPLT", "own", "NONE"][$0 % 4] }
    desk.folder.write("t.csv", "symbol\n" + symbols.map { "\($0)\n" }.joined())
    let outputs = ["1", "4"].map { jobs in
      desk.run(["t.csv", "--field", "symbol", "--summarise", "--jobs", jobs, "-o", "out\(jobs).csv"])
    }
    #expect(outputs.allSatisfy { $0.status == 0 && $0.errorText == noneIsUnknown })
    #expect(desk.folder.read("out1.csv") == desk.folder.read("out4.csv"))
    #expect(desk.folder.text("out1.csv")?.split(separator: "\n").count == 3001)
    let stage = try desk.records("out4.csv.prov").first { $0["kind"]?.text == "stage" }
    #expect(stage?["inputs"]?.elements?.count == 4)
  }

  @Test func rowsInOtherFormatsAreWrittenInTheirs() {
    let tabs = desk.run(["--field", "symbol", "--fields", "close", "--end", "2021-01-07"], rows: "symbol\tn\nIBM\t1\n")
    #expect(
      tabs.outputText
        == "symbol\tn\tstatus\tprices\nIBM\t1\tok\t[{\"close\":123.30}]\n".replacing(
          "[{\"close\":123.30}]", with: "\"[{\"\"close\"\":123.30}]\""))
    let bare = desk.run(
      ["--field", "column_1", "--no-header", "--summarise", "--fields", "days"], rows: "IBM,1\nNONE,2\n")
    #expect(bare.outputText == "IBM,1,ok,5\nNONE,2,unmatched,\n")
    let number = desk.run(["--field", "s", "--summarise", "--fields", "days"], rows: "{\"s\":5}\n{\"s\":null}\n")
    #expect(
      number.outputText
        == "{\"s\":5,\"status\":\"unmatched\",\"days\":null}\n{\"s\":null,\"status\":\"no_symbol\",\"days\":null}\n")
  }
}
