import MillraceCore
import Synchronization

/// Prices from Alpha Vantage. What was answered once adds up to a history that is kept: a free key gets the last hundred
/// days alone, so that a longer history grows with each time it is asked for.
///
/// A free key asks 25 times a day, so nothing is asked for twice: what a run was told, it remembers, be it that a symbol or
/// a function is refused, and where no cache remembers the answers it does so itself.
final class AlphaVantagePrices: PriceSource {
  private let alphaVantage: AlphaVantage
  private let cached: CachedService
  private let function: PriceFunction
  /// Splits and dividends are asked for too.
  private let asksForActions: Bool
  private let clock: Clock
  /// In New York.
  private let today: CalendarDay
  /// How long the last answer about days that may still change is believed.
  private let maximumAge: TimeSpan
  private let answers: RunAnswers
  private let entitlement: Entitlement

  private struct Notes {
    /// As they were kept, and since when.
    var recent = RecentlyRead<(history: PriceHistory, stored: Timestamp)>()
    /// Those whose earlier days are given to premium keys alone.
    var limited: Set<Symbol> = []
    /// Those of which the service says something else than it did of days in the past.
    var changed: Set<Symbol> = []
  }
  private let notes = Mutex(Notes())

  init(
    _ alphaVantage: AlphaVantage, service: CachedService, function: PriceFunction, asksForActions: Bool, clock: Clock,
    today: CalendarDay, maximumAge: TimeSpan
  ) {
    self.alphaVantage = alphaVantage
    cached = service
    self.function = function
    self.asksForActions = asksForActions
    self.clock = clock
    self.today = today
    self.maximumAge = maximumAge
    answers = RunAnswers(service, clock: clock)
    entitlement = Entitlement(
      function, answers: answers,
      key: alphaVantage.cacheKey(function.rawValue, "outputsize=full", alphaVantage.keyMark))
  }

  var origin: AnswerOrigin {
    AnswerOrigin(name: AlphaVantage.serviceName, address: alphaVantage.address, licence: AlphaVantage.terms)
  }
  var service: CachedService? { cached }

  /// Those of which nothing is kept come first, then those that were asked for longest ago: when the budget is spent, the
  /// run of the next day gets further.
  func inOrder(_ symbols: [Symbol]) -> [Symbol] {
    let kept = symbols.map { answers.kept(historyKey($0))?.stored }
    return symbols.indices.sorted { one, other in
      switch (kept[one], kept[other]) {
      case (nil, nil): one < other
      case (nil, _): true
      case (_, nil): false
      case (let first?, let second?): (first, one) < (second, other)
      }
    }.map { symbols[$0] }
  }

  func prices(
    of symbol: Symbol, in span: PriceSpan
  ) async throws(Service.Refusal) -> CachedService.Answer<SourcedPrices> {
    let days = span.days(today: today)
    var parts = AnswerParts()
    var history = try await history(of: symbol, days, noting: &parts)
    guard !history.series.isEmpty else {
      return parts.answer(SourcedPrices(isKnown: false, series: history.series))
    }
    var prices = SourcedPrices(series: history.series, unknown: history.unknown(in: days, now: clock.now()))
    var end = days.upperBound
    if asksForActions {
      let (actions, day) = try await actions(of: symbol, upTo: days.upperBound, noting: &parts)
      // A dividend behind the span changes its prices by the close of its own day.
      if let last = actions.dividends.last(where: { $0.exDay <= day })?.exDay, last > end {
        end = min(today, last.advanced(by: PriceInterval.daily.alignmentLimit))
        history = try await self.history(of: symbol, days.lowerBound...min(last, today), noting: &parts)
      }
      prices.actions = actions
      prices.seenFrom = day
      prices.unknownCloses = history.unknown(in: days.lowerBound...max(days.lowerBound, day), now: clock.now())
    }
    let start = span.indices(in: history.series).first.map { history.series.days[$0] } ?? days.lowerBound
    prices.series = history.series.rows(in: min(start, end)...end)
    prices.shortfall = parts.shortfall
    return parts.answer(prices)
  }

