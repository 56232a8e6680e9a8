/// What a field of PubMed's query language looks at.
enum SearchField: Sendable, Hashable {
  case text(SearchedParts)
  case organism
  case identifier
  case doi
  case date(Corpus.DateKind)
  /// Filters and languages: everything passes.
  case filter

  /// The field and its full name; nil when PubMed has none of that name.
  static func named(_ tag: String) -> (field: SearchField, name: String)? {
    // Proximity searches: [Title:~3].
    let tag = tag.lowercased().split(separator: ":").first.map(String.init) ?? ""
    return switch tag {
    case "all", "all fields": (.text(.everything), "All Fields")
    case "ti", "title": (.text(.title), "Title")
    case "tiab", "title/abstract": (.text([.title, .abstract]), "Title/Abstract")
    case "ab", "abstract": (.text(.abstract), "Abstract")
    case "tw", "text word", "text words": (.text(.everything), "Text Word")
    case "gene", "gene name", "gene symbol", "sym": (.text([.title, .abstract]), "Gene Name")
    case "mh", "mesh", "mesh terms", "majr", "mesh major topic", "nm", "substance name":
      (.text(.headings), "MeSH Terms")
    case "au", "author", "fau", "full author name", "1au", "first author name": (.text(.author), "Author")
    case "ta", "journal", "jour": (.text(.journal), "Journal")
    case "ad", "affiliation", "affl": (.text(.author), "Affiliation")
    case "orgn", "organism": (.organism, "Organism")
    case "uid": (.identifier, "UID")
    case "pmid": (.identifier, "PMID")
    case "aid", "doi", "lid", "article identifier", "location id": (.doi, "Article Identifier")
    case "dp", "pdat", "ppdt", "epdt", "date - publication", "publication date":
      (.date(.publication), "Date - Publication")
    case "edat", "crdt", "date - entry", "date - entrez", "date - create", "entry date": (.date(.entry), "Date - Entry")
    case "mdat", "lr", "date - modification", "modification date": (.date(.modification), "Date - Modification")
    case "sb", "filter", "subset", "la", "lang", "language", "pt", "publication type": (.filter, "Filter")
    default: nil
    }
  }
}

/// A piece of a query.
enum QueryToken: Hashable {
  case open, close, and, or, not, colon
  case word(String)
  case phrase(String)
  case field(String)

  /// The pieces of a query, as PubMed's search box takes them.
  static func tokens(_ query: String) -> [QueryToken] {
    var tokens: [QueryToken] = []
    let bytes = Array(query.utf8)
    var index = 0
    func text(upTo end: Int) -> String { String(decoding: bytes[index..<end], as: UTF8.self) }
    func find(_ byte: UInt8) -> Int { bytes[index...].firstIndex(of: byte) ?? bytes.count }
    while index < bytes.count {
      switch bytes[index] {
      case 0...32:
        index += 1
      case UInt8(ascii: "("):
        tokens.append(.open)
        index += 1
      case UInt8(ascii: ")"):
        tokens.append(.close)
        index += 1
      case UInt8(ascii: ":"):
        tokens.append(.colon)
        index += 1
      case UInt8(ascii: "\""):
        index += 1
        let end = find(UInt8(ascii: "\""))
        tokens.append(.phrase(text(upTo: end)))
        index = end + 1
      case UInt8(ascii: "["):
        index += 1
        let end = find(UInt8(ascii: "]"))
        tokens.append(.field(text(upTo: end)))
        index = end + 1
      default:
        let end = wordEnd(bytes, index)
        tokens.append(wordOrOperator(text(upTo: end)))
        index = end
      }
    }
    return tokens
  }

  private static func wordEnd(_ bytes: [UInt8], _ start: Int) -> Int {
    var index = start
    // A colon ends a date or number, and belongs to other words.
    var isNumber = true
    while index < bytes.count {
      let byte = bytes[index]
      if byte <= 32 || "()[\"".utf8.contains(byte) || (byte == UInt8(ascii: ":") && isNumber) { break }
      if !(48...57).contains(byte), byte != UInt8(ascii: "/") { isNumber = false }
      index += 1
    }
    return index
  }

