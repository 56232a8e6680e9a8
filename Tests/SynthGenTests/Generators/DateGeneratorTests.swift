import Glibc
import MillraceCore
import Support
import Testing

@testable import synth_gen

@Suite struct DateGeneratorTests {
  private let desk = SchemaDesk()
  private let asOf = ["--as-of", "2026-06-15T12:30:00"]

  /// Ends belong to their ranges, and nothing lies beyond.
  @Test(
    arguments: [
      (
        "date_between(start_date=\"2024-02-27\", end_date=\"2024-03-02\")",
        ["2024-02-27", "2024-02-28", "2024-02-29", "2024-03-01", "2024-03-02"]
      ),
      ("date_between_dates(date_start=\"1999-12-31\", date_end=\"2000-01-01\")", ["1999-12-31", "2000-01-01"]),
      ("date_between(start_date=today, end_date=today)", ["2026-06-15"]),
      ("date_between(start_date=\"-1d\", end_date=\"+1d\")", ["2026-06-14", "2026-06-15", "2026-06-16"]),
      ("past_date(start_date=\"-2d\")", ["2026-06-13", "2026-06-14"]),
      ("future_date(end_date=\"+2d\")", ["2026-06-16", "2026-06-17"]),
      ("date_this_month(before_today=false, after_today=false)", ["2026-06-15"]),
      ("past_datetime(start_date=\"-2s\")", ["2026-06-15 12:29:58", "2026-06-15 12:29:59"]),
      ("future_datetime(end_date=\"+2s\")", ["2026-06-15 12:30:01", "2026-06-15 12:30:02"]),
      ("date_time_between(start_date=now, end_date=\"+1s\")", ["2026-06-15 12:30:00", "2026-06-15 12:30:01"]),
      (
        "date_time_between(start_date=\"1969-12-31T23:59:59\", end_date=\"1970-01-01\")",
        ["1969-12-31 23:59:59", "1970-01-01 00:00:00"]
      ),
      (
        "date_time(end_datetime=\"1970-01-01T00:00:01\", tzinfo=\"+05:30\")",
        ["1970-01-01 00:00:00+05:30", "1970-01-01 00:00:01+05:30"]
      ),
      ("iso8601(end_datetime=\"1970-01-01T00:00:01\", sep=\" \", timespec=minutes)", ["1970-01-01 00:00"]),
      ("unix_time(start_datetime=\"1970-01-01T00:00:05\", end_datetime=\"1970-01-01T00:00:06\")", ["5", "6"]),
      ("time_delta(end_datetime=\"+1s\")", ["0:00:00", "0:00:01"]),
      (
        "date_between(start_date=\"2024-01-01\", end_date=\"2024-01-02\", pattern=\"DD.MM.YYYY\")",
        ["01.01.2024", "02.01.2024"]
      ),
      ("day_of_month", (1...31).map { $0 < 10 ? "0\($0)" : "\($0)" }),
      (
        "month_name",
        [
          "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
          "November", "December",
        ]
      ),
    ] as [(String, [String])])
  func rangesHoldTheirEnds(call: String, values: [String]) {
    #expect(Set(desk.values("{generator: '\(call)'}", count: 3000, asOf)) == Set(values))
  }

  /// The first and the last day that a generator can have.
  @Test(arguments: [
    ("date_this_year", "2026-01-01", "2026-06-15"), ("date_this_month", "2026-06-01", "2026-06-15"),
    ("date_this_year(after_today=true)", "2026-01-01", "2026-12-31"),
    ("date_this_month(before_today=false, after_today=true)", "2026-06-15", "2026-06-30"),
    ("date_of_birth(minimum_age=18, maximum_age=18)", "2007-06-16", "2008-06-15"),
    ("date_of_birth(minimum_age=0, maximum_age=0)", "2025-06-16", "2026-06-15"),
  ])
  func periodsHaveTheirEnds(call: String, first: String, last: String) {
    let values = desk.values("{generator: '\(call)'}", count: 8000, asOf)
    #expect(values.min() == first && values.max() == last)
  }

  @Test(arguments: [
    ("date_this_decade", "2020-01-01", "2026-06-15"), ("date_this_century", "2000-01-01", "2026-06-15"),
    ("date_this_century(before_today=false, after_today=true)", "2026-06-15", "2099-12-31"),
    ("date_time_this_year", "2026-01-01 00:00:00", "2026-06-15 12:30:00"),
    ("date_time_this_decade(before_now=false, after_now=true)", "2026-06-15 12:30:00", "2029-12-31 23:59:59"),
    ("date_between", "1996-06-15", "2026-06-15"), ("date_time", "1970-01-01 00:00:00", "2026-06-15 12:30:00"),
    ("date_of_birth", "1910-06-16", "2026-06-15"), ("date_time_ad", "0001-01-01 00:00:00", "2026-06-15 12:30:00"),
  ])
  func longPeriodsAreFilled(call: String, first: String, last: String) throws {
    let values = desk.values("{generator: '\(call)'}", count: 4000, asOf).sorted()
    #expect(values[0] >= first && values[3999] <= last)
    // A thousandth of the time at most is missing at either end; the middle is where it should be.
    func day(_ text: String) throws -> Int {
      let parts = text.prefix(10).split(separator: "-").compactMap { Int($0) }
      return try #require(CalendarDay(year: parts[0], month: parts[1], day: parts[2])).number
    }
    let (low, high) = (try day(first), try day(last))
    let median = Double(try day(values[2000]) - low) / Double(high - low)
    #expect((0.45...0.55).contains(median))
    #expect(Double(try day(values[0]) - low) <= 0.005 * Double(high - low) + 1)
    #expect(Double(high - (try day(values[3999]))) <= 0.005 * Double(high - low) + 1)
  }

