import MillraceCore

/// Reads the parts of a day and a time from text.
struct DatetimeReader {
  private var bytes: ArraySlice<UInt8>
  private var year = 1900
  private var month = 1
  private var day = 1
  private var dayOfYear: Int?
  private var hour = 0
  private var minute = 0
  private var second = 0
  private var fraction = 0
  private var isAfternoon: Bool?
  /// East of Greenwich, in seconds.
  private var offset = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes[...] }

  var isAtEnd: Bool { bytes.isEmpty }

  /// Since 1970-01-01T00:00:00Z; nil for a day or a time that there is not.
  var nanoseconds: Double? {
    guard let first = CalendarDay(year: year, month: dayOfYear == nil ? month : 1, day: dayOfYear == nil ? day : 1),
      hour < 24, minute < 60, second < 60
    else { return nil }
    let hours = isAfternoon.map { hour % 12 + ($0 ? 12 : 0) } ?? hour
    let days = first.number + (dayOfYear ?? 1) - 1
    let seconds = days * 86_400 + hours * 3600 + minute * 60 + second - offset
    // Whole numbers where 64 bits hold them, as they do from 1678 to 2261.
    let whole = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    return whole.overflow ? Double(seconds) * 1e9 : Double(whole.partialValue &+ fraction)
  }

  mutating func skip(_ byte: UInt8) -> Bool {
    if bytes.first == byte {
      bytes.removeFirst()
      return true
    }
    return false
  }

  private mutating func number(most digits: Int, least: Int = 1) -> Int? {
    var value = 0
    var read = 0
    while read < digits, let byte = bytes.first, (0x30...0x39).contains(byte) {
      value = value * 10 + Int(byte - 0x30)
      bytes.removeFirst()
      read += 1
    }
    return read >= least ? value : nil
  }

  /// `2026-03-01`, `2026-03-01T10:20`, `2026-03-01 10:20:30.125+01:00`.
  mutating func readISO8601() -> Bool {
    guard let year = number(most: 4, least: 4), skip(0x2D), let month = number(most: 2, least: 2), skip(0x2D),
      let day = number(most: 2, least: 2)
    else { return false }
    (self.year, self.month, self.day) = (year, month, day)
    if isAtEnd { return true }
    guard skip(UInt8(ascii: "T")) || skip(0x20), let hour = number(most: 2, least: 2), skip(0x3A),
      let minute = number(most: 2, least: 2)
    else { return false }
    (self.hour, self.minute) = (hour, minute)
    if skip(0x3A) {
      guard let second = number(most: 2, least: 2) else { return false }
      self.second = second
      if skip(UInt8(ascii: ".")), !readFraction() { return false }
    }
    return isAtEnd || readOffset()
  }

  private mutating func readFraction() -> Bool {
    var scale = 100_000_000
    var read = 0
    while let byte = bytes.first, (0x30...0x39).contains(byte), read < 9 {
      fraction += Int(byte - 0x30) * scale
      scale /= 10
      bytes.removeFirst()
      read += 1
    }
    return read > 0
  }

  private mutating func readOffset() -> Bool {
    if skip(UInt8(ascii: "Z")) { return true }
    _ = skip(0x20)
    let isWest = bytes.first == UInt8(ascii: "-")
    guard skip(UInt8(ascii: "+")) || skip(UInt8(ascii: "-")), let hours = number(most: 2, least: 2) else {
      return false
    }
    _ = skip(0x3A)
    guard isAtEnd || (bytes.first.map { (0x30...0x39).contains($0) } ?? false) else { return false }
    let minutes = number(most: 2, least: 2) ?? 0
    offset = (hours * 3600 + minutes * 60) * (isWest ? -1 : 1)
    return hours < 24 && minutes < 60
  }

  // MARK: Fields of strptime

  mutating func readField(_ letter: UInt8) -> Bool {
    switch letter {
    case UInt8(ascii: "f"): return readFraction()
    case UInt8(ascii: "z"): return readOffset()
    case UInt8(ascii: "Z"): return readZone()
    case UInt8(ascii: "b"), UInt8(ascii: "B"): return readMonthName()
    case UInt8(ascii: "a"), UInt8(ascii: "A"): return readName(Self.weekdays) != nil
    case UInt8(ascii: "p"):
      guard let half = readName(["am", "pm"]) else { return false }
      isAfternoon = half == 1
      return true
    default: return readNumber(letter)
    }
  }

  private mutating func readNumber(_ letter: UInt8) -> Bool {
    let isYear = letter == UInt8(ascii: "Y")
    guard let value = number(most: isYear ? 4 : letter == UInt8(ascii: "j") ? 3 : 2, least: isYear ? 4 : 1) else {
      return false
    }
    switch letter {
    case UInt8(ascii: "Y"): year = value
    // As POSIX has it: 69 to 99 are of the twentieth century.
    case UInt8(ascii: "y"): year = value + (value < 69 ? 2000 : 1900)
    case UInt8(ascii: "m"): month = value
    case UInt8(ascii: "d"), UInt8(ascii: "e"): day = value
    case UInt8(ascii: "j"):
      dayOfYear = value
      return (1...366).contains(value)
    case UInt8(ascii: "H"): hour = value
    case UInt8(ascii: "I"):
      hour = value
      return (1...12).contains(value)
    case UInt8(ascii: "M"): minute = value
    case UInt8(ascii: "S"): second = value
    default: return false
    }
    return true
  }

  /// Names of zones other than those of UTC mean different things in different places.
  private mutating func readZone() -> Bool { readName(["utc", "gmt", "z"]) != nil }

  private mutating func readMonthName() -> Bool {
    guard let index = readName(Self.months) else { return false }
    month = index + 1
    return true
  }

  private static let months = [
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
  ]
  private static let weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

  /// Reads one of these names, whole or its first three letters, in capitals or small letters.
  private mutating func readName(_ names: [String]) -> Int? {
    let letters = bytes.prefix { (0x41...0x5A).contains($0 & 0xDF) }
    let word = String(decoding: letters, as: UTF8.self).lowercased()
    guard !word.isEmpty, let index = names.firstIndex(where: { $0 == word || $0.prefix(3) == word }) else { return nil }
    bytes = bytes.dropFirst(letters.count)
    return index
  }
}
