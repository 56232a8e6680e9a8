import MillraceCore

/// Looks after a job that is worked on here, twice a second: memory, load, the number of workers, a wish to cancel, what is
/// told to who looks on, and what must reach the disk.
struct JobMonitor: Sendable {
  let job: OwnedJob
  let board: JobBoard
  /// Nil when all of the input was cut before.
  let input: RecordedInput?
  let watch: CommandWatch
  let stop: StopSignal
  let admission: ResourceAdmission
  let request: WorkerRequest
  let machine: ResourceShare
  let clock: Clock

  private static let interval = 0.5
  /// Seconds after which what was finished is brought to the disk.
  private static let syncInterval = 10.0

  /// Runs until somebody says that it is over.
  func run(until isOver: SharedState<Bool>, governor: WorkerGovernor, loadLimit: LoadLimit?) {
    var governor = governor
    let files = KernelFiles.system
    let groups = files.memoryGroups()
    let started = Clock.monotonicSeconds()
    let pace = JobPace(board, input)
    var lastSync = started
    var lastLive = 0.0
    var reason = ""
    var now = started
    while !isOver.wait(upTo: Self.interval, { $0 }) {
      now = Clock.monotonicSeconds()
      let reading = files.memoryReading(groups: groups)
      let memory = watch.look(reading)
      if isThere(job.folder.cancelPath) { board.stop(.cancelled(reason: "batch-run cancel asked for it")) }
      if board.mustStop { stop.set() }
      if let change = governor.advise(reading, at: now) {
        if admission.change(to: request.share(ofWorkers: change.workers, on: machine)) {
          reason = change.reason
          // A journal that cannot be written ends the work by itself.
          try? board.setWorkers(change.workers, reason: change.reason)
        } else {
          governor.refuse()
        }
      }
      board.hold(loadLimit?.objection(files) != nil)
      if now - lastLive >= 1 {
        lastLive = now
        tell(pace, memory: memory, reason: reason, load: files.load() ?? 0)
      }
      if now - lastSync >= Self.syncInterval {
        lastSync = now
        sync()
      }
    }
    // A job that is done without a gap needs its results no more, as soon as they are written out.
    if case .done? = board.end, board.look({ $0.failedChunks.isEmpty }) { return }
    sync()
  }

  private func tell(_ pace: JobPace, memory: Int, reason: String, load: Double) {
    let activity = board.activity
    let reading = pace.look()
    job.folder.tell(
      LiveStatus(
        reading, time: clock.now(), workers: activity.running, targetWorkers: activity.workers, reason: reason,
        memory: memory, load: load))
    if let fraction = reading.fraction { admission.report(fraction: fraction, seconds: reading.seconds) }
  }

  /// Brings results to the disk, then the journal that tells of them.
  private func sync() {
    do throws(Failure) {
      try ChunkSettlement(job: job, board: board).syncFinished()
    } catch {
      board.stop(.failure(error))
    }
  }
}
