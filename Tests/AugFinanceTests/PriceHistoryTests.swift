import MillraceCore
import Support
import Testing

@testable import aug_finance

/// What is known of a security's prices, answer after answer.
@Suite struct PriceHistoryTests {
  private let aDay = TimeSpan(seconds: 86_400)

  private struct Fetch {
    var moment: Timestamp
    var size: OutputSize
  }

  private func exchange(_ random: inout SeededGenerator) throws -> Exchange {
    let first = try day("2024-01-02").advanced(by: Int.random(in: 0..<200, using: &random))
    return Exchange(from: first, to: first.advanced(by: Int.random(in: 50..<900, using: &random)), using: &random)
  }

  private func fetches(_ exchange: Exchange, _ random: inout SeededGenerator) -> [Fetch] {
    (0..<Int.random(in: 1...8, using: &random)).map { _ in
      let number = Int.random(in: exchange.first.number + 1...exchange.last.number + 20, using: &random)
      return Fetch(
        moment: Exchange.moment(CalendarDay(number: number), hour: Int.random(in: 0..<24, using: &random)),
        size: Int.random(in: 0..<8, using: &random) == 0 ? .full : .compact)
    }
  }

  /// In whatever order windows come, the history is the same, holds each final price of its closed days once, and nothing
  /// of a running day.
  @Test(arguments: [PriceFunction.daily, .weekly, .monthly]) func orderDoesNotMatter(function: PriceFunction) throws {
    var random = SeededGenerator()
    for round in 0..<60 {
      let exchange = try exchange(&random)
      let fetches = fetches(exchange, &random)
      let comment: Comment = "seed \(random.seed), round \(round)"
      var histories: [PriceHistory] = []
      for _ in 0..<3 {
        var history = PriceHistory(of: function)
        for fetch in fetches.shuffled(using: &random) {
          let answer = exchange.answer(function, size: fetch.size, at: fetch.moment)
          guard !answer.isEmpty else { continue }
          let change = history.add(answer, size: fetch.size, fetched: fetch.moment)
          #expect(change == [], comment)
        }
        histories.append(history)
      }
      #expect(histories[0] == histories[1] && histories[1] == histories[2], comment)
      let history = histories[0]
      guard let fetched = history.fetched else { continue }
      #expect(zip(history.series.days, history.series.days.dropFirst()).allSatisfy { $0 < $1 }, comment)
      let final = exchange.final(function, before: NewYork.day(at: fetched)).filter { history.closed.contains($0) }
      let known = history.series.days.filter { history.closed.contains($0) }
      let isWhole = known == final
      #expect(isWhole, comment)
      for day in known {
        let index = try #require(history.series.index(of: day))
        #expect(Array(history.series.row(at: index)) == Exchange.row(day, columns: function.columns), comment)
      }
      let open = try #require(history.openStart)
      #expect(history.series.days.allSatisfy { $0 >= open || history.closed.contains($0) }, comment)
      let again = try #require(PriceHistory(bytes: history.bytes), comment)
      #expect(again == history, comment)
      #expect(again.bytes == history.bytes, comment)
    }
  }

  /// Asking day after day for what is missing, and no more, leaves nothing out; a free key is never asked twice in vain.
  @Test func gapsAreFilled() throws {
    var random = SeededGenerator()
    for round in 0..<30 {
      let exchange = try exchange(&random)
      var history = PriceHistory(of: .daily)
      let isFree = Bool.random(using: &random)
      for _ in 0..<10 {
        let today = exchange.first.advanced(
          by: Int.random(in: 1...exchange.last.number - exchange.first.number, using: &random))
        let now = Exchange.moment(today, hour: Int.random(in: 0..<24, using: &random))
        if let fetched = history.fetched, fetched.seconds > now.seconds { continue }
        let lower = exchange.first.advanced(by: Int.random(in: -100...900, using: &random))
        let span = lower...lower.advanced(by: Int.random(in: 0...400, using: &random))
        let comment: Comment = "seed \(random.seed), round \(round), \(span) on \(today)"
        var requests = 0
        var isRefused = false
        while let size = history.outputSize(
          toFill: history.gaps(in: span, now: now, maximumAge: aDay), now: now, maximumAge: aDay,
          fullIsRefused: isRefused)
        {
          requests += 1
          try #require(requests <= 2, comment)
          if size == .full, isFree {
            isRefused = true
            continue
          }
          let answer = exchange.answer(.daily, size: size, at: now)
          guard !answer.isEmpty else { break }
          #expect(history.doubt(about: answer, size: size) == nil, comment)
          _ = history.add(answer, size: size, fetched: now)
        }
        let gaps = history.gaps(in: span, now: now, maximumAge: aDay)
        #expect(gaps.isEmpty || isFree || history.series.isEmpty, comment)
        #expect(gaps.allSatisfy { $0.upperBound <= NewYork.day(at: now) }, comment)
        // What is neither missing nor unknown is as it is published, as far as it is over.
        let unknown = history.unknown(in: span, now: now)
        let published = exchange.published(.daily, at: now)
        for day in published.days
        where span.contains(day) && day < NewYork.day(at: now) && !gaps.contains(where: { $0.contains(day) }) {
          guard !unknown.contains(where: { $0.contains(day) }), !history.series.isEmpty else { continue }
          // A price that came late since is not known yet where the newest answer is fresh.
          guard history.closed.contains(day) else { continue }
          #expect(history.series.index(of: day) != nil, comment)
        }
      }
    }
  }

