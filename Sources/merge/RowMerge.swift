import MillraceCore

/// Merges the rows of parts that are spelled in different ways: by the columns' names, or into another format.
enum RowMerge {
  /// - Returns: The number of rows.
  static func run(
    _ plan: MergePlan, writing: WritingOptions, reading: ReadingOptions, isVerified: Bool, _ stage: Stage,
    into output: OutputFile
  ) throws(Failure) -> Int {
    guard let first = plan.inputs.first else { return 0 }
    let pool = BufferPool(capacity: BlockReader.blockBytes)
    let sequence = try InputSequence(plan.inputs) { input throws(Failure) in
      try OpenPart(input, options: reading, isVerified: isVerified, pool: pool, stage)
    }
    let schema = try OutputSchema(
      for: first.table, options: writing, columns: first.table.dialect.format == .ndjson ? nil : plan.columns,
      firstRecord: sequence.firstRecord())
    let preamble = ByteBuffer()
    preamble.append(schema.preamble)
    try output.write(ByteSlice(preamble))
    let pipeline = RowPipeline(jobs: stage.jobs, schema: schema, ragged: reading.ragged, dropsBadRows: false)
    var rows = 0
    try pipeline.run(
      nextBlock: { () throws(Failure) in try sequence.next() },
      makeTransform: { () throws(Failure) in { (record, rows) throws(Failure) in try rows.write(record) } }
    ) { processed throws(Failure) in
      try output.write(ByteSlice(processed.output))
      rows += processed.rowsWritten
    }
    return rows
  }
}

/// The blocks of the inputs, one after the other.
///
/// Unchecked Sendable: one thread at a time reads.
private final class InputSequence: @unchecked Sendable {
  private var rest: ArraySlice<MergePlan.Input>
  private let open: (MergePlan.Input) throws(Failure) -> OpenPart
  private var part: OpenPart?
  private var records = 0
  private var needsLineEnd = false

  init(
    _ inputs: [MergePlan.Input], open: @escaping (MergePlan.Input) throws(Failure) -> OpenPart
  ) throws(Failure) {
    rest = inputs[...]
    self.open = open
    try openNext()
  }

  /// The first record's bytes, of which an output as CSV takes its columns when the input is NDJSON.
  func firstRecord() throws(Failure) -> [UInt8] { try part?.reader.copyOfFirstRecord() ?? [] }

  func next() throws(Failure) -> Block? {
    while let part {
      if let block = try part.reader.next(recordsBefore: records, needsLineEndBefore: needsLineEnd) {
        needsLineEnd = false
        return block
      }
      try part.finish()
      records += part.reader.records
      if !part.reader.endsWithLineEnd { needsLineEnd = true }
      try openNext()
    }
    return nil
  }

  private func openNext() throws(Failure) {
    part = nil
    if let input = rest.popFirst() { part = try open(input) }
  }
}
