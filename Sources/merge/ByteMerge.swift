import MillraceCore

/// Copies the bytes of uniform parts one behind the other, with the header of the first alone.
struct ByteMerge {
  private let stage: Stage
  private let options: ReadingOptions
  private let isVerified: Bool
  private let output: OutputFile
  private let pool = BufferPool(capacity: 256 << 10)
  /// What ends a line, for a part whose last record has no line end while another follows.
  private let lineEnd: ByteSlice
  private let dialect: Dialect
  private var lastByte: UInt8?
  private var records = 0

  /// - Parameter isVerified: Every chunk was found to be as its manifest says.
  /// - Returns: The number of records.
  static func run(
    _ plan: MergePlan, options: ReadingOptions, isVerified: Bool, _ stage: Stage, into output: OutputFile
  ) throws(Failure) -> Int {
    guard let first = plan.first else { return 0 }
    let end = ByteBuffer()
    end.append(first.preamble.suffix(2) == [0x0d, 0x0a] ? "\r\n" : "\n")
    var merge = ByteMerge(
      stage: stage, options: options, isVerified: isVerified, output: output, lineEnd: ByteSlice(end),
      dialect: first.dialect)
    let preamble = ByteBuffer()
    preamble.append(Array(first.preamble.prefix(plan.inputs[0].headerBytes)))
    try merge.write(ByteSlice(preamble))
    // Without a header there is at most a byte order mark, behind which no line end belongs.
    if !first.dialect.hasHeader { merge.lastByte = nil }
    for input in plan.inputs {
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
    var isFirst = true
    while true {
      let buffer = pool.take()
      guard try source.read(into: buffer) > 0 else { break }
      let skipped = min(header, buffer.count)
      header -= skipped
      guard skipped < buffer.count else { continue }
      if isFirst { try endLine() }
      isFirst = false
      try write(ByteSlice(buffer, skipped..<buffer.count))
    }
    try source.finish(records: count)
    records += count
  }

  /// A file of which nothing is known: its records are counted, and a quote that is never closed is found.
  private mutating func copyRecords(of input: MergePlan.Input) throws(Failure) {
    let part = try OpenPart(
      input, options: options, isVerified: isVerified, pool: BufferPool(capacity: BlockReader.blockBytes), stage)
    var isFirst = true
    while let block = try part.reader.next() {
      if isFirst { try endLine() }
      isFirst = false
      try write(block.slice)
    }
    try part.finish()
    records += part.reader.records
  }

  private mutating func endLine() throws(Failure) {
    guard let lastByte, !dialect.endsLine(lastByte) else { return }
    try write(lineEnd)
  }

  private mutating func write(_ slice: ByteSlice) throws(Failure) {
    guard slice.count > 0 else { return }
    try output.write(slice)
    lastByte = unsafe slice.bytes[slice.count - 1]
  }
}