  // MARK: One by one

  private func series(_ days: [String], close: String = "1") throws -> PriceSeries {
    var builder = PriceSeriesBuilder(columns: PriceFunction.daily.columns)
    for text in days { builder.append(try day(text), row: "1,1,1,\(close),1".bytes[...]) }
    return builder.ascending
  }

  private func spans(_ spans: [ClosedRange<CalendarDay>]) -> [String] {
    spans.map { "\($0.lowerBound)…\($0.upperBound)" }
  }

  @Test func whatIsClosedFollowsFromTheNewestPoint() throws {
    // Friday 2026-11-20, Monday 2026-11-23.
    func end(_ interval: PriceInterval, _ newest: String, _ today: String) throws -> String {
      interval.closedEnd(newest: try day(newest), today: try day(today)).text
    }
    #expect(try end(.daily, "2026-11-20", "2026-11-20") == "2026-11-19")
    #expect(try end(.daily, "2026-11-20", "2026-11-21") == "2026-11-20")
    #expect(try end(.daily, "2026-11-20", "2026-11-23") == "2026-11-20")
    #expect(try end(.daily, "2026-11-20", "2026-11-25") == "2026-11-20")
    #expect(try end(.daily, "2015-03-02", "2026-11-25") == "2026-10-26")
    #expect(try end(.daily, "2026-11-26", "2026-11-25") == "2026-11-24")
    #expect(try end(.weekly, "2026-11-20", "2026-11-20") == "2026-11-15")
    #expect(try end(.weekly, "2026-11-20", "2026-11-23") == "2026-11-22")
    #expect(try end(.weekly, "2026-11-18", "2026-11-23") == "2026-11-15")
    #expect(try end(.weekly, "2026-11-18", "2026-11-26") == "2026-11-15")
    #expect(try end(.weekly, "2026-11-24", "2026-11-24") == "2026-11-22")
    #expect(try end(.monthly, "2026-11-20", "2026-11-20") == "2026-10-31")
    #expect(try end(.monthly, "2026-10-30", "2026-11-02") == "2026-10-31")
    #expect(try end(.monthly, "2026-10-29", "2026-11-02") == "2026-09-30")
    #expect(try end(.monthly, "2026-10-29", "2026-11-04") == "2026-09-30")
  }

