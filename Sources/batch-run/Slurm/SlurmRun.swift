import Glibc
import MillraceCore

/// Works on a job on Slurm, to its end, until something stops it, or until a job on Slurm goes on instead.
///
/// One thread reads and cuts, one submits and watches, and the caller's writes the results in order.
struct SlurmRun {
  let job: OwnedJob
  let stage: Stage
  /// The job as it is found.
  let record: JobRecord
  let settings: JobSettings
  /// Nil when all of the input was cut before.
  let input: RecordedInput?
  /// Once everything is in the queue, a job behind it takes over.
  let handsOver: Bool
  let recovered: @Sendable (JobEvent.Recovery, JobRecord.Counts) -> Void

  func run(into output: OutputFile) throws(Failure) -> JobOutcome {
    let environment = processEnvironment()
    let surroundings = Surroundings.ofThisProcess()
    let board = JobBoard(
      job, record, settings: settings, workers: .max / 2, cutting: input,
      random: surroundings.random, recovered: recovered)
    let diagnostics = stage.diagnostics
    var commands = SlurmCommands { [folder = job.folder] (seconds) throws(Failure) in
      let end = Clock.monotonicSeconds() + seconds
      while Clock.monotonicSeconds() < end {
        if board.mustStop || isThere(folder.cancelPath) {
          throw Failure(.stoppedEarly, "cancelled while Slurm was busy", at: Place(file: folder.path))
        }
        usleep(UInt32(min(0.2, seconds) * 1e6))
      }
    }
    commands.tell = { diagnostics.warning($0) }
    let submitter = try SlurmSubmitter(job, settings: settings, commands: commands)
    let active = ActiveJobs()
    Signals.whenStopped { [job] signal in
      active.cancel()
      job.tellStop(by: signal, board, diagnostics)
    }
    let cutting = try JobCutter.start(input, of: job, board: board, ahead: 0)
    let watching = try Worker<Void>("slurm") {
      [
        loop = SlurmLoop(
          job: job, record: record, settings: settings, input: input, handsOver: handsOver, board: board,
          active: active,
          clock: surroundings.clock, diagnostics: diagnostics)
      ] () throws(Failure) in
      try loop.run(submitter, rhythm: SlurmRhythm(environment: environment))
    }
    var results = ResultWriter(job: job, board: board, output: output)
    let end: JobBoard.End
    do throws(Failure) {
      end = try results.run()
    } catch {
      // The reader of the output is gone, or it cannot be written: no task is of use any more.
      board.stop(.failure(error))
      try? watching.join()
      throw error
    }
    if case .failure = end { try? watching.join() } else { try watching.join() }
    if case .done = end { try cutting?.join() }
    return JobOutcome(end: end, results: results, board: board)
  }

  /// Cancels what a job has on Slurm, for an owner that works on it elsewhere.
  static func cancel(_ record: JobRecord, _ diagnostics: Diagnostics) throws(Failure) {
    let commands = SlurmCommands(pause: { (seconds) throws(Failure) in usleep(UInt32(seconds * 1e6)) })
    let marks = SlurmFolder.marks(of: record.specification)
    let jobs = try commands.jobs { name, comment in name.hasPrefix(marks) || comment.hasPrefix(marks) } ?? []
    let listed = jobs.filter { !$0.state.isFinal }.map { String($0.array ?? $0.identifier) }
    try commands.cancel(Set(listed + record.slurmJobs).sorted())
  }
}
