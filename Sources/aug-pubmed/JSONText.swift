import MillraceCore

/// JSON and HTML text appended to buffers of bytes.
///
/// Unsafe: these loops see every byte of every text; measured, bounds checks cost a fifth of them.
extension ByteBuffer {
  /// Appends UTF-8 as the inside of a JSON string.
  func appendJSON(_ text: UnsafeRawBufferPointer) {
    // Piece by piece, so that a long text does not reserve six times its length.
    var rest = unsafe text
    while rest.count > 4096 {
      unsafe appendPiece(UnsafeRawBufferPointer(rebasing: rest.prefix(4096)))
      unsafe rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(4096))
    }
    unsafe appendPiece(rest)
  }

  private func appendPiece(_ text: UnsafeRawBufferPointer) {
    guard let source = text.baseAddress else { return }
    let length = text.count
    // The longest escape, \u001f, has six bytes.
    reserve(length * 6)
    let start = unsafe base + count
    var target = unsafe start
    var index = 0
    while index < length {
      // Eight bytes at a time while none of them needs an escape; the store may run into the reserved room.
      while index + 8 <= length {
        let word = unsafe source.loadUnaligned(fromByteOffset: index, as: UInt64.self)
        if Self.needsEscape(word) { break }
        unsafe target.storeBytes(of: word, as: UInt64.self)
        unsafe target += 8
        index += 8
      }
      guard index < length else { break }
      // Byte by byte up to the next word without an escape.
      let end = min(index + 8, length)
      while index < end {
        let byte = unsafe source.load(fromByteOffset: index, as: UInt8.self)
        index += 1
        if byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
          unsafe target.storeBytes(of: byte, as: UInt8.self)
          unsafe target += 1
        } else {
          unsafe target += Self.escape(byte, to: target)
        }
      }
    }
    unsafe count += target - start
  }

  /// Appends text for `--markup html`: `&`, `<` and `>` as entities, inside a JSON string.
  func appendHTML(_ text: UnsafeRawBufferPointer) {
    var start = 0
    for index in text.indices {
      let entity: StaticString
      switch unsafe text[index] {
      case UInt8(ascii: "&"): entity = "&amp;"
      case UInt8(ascii: "<"): entity = "&lt;"
      case UInt8(ascii: ">"): entity = "&gt;"
      default: continue
      }
      unsafe appendJSON(UnsafeRawBufferPointer(rebasing: text[start..<index]))
      append(entity)
      start = index + 1
    }
    unsafe appendJSON(UnsafeRawBufferPointer(rebasing: text[start...]))
  }

  /// Appends a JSON string with its quotes.
  func appendJSONString(_ text: UnsafeRawBufferPointer) {
    append(UInt8(ascii: "\""))
    unsafe appendJSON(text)
    append(UInt8(ascii: "\""))
  }

  /// The content without white space at its ends.
  var trimmed: UnsafeRawBufferPointer { unsafe bytes.trimmed }

  private static func needsEscape(_ word: UInt64) -> Bool {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let highs: UInt64 = 0x8080_8080_8080_8080
    let quote = word ^ (ones &* 0x22)
    let backslash = word ^ (ones &* 0x5C)
    let found =
      ((word &- ones &* 0x20) & ~word) | ((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash)
    return found & highs != 0
  }

  /// Writes the escape of a byte and returns its length.
  private static func escape(_ byte: UInt8, to target: UnsafeMutableRawPointer) -> Int {
    let short: UInt8
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): short = byte
    case 0x08: short = UInt8(ascii: "b")
    case 0x09: short = UInt8(ascii: "t")
    case 0x0A: short = UInt8(ascii: "n")
    case 0x0C: short = UInt8(ascii: "f")
    case 0x0D: short = UInt8(ascii: "r")
    default:
      let prefix: StaticString = "\\u00"
      unsafe target.copyMemory(from: prefix.utf8Start, byteCount: 4)
      unsafe target.storeBytes(of: hexDigit(byte >> 4), toByteOffset: 4, as: UInt8.self)
      unsafe target.storeBytes(of: hexDigit(byte & 15), toByteOffset: 5, as: UInt8.self)
      return 6
    }
    unsafe target.storeBytes(of: UInt8(ascii: "\\"), as: UInt8.self)
    unsafe target.storeBytes(of: short, toByteOffset: 1, as: UInt8.self)
    return 2
  }

  private static func hexDigit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x57 + value }
}

extension UInt8 {
  /// White space of XML.
  var isXMLSpace: Bool { self == 0x20 || self == 0x0A || self == 0x0D || self == 0x09 }
  var isDigit: Bool { self >= 0x30 && self <= 0x39 }
}

extension UnsafeRawBufferPointer {
  /// Without XML's white space at both ends.
  var trimmed: UnsafeRawBufferPointer {
    var low = startIndex
    var high = endIndex
    while low < high, unsafe self[low].isXMLSpace { low += 1 }
    while high > low, unsafe self[high - 1].isXMLSpace { high -= 1 }
    return unsafe UnsafeRawBufferPointer(rebasing: self[low..<high])
  }

  /// Whether these are the bytes of `text`.
  func equals(_ text: StaticString) -> Bool {
    unsafe count == text.utf8CodeUnitCount && elementsEqual(UnsafeBufferPointer(start: text.utf8Start, count: count))
  }
}
