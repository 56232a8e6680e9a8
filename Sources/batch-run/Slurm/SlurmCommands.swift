import MillraceCore

/// Slurm, as far as its commands reach it. A scheduler that is busy or away for a moment is asked again, within bounds.
struct SlurmCommands: Sendable {
  /// Runs a command to its end.
  var run: @Sendable (ShortCommand) throws(Failure) -> ShortCommand.Outcome = { (command) throws(Failure) in
    try command.run()
  }
  /// For answers that a moment later may be others.
  var patience = RetryPolicy(retries: 5, base: 1, factor: 2, cap: 30)
  /// Waits so many seconds; throws when the job is to end instead.
  var pause: @Sendable (Double) throws(Failure) -> Void
  /// Tells what went wrong and is tried again.
  var tell: @Sendable (String) -> Void = { _ in }

  /// What sbatch is to be given.
  struct Submission: Sendable, Equatable {
    /// Finds the job again: its name, and its comment where sites leave comments alone.
    var mark: String
    /// Options, without those that `submit` adds.
    var options: [String]
    /// The script's file and its arguments.
    var command: [String]
  }

  /// Submits a job.
  ///
  /// - Returns: its number.
  /// - Throws: `.serviceUnavailable` with Slurm's own words.
  func submit(_ submission: Submission) throws(Failure) -> Int {
    let arguments =
      ["sbatch", "--parsable", "--job-name=\(submission.mark)", "--comment=\(submission.mark)"] + submission.options
      + submission.command
    var mayHaveBeenTaken = false
    var submitted: Int?
    let outcome = try ask(arguments) { () throws(Failure) in
      // An answer that was lost leaves a job in the queue.
      mayHaveBeenTaken = true
      submitted = try? jobs { name, comment in name == submission.mark || comment == submission.mark }?.map {
        $0.array ?? $0.identifier
      }.max()
      return submitted == nil
    }
    if let submitted, mayHaveBeenTaken { return submitted }
    guard let outcome, outcome.isSuccess else { throw Self.failure("sbatch", outcome) }
    // `4711`, or `4711;cluster`.
    let lines = outcome.outputText.split(separator: "\n")
    guard let number = lines.last?.prefix(while: { $0 != ";" }), let identifier = Int(number), identifier > 0 else {
      throw Failure(
        .serviceUnavailable, "expected a job's number, found \"\(printable(String(outcome.outputText.prefix(80))))\"",
        at: Place(file: "sbatch"))
    }
    return identifier
  }

  /// The jobs that squeue lists, those too that ended some minutes ago; nil when this squeue cannot tell as JSON.
  ///
  /// - Throws: `.serviceUnavailable` when Slurm does not answer.
  func jobs(where isWanted: (_ name: String, _ comment: String) -> Bool) throws(Failure) -> [SlurmJob]? {
    guard let outcome = try ask(["squeue", "--me", "--states=all", "--json"], outputLimit: Self.longestReport) else {
      throw Self.failure("squeue", nil)
    }
    guard outcome.isSuccess else {
      if Self.isTransient(outcome) { throw Self.failure("squeue", outcome) }
      return nil
    }
    let bytes = ByteBuffer(outcome.output)
    return try? unsafe SlurmQueueReport.jobs(in: bytes.bytes, where: isWanted)
  }

  /// Older versions list the jobs of all users as JSON, whatever they are asked.
  private static let longestReport = 512 << 20

  /// What accounting knows of jobs and their tasks; nil where there is no accounting.
  func accounting(_ identifiers: [Int]) -> [SlurmJob]? {
    guard !identifiers.isEmpty else { return [] }
    let outcome = try? run(
      ShortCommand(
        arguments: [
          "sacct", "--noheader", "--parsable2", "--format=\(SlurmAccountingLines.format)",
          "--jobs=\(identifiers.map(String.init).joined(separator: ","))",
        ]))
    guard let outcome, outcome.isSuccess else { return nil }
    return SlurmAccountingLines.jobs(in: outcome.outputText)
  }

