import Chunks
import MillraceCore

/// Halves a chunk that is too large for the memory, between two records.
struct ChunkHalves {
  let folder: JobFolder
  let table: JobTable

  /// Writes the halves' files.
  ///
  /// - Returns: the halves; nil for a chunk of one record, or one that was halved too often.
  @discardableResult
  func make(_ cut: CutChunk) throws(Failure) -> (CutChunk, CutChunk)? {
    guard cut.records > 1, cut.identifier.halves.count < ChunkIdentifier.mostHalvings else { return nil }
    let path = folder.inputPath(cut.identifier)
    let reader = try BlockReader(
      try FileSource(path: path), name: path, options: ReadingOptions(ofJobs: table.dialect),
      pool: BufferPool(capacity: BlockReader.blockBytes))
    let halves = Halves(cut, header: reader.table.preamble, folder)
    var cutter = ChunkCutter(.plan([cut.records / 2, cut.records - cut.records / 2]), into: halves)
    while let block = try reader.next() { try cutter.append(block) }
    try cutter.finish()
    guard halves.cuts.count == 2 else {
      throw Failure(.internalError, "a chunk was not halved as planned", at: Place(file: path))
    }
    return (halves.cuts[0], halves.cuts[1])
  }
}

/// The two files that a chunk is written into.
private final class Halves: ChunkDestination {
  let header: ByteSlice
  private let whole: CutChunk
  private let folder: JobFolder
  private(set) var cuts: [CutChunk] = []

  init(_ whole: CutChunk, header: [UInt8], _ folder: JobFolder) {
    self.whole = whole
    self.folder = folder
    self.header = ByteSlice(ByteBuffer(header))
  }

  var count: Int { cuts.count }

  private var next: ChunkIdentifier { count == 0 ? whole.identifier.parts.0 : whole.identifier.parts.1 }

  func beginChunk() throws(Failure) -> OutputFile {
    let file = try OutputFile(path: folder.inputPath(next), permissions: 0o600)
    try file.write(header)
    return file
  }

  func endChunk(_ file: OutputFile, firstRecord: Int, records: Int) throws(Failure) {
    let bytes = try file.finish().byteCount
    let begin = cuts.last?.inputEnd ?? whole.inputEnd - (whole.bytes - header.count)
    cuts.append(
      CutChunk(
        identifier: next, firstRecord: whole.firstRecord + firstRecord, records: records, bytes: bytes,
        inputEnd: begin + bytes - header.count))
  }
}
