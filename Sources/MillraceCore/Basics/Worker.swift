import Glibc

/// A thread of its own for work that blocks: reading, writing, compressing, hashing.
///
/// What the body returns or throws comes out of `join()`. A worker that nobody joins runs on to its end.
///
/// Unchecked Sendable: the outcome is written before the thread ends and read after `pthread_join`; one owner joins.
public final class Worker<Success: Sendable>: @unchecked Sendable {
  /// Room for a walk over 1,024 levels of nested JSON, in debug builds too. The usual 8 MiB would take many workers beyond
  /// the address-space limits that batch systems set.
  private static var stackSize: Int { 2 << 20 }

  /// Unchecked Sendable: see above.
  private final class Outcome: @unchecked Sendable {
    var result: Result<Success, Failure>?
  }

  private let outcome: Outcome
  private let thread: pthread_t
  private var isJoined = false

  /// Starts the thread.
  ///
  /// - Parameter name: What `ps -L` and a debugger show, at most 15 bytes.
  public init(_ name: String, body: @escaping @Sendable () throws(Failure) -> Success) throws(Failure) {
    let outcome = Outcome()
    let entry = Entry {
      nameThisThread(name)
      do throws(Failure) {
        outcome.result = .success(try body())
      } catch {
        outcome.result = .failure(error)
      }
    }
    var attributes = pthread_attr_t()
    unsafe pthread_attr_init(&attributes)
    defer { unsafe pthread_attr_destroy(&attributes) }
    unsafe pthread_attr_setstacksize(&attributes, Self.stackSize)
    var thread = pthread_t()
    // The thread owns the reference, and with it the body, and gives it back at its end.
    let argument = unsafe Unmanaged.passRetained(entry)
    let status = unsafe pthread_create(
      &thread, &attributes,
      { pointer in
        guard let pointer = unsafe pointer else { return nil }
        unsafe Unmanaged<Entry>.fromOpaque(pointer).takeRetainedValue().run()
        return nil
      }, argument.toOpaque())
    guard status == 0 else {
      unsafe argument.release()
      throw Failure(
        .internalError, "the system refuses another thread",
        advice: "raise the limits on processes and memory: ulimit -u, ulimit -v")
    }
    self.outcome = outcome
    self.thread = thread
  }

  deinit { if !isJoined { pthread_detach(thread) } }

  /// Waits for the thread's end: what its body returned or threw. A second call gives the same.
  public func join() throws(Failure) -> Success {
    if !isJoined {
      pthread_join(thread, nil)
      isJoined = true
    }
    guard let result = outcome.result else { fatalError("a worker ended without an outcome") }
    return try result.get()
  }
}

/// What a thread runs: a generic class cannot be named inside a C function.
private final class Entry: Sendable {
  let run: @Sendable () -> Void
  init(run: @escaping @Sendable () -> Void) { self.run = run }
}
