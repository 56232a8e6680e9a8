import MillraceCore

/// Puts the articles of a row's PMIDs, out of files, beside them. One thread uses an augmenter.
final class RowAugmenter {
  private let reader: PMIDReader
  private let articles: ArticleWriter
  private let contexts: ContextFormatter?
  private let idField: FieldName?

  init(
    index: ArticleIndex, field: FieldName, layout: AddedLayout, contexts: ContextFormatter?, idField: FieldName?
  ) {
    reader = PMIDReader(field)
    articles = ArticleWriter(source: index, layout: layout, looksUp: true)
    self.contexts = contexts
    self.idField = idField
  }

  func augment(_ row: RecordCursor, into writer: RowWriter) throws(Failure) {
    let outcomes = try articles.collect(try reader.pmids(of: row))
    let found = outcomes.count { $0.outcome.isFound }
    try articles.write(row, status: RowStatus(found: found, of: outcomes.count).rawValue, hits: nil, to: writer)
    if let contexts { addContext(contexts, row, outcomes, to: writer) }
  }

  /// The record names the file and version that each article was taken from.
  private func addContext(
    _ contexts: ContextFormatter, _ row: RecordCursor, _ outcomes: [(pmid: PMID, outcome: ArticleIndex.Outcome)],
    to writer: RowWriter
  ) {
    var sources: [String] = []
    var lists: [(name: String, values: [JSONValue])] = [("articles", []), ("deleted", []), ("missing", [])]
    for (pmid, outcome) in outcomes {
      let number = JSONValue.string(pmid.description)
      switch outcome {
      case .found(let origin):
        if !sources.contains(origin.file) { sources.append(origin.file) }
        lists[0].values.append(Self.describe(number, origin))
      case .deleted(let origin):
        if !sources.contains(origin.file) { sources.append(origin.file) }
        lists[1].values.append(Self.describe(number, origin))
      case .missing: lists[2].values.append(number)
      }
    }
    let details = lists.filter { !$0.values.isEmpty }.map { JSONValue.Member($0.name, .array($0.values)) }
    writer.addContext { buffer in
      contexts.append(
        to: buffer, item: row.item(idField), source: sources.isEmpty ? "PubMed XML" : sources.joined(separator: ", "),
        fields: articles.addedNames, details: details.isEmpty ? nil : .object(details))
    }
  }

  private static func describe(_ pmid: JSONValue, _ origin: ArticleIndex.Origin) -> JSONValue {
    .object([
      .init("pmid", pmid), .init("version", .integer(origin.version)), .init("file", .string(origin.file)),
    ])
  }
}

extension ArticleIndex.Outcome {
  var isFound: Bool {
    if case .found = self { true } else { false }
  }
}

/// Reads the PMIDs of a row's field: one, or several in a JSON array or with commas, semicolons, bars or white space
/// between.
final class PMIDReader {
  private let field: FieldName
  private let text = ByteBuffer()

  init(_ field: FieldName) { self.field = field }

  /// - Throws: bad data when the table has columns and not this one.
  func check(_ table: Table) throws(Failure) { try table.requireColumn(field) }

  /// The row's PMIDs in its order, each once.
  ///
  /// - Throws: as `read` does.
  func pmids(of row: RecordCursor) throws(Failure) -> [PMID] {
    var pmids: [PMID] = []
    var seen: Set<PMID> = []
    try read(row) { (pmid) throws(Failure) in
      if seen.insert(pmid).inserted { pmids.append(pmid) }
    }
    return pmids
  }

  /// Gives each PMID, in the row's order.
  ///
  /// - Throws: bad data with the row's place when the row lacks the field or it holds something else.
  func read(_ row: RecordCursor, _ take: (PMID) throws(Failure) -> Void) throws(Failure) {
    guard let value = row.value(of: field) else {
      throw Failure(.badData, "the row has no such field", at: row.place(field: field))
    }
    text.removeAll()
    guard value.appendText(to: text) else {
      throw Failure(.badData, "not a PMID", at: row.place(field: field))
    }
    let bytes = unsafe text.bytes
    // In a table of columns a list is a text: that of the field `pmids`, say.
    let isArray = unsafe value.spelling == .array || Self.isList(bytes.trimmed)
    var start = 0
    for end in 0...bytes.count {
      guard unsafe end == bytes.count || Self.separates(bytes[end], isArray: isArray) else { continue }
      if end > start {
        let part = unsafe UnsafeRawBufferPointer(rebasing: bytes[start..<end])
        let pmid: PMID
        do throws(Failure) {
          pmid = try unsafe PMID(value: part)
        } catch {
          throw Failure(error.status, error.message, at: row.place(field: field), advice: error.advice)
        }
        try take(pmid)
      }
      start = end + 1
    }
  }

  private static func isList(_ text: UnsafeRawBufferPointer) -> Bool {
    unsafe text.first == UInt8(ascii: "[") && text.last == UInt8(ascii: "]")
  }

  private static func separates(_ byte: UInt8, isArray: Bool) -> Bool {
    switch byte {
    case UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "|"), 0x20, 0x09, 0x0a, 0x0d: true
    case UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "\""): isArray
    default: false
    }
  }
}

extension RecordCursor {
  /// The row's identity in context records: the text of its id field, else its number.
  func item(_ idField: FieldName?) -> String {
    guard let idField, let value = value(of: idField) else { return String(recordNumber) }
    let text = ByteBuffer()
    guard value.appendText(to: text) else { return String(recordNumber) }
    return unsafe String(decoding: text.bytes, as: UTF8.self)
  }
}
