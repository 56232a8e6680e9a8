import MillraceCore

/// Works on a job on this machine, to its end or until something stops it.
///
/// One thread reads and cuts, as many as there are workers start the command and wait for it, one looks after all of it, and
/// the caller's writes the results in order.
struct LocalRun {
  let job: OwnedJob
  let stage: Stage
  /// The job as it is found.
  let record: JobRecord
  let settings: JobSettings
  let workers: WorkerRequest
  let loadLimit: LoadLimit?
  let command: ChunkCommand
  /// Nil when all of the input was cut before.
  let input: RecordedInput?
  let recovered: @Sendable (JobEvent.Recovery, JobRecord.Counts) -> Void

  /// Chunks that wait in front of the workers, so that none of them ever waits for the disk.
  private static let chunksAhead = 2

  func run(into output: OutputFile) throws(Failure) -> JobOutcome {
    let machine = KernelFiles.system.machine()
    let greatest = try workers.workers(on: machine)
    let warn: @Sendable (String) -> Void = { [diagnostics = stage.diagnostics] in diagnostics.warning($0) }
    let surroundings = Surroundings.ofThisProcess()
    let board = JobBoard(
      job, record, settings: settings, workers: greatest, cutting: input,
      random: surroundings.random, recovered: recovered)
    guard let admission = try admit(greatest, machine, warn) else {
      return JobOutcome(
        end: .cancelled(reason: "batch-run cancel asked for it"),
        results: ResultWriter(job: job, board: board, output: output), board: board)
    }
    defer { admission.release() }
    try board.tell([.state(.running, reason: nil)])
    // What a power failure leaves of files that were written over can only be cut again: that takes more than a pipe.
    if input != nil, job.specification.input.path != nil, record.overwritingBoot == nil,
      let boot = KernelFiles.system.boot
    {
      try board.tell([.overwriting(boot: boot)])
      try job.journal.sync()
    }
    let (watch, stop) = (CommandWatch(), StopSignal())
    ChildProcess.adoptOrphans()
    Signals.whenStopped { [job, diagnostics = stage.diagnostics] signal in
      board.halt()
      stop.set()
      watch.endAll(patience: 2)
      job.endLeftProcesses()
      job.tellStop(by: signal, board, diagnostics)
    }
    let isOver = SharedState(false)
    let monitor = JobMonitor(
      job: job, board: board, input: input, watch: watch, stop: stop, admission: admission, request: workers,
      machine: machine, clock: surroundings.clock)
    let governor = WorkerGovernor(
      workers: greatest, memoryPerWorker: settings.memoryPerWorker ?? 0, loadLimit: loadLimit)
    let monitoring = try Worker<Void>("monitor") { [loadLimit] in
      monitor.run(until: isOver, governor: governor, loadLimit: loadLimit)
    }
    defer {
      isOver.change { $0 = true }
      try? monitoring.join()
    }
    let cutting: Worker<Void>?
    var working: [Worker<Void>] = []
    do throws(Failure) {
      cutting = try JobCutter.start(input, of: job, board: board, ahead: Self.chunksAhead)
      for number in 1...greatest {
        let worker = ChunkWorker(
          job: job, board: board, command: command, number: number, watch: watch, stop: stop, clock: surroundings.clock,
          warn: warn)
        working.append(try Worker("worker \(number)") { () throws(Failure) in try worker.run() })
      }
    } catch {
      // The system has no more threads: those that there are end.
      board.stop(.failure(error))
      stop.set()
      board.waitForWorkers()
      throw error
    }
    var results = ResultWriter(job: job, board: board, output: output)
    let end: JobBoard.End
    do throws(Failure) {
      end = try results.run()
    } catch {
      // The reader of the output is gone, or it cannot be written: no attempt is of use any more.
      board.stop(.failure(error))
      stop.set()
      board.waitForWorkers()
      throw error
    }
    board.waitForWorkers()
    switch end {
    case .done: for thread in working + [cutting].compactMap({ $0 }) { try thread.join() }
    // One of them may be putting a chunk aside; the input may be a pipe that nobody writes to any more.
    case .failed: for thread in working { try thread.join() }
    default: break
    }
    return JobOutcome(end: end, results: results, board: board)
  }

  /// Waits until the machine has what the job wants; nil when it was cancelled meanwhile.
  private func admit(
    _ workers: Int, _ machine: ResourceShare, _ warn: @escaping @Sendable (String) -> Void
  ) throws(Failure) -> ResourceAdmission? {
    let ledger = ResourceLedger(environment: processEnvironment(), machine: machine, warn: warn)
    var (toldAt, toldLiveAt) = (-Double.infinity, -Double.infinity)
    let (folder, diagnostics) = (job.folder, stage.diagnostics)
    var queued: Failure?
    let share = self.workers.share(ofWorkers: workers, on: machine)
    let admission = try ledger.request(share, job: job.specification.identifier) { place in
      let now = Clock.monotonicSeconds()
      do throws(Failure) {
        if toldAt < 0 { try job.journal.append([.state(.queued, reason: place.description)]) }
      } catch {
        queued = error
        return false
      }
      if now - toldAt >= 60 { diagnostics.note("queued: \(place.description)") }
      if now - toldLiveAt >= 1 {
        toldLiveAt = now
        folder.tell(LiveStatus(queuedAt: place, time: Clock.system.now(), load: KernelFiles.system.load() ?? 0))
      }
      if now - toldAt >= 60 { toldAt = now }
      return !isThere(folder.cancelPath)
    }
    if let queued { throw queued }
    return admission
  }
}
