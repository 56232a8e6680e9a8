import MillraceCore
import ScriptedAlphaVantage
import Support
import Testing

/// The answers' form, as recorded answers of the service have it.
@Suite struct AlphaVantageSeriesTests {
  struct Shape: Sendable {
    var function: String
    var information: String
    var name: String
    var fields: [String]
    var header: String
  }

  private static let raw = ["1. open", "2. high", "3. low", "4. close", "5. volume"]
  private static let adjusted = [
    "1. open", "2. high", "3. low", "4. close", "5. adjusted close", "6. volume", "7. dividend amount",
  ]
  private static let rawHeader = "timestamp,open,high,low,close,volume"
  private static let adjustedHeader = "timestamp,open,high,low,close,adjusted close,volume,dividend amount"

  static let shapes = [
    Shape(
      function: "TIME_SERIES_DAILY", information: "Daily Prices (open, high, low, close) and Volumes",
      name: "Time Series (Daily)", fields: raw, header: rawHeader),
    Shape(
      function: "TIME_SERIES_DAILY_ADJUSTED", information: "Daily Time Series with Splits and Dividend Events",
      name: "Time Series (Daily)", fields: adjusted + ["8. split coefficient"],
      header: "timestamp,open,high,low,close,adjusted_close,volume,dividend_amount,split_coefficient"),
    Shape(
      function: "TIME_SERIES_WEEKLY", information: "Weekly Prices (open, high, low, close) and Volumes",
      name: "Weekly Time Series", fields: raw, header: rawHeader),
    Shape(
      function: "TIME_SERIES_WEEKLY_ADJUSTED", information: "Weekly Adjusted Prices and Volumes",
      name: "Weekly Adjusted Time Series", fields: adjusted, header: adjustedHeader),
    Shape(
      function: "TIME_SERIES_MONTHLY", information: "Monthly Prices (open, high, low, close) and Volumes",
      name: "Monthly Time Series", fields: raw, header: rawHeader),
    Shape(
      function: "TIME_SERIES_MONTHLY_ADJUSTED", information: "Monthly Adjusted Prices and Volumes",
      name: "Monthly Adjusted Time Series", fields: adjusted, header: adjustedHeader),
  ]

  let client = AlphaVantageClient { $0.isPremium = true }

