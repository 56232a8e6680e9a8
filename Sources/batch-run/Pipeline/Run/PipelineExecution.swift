import Glibc
import MillraceCore

/// A run from where it stands to its end: what `run` and `resume` share.
struct PipelineExecution {
  let plan: PipelinePlan
  let folder: RunFolder
  let diagnostics: Diagnostics
  /// Steps at a time.
  let jobs: Int
  let surroundings: Surroundings

  /// Runs what is not completed, tells people how it went, and ends as a command does.
  ///
  /// - Parameter isResumed: a run that comes to its end after it failed has recovered.
  /// - Throws: `.no` when a step failed.
  func run(completed: [String: StepEnd], isResumed: Bool) throws(Failure) {
    ChildProcess.adoptOrphans()
    let journal = try RunJournal(path: folder.journal)
    let children = RunningChildren()
    let clock = surroundings.clock
    Signals.whenStopped { _ in
      children.stop()
      try? journal.append(.ended(.cancelled, time: clock.now()))
    }
    try journal.append(.began(process: getpid(), host: hostName(), time: clock.now()))
    let steps = StepRunner(
      plan: plan, folder: folder, journal: journal, children: children, identities: FileIdentities(),
      surroundings: surroundings)
    let runner = PipelineRunner(plan: plan, steps: steps, jobs: jobs, diagnostics: diagnostics)
    let ends = try runner.run(completed: completed)
    // A signal has stopped the children, and ends this process as soon as that is written down.
    while children.isStopped { sleep(60) }
    let failed = names(.failed, ends)
    try journal.append(.ended(failed.isEmpty ? .completed : .failed, time: clock.now()))
    notify(failed: failed, ends, isResumed: isResumed)
    guard failed.isEmpty else { throw failure(failed, skipped: names(.skipped, ends)) }
    diagnostics.note("run \(folder.identifier) of \"\(plan.pipeline.name)\" completed")
  }

  private func names(_ state: StepState, _ ends: [Int: StepEnd]) -> [String] {
    plan.steps.indices.filter { ends[$0]?.state == state }.map { plan.steps[$0].step.name }
  }

  private func failure(_ failed: [String], skipped: [String]) -> Failure {
    let steps = failed.count == 1 ? "the step \(failed[0])" : "the steps \(namingFirst(failed))"
    let rest = skipped.isEmpty ? "" : "; \(namingFirst(skipped)) did not run"
    return Failure(
      .no, "\(steps) failed\(rest)",
      advice: "\(programName) pipeline resume \(folder.identifier) goes on from there")
  }

  /// What cannot be told to people is told here, and changes nothing.
  private func notify(failed: [String], _ ends: [Int: StepEnd], isResumed: Bool) {
    var plan = plan
    let channels = plan.channelsOfRun(file: plan.path)
    let how = failed.isEmpty ? (isResumed ? "has recovered" : "completed") : "failed"
    let reasons = plan.steps.indices.compactMap { index -> String? in
      guard let end = ends[index], end.state == .failed else { return nil }
      return "\(plan.steps[index].step.name): \(end.reason ?? "")"
    }
    let why = reasons.isEmpty ? "" : ": \(reasons.joined(separator: "; "))"
    let alert = Alert(
      event: failed.isEmpty ? (isResumed ? .recovered : .completed) : .failed, job: folder.identifier,
      message: "the pipeline \(plan.pipeline.name) \(how)\(why)", counts: nil, host: hostName(),
      time: surroundings.clock.now())
    for problem in RunNotice.send(alert, to: channels, environment: plan.environment) ?? [] {
      diagnostics.warning("the alert did not reach \(problem)")
    }
  }
}

/// What keeps two runs of one pipeline apart.
enum PipelineLock {
  /// The lock of a pipeline that forbids overlapping runs; nil for one that allows them.
  ///
  /// - Throws: `.stoppedEarly` that names who holds it.
  static func acquire(_ pipeline: Pipeline, environment: [String: String]) throws(Failure) -> FileLock? {
    guard !pipeline.allowsOverlap else { return nil }
    let folder = "\(RunFolder.home(environment))/\(pipeline.name)"
    try makePrivateFolder(folder)
    let path = "\(folder)/running.lock"
    if let lock = try FileLock.tryAcquire(path) { return lock }
    throw Failure(
      .stoppedEarly,
      "a run of the pipeline \"\(pipeline.name)\" is under way: \(FileLock.holder(of: path) ?? "another process") has it",
      advice: "wait for its end; overlap: allow lets runs go side by side")
  }
}
