import Glibc
import MillraceCore
import Synchronization

/// The children that a run has started and that have not ended: what a signal has to stop.
final class RunningChildren: Sendable {
  private struct State {
    var isStopped = false
    var children: [pid_t: ChildProcess] = [:]
  }

  private let state = Mutex(State())

  /// The run is to end: no new child starts.
  var isStopped: Bool { state.withLock { $0.isStopped } }

  /// Starts a child on the calling thread, which must wait for it; nil once the run is stopped.
  func start(_ make: () throws(Failure) -> ChildProcess) throws(Failure) -> ChildProcess? {
    // Under the lock, so that no child starts unseen while the others are being stopped.
    let started: Result<ChildProcess?, Failure> = state.withLock { state in
      guard !state.isStopped else { return .success(nil) }
      do throws(Failure) {
        let child = try make()
        state.children[child.identifier] = child
        return .success(child)
      } catch {
        return .failure(error)
      }
    }
    return try started.get()
  }

  /// Waits for a child's end, and ends what it leaves behind in its group.
  ///
  /// - Parameter timeout: in seconds; after it the child is asked to end, and five seconds later killed.
  func wait(for child: ChildProcess, timeout: Double?) -> (end: ChildProcess.End, timedOut: Bool) {
    let ended = child.wait(seconds: timeout)
    let end = ended ?? child.end(patience: 5)
    state.withLock { _ = $0.children.removeValue(forKey: child.identifier) }
    _ = child.endGroup()
    return (end, ended == nil)
  }

  /// Ends all children: they are asked to, and those that still run after some seconds are killed.
  func stop(graceSeconds: Double = 10) {
    func signalAll(_ signal: Int32) { state.withLock { for child in $0.children.values { child.signalGroup(signal) } } }
    state.withLock { $0.isStopped = true }
    signalAll(SIGTERM)
    for _ in 0..<Int(graceSeconds * 20) where !state.withLock({ $0.children.isEmpty }) { usleep(50_000) }
    signalAll(SIGKILL)
    for _ in 0..<40 where !state.withLock({ $0.children.isEmpty }) { usleep(50_000) }
  }

  /// Waits, or less long when the run is stopped.
  func pause(seconds: Double) {
    for _ in 0..<Int((seconds * 20).rounded(.up)) where !isStopped { usleep(50_000) }
  }
}
