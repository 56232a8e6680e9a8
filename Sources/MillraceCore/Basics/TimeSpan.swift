/// A span of time as people write it: `90s`, `30m`, `12h`, `7d`, or `forever`.
public struct TimeSpan: Sendable, Hashable {
  /// Nil for ever.
  public var seconds: Double?

  public init(seconds: Double?) { self.seconds = seconds }

  /// Seconds that can be written; ever is longer.
  private static let longest = 100_000.0 * 86_400

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
    guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }), let number = Double(digits)
    else {
      throw Failure(.usage, "expected a time such as 90s, 30m, 12h, 7d, or forever")
    }
    let seconds = number * (unit?.seconds ?? 1)
    guard seconds <= Self.longest else {
      throw Failure(.usage, "expected a time of 100,000 days at most", advice: "forever has no end")
    }
    self.seconds = seconds
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
