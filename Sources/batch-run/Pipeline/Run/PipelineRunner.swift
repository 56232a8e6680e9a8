import MillraceCore

/// Carries out a plan: steps whose needs have completed run side by side, up to a bound; a step that fails keeps those that
/// need it from running, and no others.
struct PipelineRunner {
  let plan: PipelinePlan
  let steps: StepRunner
  /// Steps at a time.
  let jobs: Int
  let diagnostics: Diagnostics

  private struct Ended: Sendable {
    var index: Int
    var result: Result<StepEnd, Failure>
  }

  /// Runs all steps that have not completed before.
  ///
  /// - Returns: how each ended, by position; none is there for those that a stop kept from running.
  /// - Throws: when the run's own files cannot be written.
  func run(completed: [String: StepEnd]) throws(Failure) -> [Int: StepEnd] {
    var ends: [Int: StepEnd] = [:]
    for (index, step) in plan.steps.enumerated() { ends[index] = completed[step.step.name] }
    let queue = BoundedQueue<Ended>(capacity: plan.steps.count)
    var running: [Int: Worker<Void>] = [:]
    var problem: Failure?
    while true {
      if problem == nil { try skipHopeless(&ends, running: running) }
      while problem == nil, running.count < jobs, !steps.children.isStopped, let next = next(ends, running) {
        running[next] = try start(next, queue)
      }
      guard !running.isEmpty, let ended = queue.take() else { break }
      try running.removeValue(forKey: ended.index)?.join()
      switch ended.result {
      case .success(let end):
        ends[ended.index] = end
        say(plan.steps[ended.index].step, end)
      case .failure(let failure):
        problem = problem ?? failure
        steps.children.stop()
      }
    }
    if let problem { throw problem }
    return ends
  }

  /// The first step, as the file has them, whose needs have all completed.
  private func next(_ ends: [Int: StepEnd], _ running: [Int: Worker<Void>]) -> Int? {
    plan.steps.indices.first { index in
      ends[index] == nil && running[index] == nil
        && plan.steps[index].needs.allSatisfy { ends[$0]?.state == .completed }
    }
  }

  private func start(_ index: Int, _ queue: BoundedQueue<Ended>) throws(Failure) -> Worker<Void> {
    let steps = steps
    return try Worker("step \(index + 1)") {
      let result: Result<StepEnd, Failure>
      do throws(Failure) {
        result = .success(try steps.run(index))
      } catch {
        result = .failure(error)
      }
      queue.put(Ended(index: index, result: result))
    }
  }

  /// Marks steps that need one which did not complete.
  private func skipHopeless(_ ends: inout [Int: StepEnd], running: [Int: Worker<Void>]) throws(Failure) {
    var found = true
    while found, !steps.children.isStopped {
      found = false
      for (index, step) in plan.steps.enumerated() where ends[index] == nil && running[index] == nil {
        guard let cause = step.needs.first(where: { ends[$0].map { $0.state != .completed } ?? false }) else {
          continue
        }
        let reason = "it needs \"\(plan.steps[cause].step.name)\", which did not complete"
        let end = StepEnd(state: .skipped, time: steps.surroundings.clock.now(), reason: reason)
        try steps.journal.append(.stepEnded(step: step.step.name, end))
        ends[index] = end
        say(step.step, end)
        found = true
      }
    }
  }

  private func say(_ step: PipelineStep, _ end: StepEnd) {
    let name = "step \"\(step.name)\""
    let details: [JSONValue.Member] = [.init("step", .string(step.name)), .init("state", .string(end.state.rawValue))]
    switch end.state {
    case .completed:
      let found = end.reason.map { ": \($0)" } ?? ""
      diagnostics.note("\(name) completed in \(spanText(end.seconds))\(found)", details: details)
    case .skipped: diagnostics.warning("\(name) is skipped: \(end.reason ?? "")", details: details)
    case .failed:
      let log = steps.folder.standardError(of: step.name)
      diagnostics.warning("\(name) failed: \(end.reason ?? "") (see \(log))", details: details)
    default: break
    }
  }
}
