/// Buffers that are used again as soon as nobody but the pool holds them, so that memory stays bounded by what is in
/// flight and costs no allocation per block.
///
/// Unchecked Sendable: a pool has one owner at a time. The buffers it gave may be released on any thread: a reference
/// count is read with the ordering that copy-on-write relies on.
public final class BufferPool: @unchecked Sendable {
  private let capacity: Int
  private var buffers: [ByteBuffer] = []

  /// - Parameter capacity: Bytes that each buffer has room for.
  public init(capacity: Int) { self.capacity = capacity }

  /// An empty buffer that nobody else holds.
  public func take() -> ByteBuffer {
    for index in buffers.indices where isKnownUniquelyReferenced(&buffers[index]) {
      // One that a huge record made grow is not kept.
      if buffers[index].capacity > 16 * capacity { buffers[index] = ByteBuffer(capacity: capacity) }
      buffers[index].removeAll()
      return buffers[index]
    }
    let buffer = ByteBuffer(capacity: capacity)
    buffers.append(buffer)
    return buffer
  }
}
