import Chunks
import MillraceCore

/// Puts results together in the order of their chunks.
struct ResultJoiner {
  private let form: ResultForm
  private let input: Dialect
  /// Of the input.
  private let columns: [FieldName]
  private let output: OutputFile
  /// Nil until the first result that is not empty.
  private var joiner: TableJoiner?
  /// Of results that are tables with a header: what the first one begins with.
  private var first: (name: String, table: Table)?
  private var dialect: Dialect?
  private var onlyLine: OnlyLine?
  /// What stands in front of the records of the first result, and of the output.
  private var preamble: [UInt8] = []
  private let pool = BufferPool(capacity: BlockReader.blockBytes)
  private(set) var rows = 0

  /// - Parameters:
  ///   - input: Of the chunks.
  ///   - columns: Of the chunks, where they have a header.
  init(_ form: ResultForm, input: Dialect, columns: [FieldName], into output: OutputFile) {
    self.form = form
    self.input = input
    self.columns = columns
    self.output = output
  }

  /// What became of a result.
  struct Appended {
    var rows = 0
    /// In front of its records: a byte order mark, a header. They stand in the output once.
    var headerBytes = 0
    /// Whether those are the output's, so that the result can be told from it.
    var repeatsHeader = true
  }

  /// Appends a result.
  ///
  /// - Parameter name: What diagnostics call it.
  /// - Throws: `.badData` for a table whose header is not the first one's, and for a result that leaves open whether the first
  ///   one was a header.
  mutating func append(_ path: String, name: String) throws(Failure) -> Appended {
    let source = try FileSource(path: path, name: name)
    guard let size = source.size, size > 0 else { return Appended() }
    if form == .bytes {
      try output.write(contentsOf: source)
      return Appended()
    }
    let dialect: Dialect
    if let known = self.dialect {
      dialect = known
      try onlyLine?.check(source)
    } else {
      dialect = try self.dialect(of: path, name: name)
    }
    self.dialect = dialect
    if !dialect.hasHeader, !output.isHashed, try !source.beginsWithMark() {
      // Nobody wants to know how many records there are.
      if joiner == nil { joiner = try TableJoiner(dialect: dialect, preamble: [], into: output) }
      try joiner?.append(contentsOf: source)
      return Appended()
    }
    let reader = try BlockReader(source, name: name, options: ReadingOptions(ofJobs: dialect), pool: pool)
    if dialect.hasHeader {
      guard reader.table.columns == first?.table.columns ?? reader.table.columns else {
        throw Failure(
          .badData, "its header is not that of \(first?.name ?? name)", at: Place(file: name, line: 1),
          advice: "--result lines takes results without looking for headers")
      }
      if first == nil { first = (name, reader.table) }
    }
    // Without a header it is a byte order mark, or nothing.
    if joiner == nil {
      preamble = reader.table.preamble
      joiner = try TableJoiner(dialect: dialect, preamble: preamble, into: output)
    }
    joiner?.beginPart()
    while let block = try reader.next() { try joiner?.append(block.slice) }
    rows += reader.records
    return Appended(
      rows: reader.records, headerBytes: reader.table.preamble.count, repeatsHeader: reader.table.preamble == preamble)
  }

  /// What the results are, from the first that is not empty.
  private mutating func dialect(of path: String, name: String) throws(Failure) -> Dialect {
    if let told = form.dialect(ofResultsOf: input) { return told }
    let lines = Dialect(format: .ndjson)
    let table: Table
    let hasRecords: Bool
    do throws(Failure) {
      let reader = try BlockReader(
        try FileSource(path: path), name: name, options: ReadingOptions(ofResultsOf: input), pool: pool)
      table = reader.table
      hasRecords = try (reader.next()?.recordCount ?? 0) > 0
    } catch {
      guard error.status == .badData else { throw error }
      return lines
    }
    guard table.dialect.format != .ndjson else { return lines }
    guard input.hasHeader else { return table.dialect }
    // `wc -l` prints numbers: they are no header. Nor is one line that has nothing of the input's header: `echo done`.
    guard table.columns.allSatisfy({ Double($0.description) == nil && !$0.bytes.isEmpty }) else { return lines }
    if hasRecords || !Set(table.columns).isDisjoint(with: columns) { return table.dialect }
    onlyLine = OnlyLine(table)
    return lines
  }
}

/// A first result that is one line and was taken for text, though it may be the header of a table that has no record there.
private struct OnlyLine {
  /// Of its result.
  private let name: String
  /// What it would be the header of.
  private let format: RecordFormat
  /// Without a byte order mark and the line end.
  private let bytes: ArraySlice<UInt8>
  private let hasSeveralFields: Bool

  init(_ table: Table) {
    name = table.name
    format = table.dialect.format
    hasSeveralFields = table.columns.count > 1
    bytes = Self.trimmed(table.preamble[...])
  }

  /// Bytes behind the line by which it is seen that something follows it, blank lines passed over.
  private static let mostBehind = 64

  /// Looks at how a later result begins. The same word from each of them, `done`, is text; the same line of several fields
  /// may be either, and in front of other lines it may be a header.
  ///
  /// - Throws: `.badData` when nobody can tell.
  func check(_ result: FileSource) throws(Failure) {
    let head = Self.unmarked(
      try result.beginning(Table.byteOrderMark.count + bytes.count + Self.mostBehind)[...])
    guard head.starts(with: bytes) else { return }
    let behind = head.dropFirst(bytes.count)
    guard behind.first.map(Self.isLineEnd) ?? true else { return }
    guard hasSeveralFields || behind.contains(where: { !Self.isLineEnd($0) }) else { return }
    throw Failure(
      .badData, "it begins with the line that is all of \(name): a header, or text",
      at: Place(file: result.name, line: 1),
      advice: "--result \(format.rawValue) takes that line for a header, --result lines for text")
  }

  private static func trimmed(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var line = unmarked(line)
    while let last = line.last, isLineEnd(last) { line.removeLast() }
    return line
  }

  private static func unmarked(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    bytes.starts(with: Table.byteOrderMark) ? bytes.dropFirst(Table.byteOrderMark.count) : bytes
  }

  private static func isLineEnd(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }
}

extension FileSource {
  /// The first bytes of a regular file, which can then be read from its beginning.
  fileprivate func beginning(_ count: Int) throws(Failure) -> [UInt8] {
    let buffer = ByteBuffer(capacity: count)
    while buffer.count < count, try read(into: buffer) > 0 {}
    try rewind()
    return unsafe Array(buffer.bytes)
  }

  fileprivate func beginsWithMark() throws(Failure) -> Bool {
    try beginning(Table.byteOrderMark.count) == Table.byteOrderMark
  }
}
