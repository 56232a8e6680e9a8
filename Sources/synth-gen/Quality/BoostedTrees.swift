import Glibc

/// Gradient boosting of small trees (Friedman: Greedy function approximation, 2001): a learner that does well on most tables
/// as it is, and is the same from run to run.
struct BoostedTrees: Sendable {
  /// What is to be predicted.
  enum Target: Sendable {
    case number([Double])
    /// Classes from 0 to `count` - 1.
    case classes([Int], count: Int)
  }

  private var trees: [[RegressionTree]] = []
  private var start: [Double] = []
  private let rate: Double

  /// - Parameters:
  ///   - rounds: trees, for each class where there are more than two.
  ///   - rate: how much of each tree is taken.
  init(_ columns: BinnedColumns, _ target: Target, rounds: Int, rate: Double = 0.15) {
    self.rate = rate
    switch target {
    case .number(let values): fit(columns, values, rounds)
    case .classes(let classes, let count) where count == 2: fitBinary(columns, classes, rounds)
    case .classes(let classes, let count): fitMany(columns, classes, count, rounds)
    }
  }

  /// For each row one score, or as many as there are classes where these are more than two: the greater the likelier.
  func scores(_ columns: BinnedColumns) -> [[Double]] {
    (0..<columns.count).map { row in
      start.indices.map { index in
        trees.reduce(start[index]) { $0 + rate * $1[index].value(columns, row: row) }
      }
    }
  }

  private mutating func fit(_ columns: BinnedColumns, _ values: [Double], _ rounds: Int) {
    // Squared loss of values brought to one scale, so that what is added to leaves means the same for all targets.
    let mean = values.reduce(0, +) / Double(max(1, values.count))
    start = [mean]
    var predictions = [Double](repeating: mean, count: values.count)
    let curvatures = [Double](repeating: 1, count: values.count)
    for _ in 0..<rounds {
      let gradients = zip(predictions, values).map { $0 - $1 }
      let tree = RegressionTree(columns, gradients: gradients, curvatures: curvatures)
      for row in predictions.indices { predictions[row] += rate * tree.value(columns, row: row) }
      trees.append([tree])
    }
  }

  private mutating func fitBinary(_ columns: BinnedColumns, _ classes: [Int], _ rounds: Int) {
    let positive = Double(classes.reduce(0, +)) + 0.5
    let base = log(positive / (Double(classes.count) + 1 - positive))
    start = [base]
    var predictions = [Double](repeating: base, count: classes.count)
    for _ in 0..<rounds {
      let shares = predictions.map { 1 / (1 + exp(-$0)) }
      let tree = RegressionTree(
        columns, gradients: zip(shares, classes).map { $0 - Double($1) },
        curvatures: shares.map { max($0 * (1 - $0), 1e-6) })
      for row in predictions.indices { predictions[row] += rate * tree.value(columns, row: row) }
      trees.append([tree])
    }
  }

  private mutating func fitMany(_ columns: BinnedColumns, _ classes: [Int], _ count: Int, _ rounds: Int) {
    var sizes = [Double](repeating: 0.5, count: count)
    for index in classes { sizes[index] += 1 }
    start = sizes.map { log($0 / Double(classes.count + count)) }
    var predictions = [[Double]](repeating: start, count: classes.count)
    for _ in 0..<rounds {
      let shares = predictions.map { scores in
        let greatest = scores.max() ?? 0
        let weights = scores.map { exp($0 - greatest) }
        let sum = weights.reduce(0, +)
        return weights.map { $0 / sum }
      }
      var round: [RegressionTree] = []
      for index in 0..<count {
        let tree = RegressionTree(
          columns, gradients: zip(shares, classes).map { $0[index] - ($1 == index ? 1 : 0) },
          curvatures: shares.map { max($0[index] * (1 - $0[index]), 1e-6) })
        for row in predictions.indices { predictions[row][index] += rate * tree.value(columns, row: row) }
        round.append(tree)
      }
      trees.append(round)
    }
  }
}

/// How good predictions are.
enum PredictionScore {
  /// The area under the receiver operating characteristic: how often a row of the class has a greater score than one that is
  /// not of it, ties counted half. Nil when there is only one class.
  static func areaUnderCurve(_ scores: [Double], _ isPositive: [Bool]) -> Double? {
    let positives = isPositive.count { $0 }
    let negatives = isPositive.count - positives
    guard positives > 0, negatives > 0 else { return nil }
    let order = scores.indices.sorted { scores[$0] < scores[$1] }
    var sum = 0.0
    var index = 0
    while index < order.count {
      var end = index
      while end < order.count, scores[order[end]] == scores[order[index]] { end += 1 }
      // Ranks count from 1; those of ties are their mean.
      let rank = Double(index + end + 1) / 2
      sum += rank * Double(order[index..<end].count { isPositive[$0] })
      index = end
    }
    return (sum - Double(positives) * Double(positives + 1) / 2) / (Double(positives) * Double(negatives))
  }

  /// The share of the variance that predictions explain; negative when the mean would do better. Nil for constant values.
  static func determination(_ predictions: [Double], _ values: [Double]) -> Double? {
    let mean = values.reduce(0, +) / Double(max(1, values.count))
    let total = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    guard total > 0 else { return nil }
    return 1 - zip(predictions, values).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / total
  }
}
