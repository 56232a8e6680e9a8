import MillraceCore
import Support
import Testing

@testable import aug_finance

/// Answers with prices, in JSON and in CSV.
@Suite struct PriceAnswerTests {
  private let json = """
    {"Meta Data": {"1. Information": "Daily Prices (open, high, low, close) and Volumes", "2. Symbol": "IBM"},
     "Time Series (Daily)": {
      "2026-05-14": {"1. open": "215.5450", "2. high": "220.9600", "3. low": "215.0000", "4. close": "218.3700", "5. volume": "5906199"},
      "2026-05-15": {"5. volume": "3000000000", "4. close": "219.3000", "3. low": "217.6150", "2. high": "220.9100", "1. open": "218.2000"},
      "2026-05-13": {"1. open": "218.2700", "2. high": "218.3100", "3. low": "212.3400", "4. close": "214.6400", "5. volume": "8361214"}}}
    """
  private let csv = """
    timestamp,open,high,low,close,volume
    2026-05-15,218.2000,220.9100,217.6150,219.3000,3000000000
    2026-05-14,215.5450,220.9600,215.0000,218.3700,5906199
    2026-05-13,218.2700,218.3100,212.3400,214.6400,8361214

    """

  private func read(_ text: String, _ function: PriceFunction = .daily) throws(PriceAnswer.Problem) -> PriceAnswer {
    try PriceAnswer(text.bytes, of: function, key: nil)
  }

  @Test func bothFormsReadAlike() throws {
    let fromJSON = try read(json)
    let fromCSV = try read(csv)
    #expect(fromJSON.series == fromCSV.series)
    #expect(fromJSON.isSurelyWhole && !fromCSV.isSurelyWhole)
    let series = fromCSV.series
    #expect(series.days.map(\.text) == ["2026-05-13", "2026-05-14", "2026-05-15"])
    #expect(series.text(.open, at: 1) == "215.5450")
    #expect(series.text(.volume, at: 2) == "3000000000")
    #expect(series.number(.close, at: 0) == 214.64)
    #expect(series.text(.adjustedClose, at: 0) == nil)
    #expect(
      try read(csv.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n")).series == series)
  }

  @Test func columnsAreFoundByTheirNames() throws {
    let table = """
      volume,split_coefficient,adjusted close,dividend amount,low,high,open,close,timestamp,more
      5,2.0,0.5,0.1,3,4,1,2,2026-05-15,x

      """
    let series = try read(table, .dailyAdjusted).series
    #expect(
      PriceColumn.allCases.map { series.text($0, at: 0) ?? "" } == ["1", "4", "3", "2", "0.5", "5", "0.1", "2.0"])
    #expect(try read(table.replacing(every: "adjusted close", with: "Adjusted_Close"), .dailyAdjusted).series == series)
    let weekly = try read(table, .weeklyAdjusted).series
    #expect(weekly.columns == PriceFunction.weeklyAdjusted.columns)
    #expect(weekly.text(.dividendAmount, at: 0) == "0.1")
  }

