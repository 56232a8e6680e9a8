import MillraceCore

/// Reads a model file. Nothing in it is trusted: sizes, indexes and numbers are checked before anything is made of them.
struct ModelReader {
  /// Where the model came from, for messages.
  let file: String

  static let deepest = 12
  private static let mostColumns = SampleReader.mostColumns
  /// Of all columns together.
  private static let mostWeights = 1 << 26
  /// A grid's numbers are exact as a Double.
  private static let largestNumber = 9_100_000_000_000_000

  func read(_ text: ByteBuffer) throws(Failure) -> LearnedModel {
    let document: JSONValue
    do throws(Failure) {
      document = try unsafe JSONValue.parse(text.bytes, maximumDepth: Self.deepest)
    } catch {
      throw Failure(error.status, "not a model: \(error.message)", at: Place(file: file), advice: Self.advice)
    }
    guard document["format"]?.text == LearnedModel.format else {
      throw Failure(.badData, "not a model of synth-gen learn", at: Place(file: file), advice: Self.advice)
    }
    guard let version = document["version"]?.integer, version == LearnedModel.version else {
      throw Failure(
        .badData,
        "a model of version \(document["version"]?.json ?? "none"), where this program reads version \(LearnedModel.version)",
        at: Place(file: file), advice: "learn it again from the sample")
    }
    guard let rows = document["sample_rows"]?.integer, rows >= 0 else {
      throw wrong("\"sample_rows\" is no number of rows")
    }
    guard let dependence = document["dependence"]?.text.flatMap(Dependence.init) else {
      throw wrong("\"dependence\" is not one of \(Dependence.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    guard let values = document["columns"]?.elements, values.count <= Self.mostColumns else {
      throw wrong("\"columns\" is no list of at most \(Self.mostColumns) columns")
    }
    var columns: [LearnedColumn] = []
    var weights = 0
    for (index, value) in values.enumerated() {
      let reader = ColumnReader(file: file, index: index, columnCount: values.count)
      let column = try reader.read(value)
      weights += column.outcomes.count * (1 + (column.condition?.weights.count ?? 0))
      guard weights <= Self.mostWeights else { throw wrong("more than \(Self.mostWeights) weights") }
      columns.append(column)
    }
    try check(columns)
    var model = LearnedModel(
      sampleRows: rows, dependence: dependence, columns: columns, privacy: privacy(document["privacy"]))
    if dependence == .copula { model.correlations = try factor(document["correlation_factor"], columns.count) }
    return model
  }

  static let advice = "synth-gen learn makes models"

  private func wrong(_ message: String) -> Failure {
    Failure(.badData, message, at: Place(file: file), advice: Self.advice)
  }

  private func privacy(_ value: JSONValue?) -> PrivacyRecord? {
    guard let value, value != .null else { return nil }
    var record = PrivacyRecord()
    record.k = value["k"]?.integer
    if case .number(let text)? = value["epsilon"] { record.epsilon = Double(text) }
    record.noisyTables = value["tables"]?.integer ?? 0
    return record
  }

  private func factor(_ value: JSONValue?, _ count: Int) throws(Failure) -> [Double] {
    guard count <= ModelLearner.mostCopulaColumns, let elements = value?.elements,
      elements.count == count * (count + 1) / 2
    else { throw wrong("\"correlation_factor\" is no triangle of \(count) columns") }
    var numbers: [Double] = []
    for element in elements {
      guard case .number(let text) = element, let number = Double(text), abs(number) <= 1.0001 else {
        throw wrong("\"correlation_factor\" holds what is no factor of a correlation")
      }
      numbers.append(number)
    }
    return numbers
  }

  /// Parents must have levels, as many as the weights are for, and nothing may depend on itself.
  private func check(_ columns: [LearnedColumn]) throws(Failure) {
    for (index, column) in columns.enumerated() {
      guard let condition = column.condition else { continue }
      var contexts = 1
      for parent in condition.parents {
        guard let levels = columns[parent].levels else {
          throw wrong("column \(index + 1), \"\(column.name)\", depends on column \(parent + 1), which has no levels")
        }
        contexts *= condition.parents.count > 1 ? levels.coarseCount : levels.fineCount
      }
      guard contexts == condition.weights.count else {
        throw wrong(
          "column \(index + 1), \"\(column.name)\": \(condition.weights.count) lists of weights for \(contexts) combinations"
        )
      }
    }
    if columns.dependenceOrder == nil { throw wrong("columns depend on each other in a circle") }
  }
}

extension [LearnedColumn] {
  /// An order in which each column comes behind those that it depends on; nil when there is none.
  var dependenceOrder: [Int]? {
    var order: [Int] = []
    var waiting = map { $0.condition?.parents.count ?? 0 }
    var children = Array<[Int]>(repeating: [], count: count)
    for (index, column) in enumerated() {
      for parent in column.condition?.parents ?? [] { children[parent].append(index) }
      if waiting[index] == 0 { order.append(index) }
    }
    var next = 0
    while next < order.count {
      for child in children[order[next]] {
        waiting[child] -= 1
        if waiting[child] == 0 { order.append(child) }
      }
      next += 1
    }
    return order.count == count ? order : nil
  }
}

/// Reads a column of a model file.
private struct ColumnReader {
  let file: String
  let index: Int
  let columnCount: Int

