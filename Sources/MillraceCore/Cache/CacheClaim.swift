import Synchronization

/// The keys of a cache that their holder is about to fetch, so that nobody else fetches the same.
///
/// The claim ends with `release()`, with its last reference, or with the process, however that ends.
public final class CacheClaim: Sendable {
  /// The keys that are this claim's to fetch, in the order asked for. The others are being fetched by somebody else.
  public let keys: [String]
  private let held: Set<String>
  private let giveBack: Mutex<(@Sendable () -> Void)?>

  /// - Parameters:
  ///   - keys: each once.
  ///   - giveBack: lets others have what was taken; is called once.
  init(_ keys: [String], giveBack: @escaping @Sendable () -> Void) {
    self.keys = keys
    held = Set(keys)
    self.giveBack = Mutex(giveBack)
  }

  deinit { release() }

  public func isHeld(_ key: String) -> Bool { held.contains(key) }

  /// Lets others fetch the keys. A second call does nothing.
  public func release() {
    let giveBack = giveBack.withLock { giveBack in
      defer { giveBack = nil }
      return giveBack
    }
    giveBack?()
  }

  /// Looks again and again, less and less often, whether a key is held still.
  ///
  /// - Returns: False when the time is up or the task was cancelled.
  static func waitForEnd(upTo seconds: Double, isHeld: () -> Bool) async -> Bool {
    let end = ContinuousClock.now + .seconds(seconds)
    var pause = Duration.milliseconds(20)
    while isHeld() {
      guard ContinuousClock.now < end, !Task.isCancelled else { return false }
      try? await Task.sleep(for: pause)
      pause = min(pause * 3 / 2, .milliseconds(500))
    }
    return true
  }
}
