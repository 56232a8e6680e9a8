import Support

@testable import MillraceCore

/// Bytes in memory, given out `piece` at a time: 1 to 7 make every state of a reader cross a read.
///
/// Unchecked Sendable: one thread at a time reads.
final class MemorySource: ByteSource, @unchecked Sendable {
  private let content: [UInt8]
  private let piece: Int
  private var position = 0
  private let failure: Failure?

  /// - Parameter failure: Thrown at the end instead of giving 0.
  init(_ content: [UInt8], piece: Int = .max, failure: Failure? = nil) {
    self.content = content
    self.piece = piece
    self.failure = failure
  }

  func read(into buffer: ByteBuffer) throws(Failure) -> Int {
    let count = min(piece, content.count - position, buffer.capacity - buffer.count)
    if count == 0, let failure { throw failure }
    buffer.append(Array(content[position..<position + count]))
    position += count
    return count
  }
}

/// All that a source gives, read with room for `room` bytes at a time.
func readAll(_ source: some ByteSource, room: Int = 64 << 10) throws(Failure) -> [UInt8] {
  var content: [UInt8] = []
  let buffer = ByteBuffer(capacity: room)
  while try source.read(into: buffer) > 0 {
    content += unsafe Array(buffer.bytes)
    buffer.removeAll()
  }
  return content
}

/// What an encoder makes of bytes, with room for `room` bytes at a time.
func compress(
  _ content: [UInt8], with encoder: any StreamEncoder, room: Int = 64 << 10, piece: Int = .max
) throws -> [UInt8] {
  var compressed: [UInt8] = []
  let buffer = ByteBuffer(capacity: room)
  func step(_ slice: ArraySlice<UInt8>, isEnd: Bool) throws {
    var rest = slice
    while true {
      let step = try unsafe rest.withUnsafeBytes { bytes in
        unsafe try encoder.encode(
          bytes, into: UnsafeMutableRawBufferPointer(start: buffer.base, count: buffer.capacity), isEnd: isEnd)
      }
      buffer.count = step.produced
      compressed += unsafe Array(buffer.bytes)
      rest = rest.dropFirst(step.consumed)
      if step.isDone { return }
    }
  }
  var position = 0
  while position < content.count {
    let end = piece < content.count - position ? position + piece : content.count
    try step(content[position..<end], isEnd: false)
    position = end
  }
  try step([], isEnd: true)
  return compressed
}

/// Text-like bytes that compress, from a seed that names them.
func randomContent(_ count: Int, seed: UInt64) -> [UInt8] {
  var generator = SeededGenerator(seed: seed)
  let words = (0..<64).map { _ in (0..<Int.random(in: 1...12, using: &generator)).map { _ in generator.byte() } }
  var content: [UInt8] = []
  while content.count < count {
    if Bool.random(using: &generator) {
      content += words[Int.random(in: 0..<64, using: &generator)]
    } else {
      content.append(generator.byte())
    }
  }
  return Array(content.prefix(count))
}

extension SeededGenerator {
  mutating func byte() -> UInt8 { UInt8(truncatingIfNeeded: next()) }
}

/// Blocks that a closure gives.
struct BlocksFrom: BlockSource {
  let give: @Sendable () throws(Failure) -> Block?

  init(_ give: @escaping @Sendable () throws(Failure) -> Block?) { self.give = give }

  func next() throws(Failure) -> Block? { try give() }
}
