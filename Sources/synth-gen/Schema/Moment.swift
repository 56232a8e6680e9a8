import MillraceCore

/// A point of time as schemas write it: a date, a date with a time, `today`, `now`, or an offset from now such as `-30y`,
/// `+2w`, `-1d12h`. The only now is the run's.
struct Moment {
  /// Since 1970-01-01T00:00:00 of the wall clock.
  let seconds: Int

  init?(_ text: String, asOf: AsOf) {
    let text = String(text.trimmed)
    switch text.lowercased() {
    case "now": seconds = asOf.seconds
    case "today": seconds = asOf.day * 86_400
    case "yesterday": seconds = (asOf.day - 1) * 86_400
    case "tomorrow": seconds = (asOf.day + 1) * 86_400
    default:
      guard let found = Self.written(text) ?? Self.offset(text, from: asOf) else { return nil }
      seconds = found
    }
  }

  /// Seconds of `2024-01-31`, `2024-01-31 12:00`, `2024-01-31T12:00:00Z`.
  static func written(_ text: String) -> Int? {
    guard text.utf8.count >= 10, let day = CalendarDay(String(text.prefix(10))) else { return nil }
    let rest = text.dropFirst(10)
    if rest.isEmpty { return day.number * 86_400 }
    guard let separator = rest.first, separator == "T" || separator == " " else { return nil }
    var clock = rest.dropFirst()
    if clock.hasSuffix("Z") { clock = clock.dropLast() }
    let parts = clock.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2 || parts.count == 3, parts.allSatisfy({ $0.count == 2 }),
      let hours = Int(parts[0]), let minutes = Int(parts[1]), let seconds = Int(parts.count == 3 ? parts[2] : "00"),
      (0..<24).contains(hours), (0..<60).contains(minutes), (0..<60).contains(seconds)
    else { return nil }
    return day.number * 86_400 + hours * 3600 + minutes * 60 + seconds
  }

  /// One or more of a number with a unit, of which the first has the sign: `-1y6M`. Years and months are the calendar's.
  private static func offset(_ text: String, from asOf: AsOf) -> Int? {
    guard let sign = text.first, sign == "+" || sign == "-" else { return nil }
    var rest = text.dropFirst()
    var (months, seconds) = (0, 0)
    guard !rest.isEmpty else { return nil }
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      guard let amount = Int(digits), amount <= 100_000_000 else { return nil }
      rest = rest.dropFirst(digits.count)
      let unit = rest.prefix { $0.isLetter }
      rest = rest.dropFirst(unit.count)
      switch unit {
      case "y", "year", "years": months += 12 * amount
      case "M", "mo", "month", "months": months += amount
      case "w", "week", "weeks": seconds += 604_800 * amount
      case "d", "day", "days": seconds += 86_400 * amount
      case "h", "hour", "hours": seconds += 3600 * amount
      case "m", "min", "minute", "minutes": seconds += 60 * amount
      case "s", "second", "seconds": seconds += amount
      default: return nil
      }
    }
    guard months <= 12 * 2000, seconds <= 2000 * 366 * 86_400 else { return nil }
    if sign == "-" { (months, seconds) = (-months, -seconds) }
    let day = CalendarDay(number: asOf.day).moved(months: months)
    return day.number * 86_400 + (asOf.seconds - asOf.day * 86_400) + seconds
  }
}

extension CalendarDay {
  /// The same day of another month, or its last where that has fewer days.
  func moved(months: Int) -> CalendarDay {
    if months == 0 { return self }
    let count = year * 12 + (month - 1) + months
    let (newYear, newMonth) = (count >= 0 ? count / 12 : (count - 11) / 12, (count % 12 + 12) % 12 + 1)
    let day = min(self.day, Self.daysIn(month: newMonth, of: newYear))
    return CalendarDay(year: newYear, month: newMonth, day: day) ?? self
  }
}
