import Support
import Testing

@testable import synth_gen

@Suite struct RandomTests {
  private let key = RandomKey(seed: 7).child("test")

  @Test func numbersOfDifferentRowsUnderOneKeyDiffer() {
    var seen: Set<UInt64> = []
    for row in 0..<100_000 as Range<UInt64> {
      var random = RandomStream(key, row: row)
      #expect(seen.insert(random.next()).inserted)
    }
  }

  /// Chi-square of 64 bins over 64,000 draws: 63 degrees of freedom; beyond 130 in one of a million runs.
  @Test(arguments: [0, 1, 2, 3])
  func theFirstDrawsOfRowsAreUniform(draw: Int) {
    var bins = Array(repeating: 0.0, count: 64)
    for row in 0..<64_000 as Range<UInt64> {
      var random = RandomStream(key, row: row)
      for _ in 0..<draw { _ = random.next() }
      bins[Int(random.below(64 as UInt64))] += 1
    }
    let chiSquare = bins.map { ($0 - 1000) * ($0 - 1000) / 1000 }.reduce(0, +)
    #expect(chiSquare < 130)
  }

  @Test func keysDependOnNamesAlone() {
    #expect(RandomKey(seed: 1).child("a").child("b") == RandomKey(seed: 1).child("a").child("b"))
    #expect(RandomKey(seed: 1).child("a").child("b") != RandomKey(seed: 1).child("b").child("a"))
    #expect(RandomKey(seed: 1).child("ab") != RandomKey(seed: 1).child("a").child("b"))
    #expect(RandomKey(seed: 1) != RandomKey(seed: 2))
  }

  @Test func integersReachBothEndsOfTheirRange() {
    var random = RandomStream(key, row: 0)
    let draws = (0..<1000).map { _ in random.integer(in: -3...3) }
    #expect(Set(draws) == Set(-3...3))
    #expect((0..<10).map { _ in random.integer(in: Int.min...Int.max) }.allSatisfy { _ in true })
    #expect(random.integer(in: 5...5) == 5)
  }

  @Test(arguments: [1, 2, 3, 10, 64, 65, 1000, 4097] as [UInt64])
  func permutedIndicesAreAPermutation(count: UInt64) {
    let order = PermutedIndex(count: count, key: key)
    let values = (0..<count).map { order($0) }
    #expect(Set(values).count == Int(count))
    #expect(values.allSatisfy { $0 < count })
    if count >= 64 { #expect(values != values.sorted()) }
  }

  @Test func permutedIndicesOfHugeDomainsStayInThem() {
    let order = PermutedIndex(count: 1 << 63, key: key)
    #expect(Set((0..<1000 as Range<UInt64>).map { order($0) }).count == 1000)
    #expect((0..<1000 as Range<UInt64>).allSatisfy { order($0) < 1 << 63 })
  }

  /// Four standard deviations of a share drawn 200,000 times.
  @Test func weightsAreKept() {
    let weights = [1.0, 0, 3, 0.5, 5.5, 0.001]
    let arena = Arena()
    let table = AliasTable(weights, in: arena)
    var counts = weights.map { _ in 0.0 }
    var random = RandomStream(key, row: 1)
    for _ in 0..<200_000 { counts[table.draw(&random)] += 1 }
    for (weight, count) in zip(weights, counts) {
      let share = weight / weights.reduce(0, +)
      #expect(abs(count / 200_000 - share) <= 4 * (share * (1 - share) / 200_000).squareRoot())
    }
    #expect(counts[1] == 0)
  }

  @Test func quantilesOfTheNormalVariableInvertItsDistribution() {
    for probability in [1e-12, 1e-6, 0.001, 0.02, 0.2, 0.5, 0.7, 0.99, 0.999999] {
      let value = standardNormalQuantile(probability)
      #expect(abs(standardNormalProbability(value) / probability - 1) < 1e-9)
    }
    #expect(abs(standardNormalQuantile(0.975) - 1.959963984540054) < 1e-14)
  }

  /// Means and variances of a hundred thousand draws, within five standard errors.
  @Test(arguments: [
    ("poisson 3", 3.0, 3.0), ("poisson 40", 40, 40), ("gamma 0.5", 0.5, 0.5), ("gamma 4", 4, 4),
    ("beta 2 3", 0.4, 0.04),
    ("normal", 0, 1), ("exponential", 1, 1), ("geometric 0.25", 3, 12),
  ])
  func drawsHaveTheirMoments(name: String, mean: Double, variance: Double) {
    var random = RandomStream(key.child(name), row: 0)
    let draws = (0..<100_000).map { _ in
      switch name {
      case "poisson 3": random.poisson(mean: 3)
      case "poisson 40": random.poisson(mean: 40)
      case "gamma 0.5": random.gamma(shape: 0.5)
      case "gamma 4": random.gamma(shape: 4)
      case "beta 2 3": random.beta(2, 3)
      case "exponential": random.exponential()
      case "geometric 0.25": random.geometric(0.25)
      default: random.normal()
      }
    }
    let found = draws.reduce(0, +) / 100_000
    let spread = draws.map { ($0 - found) * ($0 - found) }.reduce(0, +) / 99_999
    #expect(abs(found - mean) < 5 * (variance / 100_000).squareRoot())
    #expect(abs(spread / variance - 1) < 0.06)
  }

  @Test func zipfFollowsItsPower() {
    let sampler = ZipfSampler(count: 100, exponent: 1.5)
    var random = RandomStream(key, row: 3)
    var counts = Array(repeating: 0.0, count: 101)
    for _ in 0..<200_000 { counts[Int(sampler.draw(&random))] += 1 }
    let sum = (1...100).map { 1 / (Double($0) * Double($0).squareRoot()) }.reduce(0, +)
    for rank in [1, 2, 3, 10, 50] {
      let share = 1 / (Double(rank) * Double(rank).squareRoot()) / sum
      #expect(abs(counts[rank] / 200_000 - share) < 5 * (share / 200_000).squareRoot())
    }
    #expect(counts[0] == 0)
  }
}
