import MillraceCore

/// The one input of chunk, read to its end on a thread of its own; once before that where its records must be counted
/// first.
struct ChunkInput {
  /// What the manifest's closing line says of the input as a whole.
  struct Content {
    var bytes: Int
    var digest: SHA256Digest?
    var hasByteOrderMark: Bool
    var hasFinalLineEnd: Bool
  }

  let reader: BlockReader
  /// Counted in advance, else 0.
  let records: Int
  /// Nil when the input was read to its end already, into a spool.
  private let recorded: RecordedInput?

  /// - Parameter folder: Where a pipe whose records must be counted is kept; nil in a dry run, for where temporary files go.
  init(
    _ input: InputOptions, countsRecords: Bool, spoolingIn folder: OutputFolder?, _ stage: Stage
  ) throws(Failure) {
    let path = input.paths.first ?? "-"
    guard countsRecords else {
      let recorded = try stage.open(path)
      self.recorded = recorded
      records = 0
      reader = try Self.makeReader(recorded, name: recorded.name, input.reading)
      return
    }
    let source = try FileSource(path: path)
    if source.isRegular {
      records = try Self.count(DecompressedSource(source, name: source.name), name: source.name, input.reading)
      try source.rewind()
      let recorded = try stage.open(path)
      self.recorded = recorded
      reader = try Self.makeReader(recorded, name: recorded.name, input.reading)
    } else {
      let pipe = try stage.open(path)
      let spool = try Self.spool(pipe, in: folder?.path ?? temporaryFolder())
      try pipe.finish()
      recorded = nil
      records = try Self.count(spool, name: pipe.name, input.reading)
      try spool.rewind()
      reader = try Self.makeReader(spool, name: pipe.name, input.reading)
    }
  }

  /// Hands over the blocks in order.
  ///
  /// - Returns: What there is to say of the whole.
  func forEachBlock(
    computesDigest: Bool, _ body: (Block) throws(Failure) -> Void
  ) throws(Failure) -> Content {
    let isHashedAnyway = recorded?.hashesContent ?? false
    let hashing = computesDigest && !isHashedAnyway ? DigestThread() : nil
    let preamble = ByteBuffer(reader.table.preamble)
    hashing?.update(ByteSlice(preamble))
    var bytes = preamble.count
    let blocks = BoundedQueue<Block>(capacity: 4)
    let reading = try Worker("read") { [reader] () throws(Failure) in
      defer { blocks.close() }
      while let block = try reader.next() {
        guard blocks.put(block) else { return }
      }
    }
    do throws(Failure) {
      while let block = blocks.take() {
        hashing?.update(block.slice)
        bytes += block.slice.count
        try body(block)
      }
      try reading.join()
    } catch {
      // The reader may sit in a read that never returns: nobody waits for it.
      blocks.abandon()
      throw error
    }
    try recorded?.finish(records: reader.records)
    return Content(
      bytes: bytes, digest: computesDigest ? (isHashedAnyway ? recorded?.digest : try hashing?.finish()) : nil,
      hasByteOrderMark: reader.table.preamble.starts(with: Table.byteOrderMark),
      hasFinalLineEnd: reader.endsWithLineEnd)
  }

  private static func makeReader(
    _ source: any ByteSource, name: String, _ options: ReadingOptions
  ) throws(Failure) -> BlockReader {
    try BlockReader(source, name: name, options: options, pool: BufferPool(capacity: BlockReader.blockBytes))
  }

  private static func count(_ source: any ByteSource, name: String, _ options: ReadingOptions) throws(Failure) -> Int {
    let reader = try makeReader(source, name: name, options)
    while try reader.next() != nil {}
    return reader.records
  }

  /// Keeps a pipe's bytes in a file without a name, so that they can be read twice.
  private static func spool(_ pipe: RecordedInput, in folder: String) throws(Failure) -> FileSource {
    let file = try AtomicFile(path: "\(folder)/chunks.input", permissions: 0o600)
    try pipe.forEachPiece { piece throws(Failure) in try unsafe file.write(piece.bytes) }
    return try FileSource(path: "/dev/fd/\(file.descriptor)", name: pipe.name)
  }
}
