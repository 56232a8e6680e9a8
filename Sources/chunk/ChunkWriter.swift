import MillraceCore

/// Writes chunk files one behind the other.
struct ChunkWriter {
  let folder: ChunkFolder
  private var open: OutputFile?
  /// Records in the open chunk.
  private(set) var records = 0
  /// Bytes in the open chunk before compression, its header counted.
  private(set) var bytes: Int
  /// Records in the chunks that have ended.
  private(set) var recordsBefore = 0

  init(_ folder: ChunkFolder) {
    self.folder = folder
    bytes = folder.header.count
  }

  /// Adds bytes to the open chunk, opening one if there is none.
  mutating func write(_ slice: ByteSlice, records count: Int) throws(Failure) {
    guard slice.count > 0 else { return }
    try openFile().write(slice)
    records += count
    bytes += slice.count
  }

  /// Ends the open chunk; makes one with the header alone if there is none.
  mutating func endChunk() throws(Failure) {
    try folder.finishFile(openFile(), firstRecord: recordsBefore, records: records)
    open = nil
    recordsBefore += records
    records = 0
    bytes = folder.header.count
  }

  /// Ends the last chunk. A table without records makes one chunk when it has a header, and none otherwise.
  mutating func finish() throws(Failure) {
    if open != nil || (folder.count == 0 && folder.header.count > 0) { try endChunk() }
  }

  private mutating func openFile() throws(Failure) -> OutputFile {
    if let open { return open }
    let file = try folder.makeFile(folder.count, hashesAlong: true)
    open = file
    return file
  }
}