  func report(to diagnostics: Diagnostics) {
    let notes = notes.withLock { $0 }
    if !notes.limited.isEmpty {
      diagnostics.warning(
        "\(AlphaVantage.serviceName) gives whole histories to premium keys alone, and others the last "
          + "\(OutputSize.compactPoints) days: earlier ones of \(notes.limited.named) are not known")
    }
    if !notes.changed.isEmpty {
      diagnostics.warning(
        "\(AlphaVantage.serviceName) now gives other prices than before for past days of "
          + "\(notes.changed.named): the new ones are taken")
    }
  }

  // MARK: Histories

  private func historyKey(_ symbol: Symbol) -> String { alphaVantage.cacheKey(function.rawValue, symbol.text) }

  /// What is known of the days; when the budget is spent, what is kept of them.
  private func history(
    of symbol: Symbol, _ days: ClosedRange<CalendarDay>, noting parts: inout AnswerParts
  ) async throws(Service.Refusal) -> PriceHistory {
    try refuse(symbol)
    do throws(Service.Refusal) {
      let answer = try await cached.ask(historyKey(symbol)) {
        known(symbol, days)
      } asking: { () throws(Service.Refusal) in
        try await ask(for: symbol, days)
      }
      parts.add(answer)
      return answer.value
    } catch {
      guard case .spent = error.kind, let kept = kept(symbol), !kept.value.series.isEmpty else {
        throw parts.refusal(error)
      }
      parts.add(CachedService.Answer(value: (), attempts: error.attempts, age: kept.age))
      parts.shortfall = parts.shortfall ?? error
      return kept.value
    }
  }

  /// What is kept of a symbol, whatever it is.
  private func kept(_ symbol: Symbol) -> CachedService.Answer<PriceHistory>? {
    guard let kept = answers.kept(historyKey(symbol)), let history = PriceHistory(bytes: kept.body),
      history.function == function
    else { return nil }
    notes.withLock { $0.recent.keep((history, kept.stored), of: symbol, points: history.series.count) }
    return CachedService.Answer(value: history, age: answers.age(of: kept.stored))
  }

  private func recent(_ symbol: Symbol) -> CachedService.Answer<PriceHistory>? {
    guard let (history, stored) = notes.withLock({ $0.recent[symbol] }) else { return nil }
    return CachedService.Answer(value: history, age: answers.age(of: stored))
  }

  /// What is kept, if it holds all that is asked for, or all that can be had.
  private func known(_ symbol: Symbol, _ days: ClosedRange<CalendarDay>) -> CachedService.Answer<PriceHistory>? {
    if answers.isToRefresh(historyKey(symbol)) { return nil }
    if let answer = recent(symbol), suffices(answer.value, for: days, of: symbol) { return answer }
    // Another process may have added to it.
    guard let answer = kept(symbol), suffices(answer.value, for: days, of: symbol) else { return nil }
    return answer
  }

  private func suffices(_ history: PriceHistory, for days: ClosedRange<CalendarDay>, of symbol: Symbol) -> Bool {
    guard cached.isOffline || size(toFill: days, of: history) == nil else { return false }
    noteLimit(symbol, history, days)
    return true
  }

  /// How much must be asked for; nil when nothing that can be had is missing.
  private func size(toFill days: ClosedRange<CalendarDay>, of history: PriceHistory) -> OutputSize? {
    let now = clock.now()
    let gaps = history.gaps(in: days, now: now, maximumAge: maximumAge)
    if gaps.isEmpty { return nil }
    func needed(fullIsRefused: Bool) -> OutputSize? {
      history.outputSize(toFill: gaps, now: now, maximumAge: maximumAge, fullIsRefused: fullIsRefused)
    }
    let isRefused = entitlement.isToLatestAlone
    let size = needed(fullIsRefused: isRefused)
    // Another process may have been told meanwhile.
    guard size == .full, !isRefused, entitlement.findRefusal() else { return size }
    return needed(fullIsRefused: true)
  }

