import MillraceCore

/// How a query is put, beside its words.
struct SearchSettings: Sendable, Equatable {
  /// The date that limits and splits go by.
  enum DateType: String, CaseIterable, Sendable {
    case publication, entry, modification

    var parameter: String {
      switch self {
      case .publication: "pdat"
      case .entry: "edat"
      case .modification: "mdat"
      }
    }
  }

  enum Order: String, CaseIterable, Sendable {
    case relevance, date, author, journal

    var parameter: String {
      switch self {
      case .relevance: "relevance"
      case .date: "pub_date"
      case .author: "Author"
      case .journal: "JournalName"
      }
    }
  }

  var since: PubMedDate?
  var until: PubMedDate?
  var dateType = DateType.publication
  var order = Order.relevance
  /// Articles of a query that are taken; nil for all.
  var maximum: Int?
  /// Queries with more articles than one search gives are split.
  var splits = false
}

/// What came of one query.
struct SearchOutcome: Sendable {
  var count = 0
  var pmids: [PMID] = []
  var translation = ""
  var dropped: [String] = []
  var messages: [String] = []
  /// More articles match and were wanted than the service gave.
  var isTruncated = false
  var attempts: [ContextFormatter.Attempt] = []
  /// Seconds since the oldest answer was kept; nil when something was asked for now.
  var age: Double?
  var failure: Service.Refusal?

  /// The same for rows that come later: nothing was asked for them.
  var again: SearchOutcome {
    var outcome = self
    outcome.attempts = []
    outcome.age = age ?? 0
    return outcome
  }
}

/// Finds the PMIDs of queries.
struct PubMedSearch: Sendable {
  let utilities: EUtilities
  let service: CachedService
  let settings: SearchSettings

  /// Bytes of the largest answer: that of a search for 9,999 articles with a query of some megabytes.
  private static let maximumAnswerBytes = 16 << 20

  /// Searches once, and in parts where one search does not give all that is wanted.
  func search(_ query: String) async -> SearchOutcome {
    var outcome = SearchOutcome()
    var pages = Pages()
    do throws(Service.Refusal) {
      let first = try await ask(query, retmax: firstPage, dates: dateLimits, noting: &pages)
      outcome.count = first.count
      outcome.pmids = first.pmids
      outcome.translation = first.translation
      outcome.dropped = first.dropped
      outcome.messages = first.messages
      let wanted = min(first.count, settings.maximum ?? .max)
      if first.pmids.count < wanted, settings.splits {
        outcome.pmids = try await collect(query, count: first.count, noting: &pages)
        outcome.pmids.removeLast(max(0, outcome.pmids.count - wanted))
      }
      outcome.isTruncated = outcome.pmids.count < wanted
    } catch {
      outcome.failure = error
      // Some of the articles would look like all of them.
      outcome.pmids = []
      pages.attempts += error.attempts
    }
    outcome.attempts = pages.attempts
    outcome.age = pages.asked ? nil : pages.age
    return outcome
  }

  /// Where the answers of one query came from.
  private struct Pages {
    var attempts: [ContextFormatter.Attempt] = []
    var age: Double?
    var asked = false
  }

  private var firstPage: Int { min(settings.maximum ?? .max, EUtilities.mostSearchResults) }

  /// The service takes both ends or none.
  private var dateLimits: (since: String, until: String)? {
    guard settings.since != nil || settings.until != nil else { return nil }
    return (settings.since?.text ?? "1000", settings.until?.text ?? "3000")
  }

  private func ask(
    _ term: String, retmax: Int, dates: (since: String, until: String)?, noting pages: inout Pages
  ) async throws(Service.Refusal) -> SearchResult {
    var parameters = FormParameters([
      ("db", "pubmed"), ("term", term), ("retmode", "xml"), ("retmax", String(retmax)),
      ("sort", settings.order.parameter),
    ])
    if let dates {
      parameters.append("datetype", splitType.parameter)
      parameters.append("mindate", dates.since)
      parameters.append("maxdate", dates.until)
    }
    let utilities = utilities
    var request = utilities.request(.esearch, parameters)
    request.limits.maximumBodyBytes = Self.maximumAnswerBytes
    let answer = try await service.ask(
      request, kind: EUtilities.Call.esearch.rawValue,
      key: utilities.cacheKey(.esearch, parameters)
    ) { response throws(ServiceFault) in
      if let fault = utilities.fault(of: response) { throw fault }
      let result: SearchResult
      do throws(SearchResult.Problem) {
        result = try SearchResult(response.body)
      } catch {
        switch error {
        case .error(let text): throw utilities.fault(onError: text)
        case .unreadable(let message): throw .transient("the answer of ESearch cannot be read: \(message)")
        }
      }
      // An answer that counts articles and does not list them would look like a success.
      let expected = min(result.count, retmax, EUtilities.mostSearchResults)
      guard result.pmids.count >= expected else {
        throw .transient("ESearch counts \(result.count) articles and lists \(result.pmids.count)")
      }
      return result
    }
    pages.attempts += answer.attempts
    if let age = answer.age { pages.age = max(pages.age ?? 0, age) } else { pages.asked = true }
    return answer.value
  }

