/// Where bytes come from: a file, a pipe, or another source that is decompressed on the way.
///
/// A source has one reader at a time and blocks it: read on a `Worker`, or through `ReadAhead`.
public protocol ByteSource: AnyObject, Sendable {
  /// Appends the next bytes to `buffer`, at least one and at most as many as it has room for without growing.
  ///
  /// The source may still be hashing what it gave, on another thread. So bytes that were read stay as they are, and a
  /// buffer with too little room is not grown: copy its content to a larger one.
  ///
  /// - Returns: How many bytes were appended; 0 at the end of the input.
  func read(into buffer: ByteBuffer) throws(Failure) -> Int
}

/// A run of bytes in a buffer that several threads may read: one writes it while another hashes it. Nobody changes the
/// buffer as long as there are slices of it.
public struct ByteSlice: Sendable {
  public let buffer: ByteBuffer
  public let range: Range<Int>

  public init(_ buffer: ByteBuffer, _ range: Range<Int>) {
    self.buffer = buffer
    self.range = range
  }

  /// All that the buffer holds.
  public init(_ buffer: ByteBuffer) {
    self.init(buffer, 0..<buffer.count)
  }

  public var count: Int { range.count }

  /// Valid as long as the slice lives.
  public var bytes: UnsafeRawBufferPointer {
    // Without a look at the buffer's count: its reader may be appending behind the slice.
    unsafe UnsafeRawBufferPointer(start: buffer.base + range.lowerBound, count: range.count)
  }
}

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
