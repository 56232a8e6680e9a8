import MillraceCore

/// Takes chunks from the board and runs the command on them, one after the other, until there are none.
struct ChunkWorker: Sendable {
  let job: OwnedJob
  let board: JobBoard
  let command: ChunkCommand
  /// Counted from 1.
  let number: Int
  let watch: CommandWatch
  let stop: StopSignal
  let clock: Clock
  let warn: @Sendable (String) -> Void

  func run() throws(Failure) {
    while let work = try board.take(worker: number) {
      do throws(Failure) {
        try run(work)
      } catch {
        board.stop(.failure(error))
        board.abandon(work)
        throw error
      }
    }
  }

  private func run(_ work: JobBoard.Work) throws(Failure) {
    let folder = job.folder
    let chunk = work.cut.identifier
    let errors = ErrorLog(folder: folder)
    let part = folder.partialResultPath(chunk, attempt: String(work.attempt))
    // A rest of an attempt that a kill cut off, with its sidecar.
    folder.removeFile(part)
    folder.removeFile(part + ".prov")
    guard let table = board.look({ $0.table }) else {
      throw Failure(.internalError, "a chunk without a table", at: Place(file: folder.path))
    }
    let settings = board.settings
    let attempt = ChunkAttempt(
      command: command, cut: work.cut, attempt: work.attempt, worker: number, inputPath: folder.inputPath(chunk),
      resultPath: part, errorPath: errors.path(ofWorker: number),
      limits: .init(
        time: settings.chunkTimeout, memory: settings.memoryPerWorker.map { work.isRecovery ? 2 * $0 : $0 }),
      expectation: ResultExpectation(job.specification, dialect: table.dialect))
    let observation = try attempt.run(watch: watch, stop: stop, clock: clock)
    try errors.keep(observation.end, from: attempt.errorPath)
    tell(observation, chunk)
    try ChunkSettlement(job: job, board: board).settle(work, observation.end, result: part, table)
  }

  private func tell(_ observation: ChunkAttempt.Observation, _ chunk: ChunkIdentifier) {
    if observation.leftProcesses {
      warn("chunk \(chunk): the command left processes running behind it; they were ended")
    }
    if observation.readNothing { board.tellOnce(.readNothing, warn) }
  }
}
