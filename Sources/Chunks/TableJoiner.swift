import MillraceCore

/// Writes the parts of a table one behind the other, with a line end between two where the first one lacks it.
public struct TableJoiner {
  private let output: OutputFile
  private let dialect: Dialect
  private let lineEnd: ByteSlice
  private var lastByte: UInt8?
  private var isAtStartOfPart = false

  /// - Parameter preamble: What stands in front of the first record: byte order mark, header and its line end.
  /// - Throws: as `OutputFile.write` does.
  public init(dialect: Dialect, preamble: [UInt8], into output: OutputFile) throws(Failure) {
    self.output = output
    self.dialect = dialect
    lineEnd = ByteSlice(ByteBuffer(Table.lineEnd(behind: preamble)))
    try append(ByteSlice(ByteBuffer(preamble)))
    // Without a header there is at most a byte order mark, behind which no line end belongs.
    if !dialect.hasHeader { lastByte = nil }
  }

  /// What comes now begins with a record.
  public mutating func beginPart() { isAtStartOfPart = true }

  /// Appends a part that is a file without a header.
  ///
  /// - Throws: also when the file cannot be read.
  public mutating func append(contentsOf part: FileSource) throws(Failure) {
    guard let last = try part.lastByte() else { return }
    beginPart()
    try endLine()
    try output.write(contentsOf: part)
    lastByte = last
  }

  public mutating func append(_ slice: ByteSlice) throws(Failure) {
    guard slice.count > 0 else { return }
    try endLine()
    try output.write(slice)
    lastByte = unsafe slice.bytes[slice.count - 1]
  }

  private mutating func endLine() throws(Failure) {
    if isAtStartOfPart, let lastByte, !dialect.endsLine(lastByte) { try output.write(lineEnd) }
    isAtStartOfPart = false
  }
}
