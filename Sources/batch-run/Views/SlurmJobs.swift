import MillraceCore

/// What looking at a job asks of Slurm.
struct SlurmJobs: Sendable {
  /// Runs a command to its end.
  var run: @Sendable (ShortCommand) throws(Failure) -> ShortCommand.Outcome = { (command) throws(Failure) in
    try command.run()
  }
  /// In seconds, for each command.
  private static let timeLimit = 30.0

  /// Whether Slurm has any of the jobs waiting or at work; nil where it does not answer, as on a machine without it.
  func areAlive(_ jobs: [String]) -> Bool? {
    let jobs = Self.numbers(jobs)
    let command = ShortCommand(
      arguments: ["squeue", "--noheader", "--format=%T", "--jobs=\(jobs.joined(separator: ","))"],
      timeLimit: Self.timeLimit)
    guard let outcome = try? run(command) else { return nil }
    if outcome.isSuccess { return outcome.outputText.contains { !$0.isWhitespace } }
    // Slurm forgets a job some minutes after its end.
    return outcome.error.contains("Invalid job id") ? false : nil
  }

  /// Ends the jobs that wait or are at work; those that have ended already are none of Slurm's any more.
  ///
  /// - Throws: `.serviceUnavailable` when Slurm does not answer.
  func cancel(_ jobs: [String]) throws(Failure) {
    let jobs = Self.numbers(jobs)
    guard !jobs.isEmpty else { return }
    let outcome = try run(ShortCommand(arguments: ["scancel", "--quiet"] + jobs, timeLimit: Self.timeLimit))
    guard !outcome.isSuccess, !outcome.error.contains("Invalid job id") else { return }
    let words = serverText(outcome.error, without: nil)
    throw Failure(
      .serviceUnavailable, words.isEmpty ? "Slurm does not answer" : words, at: Place(file: "scancel"),
      advice: "cancel the job again when Slurm answers")
  }

  /// Without what is no job's number, which the commands might take for an option.
  private static func numbers(_ jobs: [String]) -> [String] {
    jobs.filter { !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }
  }
}
