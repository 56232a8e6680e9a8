import Glibc
import MillraceCore

/// Runs one step, on the thread that calls.
struct StepRunner: Sendable {
  let plan: PipelinePlan
  let folder: RunFolder
  let journal: RunJournal
  let children: RunningChildren
  let identities: FileIdentities
  let surroundings: Surroundings

  /// How one attempt ended.
  enum Attempt {
    case completed(ChildProcess.End)
    case failed(String, ChildProcess.End)
    case cancelled
  }

  /// - Throws: when the journal cannot be written. What goes wrong in the step is in the result.
  func run(_ index: Int) throws(Failure) -> StepEnd {
    let step = plan.steps[index]
    let began = surroundings.clock.now()
    try journal.append(.stepBegan(step: step.step.name, time: began))
    var end: StepEnd
    do throws(Failure) {
      let before = try step.input.map { path throws(Failure) in try identities.stamp(of: path) } ?? nil
      end = try work(step)
      if end.state == .completed { try noteFiles(step, inputBefore: before, &end) }
    } catch {
      end = StepEnd(state: children.isStopped ? .cancelled : .failed, time: began, reason: error.description)
    }
    end.time = surroundings.clock.now()
    end.seconds = end.time.since(began)
    try journal.append(.stepEnded(step: step.step.name, end))
    return end
  }

  private func work(_ step: PipelinePlan.Step) throws(Failure) -> StepEnd {
    switch step.step.work {
    case .command(let work): return try command(work, step)
    case .batch(let work): return try batch(work, step)
    case .validate(let work): return try validate(work, step)
    case .notify(let work): return notify(work, step)
    }
  }

  /// Writes down what the step has read and written.
  ///
  /// - Throws: when the input changed meanwhile: nobody knows then what the step has seen.
  private func noteFiles(
    _ step: PipelinePlan.Step, inputBefore: FileStamp?, _ end: inout StepEnd
  ) throws(Failure) {
    if let input = step.input, let inputBefore {
      let identity = try identities.identity(of: input)
      guard try identities.stamp(of: input) == inputBefore else {
        throw Failure(.badData, "the input changed while the step ran", at: Place(file: input))
      }
      end.input = identity
    }
    if let output = step.output { end.output = try identities.identity(of: output) }
    if let compared = step.compared { end.compared = try identities.identity(of: compared) }
  }

  // MARK: Commands

  private func command(_ work: CommandWork, _ step: PipelinePlan.Step) throws(Failure) -> StepEnd {
    let name = step.step.name
    let policy = RetryPolicy(retries: work.retries)
    var attempt = 1
    while true {
      let result = try commandAttempt(work, step, attempt: attempt)
      if case .failed(let reason, _) = result, attempt <= work.retries, !children.isStopped {
        try journal.append(
          .attemptFailed(step: name, attempt: attempt, reason: reason, time: surroundings.clock.now()))
        children.pause(seconds: policy.pause(beforeRetry: attempt, retryAfter: nil, random: surroundings.random))
        attempt += 1
        continue
      }
      return end(of: result)
    }
  }

  private func commandAttempt(
    _ work: CommandWork, _ step: PipelinePlan.Step, attempt: Int
  ) throws(Failure) -> Attempt {
    let name = step.step.name
    let program = try ChildProcess.find(work.command.first ?? "", in: plan.environment, from: plan.directory)
    let input = try openInput(step.input)
    let error = try openError(name, attempt: attempt)
    // What stands under the output's name is whole, always: the bytes get the name when the command has succeeded.
    let path = step.output ?? folder.standardOutput(of: name)
    // What a run that was killed may have left where files must have names.
    _ = try? TemporaryFiles.sweep(folderPart(of: path))
    let output = try AtomicFile(path: path, durable: true)
    defer { output.discard() }
    let child = try children.start { () throws(Failure) in
      try ChildProcess(
        program: program, arguments: work.command, environment: plan.environment, directory: plan.directory,
        streams: (input.descriptor, output.descriptor, error.descriptor))
    }
    guard let child else { return .cancelled }
    let result = outcome(children.wait(for: child, timeout: work.timeout), timeout: work.timeout)
    if case .completed = result {
      if let path = step.output { _ = unsafe unlink(path + sidecarSuffix) }
      try output.commit()
      if let path = step.output { try seal(path) }
    }
    return result
  }

