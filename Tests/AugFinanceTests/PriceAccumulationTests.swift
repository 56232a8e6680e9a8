import ScriptedAlphaVantage
import Support
import Testing

@testable import MillraceCore
@testable import aug_finance

/// Histories that grow from the hundred days that a free key gets at a time.
///
/// A test moves the clock on, and with it the service's day; both tell the same history, which does not depend on when it
/// is looked at.
@Suite struct PriceAccumulationTests {
  /// A Monday.
  private static let firstDay = GregorianDay(2024, 6, 3)
  private let symbols = ["PLAIN1", "SPLIT1", "HUGE1"].compactMap { Symbol($0) }

  @Test func windowsMergeWithoutGapsAndDoubles() async throws {
    var random = SeededGenerator()
    let note = "seed \(random.seed)"
    let years = Years()
    var day = Self.firstDay
    let first = try #require(years.final("PLAIN1", day).suffix(100).first?.day)
    // 90 sessions at most: each window reaches back to the one before.
    for _ in 0..<8 {
      let run = try years.run(on: day)
      for symbol in symbols {
        let wanted = CalendarDay(number: first.number)...CalendarDay(number: day.number)
        let answer = try await run.prices.prices(of: symbol, in: .days(wanted))
        let expected = years.final(symbol.text, day).filter { $0.day >= first }
        expect(answer.value.series, expected, note)
        #expect(answer.value.unknown == [], "\(note)")
      }
      for _ in 0..<Int.random(in: 40...90, using: &random) {
        day = InventedExchange.session(onOrAfter: GregorianDay(number: day.number + 1))
      }
    }
    // The whole was never to be had: each window is one request, the refusal one more.
    #expect(years.asked.filter { $0.hasSuffix("compact") }.count == 8 * symbols.count, "\(note)")

    // Two years later all of it is known, and any part of it, without a request.
    let later = try years.run(on: GregorianDay(number: day.number + 730))
    let sent = years.asked.count
    for symbol in symbols {
      for _ in 0..<5 {
        let from = Int.random(in: first.number...day.number - 200, using: &random)
        let span =
          CalendarDay(number: from)...CalendarDay(number: Int.random(in: from...day.number - 150, using: &random))
        let answer = try await later.prices.prices(of: symbol, in: .days(span))
        expect(
          answer.value.series,
          years.final(symbol.text, day).filter { span.contains(CalendarDay(number: $0.day.number)) }, note)
        #expect(answer.attempts.isEmpty && answer.age.map { $0 > 86_400 * 365 } ?? false, "\(note)")
        #expect(answer.value.unknown == [], "\(note)")
      }
    }
    #expect(years.asked.count == sent, "\(note)")
  }

  @Test func whatLiesBetweenTwoWindowsIsToldAsUnknown() async throws {
    let years = Years()
    let symbol = symbols[0]
    let first = try years.run(on: Self.firstDay)
    _ = try await first.prices.prices(of: symbol, in: .latest)
    // 150 sessions later fifty are missed.
    var day = Self.firstDay
    for _ in 0..<150 { day = InventedExchange.session(onOrAfter: GregorianDay(number: day.number + 1)) }
    let all = years.final("PLAIN1", day)
    let known = all.suffix(100)
    let start = try #require(years.final("PLAIN1", Self.firstDay).suffix(100).first?.day)
    let second = try years.run(on: day)
    let answer = try await second.prices.prices(
      of: symbol, in: .days(CalendarDay(number: start.number)...CalendarDay(number: day.number)))
    let gap = Self.firstDay..<(try #require(known.first?.day))
    expect(answer.value.series, all.filter { $0.day >= start && !gap.contains($0.day) }, "")
    #expect(
      answer.value.unknown == [
        CalendarDay(number: gap.lowerBound.number)...CalendarDay(number: gap.upperBound.number - 1)
      ])
    #expect(years.asked.suffix(2) == ["TIME_SERIES_DAILY PLAIN1 full", "TIME_SERIES_DAILY PLAIN1 compact"])
  }