  /// Every directive means what the C library says.
  @Test func patternsAreThoseOfTheCLibrary() throws {
    let directives = [
      "%a", "%A", "%b", "%B", "%d", "%e", "%H", "%I", "%j", "%k", "%l", "%m", "%M", "%p", "%S", "%u", "%U", "%V", "%w",
      "%W", "%y", "%Y", "%C", "%G", "%g", "%D", "%F", "%T", "%R", "%r", "%c", "%x", "%X", "%h", "%-d", "%-m", "%-H",
      "%-I", "%-j", "%%", "%z", "%Z",
    ]
    let pattern = (["%s"] + directives).joined(separator: "|")
    let values = desk.values(
      "{generator: date_time_between, start_date: \"1905-01-01\", end_date: \"2150-12-31\", tzinfo: UTC, pattern: \"\(pattern)\"}",
      count: 1500)
    for value in values {
      let parts = value.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
      var seconds = try #require(Int(parts[0]))
      var fields = unsafe tm()
      unsafe gmtime_r(&seconds, &fields)
      for (directive, own) in zip(directives, parts.dropFirst()) {
        var text = [CChar](repeating: 0, count: 100)
        let length = unsafe strftime(&text, 100, directive, &fields)
        // The C library calls the zone of gmtime GMT.
        let expected =
          directive == "%Z" ? "UTC" : String(decoding: text[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        #expect(own == expected, "\(directive) of \(seconds)")
      }
    }
  }

  @Test func fractionsHaveTheirDigits() {
    for (precision, digits) in [("milliseconds", 3), ("microseconds", 6)] {
      let values = desk.values("iso8601(timespec=\(precision), tzinfo=\"Z\")", count: 100)
      #expect(values.allSatisfy { $0.count == 20 + digits + 6 && $0.hasSuffix("+00:00") && $0.contains("T") })
      #expect(Set(values.map { $0.dropFirst(20) }).count > 50)
    }
  }

  @Test(
    arguments: [
      ("de_DE", "Mittwoch, 31. Januar 2024 (Mi., Jan.)"), ("fr_FR", "mercredi, 31. janvier 2024 (mer., janv.)"),
      ("ja_JP", "水曜日, 31. 1月 2024 (水, 1月)"), ("pl_PL", nil),
    ] as [(String, String?)])
  func namesAreTheLocales(locale: String, text: String?) {
    let spec =
      "{generator: date_between, start_date: \"2024-01-31\", end_date: \"2024-01-31\", pattern: \"%A, %d. %B %Y (%a, %b)\"}"
    let values = desk.values(spec, count: 2, ["--locale", locale])
    if let text { #expect(values[0] == text) } else { #expect(values[0].contains("stycz")) }
  }

  @Test func seriesAreInSteps() throws {
    let outcome = desk.run(
      "fields:\n  x: time_series(start_date=\"-3h\", end_date=now, precision=\"1h\", distrib=\"integer(min=5, max=6)\")\n",
      ["-n", "50", "--to", "ndjson"] + asOf)
    #expect(outcome.status == 0, "\(outcome.errorText)")
    for line in outcome.outputText.split(separator: "\n") {
      let points = try #require(try JSONValue.parse(String(line))["x"]?.elements)
      let moments = points.map { $0.elements?[0].text ?? "" }
      #expect(moments == (9...12).map { "2026-06-15T\(padded($0, 2)):30:00" })
      #expect(points.allSatisfy { [5, 6].contains($0.elements?[1].integer) })
    }
    // In CSV the same text is a field.
    let csv = desk.values("time_series(start_date=\"-1d\", precision=\"1d\")", count: 1, asOf)
    #expect(csv[0].hasPrefix("\"[[\"\"2026-06-14T12:30:00\"\", ") && csv[0].hasSuffix("]]\""))
  }

  /// Dates are values of formulas and constraints, whatever they are written like.
  @Test func datesCanBeCompared() {
    let rows = desk.rows(
      "a: date_between(start_date=\"2024-01-01\", end_date=\"2024-12-31\", pattern=\"%d/%m/%Y\")",
      "b: date_between(start_date=\"2024-01-01\", end_date=\"2024-12-31\")", also: "constraints: [\"b > a\"]\n")
    for row in rows {
      let a = row[0].split(separator: "/").reversed().joined(separator: "-")
      #expect(row[1] > a)
    }
  }

  @Test func daysAreAsLikely() {
    let values = desk.values("date_between(start_date=\"2024-01-01\", end_date=\"2024-01-10\")", count: 20_000)
    let counts = Dictionary(values.map { ($0, 1) }, uniquingKeysWith: +).values
    #expect(counts.count == 10 && counts.allSatisfy { (1800...2200).contains($0) })
  }
}
