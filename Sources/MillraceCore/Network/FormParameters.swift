/// Parameters of a request as forms and queries spell them: `term=brca1%5BGene%5D&retmax=20`.
public struct FormParameters: Sendable {
  /// In the order in which they are sent.
  public private(set) var pairs: [(name: String, value: String)]

  public init(_ pairs: [(String, String)] = []) { self.pairs = pairs.map { (name: $0.0, value: $0.1) } }

  public mutating func append(_ name: String, _ value: String) { pairs.append((name: name, value: value)) }

  /// Percent-encoded (RFC 3986): every byte but letters, digits and `-._~`; spaces too, which both readings of `+` accept.
  public var encoded: String {
    var text: [UInt8] = []
    for (index, pair) in pairs.enumerated() {
      if index > 0 { text.append(UInt8(ascii: "&")) }
      Self.encode(pair.name, into: &text)
      text.append(UInt8(ascii: "="))
      Self.encode(pair.value, into: &text)
    }
    return String(decoding: text, as: UTF8.self)
  }

  private static func encode(_ value: String, into text: inout [UInt8]) {
    for byte in value.utf8 {
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"):
        text.append(byte)
      default:
        text.append(UInt8(ascii: "%"))
        for digit in [byte >> 4, byte & 15] { text.append(digit < 10 ? 0x30 + digit : 0x37 + digit) }
      }
    }
  }
}
