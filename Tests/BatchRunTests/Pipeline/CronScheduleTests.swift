import MillraceCore
import Support
import Testing

@testable import batch_run

@Suite struct CronScheduleTests {
  @Test(arguments: [
    ("0 3 * * 1", "0 3 * * 1"), ("@daily", "0 0 * * *"), ("@Weekly", "0 0 * * 0"),
    ("*/15 0-6/2 1,15 jan-mar MON-fri", "*/15 0-6/2 1,15 1-3 1-5"),
    ("  5\t4  * *   sun ", "5 4 * * 0"), ("0 0 * * sat-sun", "0 0 * * 6-7"), ("0 0 29 2 *", "0 0 29 2 *"),
  ])
  func whatCronWouldRead(text: String, numbers: String) throws {
    #expect(try CronSchedule(text).text == numbers)
    #expect(try CronSchedule(numbers).text == numbers)
  }

  @Test(arguments: [
    (
      "0 3 * *",
      "expected five fields (minute, hour, day of month, month, day of week), found 4 (\"0 3 * * 1\" is each Monday at 3 o'clock; @daily is midnight)"
    ),
    ("@dayly", "there is no schedule \"@dayly\" (did you mean @daily?)"),
    (
      "@reboot",
      "there is no schedule \"@reboot\" (known are @annually, @daily, @hourly, @midnight, @monthly, @weekly, @yearly)"
    ),
    ("60 3 * * *", "minute: expected 0-59, found \"60\""), ("0 24 * * *", "hour: expected 0-23, found \"24\""),
    ("0 0 0 * *", "day of month: expected 1-31, found \"0\""),
    ("0 0 * foo *", "month: expected 1-12 or a name such as feb, found \"foo\""),
    ("0 0 * * 8", "day of week: expected 0-7 or a name such as mon, found \"8\""),
    ("5/10 * * * *", "minute: a step needs a range before it, found \"5/10\" (write 5-59/10)"),
    ("*/0 * * * *", "minute: expected a step of 1 to 59 behind the /, found \"0\""),
    ("0 20-6 * * *", "hour: the range \"20-6\" ends before it begins (write it as two, with a comma between them)"),
    ("0 1-2-3 * * *", "hour: expected 0-23, found \"1-2-3\""), ("1, * * * *", "minute: expected 0-59, found \"\""),
    ("0 -3 * * *", "hour: expected 0-23, found \"-3\""),
    ("0 0 31 2,4 *", "such a day never comes: no month of the schedule has that day of the month"),
  ])
  func whatItWouldNot(text: String, message: String) {
    #expect {
      try CronSchedule(text)
    } throws: { error in
      (error as? Failure)?.description == message && (error as? Failure)?.status == .badData
    }
  }

  @Test(arguments: [
    ("0 3 * * 1", ["Mon *-*-* 03:00:00"]), ("@hourly", ["*-*-* *:00:00"]),
    ("*/30 9-10 * * *", ["*-*-* 09,10:00,30:00"]),
    ("0 0 1,15 * 5", ["*-*-01,15 00:00:00", "Fri *-*-* 00:00:00"]),
    ("0 0 */2 * 5", ["Fri *-*-01,03,05,07,09,11,13,15,17,19,21,23,25,27,29,31 00:00:00"]),
    ("0 0 13 * *", ["*-*-13 00:00:00"]), ("0 0 13 * 0-6", ["*-*-* 00:00:00"]), ("0 0 1 1 *", ["*-01-01 00:00:00"]),
  ])
  func forSystemd(text: String, lines: [String]) throws {
    #expect(try CronSchedule(text).onCalendar == lines)
  }

  private static let analyse = Executable("/usr/bin/systemd-analyze")
  private static let hasSystemd =
    readFile("/usr/bin/systemd-analyze") != nil
    && analyse.run(["calendar", "--iterations=2", "--base-time=2026-01-01 00:00:00", "Mon *-*-* 03:00:00"]).status == 0

  /// The two or three moments that systemd finds next are those that a slow look at every minute finds.
  @Test(.enabled(if: hasSystemd, "systemd-analyze is not here, or knows no --base-time"))
  func systemdFindsTheSameMoments() throws {
    var generator = SeededGenerator()
    for _ in 0..<25 {
      let text = SlowCron.random(&generator)
      guard let schedule = try? CronSchedule(text) else { continue }
      var found: Set<String> = []
      for line in schedule.onCalendar {
        let outcome = Self.analyse.run(
          ["calendar", "--iterations=3", "--base-time=2026-01-31 23:58:00", line], environment: ["TZ": "UTC"])
        #expect(outcome.status == 0, "\(line): \(outcome.errorText)")
        for line in outcome.outputText.split(separator: "\n")
        where line.contains("elapse:") || line.contains("Iteration #") || line.contains("Iter. #") {
          let words = line.split(separator: " ")
          guard let day = words.firstIndex(where: { $0.hasPrefix("20") }) else { continue }
          found.insert("\(words[day]) \(words[day + 1].prefix(5))")
        }
      }
      let expected = SlowCron(text).next(3)
      #expect(
        Array(found.sorted().prefix(expected.count)) == expected,
        "\(text) as \(schedule.onCalendar), seed \(generator.seed)")
    }
  }

  /// What is read of a schedule are the minutes that a slow reader of its text finds.
  @Test func fieldsHoldWhatTheirTextSays() throws {
    var generator = SeededGenerator()
    for _ in 0..<300 {
      let text = SlowCron.random(&generator)
      guard let schedule = try? CronSchedule(text) else { continue }
      let slow = SlowCron(text)
      for (field, range) in [(0, 0...59), (1, 0...23), (2, 1...31), (3, 1...12), (4, 0...6)] {
        let fields = [schedule.minute, schedule.hour, schedule.dayOfMonth, schedule.month, schedule.dayOfWeek]
        let expected = range.filter { slow.allows($0, field: field) }
        #expect(fields[field].values == expected, "\(text), seed \(generator.seed)")
      }
    }
  }
}

