import Chunks
import MillraceCore

/// Cuts the input of a job into files of chunks. A job that goes on cuts its input again from the start: what it knows
/// already must be the same, and only what is still needed is written.
final class JobCutter: ChunkDestination {
  let header: ByteSlice
  private(set) var count = 0
  private let job: OwnedJob
  private let board: JobBoard
  private let source: RecordedInput
  /// Chunks that may wait in front of the workers.
  private let ahead: Int
  /// Bytes of the decompressed input in the chunks so far, its header included.
  private var inputEnd: Int
  /// What is known of the open chunk from before.
  private var known: ChunkRecord?
  private var writesOpenChunk = false
  /// What the open chunk is written over.
  private var openSpare: String?
  private let comparison = SharedState(Comparison())

  /// Of digests, which come from another thread, with those that are known from before.
  private struct Comparison {
    /// How many are still to come.
    var pending = 0
    var difference: Failure?
  }

  /// Cuts the input on a thread of its own. What goes wrong ends the work.
  ///
  /// - Parameters:
  ///   - source: nil when all of it was cut before: then there is nothing to wait for.
  ///   - ahead: How many chunks may wait beside those in work.
  static func start(
    _ source: RecordedInput?, of job: OwnedJob, board: JobBoard, ahead: Int
  ) throws(Failure) -> Worker<Void>? {
    guard let source else {
      try board.endOfCutting(nil)
      return nil
    }
    return try Worker("cut") { () throws(Failure) in
      do throws(Failure) {
        let end = try run(source, of: job, board: board, ahead: ahead)
        if let end { try board.endOfCutting(job.record.inputEnd == nil ? end : nil) }
      } catch {
        board.stop(.failure(error))
        throw error
      }
    }
  }

  /// Cuts the whole input, on the calling thread.
  ///
  /// - Parameter ahead: How many chunks may wait beside those in work.
  /// - Returns: how it ended; nil when the work ended before it.
  /// - Throws: `.badData` for an input that cannot be cut, or that is not the one that was cut before.
  static func run(
    _ source: RecordedInput, of job: OwnedJob, board: JobBoard, ahead: Int
  ) throws(Failure) -> InputEnd? {
    let reader = try BlockReader(
      source, name: source.name, options: job.specification.input.reading,
      pool: BufferPool(capacity: BlockReader.blockBytes))
    let destination = try JobCutter(
      reader.table, source, of: job, board: board, ahead: ahead)
    var cutter = ChunkCutter(job.specification.rule.cutting, into: destination)
    source.hash(destination.header)
    while let block = try reader.next() {
      try cutter.append(block)
      if board.end != nil { return nil }
    }
    try cutter.finish()
    try source.finish(records: reader.records)
    let end = InputEnd(
      records: reader.records, bytes: source.file.byteCount, digest: source.digest,
      hasFinalLineEnd: reader.endsWithLineEnd)
    guard destination.count >= job.record.cutCount else { throw changedInput(source.name, "it is shorter") }
    try destination.waitForComparison()
    if let before = job.record.inputEnd { try destination.check(end, against: before) }
    try source.saveProducer(to: job.folder.producerPath)
    return end
  }

  private init(
    _ table: Table, _ source: RecordedInput, of job: OwnedJob, board: JobBoard, ahead: Int
  ) throws(Failure) {
    let buffer = ByteBuffer(table.preamble)
    header = ByteSlice(buffer)
    inputEnd = table.preamble.count
    self.job = job
    self.board = board
    self.source = source
    self.ahead = ahead
    if let before = job.record.table {
      let header = try job.folder.header()
      guard before.format == table.dialect.format, unsafe header.bytes.elementsEqual(table.preamble) else {
        throw changed("its header is another one")
      }
    } else {
      // All that comes later counts on it, and a pipe does not bring it again.
      try job.folder.writePrivately(buffer, to: job.folder.headerPath, durable: true)
      try board.tell([
        .opened(
          JobTable(
            format: table.dialect.format, delimiter: table.dialect.delimiter, hasHeader: table.dialect.hasHeader,
            headerBytes: buffer.count))
      ])
    }
  }

