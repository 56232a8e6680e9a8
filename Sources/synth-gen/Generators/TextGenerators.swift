import MillraceCore

/// Words, sentences and paragraphs of a locale's everyday words: they mean nothing.
let textGenerators: [GeneratorDescription] =
  [
    GeneratorDescription(
      "word", "a word; word(part_of_speech=\"noun\")", [.text("part_of_speech"), .list("ext_word_list")]
    ) { (context) throws(Failure) in
      WordGenerator(try WordList(context))
    },
    GeneratorDescription(
      "words", "several words: words(nb=3)",
      [.integer("nb", 3), .list("ext_word_list"), .text("part_of_speech"), .boolean("unique", false)]
    ) { (context) throws(Failure) in
      try WordsGenerator(try WordList(context), context)
    },
    GeneratorDescription(
      "sentence", "a sentence of about so many words: sentence(nb_words=6)",
      [.integer("nb_words", 6), .boolean("variable_nb_words", true), .list("ext_word_list")]
    ) { (context) throws(Failure) in
      try SentencesGenerator(
        context, sentences: (1, false),
        words: (try context.integer("nb_words", 1...1000, else: 6), context.boolean("variable_nb_words") ?? true))
    },
    GeneratorDescription(
      "sentences", "several sentences on one line: sentences(nb=3)", [.integer("nb", 3), .list("ext_word_list")]
    ) { (context) throws(Failure) in
      try SentencesGenerator(context, sentences: (try context.integer("nb", 1...1000, else: 3), false))
    },
    GeneratorDescription(
      "paragraph", "about so many sentences on one line: paragraph(nb_sentences=3)",
      [.integer("nb_sentences", 3), .boolean("variable_nb_sentences", true), .list("ext_word_list")]
    ) { (context) throws(Failure) in
      try SentencesGenerator(
        context,
        sentences: (
          try context.integer("nb_sentences", 1...1000, else: 3), context.boolean("variable_nb_sentences") ?? true
        ))
    },
    GeneratorDescription(
      "paragraphs", "several paragraphs, a line each: paragraphs(nb=3)", [.integer("nb", 3), .list("ext_word_list")]
    ) { (context) throws(Failure) in
      try SentencesGenerator(
        context, sentences: (3, true), paragraphs: try context.integer("nb", 1...100, else: 3))
    },
    GeneratorDescription(
      "text", "sentences of at most so many characters: text(max_nb_chars=200)",
      [.integer("max_nb_chars", 200), .list("ext_word_list")]
    ) { (context) throws(Failure) in
      try LimitedTextGenerator(context)
    },
  ]
  + ["noun", "verb", "adjective", "adverb"].map { part in
    GeneratorDescription(part, "a word that is \(part.hasPrefix("a") ? "an" : "a") \(part)") {
      (context) throws(Failure) in WordGenerator(try WordList(context, partOfSpeech: part))
    }
  }

/// One word.
struct WordGenerator: CountableGenerator {
  private let words: WordList

  init(_ words: WordList) { self.words = words }

  var count: UInt64 { UInt64(words.count) }

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    generate(UInt64(words.weights.draw(&random)), draft, &random)
  }

  func generate(_ index: UInt64, _ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    words.plain.append(Int(index), to: draft.text)
    draft.text.count -= words.separatorLength
    return .text
  }
}

/// Several words with what the locale has between them.
struct WordsGenerator: Generator {
  private let words: WordList
  private let number: Int
  /// Whether none comes twice.
  private let areDifferent: Bool

  init(_ words: WordList, _ context: GeneratorContext) throws(Failure) {
    self.words = words
    number = try context.integer("nb", 1...10_000, else: 3)
    areDifferent = context.boolean("unique") ?? false
    guard !areDifferent || number <= min(1000, words.count) else {
      throw context.failure("nb=\(number) different words, where \(min(1000, words.count)) are possible")
    }
  }

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    if areDifferent {
      // Different numbers are different words.
      let order = PermutedIndex(count: UInt64(words.count), &random)
      for index in 0..<number { words.plain.append(Int(order(UInt64(index))), to: draft.text) }
    } else {
      for _ in 0..<number { words.plain.append(words.weights.draw(&random), to: draft.text) }
    }
    draft.text.count -= words.separatorLength
    return .text
  }
}

