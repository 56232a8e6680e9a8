import Glibc
import MillraceCore

extension StepRunner {
  /// Runs a batch as `batch-run` itself, in a job folder of the run, and goes on with the job that an earlier process of the
  /// run left there.
  func batch(_ work: BatchWork, _ step: PipelinePlan.Step) throws(Failure) -> StepEnd {
    let name = step.step.name
    let folder = folder.job(of: name)
    let output = step.output ?? self.folder.standardOutput(of: name)
    waitForFormerOwner(folder)
    let earlier = try earlierJob(folder)
    if let earlier, earlier.isWhole, isRegularFile(output) {
      // It ended in the instant before that was written down here.
      return StepEnd(state: .completed, time: surroundings.clock.now())
    }
    let input = try openInput(step.input)
    let error = try openError(name, attempt: 1)
    let null = try Descriptor("/dev/null", O_WRONLY)
    var arguments = [programName]
    if earlier?.isPartial ?? false {
      arguments += ["retry", folder, "--output", output]
    } else {
      arguments += ["run"] + work.options + ["--job", folder, "--output", output, "--"] + work.command
    }
    let all = arguments
    // The pipeline tells people how it ends, not each of its jobs.
    var environment = plan.environment
    environment["MILLRACE_NOTIFY_URL"] = nil
    let variables = environment
    let child = try children.start { () throws(Failure) in
      // The link of this process's program stays good when another version is installed meanwhile.
      try ChildProcess(
        program: "/proc/self/exe", arguments: all, environment: variables, directory: plan.directory,
        streams: (input.descriptor, null.descriptor, error.descriptor))
    }
    guard let child else { return end(of: .cancelled) }
    var result = end(of: outcome(children.wait(for: child, timeout: nil), timeout: nil))
    if result.state == .failed, let why = try? earlierJob(folder)?.reason { result.reason = why }
    return result
  }

  /// The `batch-run` of a run that was killed dies with it, but not in the same instant.
  private func waitForFormerOwner(_ path: String) {
    guard let folder = try? JobFolder(finding: "\(path)/", environment: [:]) else { return }
    for _ in 0..<100 where folder.owner != nil { children.pause(seconds: 0.1) }
  }

  /// How the job in a folder stands.
  private struct EarlierJob {
    var isWhole: Bool
    /// It ended without the chunks that failed.
    var isPartial: Bool
    var reason: String?
  }

  /// The job that was begun in a folder; nil when none was.
  private func earlierJob(_ path: String) throws(Failure) -> EarlierJob? {
    guard let folder = try? JobFolder(finding: "\(path)/", environment: [:]) else { return nil }
    let record = try folder.record()
    return EarlierJob(
      isWhole: record.isDone, isPartial: record.state == .completed && !record.isDone, reason: record.stateReason)
  }
}
