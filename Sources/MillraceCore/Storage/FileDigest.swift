import Glibc

extension SHA256Digest {
  /// The digest of a regular file, and its size.
  public static func ofFile(_ path: String) throws(Failure) -> (digest: SHA256Digest, bytes: Int) {
    try OpenFile(path).content()
  }
}

/// Digest and size of an open file or of a part of it, wherever the descriptor's own offset stands.
///
/// - Parameter range: the bytes to read; all when nil. They are fewer where the file ends before.
/// - Throws: `.inputOutput`.
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
