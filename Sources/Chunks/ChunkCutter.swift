import MillraceCore

/// Puts blocks of records into chunks in the input's order, cutting between records.
public struct ChunkCutter: BlockConsumer {
  /// Where a chunk ends.
  public enum Rule: Sendable {
    /// After so many records.
    case records(Int)
    /// Before the record that would make it larger, its header counted; a record that is larger alone has its own chunk.
    case bytes(Int)
    /// So many records in each chunk, in their order.
    case plan([Int])
  }

  /// A plan of `parts` chunks whose numbers of records differ by one at most.
  public static func balanced(records: Int, parts: Int) -> Rule {
    .plan((0..<parts).map { records * ($0 + 1) / parts - records * $0 / parts })
  }

  private let rule: Rule
  private var writer: ChunkWriter

  public init(_ rule: Rule, into destination: any ChunkDestination) {
    self.rule = rule
    writer = ChunkWriter(destination)
  }

  /// Adds a block, cutting it where a chunk ends.
  public mutating func append(_ block: Block) throws(Failure) {
    var rest = block.slice
    var left = block.recordCount
    while left > 0 {
      let piece = nextPiece(of: rest, records: left, dialect: block.table.dialect)
      let end = rest.range.lowerBound + piece.bytes
      try writer.write(ByteSlice(rest.buffer, rest.range.lowerBound..<end), records: piece.records)
      rest = ByteSlice(rest.buffer, end..<rest.range.upperBound)
      left -= piece.records
      if left > 0 { try writer.endChunk() }
    }
    // Blank lines behind the last record.
    try writer.write(rest, records: 0)
  }

  public mutating func finish() throws(Failure) {
    if case .plan(let plan) = rule {
      guard writer.recordsBefore + writer.records == plan.reduce(0, +) else {
        throw Failure(
          .badData, "the input changed while it was read", advice: "run chunk again when nobody writes to the input")
      }
      while writer.destination.count < plan.count { try writer.endChunk() }
    } else {
      try writer.finish()
    }
  }

  /// A run of whole records at the front of a slice.
  private struct Piece {
    var bytes: Int
    var records: Int
  }

  /// As much of `rest`, which holds `left` records, as the open chunk takes; nothing when it takes none.
  private func nextPiece(of rest: ByteSlice, records left: Int, dialect: Dialect) -> Piece {
    let room: Int
    switch rule {
    case .bytes(let limit): return nextPiece(of: rest, records: left, dialect: dialect, room: limit - writer.bytes)
    case .records(let limit): room = limit - writer.records
    case .plan(let plan):
      let index = writer.destination.count
      room = index < plan.count - 1 ? plan[index] - writer.records : .max
    }
    if left <= room { return Piece(bytes: rest.count, records: left) }
    return room == 0 ? Piece(bytes: 0, records: 0) : firstRecords(room, of: rest, dialect: dialect)
  }

  private func nextPiece(of rest: ByteSlice, records left: Int, dialect: Dialect, room: Int) -> Piece {
    if rest.count <= room { return Piece(bytes: rest.count, records: left) }
    if room > 0 {
      var scanner = RecordScanner(format: dialect.format, delimiter: dialect.delimiter)
      let step = unsafe scanner.scan(UnsafeRawBufferPointer(rebasing: rest.bytes.prefix(room)), isLast: false)
      if step.records > 0 { return Piece(bytes: step.lastEnd, records: step.records) }
    }
    if writer.records > 0 { return Piece(bytes: 0, records: 0) }
    return left == 1 ? Piece(bytes: rest.count, records: 1) : firstRecords(1, of: rest, dialect: dialect)
  }

  /// The first records of a slice that holds more.
  private func firstRecords(_ count: Int, of rest: ByteSlice, dialect: Dialect) -> Piece {
    var scanner = RecordScanner(format: dialect.format, delimiter: dialect.delimiter)
    let step = unsafe scanner.scan(rest.bytes, isLast: true, maximumRecords: count)
    return Piece(bytes: step.consumed, records: step.records)
  }
}
