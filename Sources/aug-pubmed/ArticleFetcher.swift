import MillraceCore
import Synchronization

/// Fetches articles by their PMIDs: two hundred with a request, whichever rows they are for, each once.
struct ArticleFetcher: Sendable {
  /// What came of one request.
  struct Batch: Sendable {
    var pmids: [PMID]
    var attempts: [ContextFormatter.Attempt]
    var failure: Service.Refusal?
  }

  /// What came of all.
  struct Report: Sendable {
    /// The requests that were made.
    var batches: [Batch] = []
    /// Seconds since the article was kept, for those that the cache had.
    var ages: [PMID: Double] = [:]
    /// Those that no answer could be had for.
    var failures: [PMID: Service.Refusal] = [:]
  }

  /// Requests in flight; the pace is the limiter's.
  static let requestsAtOnce = 8
  /// Bytes of the largest answer: two hundred records of the largest size would be more, and never come together.
  private static let maximumAnswerBytes = 256 << 20

  let utilities: EUtilities
  let service: CachedService
  let articles: FetchedArticles
  let fields: ArticleFields
  let markup: Markup

  /// Brings all articles into `articles`.
  ///
  /// - Parameters:
  ///   - pmids: each once, in the order of the rows.
  ///   - asksTwice: ask again for articles that an answer left out: a search has just named them.
  ///   - stopsEarly: the first failure is reason enough to stop.
  /// - Throws: an input/output failure of the temporary file.
  func fetch(_ pmids: [PMID], asksTwice: Bool, stopsEarly: Bool) async throws(Failure) -> Report {
    var report = Report()
    var wanted = pmids.filter { !articles.knows($0) }
    // Who holds on to a claim for too long is not waited for again.
    var claims = service.cache != nil
    while !wanted.isEmpty {
      wanted = try takeFromCache(wanted, noting: &report)
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
      let missing = try takeFromCache(held, noting: &report)
      try await request(missing, asksTwice: asksTwice, stopsEarly: stopsEarly, noting: &report)
      if stopsEarly, !report.failures.isEmpty { break }
      claim?.release()
      if let first = others.first, let cache = service.cache { claims = await cache.wait(for: key(first)) }
      wanted = others
    }
    return report
  }

  /// Requests for all of these, several in flight.
  private func request(
    _ pmids: [PMID], asksTwice: Bool, stopsEarly: Bool, noting report: inout Report
  ) async throws(Failure) {
    let batches = stride(from: 0, to: pmids.count, by: EUtilities.mostIdentifiers).map { start in
      Array(pmids[start..<min(start + EUtilities.mostIdentifiers, pmids.count)])
    }
    var failure: Failure?
    var leftOut: [PMID] = []
    await forEachConcurrently(batches, limit: Self.requestsAtOnce) { batch in
      await request(batch)
    } take: { result in
      switch result {
      case .failure(let error): failure = failure ?? error
      case .success(let (batch, missing)):
        report.batches.append(batch)
        leftOut += missing
        if let refusal = batch.failure {
          for pmid in batch.pmids { report.failures[pmid] = refusal }
        }
      }
      return failure == nil && !(stopsEarly && !report.failures.isEmpty)
    }
    if let failure { throw failure }
    guard !leftOut.isEmpty else { return }
    if asksTwice {
      try await request(leftOut, asksTwice: false, stopsEarly: stopsEarly, noting: &report)
    } else {
      articles.addMissing(leftOut)
      for pmid in leftOut { service.cache?.store([], for: key(pmid)) }
    }
  }

  /// One request. The PMIDs that its answer leaves out are told.
  private func request(_ pmids: [PMID]) async -> Result<(batch: Batch, missing: [PMID]), Failure> {
    let identifiers = pmids.map(\.description).joined(separator: ",")
    var request = utilities.request(
      .efetch, FormParameters([("db", "pubmed"), ("retmode", "xml"), ("id", identifiers)]))
    request.limits.maximumBodyBytes = Self.maximumAnswerBytes
    let asked = Set(pmids)
    let parsed = Mutex<ParsedAnswer?>(nil)
    let (utilities, fields, markup) = (utilities, fields, markup)
    do throws(Service.Refusal) {
      let answer = try await service.service.ask(request, kind: EUtilities.Call.efetch.rawValue) { response in
        if let fault = utilities.fault(of: response) { return fault }
        do throws(Failure) {
          let answer = try ParsedAnswer(response.body, fields: fields, markup: markup)
          let received = answer.rows.compactMap(\.pmid)
          if !received.isEmpty, asked.isDisjoint(with: received) {
            return .transient("EFetch answers with articles that were not asked for")
          }
          parsed.withLock { $0 = answer }
          return .good
        } catch {
          return .transient("the answer of EFetch cannot be read: \(error.message)")
        }
      }
      guard let parsed = parsed.withLock({ $0 }) else {
        throw Service.Refusal(
          kind: .transient, reason: "the answer of EFetch cannot be read", attempts: answer.attempts)
      }
      do throws(Failure) {
        let missing = try keep(parsed, of: answer.response.body, asked: pmids)
        return .success((Batch(pmids: pmids, attempts: answer.attempts), missing))
      } catch {
        return .failure(error)
      }
    } catch {
      return .success((Batch(pmids: pmids, attempts: error.attempts, failure: error), []))
    }
  }

  /// Puts an answer's records into the cache and the run's articles.
  ///
  /// - Returns: The PMIDs that it leaves out.
  private func keep(_ answer: ParsedAnswer, of body: [UInt8], asked pmids: [PMID]) throws(Failure) -> [PMID] {
    let pieces = ArticleSplitter.records(in: body)
    let records = answer.rows.filter { $0.kind != .deletion }
    if let cache = service.cache, pieces.count == records.count {
      for (row, piece) in zip(records, pieces) {
        if let pmid = row.pmid { cache.store(Array(body[piece]), for: key(pmid)) }
      }
    }
    try articles.add(answer.rows, in: answer.output)
    return pmids.filter { !articles.knows($0) }
  }

  /// Takes what the cache has; returns the rest.
  private func takeFromCache(_ pmids: [PMID], noting report: inout Report) throws(Failure) -> [PMID] {
    var rest: [PMID] = []
    for pmid in pmids {
      guard let entry = service.kept(key(pmid)) else {
        rest.append(pmid)
        continue
      }
      if entry.body.isEmpty {
        articles.addMissing([pmid])
      } else if let parsed = try? ParsedAnswer(entry.body, fields: fields, markup: markup),
        parsed.rows.contains(where: { $0.pmid == pmid })
      {
        try articles.add(parsed.rows, in: parsed.output)
      } else {
        rest.append(pmid)
        continue
      }
      report.ages[pmid] = entry.age
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
