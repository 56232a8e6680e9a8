import MillraceCore

/// Numbers and dates as text, without a String.
extension ByteBuffer {
  /// Two digits for each number below 100.
  @inline(__always) func append(twoDigits value: Int) {
    reserve(2)
    let pair = UInt16(48 + value / 10) | UInt16(48 + value % 10) << 8
    unsafe base.storeBytes(of: pair.littleEndian, toByteOffset: count, as: UInt16.self)
    count += 2
  }

  @inline(__always) func append(integer value: Int) {
    if value < 0 { append(UInt8(ascii: "-")) }
    append(unsigned: value.magnitude)
  }

  func append(unsigned value: UInt) {
    reserve(20)
    var rest = value
    let length = Self.digits(of: value)
    var place = count + length
    while rest >= 100 {
      let pair = Int(truncatingIfNeeded: rest % 100)
      rest /= 100
      place -= 2
      let digits = UInt16(48 + pair / 10) | UInt16(48 + pair % 10) << 8
      unsafe base.storeBytes(of: digits.littleEndian, toByteOffset: place, as: UInt16.self)
    }
    if rest >= 10 {
      place -= 2
      let digits = UInt16(48 + rest / 10) | UInt16(48 + rest % 10) << 8
      unsafe base.storeBytes(of: digits.littleEndian, toByteOffset: place, as: UInt16.self)
    } else {
      unsafe base.storeBytes(of: UInt8(48 + rest), toByteOffset: place - 1, as: UInt8.self)
    }
    count += length
  }

  /// A whole number with zeros in front, up to this many digits.
  func append(integer value: Int, width: Int) {
    if value < 0 { append(UInt8(ascii: "-")) }
    let digits = Self.digits(of: value.magnitude)
    if digits < width { for _ in digits..<width { append(UInt8(ascii: "0")) } }
    append(unsigned: value.magnitude)
  }

  @inline(__always) private static func digits(of value: UInt) -> Int {
    // Most numbers of a table are small.
    if value < 10 { return 1 }
    if value < 100 { return 2 }
    if value < 1000 { return 3 }
    if value < 10_000 { return 4 }
    var (length, bound) = (5, UInt(100_000))
    while value >= bound, length < 20 {
      length += 1
      bound = length == 20 ? .max : bound * 10
    }
    return length
  }

  static let powersOfTen: [Double] = (0...15).map { exponent in (0..<exponent).reduce(1.0) { power, _ in power * 10 } }

  /// A number with this many decimals, at most 15: rounded half away from zero, never `-0`.
  func append(number value: Double, decimals: Int) {
    let scale = Self.powersOfTen[decimals]
    let scaled = (value * scale).rounded(.toNearestOrAwayFromZero)
    guard abs(scaled) < 9e15 else {
      // Digits that a double does not have are not made up.
      append(value.description)
      return
    }
    append(scaled: Int(scaled), decimals: decimals)
  }

  /// `value` / 10^`decimals`.
  @inline(__always) func append(scaled value: Int, decimals: Int) {
    guard decimals > 0 else { return append(integer: value) }
    append(integer: value, width: decimals + 1)
    // The point goes between digits that are there already: no division by a power that only the schema knows.
    reserve(1)
    let end = count
    for place in 0..<decimals {
      let digit = unsafe base.load(fromByteOffset: end - 1 - place, as: UInt8.self)
      unsafe base.storeBytes(of: digit, toByteOffset: end - place, as: UInt8.self)
    }
    unsafe base.storeBytes(of: UInt8(ascii: "."), toByteOffset: end - decimals, as: UInt8.self)
    count = end + 1
  }

  /// `YYYY-MM-DD`.
  @inline(__always) func append(day: CalendarDay) {
    let parts = Self.parts(of: day)
    reserve(10)
    func pair(_ value: UInt32) -> UInt64 {
      let tens = value / 10
      return UInt64(0x3030 &+ tens &+ (value &- 10 &* tens) << 8)
    }
    let century = parts.year / 100
    let year = pair(century) | pair(parts.year &- 100 &* century) << 16
    let month = UInt64(UInt8(ascii: "-")) | pair(parts.month) << 8 | UInt64(UInt8(ascii: "-")) << 24
    unsafe base.storeBytes(of: (year | month << 32).littleEndian, toByteOffset: count, as: UInt64.self)
    let last = UInt16(truncatingIfNeeded: pair(parts.day))
    unsafe base.storeBytes(of: last.littleEndian, toByteOffset: count + 8, as: UInt16.self)
    count += 10
  }

  /// Year, month and day of a day of the years 0 to 9999 (Neri and Schneider: Euclidean affine functions and their application to
  /// calendar algorithms, 2023).
  @inline(__always) private static func parts(of day: CalendarDay) -> (year: UInt32, month: UInt32, day: UInt32) {
    // Since 0000-03-01: years that begin in March have their leap day at the end.
    let number = UInt32(truncatingIfNeeded: day.number &+ 719_468) &* 4 | 3
    let century = number / 146_097
    let dayOfCentury = (number &- century &* 146_097) | 3
    let product = UInt64(dayOfCentury) &* 2_939_745
    let dayOfYear = UInt32(truncatingIfNeeded: product) / 2_939_745 / 4
    let monthAndDay = dayOfYear &* 2141 &+ 197_913
    let isNextYear: UInt32 = dayOfYear >= 306 ? 1 : 0
    let year = century &* 100 &+ UInt32(truncatingIfNeeded: product >> 32) &+ isNextYear
    return (year, (monthAndDay >> 16) &- 12 &* isNextYear, (monthAndDay & 0xffff) / 2141 &+ 1)
  }

  /// `hh:mm:ss` of the seconds since midnight.
  @inline(__always) func append(timeOfDay seconds: Int) {
    append(twoDigits: seconds / 3600)
    append(UInt8(ascii: ":"))
    append(twoDigits: seconds / 60 % 60)
    append(UInt8(ascii: ":"))
    append(twoDigits: seconds % 60)
  }

  /// `YYYY-MM-DD hh:mm:ss` of the wall clock, with what stands between.
  func append(moment seconds: Int, separator: UInt8 = UInt8(ascii: " ")) {
    let day = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
    append(day: CalendarDay(number: day))
    append(separator)
    append(timeOfDay: seconds - day * 86_400)
  }
}

extension ByteBuffer {
  /// A finite number in the fewest digits that tell it from all others; a whole one without a point.
  func append(shortest value: Double) {
    if abs(value) < 1e15, value == value.rounded() { return append(integer: Int(value)) }
    // Most numbers of a table have few decimals: these are found without a String.
    for decimals in 1...6 {
      let scaled = (value * Self.powersOfTen[decimals]).rounded()
      if abs(scaled) < 1e15, scaled / Self.powersOfTen[decimals] == value {
        return append(scaled: Int(scaled), decimals: decimals)
      }
    }
    append(value.description)
  }
}
