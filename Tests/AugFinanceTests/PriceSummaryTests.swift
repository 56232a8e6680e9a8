import MillraceCore
import Support
import Testing

@testable import aug_finance

/// Spans of prices in a few numbers, and prices as of a day.
@Suite struct PriceSummaryTests {
  private func points(_ closes: [String], volumes: [String?]? = nil) -> [PricePoint] {
    closes.enumerated().map { index, close in
      PricePoint(day: CalendarDay(number: 20_000 + index), close: close, volume: volumes.map { $0[index] } ?? "1")
    }
  }

  @Test func allNumbersAreTold() throws {
    let summary = try #require(
      PriceSummary(
        points(
          ["100.00", "110.0000", "99.00", "110.00"], volumes: ["1", "9007199254740993", "2", "18446744073709551615"]),
        interval: .daily))
    #expect(summary.days == 4)
    #expect(summary.firstDate.number == 20_000 && summary.lastDate.number == 20_003)
    #expect(summary.first == "100.00" && summary.last == "110.00")
    #expect(summary.min == "99.00" && summary.max == "110.0000")
    #expect(summary.mean == 104.75)
    #expect(abs((summary.return ?? 0) - 0.1) < 1e-15)
    #expect(abs((summary.maxDrawdown ?? 0) - 0.1) < 1e-15)
    #expect(summary.totalVolume == "18455751272964292611")
    // As numpy.std(numpy.diff(numpy.log([100, 110, 99, 110])), ddof=1) * numpy.sqrt(252) tells it.
    #expect(abs((summary.volatility ?? 0) - 1.886920717169665) < 1e-12)
  }

  @Test func fewPointsTellLess() throws {
    #expect(PriceSummary([], interval: .daily) == nil)
    let one = try #require(PriceSummary(points(["5"]), interval: .daily))
    #expect(one.return == 0 && one.volatility == nil && one.maxDrawdown == 0 && one.mean == 5)
    let two = try #require(PriceSummary(points(["5", "4"]), interval: .daily))
    #expect(two.volatility == nil && abs((two.maxDrawdown ?? 0) - 0.2) < 1e-15)
    let level = try #require(PriceSummary(points(["5", "5", "5"]), interval: .weekly))
    #expect(level.volatility == 0 && level.maxDrawdown == 0)
  }

  @Test func pricesThatAreNotPositiveTellLess() throws {
    let ruined = try #require(PriceSummary(points(["5", "1", "0", "0"]), interval: .daily))
    #expect(ruined.return == -1 && ruined.volatility == nil && ruined.maxDrawdown == 1)
    let oil = try #require(PriceSummary(points(["18.27", "-37.63", "10.01"]), interval: .daily))
    #expect(oil.min == "-37.63" && oil.volatility == nil && oil.maxDrawdown == nil && oil.return != nil)
    let nothing = try #require(PriceSummary(points(["0", "0", "0"]), interval: .daily))
    #expect(nothing.return == nil && nothing.maxDrawdown == nil)
    #expect(PriceSummary(points(["1", "x"]), interval: .daily) == nil)
  }

  @Test func volumesAreSummedExactly() throws {
    func total(_ volumes: [String?]) -> String? {
      PriceSummary(points(volumes.map { _ in "1" }, volumes: volumes), interval: .daily)?.totalVolume
    }
    #expect(total(["100.0", "2e3", "0.25", "0"]) == "2100.25")
    #expect(total(["1E-3", "0.009"]) == "0.01")
    #expect(total(["0", "0.000"]) == "0")
    #expect(total(["1", nil]) == nil)
    #expect(total(["1", "-1"]) == nil)
    #expect(total(["1e300"]) == nil)
    #expect(total(Array(repeating: "0.1", count: 1000)) == "100")
    var random = SeededGenerator()
    for _ in 0..<200 {
      let numbers = (0..<20).map { _ in UInt64.random(in: 0...1 << 58, using: &random) }
      let places = Int.random(in: 0...6, using: &random)
      let texts = numbers.map { number -> String in
        let digits = Array(repeating: "0", count: 8).joined() + "\(number)"
        let whole = digits.dropLast(places).drop { $0 == "0" }
        return (whole.isEmpty ? "0" : whole) + (places > 0 ? ".\(digits.suffix(places))" : "")
      }
      var sum = DecimalSum()
      #expect(texts.allSatisfy { sum.add($0) }, "seed \(random.seed)")
      var scaled = sum.text
      let decimals = scaled.firstIndex(of: ".").map { scaled.distance(from: $0, to: scaled.endIndex) - 1 } ?? 0
      scaled = scaled.filter { $0 != "." } + String(repeating: "0", count: places - decimals)
      #expect(UInt64(scaled) == numbers.reduce(0, +), "seed \(random.seed)")
    }
  }

  /// Python's fractions are the measure.
  @Test func meansAreNearest() throws {
    var random = SeededGenerator()
    let closes = (0..<5000).map { _ in
      "\(Int.random(in: 1...2_000_000, using: &random)).\(Int.random(in: 1000...9999, using: &random))"
    }
    let summary = try #require(PriceSummary(points(closes), interval: .daily))
    let script = """
      import sys, fractions
      numbers = [fractions.Fraction(float(line)) for line in sys.stdin]
      print(repr(float(sum(numbers) / len(numbers))))
      """
    let outcome = Executable("/usr/bin/env").run(
      ["python3", "-c", script], input: .text(closes.map { "\($0)\n" }.joined()))
    let mean = try #require(Double(outcome.outputText.filter { !$0.isWhitespace }))
    #expect((summary.mean - mean).magnitude <= mean.ulp, "seed \(random.seed)")
  }

  // MARK: As of a day

  @Test func pricesAreFoundAsOfADay() throws {
    var builder = PriceSeriesBuilder(columns: PriceFunction.daily.columns)
    for text in ["2026-11-13", "2026-11-16", "2026-12-07"] {
      builder.append(try day(text), row: "1,1,1,1,1".bytes[...])
    }
    let series = builder.ascending
    func found(_ alignment: PriceAlignment, _ text: String, _ interval: PriceInterval = .daily) throws -> String? {
      alignment.index(for: try day(text), in: series, interval: interval).map { series.days[$0].text }
    }
    #expect(
      try PriceAlignment.allCases.map { try found($0, "2026-11-16") } == ["2026-11-16", "2026-11-16", "2026-11-16"])
    #expect(try PriceAlignment.allCases.map { try found($0, "2026-11-14") } == ["2026-11-13", "2026-11-16", nil])
    #expect(try found(.previous, "2026-11-26") == "2026-11-16")
    #expect(try found(.previous, "2026-11-27") == nil)
    #expect(try found(.previous, "2026-11-27", .monthly) == "2026-11-16")
    #expect(try found(.next, "2026-11-27") == "2026-12-07")
    #expect(try found(.next, "2026-11-26") == nil)
    #expect(try found(.previous, "2026-11-12") == nil)
    #expect(try found(.next, "2026-12-08") == nil)
    let asked = try day("2026-11-14")
    #expect(PriceAlignment.exact.daysLookedAt(for: asked, found: nil, interval: .daily) == asked...asked)
    #expect(
      PriceAlignment.previous.daysLookedAt(for: asked, found: try day("2026-11-13"), interval: .daily)
        == (try day("2026-11-13"))...asked)
    #expect(
      PriceAlignment.next.daysLookedAt(for: asked, found: nil, interval: .daily) == asked...asked.advanced(by: 10))
  }
}
