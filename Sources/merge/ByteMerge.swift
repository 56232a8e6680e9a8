import Chunks
import MillraceCore

/// Copies the bytes of uniform parts one behind the other, with the header of the first alone.
struct ByteMerge {
  private let stage: Stage
  private let options: ReadingOptions
  private let isVerified: Bool
  private let pool = BufferPool(capacity: 256 << 10)
  private var joiner: TableJoiner
  private var records = 0

  /// - Parameter isVerified: Every chunk was found to be as its manifest says.
  /// - Returns: The number of records.
  static func run(
    _ plan: MergePlan, options: ReadingOptions, isVerified: Bool, _ stage: Stage, into output: OutputFile
  ) throws(Failure) -> Int {
    guard let first = plan.first else { return 0 }
    let preamble = Array(first.preamble.prefix(plan.inputs[0].headerBytes))
    var merge = ByteMerge(
      stage: stage, options: options, isVerified: isVerified,
      joiner: try TableJoiner(dialect: first.dialect, preamble: preamble, into: output))
    for input in plan.inputs {
      merge.joiner.beginPart()
      if let chunk = input.part.chunk, input.part.version?.size == chunk.bytes {
        try merge.copyBytes(of: input, records: chunk.records)
      } else {
        try merge.copyRecords(of: input)
      }
    }
    return merge.records
  }

  /// A chunk as the manifest describes it: its records are known without a look at them.
  private mutating func copyBytes(of input: MergePlan.Input, records count: Int) throws(Failure) {
    let source = try input.part.open(in: stage, isVerified: isVerified)
    // A header that ends with a carriage return, with a blank line's line feed behind it, would be found one byte longer.
    var header = input.headerBytes
    while true {
      let buffer = pool.take()
      guard try source.read(into: buffer) > 0 else { break }
      let skipped = min(header, buffer.count)
      header -= skipped
      try joiner.append(ByteSlice(buffer, skipped..<buffer.count))
    }
    try source.finish(records: count)
    records += count
  }

  /// A file of which nothing is known: its records are counted, and a quote that is never closed is found.
  private mutating func copyRecords(of input: MergePlan.Input) throws(Failure) {
    let part = try OpenPart(
      input, options: options, isVerified: isVerified, pool: BufferPool(capacity: BlockReader.blockBytes), stage)
    while let block = try part.reader.next() { try joiner.append(block.slice) }
    try part.finish()
    records += part.reader.records
  }
}
