/// The SHA-256 digest of all that a source gives. For a file, this is the digest of its bytes as they lie there.
public func digestOf(_ source: some ByteSource) throws(Failure) -> SHA256Digest {
  let hasher = SHA256Hasher()
  let buffer = ByteBuffer(capacity: 256 << 10)
  while try source.read(into: buffer) > 0 {
    unsafe hasher.update(buffer.bytes)
    buffer.removeAll()
  }
  return hasher.finish()
}
