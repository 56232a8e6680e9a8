/// Cuts one input into blocks of whole records.
///
/// The first bytes tell the format; the header of CSV is taken off. Memory is bounded by a few blocks, whatever the
/// input's size, and by the longest record allowed.
///
/// Unchecked Sendable: one thread reads at a time.
public final class BlockReader: @unchecked Sendable {
  /// Bytes of a block: small enough for the second-level cache, large enough that a block's overhead does not count.
  public static let blockBytes = 512 << 10

  public let table: Table
  /// Records in the blocks given so far.
  public private(set) var records = 0
  /// The input so far ends with a line end (true for an empty one).
  public private(set) var endsWithLineEnd = true

  private let pool: BufferPool
  private let maximumRecordBytes: Int
  private var scanner: RecordScanner
  private var input: PendingInput
  /// End of what the scanner has seen, in the pending input's buffer.
  private var scanned = 0
  private var line = 1
  private var byteOffset = 0

  /// Reads up to the first record.
  ///
  /// - Parameters:
  ///   - name: The input as the user named it, for diagnostics.
  ///   - pool: Gives buffers of `blockBytes`.
  public init(_ source: any ByteSource, name: String, options: ReadingOptions, pool: BufferPool) throws(Failure) {
    var input = PendingInput(source: source, buffer: pool.take())
    while !input.isAtEnd && !input.isFull && input.buffer.count < Dialect.sniffedBytes { try input.read() }
    if unsafe input.bytes.starts(with: Table.byteOrderMark) { input.start = Table.byteOrderMark.count }
    let dialect = try unsafe Dialect.sniff(input.bytes, options: options, name: name)

    var scanner = RecordScanner(format: dialect.format, delimiter: dialect.delimiter)
    var columns: [FieldName] = []
    var firstRecord = input.start
    if dialect.format != .ndjson {
      var probe = scanner
      let end = try Self.firstRecordEnd(
        &input, scanner: &probe, name: name, maximumRecordBytes: options.maximumRecordBytes)
      let record = unsafe UnsafeRawBufferPointer(rebasing: input.buffer.bytes[input.start..<end])
      columns = unsafe CSVIndex.names(in: record, delimiter: dialect.delimiter)
      if dialect.hasHeader {
        firstRecord = end
        scanner = probe
      } else {
        columns = Table.numberedColumns(columns.count)
      }
    }
    table = Table(
      name: name, dialect: dialect, columns: columns, preamble: unsafe Array(input.buffer.bytes[..<firstRecord]))
    input.start = firstRecord
    self.input = input
    self.scanner = scanner
    self.pool = pool
    maximumRecordBytes = options.maximumRecordBytes
    scanned = firstRecord
    byteOffset = firstRecord
    line = scanner.lines + 1
    if let last = table.preamble.last, dialect.hasHeader { endsWithLineEnd = dialect.endsLine(last) }
  }

  /// The next records; nil at the end. The blocks hold every byte behind the preamble: blank lines behind the last record
  /// may come as a block without records.
  ///
  /// - Parameter recordsBefore: Records of earlier inputs.
  /// - Throws: `.badData` for a quote that is not closed and for a record longer than allowed.
  public func next(recordsBefore: Int = 0) throws(Failure) -> Block? {
    while true {
      while !input.isAtEnd && !input.isFull { try input.read() }
      if input.isAtEnd && input.start == input.buffer.count { return nil }
      let unscanned = unsafe UnsafeRawBufferPointer(rebasing: input.buffer.bytes[scanned...])
      let step = unsafe scanner.scan(unscanned, isLast: input.isAtEnd)
      let lastEnd = input.isAtEnd ? input.buffer.count : scanned + step.lastEnd
      scanned += step.consumed
      if input.isAtEnd && scanner.isInsideQuotes { throw unclosedQuote() }
      let recordCount = step.records + (input.isAtEnd && scanner.isInsideRecord ? 1 : 0)
      // At the end there may be blank lines behind the last record: whoever gives back the input needs them.
      if recordCount > 0 || input.isAtEnd {
        return takeBlock(upTo: lastEnd, recordCount: recordCount, recordsBefore: recordsBefore)
      }
      if !scanner.isInsideRecord && scanned > input.start {
        // Blank lines by the buffer are no record that is too long.
        return takeBlock(upTo: scanned, recordCount: 0, recordsBefore: recordsBefore)
      }
      guard input.buffer.count - input.start <= maximumRecordBytes else { throw recordTooLong() }
      input.grow(limit: maximumRecordBytes + Self.blockBytes)
    }
  }

