import MillraceCore

/// How texts of a column are made anew, since they name things or say what nobody else says.
struct TextRecipe: Equatable {
  enum Kind: Equatable {
    /// A prefix, a number that grows by a step from row to row, at least so many digits, a suffix.
    case sequence(prefix: String, first: Int, step: Int, width: Int, suffix: String)
    /// Whole numbers of a range, each once; then those behind it.
    case integers(low: Int, high: Int)
    /// Texts of these shapes.
    case shapes([TextShape])
    /// Made-up words, and frequent ones of the sample.
    case words(WordRecipe)
  }

  var kind: Kind
  /// No two rows have the same.
  var isUnique: Bool
}

/// Texts that agree in length and in what stands where.
struct TextShape: Equatable {
  /// How often, relative to the other shapes.
  var weight: Double
  /// For each position the characters that may stand there.
  var positions: [[UInt8]]
}

/// How texts of words are made.
struct WordRecipe: Equatable {
  enum Case: String, CaseIterable { case lower, capitalised, upper }

  /// For each number of words how often, relative to the others; the first is for one word.
  var lengths: [Double]
  /// Of made-up words.
  var letterCase: Case
  /// Words that many rows have.
  var vocabulary: [String]
  /// Relative to one another.
  var vocabularyWeights: [Double]
  /// How likely a word comes from the vocabulary.
  var vocabularyShare: Double
  /// What the text ends with, such as a full stop.
  var ending: String
}
