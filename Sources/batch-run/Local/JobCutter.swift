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
    let rule: ChunkCutter.Rule =
      switch job.specification.rule {
      case .records(let count): .records(count)
      case .bytes(let count): .bytes(count)
      }
    var cutter = ChunkCutter(rule, into: destination)
    source.hash(destination.header)
    while let block = try reader.next() {
      try cutter.append(block)
      if board.end != nil { return nil }
    }
    try cutter.finish()
    try source.finish(records: reader.records)
    try source.saveProducer(to: job.folder.producerPath)
    let end = InputEnd(
      records: reader.records, bytes: source.file.byteCount, digest: source.digest,
      hasFinalLineEnd: reader.endsWithLineEnd)
    guard destination.count >= job.record.cutCount else { throw changedInput(source.name, "it is shorter") }
    if let before = job.record.inputEnd { try destination.check(end, against: before) }
    return end
  }

  private init(
    _ table: Table, _ source: RecordedInput, of job: OwnedJob, board: JobBoard, ahead: Int
  ) throws(Failure) {
    let buffer = ByteBuffer(capacity: table.preamble.count)
    buffer.append(table.preamble)
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
      try job.folder.writePrivately(buffer, to: job.folder.headerPath)
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
      guard known.cut == cut else { throw changed("chunk \(chunk) is another one") }
      if writesOpenChunk {
        try board.look { record throws(Failure) in try job.restoreHalves(of: chunk, record: record) }
        board.release(chunk)
      }
    } else {
      try board.add(cut)
    }
    let before = known?.digestThrough
    source.mark { [board, name = source.name] digest in
      if let before, before != digest {
        board.stop(.failure(changedInput(name, "chunk \(chunk) is another one")))
      } else if before == nil {
        // A journal that cannot be written ends the work by itself.
        try? board.tell([.hashed(chunk, digest)])
      }
    }
    _ = board.waitForRoom(beyond: ahead)
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

extension OwnedJob {
  /// Whether a chunk of the input must be written again, for itself or for a part of it.
  func needsInput(of chunk: ChunkRecord, record: JobRecord) -> Bool {
    (record.leaves(of: chunk.identifier) ?? []).contains { leaf in
      leaf.progress != .completed && !isThere(folder.inputPath(leaf.identifier))
        && !isThere(folder.failedInputPath(leaf.identifier))
    }
  }

  /// Chunks of the input whose files must be written again, for themselves or for a part of them.
  ///
  /// - Parameter isHashed: What is cut has a digest. Then a file from which a kill kept its digest is not trusted.
  func chunksToCutAgain(_ record: JobRecord, isHashed: Bool) -> Set<ChunkIdentifier> {
    let chunks = record.chunks.values.filter { chunk in
      guard chunk.identifier.halves.isEmpty else { return false }
      if needsInput(of: chunk, record: record) { return true }
      guard isHashed, chunk.digestThrough == nil else { return false }
      return (record.leaves(of: chunk.identifier) ?? []).contains { $0.progress != .completed }
    }
    return Set(chunks.map(\.identifier))
  }

  /// Whether the input must be read again, or on.
  func needsInput(_ record: JobRecord) -> Bool {
    record.inputEnd == nil
      || record.chunks.values.contains { $0.identifier.halves.isEmpty && needsInput(of: $0, record: record) }
  }

  /// Makes the parts of a chunk again, whose file was written again.
  func restoreHalves(of chunk: ChunkIdentifier, record: JobRecord) throws(Failure) {
    guard let known = record.chunks[chunk], known.progress == .split else { return }
    guard let table = record.table else { return }
    try ChunkHalves(folder: folder, table: table).make(known.cut)
    for part in [chunk.parts.0, chunk.parts.1] { try restoreHalves(of: part, record: record) }
    folder.removeFile(folder.inputPath(chunk))
  }
}
