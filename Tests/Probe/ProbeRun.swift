import ArgumentParser
import Glibc
import MillraceCore

/// Cuts its input into chunks, runs a command on each, and writes the results: the provenance of a runner, in the order in
/// which one records it.
struct ProbeRun: FilterCommand {
  static let configuration = CommandConfiguration(commandName: "run")
  static let toolName = "runner"
  static let defaultContext = ContextLevel.rows

  @OptionGroup var common: CommonOptions
  @Option(help: "Records in a chunk.") var records = 10
  @Option(help: "The folder of chunks and results.") var job: String
  @Flag(help: "Takes no header off: lines are records.") var lines = false
  @Flag(help: "Is killed once all chunks are worked on.") var killed = false
  @Flag(help: "Goes on where a killed one stopped, without its input.") var resume = false
  @Argument(parsing: .postTerminator) var command: [String]

  var parameters: [JSONValue.Member] { [.init("records", .integer(records))] }

  /// A chunk, and what is kept of it between two processes.
  private struct Piece: Sendable {
    var name: String
    var first: Int
    var records: Int
    var offset: Int
    var bytes: Int
    var header: Int

    var line: String { "\(name) \(first) \(records) \(offset) \(bytes) \(header)" }

    init(name: String, first: Int, records: Int, offset: Int, bytes: Int, header: Int) {
      (self.name, self.first, self.records) = (name, first, records)
      (self.offset, self.bytes, self.header) = (offset, bytes, header)
    }

    init?(line: Substring) {
      let words = line.split(separator: " ")
      let numbers = words.dropFirst().compactMap { Int($0) }
      guard words.count >= 6, numbers.count >= 5 else { return nil }
      self.init(
        name: String(words[0]), first: numbers[0], records: numbers[1], offset: numbers[2], bytes: numbers[3],
        header: numbers[4])
    }
  }

  func run(in stage: Stage) throws(Failure) {
    let pieces: [Piece]
    var digests: [SHA256Digest?] = []
    var total = 0
    if resume {
      let saved = try text("\(job)/chunks").split(separator: "\n")
      pieces = saved.dropLast().compactMap { Piece(line: $0) }
      digests = saved.dropLast().map { SHA256Digest(hex: $0.split(separator: " ").last ?? "") }
      let whole = saved.last?.split(separator: " ") ?? []
      total = Int(whole.first ?? "") ?? 0
      try stage.recorder.restoreInput(
        name: "standard input",
        content: StreamContent(
          digest: whole.last.flatMap { SHA256Digest(hex: $0) }, bytes: total,
          records: pieces.reduce(0) { $0 + $1.records }), from: "\(job)/input.record")
    } else {
      (pieces, digests, total) = try cut(stage)
    }
    for piece in pieces where !isThere("\(job)/results/\(piece.name)") { try work(on: piece, stage) }
    if killed { kill(getpid(), SIGKILL) }
    try merge(pieces, digests, stage)
  }

  // MARK: Cutting

  private func cut(_ stage: Stage) throws(Failure) -> ([Piece], [SHA256Digest?], Int) {
    for folder in ["", "/input", "/results"] { _ = unsafe mkdir(job + folder, 0o700) }
    let input = try stage.open("-", isHashedByReader: true)
    var options = ReadingOptions()
    options.format = lines ? .ndjson : nil
    let reader = try BlockReader(
      input, name: input.name, options: options, pool: BufferPool(capacity: BlockReader.blockBytes))
    let header = reader.table.preamble
    let front = ByteBuffer(capacity: max(1, header.count))
    front.append(header)
    input.hash(ByteSlice(front))
    let marks = Marks()
    var pieces: [Piece] = []
    var offset = header.count
    var first = 0
    while let block = try reader.next() {
      var rest = block.slice
      var left = block.recordCount
      while left > 0 {
        var scanner = RecordScanner(format: block.table.dialect.format, delimiter: block.table.dialect.delimiter)
        let step = unsafe scanner.scan(rest.bytes, isLast: true, maximumRecords: min(records, left))
        let slice = ByteSlice(rest.buffer, rest.range.lowerBound..<(rest.range.lowerBound + step.consumed))
        let name = String(100_000 + pieces.count).dropFirst()
        let piece = Piece(
          name: String(name), first: first, records: step.records, offset: offset, bytes: slice.count,
          header: header.count)
        try write([header, unsafe Array(slice.bytes)], to: "\(job)/input/\(name).csv")
        input.hash(slice)
        input.mark { marks.append($0) }
        pieces.append(piece)
        offset += slice.count
        first += step.records
        left -= step.records
        rest = ByteSlice(rest.buffer, slice.range.upperBound..<rest.range.upperBound)
      }
      input.hash(rest)
    }
    try input.finish(records: reader.records)
    try input.saveProducer(to: "\(job)/input.record")
    let digests = marks.all
    let saved =
      zip(pieces, digests).map { "\($0.line) \($1.hex)\n" }.joined()
      + "\(input.file.byteCount) \(input.digest?.hex ?? "")\n"
    try write([Array(saved.utf8)], to: "\(job)/chunks")
    return (pieces, digests, input.file.byteCount)
  }

