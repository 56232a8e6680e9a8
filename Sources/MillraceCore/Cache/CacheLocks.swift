import Glibc
import Synchronization

/// What all claims of one cache in this process hold.
///
/// The kernel walks through all locks of a file for each that is added, so the keys are spread over many files, each open
/// once for all claims and as long as one of them holds a key there.
final class CacheClaims: Sendable {
  private struct Bucket {
    let file: CacheLockFile
    var taken: Set<off_t> = []
  }

  let locks: CacheLocks
  /// Nil when nothing can be locked, and everybody may go on.
  private let folder: String?
  private let buckets = Mutex<[UInt8: Bucket]>([:])

  init(folder: String?, locks: CacheLocks) {
    self.folder = folder
    self.locks = locks
  }

  func claim(_ keys: [String]) -> CacheClaim {
    let slots = keys.map { locks.slot($0) }
    let (free, taken) = take(Set(slots))
    var held: Set<String> = []
    return CacheClaim(
      zip(keys, slots).compactMap { free.contains($1) && held.insert($0).inserted ? $0 : nil }
    ) { self.giveBack(taken) }
  }

  /// Takes what nobody has.
  ///
  /// - Returns: The slots that may be used, and those of them that have to be given back.
  private func take(_ slots: Set<CacheSlot>) -> (free: Set<CacheSlot>, taken: [CacheSlot]) {
    var (free, taken): (Set<CacheSlot>, [CacheSlot]) = ([], [])
    free.reserveCapacity(slots.count)
    taken.reserveCapacity(slots.count)
    buckets.withLock { buckets in
      for (name, slots) in Dictionary(grouping: slots, by: \.file) {
        guard var bucket = buckets.removeValue(forKey: name) ?? lockFile(name).map({ Bucket(file: $0) }) else {
          free.formUnion(slots)
          continue
        }
        // From the last on: the kernel then finds a new lock's place at the first of ours.
        for slot in slots.sorted(by: { $0.offset > $1.offset }) where !bucket.taken.contains(slot.offset) {
          let error = locks.lock(bucket.file.descriptor, slot.offset)
          if error == EAGAIN { continue }
          free.insert(slot)
          if error == 0 {
            bucket.taken.insert(slot.offset)
            taken.append(slot)
          }
        }
        if !bucket.taken.isEmpty { buckets[name] = bucket }
      }
    }
    return (free, taken)
  }

  private func giveBack(_ slots: [CacheSlot]) {
    guard !slots.isEmpty else { return }
    buckets.withLock { buckets in
      for (name, slots) in Dictionary(grouping: slots, by: \.file) {
        guard var bucket = buckets.removeValue(forKey: name) else { continue }
        bucket.taken.subtract(slots.map(\.offset))
        // The file's end unlocks the last ones all at once.
        if bucket.taken.isEmpty { continue }
        for slot in slots { Linux.unlockByte(bucket.file.descriptor, at: slot.offset) }
        buckets[name] = bucket
      }
    }
  }

  /// Opened anew, the file shows what other claims of this process hold, too; nil when nothing can be locked.
  func lockFile(of slot: CacheSlot) -> CacheLockFile? { lockFile(slot.file) }

  private func lockFile(_ name: UInt8) -> CacheLockFile? {
    guard let folder else { return nil }
    let path = "\(folder)/\(padded(name, 2, radix: 16))"
    if let file = CacheLockFile(path) { return file }
    guard !isThere(folder), (try? makePrivateFolder(folder)) != nil else { return nil }
    return CacheLockFile(path)
  }
}

/// The byte that stands for a key, of one of the lock files.
struct CacheSlot: Hashable, Sendable {
  var file: UInt8
  var offset: off_t
}

/// The locks by which processes and threads tell each other what they fetch: one byte of a file for a key.
struct CacheLocks: Sendable {
  /// Locks a byte without waiting: 0; EAGAIN when another open file has it; anything else where there are no locks, and
  /// everybody may go on.
  var lock: @Sendable (_ descriptor: Int32, _ offset: off_t) -> Int32
  var isLocked: @Sendable (_ descriptor: Int32, _ offset: off_t) -> Bool
  /// Keys that share a slot are held together.
  var slot: @Sendable (_ key: String) -> CacheSlot = Self.slot(of:)

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

  /// So many that a claim of a hundred thousand keys takes less than a second, and no more, as each takes a descriptor.
  private static let files: UInt64 = 64

  /// Byte and length together must stay below 2^63.
  private static func slot(of key: String) -> CacheSlot {
    let bits = SHA256Digest(of: key).leadingBits
    return CacheSlot(file: UInt8(bits % files), offset: off_t(bits >> 2))
  }
}

/// An open lock file: locks conflict between open files, not between users of one.
final class CacheLockFile: Sendable {
  let descriptor: Int32

  /// Nil where it cannot be opened: then nothing can be locked.
  init?(_ path: String) {
    let opened = retryingInterrupted { unsafe open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600) }
    guard opened >= 0 else { return nil }
    descriptor = opened
  }

  deinit {
    // Unlocked in so many words: a child just being started holds a copy of the descriptor until it executes.
    Linux.unlockBytes(descriptor)
    close(descriptor)
  }
}
