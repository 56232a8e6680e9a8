/// Runs asynchronous work for a synchronous command, and blocks the calling thread until it ends.
///
/// Call it from an ordinary thread, the main one or a `Worker`, never from a task: the cooperative pool has few threads,
/// and one that waits here may be the one that the work needs.
public func waiting<Value: Sendable>(
  for body: @Sendable @escaping () async throws(Failure) -> Value
) throws(Failure) -> Value {
  let outcome = BoundedQueue<Result<Value, Failure>>(capacity: 1)
  Task.detached {
    do throws(Failure) {
      outcome.put(.success(try await body()))
    } catch {
      outcome.put(.failure(error))
    }
  }
  guard let result = outcome.take() else { fatalError("a task ended without an outcome") }
  return try result.get()
}
