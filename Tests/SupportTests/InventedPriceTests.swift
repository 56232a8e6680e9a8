import ScriptedAlphaVantage
import Support
import Testing

@Suite struct InventedPriceTests {
  static let today = InventedMoment(GregorianDay(2026, 5, 15))

  private func sessions(_ year: Int) -> Int {
    (GregorianDay(year, 1, 1).number..<GregorianDay(year + 1, 1, 1).number).count {
      InventedExchange.isOpen(GregorianDay(number: $0))
    }
  }

  @Test func sessionsAreThoseOfNewYork() {
    // As the exchange counts them.
    let known = [2001: 248, 2004: 252, 2007: 251, 2012: 250, 2018: 251, 2021: 252, 2022: 251, 2024: 252, 2025: 250]
    for (year, count) in known { #expect(sessions(year) == count, "\(year)") }
    for (year, month, day) in [(2026, 4, 3), (2026, 6, 19), (2021, 12, 24), (2023, 1, 2), (2020, 7, 3), (2025, 1, 9)] {
      #expect(!InventedExchange.isOpen(GregorianDay(year, month, day)), "\(year)-\(month)-\(day)")
    }
    // New Year's Day of 2022 is a Saturday, and the year before ends with a session; Juneteenth is none before 2022.
    for (year, month, day) in [(2021, 12, 31), (2021, 6, 18), (2024, 11, 29), (2026, 5, 15)] {
      #expect(InventedExchange.isOpen(GregorianDay(year, month, day)), "\(year)-\(month)-\(day)")
    }
    #expect(InventedExchange.session(onOrAfter: GregorianDay(2026, 5, 16)) == GregorianDay(2026, 5, 18))
    #expect(InventedExchange.session(before: GregorianDay(2026, 5, 26)) == GregorianDay(2026, 5, 22))
  }

  @Test func theClockIsThatOfNewYork() {
    func moment(_ year: Int, _ month: Int, _ day: Int, _ hour: Int, _ minute: Int) -> InventedMoment {
      InventedMoment(seconds: GregorianDay(year, month, day).number * 86_400 + hour * 3600 + minute * 60)
    }
    // Summer time: 9:30 is 13:30 UTC; winter: 14:30.
    #expect(moment(2026, 5, 15, 13, 29).progress == nil)
    #expect(moment(2026, 5, 15, 13, 30) == InventedMoment(GregorianDay(2026, 5, 15), progress: 0))
    #expect(moment(2026, 5, 15, 16, 45).progress == 0.5)
    #expect(moment(2026, 5, 15, 20, 0).progress == 1)
    #expect(moment(2026, 5, 16, 3, 59).day == GregorianDay(2026, 5, 15))
    #expect(moment(2026, 5, 16, 4, 0).day == GregorianDay(2026, 5, 16))
    #expect(moment(2026, 1, 15, 14, 29).progress == nil)
    #expect(moment(2026, 1, 15, 17, 45).progress == 0.5)
    // The 8th of March 2026 has 23 hours, the 1st of November 25.
    #expect(moment(2026, 3, 9, 13, 30).progress == 0)
    #expect(moment(2026, 3, 6, 14, 30).progress == 0)
    #expect(moment(2026, 11, 2, 14, 30).progress == 0)
    #expect(moment(2026, 10, 30, 13, 30).progress == 0)
  }

  @Test(arguments: ["IBM", "SPLITA", "SPLITB", "DIVA", "PLAIN", "AAPL", "HUGE1", "GONE2", "NEW3"])
  func pricesAreThoseOfSessions(_ symbol: String) throws {
    let history = InventedHistory(symbol, at: Self.today)
    #expect(history.points.count > 200)
    #expect(
      zip(history.points, history.points.dropFirst()).allSatisfy { one, next in
        InventedExchange.session(before: next.day) == one.day
      })
    for point in history.points {
      #expect(point.low <= min(point.open, point.close) && max(point.open, point.close) <= point.high)
      #expect(point.low.units > 0 && point.high.units < 100_000_0000 && point.volume > 0)
    }
    // Whoever looks earlier sees the same, but for adjusted closes.
    let earlier = InventedHistory(symbol, at: InventedMoment(GregorianDay(2026, 1, 3)))
    let bare = { (point: InventedPoint) in
      [point.open, point.high, point.low, point.close, point.dividend, point.split]
    }
    let common = history.points.prefix(earlier.points.count)
    #expect(earlier.points.map(bare) == common.map(bare))
    #expect(earlier.points.last?.day ?? GregorianDay(2000, 1, 1) <= GregorianDay(2026, 1, 2))
    #expect(InventedHistory(symbol, at: Self.today, seed: 2).points.map(bare) != history.points.map(bare))
  }

