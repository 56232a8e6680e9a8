import MillraceCore
import Synchronization

/// What the cache keeps, and what only this run remembers: where there is no cache, or it cannot be used, an answer would
/// else be asked for again for each part of the rows.
final class RunAnswers: Sendable {
  struct Kept: Sendable {
    var body: [UInt8]
    var stored: Timestamp
  }

  private struct Memory {
    /// Asked for in this run, by the key: with `--refresh` once.
    var asked: Set<String> = []
    /// What the cache did not take.
    var bodies: [String: Kept] = [:]
  }

  let service: CachedService
  private let clock: Clock
  private let memory = Mutex(Memory())

  init(_ service: CachedService, clock: Clock) {
    self.service = service
    self.clock = clock
  }

  /// What is kept under a key, of whatever age.
  func kept(_ key: String) -> Kept? {
    if let kept = memory.withLock({ $0.bodies[key] }) { return kept }
    return service.cache?.entry(for: key, maximumAge: nil).map { Kept(body: $0.body, stored: $0.stored) }
  }

  func keep(_ body: [UInt8], _ key: String) {
    service.cache?.store(body, for: key)
    let isKept = service.cache?.entry(for: key, maximumAge: nil)?.body == body
    let now = clock.now()
    memory.withLock { memory in
      memory.asked.insert(key)
      memory.bodies[key] = isKept ? nil : Kept(body: body, stored: now)
    }
  }

  /// Whether the user wants to have it anew, and it was not asked for yet.
  func isToRefresh(_ key: String) -> Bool {
    service.refreshes && memory.withLock { !$0.asked.contains(key) }
  }

  /// Seconds since it was kept.
  func age(of stored: Timestamp) -> Double { max(0, clock.now().since(stored)) }
}
