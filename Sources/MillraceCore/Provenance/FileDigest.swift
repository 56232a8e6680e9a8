/// The SHA-256 digest of all that a source gives. For a file, this is the digest of its bytes as they lie there.
public func digestOf(_ source: some ByteSource) throws(Failure) -> SHA256Digest {
  let hasher = SHA256Hasher()
  try source.forEachPiece { unsafe hasher.update($0.bytes) }
  return hasher.finish()
}
