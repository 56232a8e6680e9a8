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
}

/// Answers the questions of many rows together: each query once, and all their articles in requests of two hundred.
final class OnlineArticles: Sendable {
  private let search: PubMedSearch
  private let fetcher: ArticleFetcher
  /// False when rows get PMIDs alone.
  let needsArticles: Bool
  /// Where no cache remembers for the run what was answered.
  private let remembered = Mutex<[String: SearchOutcome]>([:])

  init(search: PubMedSearch, fetcher: ArticleFetcher, needsArticles: Bool) {
    self.search = search
    self.fetcher = fetcher
    self.needsArticles = needsArticles
  }

  /// - Throws: what ends the run: a key that is refused, a service that does not answer when that is to stop it.
  func answers(
    to questions: [RowQuestion], policy: RefusalPolicy
  ) async throws(Failure) -> [Answered<RowAnswer>] {
    let outcomes = try await searches(questions, policy)
    var answers: [Answered<RowAnswer>] = []
    var asked: Set<String> = []
    for question in questions {
      var answer = Answered(RowAnswer())
      switch question {
      case .nothing:
        answer.value.status = .noQuery
        answer.asksNothing = true
      case .pmids(let pmids):
        answer.value.pmids = pmids
        if pmids.isEmpty { answer.value.status = .noPMID }
        answer.asksNothing = pmids.isEmpty
      case .query(let query):
        answer.value.query = query
        guard let outcome = outcomes[query] else { break }
        answer.value.search = outcome
        answer.value.pmids = outcome.pmids
        answer.value.status = Self.status(of: outcome)
        answer.refusal = outcome.failure
        answer.age = outcome.age
        if asked.insert(query).inserted { answer.attempts = outcome.attempts }
      }
      answers.append(answer)
    }
    if needsArticles { try await fetch(for: &answers, policy) }
    return answers
  }

  /// Each query of the rows once.
  private func searches(
    _ questions: [RowQuestion], _ policy: RefusalPolicy
  ) async throws(Failure) -> [String: SearchOutcome] {
    let queries = questions.compactMap { question in
      if case .query(let query) = question { query } else { nil }
    }
    let remembers = search.service.cache == nil || search.service.refreshes
    var known: [String: SearchOutcome] = [:]
    if remembers { remembered.withLock { all in for query in queries { known[query] = all[query] } } }
    let search = search
    let outcomes = try await askEachOnce(queries.filter { known[$0] == nil }) { query in
      await search.search(query)
    } reasonToStop: { query, outcome in
      if remembers, outcome.failure == nil { remembered.withLock { $0[query] = outcome.again } }
      return outcome.failure.flatMap { policy.reasonToStop($0, about: "the query \(Self.quoted(query))") }
    }
    return known.merging(outcomes) { _, new in new }
  }

  private func fetch(
    for answers: inout [Answered<RowAnswer>], _ policy: RefusalPolicy
  ) async throws(Failure) {
    var firstRows: [PMID: Int] = [:]
    var wanted: [PMID] = []
    for (row, answer) in answers.enumerated() {
      for pmid in answer.value.pmids where firstRows[pmid] == nil {
        firstRows[pmid] = row
        wanted.append(pmid)
      }
    }
    let isSearch = answers.contains { $0.value.query != nil }
    let report = try await fetcher.fetch(wanted, areNamed: isSearch, stopsEarly: policy.stopsEarly)
    for batch in report.batches {
      if let refusal = batch.failure, let end = policy.reasonToStop(refusal, about: "\(batch.pmids.count) articles") {
        throw end
      }
      // A request that many rows share stands in the record of the first of them.
      if let row = batch.pmids.lazy.compactMap({ firstRows[$0] }).min() { answers[row].attempts += batch.attempts }
    }
    if let refusal = report.failures.first?.value,
      let end = policy.reasonToStop(refusal, about: "\(report.failures.count) articles")
    {
      throw end
    }
    let requested = Set(report.batches.flatMap(\.pmids))
    for row in answers.indices where answers[row].refusal == nil {
      let pmids = answers[row].value.pmids
      answers[row].refusal = pmids.lazy.compactMap { report.failures[$0] }.first
      let ages = pmids.compactMap { fetcher.articles.age(of: $0) }
      let wasSearchedNow = answers[row].value.query != nil && answers[row].age == nil
      if wasSearchedNow || pmids.contains(where: requested.contains) {
        answers[row].age = nil
      } else if let oldest = ages.max() {
        answers[row].age = max(oldest, answers[row].age ?? 0)
      }
    }
  }

  private static func status(of outcome: SearchOutcome) -> RowStatus {
    if outcome.count == 0 { return .noHits }
    if !outcome.dropped.isEmpty { return .partialQuery }
    return outcome.isTruncated ? .truncated : .ok
  }

  /// A query for a message, its beginning only.
  static func quoted(_ query: String) -> String { "\"\(query.count > 80 ? query.prefix(80) + "…" : query)\"" }
}
