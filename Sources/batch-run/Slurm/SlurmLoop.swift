import Glibc
import MillraceCore
import Synchronization

/// The thread that submits a job's chunks and watches over them.
struct SlurmLoop: Sendable {
  let job: OwnedJob
  /// The job as it is found.
  let record: JobRecord
  let settings: JobSettings
  /// Nil when all of the input was cut before.
  let input: RecordedInput?
  /// Once everything is in the queue, a job behind it takes over.
  let handsOver: Bool
  let board: JobBoard
  let active: ActiveJobs
  let clock: Clock
  let diagnostics: Diagnostics

  /// Chunks that are enough for a submission before the input has been read to its end.
  private static let manyChunks = 1000
  /// Seconds after which fewer are enough.
  private static let longestWait = 60.0

  /// Runs until the work has ended.
  func run(_ submitter: SlurmSubmitter, rhythm: SlurmRhythm) throws(Failure) {
    let watch = SlurmWatch(
      job: job, board: board, submitter: submitter, rhythm: rhythm, inheritsCancelled: !handsOver, clock: clock,
      diagnostics: diagnostics)
    do throws(Failure) {
      try run(watch)
    } catch {
      board.stop(.failure(error))
      watch.handBack()
      board.abandonAll()
      throw error
    }
  }

  private func run(_ watch: SlurmWatch) throws(Failure) {
    var rhythm = watch.rhythm
    let settlement = ChunkSettlement(job: job, board: board)
    let started = Clock.monotonicSeconds()
    let pace = JobPace(board, input)
    var (nextQuestion, lastSubmission, lastLive, lastSync) = (started, started, 0.0, started)
    if !record.slurmJobs.isEmpty || !watch.isNew { try watch.submit(adopting: true) }
    while true {
      if isThere(job.folder.cancelPath) { board.stop(.cancelled(reason: "batch-run cancel asked for it")) }
      if board.mustStop {
        watch.cancelAll()
        break
      }
      if board.end != nil { break }
      let now = Clock.monotonicSeconds()
      let supply = board.supply
      if supply.isCut || supply.waiting >= Self.manyChunks * settings.chunksPerTask
        || now - lastSubmission >= Self.longestWait
      {
        try watch.submit()
        lastSubmission = now
      }
      active.set(watch.activeNumbers)
      let asks = now >= nextQuestion
      let hasChanged = try watch.look(asking: asks)
      if asks { nextQuestion = now + rhythm.next(hasChanged: hasChanged) }
      if board.isDraining { try watch.cancelWaiting() }
      if let withdrawal = watch.withdrawal, watch.isIdle { board.stop(.cancelled(reason: withdrawal)) }
      if handsOver, try handOver(watch) { break }
      if now - lastLive >= 1 {
        lastLive = now
        job.folder.tell(
          LiveStatus(
            pace.look(), time: clock.now(), workers: watch.runningChunks,
            targetWorkers: min(watch.pendingChunks, settings.workers ?? .max), reason: "on Slurm"))
      }
      if now - lastSync >= 10 {
        lastSync = now
        try settlement.syncFinished()
      }
      usleep(UInt32(rhythm.tick * 1e6))
    }
    try settlement.syncFinished()
  }

  /// Leaves the job to one on Slurm, when nothing is left to be done here.
  private func handOver(_ watch: SlurmWatch) throws(Failure) -> Bool {
    guard board.supply.isCut, board.supply.waiting == 0, !watch.isIdle, watch.withdrawal == nil else { return false }
    let number = try watch.submitter.submitFinish(behind: watch.activeNumbers, round: record.owners.count)
    // It counts among the job's own: while it waits, somebody sees to the job.
    try board.tell([.submitted(jobs: [String(number)], chunks: 0)])
    watch.handBack()
    board.stop(.handedOver(to: "job \(number) on Slurm"))
    return true
  }
}

/// The arrays that are to be cancelled when a signal ends this process.
final class ActiveJobs: Sendable {
  private let numbers = Mutex<[Int]>([])

  func set(_ active: [Int]) { numbers.withLock { $0 = active } }

  func cancel() {
    let active = numbers.withLock { $0 }
    guard !active.isEmpty else { return }
    _ = try? ShortCommand(arguments: ["scancel"] + active.map { String($0) }, timeLimit: 20).run()
  }
}
