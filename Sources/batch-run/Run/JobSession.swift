import Glibc
import MillraceCore

/// Works on a job for a command line that waits for its result: before, what an earlier owner left is put in order; after,
/// the result, its provenance and the job's end are told.
struct JobSession {
  let job: OwnedJob
  let stage: Stage
  let settings: JobSettings
  let workers: WorkerRequest
  let loadLimit: LoadLimit?
  let alerts: JobAlerts
  /// Another process goes on instead of this one: here once all of the input was cut, on Slurm once all is in its queue.
  var handsOver = false

  /// - Parameters:
  ///   - revives: chunks that have failed for good have their attempts again.
  ///   - input: what the input is read from, a path or "-" for standard input; nil for what the job says, and then only
  ///     when it is needed.
  func work(reviving revives: Bool, input: String?) throws(Failure) {
    let job = self.job
    defer { alerts.finish() }
    stage.diagnostics.note("job \(job.specification.identifier) in \(job.folder.path)")
    // What was wished of an earlier owner. Who goes on behind `submit` is the one that it was wished of.
    if revives { job.folder.removeFile(job.folder.cancelPath) }
    let record: JobRecord
    let recorded: RecordedInput?
    let command: ChunkCommand
    let output: OutputFile
    do throws(Failure) {
      record = try putInOrder(reviving: revives)
      recorded = try openInput(input, record)
      command = try makeCommand(record.command)
      output = try stage.openOutput()
    } catch {
      // Nothing was begun: the job stands where it stood.
      if job.stateBefore.state.isFinal {
        _ = try? job.journal.append([.state(job.stateBefore.state, reason: job.stateBefore.reason)])
      }
      throw error
    }
    let outcome: JobOutcome
    do throws(Failure) {
      switch settings.backend {
      case .local where handsOver:
        outcome = try CuttingRun(job: job, stage: stage, record: record, settings: settings, input: recorded)
          .run(into: output)
      case .local:
        outcome = try LocalRun(
          job: job, stage: stage, record: record, settings: settings, workers: workers, loadLimit: loadLimit,
          command: command, input: recorded, recovered: tellRecovery
        ).run(into: output)
      case .slurm:
        outcome = try SlurmRun(
          job: job, stage: stage, record: record, settings: settings, input: recorded, handsOver: handsOver,
          recovered: tellRecovery
        ).run(into: output)
      }
    } catch {
      let isCancelled = error == .brokenPipe
      if !isCancelled { alerts.send(.failed, error.description, (try? job.folder.record().counts) ?? record.counts) }
      _ = try? job.journal.append([
        .state(
          isCancelled ? .cancelled : .failed,
          reason: isCancelled ? "the reader of the output is gone" : error.description)
      ])
      throw error
    }
    try end(outcome, output)
  }

  private var tellRecovery: @Sendable (JobEvent.Recovery, JobRecord.Counts) -> Void {
    { [alerts] recovery, counts in
      switch recovery {
      case .begun: break
      case .succeeded: alerts.send(.recovered, "the job's own attempt at the chunks that had failed worked", counts)
      case .failed: alerts.send(.recoveryFailed, "the job's own attempt at the chunks that had failed failed", counts)
      }
    }
  }

  // MARK: Before

  private func makeCommand(_ words: [String]) throws(Failure) -> ChunkCommand {
    let parent = stage.recorder.asParent
    try job.folder.write(parent)
    return try ChunkCommand(
      words, directory: job.specification.directory, job: job.specification.identifier, parent: parent,
      environment: processEnvironment())
  }

  /// Undoes what a kill cut short, and finds out which results are whole.
  private func putInOrder(reviving revives: Bool) throws(Failure) -> JobRecord {
    var record = job.record
    guard record.owners.count > 1 else { return record }
    switch settings.backend {
    case .local:
      if !record.slurmJobs.isEmpty { try SlurmRun.cancel(record, stage.diagnostics) }
      job.endLeftProcesses()
      try job.removePartialResults()
    // Tasks on Slurm are nobody's children: they go on, and so does this owner with them.
    case .slurm: break
    }
    if try job.removeUncertainInputs(&record, boot: KernelFiles.system.boot, backend: settings.backend) {
      stage.diagnostics.warning(
        "this is another machine, or it was started anew: chunks that were not finished are cut again")
    }
    if revives {
      let failed = record.failedChunks.map(\.identifier)
      if !failed.isEmpty || record.chunks.values.contains(where: { $0.progress == .exhausted }) {
        for line in try job.journal.append([.revived]) { record.apply(line) }
      }
      for chunk in failed { try Quarantine(folder: job.folder).takeBack(chunk) }
    }
    for chunk in record.chunks.values {
      guard let completion = chunk.completion,
        fileSize(job.folder.resultPath(chunk.identifier)) != completion.resultBytes
      else { continue }
      stage.diagnostics.warning("the result of chunk \(chunk.identifier) is not whole any more: it is made again")
      record.forgetResult(of: chunk.identifier)
    }
    return record
  }