  @Test func todaysPricesAreAskedForAgainWhenTheyMayHaveChanged() async throws {
    let years = Years()
    let symbol = symbols[0]
    let day = Self.firstDay
    let span = PriceSpan.days(CalendarDay(number: day.number - 10)...CalendarDay(number: day.number))
    let past = PriceSpan.days(CalendarDay(number: day.number - 100)...CalendarDay(number: day.number - 10))
    func ask(_ day: GregorianDay, progress: Double?, hour: Int, _ span: PriceSpan) async throws -> PriceSeries {
      try await years.run(on: day, progress: progress, hour: hour).prices.prices(of: symbol, in: span).value.series
    }
    // At noon the session goes on.
    let noon = try await ask(day, progress: 0.4, hour: 12, span)
    let partial = InventedHistory("PLAIN1", at: InventedMoment(day, progress: 0.4)).points
    expect(noon, partial.filter { $0.day.number >= day.number - 10 }, "")
    #expect(years.asked.count == 1)
    // An hour later the answer still does, and what is past was there all the time.
    #expect(try await ask(day, progress: 0.6, hour: 13, span) == noon)
    _ = try await ask(day, progress: 0.6, hour: 13, past)
    #expect(years.asked.count == 1)
    // The next morning the day is over: its price may be another now, though 24 hours are not over.
    let next = GregorianDay(number: day.number + 1)
    let final = try await ask(next, progress: nil, hour: 9, span)
    expect(final, years.final("PLAIN1", day).filter { $0.day.number >= day.number - 10 }, "")
    #expect(final != noon)
    #expect(years.asked.count == 2)
    // The day is closed now: never again.
    let today = PriceSpan.days(CalendarDay(number: day.number - 10)...CalendarDay(number: next.number))
    _ = try await ask(next, progress: 1, hour: 17, today)
    _ = try await ask(GregorianDay(number: next.number + 1), progress: 1, hour: 17, today)
    let sent = years.asked.count
    for later in [2, 40, 4000] {
      #expect(try await ask(GregorianDay(number: next.number + later), progress: 1, hour: 17, span) == final)
      _ = try await ask(GregorianDay(number: next.number + later), progress: 1, hour: 17, past)
    }
    #expect(years.asked.count == sent)
  }

  @Test func aWholeHistoryServesEveryPartOfIt() async throws {
    let years = Years(isPremium: true)
    let day = Self.firstDay
    let whole = CalendarDay(number: day.number - 9000)...CalendarDay(number: day.number)
    let first = try years.run(on: day)
    let answer = try await first.prices.prices(of: symbols[1], in: .days(whole))
    expect(answer.value.series, years.final("SPLIT1", day), "")
    #expect(answer.value.unknown == [])
    #expect(years.asked == ["TIME_SERIES_DAILY SPLIT1 full"])
    let second = try years.run(on: GregorianDay(number: day.number + 300))
    for span in [(2000, 2001), (2010, 2020), (1990, 2024)] {
      let span =
        CalendarDay(number: GregorianDay(span.0, 1, 1).number)...CalendarDay(number: GregorianDay(span.1, 5, 20).number)
      let part = try await second.prices.prices(of: symbols[1], in: .days(span)).value
      let expected = InventedHistory("SPLIT1", at: InventedMoment(day)).points
      expect(part.series, expected.filter { span.contains(CalendarDay(number: $0.day.number)) }, "")
      #expect(part.unknown == [])
    }
    #expect(years.asked.count == 1)
  }

  /// The service is not asked for a whole history again, in this run or the next, until the answer is a day old.
  @Test func aRefusalOfWholeHistoriesIsRemembered() async throws {
    let years = Years()
    let whole = PriceSpan.days(CalendarDay(number: 0)...CalendarDay(number: Self.firstDay.number))
    let first = try years.run(on: Self.firstDay)
    for symbol in symbols { _ = try await first.prices.prices(of: symbol, in: whole) }
    let expected =
      ["full", "compact"].map { "TIME_SERIES_DAILY PLAIN1 \($0)" }
      + ["SPLIT1", "HUGE1"].map { "TIME_SERIES_DAILY \($0) compact" }
    #expect(years.asked == expected)
    let second = try years.run(on: Self.firstDay, hour: 23)
    for symbol in symbols {
      let answer = try await second.prices.prices(of: symbol, in: whole)
      #expect(answer.attempts.isEmpty)
      #expect(!answer.value.unknown.isEmpty)
    }
    #expect(years.asked == expected)
    // Another key may have more.
    let other = try years.run(on: Self.firstDay, hour: 23, key: "OTHERKEY")
    _ = try await other.prices.prices(of: symbols[0], in: whole)
    #expect(years.asked.suffix(2) == ["full", "compact"].map { "TIME_SERIES_DAILY PLAIN1 \($0)" })
    let third = try years.run(on: GregorianDay(number: Self.firstDay.number + 3))
    _ = try await third.prices.prices(of: symbols[1], in: whole)
    #expect(years.asked.suffix(2) == ["full", "compact"].map { "TIME_SERIES_DAILY SPLIT1 \($0)" })
  }

