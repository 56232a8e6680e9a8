import MillraceCore

/// Whether what is learned from the synthetic table holds for real rows: one model is trained on real rows, one of the same
/// kind on as many synthetic ones, and both predict real rows that neither has seen (train on synthetic, test on real;
/// Esteban, Hyland and Rätsch 2017).
struct Efficacy: Sendable {
  /// Targets that are measured when none is named.
  static let targets = 3
  private static let mostTrainingRows = 10_000
  private static let mostColumns = 64
  private static let mostClasses = 10
  /// A class with fewer real rows to learn from is left out.
  private static let leastClassRows = 5
  private static let leastRows = 40
  /// Columns that are tried as targets.
  private static let mostCandidates = 24
  /// Below this a real model is not told from guessing; with few test rows luck alone reaches farther.
  private var leastSkill: Double { max(0.05, 1 / Double(max(1, test.count)).squareRoot()) }

  private let columns: [ComparedColumn]
  private let training: [Int]
  private let test: [Int]
  private let synthetic: [Int]
  private let hasHoldout: Bool
  private let key: RandomKey
  private let jobs: Int

  init(_ columns: [ComparedColumn], key: RandomKey, jobs: Int) {
    self.columns = columns.filter { $0.type.isCompared }
    self.key = key
    self.jobs = jobs
    let count = columns.first?.real.count ?? 0
    if let holdout = columns.first?.holdout {
      hasHoldout = true
      training = key.child("training").sample(Self.mostTrainingRows, of: count)
      test = key.child("test").sample(Self.mostTrainingRows, of: holdout.count)
    } else {
      hasHoldout = false
      let rows = key.child("rows").sample(Self.mostTrainingRows * 10 / 7, of: count)
      let tested = Set(key.child("test").sample(rows.count * 3 / 10, of: rows.count))
      training = rows.indices.filter { !tested.contains($0) }.map { rows[$0] }
      test = rows.indices.filter { tested.contains($0) }.map { rows[$0] }
    }
    synthetic = key.child("synthetic").sample(training.count, of: columns.first?.synthetic.count ?? 0)
  }

  /// Whether a column can be a target, and if not, why.
  enum Suitability: Equatable {
    case suitable
    case unsuitable(String)
  }

  func suitability(_ column: ComparedColumn) -> Suitability {
    guard column.type.isCompared, column.type != .datetime else {
      return .unsuitable("it holds \(column.type.rawValue), and targets are numbers or categories")
    }
    guard training.count >= Self.leastRows, test.count >= 10 else {
      return .unsuitable("there are too few real rows to learn from")
    }
    if column.type == .numerical {
      return Set(training.map { column.real.numbers[$0] }.filter { !$0.isNaN }).count > 1
        ? .suitable : .unsuitable("it is constant in the real table")
    }
    let classes = classes(of: column)
    if classes.count < 2 { return .unsuitable("it has fewer than two categories that are not rare") }
    if classes.count > Self.mostClasses { return .unsuitable("it has more than \(Self.mostClasses) categories") }
    return .suitable
  }

  /// The codes of the categories that are predicted, in order.
  private func classes(of column: ComparedColumn) -> [UInt32] {
    var counts: [UInt32: Int] = [:]
    for row in training where column.real.codes[row] != 0 { counts[column.real.codes[row], default: 0] += 1 }
    return counts.filter { $0.value >= Self.leastClassRows }.keys.sorted()
  }

  /// - Parameter targets: names of columns; empty for those that the real rows predict best.
  /// - Throws: usage for a target that cannot be one.
  func records(_ targets: [String]) throws(Failure) -> [QualityRecord] {
    var chosen: [Int] = []
    for target in targets {
      guard let index = columns.firstIndex(where: { $0.name == target }) else {
        throw Failure(
          .usage, "no such target: \"\(printable(target))\"",
          advice: suitable.isEmpty
            ? "no column can be a target" : "targets are " + namingFirst(suitable.map { printable(columns[$0].name) }))
      }
      if case .unsuitable(let reason) = suitability(columns[index]) {
        throw Failure(.usage, "\"\(printable(target))\" cannot be a target: \(reason)")
      }
      if !chosen.contains(index) { chosen.append(index) }
    }
    if targets.isEmpty { chosen = try bestPredicted() }
    let picked = chosen
    return try onWorkers(picked.count, jobs: jobs) { record(picked[$0]) }
  }

  private var suitable: [Int] { columns.indices.filter { suitability(columns[$0]) == .suitable } }

  /// The targets that a quick model learns best.
  private func bestPredicted() throws(Failure) -> [Int] {
    let all = suitable
    guard all.count > 1 || columns.count > 1 else { return [] }
    let candidates = key.child("candidates").sample(Self.mostCandidates, of: all.count).map { all[$0] }
    guard candidates.count > Self.targets else { return candidates }
    let skills = try onWorkers(candidates.count, jobs: jobs) { index in
      let outcome = measure(candidates[index], \.real, Array(training.prefix(2000)), rounds: 12)
      return outcome.map { skill($0) } ?? 0
    }
    let ranked = candidates.indices.sorted { (-skills[$0], $0) < (-skills[$1], $1) }
    return ranked.prefix(Self.targets).map { candidates[$0] }.sorted()
  }