  private func openInput(_ given: String?, _ record: JobRecord) throws(Failure) -> RecordedInput? {
    let known = job.specification.input
    let needsInput = job.needsInput(record)
    let isTouched = try isTouched(known)
    if isTouched, stage.recorder.isOff || !record.isKnownByDigests {
      throw changedInput(known.path ?? known.name, "the file was changed since")
    }
    guard needsInput || isTouched || (given == "-" && known.path == nil) else {
      if let end = record.inputEnd {
        try stage.recorder.restoreInput(
          name: known.name, content: StreamContent(digest: end.digest, bytes: end.bytes, records: end.records),
          from: job.folder.producerPath)
      }
      return nil
    }
    func missing(_ what: String) -> Failure {
      Failure(
        .noInput, what, at: Place(file: known.name),
        advice: "give it once more on standard input: … | batch-run resume \(name)")
    }
    if given == nil, known.path == nil, isatty(STDIN_FILENO) == 1 {
      throw missing("the input was not read to its end, and it cannot be opened again")
    }
    let input = try stage.open(given ?? known.path ?? "-", isHashedByReader: true)
    if known.path == nil, record.cutCount > 0, input.file.byteCount == 0 {
      throw missing("it is empty, and the job's input is not, which is needed once more")
    }
    return input
  }

  /// Whether the input is a file that was written to since the job began, perhaps with the same bytes.
  private func isTouched(_ input: JobInput) throws(Failure) -> Bool {
    guard let path = input.path, let version = input.version, isThere(path) else { return false }
    let file = try FileSource(path: path)
    if let size = input.size, file.size != size { throw changedInput(path, "it had \(size) bytes") }
    return file.version.description != version
  }

  // MARK: After

  private func end(_ outcome: JobOutcome, _ output: OutputFile) throws(Failure) {
    let board = outcome.board
    switch outcome.end {
    case .done: try finish(outcome, output)
    case .failed:
      let failed = board.look { $0.failedChunks }
      let first = failed.first
      var reason = "a chunk"
      if let first, case .failed(let why) = first.progress { reason = "chunk \(first.identifier) \(why)" }
      let more = failed.count > 1 ? ", and \(failed.count - 1) more failed" : ""
      try board.tell([.state(.failed, reason: reason + more)])
      alerts.send(.failed, reason + more, board.look { $0.counts })
      throw Failure(
        .stoppedEarly, "\(reason)\(more)", at: Place(file: job.specification.identifier),
        advice:
          "batch-run logs --failed \(name) shows what it said, batch-run retry \(name)\(job.inputAgain(board)) tries again"
      )
    case .cancelled(let reason):
      try board.tell([.state(.cancelled, reason: reason)])
      job.folder.removeFile(job.folder.cancelPath)
      throw Failure(
        .stoppedEarly, "cancelled: \(reason)", at: Place(file: job.specification.identifier),
        advice: "batch-run resume \(name)\(job.inputAgain(board)) goes on")
    case .handedOver(let other):
      stage.diagnostics.note("\(other) goes on with it")
    case .failure(let failure):
      _ = try? board.tell([.state(.failed, reason: failure.description)])
      alerts.send(.failed, failure.description, board.look { $0.counts })
      throw failure
    }
  }

  private var name: String { job.name }

  private func finish(_ outcome: JobOutcome, _ output: OutputFile) throws(Failure) {
    let record = outcome.board.look { $0 }
    let counts = record.counts
    let missing = outcome.results.missing
    if !missing.isEmpty {
      stage.exitStatus = .no
      for chunk in missing.prefix(20) {
        guard case .failed(let reason) = chunk.progress else { continue }
        stage.diagnostics.warning(
          "left out: chunk \(chunk.identifier), records \(chunk.cut.firstRecord + 1) to \(chunk.cut.firstRecord + chunk.cut.records): \(reason)"
        )
      }
      if missing.count > 20 { stage.diagnostics.warning("left out: \(missing.count - 20) more chunks") }
      stage.recorder.addDropped(missing.reduce(0) { $0 + $1.cut.records }, reason: "chunk failed")
    }
    let account = ChunkAccount(record, outcome.results)
    var referred: Set<ChunkIdentifier> = []
    try stage.finish(output, rowsIn: counts.records, rowsOut: outcome.results.rows) { () throws(Failure) in
      referred = try account.write(to: stage.recorder)
    }
    let note = missing.isEmpty ? nil : "\(missing.count) of \(counts.all) chunks are missing"
    try outcome.board.tell([.state(.completed, reason: note)])
    alerts.send(.completed, note ?? "all \(counts.all) chunks are completed", counts)
    // Without what failed, the results that are there are needed once more, when it has been tried again.
    guard missing.isEmpty else { return }
    job.folder.dropAlerts()
    try job.folder.removeData(keepingSidecarsOf: referred)
  }
}

/// How the work on a job came to an end.
struct JobOutcome {
  var end: JobBoard.End
  var results: ResultWriter
  var board: JobBoard
}

/// Bytes of a regular file; nil when there is none.
func fileSize(_ path: String) -> Int? {
  var status = stat()
  guard unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
  return Int(status.st_size)
}
