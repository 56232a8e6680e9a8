/// A day of the Gregorian calendar, also before it was in use.
public struct CalendarDay: Sendable, Hashable, Comparable {
  /// Days since 1970-01-01; negative before.
  public let number: Int

  public init(number: Int) { self.number = number }

  /// Nil for a day that no calendar has, and beyond the years 1 to 9999.
  public init?(year: Int, month: Int, day: Int) {
    guard (1...9999).contains(year), (1...12).contains(month), (1...Self.daysIn(month: month, of: year)).contains(day)
    else { return nil }
    // Years that begin in March have their leap day at the end, and months of 153 days in five.
    let shifted = month > 2 ? year : year - 1
    let monthsSinceMarch = (month + 9) % 12
    number =
      365 * shifted + shifted / 4 - shifted / 100 + shifted / 400 + (153 * monthsSinceMarch + 2) / 5 + day - 1
      - Self.epoch
  }

  /// Of the moment, in UTC.
  public init(utc moment: Timestamp) { number = Self.dividedDown(moment.seconds, by: 86_400) }

  /// 1970-01-01 in days since 0000-03-01.
  private static let epoch = 719_468

  /// The years in which a day that is read from text may lie; others are errors of writing.
  public static let writtenYears = 1800...2200

  /// Reads `YYYY-MM-DD` and nothing else: ten characters, a day that the calendar has, of `writtenYears`.
  public init?(_ text: String) {
    var text = text
    guard let day = text.withUTF8({ unsafe CalendarDay(digits: UnsafeRawBufferPointer($0)) }) else { return nil }
    self = day
  }

  /// Reads the same from bytes.
  public init?(digits: UnsafeRawBufferPointer) {
    guard digits.count == 10, unsafe digits[4] == UInt8(ascii: "-"), unsafe digits[7] == UInt8(ascii: "-") else {
      return nil
    }
    var parts = (0, 0, 0)
    for index in 0..<10 where index != 4 && index != 7 {
      let digit = unsafe Int(digits[index]) - 0x30
      guard (0...9).contains(digit) else { return nil }
      if index < 4 {
        parts.0 = parts.0 * 10 + digit
      } else if index < 7 {
        parts.1 = parts.1 * 10 + digit
      } else {
        parts.2 = parts.2 * 10 + digit
      }
    }
    guard Self.writtenYears.contains(parts.0) else { return nil }
    self.init(year: parts.0, month: parts.1, day: parts.2)
  }

  /// Year, month from 1, and day from 1.
  public var parts: (year: Int, month: Int, day: Int) {
    let sinceMarch = number + Self.epoch
    let era = Self.dividedDown(sinceMarch, by: 146_097)
    let dayOfEra = sinceMarch - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthsSinceMarch = (5 * dayOfYear + 2) / 153
    let month = monthsSinceMarch < 10 ? monthsSinceMarch + 3 : monthsSinceMarch - 9
    return (
      yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * monthsSinceMarch + 2) / 5 + 1
    )
  }

  public var year: Int { parts.year }
  public var month: Int { parts.month }
  public var day: Int { parts.day }

  /// 1 for Monday to 7 for Sunday, as ISO 8601 counts.
  public var weekday: Int {
    // 1970-01-01 was a Thursday.
    let sinceMonday = number + 3
    return sinceMonday - Self.dividedDown(sinceMonday, by: 7) * 7 + 1
  }

  /// `YYYY-MM-DD`.
  public var text: String { text(separator: "-") }

  public func text(separator: String) -> String {
    let (year, month, day) = parts
    return "\(padded(year, 4))\(separator)\(padded(month, 2))\(separator)\(padded(day, 2))"
  }

  /// So many days later.
  public func advanced(by days: Int) -> CalendarDay { CalendarDay(number: number + days) }

  public static func daysIn(month: Int, of year: Int) -> Int {
    switch month {
    case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  public static func < (one: CalendarDay, other: CalendarDay) -> Bool { one.number < other.number }

  private static func dividedDown(_ number: Int, by divisor: Int) -> Int {
    let quotient = number / divisor
    return number % divisor < 0 ? quotient - 1 : quotient
  }
}

extension CalendarDay: CustomStringConvertible {
  public var description: String { text }
}
