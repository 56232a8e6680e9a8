import CRecordIndex

@testable import MillraceCore

/// Where records end, and how the input ends.
struct RecordEnds: Equatable {
  var ends: [Int] = []
  var isInsideRecord = false
  var isInsideQuotes = false
  var quoteLine = 0
  var lines = 0

  /// Record by record, with `piece` more bytes in sight whenever those seen hold no end.
  init(of content: [UInt8], dialect: Dialect, piece: Int) {
    let buffer = content.buffer
    var scanner = RecordScanner(format: dialect.format, delimiter: dialect.delimiter)
    var start = 0
    var seen = min(piece, content.count)
    while true {
      let step = unsafe scanner.scan(
        UnsafeRawBufferPointer(rebasing: buffer.bytes[start..<seen]), isLast: seen == content.count, maximumRecords: 1)
      if step.records == 1 { ends.append(start + step.lastEnd) }
      start += step.consumed
      if step.records == 1 { continue }
      if seen == content.count { break }
      seen = min(seen + piece, content.count)
    }
    isInsideRecord = scanner.isInsideRecord
    isInsideQuotes = scanner.isInsideQuotes
    if isInsideQuotes { quoteLine = scanner.quoteLine }
    lines = scanner.lines
  }

  /// Records that the input has, with the one that its end cuts.
  var count: Int { ends.count + (isInsideRecord ? 1 : 0) }
}

/// Checks that both paths of the scanner, in pieces and in one, find the same ends; returns them.
func checkedRecordEnds(of content: [UInt8], dialect: Dialect, piece: Int) -> RecordEnds {
  let whole = RecordEnds(of: content, dialect: dialect, piece: content.count)
  let inPieces = RecordEnds(of: content, dialect: dialect, piece: piece)
  require(inPieces == whole, "pieces change the record ends: \(whole), in pieces \(inPieces)")
  millrace_use_portable_path(true)
  require(RecordEnds(of: content, dialect: dialect, piece: piece) == whole, "the portable path differs")
  millrace_use_portable_path(false)
  let buffer = content.buffer
  var scanner = RecordScanner(format: dialect.format, delimiter: dialect.delimiter)
  let step = unsafe scanner.scan(buffer.bytes, isLast: true)
  require(step.records == whole.ends.count && step.lastEnd == whole.ends.last ?? 0, "counting changes the ends")
  return whole
}

/// A table's blocks, read as a tool reads them.
struct TableBlocks {
  let table: Table
  var blocks: [Block] = []
  /// What ended the reading, if not the input's end.
  var failure: Failure?
  var records: Int { blocks.reduce(0) { $0 + $1.recordCount } }

  private static let pool = BufferPool(capacity: BlockReader.blockBytes)

  init?(_ content: [UInt8], options: ReadingOptions, piece: Int) {
    do throws(Failure) {
      let reader = try BlockReader(
        PieceSource(content, piece: piece), name: "fuzz", options: options, pool: Self.pool)
      table = reader.table
      do throws(Failure) {
        while let block = try reader.next() { blocks.append(block) }
      } catch {
        failure = error
      }
    } catch {
      return nil
    }
  }

  /// Calls `body` for each sound record; returns how many were bad.
  func forEachRecord(
    ragged: RaggedRows = .trim, requiresUTF8: Bool = false, _ body: (RecordCursor) throws(Failure) -> Void
  ) -> Int {
    let cursor = RecordCursor()
    cursor.ragged = ragged
    cursor.requiresUTF8 = requiresUTF8
    var bad = 0
    for block in blocks {
      cursor.open(block)
      while true {
        do throws(Failure) {
          guard try cursor.next() else { break }
          try body(cursor)
        } catch {
          require(error.status == .badData, "\(error)")
          bad += 1
        }
      }
      require(cursor.recordNumber + 1 == block.firstRecord + block.recordCount, "the cursor loses records")
    }
    return bad
  }

  /// The sound records in the output's format, behind what comes first there.
  func formatted(_ options: WritingOptions, ragged: RaggedRows = .trim) -> (bytes: [UInt8], bad: Int)? {
    var first: [UInt8] = []
    if let block = blocks.first {
      let cursor = RecordCursor()
      cursor.ragged = .trim
      cursor.open(block)
      guard (try? cursor.next()) == true else { return nil }
      first = unsafe Array(cursor.record)
    }
    guard let schema = try? OutputSchema(for: table, options: options, firstRecord: first) else { return nil }
    let formatter = RecordFormatter(schema)
    let output = schema.preamble.buffer
    let bad = forEachRecord(ragged: ragged, requiresUTF8: schema.dialect.format == .ndjson) {
      (cursor) throws(Failure) in
      let before = output.count
      do throws(Failure) {
        try formatter.append(cursor, to: output)
      } catch {
        output.count = before
        throw error
      }
    }
    return (unsafe Array(output.bytes), bad)
  }
}
