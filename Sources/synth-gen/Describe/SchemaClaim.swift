import Glibc
import MillraceCore

/// Says that a description's schema is being asked for, so that others wait for it and do not ask for the same.
///
/// A lock on a file of the description's own, which ends with its process; the file goes with the claim.
final class SchemaClaim: Sendable {
  private let lock: FileLock
  private let path: String

  private init(_ lock: FileLock, path: String) {
    self.lock = lock
    self.path = path
  }

  deinit {
    // Before the lock is let go: who waits for it makes a file of its own then.
    _ = unsafe unlink(path)
  }

  /// What came of waiting for one's turn.
  enum Turn: Sendable {
    /// Nobody asks meanwhile.
    case claimed(SchemaClaim)
    /// Somebody else has asked.
    case known(KeptSchema)
    /// To be asked without a claim: nothing can be locked, or who had it had no answer, or does not let go of it.
    case unclaimed(Failure?)
  }

  /// Takes the claim, or waits for what the one who has it finds out.
  ///
  /// One holder is waited for, no more: where that one had no answer, the others need not hear so one after the other.
  ///
  /// - Parameters:
  ///   - seconds: for which a holder is waited for.
  ///   - known: looks into the cache.
  static func turn(
    _ path: String, waitingUpTo seconds: Double, known: () -> KeptSchema?
  ) async -> Turn {
    let end = Clock.monotonicSeconds() + seconds
    var pause = Duration.milliseconds(20)
    var firstHolder: String?
    do throws(Failure) {
      try makePrivateFolder(folderPart(of: path))
      while true {
        if let lock = try FileLock.tryAcquire(path) {
          let claim = SchemaClaim(lock, path: path)
          // The last holder may have kept its answer since we looked.
          if let kept = known() { return .known(kept) }
          return .claimed(claim)
        }
        // First the holder, then what is kept: another holder means that the first one's answer, if any, can be seen.
        let holder = FileLock.holder(of: path)
        if let kept = known() { return .known(kept) }
        if let holder, let firstHolder, holder != firstHolder { return .unclaimed(nil) }
        firstHolder = firstHolder ?? holder
        guard Clock.monotonicSeconds() < end, !Task.isCancelled else { return .unclaimed(nil) }
        try? await Task.sleep(for: pause)
        pause = min(pause * 3 / 2, .milliseconds(500))
      }
    } catch {
      return .unclaimed(error)
    }
  }
}
