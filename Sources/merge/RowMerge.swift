import MillraceCore

/// Merges the rows of parts that are spelled in different ways: by the columns' names, or into another format.
enum RowMerge {
  static func run(
    _ plan: MergePlan, input: InputOptions, format: FormatOptions, isVerified: Bool, _ stage: Stage
  ) throws(Failure) {
    guard let first = plan.first else { return }
    let pool = BufferPool(capacity: BlockReader.blockBytes)
    let reading = input.reading
    let sequence = try InputSequence(plan.inputs) { part throws(Failure) in
      try OpenPart(part, options: reading, isVerified: isVerified, pool: pool, stage)
    }
    let schema = try OutputSchema(
      for: first, options: format.writing, columns: first.dialect.format == .ndjson ? nil : plan.columns,
      firstRecord: sequence.firstRecord())
    let output = OutputTable(
      schema: schema, file: try stage.openOutput(compression: format.compress.compression))
    try stage.transformRows(of: sequence, into: output, ragged: reading.ragged, dropping: input.onError)
    try stage.finish(output, rowsIn: sequence.records)
  }
}

/// The blocks of the inputs, one after the other.
///
/// Unchecked Sendable: one thread at a time reads.
private final class InputSequence: BlockSource, @unchecked Sendable {
  private var rest: ArraySlice<MergePlan.Input>
  private let open: (MergePlan.Input) throws(Failure) -> OpenPart
  private var part: OpenPart?
  /// Records of the inputs that were read to their end.
  private(set) var records = 0

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
      if let block = try part.reader.next(recordsBefore: records) { return block }
      try part.finish()
      records += part.reader.records
      try openNext()
    }
    return nil
  }

  private func openNext() throws(Failure) {
    part = nil
    if let input = rest.popFirst() { part = try open(input) }
  }
}
