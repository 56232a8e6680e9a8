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

  /// Appends a result.
  ///
  /// - Parameter name: What diagnostics call it.
  /// - Returns: its records, and the bytes of the header that it begins with.
  /// - Throws: `.badData` for a table whose header is not the first one's.
  mutating func append(_ path: String, name: String) throws(Failure) -> (rows: Int, headerBytes: Int) {
    let source = try FileSource(path: path, name: name)
    guard let size = source.size, size > 0 else { return (0, 0) }
    if form == .bytes {
      try output.write(contentsOf: source)
      return (0, 0)
    }
    let dialect: Dialect
    if let known = self.dialect { dialect = known } else { dialect = try self.dialect(of: path, name: name) }
    self.dialect = dialect
    if !dialect.hasHeader, !output.isHashed {
      // Nobody wants to know how many records there are.
      if joiner == nil { joiner = try TableJoiner(dialect: dialect, preamble: [], into: output) }
      try joiner?.append(contentsOf: source)
      return (0, 0)
    }
    let reader = try BlockReader(source, name: name, options: ReadingOptions(ofJobs: dialect), pool: pool)
    if let first {
      guard !dialect.hasHeader || reader.table.columns == first.table.columns else {
        throw Failure(
          .badData, "its header is not that of \(first.name)", at: Place(file: name, line: 1),
          advice: "--result lines takes results without looking for headers")
      }
    } else {
      first = (name, reader.table)
      let preamble = dialect.hasHeader ? reader.table.preamble : []
      joiner = try TableJoiner(dialect: dialect, preamble: preamble, into: output)
    }
    joiner?.beginPart()
    while let block = try reader.next() { try joiner?.append(block.slice) }
    rows += reader.records
    return (reader.records, dialect.hasHeader ? reader.table.preamble.count : 0)
  }

  /// What the results are, from the first that is not empty.
  private func dialect(of path: String, name: String) throws(Failure) -> Dialect {
    let lines = Dialect(format: .ndjson)
    switch form {
    case .lines, .ndjson, .bytes: return lines
    case .csv:
      return Dialect(
        format: .csv, delimiter: input.format == .csv ? input.delimiter : nil,
        hasHeader: input.hasHeader || input.format == .ndjson)
    case .tsv: return Dialect(format: .tsv, hasHeader: input.hasHeader || input.format == .ndjson)
    case .auto:
      // A command that turns NDJSON into CSV is told apart from one that prints lines by nobody: the user says so.
      guard input.format != .ndjson else { return lines }
      var reading = ReadingOptions(ofJobs: input)
      (reading.format, reading.delimiter) = (nil, nil)
      let table: Table
      let hasRecords: Bool
      do throws(Failure) {
        let reader = try BlockReader(try FileSource(path: path), name: name, options: reading, pool: pool)
        table = reader.table
        hasRecords = try (reader.next()?.recordCount ?? 0) > 0
      } catch {
        guard error.status == .badData else { throw error }
        return lines
      }
      guard table.dialect.format != .ndjson else { return lines }
      guard input.hasHeader else { return table.dialect }
      // `wc -l` prints numbers: they are no header. Nor is one line that has nothing of the input's header: `echo done`.
      let isNamed = table.columns.allSatisfy { Double($0.description) == nil && !$0.bytes.isEmpty }
      let isTable = hasRecords || !Set(table.columns).isDisjoint(with: columns)
      return isNamed && isTable ? table.dialect : lines
    }
  }
}
