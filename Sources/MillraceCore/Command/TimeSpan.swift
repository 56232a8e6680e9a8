/// A span of time as people write it: `90s`, `30m`, `12h`, `7d`, or `forever`.
public struct TimeSpan: Sendable, Hashable {
  /// Nil for ever.
  public var seconds: Double?

  public init(seconds: Double?) { self.seconds = seconds }

  private static let units: [(letter: Character, seconds: Double)] = [
    ("d", 86_400), ("h", 3600), ("m", 60), ("s", 1),
  ]

  /// Reads a number with its unit; a number alone is seconds.
  public init(_ text: String) throws(Failure) {
    if text == "forever" {
      seconds = nil
      return
    }
    let unit = Self.units.first { text.hasSuffix(String($0.letter)) }
    let digits = unit == nil ? text[...] : text.dropLast()
    guard let first = digits.utf8.first, (0x30...0x39).contains(first) || first == UInt8(ascii: "."),
      let number = Double(digits), number.isFinite
    else {
      throw Failure(.usage, "expected a time such as 90s, 30m, 12h, 7d, or forever")
    }
    seconds = number * (unit?.seconds ?? 1)
  }
}

extension TimeSpan: CustomStringConvertible {
  /// The shortest exact form.
  public var description: String {
    guard let seconds else { return "forever" }
    for unit in Self.units where seconds >= unit.seconds && seconds.remainder(dividingBy: unit.seconds) == 0 {
      return "\(Int(seconds / unit.seconds))\(unit.letter)"
    }
    return "\(seconds)s"
  }
}
