import MillraceCore
import Support
import Testing

@testable import aug_finance

/// Prices as if splits and dividends had not been.
@Suite struct PriceAdjustmentTests {
  private func series(_ rows: [(day: String, close: String, volume: String)]) throws -> PriceSeries {
    var builder = PriceSeriesBuilder(columns: PriceFunction.daily.columns)
    for row in rows {
      builder.append(
        try day(row.day), row: "\(row.close),\(row.close),\(row.close),\(row.close),\(row.volume)".bytes[...])
    }
    return builder.ascending
  }

  @Test func splitsDivideEarlierPrices() throws {
    let series = try series([
      ("2021-11-02", "120.4300", "1001"), ("2021-11-03", "120.8500", "1000"), ("2021-11-04", "120.8500", "1000"),
    ])
    let actions = CorporateActions(splits: [Split(day: try day("2021-11-04"), factor: "1.0460")])
    let adjustment = PriceAdjustment(actions, closes: series, seenFrom: try day("2026-01-01"))
    #expect(
      adjustment.factors == [.init(day: try day("2021-11-04"), kind: .split, amount: "1.0460", factor: 1 / 1.046)])
    #expect((0..<3).map { adjustment.text(.close, at: $0, of: series) } == ["115.133843", "115.535373", "120.8500"])
    #expect((0..<3).map { adjustment.text(.volume, at: $0, of: series) } == ["1047", "1046", "1000"])
    // Seen from the day before, it has not happened.
    let before = PriceAdjustment(actions, closes: series, seenFrom: try day("2021-11-03"))
    #expect(before.factors == [] && before.text(.close, at: 0, of: series) == "120.4300")
  }

  @Test func dividendsLessenEarlierPrices() throws {
    let series = try series([("2026-01-05", "100", "10"), ("2026-01-06", "50", "10"), ("2026-01-07", "40", "10")])
    let actions = CorporateActions(
      dividends: [
        Dividend(exDay: try day("2026-01-06"), amount: "6"), Dividend(exDay: try day("2026-01-06"), amount: "4.0"),
      ])
    let total = PriceAdjustment(actions, closes: series, seenFrom: try day("2026-01-07"))
    #expect(total.factors == [.init(day: try day("2026-01-06"), kind: .dividend, amount: "6+4.0", factor: 50.0 / 60)])
    #expect((0..<3).map { total.text(.close, at: $0, of: series) } == ["83.333333", "50", "40"])
    #expect((0..<3).map { total.text(.volume, at: $0, of: series) } == ["10", "10", "10"])
  }

  /// A dividend on the day of a split is of a share after it.
  @Test func splitAndDividendOnOneDay() throws {
    let series = try series([("2026-01-05", "100", "10"), ("2026-01-06", "24", "40")])
    let actions = CorporateActions(
      splits: [Split(day: try day("2026-01-06"), factor: "4")],
      dividends: [Dividend(exDay: try day("2026-01-06"), amount: "1")])
    let total = PriceAdjustment(actions, closes: series, seenFrom: try day("2026-01-06"))
    #expect(total.text(.close, at: 0, of: series) == "24")
    #expect(total.factors(from: try day("2026-01-05")).map(\.kind) == [.dividend, .split])
    #expect(total.text(.volume, at: 0, of: series) == "40")
  }

  @Test func whatCannotBeReckonedIsTold() throws {
    let series = try series([("2026-01-05", "100", "10"), ("2026-01-06", "0", "10"), ("2026-01-07", "5", "10")])
    func missing(_ exDay: String, _ amount: String) throws -> [String] {
      let actions = CorporateActions(dividends: [Dividend(exDay: try day(exDay), amount: amount)])
      return PriceAdjustment(actions, closes: series, seenFrom: try day("2027-01-01"))
        .missing(from: try day("2020-01-01")).map(\.reason)
    }
    #expect(try missing("2026-02-06", "1") == ["the close of 2026-02-06 is not known"])
    #expect(try missing("2026-01-06", "1") == ["the close of 2026-01-06 is not positive"])
    #expect(try missing("2026-01-01", "1") == [])
    #expect(try missing("2026-01-06", "0") == [])
    // The close of another day is not taken for one that nobody knows.
    let gap = try day("2026-01-04")...day("2026-01-06")
    let inGap = CorporateActions(dividends: [Dividend(exDay: try day("2026-01-06"), amount: "1")])
    #expect(
      PriceAdjustment(inGap, closes: series, unknown: [gap], seenFrom: try day("2027-01-01")).missing.map(\.reason)
        == ["the close of 2026-01-06 is not known"])
    let actions = CorporateActions(dividends: [Dividend(exDay: try day("2026-02-06"), amount: "1")])
    #expect(
      PriceAdjustment(actions, closes: series, seenFrom: try day("2027-01-01")).missing(from: try day("2026-02-06"))
        == [])
  }

  @Test(arguments: [
    (115.13384321223709, "115.133843"), (0.0123456789, "0.012345679"), (1.23456789, "1.2345679"), (0.5, "0.5"),
    (100, "100"),
    (0, "0"), (-1.5, "-1.5"), (123_456_789.123, "123456789.123"), (0.000000012345678, "0.000000012345678"),
    (1e21, "1e+21"),
    (9.9999999999, "10"), (0.09999999999, "0.1"), (-1e-300, "-1e-300"),
  ])
  func adjustedPricesAreWrittenByTheRule(number: Double, text: String) {
    #expect(decimalText(number, digits: 8, decimals: 6) == text)
  }

  // MARK: Real answers

  private func fourDecimals(_ number: Double) -> String {
    let text = String(Int((number * 10_000).rounded()))
    return "\(text.dropLast(4)).\(text.suffix(4))"
  }

  /// The service's own adjusted close, from its close and dividends, in every printed digit.
  @Test(.enabled(if: Recorded.isThere, "MILLRACE_FIXTURES names no folder of real input"))
  func dailyAdjustedClosesAreThoseOfTheService() throws {
    let series = try PriceAnswer(
      try Recorded.bytes("alphavantage/kresli_daily_adjusted_MSFT_2019.json"), of: .dailyAdjusted, key: nil
    ).series
    let actions = CorporateActions(in: series)
    #expect(actions.dividends == [Dividend(exDay: try day("2019-05-15"), amount: "0.4600")])
    let adjustment = PriceAdjustment(actions, closes: series, seenFrom: try day("2019-08-02"))
    #expect(adjustment.missing == [])
    for index in series.indices {
      let close = try #require(series.number(.close, at: index))
      #expect(
        fourDecimals(close * adjustment.priceFactor(on: series.days[index])) == series.text(.adjustedClose, at: index),
        "\(series.days[index])")
    }
  }

  /// Of the weekly and monthly closes those can be made again whose later dividends lie in the recorded daily window, from
  /// 2025-12-22 on: the close of the ex day is needed. Of older ones the growth of the window cannot be told, but it is the
  /// same for all of them between two dividends.
  @Test(.enabled(if: Recorded.isThere, "MILLRACE_FIXTURES names no folder of real input"))
  func weeklyAndMonthlyAdjustedClosesAreThoseOfTheService() throws {
    let daily = try PriceAnswer(
      try Recorded.bytes("alphavantage/portfoliotree_TIME_SERIES_DAILY_42a08190.csv"), of: .daily, key: nil
    ).series
    let actions = CorporateActions(
      splits: try CorporateActions.splits(
        in: try Recorded.bytes("alphavantage/portfoliotree_SPLITS_358e2618.csv"), key: nil),
      dividends: try CorporateActions.dividends(
        in: try Recorded.bytes("alphavantage/portfoliotree_DIVIDENDS_5b9f5d9f.csv"), key: nil))
    let adjustment = PriceAdjustment(actions, closes: daily, seenFrom: try day("2026-05-15"))
    let begin = try day("2025-11-10")
    #expect(adjustment.missing(from: begin) == [])
    #expect(adjustment.missing(from: begin.advanced(by: -1)).map(\.day) == [begin])
    var compared = 0
    for (name, function) in [
      ("portfoliotree_TIME_SERIES_WEEKLY_ADJUSTED_9cd0a0b1.csv", PriceFunction.weeklyAdjusted),
      ("portfoliotree_TIME_SERIES_MONTHLY_ADJUSTED_62a3844d.csv", .monthlyAdjusted),
    ] {
      let series = try PriceAnswer(try Recorded.bytes("alphavantage/\(name)"), of: function, key: nil).series
      for index in series.indices where series.days[index] >= begin {
        let close = try #require(series.number(.close, at: index))
        #expect(
          fourDecimals(close * adjustment.priceFactor(on: series.days[index]))
            == series.text(.adjustedClose, at: index),
          "\(name) \(series.days[index])")
        compared += 1
      }
    }
    #expect(compared > 30)
  }
}