  func outcome(_ waited: (end: ChildProcess.End, timedOut: Bool), timeout: Double?) -> Attempt {
    if children.isStopped { return .cancelled }
    let end = waited.end
    if waited.timedOut { return .failed("not done within \(TimeSpan(seconds: timeout))", end) }
    switch end.status {
    case .exited(0): return .completed(end)
    case .exited(let status): return .failed("exited with status \(status)", end)
    case .signalled(let signal): return .failed("ended by signal \(signal)", end)
    }
  }

  func end(of attempt: Attempt) -> StepEnd {
    // The time is set by the caller.
    var end = StepEnd(state: .cancelled, time: surroundings.clock.now())
    switch attempt {
    case .completed(let process), .failed(_, let process):
      end.state = .completed
      end.processorSeconds = process.processorSeconds
      end.peakMemory = process.peakMemory
    default: break
    }
    if case .failed(let reason, _) = attempt {
      end.state = .failed
      end.reason = reason
    }
    return end
  }

  /// Gives an output the sidecar that the command could not write, since the file had no name yet: if a tool of Millrace
  /// wrote these bytes. Nothing is known of other programs, and nothing is written.
  private func seal(_ path: String) throws(Failure) {
    guard plan.environment["MILLRACE_PROVENANCE"] != "off", let identity = try identities.identity(of: path) else {
      return
    }
    var surroundings = surroundings
    surroundings.environment = plan.environment
    let content = StreamContent(digest: identity.digest, bytes: identity.stamp.bytes)
    _ = try? ProvenanceSeal(surroundings: surroundings).seal(path, content: content, decompressed: nil)
  }

  // MARK: Checks and messages

  private func validate(_ work: ValidateWork, _ step: PipelinePlan.Step) throws(Failure) -> StepEnd {
    let error = try openError(step.step.name, attempt: 1)
    guard let input = step.input else {
      throw Failure(.internalError, "a check without an input")
    }
    var check = TableCheck(input, work.checks)
    let report = try check.run(rows: work.rows, comparedFile: step.compared) { children.isStopped }
    for line in report.lines { try writeText(printable(line) + "\n", to: error.descriptor, named: "the run's folder") }
    if children.isStopped { return end(of: .cancelled) }
    var end = StepEnd(state: report.isGood ? .completed : .failed, time: surroundings.clock.now())
    let places = report.isGood ? [] : report.broken.compactMap(\.first.first).prefix(3).map(\.description)
    end.reason = ([report.summary] + places).joined(separator: "; ")
    return end
  }

  private func notify(_ work: NotifyWork, _ step: PipelinePlan.Step) -> StepEnd {
    let alert = Alert(
      event: .notice, job: folder.identifier, message: work.message, counts: nil, host: hostName(),
      time: surroundings.clock.now())
    let problems =
      RunNotice.send(alert, to: step.channels, environment: plan.environment)
      ?? ["there is nobody to tell: notify names no channel"]
    var end = StepEnd(state: problems.isEmpty ? .completed : .failed, time: surroundings.clock.now())
    if !problems.isEmpty { end.reason = problems.joined(separator: "; ") }
    return end
  }

  // MARK: Streams

  func openInput(_ path: String?) throws(Failure) -> Descriptor {
    do throws(Failure) {
      return try Descriptor(path ?? "/dev/null", O_RDONLY | O_NOCTTY)
    } catch {
      throw Failure(.noInput, error.message, at: error.place)
    }
  }

  /// Appends to the step's standard error, under a line that tells the attempt.
  func openError(_ step: String, attempt: Int) throws(Failure) -> Descriptor {
    let descriptor = try Descriptor(folder.standardError(of: step), O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW)
    let line = "--- attempt \(attempt), \(surroundings.clock.now().localText), \(hostName())\n"
    try writeText(line, to: descriptor.descriptor, named: "the run's folder")
    return descriptor
  }
}

/// An open file that is closed with its last owner.
final class Descriptor: Sendable {
  let descriptor: Int32

  init(_ path: String, _ flags: Int32) throws(Failure) {
    descriptor = retryingInterrupted { unsafe open(path, flags | O_CLOEXEC, 0o600) }
    guard descriptor >= 0 else {
      throw .system(.cannotCreate, "cannot open", errorNumber: errno, at: Place(file: path))
    }
  }

  deinit { close(descriptor) }
}
