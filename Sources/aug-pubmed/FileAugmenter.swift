import MillraceCore

/// Puts the articles of a row's PMIDs, out of files, beside them. One thread uses an augmenter.
final class FileAugmenter {
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
        if !sources.contains(origin.source) { sources.append(origin.source) }
        lists[0].values.append(Self.describe(number, origin))
      case .deleted(let origin):
        if !sources.contains(origin.source) { sources.append(origin.source) }
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
      .init("pmid", pmid), .init("version", .integer(origin.version)), .init("file", .string(origin.source)),
    ])
  }
}
