/// Computes the SHA-256 digest of a stream beside the thread that reads or writes it.
///
/// It takes slices of the very buffers that are read or written, so hashing costs no copy; its queue is short, so that a
/// fast stream waits for it and memory stays bounded.
public final class DigestThread: Sendable {
  private let queue = BoundedQueue<ByteSlice>(capacity: 4)
  private let worker: Worker<SHA256Digest>

  public init() throws(Failure) {
    worker = try Worker("sha256") { [queue] in
      let hasher = SHA256Hasher()
      while let slice = queue.take() { unsafe hasher.update(slice.bytes) }
      return hasher.finish()
    }
  }

  deinit { queue.abandon() }

  /// Hashes the bytes soon. They must not change until then.
  public func update(_ slice: ByteSlice) { queue.put(slice) }

  /// Waits for the digest of all that came. Nothing may come afterwards.
  public func finish() throws(Failure) -> SHA256Digest {
    queue.close()
    return try worker.join()
  }
}