/// Cron as its manual tells it, minute by minute.
private struct SlowCron {
  let fields: [String]

  init(_ text: String) { fields = text.split(separator: " ").map(String.init) }

  static func random(_ generator: inout SeededGenerator) -> String {
    func field(_ low: Int, _ high: Int, _ generator: inout SeededGenerator) -> String {
      switch Int.random(in: 0..<6, using: &generator) {
      case 0, 1: return "*"
      case 2: return "\(Int.random(in: low...high, using: &generator))"
      case 3: return "*/\(Int.random(in: 1...(high - low), using: &generator))"
      case 4:
        let start = Int.random(in: low...high, using: &generator)
        return "\(start)-\(Int.random(in: start...high, using: &generator))"
      default:
        let values = (0..<3).map { _ in "\(Int.random(in: low...high, using: &generator))" }
        return values.joined(separator: ",")
      }
    }
    let ranges = [(0, 59), (0, 23), (1, 31), (1, 12), (0, 7)]
    return ranges.map { field($0.0, $0.1, &generator) }.joined(separator: " ")
  }

  func allows(_ value: Int, field: Int) -> Bool {
    let first = [0, 0, 1, 1, 0][field]
    let values = field == 4 && value == 0 ? [0, 7] : [value]
    return fields[field].split(separator: ",").contains { item in
      let parts = item.split(separator: "/")
      let step = parts.count == 2 ? Int(parts[1]) ?? 1 : 1
      let ends =
        parts[0] == "*" ? [first, field == 4 ? 6 : 1000] : parts[0].split(separator: "-").compactMap { Int($0) }
      return values.contains { $0 >= ends[0] && $0 <= ends[ends.count - 1] && ($0 - ends[0]) % step == 0 }
    }
  }

  /// The next moments after 2026-01-31 23:58, in UTC, within three years.
  func next(_ count: Int) -> [String] {
    var found: [String] = []
    guard let start = CalendarDay("2026-01-31") else { return [] }
    for dayNumber in 0..<1100 where found.count < count {
      let day = start.advanced(by: dayNumber)
      let (month, dayOfMonth, weekday) = (day.month, day.day, day.weekday % 7)
      let isDay = allows(dayOfMonth, field: 2)
      let isWeekday = allows(weekday, field: 4)
      let either = !fields[2].hasPrefix("*") && !fields[4].hasPrefix("*")
      guard allows(month, field: 3), either ? isDay || isWeekday : isDay && isWeekday else { continue }
      for hour in 0..<24 where allows(hour, field: 1) {
        for minute in 0..<60 where allows(minute, field: 0) && found.count < count {
          if dayNumber == 0, (hour, minute) <= (23, 58) { continue }
          found.append("\(day) \(padded(hour, 2)):\(padded(minute, 2))")
        }
      }
    }
    return found
  }
}
