import Glibc
import Synchronization

/// Clean ends by signal: SIGINT, SIGTERM and SIGHUP leave no output under its final name and no hidden file, and the
/// caller sees that the signal ended the process.
///
/// The signals are blocked in every thread but one, which waits for them. So what has to be done happens in an ordinary
/// thread, where memory and locks may be used, instead of in a signal handler. Process-wide, as signals are.
public enum Signals {
  private static let hooks = Mutex<[@Sendable (Int32) -> Void]>([])

  /// Begins to wait for signals. Call it before any other thread starts: threads inherit what is blocked.
  ///
  /// SIGPIPE is ignored from here on, so that a write to a broken pipe throws `Failure.brokenPipe`. A signal that the
  /// caller had us ignore (`nohup`, a background job) stays ignored.
  public static func install() {
    signal(SIGPIPE, SIG_IGN)
    var stopping = sigset_t()
    unsafe sigemptyset(&stopping)
    for number in [SIGINT, SIGTERM, SIGHUP] where !isIgnored(number) { unsafe sigaddset(&stopping, number) }
    unsafe pthread_sigmask(SIG_BLOCK, &stopping, nil)
    let set = stopping
    // Nobody joins the thread, and the process cannot work without it only in that signals end it less cleanly.
    _ = try? Worker<Void>("signals") { wait(for: set) }
  }

  /// Has something done when a signal stops the process, before hidden files are removed and the process ends. It runs on
  /// another thread while the others go on.
  public static func whenStopped(_ hook: @escaping @Sendable (_ signal: Int32) -> Void) {
    hooks.withLock { $0.append(hook) }
  }

  /// Ends the process by a signal's default action, so that the shell sees 128 + its number. Hidden files are removed.
  static func end(by number: Int32) -> Never {
    TemporaryFiles.removeAll(andEnd: {
      signal(number, SIG_DFL)
      var set = sigset_t()
      unsafe sigemptyset(&set)
      unsafe sigaddset(&set, number)
      unsafe pthread_sigmask(SIG_UNBLOCK, &set, nil)
      raise(number)
    })
    // The first process of a container has no default actions.
    _exit(128 + number)
  }

  private static func wait(for signals: sigset_t) {
    var signals = signals
    var number: Int32 = 0
    while unsafe sigwait(&signals, &number) != 0 {}
    // Who asks twice does not want to wait for the hooks.
    for other in [SIGINT, SIGTERM, SIGHUP] where unsafe sigismember(&signals, other) == 1 {
      signal(other, SIG_DFL)
    }
    unsafe pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    for hook in hooks.withLock({ $0 }) { hook(number) }
    end(by: number)
  }

  private static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    guard unsafe sigaction(number, nil, &action) == 0 else { return false }
    let current = unsafe unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
    let ignoring = unsafe unsafeBitCast(SIG_IGN, to: Int.self)
    return current == ignoring
  }
}
