import Glibc
import MillraceCore

/// Numbers in text: `12`, `-0.5`, `1e6`; no blanks, no infinities, no hexadecimal digits.
enum NumberText {
  static func isInteger(_ text: UnsafeRawBufferPointer) -> Bool {
    let digits = unsafe text.drop { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+") }
    return unsafe !digits.isEmpty && text.count - digits.count <= 1 && digits.allSatisfy(isDigit)
  }

  static func isNumber(_ text: UnsafeRawBufferPointer) -> Bool {
    var index = 0
    let count = text.count
    func digits() -> Int {
      let start = index
      while index < count, unsafe isDigit(text[index]) { index += 1 }
      return index - start
    }
    func take(_ first: UInt8, _ second: UInt8) -> Bool {
      guard index < count, unsafe text[index] == first || text[index] == second else { return false }
      index += 1
      return true
    }
    _ = take(UInt8(ascii: "-"), UInt8(ascii: "+"))
    var found = digits()
    if take(UInt8(ascii: "."), UInt8(ascii: ".")) { found += digits() }
    guard found > 0 else { return false }
    if take(UInt8(ascii: "e"), UInt8(ascii: "E")) {
      _ = take(UInt8(ascii: "-"), UInt8(ascii: "+"))
      guard digits() > 0 else { return false }
    }
    return index == count
  }

  /// The number that stands in the buffer as text; nil when it is none, or too large for any.
  static func value(_ text: UnsafeRawBufferPointer, in buffer: ByteBuffer) -> Double? {
    guard unsafe isNumber(text) else { return nil }
    // strtod(3) reads up to a byte that belongs to no number.
    buffer.append(0)
    defer { buffer.count -= 1 }
    let number = unsafe strtod(buffer.base.assumingMemoryBound(to: CChar.self), nil)
    return number.isFinite ? number : nil
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }
}