  private func wrong(_ name: String?, _ message: String) -> Failure {
    Failure(
      .badData, "column \(index + 1)\(name.map { ", \"\(printable($0))\"" } ?? ""): \(message)", at: Place(file: file),
      advice: ModelReader.advice)
  }

  func read(_ value: JSONValue) throws(Failure) -> LearnedColumn {
    guard let name = value["name"]?.text else { throw wrong(nil, "it has no name") }
    guard let type = value["type"]?.text else { throw wrong(name, "it has no type") }
    var grid: ValueGrid?
    if let value = value["grid"] {
      guard let read = self.grid(value) else { throw wrong(name, "\"grid\" is no grid of numbers or moments") }
      grid = read
    }
    guard let elements = value["outcomes"]?.elements, !elements.isEmpty else { throw wrong(name, "it has no outcomes") }
    var outcomes: [ColumnOutcome] = []
    for element in elements {
      guard let outcome = OutcomeReader(grid: grid).read(element) else {
        throw wrong(
          name,
          "outcome \(outcomes.count + 1) is none that this program knows: \(serverText(element.json, without: nil))")
      }
      outcomes.append(outcome)
    }
    guard let weights = weights(value["weights"], outcomes.count) else {
      throw wrong(name, "\"weights\" is no list of \(outcomes.count) weights")
    }
    var column = LearnedColumn(name: name, type: type, grid: grid, outcomes: outcomes, weights: weights)
    if let levels = value["levels"] {
      guard let fine = integers(levels["fine"]), let coarse = integers(levels["coarse"]), fine.count == outcomes.count,
        fine.allSatisfy({ coarse.indices.contains($0) }), coarse.allSatisfy({ (0..<coarse.count).contains($0) })
      else { throw wrong(name, "\"levels\" does not fit its outcomes") }
      column.levels = Levels(fine: fine, coarse: coarse)
    }
    if let parents = value["depends_on"] {
      guard let parents = integers(parents), (1...2).contains(parents.count), Set(parents).count == parents.count,
        parents.allSatisfy({ (0..<columnCount).contains($0) && $0 != index }),
        let contexts = value["weights_given"]?.elements
      else { throw wrong(name, "\"depends_on\" names no one or two other columns, or \"weights_given\" is missing") }
      var given: [[Double]] = []
      for context in contexts {
        guard let weights = self.weights(context, outcomes.count) else {
          throw wrong(name, "\"weights_given\" \(given.count + 1) is no list of \(outcomes.count) weights")
        }
        given.append(weights)
      }
      column.condition = Condition(parents: parents, weights: given)
    }
    return column
  }

  private func integers(_ value: JSONValue?) -> [Int]? {
    guard let elements = value?.elements else { return nil }
    let integers = elements.compactMap(\.integer)
    return integers.count == elements.count ? integers : nil
  }

  private func weights(_ value: JSONValue?, _ count: Int) -> [Double]? {
    guard let elements = value?.elements, elements.count == count else { return nil }
    var weights: [Double] = []
    weights.reserveCapacity(count)
    for element in elements {
      guard case .number(let text) = element, let weight = Double(text), weight >= 0, weight <= 1e15 else { return nil }
      weights.append(weight)
    }
    let sum = weights.reduce(0, +)
    return sum > 0 ? weights.map { $0 / sum } : nil
  }

  private func grid(_ value: JSONValue) -> ValueGrid? {
    guard let step = value["step"]?.integer, step > 0, let from = value["from"]?.text else { return nil }
    let spelling: ValueGrid.Spelling
    if let pattern = value["format"]?.text {
      guard pattern.utf8.count <= 64, let format = MomentFormat(pattern: pattern),
        let unit = value["unit"]?.text.flatMap(MomentUnit.init)
      else { return nil }
      spelling = .moment(format, unit)
    } else {
      guard let decimals = value["decimals"]?.integer, (-300...NumberSpelling.mostDecimals).contains(decimals),
        let least = value["least_decimals"]?.integer, (0...max(0, decimals)).contains(least)
      else { return nil }
      spelling = .number(NumberSpelling(decimals: decimals, leastDecimals: least))
    }
    // From the grid's own text to its origin.
    let free = ValueGrid(spelling: spelling, origin: 0, step: 1)
    return free.index(of: from).map { ValueGrid(spelling: spelling, origin: $0, step: step) }
  }
}
