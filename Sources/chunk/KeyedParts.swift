import Chunks
import MillraceCore

/// Deals records out to a fixed number of chunk files by the hash of their key: records with one key stand in one file,
/// in the input's order. All files are open at once.
struct KeyedParts: BlockConsumer {
  private let keys: RecordKeys
  private let folder: ChunkFolder
  private var parts: [Part]
  private let room: Int

  private struct Part {
    let file: OutputFile
    var buffer: ByteBuffer
    var records = 0
  }

  /// Bytes that wait for all files together before they are written.
  private static let waitingBytes = 16 << 20

  init(by keys: RecordKeys, parts count: Int, into folder: ChunkFolder) throws(Failure) {
    self.keys = keys
    self.folder = folder
    room = min(256 << 10, max(4 << 10, Self.waitingBytes / count))
    parts = []
    for index in 0..<count {
      // A thread for each digest would be too many: the digests are computed from the files when they are whole.
      let file = try folder.makeFile(index, hashesAlong: false)
      parts.append(Part(file: file, buffer: ByteBuffer(capacity: 0)))
    }
  }

  mutating func append(_ block: Block) throws(Failure) {
    keys.open(block)
    while let span = try keys.next() {
      let part = Int(keys.hash % UInt64(parts.count))
      let record = unsafe UnsafeRawBufferPointer(rebasing: block.slice.bytes[span])
      if parts[part].buffer.count + record.count > room { try flush(part) }
      unsafe parts[part].buffer.append(record)
      parts[part].records += 1
    }
  }

  mutating func finish() throws(Failure) {
    for part in parts.indices {
      try flush(part)
      try folder.finishFile(parts[part].file, firstRecord: nil, records: parts[part].records)
    }
  }

  private mutating func flush(_ part: Int) throws(Failure) {
    try parts[part].file.write(ByteSlice(parts[part].buffer))
    parts[part].buffer.removeAll()
  }
}
