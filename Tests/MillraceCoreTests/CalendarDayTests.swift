import Support
import Testing

@testable import MillraceCore

/// Days of the calendar.
@Suite struct CalendarDayTests {
  @Test(arguments: [
    ("1970-01-01", 0, 4), ("1969-12-31", -1, 3), ("2000-02-29", 11_016, 2), ("1800-01-01", -62_091, 3),
    ("2200-12-31", 84_370, 3), ("2021-03-05", 18_691, 5), ("2026-11-22", 20_779, 7),
  ])
  func daysAreRead(text: String, number: Int, weekday: Int) throws {
    let day = try #require(CalendarDay(text))
    #expect(day.number == number)
    #expect(day.weekday == weekday)
    #expect(day.text == text)
    #expect(
      "\(day.year) \(day.month) \(day.day)"
        == text.split(separator: "-").map { "\(Int($0) ?? 0)" }.joined(separator: " "))
  }

  @Test(arguments: [
    "", "2021", "2021-3-05", "2021-03-5", "2021/03/05", "20210305", "2021-13-01", "2021-00-10", "2021-02-29",
    "1900-02-29", "2021-04-31", "2021-01-00", "1799-12-31", "2201-01-01", "0000-01-01", "2021-03-05 ", " 2021-03-05",
    "+021-03-05", "２０２１-03-05", "2021-03-05T", "2021-0a-05", "2021-03-0\u{0}",
  ])
  func whatIsNoDayIsRefused(text: String) { #expect(CalendarDay(text) == nil) }

  @Test func momentsHaveTheirDay() {
    #expect(CalendarDay(utc: Timestamp(seconds: 0)).text == "1970-01-01")
    #expect(CalendarDay(utc: Timestamp(seconds: -1)).text == "1969-12-31")
    #expect(CalendarDay(utc: Timestamp(seconds: 86_399)).text == "1970-01-01")
  }

  /// Python's calendar is the measure.
  @Test func daysAreThoseOfTheCalendar() throws {
    let script = """
      import datetime, sys
      for line in sys.stdin:
          print(datetime.date.fromordinal(int(line)).strftime('%Y %m %d %u'))
      """
    var random = SeededGenerator()
    // Of 0001-03-01 and 3000-12-31, counted from 0001-01-01 as 1.
    let ordinals =
      (1...800).map { _ in Int.random(in: 60...1_095_727, using: &random) }
      + [60, 61, 730_179, 730_180, 693_655, 693_654, 1_095_727]
    let outcome = Executable("/usr/bin/env").run(
      ["python3", "-c", script], input: .text(ordinals.map { "\($0)\n" }.joined()))
    try #require(outcome.status == 0)
    let lines = outcome.outputText.split(separator: "\n")
    try #require(lines.count == ordinals.count)
    for (ordinal, line) in zip(ordinals, lines) {
      let parts = line.split(separator: " ").compactMap { Int($0) }
      let day = try #require(CalendarDay(year: parts[0], month: parts[1], day: parts[2]))
      // Python counts from the first day of the year 1.
      #expect(day.number == ordinal - 719_163, "\(line), seed \(random.seed)")
      #expect(day.weekday == parts[3], "\(line), seed \(random.seed)")
      #expect(
        CalendarDay(number: day.number).text.split(separator: "-").compactMap { Int($0) } == Array(parts.prefix(3)))
    }
  }

  @Test func everyDayFollowsItsForerunner() throws {
    let first = try #require(CalendarDay(year: 1899, month: 12, day: 31))
    var (year, month, day) = (1899, 12, 31)
    var wrong: [String] = []
    for number in first.number...first.number + 40_000 {
      let text = CalendarDay(number: number).text
      if text != "\(year)-\(month < 10 ? "0" : "")\(month)-\(day < 10 ? "0" : "")\(day)" { wrong.append(text) }
      day += 1
      if day > CalendarDay.daysIn(month: month, of: year) { (month, day) = (month + 1, 1) }
      if month > 12 { (year, month) = (year + 1, 1) }
    }
    #expect(wrong == [])
  }
}
