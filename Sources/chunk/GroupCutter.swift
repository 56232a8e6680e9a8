import Chunks
import MillraceCore

/// Puts blocks into chunk files in the input's order, cutting only where the key changes: a chunk ends with the group
/// that fills it.
///
/// The keys of ended chunks are remembered by their hashes, 8 bytes each, so that one that comes back is noticed.
struct GroupCutter: BlockConsumer {
  private let isFull: (_ records: Int, _ bytes: Int) -> Bool
  private let keys: RecordKeys
  private var writer: ChunkWriter

  private var current: [UInt8]?
  /// Keys of the open chunk, and of the chunks before it.
  private var openKeys: [UInt64] = []
  private var endedKeys: Set<UInt64> = []

  /// - Parameter isFull: Whether a chunk with so many records and bytes ends at the next change of the key.
  init(
    by keys: RecordKeys, isFull: @escaping (_ records: Int, _ bytes: Int) -> Bool, into folder: ChunkFolder
  ) {
    self.keys = keys
    self.isFull = isFull
    writer = ChunkWriter(folder)
  }

  mutating func append(_ block: Block) throws(Failure) {
    keys.open(block)
    let start = block.slice.range.lowerBound
    var written = 0
    var records = 0
    while let span = try keys.next() {
      if try isNewGroup() {
        if current != nil, isFull(writer.records + records, writer.bytes + span.lowerBound - written) {
          try writer.write(ByteSlice(block.slice.buffer, start + written..<start + span.lowerBound), records: records)
          try writer.endChunk()
          (written, records) = (span.lowerBound, 0)
          endedKeys.formUnion(openKeys)
          openKeys.removeAll()
        }
        try beginGroup()
      }
      records += 1
    }
    try writer.write(ByteSlice(block.slice.buffer, start + written..<block.slice.range.upperBound), records: records)
  }

  mutating func finish() throws(Failure) { try writer.finish() }

  private func isNewGroup() throws(Failure) -> Bool {
    guard let current else { return true }
    return unsafe !keys.key.elementsEqual(current)
  }

  private mutating func beginGroup() throws(Failure) {
    current = unsafe Array(keys.key)
    let hash = keys.hash
    guard !endedKeys.contains(hash) else {
      throw unsafe Failure(
        .badData, "the key \"\(String(decoding: keys.key, as: UTF8.self))\" comes back after its chunk has ended",
        at: keys.place, advice: "sort the input by this field first, or use --parts, which needs no order")
    }
    openKeys.append(hash)
  }
}
