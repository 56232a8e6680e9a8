import MillraceCore
import Support
import Testing

@testable import aug_finance

/// Days of New York, and days in rows.
@Suite struct NewYorkTests {
  /// Seconds since 1970 of moments on both sides of midnight there, in winter, in summer and where clocks change.
  @Test(arguments: [
    (1_767_243_599, "2025-12-31", 1_767_243_600),  // 2026-01-01T04:59:59Z
    (1_767_243_600, "2026-01-01", 1_767_330_000),
    (1_782_878_399, "2026-06-30", 1_782_878_400),  // 2026-07-01T03:59:59Z
    (1_782_878_400, "2026-07-01", 1_782_964_800),
    (1_772_956_800, "2026-03-08", 1_773_028_800),  // 2026-03-08T08:00:00Z: the day has 23 hours
    (1_772_946_000, "2026-03-08", 1_773_028_800),  // its first second
    (1_772_945_999, "2026-03-07", 1_772_946_000),
    (1_793_505_600, "2026-11-01", 1_793_595_600),  // 2026-11-01T04:00:00Z: the day has 25 hours
    (1_793_505_599, "2026-10-31", 1_793_505_600),
    (1_793_595_599, "2026-11-01", 1_793_595_600),
  ])
  func daysBeginAtMidnightThere(seconds: Int, day: String, next: Int) {
    let moment = Timestamp(seconds: seconds)
    #expect(NewYork.day(at: moment).text == day)
    #expect(NewYork.nextMidnight(after: moment).seconds == next)
  }

  /// The system's time zones are the measure.
  @Test func momentsOfManyYearsAgree() throws {
    var random = SeededGenerator()
    let moments = (0..<500).map { _ in Int.random(in: 1_199_145_600...2_145_916_800, using: &random) }
    let script = """
      import sys, datetime, zoneinfo
      zone = zoneinfo.ZoneInfo("America/New_York")
      for line in sys.stdin:
          here = datetime.datetime.fromtimestamp(int(line), zone)
          next = datetime.datetime.combine(here.date() + datetime.timedelta(days=1), datetime.time(), zone)
          print(here.date(), int(next.timestamp()))
      """
    let outcome = Executable("/usr/bin/env").run(
      ["python3", "-c", script], input: .text(moments.map { "\($0)\n" }.joined()))
    try #require(outcome.status == 0, "\(outcome.errorText)")
    let lines = outcome.outputText.split(separator: "\n")
    try #require(lines.count == moments.count)
    for (moment, line) in zip(moments, lines) {
      let moment = Timestamp(seconds: moment)
      #expect(
        "\(NewYork.day(at: moment)) \(NewYork.nextMidnight(after: moment).seconds)" == line, "seed \(random.seed)")
    }
  }

  @Test(arguments: [
    "2021-03-05", "2021-03-05T16:00:00", "2021-03-05 16:00:00", "2021-03-05T16:00", "2021-03-05T16:00:00.123456Z",
    "2021-03-05t23:59:60z", "2021-03-05T16:00:00+05:30", "2021-03-05 00:00:00-0500", "2021-03-05T16:00-05",
  ])
  func daysOfRowsAreRead(text: String) throws {
    #expect(try CalendarDay(inRow: text).text == "2021-03-05")
  }

  @Test(arguments: [
    "", "2021-03-5", "2021-02-30", "03/05/2021", "2021-03-05T", "2021-03-05 ", "2021-03-05T24:00", "2021-03-05T16:60",
    "2021-03-05T16", "2021-03-05T16:00:61", "2021-03-05T16:00:00.", "2021-03-05T16:00Zulu", "2021-03-05T16:00+24:00",
    "2021-03-05x16:00", "2021-03-05T16:00:00 EST", "2021-03-05T1:00", "20210305T160000", "1066-10-14", "2021-03-051",
  ])
  func whatIsNoDayOfARowIsBadData(text: String) {
    let failure = #expect(throws: Failure.self) { try CalendarDay(inRow: text) }
    #expect(failure?.status == .badData)
    #expect(
      failure?.description == "not a date: \"\(text)\" (write 2021-03-05, of the years 1800 to 2200)")
  }
}