  // MARK: One target

  /// What a model reached, and what guessing would.
  private struct Outcome {
    var metric: String
    var value: Double
    var chance: Double
  }

  /// From 0, as good as guessing, to 1, without an error.
  private func skill(_ outcome: Outcome) -> Double {
    outcome.chance < 1 ? max(0, (outcome.value - outcome.chance) / (1 - outcome.chance)) : 0
  }

  private func record(_ target: Int) -> QualityRecord {
    let name = columns[target].name
    let real = measure(target, \.real, training, rounds: 50)
    let made = measure(target, \.synthetic, synthetic, rounds: 50)
    guard let real else {
      return QualityRecord(.efficacy, "MLEfficacy", column: name, score: nil, note: "the test rows are all alike")
    }
    let source = hasHoldout ? "rows of the holdout" : "real rows held back"
    var note =
      "trained on \(training.count) real and \(synthetic.count) synthetic rows, tested on \(test.count) \(source)"
    var score: Double?
    if skill(real) < leastSkill {
      note = "a model of the real rows does no better than guessing; " + note
    } else if let made {
      score = min(1, skill(made) / skill(real))
    } else {
      score = 0
      note = "nothing can be learned from the synthetic table; " + note
    }
    return QualityRecord(
      .efficacy, real.metric, column: name, score: score, real: real.value, synthetic: made?.value, note: note)
  }

  /// Trains on some rows of one table and tests on the test rows.
  private func measure(
    _ target: Int, _ table: KeyPath<ComparedColumn, ColumnCells>, _ rows: [Int], rounds: Int
  ) -> Outcome? {
    let column = columns[target]
    let classes = column.type.isDiscrete ? classes(of: column) : []
    let place = Dictionary(uniqueKeysWithValues: classes.enumerated().map { ($1, $0) })
    let tested = column.holdout ?? column.real
    func isUsable(_ cells: ColumnCells, _ row: Int) -> Bool {
      column.type.isDiscrete ? place[cells.codes[row]] != nil : !cells.numbers[row].isNaN
    }
    let cells = column[keyPath: table]
    let rows = rows.filter { isUsable(cells, $0) }
    let test = test.filter { isUsable(tested, $0) }
    guard rows.count >= 10, test.count >= 2 else { return nil }

    var features = columns.indices.filter { $0 != target }
    func binned(_ features: [Int]) -> (BinnedColumns, [BinnedColumns.Binning]) {
      let binnings = features.map {
        BinnedColumns.Binning(columns[$0][keyPath: table], rows: rows, isCategorical: columns[$0].type.isDiscrete)
      }
      return (BinnedColumns(features.map { columns[$0][keyPath: table] }, binnings, rows: rows), binnings)
    }
    let labels: BoostedTrees.Target =
      column.type.isDiscrete
      ? .classes(rows.compactMap { place[cells.codes[$0]] }, count: classes.count)
      : .number(rows.map { cells.numbers[$0] })
    if features.count > Self.mostColumns { features = strongest(features, binned(features).0, labels) }
    let (training, binnings) = binned(features)
    let model = BoostedTrees(training, labels, rounds: rounds)
    let examined = BinnedColumns(features.map { columns[$0].holdout ?? columns[$0].real }, binnings, rows: test)
    let scores = model.scores(examined)
    if column.type == .numerical {
      return PredictionScore.determination(scores.map { $0[0] }, test.map { tested.numbers[$0] }).map {
        Outcome(metric: "R2", value: $0, chance: 0)
      }
    }
    let truth = test.compactMap { place[tested.codes[$0]] }
    if classes.count == 2 {
      return PredictionScore.areaUnderCurve(scores.map { $0[0] }, truth.map { $0 == 1 }).map {
        Outcome(metric: "AUC", value: $0, chance: 0.5)
      }
    }
    let right = zip(scores, truth).count { scores, index in
      scores.indices.max { scores[$0] < scores[$1] } == index
    }
    let commonest = classes.indices.map { index in truth.count { $0 == index } }.max() ?? 0
    return Outcome(
      metric: "Accuracy", value: Double(right) / Double(truth.count),
      chance: Double(commonest) / Double(truth.count))
  }

  /// The columns that say most about the target, each alone.
  private func strongest(_ features: [Int], _ binned: BinnedColumns, _ target: BoostedTrees.Target) -> [Int] {
    let values: [Double] =
      switch target {
      case .number(let values): values
      case .classes(let classes, _): classes.map { Double($0) }
      }
    let mean = values.reduce(0, +) / Double(max(1, values.count))
    let gradients = values.map { mean - $0 }
    let curvatures = [Double](repeating: 1, count: values.count)
    let gains = features.indices.map {
      RegressionTree.gain(binned, $0, gradients: gradients, curvatures: curvatures)
    }
    let ranked = features.indices.sorted { (-gains[$0], $0) < (-gains[$1], $1) }
    return ranked.prefix(Self.mostColumns).map { features[$0] }.sorted()
  }
}
