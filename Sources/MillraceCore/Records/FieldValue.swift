import CRecordIndex

/// One value of a record, as it stands in the input: a view that is valid as long as its block.
@safe public struct FieldValue {
  /// How the bytes spell the value.
  public enum Spelling: Sendable {
    /// CSV without quotes: the bytes are the text.
    case plain
    /// CSV from behind the opening quote to the end of the field.
    case quoted
    /// The inside of a JSON string that has no escapes: the bytes are the text.
    case string
    /// The inside of a JSON string with escapes.
    case escapedString
    /// Any other JSON value.
    case number, null, boolean, object, array
  }

  public let bytes: UnsafeRawBufferPointer
  public let spelling: Spelling

  /// A value that a tool adds: its bytes must live until the row is written.
  public init(_ bytes: UnsafeRawBufferPointer, _ spelling: Spelling) {
    unsafe self.bytes = bytes
    self.spelling = spelling
  }

  /// No text at all: an empty field, an empty string or null.
  public var isEmpty: Bool {
    switch spelling {
    case .plain, .string, .escapedString: unsafe bytes.isEmpty
    case .quoted: unsafe bytes.count == 1 && bytes[0] == UInt8(ascii: "\"")
    case .null: true
    default: false
    }
  }

  /// Appends the value's text: a string without its escapes, a number, true, false, an object or an array as it is
  /// spelled, nothing for null. False when the text cannot be had: a string with half a surrogate pair.
  public func appendText(to buffer: ByteBuffer) -> Bool {
    guard let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return true }
    switch spelling {
    case .null: break
    case .quoted:
      buffer.reserve(unsafe bytes.count)
      unsafe buffer.count += millrace_unquote_csv(buffer.end, start, bytes.count)
    case .escapedString:
      buffer.reserve(unsafe bytes.count + ByteBuffer.padding)
      let count = unsafe millrace_unescape_json(buffer.end, start, bytes.count)
      if count < 0 { return false }
      buffer.count += Int(count)
    default: unsafe buffer.append(bytes)
    }
    return true
  }

  /// Appends the value as JSON. Text of CSV becomes a string; JSON stays as it is spelled.
  public func appendJSON(to buffer: ByteBuffer) {
    unsafe buffer.reserve(6 * bytes.count + ByteBuffer.padding)
    appendJSONWithinReserve(to: buffer)
  }

  /// Appends the value as JSON where room for six bytes a byte, and a padding, is known to be.
  @inline(__always) func appendJSONWithinReserve(to buffer: ByteBuffer) {
    guard let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else {
      buffer.append("\"\"")
      return
    }
    switch spelling {
    case .plain, .quoted:
      unsafe buffer.end.pointee = UInt8(ascii: "\"")
      let inside = unsafe buffer.end + 1
      let written =
        spelling == .plain
        ? unsafe millrace_escape_json(inside, start, bytes.count)
        : unsafe millrace_escape_json_from_quoted(inside, start, bytes.count)
      unsafe inside[written] = UInt8(ascii: "\"")
      buffer.count += written + 2
    case .string, .escapedString:
      buffer.append(UInt8(ascii: "\""))
      unsafe buffer.append(bytes)
      buffer.append(UInt8(ascii: "\""))
    default: unsafe buffer.append(bytes)
    }
  }
}
