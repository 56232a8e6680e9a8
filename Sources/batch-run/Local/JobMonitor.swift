import Glibc
import MillraceCore

/// Looks after a job that is worked on here, twice a second: memory, load, the number of workers, a wish to cancel, what is
/// told to who looks on, and what must reach the disk.
final class JobMonitor: Sendable {
  let job: OwnedJob
  let board: JobBoard
  let watch: CommandWatch
  let stop: StopSignal
  let admission: ResourceAdmission
  let request: WorkerRequest
  let machine: ResourceShare
  let clock: Clock
  /// Bytes of the input that were read.
  let bytesRead: @Sendable () -> Int
  /// What they will come to; nil when nobody knows.
  let totalBytes: Int?
  let warn: @Sendable (String) -> Void

  init(
    job: OwnedJob, board: JobBoard, watch: CommandWatch, stop: StopSignal, admission: ResourceAdmission,
    request: WorkerRequest, machine: ResourceShare, clock: Clock, totalBytes: Int?,
    bytesRead: @escaping @Sendable () -> Int,
    warn: @escaping @Sendable (String) -> Void
  ) {
    self.job = job
    self.board = board
    self.watch = watch
    self.stop = stop
    self.admission = admission
    self.request = request
    self.machine = machine
    self.clock = clock
    self.totalBytes = totalBytes
    self.bytesRead = bytesRead
    self.warn = warn
  }

  private static let interval = 0.5
  /// Seconds after which what was finished is brought to the disk.
  private static let syncInterval = 10.0

  /// Runs until somebody says that it is over.
  func run(until isOver: SharedState<Bool>, governor: WorkerGovernor, loadLimit: LoadLimit?) {
    var governor = governor
    let files = KernelFiles.system
    let groups = files.memoryGroups()
    let started = Clock.monotonicSeconds()
    let bytesBefore = board.look { $0.counts.completedBytes }
    var lastSync = started
    var lastLive = 0.0
    var reason = ""
    var now = started
    while true {
      let next = now + Self.interval
      if isOver.wait(pause: Self.interval, { $0 ? true : Clock.monotonicSeconds() >= next ? false : nil }) { break }
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
        tell(memory: memory, reason: reason, load: files.load() ?? 0, since: started, bytesBefore: bytesBefore)
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

  private func tell(memory: Int, reason: String, load: Double, since started: Double, bytesBefore: Int) {
    let counts = board.look { $0.counts }
    let activity = board.activity
    let seconds = Clock.monotonicSeconds() - started
    let rate = seconds > 0 ? Double(counts.completedBytes - bytesBefore) / seconds : 0
    // What is not cut yet counts as it lies in the file, compressed or not.
    let all = totalBytes.map { counts.bytes + max(0, $0 - bytesRead()) }
    let left = all.map { Double(max(0, $0 - counts.completedBytes)) }
    let remaining = left.flatMap { rate > 0 ? $0 / rate : nil }
    let status = LiveStatus(
      time: clock.now(), workers: activity.running, targetWorkers: activity.workers, reason: reason, memory: memory,
      load: load, bytesRead: bytesRead(), totalBytes: totalBytes, chunksDone: counts.completed, chunksCut: counts.all,
      bytesDone: counts.completedBytes, recordsDone: counts.completedRecords, rate: rate,
      remainingSeconds: remaining, queue: nil)
    // Who looks on gets nothing then; the job goes on.
    try? job.folder.write(status)
    if let all, all > 0 { admission.report(fraction: Double(counts.completedBytes) / Double(all), seconds: seconds) }
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
