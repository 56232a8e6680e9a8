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
