import MillraceCore
import Synchronization

/// Adds the articles of PubMed to rows.
struct PubMedAugmenter: Augmenter {
  let origin: AnswerOrigin
  let asking: RowAsking
  let online: OnlineArticles
  let articles: FetchedArticles
  let layout: AddedLayout
  let cached: CachedService
  /// Of a dry run.
  private let plannedQueries = DistinctValues<String>()
  private let plannedPMIDs = DistinctValues<PMID>()
  private let notes = AnswerNotes()

  /// - Parameter asking: what a row asks.
  init(
    _ utilities: EUtilities, asking: RowAsking, online: OnlineArticles, articles: FetchedArticles, layout: AddedLayout,
    service: CachedService
  ) {
    origin = AnswerOrigin(name: EUtilities.serviceName, address: utilities.address, licence: EUtilities.policies)
    self.asking = asking
    self.online = online
    self.articles = articles
    self.layout = layout
    cached = service
  }

  var service: CachedService? { cached }
  var addedFields: [FieldName] { layout.names }

  func check(_ table: Table) throws(Failure) { try asking.check(table) }
  func question(of row: RecordCursor) throws(Failure) -> RowQuestion { try asking.question(of: row) }
  func answers(
    to questions: [RowQuestion], policy: RefusalPolicy
  ) async throws(Failure) -> [Answered<RowAnswer>] {
    try await online.answers(to: questions, policy: policy)
  }

  func makeWriter() -> PubMedRowWriter {
    PubMedRowWriter(
      articles: ArticleWriter(source: articles, layout: layout, looksUp: online.needsArticles), notes: notes)
  }

  func plannedAnswers(to questions: [RowQuestion]) -> [Answered<RowAnswer>] {
    for question in questions {
      switch question {
      case .query(let query): plannedQueries.add([query])
      case .pmids(let pmids): plannedPMIDs.add(pmids)
      case .nothing: break
      }
    }
    return questions.map { _ in Answered(RowAnswer()) }
  }

  var plan: String {
    let queries = plannedQueries.count
    return queries > 0
      ? "would search for \(queries) different queries, and fetch their articles, as far as the cache lacks them"
      : "would fetch \(plannedPMIDs.count) different PMIDs, as far as the cache lacks them"
  }

  func report(to diagnostics: Diagnostics) { notes.report(to: diagnostics) }
}

/// What a row asks: by a query, or by its own PMIDs.
enum RowAsking: Sendable {
  case template(QueryTemplate)
  case pmids(FieldName)

  func check(_ table: Table) throws(Failure) {
    switch self {
    case .template(let template): try template.check(table)
    case .pmids(let field): try PMIDReader(field).check(table)
    }
  }

  func question(of row: RecordCursor) throws(Failure) -> RowQuestion {
    switch self {
    case .template(let template): try template.query(for: row).map { .query($0) } ?? .nothing
    case .pmids(let field): .pmids(try PMIDReader(field).pmids(of: row))
    }
  }
}

/// Writes rows with what PubMed answered.
struct PubMedRowWriter: AnswerWriter {
  let articles: ArticleWriter
  let notes: AnswerNotes

  func write(
    _ row: RecordCursor, _ answer: Answered<RowAnswer>, to writer: RowWriter?
  ) throws(Failure) -> [JSONValue.Member] {
    let outcomes = try articles.collect(answer.refusal == nil ? answer.value.pmids : [])
    let missing = outcomes.filter { !$0.outcome.isFound }.map(\.pmid)
    let status = Self.status(of: answer, found: outcomes.count - missing.count, asked: outcomes.count)
    if let writer {
      try articles.write(row, status: status, hits: answer.value.search?.count, to: writer)
      notes.add(answer.value, row: row.recordNumber, missing: missing)
    }
    return details(of: answer, status, missing: missing)
  }

  /// What a search says of the row weighs more than that one of its articles is gone.
  private static func status(of answer: Answered<RowAnswer>, found: Int, asked: Int) -> String {
    if let refusal = answer.refusal { return refusal.rowStatus }
    guard answer.value.status == .ok, found < asked else { return answer.value.status.rawValue }
    return RowStatus(found: found, of: asked).rawValue
  }

  private func details(of answer: Answered<RowAnswer>, _ status: String, missing: [PMID]) -> [JSONValue.Member] {
    var details: [JSONValue.Member] = [.init("status", .string(status))]
    if let query = answer.value.query { details.append(.init("query", .string(query))) }
    if let search = answer.value.search, search.failure == nil {
      details.append(.init("translation", .string(search.translation)))
      if !search.dropped.isEmpty { details.append(.init("dropped", .array(search.dropped.map { .string($0) }))) }
      if !search.messages.isEmpty { details.append(.init("messages", .array(search.messages.map { .string($0) }))) }
      details.append(.init("count", .integer(search.count)))
      details.append(.init("taken", .integer(search.pmids.count)))
    }
    let pmids = answer.value.pmids
    if articles.looksUp, !pmids.isEmpty {
      details.append(.init("asked", .array(pmids.map { .string($0.description) })))
      if answer.refusal == nil {
        let gone = Set(missing)
        let received = pmids.filter { !gone.contains($0) }
        details.append(.init("received", .array(received.map { .string($0.description) })))
        details.append(.init("missing", .array(missing.map { .string($0.description) })))
      }
    }
    if answer.refusal == nil, let snippet = articles.snippet { details.append(.init("snippet", .string(snippet))) }
    return details
  }
}

/// What a person should know about the answers, over all threads.
final class AnswerNotes: Sendable {
  private struct Notes {
    var truncated: (rows: Int, first: Int, example: String)? = nil
    var missing: Set<PMID> = []
  }

  private let notes = Mutex(Notes())

  fileprivate func add(_ answer: RowAnswer, row: Int, missing: [PMID]) {
    notes.withLock { notes in
      if let search = answer.search, search.isTruncated {
        // Rows come in any order from many threads: the example is that of the first.
        let example =
          "\(OnlineArticles.quoted(answer.query ?? "")) matches \(search.count) articles, \(search.pmids.count) were taken"
        let known = notes.truncated ?? (rows: 0, first: .max, example: "")
        notes.truncated =
          row < known.first
          ? (rows: known.rows + 1, first: row, example: example)
          : (rows: known.rows + 1, first: known.first, example: known.example)
      }
      notes.missing.formUnion(missing)
    }
  }

  func report(to diagnostics: Diagnostics) {
    let notes = notes.withLock { $0 }
    diagnostics.tell(ofMissing: notes.missing.sorted())
    if let truncated = notes.truncated {
      diagnostics.warning(
        "\(counted(truncated.rows, "row is", "rows are")) truncated: \(truncated.example) (--all takes all)"
      )
    }
  }
}

extension Diagnostics {
  /// Warns of articles that were asked for and are not there, if any.
  func tell(ofMissing pmids: [PMID]) {
    guard !pmids.isEmpty else { return }
    let missing = pmids.map(\.description)
    warning(
      "\(counted(missing.count, "PMID was", "PMIDs were")) not found: \(namingFirst(missing))",
      details: [.init("missing", .array(missing.map { .string($0) }))])
  }
}