  // MARK: Working

  private func work(on piece: Piece, _ stage: Stage) throws(Failure) {
    for (name, value) in stage.recorder.asParent.environment(for: piece.name) { unsafe setenv(name, value, 1) }
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    let (chunk, result) = ("\(job)/input/\(piece.name).csv", "\(job)/results/\(piece.name)")
    unsafe posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, chunk, O_RDONLY, 0)
    unsafe posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, result, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    var words: [UnsafeMutablePointer<CChar>?] = unsafe command.map { unsafe strdup($0) }
    defer { unsafe words.forEach { unsafe free($0) } }
    unsafe words.append(nil)
    var process = pid_t()
    guard unsafe posix_spawnp(&process, command[0], &actions, nil, words, environ) == 0 else {
      throw Failure(.serviceUnavailable, "cannot start", at: Place(file: command[0]))
    }
    var status: Int32 = 0
    unsafe waitpid(process, &status, 0)
    guard status == 0 else { throw Failure(.no, "chunk \(piece.name) failed") }
    _ = unsafe unlink(chunk)
  }

  // MARK: Merging

  private func merge(_ pieces: [Piece], _ digests: [SHA256Digest?], _ stage: Stage) throws(Failure) {
    let file = try stage.openOutput()
    let marks = Marks()
    var placed: [ChunkContext.Stretch] = []
    var rows = 0
    for (number, piece) in pieces.enumerated() {
      let result = try Array(text("\(job)/results/\(piece.name)").utf8)
      let header = piece.header == 0 ? 0 : (result.firstIndex(of: UInt8(ascii: "\n")) ?? -1) + 1
      let start = number == 0 ? 0 : header
      let bytes = ByteBuffer(capacity: max(1, result.count))
      bytes.append(Array(result[start...]))
      let offset = file.byteCount + (number == 0 ? header : 0)
      try file.write(ByteSlice(bytes))
      file.mark { mark in if let digest = mark.digest { marks.append(digest) } }
      let count = result[header...].count { $0 == UInt8(ascii: "\n") }
      rows += count
      placed.append(
        ChunkContext.Stretch(offset: offset, bytes: result.count - header, records: count, headerBytes: header))
    }
    let rowsIn = pieces.reduce(0) { $0 + $1.records }
    try stage.finish(file, rowsIn: rowsIn, rowsOut: rows) { () throws(Failure) in
      for (number, piece) in pieces.enumerated() {
        var output = placed[number]
        output.digestThrough = marks.all.indices.contains(number) ? marks.all[number] : nil
        let input = ChunkContext.Stretch(
          offset: piece.offset, bytes: piece.bytes,
          digestThrough: digests.indices.contains(number) ? digests[number] : nil, headerBytes: piece.header)
        try record(
          ChunkContext(
            chunk: piece.name, firstRecord: piece.first, records: piece.records, input: input, output: output),
          resultBytes: output.bytes + (output.headerBytes ?? 0), stage.recorder)
      }
    }
  }

  private func record(_ chunk: ChunkContext, resultBytes: Int, _ recorder: StageRecorder) throws(Failure) {
    try recorder.addChunk(
      chunk, source: command[0],
      attempts: [.init(status: "completed", waited: 0, details: [.init("worker", .integer(1))])])
    let sidecar = "\(job)/results/\(chunk.chunk).prov"
    let embedding = try recorder.addChild(sidecar: sidecar, item: chunk.chunk, resultBytes: resultBytes)
    if !embedding.needsSidecar { _ = unsafe unlink(sidecar) }
  }

  // MARK: Files

  private func text(_ path: String) throws(Failure) -> String {
    let source = try FileSource(path: path)
    var bytes: [UInt8] = []
    let buffer = ByteBuffer(capacity: 1 << 16)
    while try source.read(into: buffer) > 0 {
      unsafe bytes += Array(buffer.bytes)
      buffer.removeAll()
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private func write(_ parts: [[UInt8]], to path: String) throws(Failure) {
    let file = try AtomicFile(path: path, permissions: 0o600)
    for part in parts {
      let buffer = ByteBuffer(capacity: max(1, part.count))
      buffer.append(part)
      unsafe try file.write(buffer.bytes)
    }
    try file.commit()
  }
}
