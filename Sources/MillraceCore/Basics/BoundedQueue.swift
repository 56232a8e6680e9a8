import Glibc

/// A first-in, first-out queue between threads whose length is the only back-pressure of a pipeline.
///
/// The producer puts and closes; the consumer takes until nil. A consumer that fails abandons the queue, so that its
/// producer wakes and stops instead of waiting for ever. Both calls block their thread: they belong on a `Worker`,
/// never in the cooperative pool.
///
/// Unchecked Sendable: every access to the state holds the mutex.
@safe public final class BoundedQueue<Element: Sendable>: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let notEmpty = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let notFull = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  /// A ring of `capacity` places.
  private var ring: [Element?]
  private var head = 0
  private var count = 0
  private var isClosed = false
  private var isAbandoned = false

  /// - Parameter capacity: How many elements may wait, at least 1.
  public init(capacity: Int) {
    ring = Array(repeating: nil, count: max(1, capacity))
    unsafe pthread_mutex_init(mutex, nil)
    unsafe pthread_cond_init(notEmpty, nil)
    unsafe pthread_cond_init(notFull, nil)
  }

  deinit {
    unsafe pthread_cond_destroy(notFull)
    unsafe pthread_cond_destroy(notEmpty)
    unsafe pthread_mutex_destroy(mutex)
    unsafe notFull.deallocate()
    unsafe notEmpty.deallocate()
    unsafe mutex.deallocate()
  }

  /// Waits for room and appends. False when the consumer has abandoned the queue: the producer should stop.
  @discardableResult
  public func put(_ element: Element) -> Bool {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    while count == ring.count && !isAbandoned { unsafe pthread_cond_wait(notFull, mutex) }
    if isAbandoned { return false }
    precondition(!isClosed, "put after close")
    ring[(head + count) % ring.count] = element
    count += 1
    unsafe pthread_cond_signal(notEmpty)
    return true
  }

  /// Waits for an element; nil once the queue is closed and empty, or abandoned.
  public func take() -> Element? {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    while count == 0 && !isClosed && !isAbandoned { unsafe pthread_cond_wait(notEmpty, mutex) }
    if count == 0 { return nil }
    let element = ring[head].take()
    head = (head + 1) % ring.count
    count -= 1
    unsafe pthread_cond_signal(notFull)
    return element
  }

  /// The producer's end: what waits can still be taken.
  public func close() {
    unsafe pthread_mutex_lock(mutex)
    isClosed = true
    unsafe pthread_cond_broadcast(notEmpty)
    unsafe pthread_mutex_unlock(mutex)
  }

  /// The consumer's early end: what waits is dropped, and every `put` returns false.
  public func abandon() {
    unsafe pthread_mutex_lock(mutex)
    isAbandoned = true
    // The elements go away after the mutex is free: their deinits may take time.
    let dropped = ring
    ring = Array(repeating: nil, count: dropped.count)
    count = 0
    unsafe pthread_cond_broadcast(notFull)
    unsafe pthread_cond_broadcast(notEmpty)
    unsafe pthread_mutex_unlock(mutex)
  }
}