  @Test func narrowerSpansAreServed() throws {
    var history = PriceHistory(of: .daily)
    let now = Exchange.moment(try day("2026-11-20"), hour: 18)
    _ = history.add(try series(["2026-11-18", "2026-11-19", "2026-11-20"]), size: .compact, fetched: now)
    #expect(spans(history.closed.spans) == ["1800-01-01…2026-11-19"])
    let later = Timestamp(seconds: now.seconds + 3600 * 24 * 400)
    for span in [try day("2026-11-18")...day("2026-11-19"), try day("1999-01-01")...day("1999-12-31")] {
      #expect(history.gaps(in: span, now: later, maximumAge: aDay) == [])
      #expect(history.unknown(in: span, now: later) == [])
    }
    // The day that was running is asked for again when it is over, and before that when the answer is old.
    let tonight = try day("2026-11-19")...day("2026-11-30")
    #expect(history.gaps(in: tonight, now: Timestamp(seconds: now.seconds + 3600), maximumAge: aDay) == [])
    #expect(
      spans(history.gaps(in: tonight, now: Timestamp(seconds: now.seconds + 3600), maximumAge: TimeSpan(seconds: 60)))
        == ["2026-11-20…2026-11-20"])
    let tomorrow = Timestamp(seconds: now.seconds + 3600 * 12)
    #expect(spans(history.gaps(in: tonight, now: tomorrow, maximumAge: aDay)) == ["2026-11-20…2026-11-21"])
    #expect(spans(history.unknown(in: tonight, now: tomorrow)) == ["2026-11-21…2026-11-21"])
    // Days to come are not asked for.
    #expect(history.gaps(in: try day("2026-11-21")...day("2026-12-31"), now: now, maximumAge: aDay) == [])
  }

  @Test func windowsWithAGapBetweenLeaveItUnknown() throws {
    let days = (0..<100).map { CalendarDay(number: 20_000 + $0).text }
    var history = PriceHistory(of: .daily)
    _ = history.add(try series(days), size: .compact, fetched: Exchange.moment(CalendarDay(number: 20_100), hour: 12))
    let newer = (0..<100).map { CalendarDay(number: 20_200 + $0).text }
    let now = Exchange.moment(CalendarDay(number: 20_300), hour: 12)
    _ = history.add(try series(newer), size: .compact, fetched: now)
    #expect(
      history.closed.spans == [
        CalendarDay(number: 20_000)...CalendarDay(number: 20_099),
        CalendarDay(number: 20_200)...CalendarDay(number: 20_299),
      ])
    let all = CalendarDay(number: 19_990)...CalendarDay(number: 20_310)
    #expect(
      history.unknown(in: all, now: now) == [
        CalendarDay(number: 19_990)...CalendarDay(number: 19_999),
        CalendarDay(number: 20_100)...CalendarDay(number: 20_199),
      ])
    // The full series would tell, unless it is refused; the last 100 points cannot.
    let gaps = history.gaps(in: all, now: now, maximumAge: aDay)
    #expect(history.outputSize(toFill: gaps, now: now, maximumAge: aDay) == .full)
    #expect(history.outputSize(toFill: gaps, now: now, maximumAge: aDay, fullIsRefused: true) == nil)
    _ = history.add(try series(days + newer), size: .full, fetched: now)
    #expect(history.unknown(in: all, now: now) == [])
  }

  @Test func answersThatMayBeCutProveNothingAtTheirFront() throws {
    var history = PriceHistory(of: .daily)
    let now = Exchange.moment(try day("2026-11-21"), hour: 12)
    let answer = try series(["2026-11-19", "2026-11-20"])
    _ = history.add(answer, size: .compact, fetched: now, isWhole: false)
    #expect(spans(history.closed.spans) == ["2026-11-19…2026-11-20"])
    _ = history.add(answer, size: .compact, fetched: now)
    #expect(spans(history.closed.spans) == ["1800-01-01…2026-11-20"])
  }

  /// The beginning of such answers is not asked for again and again, and is believed when it comes twice.
  @Test func aBeginningThatComesTwiceIsBelieved() throws {
    let now = Exchange.moment(try day("2026-11-21"), hour: 12)
    let later = Timestamp(seconds: now.seconds + 86_400)
    let all = try day("2026-10-01")...(try day("2026-11-21"))
    let (short, long) = (
      try series(["2026-11-19", "2026-11-20"]), try series(["2026-11-17", "2026-11-19", "2026-11-20"])
    )
    // The week goes on.
    for (function, size, end) in [
      (PriceFunction.daily, OutputSize.compact, "2026-11-18"), (.daily, .full, "2026-11-18"),
      (.weekly, .full, "2026-11-15"),
    ] {
      var history = PriceHistory(of: function)
      _ = history.add(short, size: size, fetched: now, isWhole: false)
      history = try #require(PriceHistory(bytes: history.bytes))
      var gaps = history.gaps(in: all, now: now, maximumAge: aDay)
      #expect(spans(gaps) == ["2026-10-01…\(end)"])
      #expect(history.outputSize(toFill: gaps, now: now, maximumAge: aDay) == nil)
      #expect(spans(history.unknown(in: all, now: now)) == ["2026-10-01…\(end)"])
      #expect(history.outputSize(toFill: gaps, now: Timestamp(seconds: later.seconds + 1), maximumAge: aDay) != nil)

      var other = history
      _ = other.add(long, size: size, fetched: later, isWhole: false)
      #expect(other.closed.spans.first?.lowerBound != PriceHistory.beginning, "the first was cut")
      _ = history.add(short, size: size, fetched: later, isWhole: false)
      #expect(history.closed.spans.first?.lowerBound == PriceHistory.beginning)
      gaps = history.gaps(in: all, now: later, maximumAge: aDay)
      #expect(gaps == [])
    }
  }

  @Test func changedClosedDaysAreTold() throws {
    var history = PriceHistory(of: .daily)
    _ = history.add(
      try series(["2026-11-16", "2026-11-17", "2026-11-18", "2026-11-19"]), size: .compact,
      fetched: Exchange.moment(try day("2026-11-19"), hour: 12))
    var newer = PriceSeriesBuilder(columns: PriceFunction.daily.columns)
    newer.append(try day("2026-11-16"), row: "1,1,1,2,1".bytes[...])
    newer.append(try day("2026-11-18"), row: "1,1,1,1,1".bytes[...])
    newer.append(try day("2026-11-19"), row: "1,1,1,3,1".bytes[...])
    let change = history.add(newer.ascending, size: .compact, fetched: Exchange.moment(try day("2026-11-20"), hour: 8))
    #expect(change.map(\.text) == ["2026-11-16", "2026-11-17"])
    #expect(history.series == newer.ascending)
  }

  @Test func answersThatLackKnownDaysAreDoubted() throws {
    var history = PriceHistory(of: .daily)
    let now = Exchange.moment(try day("2026-11-21"), hour: 12)
    let days = ["2026-11-17", "2026-11-18", "2026-11-19", "2026-11-20"]
    #expect(history.doubt(about: try series(days), size: .full) == nil)
    _ = history.add(try series(days), size: .full, fetched: now)
    #expect(
      history.doubt(about: try series(Array(days.dropFirst())), size: .full)
        == "it begins at 2026-11-18, and the price of 2026-11-17 is known")
    #expect(
      history.doubt(about: try series(Array(days.dropLast())), size: .compact)
        == "it ends at 2026-11-19, and the price of 2026-11-20 is known")
    #expect(history.doubt(about: try series(days + ["2026-11-23"]), size: .compact) == nil)
  }

  /// The service adjusts all closes anew with each dividend: what was known of days beyond an answer is out of date then.
  @Test func closesOfTheServiceAreMergedWhereTheyAgree() throws {
    func series(_ days: [String], adjusted: String) throws -> PriceSeries {
      var builder = PriceSeriesBuilder(columns: PriceFunction.dailyAdjusted.columns)
      for text in days { builder.append(try day(text), row: "1,1,1,1,\(adjusted),1,0,1".bytes[...]) }
      return builder.ascending
    }
    var history = PriceHistory(of: .dailyAdjusted)
    _ = history.add(
      try series(["2026-11-12", "2026-11-13"], adjusted: "0.9"), size: .full,
      fetched: Exchange.moment(try day("2026-11-14"), hour: 12))
    var agreeing = history
    let monday = Exchange.moment(try day("2026-11-16"), hour: 20)
    #expect(
      agreeing.add(
        try series(["2026-11-13", "2026-11-16"], adjusted: "0.9"), size: .compact, fetched: monday, isWhole: false)
        == [])
    #expect(agreeing.series.count == 3)
    let change = history.add(
      try series(["2026-11-13", "2026-11-16"], adjusted: "0.8"), size: .compact, fetched: monday, isWhole: false)
    #expect(change == [])
    #expect(spans(history.closed.spans) == ["2026-11-13…2026-11-15"])
    #expect(history.series.count == 2)
    // An older answer does not undo it.
    let known = history
    _ = history.add(
      try series(["2026-11-12", "2026-11-13"], adjusted: "0.9"), size: .full,
      fetched: Exchange.moment(try day("2026-11-14"), hour: 12))
    #expect(history == known)
  }

  // MARK: Bytes

  @Test func damagedBytesAreNoHistory() throws {
    var history = PriceHistory(of: .daily)
    #expect(PriceHistory(bytes: history.bytes) == history)
    let now = Exchange.moment(try day("2026-11-20"), hour: 18)
    _ = history.add(try series(["2026-11-18", "2026-11-19", "2026-11-20"]), size: .compact, fetched: now)
    let bytes = history.bytes
    #expect(PriceHistory(bytes: bytes) == history)
    for index in bytes.indices {
      var damaged = bytes
      damaged[index] ^= 1
      #expect(PriceHistory(bytes: damaged) == nil, "byte \(index)")
      #expect(PriceHistory(bytes: Array(bytes[..<index])) == nil, "length \(index)")
    }
    #expect(PriceHistory(bytes: bytes + [0x0a]) == nil)
    #expect(PriceHistory(bytes: []) == nil)
  }

  /// The bytes with the digest of what they say.
  private func resealed(_ text: String) throws -> [UInt8] {
    let end = try #require(text.firstIndex(of: "\n"))
    let rows = text[end...].dropFirst()
    let members = try #require(try JSONValue.parse(String(text[..<end])).members).filter { $0.name != "sha256" }
    let digest = SHA256Digest(of: JSONValue.object(members).json + rows)
    return (JSONValue.object(members + [.init("sha256", .string(digest.hex))]).json + "\n" + rows).bytes
  }

  /// What the digest would hide is checked as well.
  @Test(arguments: [
    ("\"format\":1", "\"format\":2"), ("TIME_SERIES_DAILY", "TIME_SERIES_HOURLY"),
    ("TIME_SERIES_DAILY", "TIME_SERIES_DAILY_ADJUSTED"),
    ("\"rows\":3", "\"rows\":4"), ("2026-11-18,1", "2026-11-19,1"), ("2026-11-19,1,1", "2026-11-19,x,1"),
    ("2026-11-19,1,1", "2026-11-19,1"), ("\"open\":\"2026-11-20\"", "\"open\":\"2026-11-21\""),
    ("\"open\":\"2026-11-20\",", ""),
    ("\"open\":\"2026-11-20\"", "\"open\":20"), ("[\"1800-01-01\",\"2026-11-19\"]", "[\"2026-11-19\",\"1800-01-01\"]"),
    ("[\"1800-01-01\",\"2026-11-19\"]", "[\"1800-01-01\"]"),
    ("[\"1800-01-01\",\"2026-11-19\"]", "[\"1800-01-01\",\"2026-11-01\"],[\"2026-11-02\",\"2026-11-19\"]"),
    ("\"fetched\":1795215600", "\"fetched\":-1"), ("\"fetched\":1795215600", "\"fetched\":\"now\""),
  ])
  func wrongContentIsNoHistory(part: String, replacement: String) throws {
    var history = PriceHistory(of: .daily)
    let now = Exchange.moment(try day("2026-11-20"), hour: 18)
    _ = history.add(try series(["2026-11-18", "2026-11-19", "2026-11-20"]), size: .compact, fetched: now)
    let text = String(decoding: history.bytes, as: UTF8.self)
    #expect(PriceHistory(bytes: try resealed(text)) == history)
    let wrong = text.replacing(every: part, with: replacement)
    try #require(wrong != text, "\(text)")
    #expect(PriceHistory(bytes: try resealed(wrong)) == nil)
  }

  // MARK: Spans

  @Test func spansAreSetsOfDays() {
    var random = SeededGenerator()
    for _ in 0..<200 {
      var spans = DaySpans()
      var days: Set<Int> = []
      for _ in 0..<12 {
        let lower = Int.random(in: 0..<40, using: &random)
        let upper = lower + Int.random(in: 0..<10, using: &random)
        let span = CalendarDay(number: lower)...CalendarDay(number: upper)
        if Int.random(in: 0..<3, using: &random) == 0 {
          spans.remove(span)
          days.subtract(lower...upper)
        } else {
          spans.insert(span)
          days.formUnion(lower...upper)
        }
      }
      #expect((-1..<60).filter { spans.contains(CalendarDay(number: $0)) } == days.sorted(), "seed \(random.seed)")
      #expect(DaySpans(inOrder: spans.spans) == spans, "seed \(random.seed)")
      let cut = spans.intersection(CalendarDay(number: 10)...CalendarDay(number: 20))
      #expect(
        (-1..<60).filter { cut.contains(CalendarDay(number: $0)) } == days.filter { (10...20).contains($0) }.sorted())
      let rest = spans.subtracting(cut)
      #expect(
        (-1..<60).filter { rest.contains(CalendarDay(number: $0)) } == days.filter { !(10...20).contains($0) }.sorted())
    }
  }
}
