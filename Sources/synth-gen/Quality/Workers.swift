import MillraceCore

/// Does something with each of so many items on a few threads.
///
/// - Parameters:
///   - jobs: threads at most.
///   - make: called once on each thread, for memory that it uses again.
/// - Returns: what came of each item, in their order.
/// - Throws: when the system refuses a thread.
func onWorkers<Scratch, Outcome: Sendable>(
  _ count: Int, jobs: Int, scratch make: @escaping @Sendable () -> Scratch,
  _ body: @escaping @Sendable (Int, inout Scratch) -> Outcome
) throws(Failure) -> [Outcome] {
  let threads = max(1, min(jobs, count))
  // Neighbouring items often are alike hard; every thread gets some of each.
  let work: @Sendable (Int) -> [Outcome] = { first in
    var scratch = make()
    return stride(from: first, to: count, by: threads).map { body($0, &scratch) }
  }
  guard threads > 1 else { return work(0) }
  var workers: [Worker<[Outcome]>] = []
  for first in 1..<threads {
    workers.append(try Worker("evaluate") { () throws(Failure) in work(first) })
  }
  var parts = [work(0)]
  for worker in workers { parts.append(try worker.join()) }
  return (0..<count).map { parts[$0 % threads][$0 / threads] }
}

func onWorkers<Outcome: Sendable>(
  _ count: Int, jobs: Int, _ body: @escaping @Sendable (Int) -> Outcome
) throws(Failure) -> [Outcome] {
  try onWorkers(count, jobs: jobs, scratch: {}) { index, _ in body(index) }
}

extension RandomKey {
  /// Some of the first `total` numbers, each set as likely, in order; all where no more are wanted.
  func sample(_ count: Int, of total: Int) -> [Int] {
    guard count < total else { return Array(0..<total) }
    var stream = RandomStream(self, row: 0)
    // Floyd's method (Bentley and Floyd: A sample of brilliance, 1987).
    var chosen: Set<Int> = []
    for last in (total - count)..<total {
      let candidate = stream.below(last + 1)
      if !chosen.insert(candidate).inserted { chosen.insert(last) }
    }
    return chosen.sorted()
  }
}