  // MARK: More than one search gives

  /// Without limits of the user's, articles are told apart by the day they entered PubMed, which every one has.
  private var splitType: SearchSettings.DateType { dateLimits == nil ? .entry : settings.dateType }

  /// All articles of the query, the latest first: spans of time are cut in two until one search gives all of each, and
  /// a single day by ranges of PMIDs.
  private func collect(_ query: String, count: Int, noting pages: inout Pages) async throws(Service.Refusal) -> [PMID] {
    // Nothing entered PubMed before 1900, so the first cut falls into 2000.
    guard let beginning = CalendarDay(year: splitType == .publication ? 1700 : 1900, month: 1, day: 1),
      let end = CalendarDay(year: 2100, month: 12, day: 31)
    else { return [] }
    let first = (settings.since?.days.lowerBound ?? beginning).number
    let last = (settings.until?.days.upperBound ?? end).number
    var found: [PMID] = []
    var seen: Set<PMID> = []
    // An article is published in print on one day and electronically on another, so that both halves may hold it.
    var spans = Spans(
      min(first, last)...max(first, last), count: count, areDisjoint: splitType != .publication)
    while let span = spans.next(), found.count < settings.maximum ?? .max {
      let dates = (
        since: PubMedDate.text(of: CalendarDay(number: span.lowerBound)),
        until: PubMedDate.text(of: CalendarDay(number: span.upperBound))
      )
      let part = try await ask(query, retmax: EUtilities.mostSearchResults, dates: dates, noting: &pages)
      var pmids = part.pmids
      if pmids.count < part.count {
        if span.count > 1 {
          spans.cut(span, count: part.count)
          continue
        }
        pmids = try await collect(query, count: part.count, on: dates, noting: &pages)
      }
      for pmid in pmids where seen.insert(pmid).inserted { found.append(pmid) }
      spans.pass(span, count: part.count)
    }
    return found
  }

  /// All articles of one day.
  private func collect(
    _ query: String, count: Int, on dates: (since: String, until: String), noting pages: inout Pages
  ) async throws(Service.Refusal) -> [PMID] {
    var found: [PMID] = []
    var spans = Spans(1...Int(UInt32.max >> 4), count: count, areDisjoint: true)
    while let span = spans.next(), found.count < settings.maximum ?? .max {
      let term = "(\(query)) AND \(span.lowerBound):\(span.upperBound)[UID]"
      let part = try await ask(term, retmax: EUtilities.mostSearchResults, dates: dates, noting: &pages)
      if part.pmids.count >= part.count || span.count == 1 {
        found += part.pmids
        spans.pass(span, count: part.count)
      } else {
        spans.cut(span, count: part.count)
      }
    }
    return found
  }
}

/// Spans of numbers that are still to be searched, the highest first, and how many articles are known to lie in them.
///
/// A span that is cut in two needs one question, not two: what the upper half does not hold lies in the lower one. The
/// articles that entered the index meanwhile are no loss: the sum is compared with the whole query's count in the end.
struct Spans {
  private struct Span {
    var range: ClosedRange<Int>
    /// Articles in this span, and in the upper half beside it until that is searched; nil for an upper half.
    var count: Int?
    var isSettled = false
  }

  /// The last is next.
  private var spans: [Span]

  private let areDisjoint: Bool

  /// - Parameter areDisjoint: whether an article lies in one half of a span only. Where it may lie in both, each half is
  ///   searched.
  init(_ range: ClosedRange<Int>, count: Int, areDisjoint: Bool) {
    self.areDisjoint = areDisjoint
    spans = []
    cut(range, count: count)
  }

  /// The next span to be searched: spans without articles are passed over, and those that are known to hold too many are
  /// cut without a search.
  mutating func next() -> ClosedRange<Int>? {
    while let span = spans.popLast() {
      guard let count = span.count else { return span.range }
      if count <= 0 { continue }
      guard count > EUtilities.mostSearchResults, span.range.count > 1 else { return span.range }
      cut(span.range, count: count)
    }
    return nil
  }

  /// Cuts a span that holds `count` articles in two.
  mutating func cut(_ range: ClosedRange<Int>, count: Int) {
    guard range.count > 1 else { return spans.append(Span(range: range, count: nil)) }
    let middle = (range.lowerBound + range.upperBound) / 2
    // If this was an upper half, its lower half still counts both.
    settle(range, count: count)
    spans.append(Span(range: range.lowerBound...middle, count: areDisjoint ? count : nil))
    spans.append(Span(range: middle + 1...range.upperBound, count: nil))
  }

  /// Notes that the span was searched and holds `count` articles.
  mutating func pass(_ range: ClosedRange<Int>, count: Int) { settle(range, count: count) }

  /// Takes what an upper half holds off its lower half.
  private mutating func settle(_ range: ClosedRange<Int>, count: Int) {
    guard let last = spans.indices.last, let total = spans[last].count,
      spans[last].range.upperBound + 1 == range.lowerBound, !spans[last].isSettled
    else { return }
    spans[last].count = total - count
    spans[last].isSettled = true
  }
}
