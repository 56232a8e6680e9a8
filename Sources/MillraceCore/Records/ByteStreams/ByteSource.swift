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

/// The SHA-256 digest of all that a source gives. For a file, this is the digest of its bytes as they lie there.
public func digestOf(_ source: some ByteSource) throws(Failure) -> SHA256Digest {
  let hasher = SHA256Hasher()
  try source.forEachPiece { unsafe hasher.update($0.bytes) }
  return hasher.finish()
}