  /// The prices that the service has, oldest first.
  private func expect(_ series: PriceSeries, _ points: some Collection<InventedPoint>, _ note: String) {
    let rows = series.indices.map { index in
      ([series.days[index].text] + [.open, .high, .low, .close, .volume].map { series.text($0, at: index) ?? "" })
        .joined(separator: ",")
    }
    let expected = points.map { "\($0.day.text),\($0.open),\($0.high),\($0.low),\($0.close),\($0.volume)" }
    let isSame = rows == expected
    #expect(isSame, "\(rows.count) of \(expected.count) rows \(note)")
  }
}

/// A service whose day a test sets, and runs that ask it on such days with one cache.
private final class Years {
  private let folder = TemporaryFolder()
  private let isPremium: Bool
  private var server: AlphaVantageServer?
  private var port = 0
  private var earlier: [RequestRecord] = []

  init(isPremium: Bool = false) { self.isPremium = isPremium }

  struct Run {
    var prices: AlphaVantagePrices
  }

  /// What was asked, in order.
  var asked: [String] {
    (earlier + (server?.requests ?? [])).map { request in
      ["function", "symbol", "outputsize"].map { name in
        request.parameters.first { $0.name == name }?.value ?? ""
      }.joined(separator: " ")
    }
  }

  /// All prices up to a day.
  func final(_ symbol: String, _ day: GregorianDay) -> [InventedPoint] {
    InventedHistory(symbol, at: InventedMoment(day)).points
  }

  /// A run on a day.
  ///
  /// - Parameters:
  ///   - progress: how much of the day's session is over; nil before it.
  ///   - hour: in summer.
  func run(
    on day: GregorianDay, progress: Double? = 1, hour: Int = 17, key: String = FinanceDesk.key
  ) throws -> Run {
    let now = Timestamp(seconds: day.number * 86_400 + (hour + 4) * 3600)
    let clock = Clock { now }
    let alphaVantage = try AlphaVantage(base: serve(InventedMoment(day, progress: progress)), key: key, dataType: .json)
    let age = TimeSpan(seconds: 86_400)
    let service = Service(
      name: AlphaVantage.serviceName, userAgent: "millrace-tests",
      limiter: RateLimiter(
        folder: folder("state"), service: alphaVantage.host, key: key, interval: 0, warn: { Issue.record("\($0)") }),
      surroundings: Surroundings(clock: clock, random: { 0 }, environment: [:]), note: { _ in })
    let cache = ResponseCache(
      folder: folder("cache"), maximumAge: age.seconds, limits: CacheLimits(unusedFor: .infinity), clock: clock,
      warn: { Issue.record("\($0)") })
    return Run(
      prices: AlphaVantagePrices(
        alphaVantage, service: CachedService(service: service, cache: cache, refreshes: false, isOffline: false),
        function: .daily, asksForActions: false, clock: clock, today: NewYork.day(at: now), maximumAge: age))
  }

  /// The address, which stays the same.
  private func serve(_ moment: InventedMoment) -> String {
    if let server {
      server.stop()
      earlier += server.requests
    }
    var configuration = AlphaVantageServer.Configuration()
    configuration.port = port
    configuration.moment = moment
    configuration.isPremium = isPremium
    (configuration.perSecond, configuration.perMinute, configuration.perDay) = (0, 0, 0)
    let server = AlphaVantageServer(configuration)
    self.server = server
    port = Int(server.baseURL.split(separator: "/")[1].split(separator: ":")[1]) ?? 0
    return server.baseURL
  }

  deinit { server?.stop() }
}
