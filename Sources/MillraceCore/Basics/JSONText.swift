import CRecordIndex

/// Text on its way into JSON strings and out of them, by vector loops.
///
/// Sources need `padding` readable bytes behind them, as those of blocks and buffers have.
extension ByteBuffer {
  /// Appends text as the inside of a JSON string.
  public func appendJSONEscaped(_ text: UnsafeRawBufferPointer) {
    reserve(6 * text.count + ByteBuffer.padding)
    unsafe appendJSONEscapedWithinReserve(text)
  }

  func appendJSONEscaped(_ text: [UInt8]) {
    // An array has no padding behind it.
    let padded = ByteBuffer(text)
    unsafe appendJSONEscaped(padded.bytes)
  }

  /// As above, where room for six bytes a byte, and a padding, is known to be.
  @inline(__always) func appendJSONEscapedWithinReserve(_ text: UnsafeRawBufferPointer) {
    guard let start = unsafe text.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
    count += unsafe millrace_escape_json(end, start, text.count)
  }

  /// Appends the inside of a JSON string, which was found to be one, as text. False when it has half a surrogate pair,
  /// which no text can hold.
  func appendUnescapedJSON(_ string: UnsafeRawBufferPointer) -> Bool {
    guard let start = unsafe string.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return true }
    reserve(string.count + ByteBuffer.padding)
    let written = unsafe millrace_unescape_json(end, start, string.count)
    count += max(0, Int(written))
    return written >= 0
  }

  /// Where the next byte goes.
  var end: UnsafeMutablePointer<UInt8> { unsafe (base + count).assumingMemoryBound(to: UInt8.self) }
}

/// Offset of the first byte that is not UTF-8; the number of bytes when all are.
func validUTF8Count(_ text: UnsafeRawBufferPointer) -> Int {
  guard let start = unsafe text.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return 0 }
  return unsafe millrace_valid_utf8(start, text.count)
}
