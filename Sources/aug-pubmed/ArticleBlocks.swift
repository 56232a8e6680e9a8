import MillraceCore

/// The articles of PubMed files as blocks of NDJSON rows.
///
/// Unchecked Sendable: one thread at a time asks for blocks.
final class ArticleBlocks: BlockSource, @unchecked Sendable {
  let table = Table(name: "PubMed XML", dialect: Dialect(format: .ndjson))
  /// Rows so far.
  private(set) var count = 0

  private var paths: ArraySlice<String>
  private let fields: ArticleFields
  private let markup: Markup
  private let open: Stage.Opener
  private let pool = BufferPool(capacity: 1 << 17)
  private var current: (input: RecordedInput, reader: ReadAhead, parser: ArticleParser)?

  init(_ paths: [String], fields: ArticleFields, markup: Markup, open: @escaping Stage.Opener) {
    self.paths = paths[...]
    self.fields = fields
    self.markup = markup
    self.open = open
  }

  /// The next rows; nil at the end of the last file.
  func next() throws(Failure) -> Block? {
    while true {
      guard let (input, reader, parser) = current else {
        guard let path = paths.popFirst() else { return nil }
        let input = try open(path)
        current = (
          input, try ReadAhead(input, bufferSize: ArticleParser.pieceBytes),
          ArticleParser(source: input.name, fields: fields, markup: markup)
        )
        continue
      }
      if let bytes = try reader.next() {
        try unsafe parser.parse(bytes.bytes)
        if parser.output.count < 1 << 16 { continue }
      } else {
        try parser.finish()
        try input.finish(records: parser.completeRecords)
        current = nil
      }
      if let block = takeRows(of: parser) { return block }
    }
  }

  private func takeRows(of parser: ArticleParser) -> Block? {
    let rows = parser.rows.count
    guard rows > 0 else { return nil }
    // The parser goes on in its own buffer while the rows are hashed and written.
    let buffer = pool.take()
    unsafe buffer.append(parser.output.bytes)
    parser.removeRows()
    defer { count += rows }
    return Block(
      table: table, slice: ByteSlice(buffer), firstRecord: count, firstLine: count + 1, recordCount: rows)
  }
}
