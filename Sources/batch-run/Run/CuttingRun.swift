import MillraceCore

/// Cuts a job's input and runs nothing: another process does.
struct CuttingRun {
  let job: OwnedJob
  let stage: Stage
  /// The job as it is found.
  let record: JobRecord
  let settings: JobSettings
  /// Nil when all of the input was cut before.
  let input: RecordedInput?

  func run(into output: OutputFile) throws(Failure) -> JobOutcome {
    let board = JobBoard(
      job, record, settings: settings, workers: .max / 2, cutting: input,
      random: Surroundings.ofThisProcess().random, recovered: { _, _ in })
    if let input {
      let end = try JobCutter.run(input, of: job, board: board, ahead: 0)
      try board.endOfCutting(job.record.inputEnd == nil ? end : nil)
    }
    board.stop(.handedOver(to: "a process in the background"))
    return JobOutcome(
      end: .handedOver(to: "a process in the background"),
      results: ResultWriter(job: job, board: board, output: output), board: board)
  }
}
