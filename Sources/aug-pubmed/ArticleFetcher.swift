import MillraceCore

/// Fetches articles by their PMIDs: two hundred with a request, whichever rows they are for, each once.
struct ArticleFetcher: Sendable {
  /// What came of one request.
  struct Batch: Sendable {
    var pmids: [PMID]
    var attempts: [ContextFormatter.Attempt]
    var failure: Service.Refusal?

    /// Refused, and more than one article, so that another cut may tell which is why.
    fileprivate var isRefusedForGood: Bool { failure?.kind == .permanent && pmids.count > 1 }
    /// Without what became of the articles.
    fileprivate var triesAlone: Batch { Batch(pmids: pmids, attempts: attempts) }
  }

  /// What came of all.
  struct Report: Sendable {
    /// The requests that were made.
    var batches: [Batch] = []
    /// Those that no answer could be had for.
    var failures: [PMID: Service.Refusal] = [:]
  }

  /// Requests in flight; the pace is the limiter's.
  static let requestsAtOnce = 8
  /// Bytes of the largest answer: two hundred records of the largest size would be more, and never come together.
  private static let maximumAnswerBytes = 256 << 20

  /// Seconds for which it is believed that there is no such article.
  private static let longestAbsence = 86_400.0

  let utilities: EUtilities
  let service: CachedService
  let articles: FetchedArticles
  let fields: ArticleFields
  let markup: Markup

  /// Brings all articles into `articles`.
  ///
  /// - Parameters:
  ///   - pmids: each once, in the order of the rows.
  ///   - areNamed: a search has just named them, so that it takes more than one answer without them to believe that they
  ///     are gone, and that is not kept.
  ///   - stopsEarly: the first failure is reason enough to stop.
  /// - Throws: an input/output failure of the temporary file.
  func fetch(_ pmids: [PMID], areNamed: Bool, stopsEarly: Bool) async throws(Failure) -> Report {
    var report = Report()
    var wanted = pmids.filter { !articles.knows($0) }
    // Who holds on to a claim for too long is not waited for again.
    var claims = service.cache != nil
    while !wanted.isEmpty {
      wanted = try takeFromCache(wanted, areNamed: areNamed)
      if wanted.isEmpty { break }
      if service.isOffline {
        for pmid in wanted { report.failures[pmid] = CachedService.offlineRefusal }
        break
      }
      // What another process is fetching will be in the cache; both would ask for it otherwise.
      let claim = claims ? service.cache?.claim(wanted.map(key)) : nil
      defer { claim?.release() }
      let held = claim.map { claim in wanted.filter { claim.isHeld(key($0)) } } ?? wanted
      let others = claim.map { claim in wanted.filter { !claim.isHeld(key($0)) } } ?? []
      // Another process may have let go between our look and our claim.
      let missing = try takeFromCache(held, areNamed: areNamed)
      try await request(missing, areNamed: areNamed, stopsEarly: stopsEarly, noting: &report)
      if stopsEarly, !report.failures.isEmpty { break }
      claim?.release()
      if let first = others.first, let cache = service.cache { claims = await cache.wait(for: key(first)) }
      wanted = others
    }
    return report
  }

  /// Requests for all of these, several in flight. What an answer leaves out is asked for once more.
  private func request(
    _ pmids: [PMID], areNamed: Bool, stopsEarly: Bool, noting report: inout Report
  ) async throws(Failure) {
    let leftOut = try await request(
      Self.batches(of: pmids), expecting: areNamed ? .some : .any, stopsEarly: stopsEarly, noting: &report)
    let gone = try await request(
      Self.batches(of: leftOut), expecting: .any, stopsEarly: stopsEarly, noting: &report)
    articles.addMissing(gone)
    if !areNamed { for pmid in gone { service.cache?.store([], for: key(pmid)) } }
  }

  /// What an answer must hold to be one.
  private enum Expectation {
    /// At least one of the articles asked for.
    case some
    case any
  }

  private static func batches(of pmids: [PMID]) -> [[PMID]] {
    stride(from: 0, to: pmids.count, by: EUtilities.mostIdentifiers).map { start in
      Array(pmids[start..<min(start + EUtilities.mostIdentifiers, pmids.count)])
    }
  }

  /// - Returns: The PMIDs that the answers leave out.
  private func request(
    _ batches: [[PMID]], expecting expectation: Expectation, stopsEarly: Bool, noting report: inout Report
  ) async throws(Failure) -> [PMID] {
    var failure: Failure?
    var leftOut: [PMID] = []
    await forEachConcurrently(batches, limit: Self.requestsAtOnce) { batch -> Result<[Answered], Failure> in
      do throws(Failure) {
        return .success(try await requestHalving(batch, expecting: expectation))
      } catch {
        return .failure(error)
      }
    } take: { result in
      switch result {
      case .failure(let error): failure = failure ?? error
      case .success(let answers):
        for (batch, missing) in answers {
          report.batches.append(batch)
          leftOut += missing
          if let refusal = batch.failure {
            for pmid in batch.pmids { report.failures[pmid] = refusal }
          }
        }
      }
      return failure == nil && !(stopsEarly && !report.failures.isEmpty)
    }
    if let failure { throw failure }
    return leftOut
  }

  private typealias Answered = (batch: Batch, missing: [PMID])

