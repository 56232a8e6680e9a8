import Support

/// What a query finds.
struct SearchResult: Sendable {
  /// Rising.
  var articles: [Int] = []
  var translation = ""
  var translations: [(from: String, to: String)] = []
  var phrasesNotFound: [String] = []
  var fieldsNotFound: [String] = []
  var quotedPhrasesNotFound: [String] = []
}

/// Finds the articles of a query.
struct Search {
  /// The articles of a part of a query. Special words have articles that no other word looks through, so that a part
  /// knows both: what it finds by itself, and whether it takes an article that another part found.
  private struct Part {
    /// Rising. Asked for only where no list is at hand that the part could be a filter of.
    var articles: () -> [Int]
    var takes: (Int) -> Bool
    /// Whether it takes its own articles and no other.
    var isList: Bool
    var translation: String

    init(_ articles: [Int], takes: ((Int) -> Bool)? = nil, _ translation: String) {
      self.articles = { articles }
      let members = takes == nil ? Set(articles) : []
      self.takes = takes ?? members.contains
      isList = true
      self.translation = translation
    }

    init(_ articles: @escaping () -> [Int], takes: @escaping (Int) -> Bool, _ translation: String) {
      self.articles = articles
      self.takes = takes
      isList = false
      self.translation = translation
    }
  }

  let corpus: Corpus
  private var result = SearchResult()

  init(corpus: Corpus) { self.corpus = corpus }

  /// - Parameter dates: the range of `mindate`, `maxdate` and `datetype`, if any.
  static func run(
    _ query: QueryNode, in corpus: Corpus,
    dates: (kind: Corpus.DateKind, days: ClosedRange<GregorianDay>, text: String)?
  ) -> SearchResult {
    var search = Search(corpus: corpus)
    guard var part = search.evaluate(query) else {
      search.result.translation = text(query)
      return search.result
    }
    if let dates {
      let range = search.part(dates.kind, dates.days, dates.text)
      let translation = "(\(part.translation)) AND \(dates.text)"
      part = search.both(part, range)
      part.translation = translation
    }
    search.result.articles = part.articles()
    search.result.translation = part.translation
    return search.result
  }

  /// Nil: nothing of it is known to PubMed, which then drops it.
  private mutating func evaluate(_ node: QueryNode) -> Part? {
    switch node {
    case .sequence(let operands): return sequence(operands)
    case .range(let first, let last, let tag): return range(first, last, tag)
    case .term(let words, let isPhrase, let tag):
      return isPhrase ? phrase(words.first ?? "", tag) : terms(words, tag)
    }
  }

  private mutating func sequence(_ operands: [QueryNode.Operand]) -> Part? {
    var left: Part?
    // Alternatives join at the end: a query may have thousands.
    var alternatives: [Part] = []
    func joined() -> Part? {
      guard let left, !alternatives.isEmpty else { return left }
      let parts = [left] + alternatives
      let takes = { (pmid: Int) in parts.contains { $0.takes(pmid) } }
      let articles = { Set(parts.flatMap { $0.articles() }).sorted() }
      let translation = parts.map(\.translation).joined(separator: " OR ")
      return parts.allSatisfy(\.isList)
        ? Part(articles(), takes: takes, translation) : Part(articles, takes: takes, translation)
    }
    for operand in operands {
      guard var part = evaluate(operand.node) else { continue }
      if case .sequence(let inner) = operand.node, inner.count > 1 { part.translation = "(\(part.translation))" }
      guard left != nil else {
        left = operand.by == .not ? without(everything, part) : part
        continue
      }
      if operand.by == .or {
        alternatives.append(part)
      } else {
        left = joined().map { operand.by == .and ? both($0, part) : without($0, part) }
        alternatives = []
      }
    }
    return joined()
  }

  private var everything: Part { filter("all[Filter]") { _ in true } }

  private func filter(_ translation: String, takes: @escaping (Int) -> Bool) -> Part {
    let articles = corpus.articles
    return Part({ articles.filter(takes) }, takes: takes, translation)
  }

  private func without(_ one: Part, _ other: Part) -> Part {
    let takes = { one.takes($0) && !other.takes($0) }
    let translation = "\(one.translation) NOT \(other.translation)"
    let articles = { one.articles().filter { !other.takes($0) } }
    return one.isList ? Part(articles(), takes: takes, translation) : Part(articles, takes: takes, translation)
  }

  private func both(_ one: Part, _ other: Part) -> Part {
    let takes = { one.takes($0) && other.takes($0) }
    let translation = "\(one.translation) AND \(other.translation)"
    if one.isList { return Part(one.articles().filter(other.takes), takes: takes, translation) }
    if other.isList { return Part(other.articles().filter(one.takes), takes: takes, translation) }
    return Part(
      { Set(one.articles().filter(other.takes)).union(other.articles().filter(one.takes)).sorted() }, takes: takes,
      translation)
  }

  // MARK: Terms

  private mutating func field(_ tag: String?) -> (field: SearchField, name: String) {
    guard let tag else { return (.text(.everything), "All Fields") }
    if let known = SearchField.named(tag) { return known }
    if !result.fieldsNotFound.contains(tag) { result.fieldsNotFound.append(tag) }
    return (.text(.everything), "All Fields")
  }

