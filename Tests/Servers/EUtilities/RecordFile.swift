import Glibc
import Support

/// Parts of a record that searches look at.
struct SearchedParts: OptionSet, Hashable {
  let rawValue: UInt8
  static let title = SearchedParts(rawValue: 1)
  static let abstract = SearchedParts(rawValue: 2)
  static let headings = SearchedParts(rawValue: 4)
  static let journal = SearchedParts(rawValue: 8)
  static let author = SearchedParts(rawValue: 16)
  static let everything: SearchedParts = [.title, .abstract, .headings, .journal, .author]
}

/// An article of a file: its bytes as they stand there, and what a search needs of it.
struct FiledRecord: Sendable {
  var pmid: Int
  var xml: [UInt8]
  var publication: GregorianDay
  var entry: GregorianDay
  var modification: GregorianDay
  var doi: String?
  var words: [String: SearchedParts]

  var isHuman: Bool { words["humans"]?.contains(.headings) ?? false }

  /// The records of a file of PubMed's XML, in its order.
  static func records(in bytes: [UInt8]) -> [FiledRecord] {
    var found: [FiledRecord] = []
    var rest = bytes[...]
    while let start = rest.firstRange(of: Array("<Pubmed".utf8)) {
      let name = rest[(start.lowerBound + 1)...].prefix { $0 != UInt8(ascii: ">") && $0 > 32 }
      let isArticle = ["PubmedArticle", "PubmedBookArticle"].contains { name.elementsEqual($0.utf8) }
      guard isArticle, let end = rest[start.upperBound...].firstRange(of: Array("</".utf8) + name + [62]) else {
        rest = rest[start.upperBound...]
        continue
      }
      if let record = FiledRecord(Array(rest[start.lowerBound..<end.upperBound])) { found.append(record) }
      rest = rest[end.upperBound...]
    }
    return found
  }

  /// - Parameter xml: the element, from its start tag to its end tag. Nil when it has no PMID.
  init?(_ xml: [UInt8]) {
    guard let pmid = xml[...].elements("PMID").first.flatMap({ Int($0.plainText) }) else { return nil }
    self.pmid = pmid
    self.xml = xml
    publication = xml[...].elements("PubDate").first.flatMap(Self.day) ?? GregorianDay(1900, 1, 1)
    modification = xml[...].elements("DateRevised").first.flatMap(Self.day) ?? publication
    let history = xml[...].elements("History").first ?? []
    entry =
      history.elements("PubMedPubDate", attribute: "PubStatus=\"entrez\"").first.flatMap(Self.day)
      ?? history.elements("PubMedPubDate", attribute: "PubStatus=\"pubmed\"").first.flatMap(Self.day) ?? publication
    let beforeReferences = xml.prefix(
      upTo: xml[...].firstRange(of: Array("<ReferenceList".utf8))?.lowerBound ?? xml.endIndex)
    doi = beforeReferences.elements("ArticleId", attribute: "IdType=\"doi\"").first?.plainText.lowercased()
    words = [:]
    for (element, part) in [
      ("ArticleTitle", SearchedParts.title), ("AbstractText", .abstract), ("DescriptorName", .headings),
      ("Title", .journal),
      ("ISOAbbreviation", .journal), ("LastName", .author), ("Initials", .author), ("ForeName", .author),
      ("CollectiveName", .author),
    ] {
      for content in beforeReferences.elements(element) { add(content.plainText, part) }
    }
  }

  init(_ article: SyntheticArticle) {
    pmid = article.pmid
    xml = []
    publication = article.synthetic.publicationDay(pmid)
    entry = article.synthetic.entryDay(pmid)
    modification = article.synthetic.modificationDay(pmid)
    doi = article.doi
    words = [:]
    add(Array(article.title.utf8)[...].plainText, .title)
    for section in article.abstract { add(Array(section.text.utf8)[...].plainText, .abstract) }
    for heading in article.headings { add(heading.name, .headings) }
    for author in article.authors { add("\(author.family) \(author.given) \(author.initials)", .author) }
    add("\(article.journal.title) \(article.journal.abbreviation)", .journal)
  }

