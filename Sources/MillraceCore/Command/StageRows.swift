extension Stage {
  /// Takes all rows of the inputs through a transform and writes them: the whole of most filters.
  ///
  /// ```swift
  /// try stage.transformRows(writing: format, adding: [FieldName("length")]) {
  ///   let text = ByteBuffer()
  ///   return { (record, rows) throws(Failure) in … try rows.write(record, adding: [value]) }
  /// }
  /// ```
  /// - Parameters:
  ///   - added: Fields that the transform adds to each row, in this order.
  ///   - makeTransform: Called once on each of the stage's workers.
  public func transformRows(
    writing format: FormatOptions, adding added: [FieldName] = [],
    makeTransform: @escaping @Sendable () throws(Failure) -> RowPipeline.Transform
  ) throws(Failure) {
    let tables = TableSequence(input.paths, options: input.reading, open: open)
    guard let first = try tables.first() else {
      // An empty input has an empty output.
      let file = try openOutput(compression: format.compress.compression)
      return try finish(file, rowsIn: 0, rowsOut: 0)
    }
    let schema = try OutputSchema(
      for: first.table, options: format.writing, adding: added, firstRecord: first.copyOfFirstRecord())
    let file = try openOutput(compression: format.compress.compression)
    let quarantine = try Quarantine(input.onError, isDryRun: isDryRun)
    let preamble = ByteBuffer(capacity: schema.preamble.count)
    preamble.append(schema.preamble)
    try file.write(ByteSlice(preamble))

    let pipeline = RowPipeline(
      jobs: jobs, schema: schema, ragged: input.ragged, dropsBadRows: input.onError != .fail)
    var rowsWritten = 0
    var dropped = 0
    let (recorder, diagnostics) = (recorder, diagnostics)
    try pipeline.run(nextBlock: { () throws(Failure) in try tables.next() }, makeTransform: makeTransform) {
      processed throws(Failure) in
      try file.write(ByteSlice(processed.output))
      rowsWritten += processed.rowsWritten
      try recorder.appendContexts(processed.context, count: processed.contextCount)
      for row in processed.dropped {
        dropped += 1
        quarantine?.take(row)
        if dropped <= 10 { diagnostics.warning("row left out: \(row.failure)") }
      }
      try quarantine?.write()
    }
    if dropped > 0 {
      diagnostics.warning("\(dropped) \(dropped == 1 ? "row" : "rows") left out")
      recorder.addDropped(dropped, reason: "bad row")
      answer = .no
    }
    try quarantine?.finish()
    try finish(file, rowsIn: tables.records, rowsOut: rowsWritten)
  }
}

/// The file that bad rows go to, each with its reason.
private final class Quarantine {
  private let file: OutputFile
  private var lines = ByteBuffer()

  init?(_ policy: ErrorPolicy, isDryRun: Bool) throws(Failure) {
    guard case .quarantine(let path) = policy else { return nil }
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
