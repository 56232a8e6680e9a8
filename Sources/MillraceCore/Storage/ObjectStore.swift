import Glibc

/// Bytes kept under their SHA-256 digest in a private folder: `objects/ab/cdef…`.
///
/// Any number of processes may share a store. An object appears whole or not at all, is never changed, and is checked
/// when it is read. Its modification time is the time of its last use, by which `evict` goes.
public struct ObjectStore: Sendable {
  public let folder: String

  /// Opens the store, making its folder (0700) where needed.
  public init(folder: String) throws(Failure) {
    try makePrivateFolder(folder)
    self.folder = folder
  }

  /// Keeps the bytes and returns their digest. Bytes that are there already count as used now.
  @discardableResult
  public func put(_ bytes: UnsafeRawBufferPointer) throws(Failure) -> SHA256Digest {
    let digest = unsafe SHA256Digest(of: bytes)
    let path = files.path(of: digest)
    if files.touch(path) { return digest }
    try makePrivateFolder(folderPart(of: path))
    let file = try AtomicFile(path: path, permissions: 0o600)
    unsafe try file.write(bytes)
    try file.commit()
    return digest
  }

  /// The object's bytes; nil when it is not there.
  ///
  /// - Throws: `.badData` when it is larger than `limit` bytes, or the bytes are not those of the digest; the damaged
  ///   object is removed then.
  public func get(_ digest: SHA256Digest, limit: Int) throws(Failure) -> ByteBuffer? {
    let path = files.path(of: digest)
    guard let descriptor = try open(digest) else { return nil }
    defer { close(descriptor) }
    let place = Place(file: path)
    let bytes = ByteBuffer()
    while true {
      bytes.reserve(1 << 16)
      let count = retryingInterrupted { unsafe read(descriptor, bytes.base + bytes.count, 1 << 16) }
      guard count >= 0 else { throw .system(.inputOutput, "cannot read", errorNumber: errno, at: place) }
      if count == 0 { break }
      bytes.count += count
      guard bytes.count <= limit else { throw Failure(.badData, "more than \(limit) bytes", at: place) }
    }
    guard unsafe SHA256Digest(of: bytes.bytes) == digest else {
      unsafe unlink(path)
      throw Failure(.badData, "the content is damaged and was removed", at: place)
    }
    files.touch(path)
    return bytes
  }

  /// A descriptor to read the object from, which the caller closes; nil when it is not there. The content is unchecked.
  public func open(_ digest: SHA256Digest) throws(Failure) -> Int32? {
    let path = files.path(of: digest)
    let descriptor = retryingInterrupted { unsafe Glibc.open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC) }
    if descriptor >= 0 { return descriptor }
    if errno == ENOENT || errno == ENOTDIR { return nil }
    throw .system(.inputOutput, "cannot open", errorNumber: errno, at: Place(file: path))
  }

  /// Removes the objects that nobody used for `age` seconds, then the least recently used ones until at most `bytes`
  /// are left, and files of writers that died. Tells how many objects went.
  @discardableResult
  public func evict(unusedFor age: Int, keeping bytes: Int) throws(Failure) -> Int {
    let oldest = Timestamp(seconds: time(nil) - age)
    return try files.evict(unusedSince: oldest, keeping: .max, bytes: bytes).entries
  }

  private var files: DigestNamedFiles { DigestNamedFiles(folder: folder) }
}
