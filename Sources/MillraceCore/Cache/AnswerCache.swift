/// Answers of a service, kept from run to run: in a folder, or by a Redis server.
///
/// Any number of threads, processes and hosts may share one; an entry appears whole or not at all, and is checked when it
/// is read. A damaged entry is a miss, is removed, and is mentioned once. A cache that cannot be used warns once and never
/// stops a run. Keys are texts without secrets: they stand in the entries.
///
///     let claim = cache.claim(missing)
///     for key in claim.keys where cache.entry(for: key) == nil { cache.store(try await fetch(key), for: key) }
///     claim.release()
///     for key in missing where !claim.isHeld(key) { await cache.wait(for: key) … and from the beginning }
///
/// Whoever holds a claim fetches and releases before it waits for others; two who wait for each other's keys while they
/// hold their own would both wait until the time is up.
///
/// All functions but `wait` read and write on the calling thread.
public protocol AnswerCache: Sendable {
  /// Seconds for which an answer is fresh; nil for ever, 0 not at all.
  var maximumAge: Double? { get }

  /// The answer; nil when there is none that is fresh by this measure, which may be another than the cache's own.
  ///
  /// An answer that is too old stays: another reader may think otherwise, and a new one replaces it.
  func entry(for key: String, maximumAge: Double?) -> CacheEntry?

  /// Keeps an answer, in place of an older one. One that is larger than the limit, or whose key is a mebibyte long, is
  /// not kept.
  func store(_ body: [UInt8], for key: String)

  /// Says that these keys are about to be fetched, and finds out which of them somebody else is fetching, here or in
  /// another process. Never waits for them. Where nothing can be claimed all keys are the claim's: claims save work only.
  ///
  /// Look into the cache once more before fetching: since the last look somebody may have stored the answer and let go.
  func claim(_ keys: [String]) -> CacheClaim

  /// Waits until nobody claims the key any more: its holder let go, or is dead. The answer may be in the cache then.
  ///
  /// - Parameter seconds: After which a holder that hangs is waited for no longer.
  /// - Returns: False when the time is up or the task was cancelled.
  @discardableResult
  func wait(for key: String, upTo seconds: Double) async -> Bool

  /// Shows every entry. Damaged ones are passed over.
  func list(_ show: (CacheListing) throws(Failure) -> Void) throws(Failure)

  /// Removes entries, or with `isDryRun` only counts those that it would remove.
  @discardableResult
  func remove(_ which: CacheRemoval.Scope, isDryRun: Bool) throws(Failure) -> CacheRemoval

  /// Applies the limits if no process did so within the hour: for the end of a run. What stands in the way of it is no
  /// reason for a run to fail.
  func evictWhenDue()
}

extension AnswerCache {
  /// The answer; nil when there is none that is fresh.
  public func entry(for key: String) -> CacheEntry? { entry(for: key, maximumAge: maximumAge) }

  /// Waits until nobody claims the key any more, for a quarter of an hour at most.
  @discardableResult
  public func wait(for key: String) async -> Bool { await wait(for: key, upTo: 900) }

  /// Removes what is beyond the limits.
  @discardableResult
  public func prune() throws(Failure) -> CacheRemoval { try remove(.beyondLimits, isDryRun: false) }
}

/// An answer from a cache.
public struct CacheEntry: Sendable, Equatable {
  public var body: [UInt8]
  public var stored: Timestamp
  /// Seconds since it was stored.
  public var age: Double

  public init(body: [UInt8], stored: Timestamp, age: Double) {
    self.body = body
    self.stored = stored
    self.age = age
  }
}

/// How much a cache keeps.
public struct CacheLimits: Sendable {
  /// Seconds after its last use for which an entry stays; infinite for ever.
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

  /// A use is noted when the last one was so many seconds ago: a network file system feels each.
  static let useInterval = 3600.0
}

/// An entry as a list shows it.
public struct CacheListing: Sendable, Equatable {
  public var key: String
  public var stored: Timestamp
  /// Seconds since it was stored.
  public var age: Double
  /// Header and body.
  public var bytes: Int
}

/// What was removed from a cache.
public struct CacheRemoval: Sendable, Equatable {
  public var entries = 0
  public var bytes = 0

  public init(entries: Int = 0, bytes: Int = 0) {
    self.entries = entries
    self.bytes = bytes
  }

  /// Which entries are to go.
  public enum Scope: Sendable, Equatable {
    /// What went unused for too long, then the least recently used until the limits hold.
    case beyondLimits
    /// What was stored longer ago than so many seconds, and what is damaged.
    case olderThan(seconds: Double)
    case all
  }
}
