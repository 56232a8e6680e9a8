import Glibc
import MillraceCore

/// Learns how the outcomes of a column depend on the levels of its parents, without learning the rows of the sample by heart.
///
/// Counts are drawn towards what is expected where they are few: for numbers towards a smooth trend, an effect for each
/// parent's level on normal scores with a spread around it; for categories towards what a single parent says, and that
/// towards the column's own frequencies.
struct ConditionLearner {
  /// A parent as the column sees it.
  struct Parent {
    /// For each row its level.
    var levels: [UInt16]
    var count: Int
  }

  let outcomes: [ColumnOutcome]
  let counts: [Int]
  /// For each row.
  let rows: [UInt32]
  let parents: [Parent]
  /// Combinations that fewer rows have are as if there were none.
  let leastRows: Int
  /// Nil for counts without noise.
  let noise: (() -> Double)?

  /// Rows that expectation weighs as much as, for categories and for numbers.
  private static let priorRows = 5.0
  private static let priorRowsOfNumbers = 40.0
  /// With fewer single numbers than these, they are treated as categories.
  private static let leastNumbers = 9
  /// From so many categories on, one that was seen once in a combination tells next to nothing.
  private static let manyCategories = 30

  private var numberCount: Int {
    outcomes.count {
      switch $0 {
      case .number, .range: true
      default: false
      }
    }
  }

  /// The frequencies of outcomes, which the ends of numbers have twice: else a table of as many rows would lack one of them
  /// in every third column.
  private var strengths: [Double] {
    var strengths = Array(repeating: 1.0, count: outcomes.count)
    for index in [0, numberCount - 1] where index >= 0 && counts[index] == 1 && numberCount > LearningOptions.mostBins {
      strengths[index] = 2
    }
    return strengths
  }

  /// The column's own frequencies.
  func marginal() -> [Double] { normalised(zip(counts, strengths).map { noisy(Double($0) * $1) }) }

  /// For each combination of levels the weights of the outcomes.
  func weights() -> [[Double]] {
    let marginal = marginal()
    guard let first = parents.first else { return [marginal] }
    let single = smoothed([first], towards: Array(repeating: marginal, count: first.count))
    guard parents.count > 1 else { return single }
    let contexts = first.count * parents[1].count
    return smoothed(parents, towards: (0..<contexts).map { single[$0 / parents[1].count] })
  }

  private func smoothed(_ parents: [Parent], towards expected: [[Double]]) -> [[Double]] {
    let size = outcomes.count
    let strengths = strengths
    let contexts = parents.reduce(1) { $0 * $1.count }
    var table = Array(repeating: 0.0, count: contexts * size)
    let context = contextOfRow(parents)
    for row in rows.indices { table[Int(context[row]) * size + Int(rows[row])] += strengths[Int(rows[row])] }
    let numbers = numberCount
    let trend = numbers >= Self.leastNumbers && noise == nil ? NumberTrend(self, parents, numbers: numbers) : nil
    let isExact = isExact(table, size: size)
    var trendWeights = trend.map { $0.weights(contextTotals: totals(table, size: size)) } ?? []
    return (0..<contexts).map { context in
      var found = Array(table[context * size..<(context + 1) * size])
      if let noise { found = found.map { max(0, $0 + noise()) } }
      var total = found.reduce(0, +)
      if total < Double(leastRows) { (found, total) = (Array(repeating: 0, count: size), 0) }
      let seen = Double(found.count { $0 > 0 })
      var prior = Self.priorRows
      if numbers == 0, size > Self.manyCategories { prior = max(prior, 4 * seen) }
      // What goes together always, and often enough, is a rule and not chance.
      if (isExact && total >= 3) || (seen == 1 && total >= 20) { prior = 0 }
      let base = expected[context]
      var mixed = (0..<size).map { (found[$0] + prior * base[$0]) / max(total + prior, 1e-300) }
      if total + prior == 0 { mixed = base }
      guard trend != nil, !isExact else { return normalised(mixed) }
      // Whether there is a number at all is as above; which one, is drawn towards the trend.
      let share = mixed[..<numbers].reduce(0, +)
      let numberTotal = found[..<numbers].reduce(0, +)
      for index in 0..<numbers {
        let drawn = found[index] + Self.priorRowsOfNumbers * trendWeights[context][index]
        mixed[index] = share * drawn / (numberTotal + Self.priorRowsOfNumbers)
      }
      trendWeights[context] = []
      return normalised(mixed)
    }
  }

  private func contextOfRow(_ parents: [Parent]) -> [UInt32] {
    rows.indices.map { row in
      UInt32(parents.reduce(0) { $0 * $1.count + Int($1.levels[row]) })
    }
  }

