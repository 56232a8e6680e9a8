import MillraceCore

/// A generator some of whose values are missing.
struct NullableGenerator: Generator {
  /// The share of missing values.
  let rate: Double
  let generator: GeneratorReference

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    random.chance(rate) ? .null : generator.generate(draft, &random)
  }
}

/// A generator whose values come in a random order, each once.
struct UniqueGenerator: Generator {
  let generator: any CountableGenerator
  let order: PermutedIndex

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    generator.generate(order(draft.row), draft, &random)
  }

  /// Makes a generator's values unique: by construction, or not at all.
  ///
  /// - Throws: `.badData` when the generator's values cannot be counted, or are fewer than the rows.
  static func make(of generator: any Generator, _ context: GeneratorContext) throws(Failure) -> any Generator {
    if generator is any InherentlyUniqueGenerator { return generator }
    guard let countable = generator as? any CountableGenerator else {
      throw context.failure(
        "its values cannot be made unique",
        advice: "use a sequence, uuid4, a regex or a template with one of them, or leave unique out")
    }
    // Without a number of rows, the domain itself is the limit.
    let rows = context.rowCount ?? min(countable.count, 1)
    guard countable.count >= rows, countable.count > 0 else {
      throw context.failure(
        "it has \(countable.count) different values, and \(rows) rows are to be unique",
        advice: "widen its range, leave unique out, or ask for at most \(countable.count) rows with -n")
    }
    return UniqueGenerator(
      generator: countable, order: PermutedIndex(count: countable.count, key: context.key.child("unique")))
  }
}

/// A generator no two of whose rows can have the same value, such as a sequence.
protocol InherentlyUniqueGenerator: Generator {}

/// A generator that makes its value of a number of (0, 1), of greater numbers greater values: it can go together with others.
protocol QuantileGenerator: Generator {
  func generate(at probability: Double, _ draft: RowDraft) -> CellContent
}

/// A field that goes together with others: its place in the distribution comes of a common draw of normal variables (a Gaussian
/// copula).
struct CorrelatedGenerator: Generator {
  let generator: any QuantileGenerator
  /// Of the group of fields.
  let key: RandomKey
  /// This field's row of the lower triangular factor of the correlation matrix.
  let factors: Constants<Double>

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    var common = draft.random(key)
    var sum = 0.0
    for index in 0..<factors.count { sum += factors[index] * common.normal() }
    return generator.generate(at: standardNormalProbability(sum), draft)
  }
}
