import MillraceCore
import Synchronization

/// Articles from PubMed itself.
extension Augment {
  func augmentOnline(in stage: Stage) throws(Failure) {
    let surroundings = Surroundings.ofThisProcess()
    let start = surroundings.clock.now()
    let utilities = try utilities(surroundings.environment, in: stage)
    let tables = TableSequence(input.paths, options: input.reading) { [open = stage.opener] path throws(Failure) in
      try open(path)
    }
    let layout = added.layout
    let asking = try asking(of: tables.firstTable())
    let output = try stage.openOutput(
      for: tables, writing: format.writing, compression: format.compress.compression, adding: layout.names)
    guard let output else { return }

    let articles = try FetchedArticles(origin: utilities.address, folder: temporaryFolder())
    let service = service(utilities, surroundings, in: stage)
    let online = online(utilities, service, articles)
    let plan = stage.isDryRun ? RequestPlan() : nil
    let rows = AnsweredRows<RowQuestion, RowAnswer>(
      tables, ragged: input.ragged, failsOnBadRows: input.onError == .fail, question: asking
    ) { questions throws(Failure) in
      plan?.add(questions)
      if plan != nil { return questions.map { _ in RowAnswer() } }
      // Nobody is asked for rows that nobody reads any more.
      if stage.outputIsGone { throw .brokenPipe }
      return try waiting { () throws(Failure) in try await online.answers(to: questions) }
    }
    let (tally, needsArticles) = (OnlineAugmenter.Tally(), needsArticles)
    let (contexts, idField) = (contexts(in: stage), idField)
    let quarantines = if case .quarantine = input.onError { true } else { false }
    let written = try stage.transformRows(
      of: { () throws(Failure) in try rows.next() }, into: output, ragged: input.ragged, dropping: input.onError
    ) { () throws(Failure) in
      let augmenter = OnlineAugmenter(
        articles: ArticleWriter(source: articles, layout: layout, looksUp: needsArticles), tally: tally,
        quarantines: quarantines,
        source: utilities.address, contexts: contexts, idField: idField)
      return { (row, writer) throws(Failure) in
        guard let answer = rows.answer(for: row) else {
          // The question failed; asked once more it tells why.
          _ = try asking(row)
          throw Failure(.internalError, "a row was not asked for", at: row.place())
        }
        try augmenter.augment(row, with: answer, into: writer)
      }
    }
    if let plan { stage.diagnostics.note(plan.description) } else { service.cache?.evictWhenDue() }
    let asked = service.service.requestCount > 0 ? 0 : tally.oldestAge
    if let asked {
      let time = Timestamp(seconds: start.seconds - Int(asked), nanoseconds: start.nanoseconds)
      stage.recorder.addSource(url: utilities.address, licence: AugPubMed.policies, time: time)
    }
    tally.report(to: stage.diagnostics, areKept: service.cache != nil)
    if tally.failed > 0 { stage.answer = .no }
    try stage.finish(output.file, rowsIn: tables.records, rowsOut: written)
  }

  /// The service's address, and who asks.
  private func utilities(_ environment: [String: String], in stage: Stage) throws(Failure) -> EUtilities {
    func variable(_ name: String) -> String? {
      environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
    let email = email ?? variable("NCBI_EMAIL")
    let utilities = try EUtilities(
      base: network.baseUrl ?? EUtilities.usualBase, email: email, key: variable("NCBI_API_KEY"))
    if let interval = network.interval { try utilities.check(interval: interval) }
    if email == nil, !network.offline, !stage.isDryRun {
      stage.diagnostics.warning(
        "no e-mail address is set: NCBI asks for one, to write to before it blocks anybody (--email or NCBI_EMAIL)")
    }
    return utilities
  }

  private func service(_ utilities: EUtilities, _ surroundings: Surroundings, in stage: Stage) -> CachedService {
    network.service(
      named: "PubMed", folder: "pubmed", host: utilities.host, key: utilities.key,
      usualInterval: EUtilities.interval(hasKey: utilities.key != nil), isDryRun: stage.isDryRun,
      surroundings: surroundings, diagnostics: stage.diagnostics)
  }

  /// PMIDs of a search exist; of others only PubMed can tell.
  private var needsArticles: Bool { added.layout.needsArticles || question.pmidField != nil }

  private func online(
    _ utilities: EUtilities, _ service: CachedService, _ articles: FetchedArticles
  ) -> OnlineArticles {
    OnlineArticles(
      search: PubMedSearch(utilities: utilities, service: service, settings: search.settings),
      fetcher: ArticleFetcher(
        utilities: utilities, service: service, articles: articles, fields: added.fields.article,
        markup: added.markup.markup),
      needsArticles: needsArticles, stopsEarly: input.onError == .fail)
  }

  /// What a row asks. Any thread may call it.
  private func asking(
    of table: Table?
  ) throws(Failure) -> @Sendable (RecordCursor) throws(Failure) -> RowQuestion {
    if let template = try question.template() {
      if let table { try template.check(table) }
      return { row throws(Failure) in try template.query(for: row).map { .query($0) } ?? .nothing }
    }
    let field = FieldName(question.pmidField ?? "")
    if let table { try PMIDReader(field).check(table) }
    return { row throws(Failure) in .pmids(try PMIDReader(field).pmids(of: row)) }
  }
}

/// What a dry run would ask for.
private final class RequestPlan: Sendable, CustomStringConvertible {
  private let asked = Mutex((queries: Set<String>(), pmids: Set<PMID>()))

  func add(_ questions: [RowQuestion]) {
    asked.withLock { asked in
      for question in questions {
        switch question {
        case .query(let query): asked.queries.insert(query)
        case .pmids(let pmids): asked.pmids.formUnion(pmids)
        case .nothing: break
        }
      }
    }
  }

  var description: String {
    let (queries, pmids) = asked.withLock { ($0.queries.count, $0.pmids.count) }
    return queries > 0
      ? "would search for \(queries) different queries, and fetch their articles, as far as the cache lacks them"
      : "would fetch \(pmids) different PMIDs, as far as the cache lacks them"
  }
}
