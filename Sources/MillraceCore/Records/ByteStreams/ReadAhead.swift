/// Reads a source on a thread of its own, some buffers ahead of whoever takes them: reading and inflating then overlap
/// with parsing.
public final class ReadAhead: Sendable {
  private let queue: BoundedQueue<ByteBuffer>
  private let worker: Worker<Void>

  /// Starts to read.
  ///
  /// - Parameters:
  ///   - bufferSize: Bytes in each buffer but the last.
  ///   - depth: How many full buffers may wait.
  public init(_ source: any ByteSource, bufferSize: Int = 256 << 10, depth: Int = 4) throws(Failure) {
    let queue = BoundedQueue<ByteBuffer>(capacity: depth)
    self.queue = queue
    worker = try Worker("read") { () throws(Failure) in
      defer { queue.close() }
      let pool = BufferPool(capacity: bufferSize)
      while true {
        let buffer = pool.take()
        while buffer.count < bufferSize, try source.read(into: buffer) > 0 {}
        guard buffer.count > 0, queue.put(buffer) else { return }
      }
    }
  }

  deinit { queue.abandon() }

  /// The next bytes, nil at the end. The buffer is used again once the caller has let go of it.
  ///
  /// - Throws: What the source threw, behind the bytes that were read before.
  public func next() throws(Failure) -> ByteBuffer? {
    if let buffer = queue.take() { return buffer }
    try worker.join()
    return nil
  }
}
