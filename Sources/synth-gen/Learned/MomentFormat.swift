import MillraceCore

/// How a column spells days and times, in the words of strftime(3): `%Y-%m-%dT%H:%M:%S.%3fZ`.
///
/// `%-d` is a number without a zero in front, `%3f` a fraction of a second with three digits.
struct MomentFormat: Equatable, Sendable {
  enum Part: Equatable, Sendable {
    case year, shortYear, month, day, hour, minute, second
    case monthName, fullMonthName
    /// Digits of a fraction of a second.
    case fraction(Int)
    case literal([UInt8])
  }

  private(set) var parts: [Part]
  /// Numbers of one digit have no zero in front.
  var isUnpadded = false

  /// Ticks of a second: 1, or 10^digits of the fraction.
  var ticks: Int {
    for case .fraction(let digits) in parts { return (0..<digits).reduce(1) { power, _ in power * 10 } }
    return 1
  }

  var hasDate: Bool { parts.contains(.year) || parts.contains(.shortYear) }
  var hasDay: Bool { parts.contains(.day) }
  var hasTime: Bool { parts.contains(.hour) }

  static let monthNames = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
  static let fullMonthNames = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
  ]

  init(parts: [Part], isUnpadded: Bool = false) {
    self.parts = parts
    self.isUnpadded = isUnpadded
  }

  // MARK: The pattern

  private static let letters: [(Character, Part)] = [
    ("Y", .year), ("y", .shortYear), ("m", .month), ("d", .day), ("H", .hour), ("M", .minute), ("S", .second),
    ("b", .monthName), ("B", .fullMonthName),
  ]

  var pattern: String {
    var text = ""
    for part in parts {
      switch part {
      case .fraction(let digits): text += "%\(digits)f"
      case .literal(let bytes): text += String(decoding: bytes, as: UTF8.self).replacing("%", with: "%%")
      default:
        let letter = Self.letters.first { $0.1 == part }?.0 ?? "?"
        let isShort = isUnpadded && (part == .month || part == .day || part == .hour)
        text += isShort ? "%-\(letter)" : "%\(letter)"
      }
    }
    return text
  }

  /// Nil for what no model has.
  init?(pattern: String) {
    parts = []
    var rest = Substring(pattern)
    while let character = rest.popFirst() {
      guard character == "%" else {
        append(literal: Array(String(character).utf8))
        continue
      }
      guard var letter = rest.popFirst() else { return nil }
      if letter == "%" {
        append(literal: [UInt8(ascii: "%")])
        continue
      }
      if let digits = letter.wholeNumberValue, (1...6).contains(digits), rest.popFirst() == "f" {
        parts.append(.fraction(digits))
        continue
      }
      if letter == "-" {
        isUnpadded = true
        guard let next = rest.popFirst() else { return nil }
        letter = next
      }
      guard let part = Self.letters.first(where: { $0.0 == letter })?.1 else { return nil }
      parts.append(part)
    }
    // A moment is a whole date, a month, or a time of day.
    let isDate = hasDate && (parts.contains(.month) || parts.contains(.monthName) || parts.contains(.fullMonthName))
    guard isDate || (hasTime && !hasDate) else { return nil }
    if hasTime, !parts.contains(.minute) || (hasDate && !hasDay) { return nil }
  }

  private mutating func append(literal bytes: [UInt8]) {
    if case .literal(let before)? = parts.last {
      parts[parts.count - 1] = .literal(before + bytes)
    } else {
      parts.append(.literal(bytes))
    }
  }

  // MARK: Values

  /// Reads a moment: ticks since 1970-01-01T00:00:00 of the wall clock, or since midnight when there is no date.
  func ticks(of bytes: UnsafeRawBufferPointer) -> Int? {
    var index = 0
    func number(_ digits: ClosedRange<Int>) -> Int? {
      var (value, count) = (0, 0)
      while count < digits.upperBound, index < bytes.count, case let digit = unsafe Int(bytes[index]) - 0x30,
        (0...9).contains(digit)
      {
        value = value * 10 + digit
        count += 1
        index += 1
      }
      return digits.contains(count) ? value : nil
    }
    var (year, month, day, hour, minute, second, fraction) = (1970, 1, 1, 0, 0, 0, 0)
    let width = isUnpadded ? 1...2 : 2...2
    for part in parts {
      switch part {
      case .year: guard let value = number(4...4) else { return nil }; year = value
      // As POSIX has it.
      case .shortYear:
        guard let value = number(2...2) else { return nil }; year = value < 69 ? 2000 + value : 1900 + value
      case .month: guard let value = number(width) else { return nil }; month = value
      case .day: guard let value = number(width) else { return nil }; day = value
      case .hour: guard let value = number(width), value < 24 else { return nil }; hour = value
      case .minute: guard let value = number(2...2), value < 60 else { return nil }; minute = value
      case .second: guard let value = number(2...2), value < 60 else { return nil }; second = value
      case .fraction(let digits): guard let value = number(digits...digits) else { return nil }; fraction = value
      case .monthName, .fullMonthName:
        let names = part == .monthName ? Self.monthNames : Self.fullMonthNames
        let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[index...])
        guard let found = names.firstIndex(where: { unsafe rest.starts(with: $0.utf8) }) else { return nil }
        month = found + 1
        index += names[found].utf8.count
      case .literal(let literal):
        guard index + literal.count <= bytes.count,
          unsafe bytes[index..<index + literal.count].elementsEqual(literal)
        else { return nil }
        index += literal.count
      }
    }
    guard index == bytes.count, let date = CalendarDay(year: year, month: month, day: day) else { return nil }
    return ((date.number * 86_400) + hour * 3600 + minute * 60 + second) * ticks + fraction
  }

  func append(_ moment: Int, to buffer: ByteBuffer) {
    let ticks = ticks
    let (seconds, fraction) = floorDivided(moment, by: ticks)
    let (dayNumber, time) = floorDivided(seconds, by: 86_400)
    let date = CalendarDay(number: dayNumber).parts
    for part in parts {
      switch part {
      case .year: buffer.append(integer: date.year, width: 4)
      case .shortYear: buffer.append(twoDigits: date.year % 100)
      case .month: append(short: date.month, to: buffer)
      case .day: append(short: date.day, to: buffer)
      case .hour: append(short: time / 3600, to: buffer)
      case .minute: buffer.append(twoDigits: time / 60 % 60)
      case .second: buffer.append(twoDigits: time % 60)
      case .fraction(let digits): buffer.append(integer: fraction, width: digits)
      case .monthName: buffer.append(Self.monthNames[date.month - 1])
      case .fullMonthName: buffer.append(Self.fullMonthNames[date.month - 1])
      case .literal(let bytes): buffer.append(bytes)
      }
    }
  }

  @inline(__always) private func append(short value: Int, to buffer: ByteBuffer) {
    if isUnpadded { buffer.append(integer: value) } else { buffer.append(twoDigits: value) }
  }
}

/// Quotient and remainder of a division that rounds down.
@inline(__always) func floorDivided(_ value: Int, by divisor: Int) -> (Int, Int) {
  let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
  return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
}
