import Glibc
import Synchronization

/// Answers of a service, kept in a private folder from run to run.
///
/// Any number of threads, processes and hosts may share one; an entry appears whole or not at all, and is checked when it
/// is read. A damaged entry is a miss and is removed. A cache that cannot be used (a full disk, a folder that is read-only)
/// warns once and never stops a run. Keys are texts without secrets: they stand in the entries.
///
///     let cache = ResponseCache(folder: cacheFolder(environment) + "/eutils", warn: diagnostics.warn)
///     let claim = cache.claim(missing)
///     for key in claim.keys where cache.entry(for: key) == nil { cache.store(try await fetch(key), for: key) }
///     claim.release()
///     for key in missing where !claim.isHeld(key) { await cache.wait(for: key) … and from the beginning }
///
/// Whoever holds a claim fetches and releases before it waits for others; two who wait for each other's keys while they
/// hold their own would both wait until the time is up.
///
/// All functions but `wait` read and write files on the calling thread.
public final class ResponseCache: Sendable {
  /// An answer from the cache.
  public struct Entry: Sendable, Equatable {
    public var body: [UInt8]
    public var stored: Timestamp
    /// Seconds since it was stored.
    public var age: Double
  }

  /// How much is kept.
  public struct Limits: Sendable {
    /// Seconds after its last use for which an entry stays.
    public var unusedFor: Double
    public var entries: Int
    /// Of all entries together.
    public var bytes: Int
    /// Of one body; a larger one is not kept.
    public var bodyBytes: Int

    public init(
      unusedFor: Double = 90 * 24 * 3600, entries: Int = 1_000_000, bytes: Int = 4 << 30, bodyBytes: Int = 64 << 20
    ) {
      self.unusedFor = unusedFor
      self.entries = entries
      self.bytes = bytes
      self.bodyBytes = bodyBytes
    }
  }

  public let folder: String
  let limits: Limits
  let clock: Clock
  let files: DigestNamedFiles
  /// False when there is no folder: every look is a miss then.
  let isUsable: Bool
  private let maximumAge: Double?
  private let claims: CacheClaims
  private let warn: @Sendable (Failure) -> Void
  private let hasWarned = Atomic(false)
  private let written = Mutex(DigestNamedFiles.Removed())

  /// A use is noted when the last one was so many seconds ago: a network file system feels each.
  private static let useInterval = 3600.0
  /// An entry from further ahead than this many seconds was written by a clock that is wrong.
  private static let clockSlack = 24 * 3600.0

  /// Opens the cache, making its folder (0700) where needed.
  ///
  /// - Parameters:
  ///   - maximumAge: Seconds for which an answer is fresh; nil for ever, 0 not at all.
  ///   - warn: Is called once at most, with what keeps the cache from being used.
  public convenience init(
    folder: String, maximumAge: Double? = nil, limits: Limits = Limits(), clock: Clock = .system,
    warn: @escaping @Sendable (Failure) -> Void
  ) {
    self.init(folder: folder, maximumAge: maximumAge, limits: limits, clock: clock, locks: .system, warn: warn)
  }

  init(
    folder: String, maximumAge: Double?, limits: Limits, clock: Clock, locks: CacheLocks,
    warn: @escaping @Sendable (Failure) -> Void
  ) {
    self.folder = folder
    self.maximumAge = maximumAge
    self.limits = limits
    self.clock = clock
    self.warn = warn
    files = DigestNamedFiles(folder: folder)
    var failure: Failure?
    do throws(Failure) { try makePrivateFolder(folder) } catch { failure = error }
    isUsable = failure == nil
    claims = CacheClaims(folder: failure == nil ? "\(folder)/claims" : nil, locks: locks)
    if let failure { warnOnce("the cache cannot be used, so every answer is fetched anew", failure) }
  }

  // MARK: Reading

  /// The answer; nil when there is none that is fresh.
  public func entry(for key: String) -> Entry? { entry(for: key, maximumAge: maximumAge) }