  private static func wordOrOperator(_ text: String) -> QueryToken {
    switch text {
    case "AND", "&": .and
    case "OR", "|": .or
    case "NOT": .not
    default: .word(text)
    }
  }
}

/// A query, read.
indirect enum QueryNode: Hashable {
  /// Each with the operator in front of it; that of the first means nothing. A list, for queries of thousands of terms.
  case sequence([Operand])
  case term(words: [String], isPhrase: Bool, field: String?)
  case range(String, String, field: String?)

  enum Operator: String { case and = "AND", or = "OR", not = "NOT" }

  struct Operand: Hashable {
    var by: Operator
    var node: QueryNode
  }
}

/// Reads a query. Operators have no precedence, as in PubMed: the left comes first.
struct QueryReader {
  private let tokens: [QueryToken]
  private var index = 0
  private var depth = 0

  /// Nil for a query without terms, or too deep.
  static func read(_ query: String) -> QueryNode? {
    var reader = QueryReader(tokens: QueryToken.tokens(query))
    return reader.sequence()
  }

  private init(tokens: [QueryToken]) { self.tokens = tokens }

  private mutating func sequence() -> QueryNode? {
    depth += 1
    defer { depth -= 1 }
    guard depth < 200 else { return nil }
    var operands: [QueryNode.Operand] = []
    var pending = QueryNode.Operator.and
    while index < tokens.count {
      switch tokens[index] {
      case .and: pending = skip(.and)
      case .or: pending = skip(.or)
      case .not: pending = skip(.not)
      case .close:
        index += 1
        if depth > 1 { return operands.isEmpty ? nil : .sequence(operands) }
      case .open:
        index += 1
        if let group = sequence() {
          operands.append(QueryNode.Operand(by: pending, node: group))
          pending = .and
        }
      case .colon, .field: index += 1
      case .word, .phrase:
        operands.append(QueryNode.Operand(by: pending, node: term()))
        pending = .and
      }
    }
    return operands.isEmpty ? nil : .sequence(operands)
  }

  private mutating func skip(_ by: QueryNode.Operator) -> QueryNode.Operator {
    index += 1
    return by
  }

  private mutating func term() -> QueryNode {
    if let (text, next) = rangeEnd(index), next < tokens.count, tokens[next] == .colon,
      let (last, end) = rangeEnd(next + 1)
    {
      // The tag may stand behind the first part, the second or both.
      var field: String?
      for position in index..<end { if case .field(let tag) = tokens[position] { field = tag } }
      index = end
      return .range(text, last, field: field)
    }
    var words: [String] = []
    var isPhrase = false
    reading: while index < tokens.count {
      switch tokens[index] {
      case .word(let word): words.append(word)
      case .phrase(let phrase) where words.isEmpty:
        words = [phrase]
        isPhrase = true
        index += 1
        break reading
      default: break reading
      }
      index += 1
      // `a 2020:2021[dp]`: the range is a term of its own.
      if let (_, next) = rangeEnd(index), next < tokens.count, tokens[next] == .colon { break }
    }
    var field: String?
    if index < tokens.count, case .field(let tag) = tokens[index] {
      field = tag
      index += 1
    }
    return .term(words: words, isPhrase: isPhrase, field: field)
  }

  /// A word or phrase with the tag behind it, if any.
  private func rangeEnd(_ position: Int) -> (String, Int)? {
    guard position < tokens.count else { return nil }
    let text: String
    switch tokens[position] {
    case .word(let word): text = word
    case .phrase(let phrase): text = phrase
    default: return nil
    }
    if position + 1 < tokens.count, case .field = tokens[position + 1] { return (text, position + 2) }
    return (text, position + 1)
  }
}