  private func totals(_ table: [Double], size: Int) -> [Double] {
    (0..<table.count / size).map { table[$0 * size..<($0 + 1) * size].reduce(0, +) }
  }

  /// Whether the parents' levels say, all but always, what the outcome is.
  private func isExact(_ table: [Double], size: Int) -> Bool {
    guard size > 1, noise == nil else { return false }
    var (hits, total, used) = (0.0, 0.0, 0)
    for context in 0..<table.count / size {
      let counts = table[context * size..<(context + 1) * size]
      let sum = counts.reduce(0, +)
      if sum == 0 { continue }
      hits += counts.max() ?? 0
      total += sum
      used += 1
    }
    return hits >= 0.995 * total && total >= 5 * Double(used)
  }

  private func noisy(_ count: Double) -> Double { noise.map { max(0, count + $0()) } ?? count }

  private func normalised(_ weights: [Double]) -> [Double] {
    let sum = weights.reduce(0, +)
    return sum > 0 ? weights.map { $0 / sum } : weights.map { _ in 1 / Double(weights.count) }
  }
}

/// How numbers, as normal scores, rise and fall with the levels of the parents: effects that add up, and a spread.
struct NumberTrend {
  private let effects: [[Double]]
  private let spread: [Double]
  /// Scores that the outcomes end at.
  private let bounds: [Double]
  private let shares: [Double]
  private let parents: [ConditionLearner.Parent]

  init(_ learner: ConditionLearner, _ parents: [ConditionLearner.Parent], numbers: Int) {
    self.parents = parents
    let counts = learner.counts[..<numbers].map(Double.init)
    let total = counts.reduce(0, +)
    shares = counts.map { $0 / max(1, total) }
    var below = 0.0
    var scores: [Double] = []
    var bounds: [Double] = []
    for share in shares {
      scores.append(normalQuantile(below + share / 2))
      below += share
      bounds.append(normalQuantile(min(below, 1 - 1e-9)))
    }
    self.bounds = bounds
    let used = learner.rows.indices.filter { learner.rows[$0] < numbers }
    var effects = parents.map { Array(repeating: 0.0, count: $0.count) }
    // Backfitting (Hastie and Tibshirani, 1986): each parent explains in turn what the others leave.
    for _ in 0..<(parents.count > 1 ? 4 : 1) {
      for (number, parent) in parents.enumerated() {
        var sums = Array(repeating: 0.0, count: parent.count)
        var sizes = Array(repeating: 1.0, count: parent.count)
        for row in used {
          var rest = scores[Int(learner.rows[row])]
          for (other, levels) in parents.enumerated() where other != number {
            rest -= effects[other][Int(levels.levels[row])]
          }
          sums[Int(parent.levels[row])] += rest
          sizes[Int(parent.levels[row])] += 1
        }
        for level in 0..<parent.count { effects[number][level] = sums[level] / sizes[level] }
      }
    }
    var squares = Array(repeating: 0.0, count: parents[0].count)
    var sizes = Array(repeating: 0.0, count: parents[0].count)
    for row in used {
      var rest = scores[Int(learner.rows[row])]
      for (number, parent) in parents.enumerated() { rest -= effects[number][Int(parent.levels[row])] }
      squares[Int(parents[0].levels[row])] += rest * rest
      sizes[Int(parents[0].levels[row])] += 1
    }
    let variance = squares.reduce(0, +) / Double(max(1, used.count))
    spread = zip(squares, sizes).map { max(0.02, (($0 + 10 * variance) / ($1 + 10)).squareRoot()) }
    self.effects = effects
  }

  /// For each combination of levels the weights of the numbers, such that all together have the column's own frequencies.
  func weights(contextTotals: [Double]) -> [[Double]] {
    var tables = contextTotals.indices.map { context in
      var (rest, centre) = (context, 0.0)
      for number in parents.indices.reversed() {
        centre += effects[number][rest % parents[number].count]
        rest /= parents[number].count
      }
      let spread = spread[parents.count > 1 ? context / parents[1].count : context]
      var below = 0.0
      return bounds.indices.map { index in
        let share = index == bounds.count - 1 ? 1 : normalShare((bounds[index] - centre) / spread)
        defer { below = share }
        return max(0, share - below)
      }
    }
    let total = contextTotals.reduce(0, +)
    for index in bounds.indices {
      let found = contextTotals.indices.reduce(0) { $0 + contextTotals[$1] * tables[$1][index] } / max(1, total)
      let factor = shares[index] / max(found, 1e-9)
      for context in tables.indices { tables[context][index] *= factor }
    }
    return tables.map { weights in
      let sum = weights.reduce(0, +)
      return sum > 0 ? weights.map { $0 / sum } : shares
    }
  }
}
