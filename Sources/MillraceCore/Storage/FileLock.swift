import Glibc

/// A lock between processes that survives crashes: the kernel drops it with its holder, however that ends.
///
/// The lock file stays when the lock is released, and tells in words who holds it, for messages only. Nobody but its holder
/// may remove it, with the folder that it stands in, say: who waited for it then locks the file that has the name by then.
public final class FileLock: Sendable {
  private let descriptor: Int32

  /// Waits until the lock is free.
  public static func acquire(_ path: String) throws(Failure) -> FileLock {
    for _ in 0..<mostReplacements {
      let descriptor = try open(path)
      guard retryingInterrupted({ flock(descriptor, LOCK_EX) }) == 0 else { throw failure(path, closing: descriptor) }
      if isStill(descriptor, at: path) { return FileLock(locked: descriptor) }
      close(descriptor)
    }
    throw replaced(path)
  }

  /// Nil when another process, or another holder in this one, has the lock.
  public static func tryAcquire(_ path: String) throws(Failure) -> FileLock? {
    for _ in 0..<mostReplacements {
      let descriptor = try open(path)
      if retryingInterrupted({ flock(descriptor, LOCK_EX | LOCK_NB) }) == 0 {
        if isStill(descriptor, at: path) { return FileLock(locked: descriptor) }
        close(descriptor)
        continue
      }
      guard errno == EWOULDBLOCK else { throw failure(path, closing: descriptor) }
      close(descriptor)
      return nil
    }
    throw replaced(path)
  }

  /// How often a lock file may be another one as soon as it is locked.
  private static let mostReplacements = 100

  /// Whether the locked file has its name still: whoever had the lock may have removed the file, with the folder that it
  /// stood in, and the next one locks a file that was made since.
  private static func isStill(_ descriptor: Int32, at path: String) -> Bool {
    var locked = stat()
    guard unsafe fstat(descriptor, &locked) == 0, let named = fileStatus(path, followingLinks: false) else {
      return false
    }
    return locked.st_dev == named.st_dev && locked.st_ino == named.st_ino
  }

  private static func replaced(_ path: String) -> Failure {
    Failure(.inputOutput, "cannot lock the file: it is removed and made again all the time", at: Place(file: path))
  }

  /// Whether somebody has the lock now. Who asks takes no lock from anybody that waits for one, but `tryAcquire` of another
  /// process may find it taken for that instant.
  public static func isHeld(_ path: String) -> Bool {
    let descriptor = unsafe Glibc.open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    // A shared lock: those who ask at once do not see each other.
    guard retryingInterrupted({ flock(descriptor, LOCK_SH | LOCK_NB) }) == 0 else { return errno == EWOULDBLOCK }
    flock(descriptor, LOCK_UN)
    return false
  }

  /// Who holds the lock or held it last, as "process 4711 on node17"; nil when nobody ever did.
  public static func holder(of path: String) -> String? {
    let descriptor = unsafe Glibc.open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    let text = unsafe String(unsafeUninitializedCapacity: 128) { bytes in
      unsafe max(0, pread(descriptor, bytes.baseAddress, bytes.count, 0))
    }
    return text.isEmpty ? nil : String(text.prefix { $0 != "\n" })
  }

  private init(locked descriptor: Int32) {
    self.descriptor = descriptor
    let text = "process \(getpid()) on \(hostName())\n"
    let utf8 = Array(text.utf8)
    // The text serves messages only, so a full disk must not break the lock.
    _ = ftruncate(descriptor, 0)
    _ = unsafe pwrite(descriptor, utf8, utf8.count, 0)
  }

  deinit {
    // Unlocked in so many words: a child just being started holds a copy of the descriptor until it executes.
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }

  private static func open(_ path: String) throws(Failure) -> Int32 {
    let descriptor = unsafe Glibc.open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .cannotCreate(path, errorNumber: errno) }
    return descriptor
  }

  private static func failure(_ path: String, closing descriptor: Int32) -> Failure {
    let error = errno
    close(descriptor)
    return .system(.inputOutput, "cannot lock the file", errorNumber: error, at: Place(file: path))
  }
}
