import Glibc
import MillraceCore

/// Runs the command on one chunk: standard input is the chunk's file, standard output and standard error are files.
struct ChunkAttempt: Sendable {
  let command: ChunkCommand
  let cut: CutChunk
  /// Counted from 1.
  let attempt: Int
  let worker: Int
  let inputPath: String
  /// Made by the attempt; it must not be there.
  let resultPath: String
  /// Emptied, then filled by the command.
  let errorPath: String
  let limits: Limits
  let expectation: ResultExpectation

  struct Limits: Sendable {
    /// In seconds.
    var time: Double?
    /// Resident bytes of all its processes together.
    var memory: Int?
  }

  /// What was seen beside the end.
  struct Observation: Sendable {
    var end: AttemptEnd
    /// The command ended well without a look at its input.
    var readNothing = false
    /// Processes that it left behind were killed.
    var leftProcesses = false
  }

  /// Seconds between two looks at a command that runs.
  private static let interval = 0.25
  /// Seconds that a command has to end by itself after SIGTERM, when it has no time limit; one with a limit has no more than
  /// that, and a second at least.
  private static let patience = 5.0

  /// Runs the attempt to its end on the calling thread.
  ///
  /// - Throws: what is no fault of the command: a file cannot be made, the disk is full.
  func run(watch: CommandWatch, stop: StopSignal, clock: Clock) throws(Failure) -> Observation {
    let input = try Self.open(inputPath, O_RDONLY)
    defer { close(input) }
    let result = try Self.open(resultPath, O_RDWR | O_CREAT | O_EXCL)
    defer { close(result) }
    let error = try Self.open(errorPath, O_RDWR | O_CREAT | O_TRUNC)
    defer { close(error) }
    let start = clock.now()
    let started = Clock.monotonicSeconds()
    let child = try ChildProcess(
      program: command.program, arguments: command.arguments,
      environment: command.environment(of: cut.identifier, attempt: attempt), directory: command.directory,
      streams: (input, result, error))
    watch.begin(child, limit: limits.memory)
    let (end, reason) = wait(for: child, stop, since: started, error: error)
    let account = watch.end(child, end, started: started)
    var observation = Observation(
      end: AttemptEnd(
        chunk: cut.identifier, attempt: attempt, outcome: .completed, start: start, end: clock.now(),
        host: hostName(), worker: worker, processorSeconds: end.processorSeconds, peakMemory: account.peakMemory))
    let leftGroup = child.endGroup()
    observation.leftProcesses = command.mark(of: cut.identifier, attempt: attempt).endOrphans() || leftGroup
    if let reason {
      observation.end.outcome = reason
    } else if let how = account.outOfMemory {
      observation.end.outcome = .outOfMemory(how)
    } else {
      observation.end.outcome = try outcome(end.status, input: input, result: result)
      // Who stops the job has ended the command, too.
      if stop.isSet, observation.end.outcome != .completed { observation.end.outcome = .cancelled }
    }
    observation.end.lastWords = lastWords(error)
    if observation.end.outcome == .completed {
      observation.end.resultBytes = Self.size(of: result)
      observation.readNothing = Self.size(of: input) > 0 && lseek(input, 0, SEEK_CUR) == 0
    }
    return observation
  }

  /// Waits for the end; a command that is to end before its time is told, and killed when it does not listen.
  private func wait(
    for child: ChildProcess, _ stop: StopSignal, since started: Double, error: Int32
  ) -> (ChildProcess.End, AttemptOutcome?) {
    while true {
      let left = limits.time.map { $0 - (Clock.monotonicSeconds() - started) } ?? .infinity
      if let end = child.wait(seconds: max(0, min(Self.interval, left))) { return (end, nil) }
      ErrorLog.trim(error)
      if stop.isSet { return (finish(child), .cancelled) }
      if let limit = limits.time, Clock.monotonicSeconds() - started >= limit {
        return (finish(child), .timedOut(limit))
      }
    }
  }

  private func finish(_ child: ChildProcess) -> ChildProcess.End {
    child.end(patience: min(Self.patience, max(1, limits.time ?? .infinity)))
  }

  private func outcome(
    _ status: ChildProcess.Status, input: Int32, result: Int32
  ) throws(Failure) -> AttemptOutcome {
    switch status {
    case .exited(let status) where expectation.acceptedStatuses.contains(status):
      return try expectation.complaint(aboutResult: result, at: resultPath, ofChunk: cut, input: input)
        .map { .badResult($0) } ?? .completed
    case .exited(let status): return .exited(status)
    case .signalled(let signal): return .signalled(signal)
    }
  }

  // MARK: Files

  private static func open(_ path: String, _ flags: Int32) throws(Failure) -> Int32 {
    let descriptor = unsafe Glibc.open(path, flags | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else {
      throw .system(
        flags & O_CREAT == 0 ? .noInput : .cannotCreate, "cannot open the file", errorNumber: errno,
        at: Place(file: path))
    }
    return descriptor
  }

  static func size(of descriptor: Int32) -> Int {
    var status = stat()
    return unsafe fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
  }

  /// The last line of standard error that says something.
  private func lastWords(_ error: Int32) -> String {
    let size = Self.size(of: error)
    guard size > 0 else { return "" }
    var bytes = [UInt8](repeating: 0, count: min(size, 4096))
    let count = unsafe bytes.withUnsafeMutableBytes {
      unsafe pread(error, $0.baseAddress, $0.count, off_t(size - $0.count))
    }
    let lines = bytes.prefix(max(0, count)).split { $0 == 0x0A || $0 == 0x0D }
      .map { String(decoding: $0, as: UTF8.self).trimmed }
    guard let last = lines.last(where: { !$0.isEmpty }) else { return "" }
    return printable(last.count > 200 ? last.prefix(200) + "…" : String(last))
  }
}