  func beginChunk() throws(Failure) -> OutputFile {
    let chunk = ChunkIdentifier(count)
    known = board.look { $0.chunks[chunk] }
    writesOpenChunk = known == nil || board.isHeldBack(chunk)
    let file: OutputFile
    if writesOpenChunk, let spare = job.spares.take() {
      file = try OutputFile(overwriting: spare)
      openSpare = spare
    } else {
      file = try OutputFile(path: writesOpenChunk ? job.folder.inputPath(chunk) : "/dev/null", permissions: 0o600)
    }
    try file.write(header)
    return file
  }

  func endChunk(_ file: OutputFile, firstRecord: Int, records: Int) throws(Failure) {
    let bytes = try file.finish().byteCount
    inputEnd += bytes - header.count
    let chunk = ChunkIdentifier(count)
    if let spare = openSpare { try job.folder.move(spare, to: job.folder.inputPath(chunk)) }
    openSpare = nil
    let cut = CutChunk(
      identifier: chunk, firstRecord: firstRecord, records: records, bytes: bytes, inputEnd: inputEnd)
    count += 1
    if let known {
      guard known.cut == cut else {
        if writesOpenChunk { job.folder.removeFile(job.folder.inputPath(chunk)) }
        throw changed("chunk \(chunk) is another one")
      }
      if writesOpenChunk, known.progress == .split {
        try job.restoreHalves(of: chunk, record: board.look { $0 })
      }
    } else {
      guard job.record.inputEnd == nil else { throw changed("it is longer") }
      // Of another input nothing may become a part of the job: the right one would be refused then.
      try waitForComparison()
      try board.add(cut)
    }
    if board.isHashed {
      compare(chunk, releases: writesOpenChunk)
    } else if writesOpenChunk {
      board.release(chunk)
    }
    _ = board.waitForRoom(beyond: ahead)
  }

  /// Has the digest of the input up to the end of the open chunk compared with the one known from before, or kept.
  ///
  /// - Parameter releases: The chunk may be worked on when nothing before its end is different.
  private func compare(_ chunk: ChunkIdentifier, releases: Bool) {
    let before = known?.digestThrough
    if before != nil { comparison.access { $0.pending += 1 } }
    source.mark { [board, comparison, folder = job.folder, name = source.name] digest in
      let difference = comparison.change { comparison in
        if let before {
          comparison.pending -= 1
          if before != digest, comparison.difference == nil {
            comparison.difference = changedInput(name, "chunk \(chunk) is another one")
          }
        }
        return comparison.difference
      }
      if let difference {
        if releases {
          for part in board.look({ $0.leaves(of: chunk) ?? [] }) {
            folder.removeFile(folder.inputPath(part.identifier))
          }
        }
        return board.stop(.failure(difference))
      }
      // A journal that cannot be written ends the work by itself.
      if before == nil { try? board.tell([.hashed(chunk, digest)]) }
      if releases { board.release(chunk) }
    }
  }

  /// Waits until all that was cut so far has been compared with what is known from before.
  private func waitForComparison() throws(Failure) {
    let difference = comparison.wait { $0.pending == 0 ? .some($0.difference) : nil }
    if let difference { throw difference }
  }

  func take(_ slice: ByteSlice) { source.hash(slice) }

  private func check(_ end: InputEnd, against before: InputEnd) throws(Failure) {
    guard end.records == before.records, end.digest == nil || before.digest == nil || end.digest == before.digest
    else { throw changed("it ends otherwise") }
  }

  private func changed(_ how: String) -> Failure { changedInput(source.name, how) }
}

/// - Parameter how: what about it is not what it was.
func changedInput(_ name: String, _ how: String) -> Failure {
  Failure(
    .badConfiguration, "the input is not the one that the job began with: \(how)", at: Place(file: name),
    advice: "give it the same input, or begin a new job")
}
