import Glibc

extension AtomicFile {
  /// Writes a file whose bytes are all at hand.
  ///
  /// - Parameters:
  ///   - permissions: of a new file; the umask applies.
  ///   - durable: returns only when the bytes and the name have reached the disk.
  /// - Throws: as the initialiser, `write` and `commit` do.
  public static func write(
    _ bytes: ByteBuffer, to path: String, permissions: mode_t = 0o666, durable: Bool = false
  ) throws(Failure) {
    let file = try AtomicFile(path: path, permissions: permissions, durable: durable)
    try unsafe file.write(bytes.bytes)
    try file.commit()
  }
}
