import MillraceCore

/// Names of the fields that are added to a row.
struct AddedNames: Sendable {
  let all: [FieldName]

  init(prefix: String) { all = ["status", "pmids", "articles"].map { FieldName(prefix + $0) } }
}

/// Puts the articles of a row's PMIDs beside them. One thread uses an augmenter.
final class RowAugmenter {
  private let index: ArticleIndex
  private let field: FieldName
  private let names: AddedNames
  private let contexts: ContextFormatter?
  private let source: String
  private let idField: FieldName?
  private let pmids = ByteBuffer()
  private let articles = ByteBuffer()
  private let status = ByteBuffer()

  init(
    index: ArticleIndex, field: FieldName, names: AddedNames, contexts: ContextFormatter?, source: String,
    idField: FieldName?
  ) {
    self.index = index
    self.field = field
    self.names = names
    self.contexts = contexts
    self.source = source
    self.idField = idField
  }

  func augment(_ row: RecordCursor, into writer: RowWriter) throws(Failure) {
    let asked = try row.pmids(in: field)
    var missing: [PMID] = []
    pmids.removeAll()
    articles.removeAll()
    pmids.append("[")
    articles.append("[")
    for (number, pmid) in asked.enumerated() {
      if number > 0 { pmids.append(",") }
      pmids.append("\"\(pmid)\"")
      let start = articles.count
      if start > 1 { articles.append(",") }
      if try index.append(pmid, to: articles) != .found {
        articles.count = start
        missing.append(pmid)
      }
    }
    pmids.append("]")
    articles.append("]")
    status.removeAll()
    status.append(Self.status(asked: asked.count, missing: missing.count))
    try unsafe writer.write(
      row,
      adding: [
        FieldValue(status.bytes, .string), FieldValue(pmids.bytes, .array), FieldValue(articles.bytes, .array),
      ])
    if let contexts { try addContext(contexts, row, asked: asked, missing: missing, to: writer) }
  }

  private static func status(asked: Int, missing: Int) -> String {
    if asked == 0 { return "no_pmid" }
    if missing == 0 { return "ok" }
    return missing == asked ? "not_found" : "partly_found"
  }

  private func addContext(
    _ contexts: ContextFormatter, _ row: RecordCursor, asked: [PMID], missing: [PMID], to writer: RowWriter
  ) throws(Failure) {
    let item = row.item(idField)
    var details: [JSONValue.Member] = [.init("pmids", .array(asked.map { .string($0.description) }))]
    if !missing.isEmpty { details.append(.init("missing", .array(missing.map { .string($0.description) }))) }
    writer.addContext { buffer in
      contexts.append(
        to: buffer, item: item, source: source, fields: names.all.map(\.description), details: .object(details))
    }
  }
}

extension RecordCursor {
  /// The PMIDs that a field holds: one, or several in a JSON array or with commas, semicolons, bars or spaces between.
  ///
  /// - Throws: bad data with the row's place when the row lacks the field or it holds something else.
  func pmids(in field: FieldName) throws(Failure) -> [PMID] {
    guard let value = value(of: field) else {
      throw Failure(
        .badData, "the \(table.columns.isEmpty ? "row" : "header") has no such field", at: place(field: field),
        advice: table.columns.isEmpty
          ? nil : "its fields are \(table.columns.map(\.description).joined(separator: ", "))")
    }
    let text = ByteBuffer()
    guard value.appendText(to: text) else {
      throw Failure(.badData, "not a PMID", at: place(field: field))
    }
    var pmids: [PMID] = []
    let isArray = value.spelling == .array
    let parts = unsafe text.bytes.split(whereSeparator: { Self.separates($0, isArray: isArray) })
    for index in unsafe parts.indices {
      do throws(Failure) {
        let pmid = try unsafe PMID(value: UnsafeRawBufferPointer(rebasing: parts[index]))
        if !pmids.contains(pmid) { pmids.append(pmid) }
      } catch {
        throw Failure(error.status, error.message, at: place(field: field), advice: error.advice)
      }
    }
    return pmids
  }

  private static func separates(_ byte: UInt8, isArray: Bool) -> Bool {
    switch byte {
    case UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "|"), 0x20, 0x09, 0x0a, 0x0d: true
    case UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "\""): isArray
    default: false
    }
  }

  /// The row's identity in context records: the text of its id field, else its number.
  func item(_ idField: FieldName?) -> String {
    guard let idField, let value = value(of: idField) else { return String(recordNumber) }
    let text = ByteBuffer()
    guard value.appendText(to: text) else { return String(recordNumber) }
    return unsafe String(decoding: text.bytes, as: UTF8.self)
  }
}