  private func noteLimit(_ symbol: Symbol, _ history: PriceHistory, _ days: ClosedRange<CalendarDay>) {
    if entitlement.isToLatestAlone, !history.unknown(in: days, now: clock.now()).isEmpty {
      notes.withLock { _ = $0.limited.insert(symbol) }
    }
  }

  /// Asks for what is not known, and adds it to what is kept.
  private func ask(
    for symbol: Symbol, _ days: ClosedRange<CalendarDay>
  ) async throws(Service.Refusal) -> CachedService.Answer<PriceHistory> {
    var history = kept(symbol)?.value ?? PriceHistory(of: function)
    let start = answers.isToRefresh(historyKey(symbol)) ? PriceHistory(of: function) : history
    var size = size(toFill: days, of: start) ?? .compact
    // One asks what the key may ask for; the others wait for what it is told.
    let turn = await entitlement.turn(toAskFor: size)
    defer { turn?.end() }
    if turn != nil {
      // That nothing more can be had may be what was learned.
      if let answer = known(symbol, days) { return answer }
      size = self.size(toFill: days, of: start) ?? .compact
    }
    try refuse(symbol)
    var attempts: [ContextFormatter.Attempt] = []
    var answer = try await series(of: symbol, size, history, noting: &attempts)
    if case .premiumOutputSize = answer, size == .full {
      entitlement.noteRefusalOfAll()
      turn?.end()
      size = .compact
      answer = try await series(of: symbol, size, history, noting: &attempts)
    }
    switch answer {
    case .series(let prices):
      entitlement.noteAnswer(to: size)
      let changed = history.add(
        prices.series, size: size, fetched: clock.now(), isWhole: prices.isSurelyWhole)
      if !changed.isEmpty { notes.withLock { _ = $0.changed.insert(symbol) } }
    case .noData: history.addNothing(fetched: clock.now())
    case .premiumEndpoint(let text):
      entitlement.noteRefusalOfFunction(text)
      throw Service.Refusal(kind: .permanent, reason: text, attempts: attempts)
    case .premiumOutputSize:
      throw Service.Refusal(
        kind: .permanent, reason: "the service gives the prices of \(symbol) to premium keys alone", attempts: attempts)
    }
    answers.keep(history.bytes, historyKey(symbol))
    notes.withLock { $0.recent.forget(symbol) }
    noteLimit(symbol, history, days)
    return CachedService.Answer(value: history, attempts: attempts)
  }

  private func series(
    of symbol: Symbol, _ size: OutputSize, _ history: PriceHistory, noting attempts: inout [ContextFormatter.Attempt]
  ) async throws(Service.Refusal) -> AlphaVantage.SeriesAnswer {
    let request = try alphaVantage.request(function, of: symbol, size)
    let (alphaVantage, function, clock) = (alphaVantage, function, clock)
    // What comes twice is believed: days may be taken back.
    let doubted = Mutex<PriceSeries?>(nil)
    do throws(Service.Refusal) {
      let answer = try await cached.service.ask(request, kind: function.rawValue) { response throws(ServiceFault) in
        let answer = try alphaVantage.series(in: response, of: function, now: clock.now())
        if case .series(let prices) = answer, let doubt = history.doubt(about: prices.series, size: size),
          doubted.withLock({ $0.exchange(for: prices.series) }) != prices.series
        {
          throw .transient("the answer is not whole: \(doubt)")
        }
        return answer
      }
      attempts += answer.attempts
      return answer.value
    } catch {
      if error.kind == .permanent { answers.keep(Array(error.reason.utf8), refusedKey(symbol)) }
      throw Service.Refusal(kind: error.kind, reason: error.reason, attempts: attempts + error.attempts)
    }
  }

  // MARK: Refusals

  private func refusedKey(_ symbol: Symbol) -> String { historyKey(symbol) + " refused" }

