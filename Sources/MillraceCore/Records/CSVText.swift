import CRecordIndex

/// Text on its way into fields of CSV and out of them, by vector loops.
///
/// Sources need `padding` readable bytes behind them, as those of blocks and buffers have.
extension ByteBuffer {
  /// Appends a quoted CSV field, given from behind its opening quote, as the inside of a JSON string, where room for six
  /// bytes a byte, and a padding, is known to be.
  @inline(__always) func appendJSONEscapedWithinReserve(quoted field: UnsafeRawBufferPointer) {
    guard let start = unsafe field.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
    count += unsafe millrace_escape_json_from_quoted(end, start, field.count)
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
  public func appendCSVField(_ text: UnsafeRawBufferPointer, delimiter: UInt8, isOnlyField: Bool) {
    if unsafe text.isEmpty && isOnlyField { append("\"\"") }
    guard let start = unsafe text.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
    reserve(2 * text.count + ByteBuffer.padding)
    count += unsafe millrace_write_csv_field(end, start, text.count, delimiter)
  }
}
