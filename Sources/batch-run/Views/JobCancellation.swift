import Glibc
import MillraceCore

/// Ends a job: asks its owner to, or, where there is none, marks it.
struct JobCancellation {
  let folder: JobFolder
  /// What the person types to mean the job.
  let name: String
  /// How long the owner may take to stop.
  var timeout = TimeSpan(seconds: 60)
  var clock = Clock.system
  var slurm = SlurmJobs()
  /// Seconds from one look to the next.
  var pause = 0.2

  /// - Returns: what came of it, in words.
  /// - Throws: `.stoppedEarly` when the owner does not stop in time; then it is still asked to.
  func cancel() throws(Failure) -> String {
    var watch = try JobWatch(folder, clock: clock, slurm: slurm)
    let first = try watch.look(countsReceipts: false)
    if case .ended = first.ownership { return "the job is \(first.state.rawValue) already" }
    try ask()
    let end = Clock.monotonicSeconds() + (timeout.seconds ?? .infinity)
    while true {
      let overview = try watch.look(countsReceipts: false)
      switch overview.ownership {
      case .ended:
        return overview.state == .cancelled
          ? "cancelled" : "the job was \(overview.state.rawValue) before it could be cancelled"
      case .abandoned, .onSlurm:
        if let told = try mark() { return told }
      case .owned(let who):
        guard Clock.monotonicSeconds() < end else {
          throw Failure(
            .stoppedEarly, "the job was asked to end, but \(who) has not stopped within \(timeout)",
            at: Place(file: name), advice: "end that process, then cancel the job again")
        }
        usleep(UInt32(pause * 1e6))
      }
    }
  }

  /// Makes the file at whose sight the owner stops.
  private func ask() throws(Failure) {
    let descriptor = unsafe open(folder.cancelPath, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw .system(
        .cannotCreate, "cannot ask the job to end", errorNumber: errno, at: Place(file: folder.cancelPath))
    }
    close(descriptor)
  }

  /// Marks a job without an owner as cancelled, as its owner for that moment.
  ///
  /// - Returns: nil when somebody else has become its owner meanwhile.
  private func mark() throws(Failure) -> String? {
    let lock: FileLock
    do throws(Failure) {
      lock = try folder.own()
    } catch {
      if error.status == .stoppedEarly { return nil }
      throw error
    }
    defer { withExtendedLifetime(lock) {} }
    let (record, wholeBytes) = try folder.read()
    guard !record.state.isFinal else {
      removeRequest()
      return "the job is \(record.state.rawValue) already"
    }
    // Before the mark: tasks that go on would write into a job that is final.
    try slurm.cancel(record.slurmJobs)
    let journal = try JobJournal(path: folder.journalPath, wholeBytes: wholeBytes, clock: clock)
    try journal.append([
      .owner(process: Int(getpid()), host: hostName()),
      .state(.cancelled, reason: "by batch-run cancel; nobody worked on it"),
    ])
    try journal.sync()
    removeRequest()
    return "cancelled; nobody worked on it"
  }

  /// Else the next owner would stop at once.
  private func removeRequest() { _ = unsafe unlink(folder.cancelPath) }
}
