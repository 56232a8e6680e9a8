import MillraceCore

/// What is known of the rows that are to be made: a column's value, or the range that it lies in.
struct Evidence: Equatable {
  let column: String
  let value: String

  /// - Parameter text: `column=value`, `column=low..high` for numbers and dates, `column=` for no value.
  init?(_ text: String) {
    guard let equals = text.firstIndex(of: "="), equals > text.startIndex else { return nil }
    column = String(text[..<equals])
    value = String(text[text.index(after: equals)...])
  }

  var text: String { "\(column)=\(value)" }
}

extension LearnedModel {
  /// The model of the rows that the evidence is true of: drawing from it is drawing from this one under the condition, without
  /// a row in vain.
  ///
  /// Messages go from the last columns of the network to the first (Dechter: Bucket elimination, 1999).
  ///
  /// - Throws: `.usage` for evidence about a column or a value that the model does not have; `.badData` when no row can have
  ///   all of it.
  func given(_ evidence: [Evidence]) throws(Failure) -> LearnedModel {
    if evidence.isEmpty { return self }
    if dependence == .copula {
      throw Failure(.usage, "--given needs a model that was learned with --dependence bayes or none, not copula")
    }
    var model = self
    var likelihoods: [Int: [Double]] = [:]
    for piece in evidence {
      let index = try model.index(of: piece)
      let (column, likelihood) = try model.columns[index].given(piece)
      model.columns[index] = column
      likelihoods[index] = zip(likelihoods[index] ?? likelihood.map { _ in 1 }, likelihood).map { $0 * $1 }
    }
    guard try model.propagate(likelihoods) > 0 else {
      let all = evidence.map { "\"\($0.text)\"" }.joined(separator: " and ")
      throw Failure(
        .badData, "by this model no row has \(all)",
        advice: "leave one of them out, or learn from a sample that has such rows")
    }
    return model
  }

  private func index(of evidence: Evidence) throws(Failure) -> Int {
    if let index = columns.firstIndex(where: { $0.name == evidence.column }) { return index }
    let nearest = nearestName(to: evidence.column, among: columns.map(\.name))
    throw Failure(
      .usage, "--given \"\(evidence.text)\": the model has no column \"\(evidence.column)\"",
      advice: nearest.map { "did you mean \"\($0)\"?" } ?? "the columns are \(namingFirst(columns.map(\.name)))")
  }

  /// Takes the evidence into the weights.
  ///
  /// - Returns: how likely it is.
  private mutating func propagate(_ likelihoods: [Int: [Double]]) throws(Failure) -> Double {
    guard let order = columns.dependenceOrder else { return 0 }
    var probability = 1.0
    // Messages of children that depend on one column, by its fine levels, and on two, by the coarse ones of both.
    var single: [Int: [[Double]]] = [:]
    var double: [Int: [(other: Int, isFirst: Bool, message: [Double])]] = [:]
    for index in order.reversed() {
      let column = columns[index]
      let base = likelihoods[index] ?? column.outcomes.map { _ in 1 }
      var strength = base
      for message in single[index] ?? [] {
        for outcome in strength.indices { strength[outcome] *= message[column.levels?.fine[outcome] ?? 0] }
      }
      let pairs = double[index] ?? []
      let parents = dependence == .bayes ? column.condition?.parents ?? [] : []
      let contexts = parents.isEmpty ? [column.weights] : column.condition?.weights ?? []
      var made: [[Double]] = []
      var sums: [Double] = []
      for (context, weights) in contexts.enumerated() {
        let levels = coarseLevels(context, parents)
        var products = zip(weights, strength).map { $0 * $1 }
        for pair in pairs {
          guard let other = levels[pair.other] else { throw notBound(index, pair.other) }
          let otherCount = columns[pair.other].levels?.coarseCount ?? 1
          let ownCount = column.levels?.coarseCount ?? 1
          for outcome in products.indices {
            let own = column.levels.map { $0.coarse[$0.fine[outcome]] } ?? 0
            products[outcome] *= pair.message[pair.isFirst ? own * otherCount + other : other * ownCount + own]
          }
        }
        let sum = products.reduce(0, +)
        sums.append(sum)
        made.append(sum > 0 ? products.map { $0 / sum } : weights)
      }
      if parents.isEmpty {
        columns[index].weights = made.first ?? column.weights
        probability *= sums.first ?? 0
      } else {
        columns[index].condition?.weights = made
        if parents.count == 1 {
          single[parents[0], default: []].append(sums)
        } else {
          // The message goes to the later of the two, which depends on the other.
          let isFirst = columns[parents[0]].condition?.parents.contains(parents[1]) ?? false
          let (to, other) = isFirst ? (parents[0], parents[1]) : (parents[1], parents[0])
          double[to, default: []].append((other, isFirst, sums))
        }
      }
    }
    return probability
  }

