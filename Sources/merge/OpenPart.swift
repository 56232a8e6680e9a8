import MillraceCore

/// A part that is being read to its end, as an input of the stage.
///
/// Unchecked Sendable: one thread at a time reads.
final class OpenPart: @unchecked Sendable {
  let reader: BlockReader
  private let recorded: RecordedInput?

  init(
    _ input: MergePlan.Input, options: ReadingOptions, isVerified: Bool, pool: BufferPool, _ stage: Stage
  ) throws(Failure) {
    if let reader = input.reader {
      self.reader = reader
      recorded = input.part.opened?.recorded
    } else {
      let recorded = try input.part.open(in: stage, isVerified: isVerified)
      reader = try BlockReader(recorded, name: recorded.name, options: options, pool: pool)
      self.recorded = recorded
    }
  }

  func finish() throws(Failure) { try recorded?.finish(records: reader.records) }
}
