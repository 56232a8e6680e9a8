import MillraceCore

/// Takes in how an attempt at a chunk ended: its result gets its name, or the chunk is tried again, halved, or put aside.
struct ChunkSettlement: Sendable {
  let job: OwnedJob
  let board: JobBoard

  /// - Parameters:
  ///   - result: Where the attempt's result lies, whole when the attempt was completed.
  ///   - table: Of the chunks.
  func settle(_ work: JobBoard.Work, _ end: AttemptEnd, result: String, _ table: JobTable) throws(Failure) {
    var end = end
    // A command that does not tell that it could not write ends well all the same.
    try job.folder.checkSpace()
    if end.outcome == .completed, !board.waitForDigest(of: work.cut.identifier) { end.outcome = .cancelled }
    if end.outcome == .completed {
      try complete(work, end, result)
    } else {
      job.folder.removeFile(result)
      job.folder.removeFile(result + ".prov")
      try fail(work, end, table)
    }
  }

  private func complete(_ work: JobBoard.Work, _ end: AttemptEnd, _ part: String) throws(Failure) {
    let folder = job.folder
    let chunk = work.cut.identifier
    let result = folder.resultPath(chunk)
    if board.settings.isDurable { try folder.sync(part) }
    if isThere(part + ".prov") { try folder.move(part + ".prov", to: result + ".prov") }
    try folder.move(part, to: result)
    _ = try board.finish(work, end)
    if board.settings.isDurable { try job.journal.sync() }
    if filesAreWrittenOver {
      job.spares.give(folder.inputPath(chunk))
    } else {
      folder.removeFile(folder.inputPath(chunk))
    }
  }

  /// Whether the file of a chunk that is finished may become a later chunk's.
  ///
  /// Other machines may still know the file by what it was. And where the journal does not tell of such files, they would be
  /// trusted after a power failure.
  private var filesAreWrittenOver: Bool {
    board.settings.backend == .local && board.look { $0.overwritingBoot != nil }
  }

  private func fail(_ work: JobBoard.Work, _ end: AttemptEnd, _ table: JobTable) throws(Failure) {
    var halves: (CutChunk, CutChunk)?
    if case .outOfMemory = end.outcome, board.settings.splitsOnOutOfMemory {
      halves = try ChunkHalves(folder: job.folder, table: table).make(work.cut)
    }
    let reason = try board.finish(work, end, halves: halves)
    if halves != nil { job.folder.removeFile(job.folder.inputPath(work.cut.identifier)) }
    if let reason, let chunk = board.look({ $0.chunks[work.cut.identifier] }) {
      // What is put aside is still good after a power failure, though the file may have been another chunk's before.
      if board.look({ $0.overwritingBoot != nil }) { try job.folder.sync(job.folder.inputPath(work.cut.identifier)) }
      try Quarantine(folder: job.folder).put(chunk, reason: reason)
    }
  }

  /// Brings results to the disk, then the journal that tells of them.
  func syncFinished() throws(Failure) {
    let chunks = board.takeUnsynced()
    guard !chunks.isEmpty else { return }
    for chunk in chunks where isThere(job.folder.resultPath(chunk)) {
      try job.folder.sync(job.folder.resultPath(chunk))
    }
    try board.tell([.synced])
    try job.journal.sync()
  }
}
