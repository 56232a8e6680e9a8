import Glibc
import MillraceCore

/// A decimal number as a table spells it.
struct DecimalNumber {
  /// The value is `digits` / 10^`decimals`.
  var digits: Int
  /// Digits behind the point; below zero for numbers such as `6e23`.
  var decimals: Int
  /// Digits behind the point as they were written; nil when there was an exponent.
  var writtenDecimals: Int?

  var value: Double { Double(digits) * pow(10, -Double(decimals)) }

  /// Reads a number as JSON spells it, and nothing else: `007`, `+1`, `.5` and `1,000` are texts. At most 18 digits: longer
  /// ones name things.
  init?(_ bytes: UnsafeRawBufferPointer) {
    var index = 0
    func byte() -> UInt8? { index < bytes.count ? unsafe bytes[index] : nil }
    var isNegative = false
    if byte() == UInt8(ascii: "-") {
      isNegative = true
      index += 1
    }
    var (magnitude, count) = (0, 0)
    func digit() -> Int? {
      guard let byte = byte(), byte >= 0x30, byte <= 0x39 else { return nil }
      return Int(byte) - 0x30
    }
    guard let first = digit() else { return nil }
    while let next = digit() {
      (magnitude, count) = (magnitude &* 10 &+ next, count + (magnitude == 0 && next == 0 ? 0 : 1))
      index += 1
      if count > 18 || (first == 0 && magnitude > 0) { return nil }
      if first == 0, index < bytes.count, digit() != nil { return nil }
    }
    var fraction = 0
    if byte() == UInt8(ascii: ".") {
      index += 1
      while let next = digit() {
        // More than a Double can tell apart.
        if count < 18 {
          (magnitude, count) = (magnitude * 10 + next, count + (magnitude == 0 && next == 0 ? 0 : 1))
          fraction += 1
        }
        index += 1
      }
      if fraction == 0 { return nil }
    }
    (digits, decimals, writtenDecimals) = (isNegative ? -magnitude : magnitude, fraction, fraction)
    if let mark = byte(), mark | 0x20 == UInt8(ascii: "e") {
      index += 1
      var (exponent, isBelowZero) = (0, false)
      if let sign = byte(), sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
        isBelowZero = sign == UInt8(ascii: "-")
        index += 1
      }
      guard digit() != nil else { return nil }
      while let next = digit(), exponent < 1000 {
        exponent = exponent * 10 + next
        index += 1
      }
      decimals += isBelowZero ? exponent : -exponent
      writtenDecimals = nil
      if abs(decimals) > 300 { return nil }
    }
    if index != bytes.count { return nil }
  }

  /// The number in units of 10^-`decimals`; nil when it does not fit into what a Double counts exactly.
  func units(decimals wanted: Int) -> Int? {
    var (result, difference) = (digits, wanted - decimals)
    while difference > 0 {
      let (product, overflow) = result.multipliedReportingOverflow(by: 10)
      if overflow { return nil }
      (result, difference) = (product, difference - 1)
    }
    while difference < 0, result != 0 {
      // Rounded half away from zero at the last step alone, or 0.45 would become 1.
      if difference == -1 { result += result < 0 ? -5 : 5 }
      (result, difference) = (result / 10, difference + 1)
    }
    return abs(result) < 9_000_000_000_000_000 ? result : nil
  }
}

/// How the numbers of a column are written.
struct NumberSpelling: Equatable {
  /// A number is a count of units of 10^-`decimals`; from -300 to 15.
  var decimals: Int
  /// Zeros behind the point are left out down to this many digits.
  var leastDecimals: Int

  static let mostDecimals = 15

  func append(_ units: Int, to buffer: ByteBuffer) {
    if decimals <= 0 {
      buffer.append(integer: units)
      if units != 0, decimals < 0 { for _ in decimals..<0 { buffer.append(UInt8(ascii: "0")) } }
      return
    }
    var (value, places) = (units, decimals)
    while places > leastDecimals, value % 10 == 0 { (value, places) = (value / 10, places - 1) }
    buffer.append(scaled: value, decimals: places)
  }

  func text(_ units: Int) -> String {
    let buffer = ByteBuffer(capacity: 32)
    append(units, to: buffer)
    return unsafe String(decoding: buffer.bytes, as: UTF8.self)
  }

  /// Units of a number that a person wrote; nil when it is none, or lies between two units.
  func units(_ text: String) -> Int? {
    let buffer = ByteBuffer(text)
    guard let number = unsafe DecimalNumber(buffer.bytes), let units = number.units(decimals: decimals),
      number.decimals <= decimals || number.value == Double(units) * pow(10, -Double(decimals))
    else { return nil }
    return units
  }
}