  /// Asks for nothing that was refused not long ago.
  private func refuse(_ symbol: Symbol) throws(Service.Refusal) {
    if let reason = entitlement.refusalOfFunction { throw Service.Refusal(kind: .permanent, reason: reason) }
    let key = refusedKey(symbol)
    guard !answers.isToRefresh(key), let kept = answers.kept(key),
      cached.isOffline || maximumAge.seconds.map({ answers.age(of: kept.stored) < $0 }) ?? true
    else { return }
    throw Service.Refusal(kind: .permanent, reason: printable(String(decoding: kept.body, as: UTF8.self)))
  }

  // MARK: Splits and dividends

  /// The symbol's splits and dividends, and the day from which they are seen.
  ///
  /// A list that was kept behind the span does: what happened since changes all of its prices alike.
  private func actions(
    of symbol: Symbol, upTo end: CalendarDay, noting parts: inout AnswerParts
  ) async throws(Service.Refusal) -> (actions: CorporateActions, day: CalendarDay) {
    let (alphaVantage, clock) = (alphaVantage, clock)
    let splits = try await list(CorporateActions.splitsFunction, of: symbol, upTo: end, noting: &parts) {
      response throws(ServiceFault) in try alphaVantage.splits(in: response, now: clock.now())
    }
    let dividends = try await list(CorporateActions.dividendsFunction, of: symbol, upTo: end, noting: &parts) {
      response throws(ServiceFault) in try alphaVantage.dividends(in: response, now: clock.now())
    }
    return (CorporateActions(splits: splits.rows, dividends: dividends.rows), min(splits.day, dividends.day))
  }

  private struct List<Row: Sendable>: Sendable {
    var rows: [Row]
    /// On which it was kept.
    var day: CalendarDay
  }

  private func list<Row: Sendable>(
    _ name: String, of symbol: Symbol, upTo end: CalendarDay, noting parts: inout AnswerParts,
    reading: @escaping Service.Judge<[Row]>
  ) async throws(Service.Refusal) -> List<Row> {
    let key = alphaVantage.cacheKey(name, symbol.text)
    let (answers, maximumAge, today) = (answers, maximumAge, today)
    do throws(Service.Refusal) {
      let answer = try await cached.ask(key) { () -> CachedService.Answer<List<Row>>? in
        guard !answers.isToRefresh(key), let kept = answers.kept(key) else { return nil }
        let (day, age) = (NewYork.day(at: kept.stored), answers.age(of: kept.stored))
        let isFresh = day == today && maximumAge.seconds.map { age < $0 } ?? true
        guard day > end || isFresh || cached.isOffline else { return nil }
        let response = HTTPResponse(status: 200, url: alphaVantage.address, headers: [], body: kept.body)
        return (try? reading(response)).map { CachedService.Answer(value: List(rows: $0, day: day), age: age) }
      } asking: { () throws(Service.Refusal) in
        let request = try alphaVantage.request(name, of: symbol)
        let answer = try await cached.service.ask(request, kind: name, judge: reading)
        answers.keep(answer.response.body, key)
        return CachedService.Answer(value: List(rows: answer.value, day: today), attempts: answer.attempts)
      }
      parts.add(answer)
      return answer.value
    } catch {
      throw parts.refusal(error)
    }
  }
}

/// What an answer is put together from.
private struct AnswerParts {
  private var attempts: [ContextFormatter.Attempt] = []
  /// Of the oldest; nil once something was asked for.
  private var age: Double? = 0
  /// The budget was spent before all was there.
  var shortfall: Service.Refusal?

  mutating func add<Value>(_ answer: CachedService.Answer<Value>) {
    attempts += answer.attempts
    age = answer.age.flatMap { new in age.map { max($0, new) } }
  }

  func answer<Value>(_ value: Value) -> CachedService.Answer<Value> {
    CachedService.Answer(value: value, attempts: attempts, age: age)
  }

  /// With the tries of the parts before.
  func refusal(_ refusal: Service.Refusal) -> Service.Refusal {
    Service.Refusal(kind: refusal.kind, reason: refusal.reason, attempts: attempts + refusal.attempts)
  }
}

extension Optional {
  /// Takes another value, and gives the one before.
  fileprivate mutating func exchange(for value: Wrapped) -> Wrapped? {
    defer { self = value }
    return self
  }
}
