import MillraceCore
import Synchronization

/// Writes rows with what PubMed answered. One thread uses an augmenter.
final class OnlineAugmenter {
  /// Rows by what became of them, over all threads.
  final class Tally: Sendable {
    private struct Counts {
      /// Seconds: of the oldest answer out of the cache.
      var oldest: Double?
      var failed = 0
      var refused = 0
      var truncated: (rows: Int, first: Int, example: String)? = nil
      var missing: Set<PMID> = []
    }

    private static let mostNamed = 20
    private let counts = Mutex(Counts())

    fileprivate func add(_ status: RowStatus, _ answer: RowAnswer, row: Int, missing: [PMID]) {
      counts.withLock { counts in
        if status == .failedTransient { counts.failed += 1 }
        if status == .failedPermanent { counts.refused += 1 }
        if let age = answer.age { counts.oldest = max(age, counts.oldest ?? 0) }
        if let search = answer.search, search.isTruncated {
          // Rows come in any order from many threads: the example is that of the first.
          let example =
            "\(OnlineArticles.quoted(answer.query ?? "")) matches \(search.count) articles, \(search.pmids.count) were taken"
          let known = counts.truncated ?? (rows: 0, first: .max, example: "")
          counts.truncated =
            row < known.first
            ? (rows: known.rows + 1, first: row, example: example)
            : (rows: known.rows + 1, first: known.first, example: known.example)
        }
        counts.missing.formUnion(missing)
      }
    }

    /// Rows without an answer.
    var failed: Int { counts.withLock { $0.failed + $0.refused } }

    /// Seconds since the oldest of the answers was kept that came out of the cache; nil when none did.
    var oldestAge: Double? { counts.withLock { $0.oldest } }

    /// Tells what a person should know about the rows.
    ///
    /// - Parameter areKept: whether a cache has the answers that came.
    func report(to diagnostics: Diagnostics, areKept: Bool) {
      let counts = counts.withLock { $0 }
      if !counts.missing.isEmpty {
        let missing = counts.missing.sorted().map(\.description)
        let rest = missing.count > Self.mostNamed ? " and \(missing.count - Self.mostNamed) more" : ""
        diagnostics.warning(
          "\(missing.count == 1 ? "1 PMID was" : "\(missing.count) PMIDs were") not found: \(missing.prefix(Self.mostNamed).joined(separator: ", "))\(rest)",
          details: [.init("missing", .array(missing.map { .string($0) }))])
      }
      if let truncated = counts.truncated {
        diagnostics.warning(
          "\(truncated.rows) \(truncated.rows == 1 ? "row is" : "rows are") truncated: \(truncated.example) (--all takes all)"
        )
      }
      if counts.refused > 0 {
        diagnostics.warning("PubMed refuses \(counts.refused) \(counts.refused == 1 ? "row" : "rows")")
      }
      if counts.failed > 0 {
        let again = areKept ? " (the same command asks for these alone again: the others are in the cache)" : ""
        diagnostics.warning(
          "PubMed gave no answer for \(counts.failed) \(counts.failed == 1 ? "row" : "rows")\(again)")
      }
    }
  }

  private let articles: ArticleWriter
  private let tally: Tally
  private let quarantines: Bool
  private let source: String
  private let contexts: ContextFormatter?
  private let idField: FieldName?

  /// - Parameters:
  ///   - quarantines: rows that the service failed are bad rows, and do not go to the output with a status that says so.
  ///   - source: the service's address, for context records.
  init(
    articles: ArticleWriter, tally: Tally, quarantines: Bool, source: String, contexts: ContextFormatter?,
    idField: FieldName?
  ) {
    self.articles = articles
    self.tally = tally
    self.quarantines = quarantines
    self.source = source
    self.contexts = contexts
    self.idField = idField
  }

  func augment(_ row: RecordCursor, with answer: RowAnswer, into writer: RowWriter) throws(Failure) {
    if quarantines, answer.status.isFailure {
      // The row goes elsewhere; what was tried for it stays on record.
      if let contexts { addContext(contexts, row, answer, answer.status, missing: [], fields: [], to: writer) }
      throw Failure(
        .badData, "\(answer.status.rawValue): \(answer.refusal?.reason ?? "PubMed gave no answer")", at: row.place())
    }
    let outcomes = try articles.collect(answer.status.isFailure ? [] : answer.pmids)
    let missing = outcomes.filter { !$0.outcome.isFound }.map(\.pmid)
    let status = Self.status(of: answer, found: outcomes.count - missing.count, asked: outcomes.count)
    try articles.write(row, status: status.rawValue, hits: answer.search?.count, to: writer)
    tally.add(status, answer, row: row.recordNumber, missing: missing)
    if let contexts {
      addContext(contexts, row, answer, status, missing: missing, fields: articles.addedNames, to: writer)
    }
  }

  /// What a search says of the row weighs more than that one of its articles is gone.
  private static func status(of answer: RowAnswer, found: Int, asked: Int) -> RowStatus {
    guard answer.status == .ok, found < asked else { return answer.status }
    return RowStatus(found: found, of: asked)
  }

  private func addContext(
    _ contexts: ContextFormatter, _ row: RecordCursor, _ answer: RowAnswer, _ status: RowStatus, missing: [PMID],
    fields: [String], to writer: RowWriter
  ) {
    var details: [JSONValue.Member] = [.init("status", .string(status.rawValue))]
    if let query = answer.query { details.append(.init("query", .string(query))) }
    if let search = answer.search, search.failure == nil {
      details.append(.init("translation", .string(search.translation)))
      if !search.dropped.isEmpty { details.append(.init("dropped", .array(search.dropped.map { .string($0) }))) }
      if !search.messages.isEmpty { details.append(.init("messages", .array(search.messages.map { .string($0) }))) }
      details.append(.init("count", .integer(search.count)))
      details.append(.init("taken", .integer(search.pmids.count)))
    }
    if articles.looksUp, !answer.pmids.isEmpty {
      details.append(.init("asked", .array(answer.pmids.map { .string($0.description) })))
      if !status.isFailure {
        let gone = Set(missing)
        let received = answer.pmids.filter { !gone.contains($0) }
        details.append(.init("received", .array(received.map { .string($0.description) })))
        details.append(.init("missing", .array(missing.map { .string($0.description) })))
      }
    }
    if !status.isFailure, let snippet = articles.snippet { details.append(.init("snippet", .string(snippet))) }
    if let refusal = answer.refusal { details.append(.init("failure", .string(refusal.reason))) }
    let asksNothing = answer.query == nil && answer.pmids.isEmpty
    writer.addContext { buffer in
      contexts.append(
        to: buffer, item: row.item(idField), source: source, fields: fields, details: .object(details),
        attempts: answer.attempts, cache: asksNothing ? nil : answer.age.map { .hit(age: $0) } ?? .miss)
    }
  }
}
