/// A number with so many decimals, or with as many as make so many digits that count if those are more; without zeros at
/// the end.
func decimalText(_ number: Double, digits: Int, decimals: Int) -> String {
  guard number.isFinite, number != 0 else { return number == 0 ? "0" : "\(number)" }
  // Digits before the point; below zero, so many zeros follow it.
  var exponent = 0
  var fraction = number.magnitude
  while fraction >= 1 { (fraction, exponent) = (fraction / 10, exponent + 1) }
  while fraction < 0.1 { (fraction, exponent) = (fraction * 10, exponent - 1) }
  let places = max(decimals, digits - exponent)
  var scaled = number.magnitude
  for _ in 0..<places { scaled *= 10 }
  guard scaled < 9e18, places <= 30 else { return "\(number)" }
  let whole = UInt64(scaled.rounded())
  return (number < 0 && whole > 0 ? "-" : "") + decimalText(String(whole), places: places)
}

/// The digits of a whole number with a point so many places before their end, without zeros behind it.
private func decimalText(_ digits: String, places: Int) -> String {
  guard places > 0 else { return digits }
  var text = Array(digits.utf8)
  if text.count <= places { text = [UInt8](repeating: 0x30, count: places + 1 - text.count) + text }
  text.insert(UInt8(ascii: "."), at: text.count - places)
  while text.last == 0x30 { text.removeLast() }
  if text.last == UInt8(ascii: ".") { text.removeLast() }
  return String(decoding: text, as: UTF8.self)
}

/// A sum of numbers in decimals without any rounding.
struct DecimalSum: Sendable, Equatable {
  private var units: UInt128 = 0
  /// Decimals of `units`.
  private var scale = 0

  /// Adds a number of JSON that is not negative; false when it is, or when the sum has too many digits (38).
  mutating func add(_ text: String) -> Bool {
    var digits: UInt128 = 0
    var decimals = 0
    var rest = text.utf8[...]
    var isBehindPoint = false
    while let byte = rest.first, byte != UInt8(ascii: "e"), byte != UInt8(ascii: "E") {
      rest = rest.dropFirst()
      if byte == UInt8(ascii: "."), !isBehindPoint {
        isBehindPoint = true
        continue
      }
      guard (0x30...0x39).contains(byte), let more = Self.appending(byte - 0x30, to: digits) else { return false }
      digits = more
      if isBehindPoint { decimals += 1 }
    }
    if !rest.isEmpty {
      guard let exponent = Int(String(Substring(rest.dropFirst()))), exponent.magnitude < 400 else { return false }
      decimals -= exponent
    }
    while decimals > 0, digits % 10 == 0 {
      guard digits > 0 else { return true }
      (digits, decimals) = (digits / 10, decimals - 1)
    }
    if digits == 0 { return true }
    while decimals < scale {
      guard let more = Self.appending(0, to: digits) else { return false }
      (digits, decimals) = (more, decimals + 1)
    }
    var sum = units
    for _ in scale..<decimals {
      guard let more = Self.appending(0, to: sum) else { return false }
      sum = more
    }
    let (total, overflow) = sum.addingReportingOverflow(digits)
    guard !overflow else { return false }
    (units, scale) = (total, decimals)
    return true
  }

  private static func appending(_ digit: UInt8, to number: UInt128) -> UInt128? {
    let (product, overflow) = number.multipliedReportingOverflow(by: 10)
    guard !overflow else { return nil }
    let (sum, carried) = product.addingReportingOverflow(UInt128(digit))
    return carried ? nil : sum
  }

  /// The whole sum, without zeros at the end of decimals.
  var text: String { decimalText(String(units), places: scale) }
}
