/// The values that a tool adds to a row, one behind the other in one buffer. One thread uses it, for row after row.
///
/// ```swift
/// values.removeAll()
/// values.append(text: "ok")
/// values.append(number: "12.50")
/// try writer.write(row, adding: values.all)
/// ```
public final class AddedValues {
  private let buffer = ByteBuffer(capacity: 4096)
  private var values: [(range: Range<Int>, spelling: FieldValue.Spelling)] = []

  public init() {}

  public func removeAll() {
    buffer.removeAll()
    values.removeAll(keepingCapacity: true)
  }

  /// Appends any text; nil is null.
  public func append(text: String?) { append(text, .plain) }

  /// Appends a number as it is spelled, which must be one of JSON; nil is null.
  public func append(number: String?) { append(number, .number) }

  /// Appends a number; nil is null.
  public func append(number: Int?) { append(number.map(String.init), .number) }

  /// Appends a number, in the fewest digits that tell it from all others; nil, infinities and not-a-number are null.
  public func append(number: Double?) { append(number.flatMap { $0.isFinite ? $0.description : nil }, .number) }

  private func append(_ text: String?, _ spelling: FieldValue.Spelling) {
    append(spelling) { buffer in
      buffer.append(text ?? "")
      return text != nil
    }
  }

  /// Appends what `write` appends to the buffer, which must be spelled so; null where it returns false.
  public func append(_ spelling: FieldValue.Spelling, _ write: (ByteBuffer) -> Bool) {
    let start = buffer.count
    let isThere = write(buffer)
    if !isThere {
      buffer.count = start
      buffer.append("null")
    }
    values.append((start..<buffer.count, isThere ? spelling : .null))
  }

  /// The values in their order, valid until the next change.
  public var all: [FieldValue] {
    // Behind the last value too there must be bytes that can be read.
    buffer.reserve(ByteBuffer.padding)
    let bytes = unsafe buffer.bytes
    return values.map { unsafe FieldValue(UnsafeRawBufferPointer(rebasing: bytes[$0.range]), $0.spelling) }
  }
}
