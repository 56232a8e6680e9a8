import MillraceCore
import Synchronization

/// Prices from Alpha Vantage. What was answered once adds up to a history that is kept: a free key gets the last hundred
/// days alone, so that a longer history grows with each time it is asked for.
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

  private struct Notes {
    /// Asked anew in this run, which `--refresh` does once.
    var refreshed: Set<Symbol> = []
    /// As the cache had them, and since when.
    var recent = RecentlyRead<(history: PriceHistory, stored: Timestamp)>()
    /// Where no cache remembers them.
    var histories: [Symbol: PriceHistory] = [:]
    /// Those whose earlier days are given to premium keys alone.
    var limited: Set<Symbol> = []
    /// Days of the past for which the service says something else than it did.
    var changed: [Symbol: Int] = [:]
  }
  private let notes = Mutex(Notes())
  private enum Entitlement {
    case unknown, all
    /// The last hundred points alone, as was said then.
    case latest(since: Timestamp)
  }
  /// What the key may ask for.
  private let entitlement = Mutex(Entitlement.unknown)

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
    if function.hasOutputSizes, let refusal = service.kept(refusalKey) {
      entitlement.withLock { $0 = .latest(since: refusal.stored) }
    }
  }

  var origin: AnswerOrigin {
    AnswerOrigin(name: AlphaVantage.serviceName, address: alphaVantage.address, licence: AlphaVantage.terms)
  }
  var service: CachedService? { cached }
  var interval: PriceInterval { function.interval }

  func prices(
    of symbol: Symbol, in span: PriceSpan
  ) async throws(Service.Refusal) -> CachedService.Answer<SourcedPrices> {
    let days = span.days(today: today)
    let answer = try await history(of: symbol, days)
    let history = answer.value
    // What happened behind the span tells by what its prices are multiplied.
    let end = asksForActions ? today : days.upperBound
    let start = span.indices(in: history.series).first.map { min(history.series.days[$0], end) } ?? days.lowerBound
    var prices = SourcedPrices(
      isKnown: !history.series.isEmpty, series: history.series.rows(in: start...end),
      unknown: history.series.isEmpty ? [] : history.unknown(in: days, now: clock.now()))
    var sum = CachedService.Answer(value: (), attempts: answer.attempts, age: answer.age)
    if asksForActions, !history.series.isEmpty {
      let (alphaVantage, clock) = (alphaVantage, clock)
      let splits = try await actions(CorporateActions.splitsFunction, of: symbol, &sum) {
        response throws(ServiceFault) in
        try alphaVantage.splits(in: response, now: clock.now())
      }
      let dividends = try await actions(CorporateActions.dividendsFunction, of: symbol, &sum) {
        response throws(ServiceFault) in try alphaVantage.dividends(in: response, now: clock.now())
      }
      prices.actions = CorporateActions(splits: splits, dividends: dividends)
    }
    return CachedService.Answer(value: prices, attempts: sum.attempts, age: sum.age)
  }

  func report(to diagnostics: Diagnostics) {
    let notes = notes.withLock { $0 }
    if !notes.limited.isEmpty {
      diagnostics.warning(
        "\(AlphaVantage.serviceName) gives whole histories to premium keys alone, and others the last "
          + "\(OutputSize.compactPoints) days: earlier ones of \(Self.named(notes.limited)) are not known")
    }
    if !notes.changed.isEmpty {
      diagnostics.warning(
        "\(AlphaVantage.serviceName) now gives other prices than before for past days of "
          + "\(Self.named(Set(notes.changed.keys))): the new ones are taken")
    }
  }

  private static func named(_ symbols: Set<Symbol>) -> String {
    let names = symbols.map(\.text).sorted()
    return names.prefix(20).joined(separator: ", ") + (names.count > 20 ? " and \(names.count - 20) more" : "")
  }

  // MARK: Histories

  private func historyKey(_ symbol: Symbol) -> String { alphaVantage.cacheKey(function.rawValue, symbol.text) }

  private func history(
    of symbol: Symbol, _ days: ClosedRange<CalendarDay>
  ) async throws(Service.Refusal) -> CachedService.Answer<PriceHistory> {
    try await cached.ask(historyKey(symbol)) {
      known(symbol, days)
    } asking: { () throws(Service.Refusal) in
      try await ask(for: symbol, days)
    }
  }

  /// What is kept of a symbol, whatever it is.
  private func kept(_ symbol: Symbol) -> CachedService.Answer<PriceHistory>? {
    guard let cache = cached.cache else {
      return notes.withLock { $0.histories[symbol] }.map { CachedService.Answer(value: $0, age: 0) }
    }
    guard let entry = cache.entry(for: historyKey(symbol), maximumAge: nil),
      let history = PriceHistory(bytes: entry.body), history.function == function
    else { return nil }
    notes.withLock { $0.recent.keep((history, entry.stored), of: symbol, points: history.series.count) }
    return CachedService.Answer(value: history, age: entry.age)
  }

  /// What is kept, if it holds all that is asked for, or all that can be had.
  private func known(_ symbol: Symbol, _ days: ClosedRange<CalendarDay>) -> CachedService.Answer<PriceHistory>? {
    if isToRefresh(symbol) { return nil }
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

  private func recent(_ symbol: Symbol) -> CachedService.Answer<PriceHistory>? {
    guard let (history, stored) = notes.withLock({ $0.recent[symbol] }) else { return nil }
    return CachedService.Answer(value: history, age: max(0, clock.now().since(stored)))
  }

  private func isToRefresh(_ symbol: Symbol) -> Bool {
    cached.refreshes && notes.withLock { !$0.refreshed.contains(symbol) }
  }

  /// How much must be asked for; nil when nothing that can be had is missing.
  private func size(toFill days: ClosedRange<CalendarDay>, of history: PriceHistory) -> OutputSize? {
    var history = history
    history.fullRefused = entitlement.withLock { if case .latest(let since) = $0 { since } else { nil } }
    let now = clock.now()
    return history.outputSize(
      toFill: history.gaps(in: days, now: now, maximumAge: maximumAge), now: now, maximumAge: maximumAge)
  }

  private func noteLimit(_ symbol: Symbol, _ history: PriceHistory, _ days: ClosedRange<CalendarDay>) {
    guard case .latest = entitlement.withLock({ $0 }), !history.unknown(in: days, now: clock.now()).isEmpty else {
      return
    }
    notes.withLock { _ = $0.limited.insert(symbol) }
  }

  /// Asks for what is not known, and adds it to what is kept.
  private func ask(
    for symbol: Symbol, _ days: ClosedRange<CalendarDay>
  ) async throws(Service.Refusal) -> CachedService.Answer<PriceHistory> {
    var history = kept(symbol)?.value ?? PriceHistory(of: function)
    var attempts: [ContextFormatter.Attempt] = []
    var size = size(toFill: days, of: isToRefresh(symbol) ? PriceHistory(of: function) : history) ?? .compact
    var answer = try await series(of: symbol, size, history, noting: &attempts)
    if case .premiumOutputSize = answer, size == .full {
      noteThatAllIsRefused()
      size = .compact
      answer = try await series(of: symbol, size, history, noting: &attempts)
    } else if case .series = answer, size == .full {
      entitlement.withLock { $0 = .all }
    }
    switch answer {
    case .series(let prices):
      let change = history.add(
        prices.series, size: size, fetched: clock.now(), isWhole: prices.isSurelyWhole)
      if !change.changedDays.isEmpty { notes.withLock { $0.changed[symbol] = change.changedDays.count } }
    case .noData: history.addNothing(fetched: clock.now())
    case .premiumOutputSize:
      throw Service.Refusal(
        kind: .permanent, reason: "the service gives the prices of \(symbol) to premium keys alone", attempts: attempts)
    }
    keep(history, of: symbol)
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
      throw Service.Refusal(kind: error.kind, reason: error.reason, attempts: attempts + error.attempts)
    }
  }

  private func keep(_ history: PriceHistory, of symbol: Symbol) {
    cached.cache?.store(history.bytes, for: historyKey(symbol))
    notes.withLock { notes in
      notes.refreshed.insert(symbol)
      notes.recent.forget(symbol)
      if cached.cache == nil { notes.histories[symbol] = history }
    }
  }

  // MARK: What the key may ask for

  /// What it is kept under that the key may not ask for whole histories, so that no request is wasted on it for a while.
  private var refusalKey: String { alphaVantage.cacheKey(function.rawValue, "outputsize=full", alphaVantage.keyMark) }

  private func noteThatAllIsRefused() {
    let now = clock.now()
    entitlement.withLock { $0 = .latest(since: now) }
    cached.cache?.store([], for: refusalKey)
  }

  /// Whether one symbol must be asked for alone first, since nobody knows what the key may ask for.
  func asksAloneFirst(_ spans: some Sequence<PriceSpan>) -> Bool {
    guard function.hasOutputSizes, case .unknown = entitlement.withLock({ $0 }) else { return false }
    let latest = PriceSpan.latest.days(today: today)
    return spans.contains { $0.days(today: today).lowerBound < latest.lowerBound }
  }

  // MARK: Splits and dividends

  private func actions<Row: Sendable>(
    _ name: String, of symbol: Symbol, _ sum: inout CachedService.Answer<Void>, reading: @escaping Service.Judge<[Row]>
  ) async throws(Service.Refusal) -> [Row] {
    let key = alphaVantage.cacheKey(name, alphaVantage.dataType.rawValue, symbol.text)
    let (cached, alphaVantage) = (cached, alphaVantage)
    do throws(Service.Refusal) {
      let answer = try await cached.ask(key) { () -> CachedService.Answer<[Row]>? in
        guard let entry = cached.kept(key) else { return nil }
        let response = HTTPResponse(status: 200, url: alphaVantage.address, headers: [], body: entry.body)
        return (try? reading(response)).map { CachedService.Answer(value: $0, age: entry.age) }
      } asking: { () throws(Service.Refusal) in
        let request = try alphaVantage.request(name, of: symbol)
        let answer = try await cached.service.ask(request, kind: name, judge: reading)
        cached.cache?.store(answer.response.body, for: key)
        return CachedService.Answer(value: answer.value, attempts: answer.attempts)
      }
      sum.attempts += answer.attempts
      sum.age = answer.age.flatMap { age in sum.age.map { max($0, age) } }
      return answer.value
    } catch {
      throw Service.Refusal(kind: error.kind, reason: error.reason, attempts: sum.attempts + error.attempts)
    }
  }
}

extension Optional {
  /// Takes another value, and gives the one before.
  fileprivate mutating func exchange(for value: Wrapped) -> Wrapped? {
    defer { self = value }
    return self
  }
}