  /// The coarse levels of the parents that a context stands for.
  private func coarseLevels(_ context: Int, _ parents: [Int]) -> [Int: Int] {
    switch parents.count {
    case 1: return [parents[0]: columns[parents[0]].levels?.coarse[context] ?? 0]
    case 2:
      let count = columns[parents[1]].levels?.coarseCount ?? 1
      return [parents[0]: context / count, parents[1]: context % count]
    default: return [:]
    }
  }

  private func notBound(_ index: Int, _ other: Int) -> Failure {
    Failure(
      .badData,
      "--given: a column of the model depends on \"\(columns[index].name)\" and \"\(columns[other].name)\", which do not depend on each other",
      advice: "synth-gen learn makes models in which evidence can be reckoned with")
  }
}

extension LearnedColumn {
  /// The column as far as a value or a range of it is known, and how far each outcome agrees with that.
  fileprivate func given(_ evidence: Evidence) throws(Failure) -> (LearnedColumn, [Double]) {
    var column = self
    if evidence.value.isEmpty {
      guard outcomes.contains(.null) else { throw unknown(evidence, "it always has a value") }
      return (self, outcomes.map { $0 == .null ? 1 : 0 })
    }
    if let exact = exactly(evidence.value) { return exact }
    guard let grid, let dots = evidence.value.firstRange(of: "..") else { throw unknown(evidence, advice) }
    let low = String(evidence.value[..<dots.lowerBound])
    let high = String(evidence.value[dots.upperBound...])
    let from = low.isEmpty ? Int.min : grid.index(atOrBehind: low)
    let behind = high.isEmpty ? Int.max : grid.index(of: high).map { $0 + 1 } ?? grid.index(atOrBehind: high)
    guard let from, let behind, from < behind else { throw unknown(evidence, advice) }
    let likelihood = column.outcomes.indices.map { index in
      switch outcomes[index] {
      case .number(let value): return value >= from && value < behind ? 1.0 : 0
      case .range(let bounds):
        let (share, inside) = Self.part(of: bounds, from: from, behind: behind)
        if let inside { column.outcomes[index] = .range(inside) }
        return share
      default: return 0
      }
    }
    guard likelihood.contains(where: { $0 > 0 }) else { throw unknown(evidence, advice) }
    return (column, likelihood)
  }

  private func exactly(_ value: String) -> (LearnedColumn, [Double])? {
    for (index, outcome) in outcomes.enumerated() {
      let isMatch =
        switch outcome {
        case .text(let text), .json(let text): text == value
        case .boolean(let truth): value == (truth ? "true" : "false")
        default: false
        }
      if isMatch { return (self, outcomes.indices.map { $0 == index ? 1 : 0 }) }
    }
    guard let place = grid?.index(of: value) else { return nil }
    var column = self
    var likelihood = outcomes.map { _ in 0.0 }
    for (index, outcome) in outcomes.enumerated() {
      switch outcome {
      case .number(place): likelihood[index] = 1
      case .range(let bounds) where (bounds[0]..<bounds[bounds.count - 1]).contains(place):
        likelihood[index] = Self.part(of: bounds, from: place, behind: place + 1).share
        column.outcomes[index] = .range([place, place + 1])
      default: break
      }
    }
    return likelihood.contains { $0 > 0 } ? (column, likelihood) : nil
  }

  /// How much of a range lies between two values, and its bounds there; the pieces that are cut are no longer equally likely,
  /// so that the widest one of the range stands for all.
  private static func part(of bounds: [Int], from: Int, behind: Int) -> (share: Double, inside: [Int]?) {
    let (low, end) = (max(bounds[0], from), min(bounds[bounds.count - 1], behind))
    guard low < end else { return (0, nil) }
    if low == bounds[0], end == bounds[bounds.count - 1] { return (1, nil) }
    var share = 0.0
    for (start, stop) in zip(bounds, bounds.dropFirst()) where max(start, low) < min(stop, end) {
      share += Double(min(stop, end) - max(start, low)) / Double(stop - start) / Double(bounds.count - 1)
    }
    return (share, [low, end])
  }

  private var advice: String {
    let texts = outcomes.compactMap { outcome in
      switch outcome {
      case .text(let text): return text
      case .boolean(let value): return value ? "true" : "false"
      default: return nil
      }
    }
    var parts: [String] = []
    if !texts.isEmpty { parts.append("its values are \(namingFirst(texts.map { printable($0) }))") }
    let bounds = outcomes.flatMap { outcome in
      switch outcome {
      case .number(let place): return [place]
      case .range(let bounds): return [bounds[0], bounds[bounds.count - 1] - 1]
      default: return []
      }
    }
    if let grid, let low = bounds.min(), let high = bounds.max() {
      parts.append("it goes from \(grid.text(low)) to \(grid.text(high))")
    }
    return parts.isEmpty ? "its values are made anew for each row" : parts.joined(separator: ", and ")
  }

  private func unknown(_ evidence: Evidence, _ advice: String) -> Failure {
    Failure(.usage, "--given \"\(evidence.text)\": the column has no such value in the model", advice: advice)
  }
}
