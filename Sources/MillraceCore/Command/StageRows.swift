extension Stage {
  /// Takes all rows of the inputs through a transform and writes them: the whole of most filters.
  ///
  /// ```swift
  /// try stage.transformRows(input, writing: format, adding: [FieldName("length")]) {
  ///   let text = ByteBuffer()
  ///   return { (record, rows) throws(Failure) in … try rows.write(record, adding: [value]) }
  /// }
  /// ```
  /// - Parameters:
  ///   - added: Fields that the transform adds to each row, in this order.
  ///   - makeTransform: Called once on each of the stage's workers.
  public func transformRows(
    _ input: InputOptions, writing format: FormatOptions, adding added: [FieldName] = [],
    makeTransform: @escaping @Sendable () throws(Failure) -> RowPipeline.Transform
  ) throws(Failure) {
    let opener = opener
    let tables = TableSequence(input.paths, options: input.reading) { path throws(Failure) in try opener(path) }
    let output = try openOutput(
      for: tables, writing: format.writing, compression: format.compress.compression, adding: added)
    guard let output else { return }
    try transformRows(of: tables, into: output, dropping: input.onError, makeTransform: makeTransform)
  }

  /// Opens the output for the rows of `tables`: what stands against writing them is told here, before a tool goes to work
  /// on what it adds.
  ///
  /// - Returns: nil when all inputs are empty: so is the output, which is finished then.
  public func openOutput(
    for tables: TableSequence, writing: WritingOptions, compression: Compression?, adding added: [FieldName] = []
  ) throws(Failure) -> OutputTable? {
    guard let first = try tables.first() else {
      try finish(try openOutput(compression: compression), rowsIn: 0, rowsOut: 0)
      return nil
    }
    let schema = try OutputSchema(
      for: first.table, options: writing, adding: added, firstRecord: first.copyOfFirstRecord())
    return OutputTable(schema: schema, file: try openOutput(compression: compression))
  }

  /// Takes all rows of `tables` through a transform, and finishes the output.
  public func transformRows(
    of tables: TableSequence, into output: OutputTable, dropping policy: ErrorPolicy,
    makeTransform: @escaping @Sendable () throws(Failure) -> RowPipeline.Transform
  ) throws(Failure) {
    let rows = try transformRows(
      of: { () throws(Failure) in try tables.next() }, into: output, ragged: tables.options.ragged, dropping: policy,
      makeTransform: makeTransform)
    try finish(output.file, rowsIn: tables.records, rowsOut: rows)
  }

  /// Takes the rows of blocks from anywhere through a transform. The output is written but not finished.
  ///
  /// - Returns: Rows written.
  public func transformRows(
    of nextBlock: @escaping @Sendable () throws(Failure) -> Block?, into output: OutputTable,
    ragged: RaggedRows = .fail, dropping policy: ErrorPolicy = .fail,
    makeTransform: @escaping @Sendable () throws(Failure) -> RowPipeline.Transform
  ) throws(Failure) -> Int {
    let (schema, file) = (output.schema, output.file)
    let quarantine = try Quarantine(policy, output: outputPath, isDryRun: isDryRun)
    // What stands before the next row must end its line: the last row of an input may have no line end.
    var lastByte = schema.dialect.hasHeader ? schema.preamble.last : nil
    let lineEnd = ByteBuffer(capacity: 2)
    lineEnd.append(schema.lineEnd)
    // The header waits for the first rows, so that an input that is bad from the start leaves no output at all.
    var preamble: ByteBuffer? = ByteBuffer(capacity: schema.preamble.count)
    preamble?.append(schema.preamble)
    func writePreamble() throws(Failure) {
      guard let bytes = preamble else { return }
      try file.write(ByteSlice(bytes))
      preamble = nil
    }

    let pipeline = RowPipeline(jobs: jobs, schema: schema, ragged: ragged, dropsBadRows: policy != .fail)
    var rows = 0
    var dropped = 0
    let (recorder, diagnostics) = (recorder, diagnostics)
    try pipeline.run(nextBlock: nextBlock, makeTransform: makeTransform) { processed throws(Failure) in
      try writePreamble()
      if processed.output.count > 0, let lastByte, !schema.dialect.endsLine(lastByte) {
        try file.write(ByteSlice(lineEnd))
      }
      lastByte = unsafe processed.output.bytes.last ?? lastByte
      try file.write(ByteSlice(processed.output))
      rows += processed.rowsWritten
      try recorder.appendContexts(processed.context, count: processed.contextCount)
      for row in processed.dropped {
        dropped += 1
        quarantine?.take(row)
        if dropped <= 10 { diagnostics.warning("row left out: \(row.failure)") }
      }
      try quarantine?.write()
    }
    try writePreamble()
    if dropped > 0 {
      diagnostics.warning("\(dropped) \(dropped == 1 ? "row" : "rows") left out")
      recorder.addDropped(dropped, reason: "bad row")
      answer = .no
    }
    try quarantine?.finish()
    return rows
  }
}

/// An output for rows: what it looks like is settled, and its file is open.
public struct OutputTable {
  public let schema: OutputSchema
  public let file: OutputFile

  public init(schema: OutputSchema, file: OutputFile) {
    self.schema = schema
    self.file = file
  }
}

/// The file that bad rows go to, each with its reason.
private final class Quarantine {
  private let file: OutputFile
  private var lines = ByteBuffer()

  init?(_ policy: ErrorPolicy, output: String?, isDryRun: Bool) throws(Failure) {
    guard case .quarantine(let path) = policy else { return nil }
    guard path != "-", path != output else {
      throw Failure(
        .usage, "bad rows cannot go where the good ones go", advice: "--on-error quarantine=FILE names another file")
    }
    file = try OutputFile(path: isDryRun ? "/dev/null" : path)
  }

  /// `{"file":…,"line":…,"reason":…,"record":…}`; a record that is not UTF-8 has its bad bytes replaced.
  func take(_ row: DroppedRow) {
    var members: [JSONValue.Member] = []
    if let place = row.failure.place {
      members.append(.init("file", .string(place.file)))
      if let line = place.line { members.append(.init("line", .integer(line))) }
      if let field = place.field { members.append(.init("field", .string(field))) }
    }
    members.append(.init("reason", .string(row.failure.message)))
    members.append(.init("record", .string(String(decoding: row.bytes, as: UTF8.self))))
    JSONValue.object(members).write(to: lines)
    lines.append("\n")
  }

  func write() throws(Failure) {
    guard lines.count > 0 else { return }
    try file.write(ByteSlice(lines))
    lines = ByteBuffer()
  }

  func finish() throws(Failure) { _ = try file.finish() }
}
