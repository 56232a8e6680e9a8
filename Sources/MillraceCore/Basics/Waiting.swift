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
final class CallingThread: TaskExecutor {
  private struct Work {
    var jobs: [UnownedJob] = []
    var isOver = false
  }

  private let work = SharedState(Work())

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    work.change { $0.jobs.append(job) }
  }

  /// Ends `run` when no job is left.
  func leave() { work.change { $0.isOver = true } }

  func run() {
    while true {
      let jobs = work.wait { work -> [UnownedJob]? in
        if work.jobs.isEmpty, !work.isOver { return nil }
        defer { work.jobs = [] }
        return work.jobs
      }
      if jobs.isEmpty { return }
      for job in jobs { unsafe job.runSynchronously(on: asUnownedTaskExecutor()) }
    }
  }
}
