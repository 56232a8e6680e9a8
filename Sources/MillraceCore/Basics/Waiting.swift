import Glibc

/// Runs asynchronous work for a synchronous command on the calling thread, which has nothing else to do until it ends.
///
/// So the work may read and write files between its requests: what blocks then is this thread, and not one of the few of
/// the cooperative pool. Call it from an ordinary thread, the main one or a `Worker`, never from a task.
public func waiting<Value: Sendable>(
  for body: @Sendable @escaping () async throws(Failure) -> Value
) throws(Failure) -> Value {
  let thread = CallingThread()
  let outcome = BoundedQueue<Result<Value, Failure>>(capacity: 1)
  Task.detached(executorPreference: thread) {
    do throws(Failure) {
      outcome.put(.success(try await body()))
    } catch {
      outcome.put(.failure(error))
    }
    thread.leave()
  }
  thread.run()
  guard let result = outcome.take() else { fatalError("a task ended without an outcome") }
  return try result.get()
}

/// Runs the jobs of a task and its children one after the other.
///
/// Unchecked Sendable: every access to the state holds the mutex.
@safe final class CallingThread: TaskExecutor, @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var jobs: [UnownedJob] = []
  private var isOver = false

  init() {
    unsafe pthread_mutex_init(mutex, nil)
    unsafe pthread_cond_init(changed, nil)
  }

  deinit {
    unsafe pthread_cond_destroy(changed)
    unsafe pthread_mutex_destroy(mutex)
    unsafe changed.deallocate()
    unsafe mutex.deallocate()
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    unsafe pthread_mutex_lock(mutex)
    jobs.append(job)
    unsafe pthread_cond_signal(changed)
    unsafe pthread_mutex_unlock(mutex)
  }

  /// Ends `run` when no job is left.
  func leave() {
    unsafe pthread_mutex_lock(mutex)
    isOver = true
    unsafe pthread_cond_signal(changed)
    unsafe pthread_mutex_unlock(mutex)
  }

  func run() {
    while let next = take() {
      for job in next { unsafe job.runSynchronously(on: asUnownedTaskExecutor()) }
    }
  }

  /// Waits for jobs; nil when there will be none.
  private func take() -> [UnownedJob]? {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    while jobs.isEmpty {
      if isOver { return nil }
      unsafe pthread_cond_wait(changed, mutex)
    }
    let taken = jobs
    jobs = []
    return taken
  }
}