  /// A prefix of an answer is never a shorter answer, but where CSV stops just behind a line end.
  @Test func cutAnswersAreUnreadable() throws {
    for length in 0..<json.utf8.count {
      #expect(
        unreadable { () throws(PriceAnswer.Problem) in
          try read(String(decoding: json.utf8.prefix(length), as: UTF8.self))
        } != nil, "\(length)")
    }
    for text in [csv, csv.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n")] {
      for length in 0..<text.utf8.count {
        let cut = String(decoding: text.utf8.prefix(length), as: UTF8.self)
        do throws(PriceAnswer.Problem) {
          let answer = try read(cut)
          #expect(cut.utf8.last == UInt8(ascii: "\n"), "\(length)")
          #expect(!answer.isSurelyWhole)
        } catch {
          if case .message(let message) = error {
            #expect(message.kind == .noData)
            #expect(cut.split { $0.isNewline }.count == 1, "\(length)")
          }
        }
      }
    }
  }

  @Test func compactAnswersOfAHundredPointsAreWhole() throws {
    func table(_ count: Int) -> String {
      "timestamp,open,high,low,close,volume\n"
        + (0..<count).map { "\(CalendarDay(number: 20_000 + $0)),1,1,1,1,1\n" }.joined()
    }
    #expect(try read(table(100)).isSurelyWhole)
    #expect(try !read(table(99)).isSurelyWhole)
    #expect(try !read(table(100), .weekly).isSurelyWhole)
  }

  @Test(arguments: [
    ("timestamp,open,high,low,close,volume\n2026-05-15,1,1,1,1\n", "line 2: 5 values, where the first line names 6"),
    (
      "timestamp,open,high,low,close,volume\n2026-05-15,1,1,1,1,1,1\n", "line 2: 7 values, where the first line names 6"
    ),
    (
      "timestamp,open,high,low,close\n2026-05-15,1,1,1,1\n",
      "line 1: no column \"volume\": \"timestamp\", \"open\", \"high\", \"low\", \"close\""
    ),
    (
      "open,high,low,close,volume\n1,1,1,1,1\n",
      "line 1: no column of dates: \"open\", \"high\", \"low\", \"close\", \"volume\""
    ),
    ("timestamp,date,open,high,low,close,volume\n", "line 1: two columns for the same: \"timestamp\", \"date\""),
    ("timestamp,open,high,low,close,volume\n2026-05-15,1,1,1,n/a,1\n", "line 2, \"close\": not a number: \"n/a\""),
    ("timestamp,open,high,low,close,volume\n2026-05-15,1,1,1,,1\n", "line 2, \"close\": not a number: \"\""),
    (
      "timestamp,open,high,low,close,volume\n2026-05-32,1,1,1,1,1\n",
      "line 2, \"timestamp\": not a date: \"2026-05-32\""
    ),
    (
      "timestamp,open,high,low,close,volume\n2026-05-15 19:55:00,1,1,1,1,1\n",
      "line 2, \"timestamp\": not a date: \"2026-05-15 19:55:00\""
    ),
    (
      "timestamp,open,high,low,close,volume\n2026-05-15,1,1,1,1,1\n2026-05-15,1,1,1,1,1\n",
      "line 3, \"timestamp\": 2026-05-15 occurs twice"
    ),
    (
      "timestamp,open,high,low,close,volume\n2026-05-15,\"1,1,1,1,1\n",
      "line 2: a quote that is not closed, or closed before the value's end"
    ),
    ("timestamp,open,high,low,close,volume\n2026-05-15,1,1,1,1,1", "line 2: the text is cut inside a row"),
    ("timestamp,open,high,low,close,volume", "line 1: the text is cut inside its first line"),
    ("", "it is empty"), ("  \r\n", "it is empty"), ("<html></html>", "it begins with \"<html></html>\""),
    ("[1]", "it begins with \"[1]\""), ("Bad Gateway\n", "line 1: no column of dates: \"Bad Gateway\""),
    ("{\"Meta Data\": {}}", "it has no \"Time Series (Daily)\""),
    ("{\"Weekly Time Series\": {}}", "it has no \"Time Series (Daily)\""),
    ("{\"Time Series (Daily)\": []}", "it has no \"Time Series (Daily)\""),
    ("{\"Time Series (Daily)\": {}, \"Time Series (Daily)\": {}}", "it has no \"Time Series (Daily)\""),
    ("{\"Time Series (Daily)\": {\"2026-05-15\": {\"4. close\": \"1\"}}}", "2026-05-15 lacks a value"),
    ("{\"Time Series (Daily)\": {\"2026-05-15\": 1}}", "2026-05-15 lacks a value"),
    (
      "{\"Time Series (Daily)\": {\"2026-05-15\": {\"4. close\": \"NaN\"}}}", "2026-05-15 has a value that is no number"
    ),
    ("{\"Time Series (Daily)\": {\"2026-05-15\": {\"4. close\": null}}}", "2026-05-15 has a value that is no number"),
    (
      "{\"Time Series (Daily)\": {\"2026-05-15\": {\"4. close\": \"1\", \"4. close\": \"1\"}}}",
      "2026-05-15 has two values \"close\""
    ),
    ("{\"Time Series (Daily)\": {\"yesterday\": {}}}", "it has a day that is none: \"yesterday\""),
  ])
  func whatIsNoAnswerIsUnreadable(body: String, why: String) {
    #expect(unreadable { () throws(PriceAnswer.Problem) in try read(body) } == why)
  }

  @Test func repeatedDaysOfJSONAreRefused() {
    let row = "{\"1. open\": 1, \"2. high\": 1, \"3. low\": 1, \"4. close\": 1, \"5. volume\": 1}"
    let body = "{\"Time Series (Daily)\": {\"2026-05-15\": \(row), \"2026-05-14\": \(row), \"2026-05-15\": \(row)}}"
    #expect(unreadable { () throws(PriceAnswer.Problem) in try read(body) } == "2026-05-15 occurs twice")
  }

  @Test func seriesWithoutADayAreNoData() {
    for body in ["timestamp,open,high,low,close,volume\r\n", "{\"Meta Data\": {}, \"Time Series (Daily)\": {}}"] {
      let error = #expect(throws: PriceAnswer.Problem.self) { try read(body) }
      #expect(error == .message(AlphaVantageMessage(.noData, "a series without a day")))
    }
  }

  @Test(arguments: [
    ("0", true), ("-1.5", true), ("10", true), ("0.10", true), ("1e5", true), ("1E-05", true), ("3000000000000", true),
    ("", false), ("-", false), ("+1", false), ("01", false), (".5", false), ("1.", false), ("1e", false),
    ("1e999", false),
    ("NaN", false), ("1,5", false), ("1 ", false), ("0x1", false), ("１", false),
    ("12345678901234567890123456789012345678901", false),
  ])
  func numbersAreThoseOfJSON(text: String, isNumber: Bool) { #expect(isPriceNumber(text.utf8) == isNumber) }

  // MARK: Splits and dividends

  @Test func actionsAreRead() throws {
    let splits = [
      Split(day: try day("1999-05-27"), factor: "2.0000"), Split(day: try day("2021-11-04"), factor: "1.0460"),
    ]
    #expect(
      try CorporateActions.splits(
        in: "effective_date,split_factor\r\n2021-11-04,1.0460\r\n1999-05-27,2.0000\r\n\r\n".bytes, key: nil) == splits)
    #expect(
      try CorporateActions.splits(
        in:
          "{\"symbol\": \"IBM\", \"data\": [{\"effective_date\": \"2021-11-04\", \"split_factor\": \"1.0460\"}, {\"effective_date\": \"1999-05-27\", \"split_factor\": \"2.0000\"}]}"
          .bytes, key: nil) == splits)
    #expect(try CorporateActions.splits(in: "effective_date,split_factor\r\n".bytes, key: nil) == [])
    #expect(try CorporateActions.splits(in: "{\"symbol\": \"X\", \"data\": []}".bytes, key: nil) == [])
    let dividends =
      "ex_dividend_date,declaration_date,record_date,payment_date,amount\n2026-05-08,2026-04-22,2026-05-08,2026-06-10,1.69\nNone,None,None,None,1.7\n1999-02-08,None,None,None,0.22\n"
    #expect(
      try CorporateActions.dividends(in: dividends.bytes, key: nil) == [
        Dividend(exDay: try day("1999-02-08"), amount: "0.22"), Dividend(exDay: try day("2026-05-08"), amount: "1.69"),
      ])
  }

  @Test(arguments: [
    ("effective_date,split_factor\n2021-11-04,0\n", "a split of 0"),
    ("effective_date,split_factor\n2021-11-04,2:1\n", "not a number: \"2:1\""),
    ("effective_date,split_factor\nNone,2\n", "a split has no day"),
    ("effective_date,split_factor\n2021-11-04,2\n2021-11-04,2\n", "two splits on one day"),
    ("effective_date,split_factor\n2021-11-04,1.04", "line 2: the text is cut inside a row"),
    ("effective_date\n", "line 1: no columns \"effective_date\" and \"split_factor\": \"effective_date\""),
    ("{\"symbol\": \"X\"}", "it has no \"data\""),
    ("{\"data\": [{\"effective_date\": \"2021-11-04\"}]}", "a row lacks \"effective_date\" or \"split_factor\""),
    ("{\"data\": [{\"effective_date\": \"soon\", \"split_factor\": \"2\"}]}", "not a date: \"soon\""),
  ])
  func wrongActionsAreUnreadable(body: String, why: String) {
    #expect(
      unreadable { () throws(PriceAnswer.Problem) in try CorporateActions.splits(in: body.bytes, key: nil) } == why)
  }

  // MARK: Real answers

  @Test(.enabled(if: Recorded.isThere, "MILLRACE_FIXTURES names no folder of real input"))
  func recordedAnswersAreRead() throws {
    let answers: [(String, PriceFunction, Int)] = [
      ("crazzyghost_daily.json", .daily, 2), ("kresli_daily_MSFT_2019.json", .daily, 100),
      ("kresli_daily_adjusted_MSFT_2019.json", .dailyAdjusted, 100),
      ("portfoliotree_TIME_SERIES_DAILY_42a08190.csv", .daily, 100),
      ("portfoliotree_TIME_SERIES_MONTHLY_ADJUSTED_62a3844d.csv", .monthlyAdjusted, 318),
      ("portfoliotree_TIME_SERIES_WEEKLY_ADJUSTED_9cd0a0b1.csv", .weeklyAdjusted, 1384),
      ("zackurben_adjusted.json", .dailyAdjusted, 1), ("zackurben_monthly.json", .monthly, 1),
      ("zackurben_weekly.json", .weekly, 1),
    ]
    for (name, function, count) in answers {
      let answer = try PriceAnswer(try Recorded.bytes("alphavantage/\(name)"), of: function, key: nil)
      #expect(answer.series.count == count, "\(name)")
    }
    #expect(
      try CorporateActions.splits(in: try Recorded.bytes("alphavantage/portfoliotree_SPLITS_358e2618.csv"), key: nil)
        .map(\.factor) == ["2.0000", "1.0460"])
    let dividends = try CorporateActions.dividends(
      in: try Recorded.bytes("alphavantage/portfoliotree_DIVIDENDS_5b9f5d9f.csv"), key: nil)
    #expect(dividends.last == Dividend(exDay: try day("2026-05-08"), amount: "1.69"))
    for name in [
      "portfoliotree_TIME_SERIES_INTRADAY_3dbdcdc7.csv", "romel_mock_time_series", "romel_symbol_search",
      "portfoliotree_REALTIME_BULK_QUOTES_505ed5cc.json",
    ] {
      #expect(throws: PriceAnswer.Problem.self, "\(name)") {
        try PriceAnswer(try Recorded.bytes("alphavantage/\(name)"), of: .daily, key: nil)
      }
    }
  }
}

func day(_ text: String) throws -> CalendarDay { try #require(CalendarDay(text)) }