  private mutating func terms(_ words: [String], _ tag: String?) -> Part? {
    let (field, name) = field(tag)
    let ignored = ["and", "or", "not", "the", "of", "in", "a", "an", "for", "with", "on", "by", "to"]
    var parts: [Part] = []
    if case .identifier = field {
      let numbers = words.flatMap { $0.split(separator: ",") }.compactMap { Int($0) }
      let known = Set(numbers.filter(corpus.exists))
      guard !known.isEmpty else {
        result.phrasesNotFound.append("\(words.joined(separator: " "))[\(tag ?? name)]")
        return nil
      }
      return Part(known.sorted(), takes: known.contains, "\(words.joined(separator: " "))[\(name)]")
    }
    let isHomo = words.map { $0.lowercased() } == ["homo", "sapiens"]
    for word in isHomo ? ["human"] : words where !ignored.contains(word.lowercased()) {
      if let part = self.word(word, field, name) {
        parts.append(part)
      } else {
        result.phrasesNotFound.append(tag.map { "\(word)[\($0)]" } ?? word)
      }
    }
    return parts.dropFirst().reduce(parts.first) { left, right in left.map { both($0, right) } }
  }

  private mutating func phrase(_ phrase: String, _ tag: String?) -> Part? {
    let (field, name) = field(tag)
    if case .date(let kind) = field, let days = GregorianDay.range(phrase) {
      return part(kind, days, "\(phrase)[\(name)]")
    }
    if case .doi = field { return word(phrase, field, name) ?? missing(phrase, tag) }
    let parts = phrase.split(separator: " ").map { word(String($0), field, name) }
    let known = parts.compactMap { $0 }
    guard known.count == parts.count, let first = known.first else { return missing(phrase, tag) }
    var part = known.dropFirst().reduce(first, both)
    part.translation = "\"\(phrase.lowercased())\"[\(name)]"
    return part
  }

  private mutating func missing(_ phrase: String, _ tag: String?) -> Part? {
    result.quotedPhrasesNotFound.append("\"\(phrase)\"" + (tag.map { "[\($0)]" } ?? ""))
    return nil
  }

  private mutating func word(_ word: String, _ field: SearchField, _ name: String) -> Part? {
    let translation = "\"\(word.lowercased())\"[\(name)]"
    if word.lowercased().hasPrefix("unknown") { return nil }
    switch field {
    case .filter: return filter(translation) { _ in true }
    case .organism: return organism(word, translation)
    case .date(let kind): return GregorianDay.range(word).map { part(kind, $0, "\(word)[\(name)]") }
    case .doi:
      return corpus.article(ofDOI: word).map { Part([$0], translation) }
    case .identifier: return nil
    case .text(let parts):
      if let pmid = Int(word), name == "All Fields", corpus.exists(pmid) {
        return Part([pmid], "\(pmid)[UID]")
      }
      if name == "All Fields", let part = organism(word, translation) {
        let mesh = "\"\(corpus.isHumanWord(word) ? "humans" : "mice")\"[MeSH Terms]"
        let all = "\(mesh) OR \"\(word.lowercased())\"[All Fields]"
        result.translations.append((word, all))
        return Part(part.articles, takes: part.takes, "(\(all))")
      }
      if parts == .headings, let part = organism(word, translation) { return part }
      return text(word, parts, translation)
    }
  }

  private func organism(_ word: String, _ translation: String) -> Part? {
    let (corpus, isHuman) = (corpus, corpus.isHumanWord(word))
    guard isHuman || ["mouse", "mice", "murine"].contains(word.lowercased()) else { return nil }
    return filter(translation) { corpus.isHuman($0) == isHuman }
  }

  private func text(_ word: String, _ parts: SearchedParts, _ translation: String) -> Part? {
    if let special = corpus.synthetic.specialArticles(word) { return Part(special, translation) }
    var found: Set<Int> = []
    let compared = searchWords(word).joined(separator: " ")
    let isGene = Synthetic.isGene(word)
    let postings = corpus.postings(word.hasSuffix("*") ? compared + "*" : compared, isGene: isGene)
    for posting in postings where !posting.parts.isDisjoint(with: parts) { found.insert(posting.pmid) }
    if isGene, !parts.isDisjoint(with: [.title, .abstract]) {
      found.formUnion(corpus.synthetic.articles(ofGene: word))
    }
    guard !found.isEmpty else { return nil }
    return Part(found.sorted(), takes: found.contains, translation)
  }

  private mutating func range(_ first: String, _ last: String, _ tag: String?) -> Part? {
    let (field, name) = field(tag)
    let translation = "\(first):\(last)[\(name)]"
    switch field {
    case .identifier:
      guard let low = Int(first), let high = Int(last), low <= high else { break }
      return filter(translation) { (low...high).contains($0) }
    case .date(let kind):
      guard let low = GregorianDay.range(first), let high = GregorianDay.range(last), low.lowerBound <= high.upperBound
      else { break }
      return part(kind, low.lowerBound...high.upperBound, translation)
    default: break
    }
    result.phrasesNotFound.append(translation)
    return nil
  }

  private func part(_ kind: Corpus.DateKind, _ days: ClosedRange<GregorianDay>, _ translation: String) -> Part {
    let corpus = corpus
    return filter(translation) { days.contains(corpus.day(kind, of: $0)) }
  }

  /// A query as it was written, near enough.
  private static func text(_ node: QueryNode) -> String {
    switch node {
    case .sequence(let operands):
      operands.enumerated().map { index, operand in
        let inner = text(operand.node)
        let isGroup = if case .sequence = operand.node { true } else { false }
        return (index > 0 ? " \(operand.by.rawValue) " : "") + (isGroup ? "(\(inner))" : inner)
      }.joined()
    case .range(let first, let last, let tag): "\(first):\(last)" + (tag.map { "[\($0)]" } ?? "")
    case .term(let words, let isPhrase, let tag):
      (isPhrase ? "\"\(words.joined())\"" : words.joined(separator: " ")) + (tag.map { "[\($0)]" } ?? "")
    }
  }
}

extension Corpus {
  fileprivate func isHumanWord(_ word: String) -> Bool {
    ["human", "humans", "homo sapiens"].contains(word.lowercased())
  }
}
