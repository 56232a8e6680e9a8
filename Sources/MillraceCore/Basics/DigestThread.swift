/// Computes the SHA-256 digest of a stream, beside the thread that reads or writes it as soon as the stream is worth a
/// thread.
///
/// It takes slices of the very buffers that are read or written, so hashing costs no copy; its queue is short, so that a
/// fast stream waits for it and memory stays bounded. Marks in the stream give the digest of all that stands before them:
/// one pass tells the whole and where in it a byte is wrong.
///
/// Unchecked Sendable: one thread at a time updates, and the hasher belongs to that thread until it goes to the worker.
public final class DigestThread: @unchecked Sendable {
  /// A stream that ends within so many bytes is hashed as it comes: one of a hundred thousand small files costs less to
  /// hash than a thread to start.
  private static let bytesWithoutThread = 256 << 10

  private enum Step: Sendable {
    case bytes(ByteSlice)
    case mark(@Sendable (SHA256Digest) -> Void)
  }

  private let hasher = SHA256Hasher()
  /// Bytes that came so far.
  public private(set) var byteCount = 0
  private var thread: (queue: BoundedQueue<Step>, worker: Worker<SHA256Digest>)?

  public init() {}

  deinit { thread?.queue.abandon() }

  /// Hashes the bytes, now or soon. They must not change until then.
  public func update(_ slice: ByteSlice) {
    byteCount += slice.count
    if thread == nil && byteCount > Self.bytesWithoutThread { startThread() }
    if let thread {
      thread.queue.put(.bytes(slice))
    } else {
      unsafe hasher.update(slice.bytes)
    }
  }

  /// Asks for the digest of all bytes that came before.
  ///
  /// - Parameter take: Called with it, now or soon, marks in their order, and always before `finish` returns. It holds up
  ///   the hashing. A stream that is never finished may end without calling it.
  public func mark(_ take: @escaping @Sendable (SHA256Digest) -> Void) {
    if let thread {
      thread.queue.put(.mark(take))
    } else {
      take(hasher.digestSoFar)
    }
  }

  /// Waits for the digest of all that came. Nothing may come afterwards.
  public func finish() throws(Failure) -> SHA256Digest {
    guard let thread else { return hasher.finish() }
    thread.queue.close()
    return try thread.worker.join()
  }

  private func startThread() {
    let queue = BoundedQueue<Step>(capacity: 4)
    // Where the system refuses a thread, hashing goes on without.
    let worker = try? Worker<SHA256Digest>("sha256") { [hasher] in
      while let step = queue.take() {
        switch step {
        case .bytes(let slice): unsafe hasher.update(slice.bytes)
        case .mark(let take): take(hasher.digestSoFar)
        }
      }
      return hasher.finish()
    }
    thread = worker.map { (queue, $0) }
  }
}
