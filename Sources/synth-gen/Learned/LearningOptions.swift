/// What a person can say about learning.
struct LearningOptions {
  var dependence = Dependence.bayes
  var marginals = Marginals.empirical
  /// Values and combinations that fewer rows have are left out of the model; nil keeps all.
  var k: Int?
  /// Budget of differential privacy.
  var epsilon: Double?
  /// For the noise.
  var random: () -> UInt64

  /// What numbers of a range are drawn from.
  enum Marginals: String, CaseIterable, Sendable { case empirical, parametric }

  /// Values of a column of numbers are put together to at most so many ranges and single values.
  static let mostBins = 40
  /// Categories that fewer rows have are one level for columns that depend on them: so few rows say nothing.
  static let leastRowsOfLevel = 5

  /// Rows that a single value must have to be in the model.
  var leastCount: Int { k ?? 1 }
}
