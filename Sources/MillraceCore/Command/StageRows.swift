extension Stage {
  /// Takes all rows of the inputs through a transform and writes them: the whole of most filters.
  ///
  /// ```swift
  /// try stage.transformRows(input, needing: [field], writing: format, adding: [FieldName("length")]) {
  ///   row, output throws(Failure) in
  ///   let length = try row.withText(of: field) { $0.count }
  ///   try output.write(row) { $0.append(number: length) }
  /// }
  /// ```
  /// With `--context rows` there is a context record for each row that was written.
  ///
  /// - Parameters:
  ///   - needed: Fields that are read: a table without such a column is refused before anything is written.
  ///   - added: Fields that the transform adds to each row, in this order.
  ///   - transform: Called for every row, on the stage's workers; what it does not write is left out.
  public func transformRows(
    _ input: InputOptions, needing needed: [FieldName] = [], writing format: FormatOptions,
    adding added: [FieldName] = [],
    _ transform: @escaping @Sendable (RecordCursor, RowWriter) throws(Failure) -> Void
  ) throws(Failure) {
    let tables = tables(input)
    if let first = try tables.firstTable() {
      for field in needed { try first.requireColumn(field) }
    }
    guard let output = try openOutput(for: tables, writing: format, adding: added) else { return }
    let (contexts, idField) = (contextsOfRows, input.idField.map { FieldName($0) })
    let names = added.map(\.description)
    try transformRows(of: tables, into: output, ragged: input.ragged, dropping: input.onError) {
      guard let contexts else { return transform }
      return { (row, output) throws(Failure) in
        let before = output.rowsWritten
        try transform(row, output)
        guard output.rowsWritten > before else { return }
        output.addContext { buffer in
          contexts.append(to: buffer, item: row.item(idField), source: row.table.name, fields: names)
        }
      }
    }
    try finish(output, rowsIn: tables.records)
  }

  /// The rows of the inputs, one input after the other.
  public func tables(_ input: InputOptions) -> TableSequence {
    expect(input.paths)
    let opener = opener
    return TableSequence(input.paths, options: input.reading) { path throws(Failure) in try opener(path) }
  }

  /// Opens the output for the rows of `tables`: what stands against writing them is told here, before a tool goes to work
  /// on what it adds.
  ///
  /// - Returns: nil when all inputs are empty: so is the output, which is finished then.
  public func openOutput(
    for tables: TableSequence, writing format: FormatOptions, adding added: [FieldName] = []
  ) throws(Failure) -> OutputTable? {
    guard let first = try tables.first() else {
      try finish(try openOutput(compression: format.compress.compression), rowsIn: 0, rowsOut: 0)
      return nil
    }
    let schema = try OutputSchema(
      for: first.table, options: format.writing, adding: added, firstRecord: first.copyOfFirstRecord())
    return OutputTable(schema: schema, file: try openOutput(compression: format.compress.compression))
  }

  /// Takes the rows of blocks from anywhere through a transform. The output is written but not finished.
  ///
  /// - Parameter makeTransform: Called once on each of the stage's workers. By default rows are written as they are.
  public func transformRows(
    of source: some BlockSource, into output: OutputTable, ragged: RaggedRows = .fail,
    dropping policy: ErrorPolicy = .fail,
    makeTransform: @escaping @Sendable () throws(Failure) -> RowPipeline.Transform = {
      { (row, output) throws(Failure) in try output.write(row) }
    }
  ) throws(Failure) {
    let quarantine = try Quarantine(policy, output: outputPath, isDryRun: isDryRun)
    let pipeline = RowPipeline(jobs: jobs, schema: output.schema, ragged: ragged, dropsBadRows: policy != .fail)
    var dropped = 0
    try pipeline.run(source, makeTransform: makeTransform) { rows throws(Failure) in
      try output.append(rows)
      try recorder.appendContexts(rows.context, count: rows.contextCount)
      for row in rows.dropped {
        dropped += 1
        quarantine?.take(row)
        if dropped <= 10 { diagnostics.warning("row left out: \(row.failure)") }
      }
      try quarantine?.write()
    }
    try output.begin()
    if dropped > 0 {
      diagnostics.warning("\(counted(dropped, "row")) left out")
      recorder.addDropped(dropped, reason: "bad row")
      exitStatus = .no
    }
    try quarantine?.finish()
  }

  /// Gives an output of rows its name, and then its sidecar.
  public func finish(_ output: OutputTable, rowsIn: Int) throws(Failure) {
    try finish(output.file, rowsIn: rowsIn, rowsOut: output.rows)
  }
}
