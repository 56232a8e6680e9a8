import Synchronization
import Testing

@testable import MillraceCore

/// Runs each test on a thread of its own, as `waiting` runs a command, and a few at a time.
///
/// The cooperative pool has a thread for each core. A test that waits for a child process would keep one of them from all
/// the others, which then go on when it pleases the scheduler: claims run out, and idle connections are closed meanwhile.
struct OwnThread: SuiteTrait, TestTrait, TestScoping {
  var isRecursive: Bool { true }

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    await Self.places.enter()
    defer { Self.places.leave() }
    let thread = CallingThread()
    _ = try Worker("test") { thread.run() }
    defer { thread.leave() }
    try await withTaskExecutorPreference(thread) { try await function() }
  }

  private static let places = Places(max(4, 2 * availableCores()))
}

extension Trait where Self == OwnThread {
  static var ownThread: Self { OwnThread() }
}

/// Lets so many in at a time.
private final class Places: Sendable {
  private struct State {
    var free: Int
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  private let state: Mutex<State>

  init(_ count: Int) { state = Mutex(State(free: count)) }

  func enter() async {
    await withCheckedContinuation { continuation in
      let isIn = state.withLock { state in
        guard state.free > 0 else {
          state.waiting.append(continuation)
          return false
        }
        state.free -= 1
        return true
      }
      if isIn { continuation.resume() }
    }
  }

  func leave() {
    let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
      if state.waiting.isEmpty {
        state.free += 1
        return nil
      }
      return state.waiting.removeFirst()
    }
    next?.resume()
  }
}
