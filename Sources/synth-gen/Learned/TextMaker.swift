import MillraceCore

/// Makes the texts of a recipe: for each row another where they must be unique.
struct TextMaker: Sendable {
  private enum Kind: Sendable {
    case sequence(prefix: [UInt8], first: Int, step: Int, width: Int, suffix: [UInt8])
    case integers(low: Int, high: Int, PermutedIndex)
    case shapes(AliasTable, [Shape])
    case words(Words)
  }

  private struct Shape: Sendable {
    /// For each position the characters that may stand there, one behind the other, and where they end.
    let characters: Constants<UInt8>
    let ends: Constants<Int32>
    /// Of the texts that are counted: those of the first positions, as far as 64 bits count.
    let counted: Int
    let permuted: PermutedIndex
  }

  private struct Words: Sendable {
    let lengths: AliasTable
    let vocabulary: TextList
    let vocabularyWeights: AliasTable?
    let share: Double
    let letterCase: WordRecipe.Case
    let ending: [UInt8]
    let few: PermutedIndex
    let many: PermutedIndex
  }

  private let kind: Kind
  private let isUnique: Bool

  /// Two letters each; three make half a million words.
  private static let consonants: StaticString = "bdfghjklmnprstvz"
  private static let vowels: StaticString = "aeiou"
  private static let syllables: UInt64 = 80
  private static let fewWords = syllables * syllables * syllables
  private static let manyWords = fewWords * syllables * syllables * syllables

  init(_ recipe: TextRecipe, key: RandomKey, in arena: Arena) {
    isUnique = recipe.isUnique
    switch recipe.kind {
    case .sequence(let prefix, let first, let step, let width, let suffix):
      kind = .sequence(prefix: Array(prefix.utf8), first: first, step: step, width: width, suffix: Array(suffix.utf8))
    case .integers(let low, let high):
      kind = .integers(low: low, high: high, PermutedIndex(count: UInt64(high - low) + 1, key: key))
    case .shapes(let shapes):
      let made = shapes.enumerated().map { number, shape in
        var ends: [Int32] = []
        var characters: [UInt8] = []
        var (count, counted) = (UInt64(1), 0)
        for position in shape.positions {
          characters += position
          ends.append(Int32(characters.count))
          if counted == ends.count - 1, count < 1 << 50 {
            (count, counted) = (count * UInt64(position.count), ends.count)
          }
        }
        return Shape(
          characters: arena.constants(characters), ends: arena.constants(ends), counted: counted,
          permuted: PermutedIndex(count: count, key: key.child("shape \(number)")))
      }
      kind = .shapes(AliasTable(shapes.map(\.weight), in: arena), made)
    case .words(let recipe):
      kind = .words(
        Words(
          lengths: AliasTable(recipe.lengths, in: arena), vocabulary: TextList(recipe.vocabulary, in: arena),
          vocabularyWeights: recipe.vocabulary.isEmpty || recipe.vocabularyShare == 0
            ? nil : AliasTable(recipe.vocabularyWeights, in: arena),
          share: recipe.vocabularyShare, letterCase: recipe.letterCase, ending: Array(recipe.ending.utf8),
          few: PermutedIndex(count: Self.fewWords, key: key.child("few")),
          many: PermutedIndex(count: Self.manyWords, key: key.child("many"))))
    }
  }

  /// Appends the text of a row.
  func append(row: UInt64, _ random: inout RandomStream, to text: ByteBuffer) -> CellContent {
    switch kind {
    case .sequence(let prefix, let first, let step, let width, let suffix):
      text.append(prefix)
      let number = first &+ Int(truncatingIfNeeded: row) &* step
      text.append(integer: number, width: width)
      text.append(suffix)
      return prefix.isEmpty && suffix.isEmpty && width == 1 ? CellContent(.integer, Double(number)) : .text
    case .integers(let low, let high, let permuted):
      let number =
        row < permuted.count
        ? low &+ Int(truncatingIfNeeded: permuted(row)) : high &+ 1 &+ Int(truncatingIfNeeded: row &- permuted.count)
      text.append(integer: number)
      return CellContent(.integer, Double(number))
    case .shapes(let weights, let shapes):
      append(shapes[weights.draw(&random)], row: row, &random, to: text)
    case .words(let words):
      append(words, row: row, &random, to: text)
    }
    return .text
  }

  // MARK: Shapes

  private func append(_ shape: Shape, row: UInt64, _ random: inout RandomStream, to text: ByteBuffer) {
    var index = isUnique ? shape.permuted(row % shape.permuted.count) : 0
    var start = 0
    for position in 0..<shape.ends.count {
      let end = Int(shape.ends[position])
      let count = end - start
      var choice = 0
      if isUnique, position < shape.counted {
        let (quotient, remainder) = index.quotientAndRemainder(dividingBy: UInt64(count))
        (index, choice) = (quotient, Int(remainder))
      } else if count > 1 {
        choice = random.below(count)
      }
      text.append(shape.characters[start + choice])
      start = end
    }
    // When all texts of the shape are used up, a number tells them apart.
    if isUnique, row >= shape.permuted.count {
      text.append(UInt8(ascii: "-"))
      text.append(unsigned: UInt(row / shape.permuted.count))
    }
  }

  // MARK: Words

  private func append(_ words: Words, row: UInt64, _ random: inout RandomStream, to text: ByteBuffer) {
    let count = words.lengths.draw(&random) + 1
    for number in 0..<count {
      if number > 0 { text.append(UInt8(ascii: " ")) }
      if number == 0, isUnique {
        // Shorter and longer words are different ones.
        if row < words.few.count {
          append(word: words.few(row), syllables: 3, words.letterCase, to: text)
        } else {
          let rest = row - words.few.count
          append(word: words.many(rest % words.many.count), syllables: 6, words.letterCase, to: text)
          if rest >= words.many.count { text.append(unsigned: UInt(rest / words.many.count)) }
        }
      } else if let weights = words.vocabularyWeights, random.chance(words.share) {
        words.vocabulary.append(weights.draw(&random), to: text)
      } else {
        append(word: random.next() >> 1, syllables: 1 + random.below(4), words.letterCase, to: text)
      }
    }
    text.append(words.ending)
  }

  private func append(word: UInt64, syllables: Int, _ letterCase: WordRecipe.Case, to text: ByteBuffer) {
    var rest = word
    for number in 0..<syllables {
      let syllable = Int(rest % Self.syllables)
      rest /= Self.syllables
      var consonant = unsafe Self.consonants.utf8Start[syllable / 5]
      var vowel = unsafe Self.vowels.utf8Start[syllable % 5]
      if letterCase == .upper || (letterCase == .capitalised && number == 0) { consonant &-= 0x20 }
      if letterCase == .upper { vowel &-= 0x20 }
      text.append(consonant)
      text.append(vowel)
    }
  }
}
