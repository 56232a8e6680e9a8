import Glibc
import MillraceCore

/// Learns a model from a sample.
struct ModelLearner {
  let options: LearningOptions

  /// Numbers that a model holds about dependence at most, of all columns and of one.
  private static let mostWeights = 1 << 24
  private static let mostWeightsOfColumn = 1 << 17
  /// A copula has a matrix of all columns.
  static let mostCopulaColumns = 512
  private static let mostCoarseLevels = 20
  private static let mostFineLevels = 40

  func learn(_ sample: Sample) throws(Failure) -> LearnedModel {
    var options = options
    if options.dependence == .copula, sample.columns.count > Self.mostCopulaColumns {
      throw Failure(
        .badData, "\(counted(sample.columns.count, "column")), where a copula has at most \(Self.mostCopulaColumns)",
        advice: "--dependence bayes has no such limit")
    }
    // One row tells of no dependence.
    if sample.rowCount < 2 { options.dependence = .none }
    let learned = sample.columns.map { ColumnLearner(sample: $0, options: options).learn() }
    var columns = learned.map(\.column)
    let network = network(learned, sample.rowCount)
    var privacy: PrivacyRecord?
    var noise: (() -> Double)?
    if options.k != nil || options.epsilon != nil {
      var record = PrivacyRecord(k: options.k, epsilon: options.epsilon)
      if let epsilon = options.epsilon {
        // One row is counted once in each table.
        record.noisyTables = network.parents.reduce(columns.count) { $0 + ($1.isEmpty ? 0 : $1.count) }
        let scale = Double(record.noisyTables) / epsilon
        let random = options.random
        noise = { laplace(scale: scale, random) }
      }
      privacy = record
    }
    let parentsOfAny = Set(network.parents.joined())
    for index in parentsOfAny { columns[index].levels = levels(of: learned[index], sample.rowCount) }
    for index in columns.indices {
      learn(index, network.parents[index], of: &columns, learned, noise)
    }
    var model = LearnedModel(
      sampleRows: sample.rowCount, dependence: options.dependence, columns: columns, privacy: privacy)
    if options.dependence == .copula {
      model.correlations = RankCorrelations(learned, rows: sample.rowCount).factor
    }
    return model
  }

  private func levels(of learned: LearnedRows, _ rows: Int) -> Levels {
    // Sixteen rows for each combination of two parents.
    let coarse = min(Self.mostCoarseLevels, max(3, Int((Double(rows) / 16).squareRoot().rounded())))
    let maker = LevelMaker(
      outcomes: learned.column.outcomes, counts: learned.counts,
      leastRows: max(LearningOptions.leastRowsOfLevel, options.leastCount))
    return maker.levels(fine: Self.mostFineLevels, coarse: options.epsilon == nil ? coarse : min(coarse, 6))
  }

  private func network(_ learned: [LearnedRows], _ rowCount: Int) -> NetworkLearner.Network {
    guard options.dependence == .bayes, rowCount > 1 else {
      return NetworkLearner.Network(parents: learned.map { _ in [] }, order: Array(learned.indices))
    }
    let rows = NetworkLearner.rows(of: rowCount, columns: learned.count)
    let nodes = learned.map { learned in
      let maker = LevelMaker(
        outcomes: learned.column.outcomes, counts: learned.counts, leastRows: LearningOptions.leastRowsOfLevel)
      let map = maker.map(numbers: NetworkLearner.mostLevels, categories: NetworkLearner.mostLevels)
      let levels = levels(of: learned, rowCount)
      let others = learned.column.outcomes.indices.filter { !learned.column.outcomes[$0].isNumber }
      let rare = others.count { learned.counts[$0] < LearningOptions.leastRowsOfLevel }
      return NetworkLearner.Node(
        levels: rows.map { UInt8(map[Int(learned.outcomes[$0])]) }, levelCount: (map.max() ?? 0) + 1,
        coarse: rows.map { UInt8(levels.coarse[levels.fine[Int(learned.outcomes[$0])]]) },
        coarseCount: levels.coarseCount, outcomes: learned.column.outcomes.count,
        isLeaf: others.count > 50 && rare * 2 > others.count)
    }
    return NetworkLearner(nodes: nodes).network(mostParents: 2)
  }

  private func learn(
    _ index: Int, _ parents: [Int], of columns: inout [LearnedColumn], _ learned: [LearnedRows],
    _ noise: (() -> Double)?
  ) {
    let most = min(Self.mostWeightsOfColumn, max(4096, Self.mostWeights / columns.count))
    var parents = parents
    while true {
      let seen = parents.map { parent(learned[$0], columns[$0].levels, isOneOfTwo: parents.count > 1) }
      let contexts = seen.reduce(1) { $0 * $1.count }
      // A table that is too large does with fewer parents.
      if !parents.isEmpty, contexts * columns[index].outcomes.count > most {
        parents.removeLast()
        continue
      }
      let learner = ConditionLearner(
        outcomes: columns[index].outcomes, counts: learned[index].counts, rows: learned[index].outcomes, parents: seen,
        leastRows: options.k ?? 0, noise: noise)
      if parents.isEmpty {
        columns[index].weights = learner.marginal()
      } else {
        columns[index].condition = Condition(parents: parents, weights: learner.weights())
      }
      return
    }
  }

  private func parent(_ learned: LearnedRows, _ levels: Levels?, isOneOfTwo: Bool) -> ConditionLearner.Parent {
    guard let levels else { return ConditionLearner.Parent(levels: learned.outcomes.map { _ in 0 }, count: 1) }
    let map = isOneOfTwo ? levels.fine.map { levels.coarse[$0] } : levels.fine
    return ConditionLearner.Parent(
      levels: learned.outcomes.map { UInt16(map[Int($0)]) }, count: isOneOfTwo ? levels.coarseCount : levels.fineCount)
  }
}

/// A number of Laplace's distribution around 0.
private func laplace(scale: Double, _ random: () -> UInt64) -> Double {
  let unit = (Double(random() >> 12) + 0.5) * 0x1p-52 - 0.5
  return unit < 0 ? scale * log(1 + 2 * unit) : -scale * log(1 - 2 * unit)
}

extension ColumnOutcome {
  var isNumber: Bool {
    switch self {
    case .number, .range: true
    default: false
    }
  }
}