  @Test(arguments: ["IBM", "SPLITA", "SPLITB", "DIVA", "DIVB"])
  func adjustedReturnsAreThoseOfSplitsAndDividends(_ symbol: String) throws {
    let history = InventedHistory(symbol, at: Self.today)
    let points = history.points
    #expect(points.last?.adjustedClose == points.last?.close)
    #expect(points.filter { $0.split.units != 10_000 }.map(\.day) == history.splits.map(\.day))
    #expect(points.filter { $0.dividend.units != 0 }.map(\.day) == history.dividends.map(\.exDay))
    for (before, point) in zip(points, points.dropFirst()) where before.adjustedClose.units > 10_000 {
      let meant = (point.close.value * point.split.value + point.dividend.value) / before.close.value
      let given = point.adjustedClose.value / before.adjustedClose.value
      #expect(abs(given / meant - 1) < 2e-4, "\(symbol) \(point.day.parts)")
    }
    if symbol.hasPrefix("SPLIT") {
      #expect(history.splits.count > 100)
      #expect(Set(history.splits.map(\.factor.description)).isSuperset(of: ["2.0000", "0.5000", "1.0460", "0.3333"]))
      #expect(points.suffix(100).contains { $0.split.units != 10_000 })
    } else {
      #expect(history.dividends.count > 100)
    }
  }

  @Test func dividendsAreDeclaredAhead() throws {
    let last = try #require(InventedHistory("DIVA", at: Self.today).dividends.last)
    let ahead = InventedHistory("DIVA", at: InventedMoment(last.declared))
    #expect(ahead.dividends.last == last)
    #expect(last.exDay > last.declared)
    #expect(ahead.points.last?.day ?? last.exDay < last.exDay)
    let before = InventedHistory("DIVA", at: InventedMoment(GregorianDay(number: last.declared.number - 1)))
    #expect(before.dividends.last != last)
  }

  @Test func weeksAndMonthsAreJoined() throws {
    let history = InventedHistory("DIVA", at: Self.today)
    for period in [InventedHistory.Period.week, .month] {
      let joined = history.points(by: period)
      #expect(joined.reduce(0) { $0 + $1.volume } == history.points.reduce(0) { $0 + $1.volume })
      #expect(joined.reduce(0) { $0 + $1.dividend.units } == history.points.reduce(0) { $0 + $1.dividend.units })
      let days = joined.map(\.day)
      #expect(days.last == Self.today.day)
      // Each row has the last session of its week or month.
      #expect(
        days.dropLast().allSatisfy { day in
          let next = InventedExchange.session(onOrAfter: GregorianDay(number: day.number + 1))
          return period == .month
            ? next.parts.month != day.parts.month : (next.number + 3) / 7 != (day.number + 3) / 7
        })
    }
    let week = try #require(history.points(by: .week).last)
    let days = history.points.suffix(5)
    #expect(days.first?.day == GregorianDay(2026, 5, 11))
    #expect(week.open == days.first?.open && week.close == days.last?.close)
    #expect(week.high == days.map(\.high).max() && week.low == days.map(\.low).min())
    #expect(week.adjustedClose == days.last?.adjustedClose)
    // The Friday before is Good Friday.
    #expect(history.points(by: .week).map(\.day).contains(GregorianDay(2026, 4, 2)))
  }

  @Test func aSessionThatGoesOnHasAPartOfItsPoint() throws {
    let day = GregorianDay(2026, 5, 15)
    let whole = try #require(InventedHistory("IBM", at: Self.today).points.last)
    let half = InventedHistory("IBM", at: InventedMoment(day, progress: 0.5)).points
    let point = try #require(half.last)
    #expect(point.day == day && point.open == whole.open && point.volume == whole.volume / 2)
    #expect(point.close != whole.close && point.high <= whole.high && point.low >= whole.low)
    #expect(point.adjustedClose == point.close)
    let before = InventedHistory("IBM", at: InventedMoment(day, progress: nil)).points
    #expect(before == half.dropLast())
    // On a Saturday there is none either.
    let saturday = InventedMoment(GregorianDay(2026, 5, 16), progress: 0.5)
    #expect(InventedHistory("IBM", at: saturday).points.last == whole)
  }

  @Test func somePropertiesFollowFromNames() throws {
    let huge = InventedHistory("HUGE", at: Self.today).points
    #expect(huge.contains { $0.volume > 1 << 31 })
    #expect(try #require(InventedHistory("GONE", at: Self.today).points.last).day.parts.year < 2026)
    #expect(try #require(InventedHistory("NEW", at: Self.today).points.first).day.parts.year >= 2023)
    #expect(InventedHistory("NEW", at: InventedMoment(GregorianDay(2020, 5, 15))).points.isEmpty)
    let plain = InventedHistory("PLAIN", at: Self.today)
    #expect(plain.splits.isEmpty && plain.dividends.isEmpty && plain.points.first?.day == GregorianDay(1999, 11, 1))
    #expect(InventedHistory("plain", at: Self.today).points == plain.points)
  }
}
