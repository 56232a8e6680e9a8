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

  /// A value that a tool adds: its bytes must live until the row is written, with `ByteBuffer.padding` readable bytes
  /// behind them.
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
    switch spelling {
    case .null: break
    case .quoted: unsafe buffer.appendUnquotedCSV(bytes)
    case .escapedString: return unsafe buffer.appendUnescapedJSON(bytes)
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
    switch spelling {
    case .plain:
      buffer.append(UInt8(ascii: "\""))
      unsafe buffer.appendJSONEscapedWithinReserve(bytes)
      buffer.append(UInt8(ascii: "\""))
    case .quoted:
      buffer.append(UInt8(ascii: "\""))
      unsafe buffer.appendJSONEscapedWithinReserve(quoted: bytes)
      buffer.append(UInt8(ascii: "\""))
    case .string, .escapedString:
      buffer.append(UInt8(ascii: "\""))
      unsafe buffer.append(bytes)
      buffer.append(UInt8(ascii: "\""))
    default: unsafe buffer.append(bytes)
    }
  }
}