/// Sentences, on one line or in paragraphs of a line each.
struct SentencesGenerator: CountableGenerator {
  private let words: WordList
  private let wordsOfSentence: ClosedRange<Int>
  private let sentences: ClosedRange<Int>
  private let paragraphs: Int
  /// So many words at the beginning tell unique ones apart.
  private let codeWords: Int
  let count: UInt64

  /// - Parameters:
  ///   - sentences: how many, and whether it may be more or fewer.
  ///   - words: the same of each sentence.
  init(
    _ context: GeneratorContext, sentences: (Int, Bool), words: (Int, Bool) = (6, true), paragraphs: Int = 1
  ) throws(Failure) {
    self.words = try WordList(context, mustBeCountable: context.spec.isUnique)
    self.sentences = Self.range(sentences)
    self.paragraphs = paragraphs
    wordsOfSentence = Self.range(words)
    codeWords = self.words.separatorLength == 0 ? 0 : min(wordsOfSentence.lowerBound, 6)
    count = codeWords == 0 ? 0 : MixedRadix.product(repeatElement(self.words.count, count: codeWords))
  }

  /// As Faker varies numbers: by up to two fifths.
  private static func range(_ number: (mean: Int, isVariable: Bool)) -> ClosedRange<Int> {
    let spread = number.isVariable ? number.mean * 2 / 5 : 0
    return number.mean - spread...number.mean + spread
  }

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    if sentences == 1...1, paragraphs == 1 {
      words.appendSentence(random.integer(in: wordsOfSentence), to: draft.text, &random)
      return .text
    }
    return generate(nil, draft, &random)
  }

  func generate(_ index: UInt64, _ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    generate(MixedRadix(index), draft, &random)
  }

  private func generate(_ code: MixedRadix?, _ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    var code = code
    for paragraph in 0..<paragraphs {
      if paragraph > 0 { draft.text.append(UInt8(ascii: "\n")) }
      for sentence in 0..<random.integer(in: sentences) {
        if sentence > 0 { words.appendSeparator(to: draft.text) }
        let number = random.integer(in: wordsOfSentence)
        if let first = code {
          words.appendSentence(number, code: first, of: codeWords, to: draft.text, &random)
          code = nil
        } else {
          words.appendSentence(number, to: draft.text, &random)
        }
      }
    }
    return .text
  }
}

/// Sentences of at most so many characters.
struct LimitedTextGenerator: CountableGenerator {
  private let words: WordList
  private let limit: Int
  private let codeWords: Int
  let count: UInt64

  /// Below, a sentence is not begun.
  private static let shortestRest = 12

  init(_ context: GeneratorContext) throws(Failure) {
    words = try WordList(context, mustBeCountable: context.spec.isUnique)
    limit = try context.integer("max_nb_chars", 5...1_000_000, else: 200)
    guard words.shortestLength + words.fullStopLength <= limit else {
      throw context.failure(
        "its shortest word has \(words.shortestLength) characters, too many for max_nb_chars=\(limit)")
    }
    // So many of the longest words always fit.
    codeWords = words.separatorLength == 0 ? 0 : min(6, (limit - words.fullStopLength) / (words.longestLength + 1))
    count = codeWords == 0 ? 0 : MixedRadix.product(repeatElement(words.count, count: codeWords))
  }

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent { generate(nil, draft, &random) }

  func generate(_ index: UInt64, _ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    generate(MixedRadix(index), draft, &random)
  }

  private func generate(_ code: MixedRadix?, _ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    var left = limit
    var isFirst = true
    while isFirst || left >= Self.shortestRest {
      if !isFirst {
        words.appendSeparator(to: draft.text)
        left -= words.separatorLength
      }
      let number = max(4 + random.below(9), isFirst && code != nil ? codeWords : 0)
      let used = words.appendSentence(
        number, fitting: left, code: isFirst ? code : nil, of: codeWords, to: draft.text, &random)
      if used == 0 {
        draft.text.count -= words.separatorLength
        break
      }
      left -= used
      isFirst = false
    }
    return .text
  }
}
