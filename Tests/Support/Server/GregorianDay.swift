/// A day of the Gregorian calendar, as the number of days since 1970-01-01.
public struct GregorianDay: Hashable, Comparable, Sendable {
  public var number: Int

  public init(number: Int) { self.number = number }

  /// The day, or the next that exists when a month is too short for it.
  public init(_ year: Int, _ month: Int, _ day: Int) {
    // Counted from 1 March, so that the day that comes and goes is the last of a year.
    let shifted = month <= 2 ? year - 1 : year
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    number = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  public var parts: (year: Int, month: Int, day: Int) {
    let shifted = number + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let month = (5 * dayOfYear + 2) / 153
    let isNextYear = month >= 10
    return (
      yearOfEra + era * 400 + (isNextYear ? 1 : 0), isNextYear ? month - 9 : month + 3,
      dayOfYear - (153 * month + 2) / 5 + 1
    )
  }

  public static func < (one: GregorianDay, other: GregorianDay) -> Bool { one.number < other.number }

  /// The days that `2020`, `2020/3` or `2020/03/01` means; nil for anything else. `3000` is a year like others.
  public static func range(_ text: String) -> ClosedRange<GregorianDay>? {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) ?? -1 }
    guard (1...3).contains(parts.count), (1000...9999).contains(parts[0]) else { return nil }
    let year = parts[0]
    guard parts.count > 1 else { return GregorianDay(year, 1, 1)...GregorianDay(year, 12, 31) }
    let month = parts[1]
    guard (1...12).contains(month) else { return nil }
    let next = month == 12 ? GregorianDay(year + 1, 1, 1) : GregorianDay(year, month + 1, 1)
    guard parts.count > 2 else { return GregorianDay(year, month, 1)...GregorianDay(number: next.number - 1) }
    let day = GregorianDay(year, month, parts[2])
    return parts[2] >= 1 && day < next ? day...day : nil
  }
}

/// A number with leading zeros.
public func zeroPadded(_ number: Int, _ digits: Int = 2) -> String {
  let text = String(number)
  return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
}
