import MillraceCore

/// A schema that stands in for a model's.
struct BuiltInTemplate: Sendable, Equatable {
  /// A word or several that speak for a template.
  struct Keyword: Sendable, Equatable {
    /// Of each word.
    var stems: [String]
    /// In a script without spaces it is looked for in all of the text.
    var unspaced: String?
  }

  var name: String
  /// The whole file.
  var document: String
  var keywords: [Keyword]

  /// Reads a file whose head has lines `# keywords: order, purchase`.
  init(name: String, document: String) {
    self.name = name
    self.document = document
    let mark = "# keywords:"
    let head = document.split(separator: "\n", omittingEmptySubsequences: false).prefix { $0.hasPrefix("#") }
    let lists = head.filter { $0.hasPrefix(mark) }.map { $0.dropFirst(mark.count) }
    keywords = lists.flatMap { $0.split(separator: ",") }.compactMap { Self.keyword(String($0)) }
  }

  private static func keyword(_ text: String) -> Keyword? {
    let text = String(text.trimmed)
    let words = DescriptionWords(text).words
    guard !words.isEmpty else { return nil }
    let isSpaced = text.unicodeScalars.allSatisfy { $0.value < 0x2E80 }
    return Keyword(stems: words.map(\.stem), unspaced: isSpaced ? nil : DescriptionWords.folded(text))
  }
}

/// The built-in templates, and which of them a description means.
struct TemplateCatalogue: Sendable {
  /// Fits anything, and has no keywords.
  static let general = "general"

  let templates: [BuiltInTemplate]
  /// How many templates a stem is a keyword of.
  private let spread: [String: Int]

  init(_ templates: [BuiltInTemplate]) {
    self.templates = templates
    var spread: [String: Int] = [:]
    for template in templates {
      for stem in Set(template.keywords.flatMap(\.stems)) { spread[stem, default: 0] += 1 }
    }
    self.spread = spread
  }

  /// The template for a description.
  struct Choice: Sendable, Equatable {
    var name: String
    var document: String
    /// The words of the description that speak for it, as they were written; none for the general one.
    var words: [String]
  }

  /// What a word counts for that is only a part of the description's word, as in German compounds.
  private static let partWeight = 0.5
  /// What the word counts for that names what a row is.
  private static let headWeight = 1.8
  /// What each further word of a keyword of several words adds.
  private static let phraseWeight = 1.5
  private static let shortestPart = 5

  /// The template that most speaks for, each word weighted by how few templates it speaks for; the first of several.
  func choose(for description: TableDescription) -> Choice {
    let words = DescriptionWords(description.text)
    var best: (template: BuiltInTemplate, score: Double, words: [String])?
    for template in templates {
      let (score, matched) = score(template, words)
      // Sums of the same parts may differ in their last digit.
      if score > (best?.score ?? 0) + 1e-9 { best = (template, score, matched) }
    }
    if let best { return Choice(name: best.template.name, document: best.template.document, words: best.words) }
    let general = templates.first { $0.name == Self.general }
    return Choice(name: Self.general, document: general?.document ?? "", words: [])
  }

  private func score(_ template: BuiltInTemplate, _ description: DescriptionWords) -> (Double, [String]) {
    let words = description.words
    var weights = [Double](repeating: 0, count: words.count)
    var unspaced = 0.0
    var found: [String] = []
    for keyword in template.keywords {
      if let text = keyword.unspaced {
        if description.folded.contains(text) {
          unspaced += Double(text.count)
          found.append(text)
        }
      } else if keyword.stems.count == 1 {
        for (index, word) in words.enumerated() {
          weights[index] = max(weights[index], weight(of: keyword.stems[0], in: word.stem))
        }
      } else if let start = place(of: keyword.stems, in: words) {
        for index in start..<start + keyword.stems.count {
          weights[index] = max(weights[index], Self.phraseWeight)
        }
      }
    }
    var total = unspaced
    for (index, weight) in weights.enumerated() where weight > 0 {
      total += weight * (words[index].isHead ? Self.headWeight : 1)
      found.append(words[index].text)
    }
    return (total, found)
  }

  private func weight(of keyword: String, in word: String) -> Double {
    if keyword == word { return 1 / Double(spread[keyword] ?? 1) }
    // A word that is somebody's keyword is no compound.
    guard spread[word] == nil, keyword.count >= Self.shortestPart, word.count >= keyword.count + 3,
      word.hasPrefix(keyword) || word.hasSuffix(keyword)
    else { return 0 }
    return Self.partWeight / Double(spread[keyword] ?? 1)
  }

  private func place(of stems: [String], in words: [DescriptionWords.Word]) -> Int? {
    guard words.count >= stems.count else { return nil }
    return (0...words.count - stems.count).first { start in
      zip(words[start...], stems).allSatisfy { $0.stem == $1 }
    }
  }
}