  private func takeBlock(upTo end: Int, recordCount: Int, recordsBefore: Int) -> Block {
    let block = Block(
      table: table, slice: ByteSlice(input.buffer, input.start..<end), firstRecord: recordsBefore + records,
      firstLine: line, byteOffset: byteOffset, recordCount: recordCount)
    records += recordCount
    byteOffset += end - input.start
    let tail = unsafe UnsafeRawBufferPointer(rebasing: input.buffer.bytes[end..<scanned])
    line = unsafe scanner.lines + 1 - lineEndCount(tail)
    endsWithLineEnd = unsafe table.dialect.endsLine(input.buffer.bytes[end - 1])
    scanned -= end
    input.move(from: end, to: pool.take())
    return block
  }

  /// Neither a header nor a record stands in the input, at most blank lines. Ask before `next`.
  public var isEmpty: Bool { input.isAtEnd && input.start == input.buffer.count && table.columns.isEmpty }

  /// The first record's bytes as JSON or CSV text, for those who need its shape before the first block is read.
  public func copyOfFirstRecord() throws(Failure) -> [UInt8] {
    var probe = scanner
    let end = try Self.firstRecordEnd(
      &input, scanner: &probe, name: table.name, line: line, maximumRecordBytes: maximumRecordBytes)
    return unsafe Array(input.buffer.bytes[input.start..<end])
  }

  /// The offset behind the first record at or behind the pending input's start.
  private static func firstRecordEnd(
    _ input: inout PendingInput, scanner: inout RecordScanner, name: String, line: Int = 1, maximumRecordBytes: Int
  ) throws(Failure) -> Int {
    let start = scanner
    while true {
      scanner = start
      let step = unsafe scanner.scan(input.bytes, isLast: input.isAtEnd, maximumRecords: 1)
      if step.records == 1 { return input.start + step.consumed }
      if input.isAtEnd {
        guard !scanner.isInsideQuotes else { throw unclosedQuote(name, line: scanner.quoteLine) }
        return input.buffer.count
      }
      guard unsafe input.bytes.count <= maximumRecordBytes else {
        throw tooLong(name, line: line, insideQuotes: scanner.isInsideQuotes, maximum: maximumRecordBytes)
      }
      if input.isFull { input.grow(limit: maximumRecordBytes + blockBytes) }
      try input.read()
    }
  }

  // MARK: Failures

  private func unclosedQuote() -> Failure { Self.unclosedQuote(table.name, line: scanner.quoteLine) }

  private func recordTooLong() -> Failure {
    Self.tooLong(table.name, line: line, insideQuotes: scanner.isInsideQuotes, maximum: maximumRecordBytes)
  }

  private static func unclosedQuote(_ name: String, line: Int) -> Failure {
    Failure(
      .badData, "a quote is opened on this line and never closed", at: Place(file: name, line: line),
      advice: "write a quote within a quoted field twice: \"\"")
  }

  private static func tooLong(_ name: String, line: Int, insideQuotes: Bool, maximum: Int) -> Failure {
    Failure(
      .badData,
      "the record that starts here is longer than \(maximum) bytes"
        + (insideQuotes ? "; it ends within quotes, so a quote may not be closed" : ""),
      at: Place(file: name, line: line), advice: "--max-record-bytes allows longer ones")
  }
}

/// Lines that end in a piece of the input; a CR LF is one end.
func lineEndCount(_ bytes: UnsafeRawBufferPointer) -> Int {
  var count = 0
  var after: UInt8 = 0
  for index in bytes.indices {
    let byte = unsafe bytes[index]
    if byte == 0x0d || (byte == 0x0a && after != 0x0d) { count += 1 }
    after = byte
  }
  return count
}

/// A buffer with what has been read and not been given away.
private struct PendingInput {
  let source: any ByteSource
  var buffer: ByteBuffer
  var start = 0
  var isAtEnd = false

  init(source: any ByteSource, buffer: ByteBuffer) {
    self.source = source
    self.buffer = buffer
  }

  var isFull: Bool { buffer.count == buffer.capacity }
  var bytes: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(rebasing: buffer.bytes[start...]) }

  mutating func read() throws(Failure) {
    if try source.read(into: buffer) == 0 { isAtEnd = true }
  }

  /// Goes on in a buffer twice as large. What stands before `start` is kept too, so that offsets stay as they are.
  mutating func grow(limit: Int) {
    let larger = ByteBuffer(capacity: max(buffer.capacity + 1, min(2 * buffer.capacity, start + limit)))
    unsafe larger.append(buffer.bytes)
    buffer = larger
  }

  /// Goes on in `next` with what stands behind `offset`.
  mutating func move(from offset: Int, to next: ByteBuffer) {
    let tail = unsafe UnsafeRawBufferPointer(rebasing: buffer.bytes[offset...])
    // The tail may be large where a long record was read; there must be room to go on reading behind it.
    let destination = tail.count < next.capacity ? next : ByteBuffer(capacity: 2 * tail.count)
    unsafe destination.append(tail)
    buffer = destination
    start = 0
  }
}
