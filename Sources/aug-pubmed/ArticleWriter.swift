import MillraceCore

/// Writes rows with their articles: as a list in one field, or as a row each. One thread uses a writer.
final class ArticleWriter {
  private let source: any ArticleSource
  private let layout: AddedLayout
  let looksUp: Bool
  private let articleFields: [FieldName]
  private let status = ByteBuffer(capacity: 64)
  private let hits = ByteBuffer(capacity: 64)
  private let pmids = ByteBuffer()
  private let articles = ByteBuffer()
  /// In `articles`.
  private var ranges: [Range<Int>] = []
  private let table = Table(name: "PubMed", dialect: Dialect(format: .ndjson))
  private let cursor = RecordCursor()
  private let nullText = ByteBuffer(capacity: 8)

  let addedNames: [String]

  /// - Parameter looksUp: whether the articles themselves are needed, for the row or for its status.
  init(source: any ArticleSource, layout: AddedLayout, looksUp: Bool) {
    self.source = source
    self.layout = layout
    self.looksUp = looksUp
    articleFields = layout.fields.article.ordered.map { FieldName($0.name) }
    addedNames = layout.names.map(\.description)
    nullText.append("null")
  }

  private var null: FieldValue { unsafe FieldValue(nullText.bytes, .null) }

  /// Looks up the articles for the next row.
  ///
  /// - Returns: What became of each PMID.
  func collect(_ wanted: [PMID]) throws(Failure) -> [(pmid: PMID, outcome: ArticleIndex.Outcome)] {
    pmids.removeAll()
    articles.removeAll()
    ranges.removeAll(keepingCapacity: true)
    pmids.append("[")
    articles.append("[")
    var outcomes: [(pmid: PMID, outcome: ArticleIndex.Outcome)] = []
    for pmid in wanted {
      if pmids.count > 1 { pmids.append(",") }
      pmids.append("\"\(pmid)\"")
      guard looksUp else { continue }
      let end = articles.count
      if end > 1 { articles.append(",") }
      let start = articles.count
      let outcome = try source.append(pmid, to: articles)
      if outcome.isFound { ranges.append(start..<articles.count) } else { articles.count = end }
      outcomes.append((pmid, outcome))
    }
    pmids.append("]")
    articles.append("]")
    return outcomes
  }

  /// Writes the row with what was collected for it.
  ///
  /// - Parameter hits: null where nil.
  func write(_ row: RecordCursor, status statusText: String, hits count: Int?, to writer: RowWriter) throws(Failure) {
    status.removeAll()
    status.append(statusText)
    hits.removeAll()
    if let count { hits.append(String(count)) }
    let hitsValue = unsafe count == nil ? null : FieldValue(hits.bytes, .number)
    if layout.explodes {
      try explode(row, hits: hitsValue, to: writer)
    } else {
      let values = layout.fields.row.map { field in
        switch field {
        case .status: unsafe FieldValue(status.bytes, .string)
        case .pmids: unsafe FieldValue(pmids.bytes, .array)
        case .articles: unsafe FieldValue(articles.bytes, .array)
        case .hits: hitsValue
        }
      }
      try writer.write(row, adding: values)
    }
  }

  /// A row without articles stays one row, whose article's fields are null.
  private func explode(_ row: RecordCursor, hits: FieldValue, to writer: RowWriter) throws(Failure) {
    let own = layout.explodedRowFields.map { field in
      unsafe field == .status ? FieldValue(status.bytes, .string) : hits
    }
    if ranges.isEmpty {
      try writer.write(row, adding: own + articleFields.map { _ in null })
    }
    for range in ranges {
      cursor.open(Block(table: table, slice: ByteSlice(articles, range), recordCount: 1))
      guard try cursor.next() else { continue }
      try writer.write(row, adding: own + articleFields.map { cursor.value(of: $0) ?? null })
    }
  }

  /// The beginning of what was collected, for the context record: of the abstract where there is one, else the title.
  var snippet: String? {
    guard let range = ranges.first else { return nil }
    cursor.open(Block(table: table, slice: ByteSlice(articles, range), recordCount: 1))
    guard (try? cursor.next()) == true else { return nil }
    let text = ByteBuffer()
    for name in ["abstract", "title"] {
      text.removeAll()
      guard let value = cursor.value(of: FieldName(name)), !value.isEmpty, value.appendText(to: text) else { continue }
      let whole = unsafe String(decoding: text.bytes, as: UTF8.self)
      return whole.count > 160 ? whole.prefix(160) + "…" : whole
    }
    return nil
  }
}
