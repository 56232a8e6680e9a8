/// A cell's text as a number, as readers of tables take it.
enum NumberReading {
  /// Nil for any other text, and for what is no finite number.
  static func number(_ text: String) -> Double? {
    // The standard library takes hexadecimal numbers and words for infinity, too.
    guard !text.isEmpty, text.utf8.allSatisfy({ isDigit($0) || [0x2B, 0x2D, 0x2E, 0x45, 0x65].contains($0) }),
      let value = Double(text), value.isFinite
    else { return nil }
    return value
  }

  /// Whether the text is a whole number without a point or an exponent, of 64 bits.
  static func isInteger(_ text: String) -> Bool { Int64(text) != nil }

  /// True and false, in capitals or small letters.
  static func boolean(_ text: String) -> Bool? {
    guard (4...5).contains(text.utf8.count) else { return nil }
    switch text.lowercased() {
    case "true": return true
    case "false": return false
    default: return nil
    }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
