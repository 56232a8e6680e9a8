import Glibc
import Synchronization

extension ResponseCache {
  /// The keys of a cache that their holder is about to fetch, so that nobody else fetches the same.
  ///
  /// The claim ends with `release()`, with its last reference, or with the process, however that ends.
  public final class Claim: Sendable {
    /// The keys that are this claim's to fetch, in the order asked for. The others are being fetched by somebody else.
    public let keys: [String]
    private let held: Set<String>
    private let file: Mutex<CacheLockFile?>

    init(_ keys: [String], file: CacheLockFile?, locks: CacheLocks) {
      var held: Set<String> = []
      self.keys = keys.filter { key in
        guard !held.contains(key) else { return false }
        let mayFetch = file.map { locks.lock($0.descriptor, CacheLocks.offset(of: key)) != EAGAIN } ?? true
        if mayFetch { held.insert(key) }
        return mayFetch
      }
      self.held = held
      self.file = Mutex(file)
    }

    public func isHeld(_ key: String) -> Bool { held.contains(key) }

    /// Lets others fetch the keys. A second call does nothing.
    public func release() { file.withLock { $0 = nil } }
  }
}

/// The locks by which processes and threads tell each other what they fetch: one byte of one file for a key.
struct CacheLocks: Sendable {
  /// Locks a byte without waiting: 0; EAGAIN when another open file has it; anything else where there are no locks, and
  /// everybody may go on.
  var lock: @Sendable (_ descriptor: Int32, _ offset: off_t) -> Int32
  var isLocked: @Sendable (_ descriptor: Int32, _ offset: off_t) -> Bool

  static let system = CacheLocks(
    lock: { descriptor, offset in
      let error = retryingLock(descriptor, offset)
      return error == EACCES ? EAGAIN : error
    },
    isLocked: { Linux.isByteLocked($0, at: $1) })

  private static func retryingLock(_ descriptor: Int32, _ offset: off_t) -> Int32 {
    while true {
      let error = Linux.lockByte(descriptor, at: offset)
      if error != EINTR { return error }
    }
  }

  /// Byte and length together must stay below 2^63.
  static func offset(of key: String) -> off_t { off_t(SHA256Digest(of: key).leadingBits >> 2) }
}

/// The open lock file of one claim: locks conflict between open files, not between users of one.
final class CacheLockFile: Sendable {
  let descriptor: Int32

  /// Nil where it cannot be opened: then nothing can be locked.
  init?(_ path: String) {
    descriptor = retryingInterrupted { unsafe open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600) }
    if descriptor < 0 { return nil }
  }

  deinit {
    // Unlocked in so many words: a child just being started holds a copy of the descriptor until it executes.
    Linux.unlockBytes(descriptor)
    close(descriptor)
  }
}
