import MillraceCore

/// What was learned of one column: the column, and which outcome each row of the sample has.
struct LearnedRows {
  var column: LearnedColumn
  /// For each row the index of its outcome.
  var outcomes: [UInt32]
  /// For each outcome how many rows have it.
  var counts: [Int]
}

/// Finds out what a column is: numbers, moments, categories, things that are named, or a mixture of these.
struct ColumnLearner {
  let sample: SampleColumn
  let options: LearningOptions

  /// What becomes of a value: its outcome, or its place on the grid.
  private enum Meaning {
    case outcome(Int)
    case onGrid(Int)
  }

  func learn() -> LearnedRows {
    var parts = Parts(sample)
    let total = sample.rows.count - parts.missing
    var kinds: [String] = []
    var drawer = OutcomeDrawer(valueCount: sample.values.count)

    // Numbers, unless they are but a few among texts.
    let numberRows = parts.rows(of: parts.numbers)
    if numberRows * 2 >= total, numberRows > 0 {
      let texts = parts.texts
      if texts.isEmpty, let recipe = IdentifierFinder(sample: sample).recipe(ofNumbers: parts.numbers, rows: total) {
        drawer.add(.made(recipe), values: parts.numbers.map(\.index))
        kinds.append("identifier")
      } else {
        kinds.append(NumberLearner(options: options, sample: sample).learn(parts.numbers, into: &drawer))
      }
    } else {
      parts.texts += parts.numbers.map(\.index)
      parts.texts.sort()
      parts.numbers = []
    }
    if !parts.texts.isEmpty, parts.numbers.isEmpty,
      let moments = MomentLearner(sample: sample, options: options).learn(parts.texts, rows: total, into: &drawer)
    {
      kinds.append(moments.isDate ? "date" : "time")
      parts.texts = moments.others
    }
    if !parts.texts.isEmpty {
      kinds.append(TextLearner(sample: sample, options: options).learn(parts.texts, rows: total, into: &drawer))
    }
    if !parts.booleans.isEmpty {
      kinds.append("category")
      for index in parts.booleans {
        drawer.add(.boolean(sample.string(of: sample.values[index]) == "true"), values: [index])
      }
    }
    if let missing = parts.missingIndex { drawer.add(.null, values: [missing]) }
    return drawer.finish(sample, type: type(kinds, drawer))
  }

  private func type(_ kinds: [String], _ drawer: OutcomeDrawer) -> String {
    if kinds.isEmpty { return "empty" }
    if drawer.outcomes.count == 1, kinds != ["identifier"], kinds != ["text"] { return "constant" }
    return Set(kinds).count == 1 ? kinds[0] : "mixed"
  }

  /// The values of a column by what they look like.
  private struct Parts {
    var numbers: [NumberValue] = []
    /// Indexes of values.
    var texts: [Int] = []
    var booleans: [Int] = []
    var missingIndex: Int?
    var missing = 0
    private let sample: SampleColumn

    init(_ sample: SampleColumn) {
      self.sample = sample
      for (index, value) in sample.values.enumerated() {
        switch value.kind {
        case .null: (missingIndex, missing) = (index, value.count)
        case .boolean: booleans.append(index)
        case .json: texts.append(index)
        case .number, .text:
          if !value.isLong, value.kind == .number || !sample.isTyped,
            let number = unsafe DecimalNumber(sample.bytes(of: value))
          {
            numbers.append(NumberValue(number: number, count: value.count, index: index))
          } else {
            texts.append(index)
          }
        }
      }
    }

    func rows(of numbers: [NumberValue]) -> Int { numbers.reduce(0) { $0 + $1.count } }
  }
}

/// A value of a sample that is a number.
struct NumberValue {
  let number: DecimalNumber
  let count: Int
  /// Of the sample's values.
  let index: Int
}

/// Collects the outcomes of a column.
struct OutcomeDrawer {
  private(set) var outcomes: [ColumnOutcome] = []
  private var outcomeOfValue: [UInt32]
  var grid: ValueGrid?
  var fit: ParametricFit?

  init(valueCount: Int) { outcomeOfValue = Array(repeating: 0, count: valueCount) }

  /// - Parameter values: Indexes of the sample's values that become this outcome.
  mutating func add(_ outcome: ColumnOutcome, values: [Int]) {
    for value in values { outcomeOfValue[value] = UInt32(outcomes.count) }
    outcomes.append(outcome)
  }

  func finish(_ sample: SampleColumn, type: String) -> LearnedRows {
    var outcomes = outcomes
    // A column of no rows has one value: none.
    if outcomes.isEmpty { outcomes = [.null] }
    var counts = Array(repeating: 0, count: outcomes.count)
    let map = outcomeOfValue
    let rows = sample.rows.map { value in
      let outcome = map[Int(value)]
      counts[Int(outcome)] += 1
      return outcome
    }
    let column = LearnedColumn(
      name: sample.name, type: type, grid: grid, outcomes: outcomes, weights: shares(counts), fit: fit)
    return LearnedRows(column: column, outcomes: rows, counts: counts)
  }
}

/// Counts as shares of their sum; all alike when there is nothing.
func shares(_ counts: [Int]) -> [Double] {
  let total = counts.reduce(0, +)
  return counts.map { total == 0 ? 1 / Double(counts.count) : Double($0) / Double(total) }
}
