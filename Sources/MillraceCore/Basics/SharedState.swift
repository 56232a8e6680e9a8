import Glibc

/// A state that threads share and wait on.
///
/// Unchecked Sendable: every access to the state, which may itself be shared, holds the mutex.
@safe public final class SharedState<State: Sendable>: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var state: State

  public init(_ state: State) {
    self.state = state
    unsafe pthread_mutex_init(mutex, nil)
    var attributes = pthread_condattr_t()
    unsafe pthread_condattr_init(&attributes)
    unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    unsafe pthread_cond_init(changed, &attributes)
    unsafe pthread_condattr_destroy(&attributes)
  }

  deinit {
    unsafe pthread_cond_destroy(changed)
    unsafe pthread_mutex_destroy(mutex)
    unsafe changed.deallocate()
    unsafe mutex.deallocate()
  }

  /// Looks at the state, or changes it so that nobody who waits need know.
  public func access<Result, Failure: Error>(_ body: (inout State) throws(Failure) -> Result) throws(Failure) -> Result
  {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    return try body(&state)
  }

  /// Changes the state and wakes all who wait.
  public func change<Result, Failure: Error>(_ body: (inout State) throws(Failure) -> Result) throws(Failure) -> Result
  {
    unsafe pthread_mutex_lock(mutex)
    defer {
      unsafe pthread_cond_broadcast(changed)
      unsafe pthread_mutex_unlock(mutex)
    }
    return try body(&state)
  }

  /// Waits until the state is as `isReached` wants it, or the seconds have passed.
  ///
  /// - Returns: whether it is.
  public func wait(upTo seconds: Double, _ isReached: (State) -> Bool) -> Bool {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    let end = Clock.monotonicSeconds() + seconds
    while !isReached(state) {
      let left = end - Clock.monotonicSeconds()
      guard left > 0 else { return false }
      sleepUntilChange(upTo: left)
    }
    return true
  }

  /// For whoever holds the mutex, which is free meanwhile. It may end before.
  private func sleepUntilChange(upTo seconds: Double) {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    let nanoseconds = time.tv_nsec + Int(seconds * 1e9)
    time.tv_sec += nanoseconds / 1_000_000_000
    time.tv_nsec = nanoseconds % 1_000_000_000
    unsafe pthread_cond_timedwait(changed, mutex, &time)
  }

  /// Waits until `body` gives something, asking it again after each change, and at the latest after `pause` seconds. Then
  /// all who wait are woken.
  public func wait<Result, Failure: Error>(
    pause: Double? = nil, _ body: (inout State) throws(Failure) -> Result?
  ) throws(Failure) -> Result {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    while true {
      if let result = try body(&state) {
        // It may have changed the state, too.
        unsafe pthread_cond_broadcast(changed)
        return result
      }
      if let pause {
        sleepUntilChange(upTo: pause)
      } else {
        unsafe pthread_cond_wait(changed, mutex)
      }
    }
  }
}