  /// The answer; nil when there is none that is fresh by another measure than the cache's own.
  ///
  /// An answer that is too old stays: another reader may think otherwise, and a new one replaces it.
  public func entry(for key: String, maximumAge: Double?) -> Entry? {
    guard isUsable else { return nil }
    let path = files.path(of: SHA256Digest(of: key))
    let file: CacheEntryFile
    switch CacheEntryFile.open(path, bodyLimit: limits.bodyBytes) {
    case .absent: return nil
    case .unreadable(let errorNumber):
      warnOnce(
        "answers in the cache cannot be read, so they are fetched anew",
        .system(.inputOutput, "cannot read", errorNumber: errorNumber, at: Place(file: path)))
      return nil
    case .damaged:
      Self.remove(path)
      return nil
    case .file(let opened): file = opened
    }
    let now = clock.now()
    let age = now.since(file.header.stored)
    guard file.header.key == key, age > -Self.clockSlack else {
      Self.remove(path)
      return nil
    }
    if let maximumAge, max(0, age) >= maximumAge { return nil }
    guard let body = file.body() else {
      Self.remove(path)
      return nil
    }
    if now.since(file.used) > Self.useInterval { file.touch() }
    return Entry(body: body, stored: file.header.stored, age: max(0, age))
  }

  // MARK: Writing

  /// Keeps an answer, in place of an older one. One that is larger than the limit, or whose key is a mebibyte long, is
  /// not kept.
  public func store(_ body: [UInt8], for key: String) {
    guard isUsable, body.count <= limits.bodyBytes else { return }
    let bytes = ByteBuffer(capacity: body.count + 2 * key.utf8.count + 256)
    let isKept = unsafe body.withUnsafeBytes { body in
      unsafe CacheEntryHeader(key: key, stored: clock.now(), body: body).write(to: bytes)
      guard bytes.count <= CacheEntryHeader.limit else { return false }
      unsafe bytes.append(body)
      return true
    }
    guard isKept else { return }
    do throws(Failure) {
      try write(bytes, to: files.path(of: SHA256Digest(of: key)))
    } catch {
      warnOnce("answers are not kept in the cache", error)
      return
    }
    let isMuch = written.withLock { written in
      written.entries += 1
      written.bytes += bytes.count
      guard written.entries > limits.entries / 10 || written.bytes > limits.bytes / 10 else { return false }
      written = DigestNamedFiles.Removed()
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

  /// Says that these keys are about to be fetched, and finds out which of them somebody else is fetching, here or in
  /// another process. Never waits. Where the file system has no locks all keys are the claim's: the lock saves work only.
  ///
  /// Look into the cache once more before fetching: since the last look somebody may have stored the answer and let go.
  public func claim(_ keys: [String]) -> Claim {
    Claim(keys, claims: claims)
  }

  /// Waits until nobody claims the key any more: its holder let go, or is dead. The answer may be in the cache then.
  ///
  /// - Parameter seconds: After which a holder that hangs is waited for no longer.
  /// - Returns: False when the time is up or the task was cancelled.
  @discardableResult
  public func wait(for key: String, upTo seconds: Double = 900) async -> Bool {
    let slot = claims.locks.slot(key)
    guard let file = claims.lockFile(of: slot) else { return true }
    let end = ContinuousClock.now + .seconds(seconds)
    var pause = Duration.milliseconds(20)
    while claims.locks.isLocked(file.descriptor, slot.offset) {
      guard ContinuousClock.now < end, !Task.isCancelled else { return false }
      try? await Task.sleep(for: pause)
      pause = min(pause * 3 / 2, .milliseconds(500))
    }
    return true
  }

  // MARK: Warning

  private func warnOnce(_ consequence: String, _ failure: Failure) {
    guard !hasWarned.exchange(true, ordering: .relaxed) else { return }
    warn(
      Failure(
        failure.status, "\(consequence): \(failure.message)", at: failure.place,
        advice: failure.advice ?? "MILLRACE_CACHE_DIR names another folder"))
  }
}
