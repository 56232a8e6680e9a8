import MillraceCore
import Support
import Testing

@testable import synth_gen

/// The parts that learning and drawing are made of.
@Suite final class LearnedPartsTests {
  /// Outlives what a test makes in it.
  private let arena = Arena()

  // MARK: Points

  @Test func pointsAreStratified() {
    let points = StratifiedPoints(key: RandomKey(seed: 11), in: arena)
    for dimension in 0..<StratifiedPoints.dimensions {
      for bits in [4, 8] {
        var seen = Set<UInt32>()
        for row in 0..<(UInt64(1) << bits) {
          let index = points.index(row: row, group: 0)
          seen.insert(points.bits(index, dimension: dimension, seed: UInt32(dimension) &* 77) >> (32 - UInt32(bits)))
        }
        #expect(seen.count == 1 << bits, "dimension \(dimension)")
      }
    }
  }

  @Test func pairsOfTheFirstDimensionsAreStratified() {
    let points = StratifiedPoints(key: RandomKey(seed: 12), in: arena)
    for bits in 0...8 {
      var seen = Set<UInt32>()
      for row in 0..<UInt64(256) {
        let index = points.index(row: row, group: 3)
        let x = bits == 0 ? 0 : points.bits(index, dimension: 0, seed: 5) >> (32 - UInt32(bits))
        let y = bits == 8 ? 0 : points.bits(index, dimension: 1, seed: 6) >> (24 + UInt32(bits))
        seen.insert(x << 16 | y)
      }
      #expect(seen.count == 256)
    }
  }

  @Test func groupsKnowNothingOfEachOther() {
    let points = StratifiedPoints(key: RandomKey(seed: 13), in: arena)
    var same = 0
    for row in 0..<UInt64(4096) {
      let one = points.bits(points.index(row: row, group: 0), dimension: 0, seed: 1) >> 31
      let other = points.bits(points.index(row: row, group: 1), dimension: 0, seed: 2) >> 31
      same += one == other ? 1 : 0
    }
    #expect((1900...2200).contains(same))
  }

  // MARK: Draws

  @Test func outcomesAreDrawnByTheirWeights() {
    let table = OutcomeTable([[0.25, 0, 0.5, 0.25], [0, 0, 0, 1]], in: arena)
    var counts = [0, 0, 0, 0]
    for step in 0..<UInt64(1000) {
      let (outcome, rest) = table.draw(step &* (.max / 1000) &+ .max / 2000, context: 0)
      counts[outcome] += 1
      #expect(rest >= 0 && rest < 1)
      #expect(table.draw(step &* (.max / 1000), context: 1).outcome == 3)
    }
    #expect(counts == [250, 0, 500, 250])
    #expect(table.draw(.max, context: 0).outcome == 3)
    #expect(table.draw(0, context: 0).outcome == 0)
  }

  @Test func normalQuantilesAreTheInverseOfShares() {
    for step in 1..<1000 {
      let share = Double(step) / 1000
      #expect(abs(normalShare(normalQuantile(share)) - share) < 1e-8)
    }
  }

  // MARK: Numbers

  @Test(arguments: [
    ("0", 0, 0), ("-12.50", -1250, 2), ("1e3", 1, -3), ("2.5E-3", 25, 4), ("0.001", 1, 3),
    ("123456789012345678", 123_456_789_012_345_678, 0),
  ]) func numbersAreRead(text: String, digits: Int, decimals: Int) throws {
    let bytes = ByteBuffer(text)
    let number = try #require(unsafe DecimalNumber(bytes.bytes))
    #expect(number.digits == digits && number.decimals == decimals)
  }

  @Test(arguments: [
    "", "-", "007", "+1", ".5", "1.", "1e", "1e+", "0x1", "1,000", "1234567890123456789", "nan", "1 ", "1e999999",
  ])
  func textsAreNoNumbers(text: String) {
    let bytes = ByteBuffer(text)
    #expect(unsafe DecimalNumber(bytes.bytes) == nil)
  }

  @Test func numbersAreWrittenAsTheyWereRead() {
    for (spelling, units, text) in [
      (NumberSpelling(decimals: 2, leastDecimals: 2), 1250, "12.50"),
      (NumberSpelling(decimals: 2, leastDecimals: 0), 1250, "12.5"),
      (NumberSpelling(decimals: 2, leastDecimals: 1), 1200, "12.0"),
      (NumberSpelling(decimals: -3, leastDecimals: 0), 7, "7000"),
      (NumberSpelling(decimals: 3, leastDecimals: 0), -5, "-0.005"),
      (NumberSpelling(decimals: 0, leastDecimals: 0), 0, "0"),
    ] {
      #expect(spelling.text(units) == text)
      #expect(spelling.units(text) == units)
    }
  }

