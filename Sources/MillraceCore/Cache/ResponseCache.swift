import Glibc
import Synchronization

/// Answers of a service in a private folder.
///
/// Any number of threads, processes and hosts may share one. A full disk, or a folder that is read-only, is warned of once.
/// Single flight goes by locks on bytes of files in the folder, which end with their process.
package final class ResponseCache: AnswerCache {
  package let folder: String
  package let maximumAge: Double?
  let limits: CacheLimits
  let clock: Clock
  let files: DigestNamedFiles
  /// Why there is no folder: every look is a miss then.
  let unusable: Failure?
  private var isUsable: Bool { unusable == nil }
  private let claims: CacheClaims
  private let warnings: CacheWarnings
  private let written = Mutex(CacheRemoval())

  /// Opens the cache, making its folder (0700) where needed.
  ///
  /// - Parameters:
  ///   - maximumAge: Seconds for which an answer is fresh; nil for ever, 0 not at all.
  ///   - warn: Is called once at most with what keeps the cache from being used, and once at most with an entry that is
  ///     damaged.
  package convenience init(
    folder: String, maximumAge: Double? = nil, limits: CacheLimits = CacheLimits(), clock: Clock = .system,
    warn: @escaping @Sendable (Failure) -> Void
  ) {
    self.init(folder: folder, maximumAge: maximumAge, limits: limits, clock: clock, locks: .system, warn: warn)
  }

  init(
    folder: String, maximumAge: Double?, limits: CacheLimits, clock: Clock, locks: CacheLocks,
    warn: @escaping @Sendable (Failure) -> Void
  ) {
    self.folder = folder
    self.maximumAge = maximumAge
    self.limits = limits
    self.clock = clock
    warnings = CacheWarnings(advice: "MILLRACE_CACHE_DIR names another folder", warn)
    files = DigestNamedFiles(folder: folder)
    var failure: Failure?
    do throws(Failure) { try makePrivateFolder(folder) } catch { failure = error }
    unusable = failure
    claims = CacheClaims(folder: failure == nil ? "\(folder)/claims" : nil, locks: locks)
    if let failure { warnings.report("the cache cannot be used, so every answer is fetched anew", failure) }
  }

  // MARK: Reading

  package func entry(for key: String, maximumAge: Double?) -> CacheEntry? {
    guard isUsable else { return nil }
    let path = files.path(of: SHA256Digest(of: key))
    let file: CacheEntryFile
    switch CacheEntryFile.open(path, bodyLimit: limits.bodyBytes) {
    case .absent: return nil
    case .unreadable(let errorNumber):
      warnings.report(
        "answers in the cache cannot be read, so they are fetched anew",
        .system(.inputOutput, "cannot read", errorNumber: errorNumber, at: Place(file: path)))
      return nil
    case .damaged:
      removeDamaged(path)
      return nil
    case .file(let opened): file = opened
    }
    let now = clock.now()
    let age = now.since(file.header.stored)
    guard file.header.key == key else {
      removeDamaged(path)
      return nil
    }
    guard age > -CacheEntryHeader.clockSlack else {
      Self.remove(path)
      return nil
    }
    if let maximumAge, max(0, age) >= maximumAge { return nil }
    guard let body = file.body() else {
      removeDamaged(path)
      return nil
    }
    if now.since(file.used) > CacheLimits.useInterval { file.touch() }
    return CacheEntry(body: body, stored: file.header.stored, age: max(0, age))
  }

  // MARK: Writing

  package func store(_ body: [UInt8], for key: String) {
    guard isUsable, body.count <= limits.bodyBytes else { return }
    guard let bytes = CacheEntryHeader.entry(body, for: key, stored: clock.now()) else { return }
    do throws(Failure) {
      try write(bytes, to: files.path(of: SHA256Digest(of: key)))
    } catch {
      warnings.report("answers are not kept in the cache", error)
      return
    }
    let isMuch = written.withLock { written in
      written.entries += 1
      written.bytes += bytes.count
      guard written.entries > limits.entries / 10 || written.bytes > limits.bytes / 10 else { return false }
      written = CacheRemoval()
      return true
    }
    // A tenth of the limits pays for looking at all entries. What stands in the way of that stands in the way of the next
    // answer too, which tells of it.
    if isMuch { _ = try? prune() }
  }

  private func write(_ entry: ByteBuffer, to path: String) throws(Failure) {
    let group = folderPart(of: path)
    if fileStatus(group, followingLinks: false) == nil { try makePrivateFolder(group) }
    // What is no entry goes first: a link would be followed, and permissions be kept.
    if let status = fileStatus(path, followingLinks: false), !CacheEntryFile.isOwn(status) { Self.remove(path) }
    let file = try AtomicFile(path: path, permissions: 0o600)
    try unsafe file.write(entry.bytes)
    try file.commit()
  }

  private static func remove(_ path: String) {
    if unsafe unlink(path) != 0, errno == EISDIR { unsafe rmdir(path) }
  }

  // MARK: Single flight

  /// Where the file system has no locks all keys are the claim's.
  package func claim(_ keys: [String]) -> CacheClaim { claims.claim(keys) }

  package func wait(for key: String, upTo seconds: Double) async -> Bool {
    let slot = claims.locks.slot(key)
    guard let file = claims.lockFile(of: slot) else { return true }
    return await CacheClaim.waitForEnd(upTo: seconds) { claims.locks.isLocked(file.descriptor, slot.offset) }
  }

  private func removeDamaged(_ path: String) {
    Self.remove(path)
    warnings.reportDamage(at: path)
  }
}
