import MillraceCore
import Synchronization

/// What a row asks of PubMed.
enum RowQuestion: Sendable {
  case query(String)
  case pmids([PMID])
  /// A field of the query is empty.
  case nothing
}

/// What PubMed has for a row.
struct RowAnswer: Sendable {
  /// Before it is known which of the articles exist.
  var status = RowStatus.ok
  var query: String?
  var search: SearchOutcome?
  var pmids: [PMID] = []
  /// Tries of the requests that were made for this row first.
  var attempts: [ContextFormatter.Attempt] = []
  /// Seconds since the oldest answer was kept, when nothing was asked for the row.
  var age: Double?
  var refusal: Service.Refusal?
}

/// Answers the questions of many rows together: each query once, and all their articles in requests of two hundred.
final class OnlineArticles: Sendable {
  private let search: PubMedSearch
  private let fetcher: ArticleFetcher
  /// False when rows get PMIDs alone.
  private let needsArticles: Bool
  /// The first failure ends the run.
  private let stopsEarly: Bool
  /// Where no cache remembers for the run what was answered.
  private let remembered = Mutex<[String: SearchOutcome]>([:])

  private static let searchesAtOnce = 8

  init(search: PubMedSearch, fetcher: ArticleFetcher, needsArticles: Bool, stopsEarly: Bool) {
    self.search = search
    self.fetcher = fetcher
    self.needsArticles = needsArticles
    self.stopsEarly = stopsEarly
  }

  /// - Throws: what ends the run: a key that is refused, a service that does not answer when that is to stop it.
  func answers(to questions: [RowQuestion]) async throws(Failure) -> [RowAnswer] {
    let outcomes = try await searches(questions)
    var answers: [RowAnswer] = []
    var asked: Set<String> = []
    for question in questions {
      var answer = RowAnswer()
      switch question {
      case .nothing: answer.status = .noQuery
      case .pmids(let pmids):
        answer.pmids = pmids
        if pmids.isEmpty { answer.status = .noPMID }
      case .query(let query):
        answer.query = query
        guard let outcome = outcomes[query] else { break }
        answer.search = outcome
        answer.pmids = outcome.pmids
        answer.refusal = outcome.failure
        answer.age = outcome.age
        answer.status = Self.status(of: outcome)
        if asked.insert(query).inserted { answer.attempts = outcome.attempts }
      }
      answers.append(answer)
    }
    if needsArticles { try await fetch(for: &answers) }
    return answers
  }

  /// Each query of the rows once.
  private func searches(_ questions: [RowQuestion]) async throws(Failure) -> [String: SearchOutcome] {
    var seen: Set<String> = []
    let queries = questions.compactMap { question -> String? in
      guard case .query(let query) = question, seen.insert(query).inserted else { return nil }
      return query
    }
    let remembers = search.service.cache == nil || search.service.refreshes
    var outcomes: [String: SearchOutcome] = [:]
    if remembers { remembered.withLock { known in for query in queries { outcomes[query] = known[query] } } }
    var end: Failure?
    let search = search
    await forEachConcurrently(queries.filter { outcomes[$0] == nil }, limit: Self.searchesAtOnce) { query in
      (query, await search.search(query))
    } take: { query, outcome in
      outcomes[query] = outcome
      if remembers, outcome.failure == nil { remembered.withLock { $0[query] = outcome.again } }
      end = end ?? outcome.failure.flatMap { reasonToStop($0, about: "the query \(Self.quoted(query))") }
      return end == nil
    }
    if let end { throw end }
    return outcomes
  }

  private func fetch(for answers: inout [RowAnswer]) async throws(Failure) {
    var firstRows: [PMID: Int] = [:]
    var wanted: [PMID] = []
    for (row, answer) in answers.enumerated() {
      for pmid in answer.pmids where firstRows[pmid] == nil {
        firstRows[pmid] = row
        wanted.append(pmid)
      }
    }
    let isSearch = answers.contains { $0.query != nil }
    let report = try await fetcher.fetch(wanted, areNamed: isSearch, stopsEarly: stopsEarly)
    for batch in report.batches {
      if let refusal = batch.failure, let end = reasonToStop(refusal, about: "\(batch.pmids.count) articles") {
        throw end
      }
      // A request that many rows share stands in the record of the first of them.
      if let row = batch.pmids.lazy.compactMap({ firstRows[$0] }).min() { answers[row].attempts += batch.attempts }
    }
    if stopsEarly, let refusal = report.failures.first?.value,
      let end = reasonToStop(refusal, about: "\(report.failures.count) articles")
    {
      throw end
    }
    let requested = Set(report.batches.flatMap(\.pmids))
    for row in answers.indices where answers[row].refusal == nil {
      if let refusal = answers[row].pmids.lazy.compactMap({ report.failures[$0] }).first {
        answers[row].refusal = refusal
        answers[row].status = refusal.kind == .permanent ? .failedPermanent : .failedTransient
      }
      let ages = answers[row].pmids.compactMap { fetcher.articles.age(of: $0) }
      let wasSearchedNow = answers[row].query != nil && answers[row].age == nil
      if wasSearchedNow || answers[row].pmids.contains(where: requested.contains) {
        answers[row].age = nil
      } else if let oldest = ages.max() {
        answers[row].age = max(oldest, answers[row].age ?? 0)
      }
    }
  }

  private static func status(of outcome: SearchOutcome) -> RowStatus {
    if let failure = outcome.failure { return failure.kind == .permanent ? .failedPermanent : .failedTransient }
    if outcome.count == 0 { return .noHits }
    if !outcome.dropped.isEmpty { return .partialQuery }
    return outcome.isTruncated ? .truncated : .ok
  }

  // MARK: What ends the run

  /// What the run is to end with when this was refused; nil when it goes on.
  private func reasonToStop(_ refusal: Service.Refusal, about what: String) -> Failure? {
    switch refusal.kind {
    case .fatal(let failure): return failure
    case .transient where stopsEarly, .spent where stopsEarly:
      return Failure(
        .serviceUnavailable, "PubMed gives no answer for \(what): \(refusal.reason)",
        advice: refusal == CachedService.offlineRefusal
          ? "run it once without --offline"
          : (search.service.cache == nil ? "" : "what was answered is kept, so the same command goes on from here; ")
            + "--on-error skip marks such rows and goes on"
      )
    case .permanent where stopsEarly:
      return Failure(
        .badData, "PubMed refuses \(what): \(refusal.reason)", advice: "--on-error skip marks such rows and goes on")
    case .transient, .permanent, .spent: return nil
    }
  }

  /// A query for a message, its beginning only.
  static func quoted(_ query: String) -> String { "\"\(query.count > 80 ? query.prefix(80) + "…" : query)\"" }
}