  // MARK: Moments

  @Test(arguments: [
    ("2024-02-29", "%Y-%m-%d"), ("31.12.1999", "%d.%m.%Y"), ("2024-01-02T03:04:05Z", "%Y-%m-%dT%H:%M:%SZ"),
    ("2024-01-02 03:04:05.678", "%Y-%m-%d %H:%M:%S.%3f"), ("12 Jan 2020", "%d %b %Y"),
    ("January 5, 2020", "%B %-d, %Y"),
    ("13:45", "%H:%M"), ("2024-05", "%Y-%m"), ("1/5/2020 07:30", "%-m/%-d/%Y %-H:%M"), ("12/31/99", "%m/%d/%y"),
  ]) func momentsAreRecognised(text: String, pattern: String) throws {
    let bytes = ByteBuffer(text)
    let found = unsafe MomentFormat.candidates(for: bytes.bytes).filter { unsafe $0.ticks(of: bytes.bytes) != nil }
    let format = try #require(found.first)
    #expect(format.pattern == pattern)
    #expect(MomentFormat(pattern: pattern) == format)
    let spelled = ByteBuffer()
    format.append(try #require(unsafe format.ticks(of: bytes.bytes)), to: spelled)
    // A mixture of padded and unpadded parts is spelled without zeros.
    if text != "1/5/2020 07:30" { #expect(unsafe spelled.bytes.elementsEqual(bytes.bytes)) }
  }

  @Test(arguments: ["2023-02-29", "24:00", "2024-13-01", "99.99.2020", "1-2", "12-34-56-78", "10:99"])
  func otherTextsAreNoMoments(text: String) {
    let bytes = ByteBuffer(text)
    #expect(unsafe MomentFormat.candidates(for: bytes.bytes).allSatisfy { unsafe $0.ticks(of: bytes.bytes) == nil })
  }

  @Test func daysAboveTwelveDecideTheOrder() {
    let desk = LearnDesk()
    let values = desk.values(
      (0..<100).map { "\(String($0 % 28 + 101).dropFirst())/\(String($0 % 12 + 101).dropFirst())/2020" })
    #expect(desk.model.contains("%d/%m/%Y"))
    #expect(values.allSatisfy { (Int($0.split(separator: "/")[1]) ?? 13) <= 12 })
  }

  // MARK: Distributions

  @Test func theNearestDistributionIsFound() throws {
    func fit(_ quantile: (Double) -> Double) throws -> ParametricFit {
      try #require(ParametricFit((1..<2000).map { (quantile(Double($0) / 2000), 1) }))
    }
    let lognormal = ParametricFit(family: .lognormal, parameters: [1, 1], distance: 0)
    let exponential = ParametricFit(family: .exponential, parameters: [2, 5], distance: 0)
    let fits = try [
      fit { normalQuantile($0) * 3 + 10 }, fit { lognormal.quantile($0) }, fit { $0 * 7 },
      fit { exponential.quantile($0) },
    ]
    #expect(fits.prefix(3).map(\.family) == [.normal, .lognormal, .uniform])
    #expect(fits.allSatisfy { $0.distance < 0.01 })
    for family in ParametricFit.Family.allCases {
      let fit = ParametricFit(family: family, parameters: [1, 2, 1.5], distance: 0)
      for share in [0.01, 0.3, 0.9] where family != .uniform {
        #expect(abs(fit.share(below: fit.quantile(share)) - share) < 1e-6)
      }
    }
  }

  // MARK: Dependence

  @Test func parentsAreFound() {
    // b copies a, c is a xor d, e is alone.
    var random = SeededGenerator(seed: 21)
    let bits = (0..<2000).map { _ in (0..<3).map { _ in UInt8.random(in: 0...1, using: &random) } }
    let levels: [[UInt8]] = [
      bits.map { $0[0] }, bits.map { $0[0] }, bits.map { $0[0] | $0[1] << 1 }, bits.map { $0[2] },
    ]
    let nodes = levels.map {
      NetworkLearner.Node(levels: $0, levelCount: 4, coarse: $0, coarseCount: 4, outcomes: 4, isLeaf: false)
    }
    let network = NetworkLearner(nodes: nodes).network(mostParents: 2)
    #expect(network.parents[3].isEmpty)
    #expect(network.parents.count { $0.isEmpty } == 2)
    #expect(
      network.parents[1] == [0] || network.parents[0] == [1] || network.parents[1] == [2] || network.parents[0] == [2])
    #expect(network.order.sorted() == [0, 1, 2, 3])
    #expect(NetworkLearner(nodes: nodes).network(mostParents: 0).parents.allSatisfy { $0.isEmpty })
  }
}
