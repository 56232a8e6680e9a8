import Support

/// When the exchanges of New York trade.
public enum InventedExchange {
  /// Whether there is a session on the day: not on weekends, holidays and the days of mourning, attack and storm.
  public static func isOpen(_ day: GregorianDay) -> Bool {
    let weekday = weekday(day)
    return weekday < 5 && !extraordinary.contains(day) && !isHoliday(day, weekday)
  }

  /// The day, or the next with a session.
  public static func session(onOrAfter day: GregorianDay) -> GregorianDay {
    var day = day
    while !isOpen(day) { day.number += 1 }
    return day
  }

  /// The last day with a session before that day.
  public static func session(before day: GregorianDay) -> GregorianDay {
    var day = GregorianDay(number: day.number - 1)
    while !isOpen(day) { day.number -= 1 }
    return day
  }

  /// 0 for Monday.
  static func weekday(_ day: GregorianDay) -> Int { (day.number + 3) % 7 }

  private static let extraordinary: Set<GregorianDay> = [
    GregorianDay(2001, 9, 11), GregorianDay(2001, 9, 12), GregorianDay(2001, 9, 13), GregorianDay(2001, 9, 14),
    GregorianDay(2004, 6, 11), GregorianDay(2007, 1, 2), GregorianDay(2012, 10, 29), GregorianDay(2012, 10, 30),
    GregorianDay(2018, 12, 5), GregorianDay(2025, 1, 9),
  ]

  /// - Parameter weekday: of the day, none of a weekend.
  private static func isHoliday(_ day: GregorianDay, _ weekday: Int) -> Bool {
    let (year, month, date) = day.parts
    let monday = weekday == 0
    switch month {
    case 1: if monday && (15...21).contains(date) && year >= 1998 { return true }
    case 2: if monday && (15...21).contains(date) { return true }
    case 3, 4: if weekday == 4 && day.number == easter(year).number - 2 { return true }
    case 5: if monday && date >= 25 { return true }
    case 9: if monday && date <= 7 { return true }
    case 11: if weekday == 3 && (22...28).contains(date) { return true }
    default: break
    }
    var fixed = [(7, 4), (12, 25)]
    if year >= 2022 { fixed.append((6, 19)) }
    // On Saturdays a holiday moves to Friday, on Sundays to Monday; but the year does not end with New Year's Day.
    if month == 1, date == 1 || (monday && date == 2) { return true }
    return fixed.contains { holiday in
      let exact = GregorianDay(year, holiday.0, holiday.1)
      switch Self.weekday(exact) {
      case 5: return day.number == exact.number - 1
      case 6: return day.number == exact.number + 1
      default: return day == exact
      }
    }
  }

  /// Easter Sunday of the Gregorian calendar (Meeus, Jones and Butcher).
  private static func easter(_ year: Int) -> GregorianDay {
    let golden = year % 19
    let (century, rest) = (year / 100, year % 100)
    let moon = (19 * golden + century - century / 4 - (century - (century + 8) / 25 + 1) / 3 + 15) % 30
    let sunday = (32 + 2 * (century % 4) + 2 * (rest / 4) - moon - rest % 4) % 7
    let correction = (golden + 11 * moon + 22 * sunday) / 451
    let sum = moon + sunday - 7 * correction + 114
    return GregorianDay(year, sum / 31, sum % 31 + 1)
  }
}

/// A moment as the exchange sees it.
public struct InventedMoment: Sendable, Hashable {
  public var day: GregorianDay
  /// How much of the day's session is over, 0 to 1; nil before it begins.
  public var progress: Double?
  /// Seconds since midnight in New York.
  var second: Int

  /// - Parameter progress: 1 for a day that is over.
  public init(_ day: GregorianDay, progress: Double? = 1) {
    self.day = day
    self.progress = progress
    second = progress.map { Self.opening + Int($0 * Self.length) } ?? 0
  }

  /// - Parameter seconds: since 1970.
  public init(seconds: Int) {
    let local = seconds - (Self.isSummerTime(seconds) ? 4 : 5) * 3600
    day = GregorianDay(number: local / 86_400)
    second = local % 86_400
    let elapsed = Double(second - Self.opening)
    progress = elapsed < 0 ? nil : min(1, elapsed / Self.length)
  }

  /// 9:30, and six and a half hours.
  private static let opening = 34_200
  private static let length = 23_400.0

  /// From the second Sunday of March, 2:00, to the first of November, as since 2007.
  private static func isSummerTime(_ seconds: Int) -> Bool {
    let year = GregorianDay(number: seconds / 86_400).parts.year
    func sunday(_ month: Int, from date: Int) -> Int {
      let day = GregorianDay(year, month, date)
      return day.number + (6 - InventedExchange.weekday(day)) % 7
    }
    return seconds >= sunday(3, from: 8) * 86_400 + 7 * 3600 && seconds < sunday(11, from: 1) * 86_400 + 6 * 3600
  }
}
