import MillraceCore

/// The model file: JSON, a line for each column. synth-gen-model(5) describes it.
extension LearnedModel {
  static let format = "synth-gen model"
  /// The longest model file; longer ones are neither written nor read.
  static let longestFile = 64 << 20
  /// Weights are written as whole numbers of this part.
  private static let parts = 1e7

  /// - Throws: `.badData` when the file would be longer than any that is read.
  func write(to output: ByteBuffer) throws(Failure) {
    output.append("{\"format\":")
    JSONValue.write(Self.format, to: output)
    output.append(
      ",\"version\":\(Self.version),\n\"sample_rows\":\(sampleRows),\n\"dependence\":\"\(dependence.rawValue)\",\n")
    output.append("\"privacy\":\(privacyValue.json),\n\"columns\":[")
    for (index, column) in columns.enumerated() {
      output.append(index == 0 ? "\n" : ",\n")
      write(column, to: output)
      guard output.count <= Self.longestFile else {
        throw Failure(
          .badData, "the model is longer than \(Self.longestFile >> 20) MiB at column \(index + 1), \"\(column.name)\"",
          advice: "--privacy leaves out what few rows have; or learn from fewer columns")
      }
    }
    output.append("\n]")
    if dependence == .copula {
      output.append(",\n\"correlation_factor\":[")
      for (index, value) in correlations.enumerated() {
        if index > 0 { output.append(",") }
        output.append(number: value, decimals: 6)
      }
      output.append("]")
    }
    output.append("}\n")
  }

  private var privacyValue: JSONValue {
    guard let privacy else { return .null }
    var members: [JSONValue.Member] = []
    if let k = privacy.k { members.append(.init("k", .integer(k))) }
    if let epsilon = privacy.epsilon {
      members.append(.init("epsilon", .number("\(epsilon)")))
      members.append(.init("mechanism", .string("Laplace noise on the counts")))
      members.append(.init("tables", .integer(privacy.noisyTables)))
      members.append(
        .init("not_covered", .string("which values, ranges and parents there are; what made texts look like")))
    }
    return .object(members)
  }

  private func write(_ column: LearnedColumn, to output: ByteBuffer) {
    output.append("{\"name\":")
    JSONValue.write(column.name, to: output)
    output.append(",\"type\":")
    JSONValue.write(column.type, to: output)
    if let grid = column.grid { output.append(",\"grid\":\(grid.value.json)") }
    output.append(",\"outcomes\":[")
    for (index, outcome) in column.outcomes.enumerated() {
      if index > 0 { output.append(",") }
      outcome.value(column.grid).write(to: output)
    }
    output.append("],\"weights\":")
    Self.write(column.weights, least: 1, to: output)
    if let fit = column.fit {
      let parameters = fit.parameters.map { JSONValue.number(Self.text($0)) }
      let value = JSONValue.object([
        .init("family", .string(fit.family.rawValue)), .init("parameters", .array(parameters)),
        .init("kolmogorov_smirnov", .number(Self.text(fit.distance))),
      ])
      output.append(",\"fit\":\(value.json)")
    }
    if let levels = column.levels {
      output.append(",\"levels\":{\"fine\":[\(levels.fine.map(String.init).joined(separator: ","))]")
      output.append(",\"coarse\":[\(levels.coarse.map(String.init).joined(separator: ","))]}")
    }
    if let condition = column.condition {
      output.append(
        ",\"depends_on\":[\(condition.parents.map(String.init).joined(separator: ","))],\"weights_given\":[")
      for (index, weights) in condition.weights.enumerated() {
        if index > 0 { output.append(",") }
        Self.write(weights, least: 0, to: output)
      }
      output.append("]")
    }
    output.append("}")
  }

  private static func text(_ value: Double) -> String {
    let buffer = ByteBuffer(capacity: 32)
    if abs(value) < 1e6, abs(value) >= 1e-3 || value == 0 {
      buffer.append(number: value, decimals: 6)
    } else {
      return "\(value)"
    }
    return unsafe String(decoding: buffer.bytes, as: UTF8.self)
  }

  private static func write(_ weights: [Double], least: Int, to output: ByteBuffer) {
    output.append("[")
    var sum = 0
    let parts = weights.map { weight in
      let part = weight > 0 ? max(least, Int((weight * Self.parts).rounded())) : 0
      sum += part
      return part
    }
    for (index, part) in parts.enumerated() {
      if index > 0 { output.append(",") }
      // Where all are too small to be told, all are alike.
      output.append(integer: sum == 0 ? 1 : part)
    }
    output.append("]")
  }
}

extension ValueGrid {
  fileprivate var value: JSONValue {
    var members: [JSONValue.Member] = []
    switch spelling {
    case .number(let spelling):
      members.append(.init("decimals", .integer(spelling.decimals)))
      members.append(.init("least_decimals", .integer(spelling.leastDecimals)))
    case .moment(let format, let unit):
      members.append(.init("format", .string(format.pattern)))
      members.append(.init("unit", .string(unit.rawValue)))
    }
    members.append(.init("from", .string(text(0))))
    members.append(.init("step", .integer(step)))
    return .object(members)
  }

  fileprivate func value(_ index: Int) -> JSONValue {
    if case .number = spelling { .number(text(index)) } else { .string(text(index)) }
  }
}

extension ColumnOutcome {
  fileprivate func value(_ grid: ValueGrid?) -> JSONValue {
    switch self {
    case .null: .null
    case .text(let text): .string(text)
    case .boolean(let value): .bool(value)
    case .json(let text): .object([.init("json", .string(text))])
    case .number(let index):
      switch grid?.spelling {
      case .moment: .object([.init("moment", grid?.value(index) ?? .null)])
      default: grid?.value(index) ?? .null
      }
    case .range(let bounds):
      .object([
        .init("range", .array((bounds.dropLast() + [(bounds.last ?? 1) - 1]).map { grid?.value($0) ?? .null }))
      ])
    case .made(let recipe): .object([.init("made", recipe.value)])
    }
  }
}

extension TextRecipe {
  fileprivate var value: JSONValue {
    var members = [JSONValue.Member("unique", .bool(isUnique))]
    switch kind {
    case .sequence(let prefix, let first, let step, let width, let suffix):
      members += [
        .init("kind", .string("sequence")), .init("prefix", .string(prefix)), .init("first", .integer(first)),
        .init("step", .integer(step)), .init("width", .integer(width)), .init("suffix", .string(suffix)),
      ]
    case .integers(let low, let high):
      members += [.init("kind", .string("integers")), .init("low", .integer(low)), .init("high", .integer(high))]
    case .shapes(let shapes):
      let values = shapes.map { shape in
        JSONValue.object([
          .init("weight", .number("\(shape.weight)")),
          .init("positions", .array(shape.positions.map { .string(String(decoding: $0, as: UTF8.self)) })),
        ])
      }
      members += [.init("kind", .string("shapes")), .init("shapes", .array(values))]
    case .words(let recipe):
      members += [
        .init("kind", .string("words")),
        .init("lengths", .array(recipe.lengths.map { .number("\($0)") })),
        .init("case", .string(recipe.letterCase.rawValue)),
        .init("vocabulary", .array(recipe.vocabulary.map { .string($0) })),
        .init("vocabulary_weights", .array(recipe.vocabularyWeights.map { .number("\($0)") })),
        .init("vocabulary_share", .number("\(recipe.vocabularyShare)")), .init("ending", .string(recipe.ending)),
      ]
    }
    return .object(members)
  }
}
