import Glibc

/// A file open for reading as long as this lives.
final class OpenFile: Sendable {
  let path: String
  /// Use it within `withExtendedLifetime`: it is closed with this.
  let descriptor: Int32

  init(_ path: String) throws(Failure) {
    self.path = path
    // A FIFO would wait for a writer.
    descriptor = retryingInterrupted { unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK) }
    guard descriptor >= 0 else {
      throw .system(.noInput, "cannot open the file", errorNumber: errno, at: Place(file: path))
    }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, fileKind(status) == S_IFREG else {
      close(descriptor)
      throw Failure(.noInput, "expected a regular file", at: Place(file: path))
    }
  }

  deinit { close(descriptor) }

  func content() throws(Failure) -> (digest: SHA256Digest, bytes: Int) {
    try withExtendedLifetime(self) { () throws(Failure) in try contentOfFile(descriptor, name: path) }
  }
}

extension SHA256Digest {
  /// The digest of a regular file, and its size.
  public static func ofFile(_ path: String) throws(Failure) -> (digest: SHA256Digest, bytes: Int) {
    try OpenFile(path).content()
  }
}

/// Digest and size of an open file, read from its beginning whatever its offset.
func contentOfFile(
  _ descriptor: Int32, name: String, range: Range<Int>? = nil
) throws(Failure) -> (digest: SHA256Digest, bytes: Int) {
  let hasher = SHA256Hasher()
  let piece = ByteBuffer(capacity: 1 << 18)
  var offset = range?.lowerBound ?? 0
  let end = range?.upperBound ?? Int.max
  while offset < end {
    let wanted = min(piece.capacity, end - offset)
    let count = retryingInterrupted { unsafe pread(descriptor, piece.base, wanted, off_t(offset)) }
    guard count >= 0 else { throw .system(.inputOutput, "cannot read", errorNumber: errno, at: Place(file: name)) }
    if count == 0 { break }
    piece.count = count
    unsafe hasher.update(piece.bytes)
    offset += count
  }
  return (hasher.finish(), offset - (range?.lowerBound ?? 0))
}
