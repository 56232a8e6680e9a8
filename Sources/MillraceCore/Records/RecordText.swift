import CRecordIndex

/// Text on its way between the spellings of CSV and JSON, by vector loops.
///
/// Sources need `padding` readable bytes behind them, as those of blocks and buffers have.
extension ByteBuffer {
  /// Appends text as the inside of a JSON string.
  public func appendJSONEscaped(_ text: UnsafeRawBufferPointer) {
    reserve(6 * text.count + ByteBuffer.padding)
    unsafe appendJSONEscapedWithinReserve(text)
  }

  public func appendJSONEscaped(_ text: [UInt8]) {
    // An array has no padding behind it.
    let padded = ByteBuffer(capacity: text.count)
    padded.append(text)
    unsafe appendJSONEscaped(padded.bytes)
  }

  /// As above, where room for six bytes a byte, and a padding, is known to be.
  @inline(__always) func appendJSONEscapedWithinReserve(_ text: UnsafeRawBufferPointer) {
    guard let start = unsafe text.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
    count += unsafe millrace_escape_json(end, start, text.count)
  }

  /// The same for a quoted CSV field, given from behind its opening quote.
  @inline(__always) func appendJSONEscapedWithinReserve(quoted field: UnsafeRawBufferPointer) {
    guard let start = unsafe field.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
    count += unsafe millrace_escape_json_from_quoted(end, start, field.count)
  }

  /// Appends the inside of a JSON string as text. False when it has half a surrogate pair, which no text can hold.
  func appendUnescapedJSON(_ string: UnsafeRawBufferPointer) -> Bool {
    guard let start = unsafe string.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return true }
    reserve(string.count + ByteBuffer.padding)
    let written = unsafe millrace_unescape_json(end, start, string.count)
    count += max(0, Int(written))
    return written >= 0
  }

  /// Appends a quoted CSV field, given from behind its opening quote, as text.
  func appendUnquotedCSV(_ field: UnsafeRawBufferPointer) {
    guard let start = unsafe field.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
    reserve(field.count)
    count += unsafe millrace_unquote_csv(end, start, field.count)
  }

  /// Appends text as one field of CSV, quoted where it must be.
  ///
  /// - Parameter isOnlyField: An empty value of the only column is written `""`: an empty line would be no record.
  func appendCSVField(_ text: UnsafeRawBufferPointer, delimiter: UInt8, isOnlyField: Bool) {
    if unsafe text.isEmpty && isOnlyField { append("\"\"") }
    guard let start = unsafe text.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
    reserve(2 * text.count + ByteBuffer.padding)
    count += unsafe millrace_write_csv_field(end, start, text.count, delimiter)
  }

  /// Where the next byte goes.
  private var end: UnsafeMutablePointer<UInt8> { unsafe (base + count).assumingMemoryBound(to: UInt8.self) }
}

/// Offset of the first byte that is not UTF-8; the number of bytes when all are.
func validUTF8Count(_ text: UnsafeRawBufferPointer) -> Int {
  guard let start = unsafe text.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return 0 }
  return unsafe millrace_valid_utf8(start, text.count)
}
