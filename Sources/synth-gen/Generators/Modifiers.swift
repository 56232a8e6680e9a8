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
    guard let countable = generator as? any CountableGenerator, countable.count > 0 else {
      throw context.failure(
        "its values cannot be made unique",
        advice: "use a sequence, uuid4, a regex or a template with one of them, or leave unique out")
    }
    try check(countable.count, context)
    return UniqueGenerator(
      generator: countable, order: PermutedIndex(count: countable.count, key: context.key.child("unique")))
  }

  /// - Throws: `.badData` when there are fewer different values than rows.
  private static func check(_ count: UInt64, _ context: GeneratorContext) throws(Failure) {
    // Without a number of rows, the domain itself is the limit.
    let rows = context.rowCount ?? min(count, 1)
    guard count >= rows else {
      throw context.failure(
        "it has \(count) different values, and \(rows) rows are to be unique",
        advice: "widen its range, leave unique out, or ask for at most \(count) rows with -n")
    }
  }

  /// A generator that keeps its rows apart itself where its field is to be unique, because other fields show what it draws.
  ///
  /// - Parameter count: how many different values it has; 0 when they cannot be kept apart.
  /// - Throws: `.badData` when the field is to be unique and cannot be.
  static func selfMade(
    _ generator: any Generator, count: UInt64, _ context: GeneratorContext
  ) throws(Failure) -> any Generator {
    guard context.spec.isUnique, count > 0 else { return generator }
    try check(count, context)
    return SelfUniqueGenerator(generator: generator)
  }
}

/// A generator no two of whose rows can have the same value, such as a sequence.
protocol InherentlyUniqueGenerator: Generator {}

/// A generator that was made so that no two of its rows have the same value.
struct SelfUniqueGenerator: InherentlyUniqueGenerator {
  let generator: any Generator

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent { generator.generate(draft, &random) }
}

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
