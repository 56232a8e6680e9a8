import MillraceCore

/// Puts the outcomes of a column together to few levels: numbers to neighbours, categories to frequent ones and the rest.
struct LevelMaker {
  let outcomes: [ColumnOutcome]
  let counts: [Int]
  /// Categories that fewer rows have say nothing of other columns.
  let leastRows: Int

  /// Levels for columns that depend on this one.
  ///
  /// - Parameters:
  ///   - fine: Most ranges of numbers, when this is the only column that is depended on.
  ///   - coarse: Most levels, when it is one of two.
  func levels(fine: Int, coarse: Int) -> Levels {
    let fineLevels = map(numbers: fine, categories: 256)
    var fineCounts = Array(repeating: 0, count: (fineLevels.max() ?? 0) + 1)
    var isNumber = Array(repeating: false, count: fineCounts.count)
    for (outcome, level) in fineLevels.enumerated() {
      fineCounts[level] += counts[outcome]
      if Self.isNumber(outcomes[outcome]) { isNumber[level] = true }
    }
    return Levels(
      fine: fineLevels, coarse: Self.merge(fineCounts, isNumber, numbers: coarse, categories: coarse, leastRows: 0))
  }

  /// For each outcome its level.
  func map(numbers: Int, categories: Int) -> [Int] {
    Self.merge(counts, outcomes.map(Self.isNumber), numbers: numbers, categories: categories, leastRows: leastRows)
  }

  private static func isNumber(_ outcome: ColumnOutcome) -> Bool {
    switch outcome {
    case .number, .range: true
    default: false
    }
  }

  private static func merge(
    _ counts: [Int], _ isNumber: [Bool], numbers most: Int, categories: Int, leastRows: Int
  ) -> [Int] {
    var levels = Array(repeating: 0, count: counts.count)
    var next = 0
    let numbers = counts.indices.filter { isNumber[$0] }
    if numbers.count <= most {
      for index in numbers { (levels[index], next) = (next, next + 1) }
    } else {
      // As equal in rows as may be.
      let target = Double(numbers.reduce(0) { $0 + counts[$1] }) / Double(most)
      var rows = 0
      for index in numbers {
        if rows > 0, Double(rows) + Double(counts[index]) / 2 > target, next < most - 1 { (next, rows) = (next + 1, 0) }
        levels[index] = next
        rows += counts[index]
      }
      next += 1
    }
    let others = counts.indices.filter { !isNumber[$0] }.sorted { (-counts[$0], $0) < (-counts[$1], $1) }
    let frequent = others.prefix { counts[$0] >= leastRows }
    let kept =
      frequent.count == others.count && others.count <= categories
      ? frequent.count : min(frequent.count, categories - 1)
    for (place, index) in others.enumerated() { levels[index] = next + min(place, kept) }
    return levels
  }
}