  /// What the controller still knows of one job, or of all tasks of an array; empty when it knows nothing.
  ///
  /// - Throws: `.serviceUnavailable` when Slurm does not answer.
  func job(_ identifier: Int) throws(Failure) -> [SlurmJob] {
    let outcome = try ask(["scontrol", "--oneliner", "show", "job", String(identifier)])
    guard let outcome, outcome.isSuccess else {
      if let outcome, !Self.isTransient(outcome) { return [] }
      throw Self.failure("scontrol", outcome)
    }
    return SlurmJobLines.jobs(in: outcome.outputText)
  }

  /// How many tasks an array may have: `MaxArraySize` is the first number that no task may have.
  func mostArrayTasks() throws(Failure) -> Int {
    let outcome = try ask(["scontrol", "show", "config"])
    guard let outcome, outcome.isSuccess else { throw Self.failure("scontrol", outcome) }
    for line in outcome.outputText.split(separator: "\n") {
      let words = line.split { $0.isWhitespace || $0 == "=" }
      if words.count == 2, words[0] == "MaxArraySize", let size = Int(words[1]) { return max(1, size) }
    }
    // The default of all versions.
    return 1001
  }

  /// Cancels jobs, arrays or tasks. Those that have ended are no error.
  ///
  /// - Parameter pendingOnly: those that run go on.
  func cancel(_ labels: [String], pendingOnly: Bool = false) throws(Failure) {
    // Command lines have an end.
    for start in stride(from: 0, to: labels.count, by: 500) {
      let outcome = try ask(
        ["scancel"] + (pendingOnly ? ["--state=PENDING"] : []) + labels[start..<min(start + 500, labels.count)])
      if outcome == nil || outcome.map(Self.isTransient) == true { throw Self.failure("scancel", outcome) }
    }
  }

  /// Runs a command, again while Slurm is busy and `mayRepeat` agrees.
  ///
  /// - Returns: nil when it did not even end.
  private func ask(
    _ arguments: [String], outputLimit: Int = 64 << 20, mayRepeat: () throws(Failure) -> Bool = { true }
  ) throws(Failure) -> ShortCommand.Outcome? {
    var random = SystemRandomNumberGenerator()
    var number = 0
    while true {
      var outcome: ShortCommand.Outcome?
      do throws(Failure) {
        outcome = try run(ShortCommand(arguments: arguments, outputLimit: outputLimit))
      } catch {
        // A command that is not there will not be there in a minute.
        if !error.message.hasPrefix("no answer within") { throw error }
      }
      if let outcome, outcome.isSuccess || !Self.isTransient(outcome) { return outcome }
      guard number < patience.retries else { return outcome }
      number += 1
      let failure = Self.failure(arguments[0], outcome)
      tell("\(failure.description); trying again")
      try pause(patience.pause(beforeRetry: number, retryAfter: nil) { random.next() })
      guard try mayRepeat() else { return outcome }
    }
  }

  /// Whether Slurm is busy or away, by what its commands say then.
  static func isTransient(_ outcome: ShortCommand.Outcome) -> Bool {
    if outcome.isSuccess { return false }
    let said = outcome.error.lowercased()
    return busyWords.contains { said.contains($0) }
  }

  private static let busyWords = [
    "unable to contact slurm controller", "socket timed out", "connection refused", "connection reset",
    "connection timed out", "resource temporarily unavailable", "temporarily unable", "zero bytes were transmitted",
    "transport endpoint is not connected", "message receive failure", "communication connection failure",
    "slurm backup controller in standby", "controller is in standby", "header lengths are longer", "slurmctld is busy",
    "unexpected message received", "protocol authentication error", "rate limit",
  ]

  private static func failure(_ name: String, _ outcome: ShortCommand.Outcome?) -> Failure {
    guard let outcome else { return Failure(.serviceUnavailable, "Slurm does not answer", at: Place(file: name)) }
    // The last line tells why, and most begin with the command's name.
    let lines = outcome.error.split(separator: "\n").filter { !String($0).trimmed.isEmpty && !$0.hasPrefix("Try ") }
    var words = String(lines.last ?? "")
    for beginning in ["\(name): ", "error: ", "fatal: "] where words.hasPrefix(beginning) {
      words.removeFirst(beginning.count)
    }
    let text = serverText(words.isEmpty ? "it ended with \(outcome.status)" : words, without: nil)
    return Failure(.serviceUnavailable, "Slurm says: \(text)", at: Place(file: name))
  }
}
