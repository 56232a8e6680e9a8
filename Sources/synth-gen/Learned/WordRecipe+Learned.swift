import MillraceCore

extension WordRecipe {
  static let mostWords = 64
  /// Words that so many texts have are nobody's secret.
  private static let leastTexts = 10
  private static let mostVocabulary = 1000

  /// Learns how texts are made of words.
  ///
  /// - Parameters:
  ///   - texts: Indexes of the sample's values; at least one.
  ///   - leastCount: Words that fewer rows have are not told.
  init(of texts: [Int], in sample: SampleColumn, leastCount: Int) {
    var lengths = Array(repeating: 0.0, count: Self.mostWords)
    var rowsOfWord: [String: Int] = [:]
    var (capitalised, upper, words, stops, rows) = (0, 0, 0, 0, 0)
    for index in texts {
      let value = sample.values[index]
      let text = sample.string(of: value)
      let parts = text.split { $0 == " " || $0 == "\n" || $0 == "\t" || $0 == "\r" }
      // Of a long text only its beginning is known.
      let count = value.isLong ? parts.count * (value.fullLength / max(1, value.length)) : parts.count
      lengths[min(max(1, count), Self.mostWords) - 1] += Double(value.count)
      rows += value.count
      if text.hasSuffix(".") { stops += value.count }
      for part in parts {
        words += 1
        if let first = part.first, first.isUppercase {
          if part.count > 1, part.allSatisfy({ !$0.isLowercase }) { upper += 1 } else { capitalised += 1 }
        }
      }
      for word in Set(parts) where word.utf8.count <= 32 { rowsOfWord[String(word), default: 0] += value.count }
    }
    let least = max(leastCount, Self.leastTexts)
    let known = rowsOfWord.filter { $0.value >= least }.sorted { (-$0.value, $0.key) < (-$1.value, $1.key) }
      .prefix(Self.mostVocabulary)
    self.lengths = lengths
    letterCase = upper * 2 > words ? .upper : capitalised * 2 > words ? .capitalised : .lower
    vocabulary = known.map(\.key)
    vocabularyWeights = known.map { Double($0.value) }
    vocabularyShare = words == 0 ? 0 : min(1, vocabularyWeights.reduce(0, +) / Double(words))
    ending = stops * 2 > rows ? "." : ""
    while self.lengths.count > 1, self.lengths.last == 0 { self.lengths.removeLast() }
  }
}
