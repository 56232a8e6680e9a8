@testable import MillraceCore

/// What libFuzzer gave: content for a parser, and choices of options and sizes that its last bytes make. (The last, so
/// that a plain file is a seed.)
struct FuzzInput {
  let content: [UInt8]
  private var choices: UInt32 = 0

  init(_ bytes: UnsafeRawBufferPointer) {
    let all = unsafe Array(bytes)
    for byte in all.suffix(4) { choices = choices << 8 | UInt32(byte) }
    content = all.dropLast(4)
  }

  /// A number below `limit`, other ones with each call.
  mutating func choose(_ limit: UInt32) -> Int {
    defer { choices /= limit }
    return Int(choices % limit)
  }
}

/// Bytes in memory, given out `piece` at a time.
///
/// Unchecked Sendable: one thread reads.
final class PieceSource: ByteSource, @unchecked Sendable {
  private var rest: ArraySlice<UInt8>
  private let piece: Int

  init(_ content: [UInt8], piece: Int) {
    rest = content[...]
    self.piece = piece
  }

  func read(into buffer: ByteBuffer) -> Int {
    let given = rest.prefix(min(piece, buffer.capacity - buffer.count))
    buffer.append(Array(given))
    rest = rest.dropFirst(given.count)
    return given.count
  }
}

extension Array where Element == UInt8 {
  /// A buffer with just room for the bytes, so that the address sanitizer sees every step past the padding.
  var buffer: ByteBuffer {
    let buffer = ByteBuffer(capacity: count)
    buffer.append(self)
    return buffer
  }
}

extension FieldValue {
  /// The value's text; nil for a string with half a surrogate pair.
  var textBytes: [UInt8]? {
    let buffer = ByteBuffer(capacity: 0)
    return appendText(to: buffer) ? unsafe Array(buffer.bytes) : nil
  }
}
