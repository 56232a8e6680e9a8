import Glibc

/// The name of a field, ready to be compared with names in rows and to be written into them.
public struct FieldName: Sendable, Hashable, CustomStringConvertible {
  /// The name as UTF-8 (or as the bytes of a CSV header that is not UTF-8).
  public let bytes: [UInt8]

  public init(_ name: String) { bytes = Array(name.utf8) }
  init(bytes: [UInt8]) { self.bytes = bytes }

  public var description: String { String(decoding: bytes, as: UTF8.self) }

  /// The name as a JSON string, quotes included.
  public var json: [UInt8] {
    let buffer = ByteBuffer(capacity: bytes.count + 8)
    buffer.append(UInt8(ascii: "\""))
    buffer.appendJSONEscaped(bytes)
    buffer.append(UInt8(ascii: "\""))
    return unsafe Array(buffer.bytes)
  }

  /// Whether `other`, bytes of a CSV name or of a JSON key without escapes, spell this name.
  @inline(__always) func matches(_ other: UnsafeRawBufferPointer) -> Bool {
    guard other.count == bytes.count, let start = other.baseAddress else { return false }
    return unsafe memcmp(bytes, start, other.count) == 0
  }
}