  @Test(arguments: shapes) func seriesAreWrittenAsTheServiceWritesThem(_ shape: Shape) throws {
    let isDaily = shape.name.hasSuffix("(Daily)")
    var meta = [("Information", shape.information), ("Symbol", "IBM"), ("Last Refreshed", "2026-05-15")]
    if isDaily { meta.append(("Output Size", "Compact")) }
    meta.append(("Time Zone", "US/Eastern"))
    let answer = try #require(try client.ask(shape.function).answer)
    #expect(answer.headers["content-type"] == "application/json")
    let heads = meta.enumerated().map { "        \"\($0 + 1). \($1.0)\": \"\($1.1)\"" }
    #expect(
      answer.text.hasPrefix(
        "{\n    \"Meta Data\": {\n\(heads.joined(separator: ",\n"))\n    },\n    \"\(shape.name)\": {\n"
          + "        \"2026-05-15\": {\n            \"1. open\": \""))
    guard case .object(let days) = try JSONValue.parse(answer.text)[shape.name] else {
      Issue.record("no series")
      return
    }
    #expect(isDaily ? days.count == 100 : days.count > 300)
    #expect(days.map(\.name) == days.map(\.name).sorted(by: >))
    let rows = try client.rows(shape.function)
    #expect(rows.first?.joined(separator: ",") == shape.header)
    #expect(rows.count == days.count + 1)
    for (day, row) in zip(days, rows.dropFirst()) {
      guard case .object(let fields) = day.value else {
        Issue.record("no day")
        return
      }
      #expect(fields.map(\.name) == shape.fields)
      #expect([day.name] + fields.compactMap(\.value.text) == row)
      for field in fields where !field.name.hasSuffix("volume") {
        #expect(field.value.text?.contains(/^\d+\.\d{4}$/) == true)
      }
    }
    let full = try client.json(shape.function, "IBM", "&outputsize=full")
    #expect(full["Meta Data"]?["4. Output Size"]?.text == (isDaily ? "Full size" : nil))
    guard case .object(let all) = full[shape.name] else { return }
    #expect(Array(all.prefix(days.count)) == days)
    #expect(isDaily ? all.count > 6000 : all.count == days.count)
  }

  @Test func eventsAreWrittenAsTheServiceWritesThem() throws {
    let splits =
      "{\n    \"symbol\": \"IBM\",\n    \"data\": [\n        {\n            \"effective_date\": \"2021-11-04\",\n"
      + "            \"split_factor\": \"1.0460\"\n        }\n    ]\n}"
    #expect(try client.text("SPLITS") == splits)
    #expect(try client.text("SPLITS", "IBM", "&datatype=csv") == "effective_date,split_factor\n2021-11-04,1.0460\n")
    #expect(try client.text("SPLITS", "PLAIN") == "{\n    \"symbol\": \"PLAIN\",\n    \"data\": []\n}")
    #expect(try client.text("SPLITS", "PLAIN", "&datatype=csv") == "effective_date,split_factor\n")
    let rows = try client.rows("DIVIDENDS")
    #expect(rows[0] == ["ex_dividend_date", "declaration_date", "record_date", "payment_date", "amount"])
    #expect(rows.count > 100)
    #expect(rows.dropFirst().map { $0[0] } == rows.dropFirst().map { $0[0] }.sorted(by: >))
    #expect(rows.last?.dropFirst().prefix(3) == ["None", "None", "None"])
    for row in rows.dropFirst() { #expect(row[4].contains(/^\d+(\.\d{1,3}[1-9]|\.[1-9])?$/)) }
    let elements = try client.json("DIVIDENDS")["data"]?.elements ?? []
    #expect(elements.map { element in rows[0].compactMap { element[$0]?.text } } == Array(rows.dropFirst()))
  }

  @Test func linesOfCSVMayEndWithCarriageReturns() throws {
    let other = AlphaVantageClient {
      $0.isPremium = true
      $0.hasCarriageReturns = true
    }
    for function in ["TIME_SERIES_DAILY", "SPLITS"] {
      let text = try client.text(function, "IBM", "&datatype=csv")
      #expect(!text.contains("\r\n"))
      let lines = text.split(separator: "\n")
      #expect(try other.text(function, "IBM", "&datatype=csv") == lines.map { "\($0)\r\n" }.joined())
    }
    #expect(try other.text("TIME_SERIES_DAILY").contains("\r\n") == false)
  }

  @Test func daysMayComeInNoOrder() throws {
    let mixed = AlphaVantageClient {
      $0.faults = ServerFaultPlan(scripts: [.init([.unordered])])
    }
    guard case .object(let days) = try mixed.json("TIME_SERIES_DAILY")["Time Series (Daily)"],
      case .object(let sorted) = try mixed.json("TIME_SERIES_DAILY")["Time Series (Daily)"]
    else {
      Issue.record("no series")
      return
    }
    #expect(days != sorted)
    #expect(days.sorted { $0.name > $1.name } == sorted)
  }

  @Test func answersCanBeCompressed() throws {
    let raw = try #require(RawClient(port: client.port))
    raw.send(
      "GET /query?function=TIME_SERIES_DAILY&symbol=IBM&apikey=k HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n")
    let answer = try #require(raw.answer())
    #expect(answer.headers["content-encoding"] == "gzip")
    #expect(Array(answer.body.prefix(2)) == [0x1F, 0x8B])
    #expect(answer.body.count * 3 < (try client.text("TIME_SERIES_DAILY")).utf8.count)
  }

  // MARK: Symbols

  @Test func symbolsThatAreNone() throws {
    for symbol in ["", "BAD", "BADLY", "ABCDEFGHIJKLM", "A%20B", "%C3%84", "A_B"] {
      for rest in ["", "&datatype=csv"] {
        #expect(
          try client.text("TIME_SERIES_DAILY", symbol, rest) == """
            {
                "Error Message": "Invalid API call. Please retry or visit the documentation \
            (https://www.alphavantage.co/documentation/) for TIME_SERIES_DAILY."
            }
            """)
      }
    }
    #expect(try client.text("TIME_SERIES_DAILY", "IBM", "&outputsize=huge").contains("Invalid API call"))
    #expect(try client.text("TIME_SERIES_DAILY", "IBM", "&datatype=xml").contains("Invalid API call"))
    for function in ["TIME_SERIES_DAILY", "SPLITS"] {
      #expect(try client.text(function, "NONESUCH") == "{}")
      #expect(try client.text(function, "NONE", "&datatype=csv") == "{}")
    }
    #expect(
      try client.text("TIME_SERIES_HOURLY")
        == "{\n    \"Error Message\": \"This API function (TIME_SERIES_HOURLY) does "
        + "not exist.\"\n}")
  }

  @Test func symbolsAreTakenInAnyCase() throws {
    let small = try client.text("TIME_SERIES_DAILY", "brk-b.x")
    #expect(small.contains("\"2. Symbol\": \"brk-b.x\""))
    let large = try client.text("TIME_SERIES_DAILY", "BRK-B.X")
    #expect(small.split(separator: "\n").dropFirst(4) == large.split(separator: "\n").dropFirst(4))
  }
}
