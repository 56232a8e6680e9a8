import MillraceCore

/// Adds prices to rows.
struct PriceAugmenter: Augmenter {
  let source: any PriceSource
  let asking: PriceAsking
  let layout: PriceLayout
  /// A day's requests may be spent before all is there.
  let isLimited: Bool
  /// Of a dry run.
  private let planned = DistinctValues<Symbol>()
  /// Symbols that the source knows nothing of, as far as they are told.
  private let unmatched = DistinctValues<Symbol>()
  private static let mostUnmatched = 10_000

  var origin: AnswerOrigin { source.origin }
  var service: CachedService? { source.service }
  var addedFields: [FieldName] { layout.names }
  /// Where the day's requests may be spent, many rows are looked at before any is asked for: those of which nothing is
  /// known come first. Else a few, since a long history takes half a megabyte.
  var rowsAtOnce: Int { isLimited ? 5000 : 100 }
  var rowsAtFirst: Int { isLimited ? rowsAtOnce : 20 }

  func check(_ table: Table) throws(Failure) { try asking.check(table) }
  func question(of row: RecordCursor) throws(Failure) -> PriceQuestion { try asking.question(of: row) }

  /// Each symbol is asked for once, with all days that its rows want.
  func answers(
    to questions: [PriceQuestion], policy: RefusalPolicy
  ) async throws(Failure) -> [Answered<PriceReply>] {
    var spans: [Symbol: PriceSpan] = [:]
    for (symbol, span) in questions.compactMap(\.wanted) {
      spans[symbol] = spans[symbol].map { $0.union(span, today: asking.today) } ?? span
    }
    let (source, wanted) = (source, spans)
    let answers = try await policy.answers(
      to: questions.map { $0.wanted?.symbol }, inOrder: { source.inOrder($0) },
      describe: { "the symbol \($0)" }
    ) { symbol throws(Service.Refusal) in
      try await source.prices(of: symbol, in: wanted[symbol] ?? .latest)
    }
    return zip(questions, answers).map { question, answer in
      var answer = answer
      if let prices = answer.value, !prices.isKnown, unmatched.count < Self.mostUnmatched {
        unmatched.add(question.wanted.map { [$0.symbol] } ?? [])
      }
      answer.refusal = answer.refusal ?? answer.value?.shortfall
      return answer.map { PriceReply(question: question, prices: $0) }
    }
  }

  func makeWriter() -> PriceRowWriter { PriceRowWriter(layout, asking: asking) }

  func plannedAnswers(to questions: [PriceQuestion]) -> [Answered<PriceReply>] {
    planned.add(questions.compactMap { $0.wanted?.symbol })
    return questions.map { Answered(PriceReply(question: $0), asksNothing: true) }
  }

  var plan: String {
    "would look up \(counted(planned.count, "different symbol")), as far as the cache lacks them"
  }

  func report(to diagnostics: Diagnostics) {
    source.report(to: diagnostics)
    let unmatched = unmatched.all
    guard !unmatched.isEmpty else { return }
    let atLeast = unmatched.count < Self.mostUnmatched ? "" : "at least "
    diagnostics.warning(
      "\(origin.name) does not know \(atLeast)\(counted(unmatched.count, "symbol")): \(unmatched.named)")
  }
}

/// What is known for a row.
struct PriceReply: Sendable {
  var question: PriceQuestion
  /// Nil when the row asks nothing, or got no answer.
  var prices: SourcedPrices?
}
