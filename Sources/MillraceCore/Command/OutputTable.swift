/// An output for rows: what it looks like is settled, and its file is open. One thread writes.
public final class OutputTable {
  let schema: OutputSchema
  let file: OutputFile
  /// Written so far.
  private(set) var rows = 0
  private var hasBegun = false
  /// The last row of an input may have no line end; what comes next must not go on in its line.
  private var lastByte: UInt8?

  public init(schema: OutputSchema, file: OutputFile) {
    self.schema = schema
    self.file = file
  }

  /// Writes what stands in front of the rows, once. It waits for the first rows, so that an input that is bad from the start
  /// leaves no output at all.
  func begin() throws(Failure) {
    guard !hasBegun else { return }
    hasBegun = true
    if schema.dialect.hasHeader { lastByte = schema.preamble.last }
    try file.write(ByteSlice(ByteBuffer(schema.preamble)))
  }

  func append(_ processed: ProcessedBlock) throws(Failure) {
    try begin()
    if processed.output.count > 0, let lastByte, !schema.dialect.endsLine(lastByte) {
      try file.write(ByteSlice(ByteBuffer(schema.lineEnd)))
    }
    lastByte = unsafe processed.output.bytes.last ?? lastByte
    try file.write(ByteSlice(processed.output))
    rows += processed.rowsWritten
  }
}