  /// One request, and where it is refused for good, one for each half: a single PMID may be why. When both halves are
  /// refused too, it is not.
  private func requestHalving(
    _ pmids: [PMID], expecting expectation: Expectation
  ) async throws(Failure) -> [Answered] {
    let whole = try await request(pmids, expecting: expectation)
    guard whole.batch.isRefusedForGood else { return [whole] }
    var halves: [Answered] = []
    for half in Self.halves(of: pmids) { halves.append(try await request(half, expecting: expectation)) }
    let isAnyAnswered = halves.contains { $0.batch.failure == nil }
    // The tries of what was cut count too; what became of its articles, its halves tell.
    var answers: [Answered] = [(whole.batch.triesAlone, [])]
    for half in halves {
      guard isAnyAnswered, half.batch.isRefusedForGood else {
        answers.append(half)
        continue
      }
      answers.append((half.batch.triesAlone, []))
      for quarter in Self.halves(of: half.batch.pmids) {
        answers += try await requestHalving(quarter, expecting: expectation)
      }
    }
    return answers
  }

  private static func halves(of pmids: [PMID]) -> [[PMID]] {
    [Array(pmids[..<(pmids.count / 2)]), Array(pmids[(pmids.count / 2)...])]
  }

  /// One request. The PMIDs that its answer leaves out are told.
  private func request(
    _ pmids: [PMID], expecting expectation: Expectation
  ) async throws(Failure) -> Answered {
    let identifiers = pmids.map(\.description).joined(separator: ",")
    var request = utilities.request(
      .efetch, FormParameters([("db", "pubmed"), ("retmode", "xml"), ("id", identifiers)]))
    request.limits.maximumBodyBytes = Self.maximumAnswerBytes
    let asked = Set(pmids)
    let (utilities, fields, markup) = (utilities, fields, markup)
    let kind = EUtilities.Call.efetch.rawValue
    let answer: Service.Answer<ParsedAnswer>
    do throws(Service.Refusal) {
      answer = try await service.service.ask(request, kind: kind) { response throws(ServiceFault) in
        if let fault = utilities.fault(of: response) { throw fault }
        let answer: ParsedAnswer
        do throws(Failure) {
          answer = try ParsedAnswer(response.body, fields: fields, markup: markup)
        } catch {
          throw .transient("the answer of EFetch cannot be read: \(error.message)")
        }
        let received = answer.rows.compactMap(\.pmid)
        if asked.isDisjoint(with: received), expectation == .some || !received.isEmpty {
          throw .transient("EFetch answers with none of the articles asked for")
        }
        return answer
      }
    } catch {
      return (Batch(pmids: pmids, attempts: error.attempts, failure: error), [])
    }
    let missing = try keep(answer.value, of: answer.response.body, asked: pmids)
    return (Batch(pmids: pmids, attempts: answer.attempts), missing)
  }

  /// Puts an answer's records into the cache and the run's articles.
  ///
  /// - Returns: The PMIDs that it leaves out.
  private func keep(_ answer: ParsedAnswer, of body: [UInt8], asked pmids: [PMID]) throws(Failure) -> [PMID] {
    let pieces = ArticleSplitter.records(in: body)
    let records = answer.rows.filter { $0.kind != .deletion }
    if let cache = service.cache, pieces.count == records.count {
      // Of several versions of an article the highest counts, as in the run's articles.
      var kept: [PMID: (version: Int, piece: Range<Int>)] = [:]
      for (row, piece) in zip(records, pieces) {
        if let pmid = row.pmid, row.version >= kept[pmid]?.version ?? 0 { kept[pmid] = (row.version, piece) }
      }
      for pmid in pmids {
        if let piece = kept[pmid]?.piece { cache.store(Array(body[piece]), for: key(pmid)) }
      }
    }
    try articles.add(answer.rows, in: answer.output)
    return pmids.filter { !articles.knows($0) }
  }

  /// Takes what the cache has; returns the rest.
  private func takeFromCache(_ pmids: [PMID], areNamed: Bool) throws(Failure) -> [PMID] {
    var rest: [PMID] = []
    for pmid in pmids {
      guard let entry = service.kept(key(pmid)) else {
        rest.append(pmid)
        continue
      }
      if entry.body.isEmpty {
        let isBelieved = service.isOffline || (!areNamed && entry.age < Self.longestAbsence)
        if isBelieved { articles.addMissing([pmid], age: entry.age) } else { rest.append(pmid) }
      } else if let parsed = try? ParsedAnswer(entry.body, fields: fields, markup: markup),
        parsed.rows.contains(where: { $0.pmid == pmid })
      {
        try articles.add(parsed.rows, in: parsed.output, age: entry.age)
      } else {
        rest.append(pmid)
      }
    }
    return rest
  }

  private func key(_ pmid: PMID) -> String { utilities.cacheKey(pmid) }
}

/// The rows of an EFetch answer, or of one record.
private struct ParsedAnswer: Sendable {
  let rows: [WrittenRow]
  let output: ByteBuffer

  /// - Throws: bad data when the XML is cut off, not well-formed, or not PubMed's.
  init(_ body: [UInt8], fields: ArticleFields, markup: Markup) throws(Failure) {
    let parser = ArticleParser(source: "EFetch", fields: fields, markup: markup)
    let result = unsafe body.withUnsafeBytes { bytes -> Result<Void, Failure> in
      do throws(Failure) {
        try unsafe parser.parse(bytes)
        try parser.finish()
        return .success(())
      } catch {
        return .failure(error)
      }
    }
    try result.get()
    rows = parser.rows
    output = parser.output
  }
}