  private mutating func add(_ text: String, _ part: SearchedParts) {
    for word in searchWords(text) { words[word, default: []].insert(part) }
  }

  private static func day(_ element: ArraySlice<UInt8>) -> GregorianDay? {
    let medline = element.elements("MedlineDate").first?.plainText.split(separator: " ").map(String.init) ?? []
    let year = element.elements("Year").first?.plainText ?? medline.first?.prefix(4).description
    guard let year = year.flatMap({ Int($0) }) else { return nil }
    let month = element.elements("Month").first?.plainText ?? medline.dropFirst().first ?? "1"
    let names = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
    let number = Int(month) ?? (names.firstIndex(of: String(month.lowercased().prefix(3))) ?? 0) + 1
    return GregorianDay(year, min(max(number, 1), 12), element.elements("Day").first.flatMap { Int($0.plainText) } ?? 1)
  }
}

/// The words of a text as searches compare them: lower case, letters and digits with hyphens between.
func searchWords(_ text: String) -> [String] {
  let bytes = Array(text.utf8)
  let words: [String] =
    if bytes.allSatisfy({ $0 < 128 }) {
      bytes.split { byte in
        switch byte {
        case 48...57, 65...90, 97...122, UInt8(ascii: "-"): false
        default: true
        }
      }.map { String(decoding: $0.map { (65...90).contains($0) ? $0 | 32 : $0 }, as: UTF8.self) }
    } else {
      text.lowercased().split { !($0.isLetter || $0.isNumber || $0 == "-") }.map(String.init)
    }
  return words.map { $0.hasPrefix("-") ? String($0.drop { $0 == "-" }) : $0 }.filter { !$0.isEmpty }
}

extension ArraySlice<UInt8> {
  /// The contents of the elements of that name, in order; elements of the same name within are not told apart.
  ///
  /// - Parameter attribute: text that the start tag holds.
  func elements(_ name: String, attribute: String = "") -> [ArraySlice<UInt8>] {
    var found: [ArraySlice<UInt8>] = []
    var rest = self
    let open = Array("<\(name)".utf8)
    let close = Array("</\(name)>".utf8)
    while let start = rest.firstRange(of: open) {
      rest = rest[start.upperBound...]
      guard let tagEnd = rest.firstIndex(of: UInt8(ascii: ">")) else { break }
      let tag = rest[..<tagEnd]
      // A longer name that begins alike, or an empty element.
      if let next = tag.first, next > 32 || tag.last == UInt8(ascii: "/") { continue }
      guard let end = rest[tagEnd...].firstRange(of: close) else { break }
      if attribute.isEmpty || tag.firstRange(of: Array(attribute.utf8)) != nil {
        found.append(rest[(tagEnd + 1)..<end.lowerBound])
      }
      rest = rest[end.upperBound...]
    }
    return found
  }

  /// Without tags, and with the five references that XML defines decoded.
  var plainText: String {
    var text: [UInt8] = []
    var isTag = false
    for byte in self {
      switch byte {
      case UInt8(ascii: "<"): isTag = true
      case UInt8(ascii: ">"): isTag = false
      default: if !isTag { text.append(byte) }
      }
    }
    var decoded = String(decoding: text, as: UTF8.self)
    guard decoded.utf8.contains(UInt8(ascii: "&")) else { return decoded }
    for (reference, character) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")] {
      decoded = decoded.split(separator: reference, omittingEmptySubsequences: false).joined(separator: character)
    }
    return decoded
  }

  /// Where `needle` stands first.
  func firstRange(of needle: [UInt8]) -> Range<Int>? {
    guard let first = needle.first else { return nil }
    return unsafe withUnsafeBytes { bytes in
      var index = 0
      while index + needle.count <= bytes.count {
        guard let start = bytes.baseAddress,
          let candidate = unsafe memchr(start + index, Int32(first), bytes.count - needle.count - index + 1)
        else { return nil }
        index = unsafe UnsafeRawPointer(candidate) - start
        if unsafe memcmp(candidate, needle, needle.count) == 0 {
          return (startIndex + index)..<(startIndex + index + needle.count)
        }
        index += 1
      }
      return nil
    }
  }
}
