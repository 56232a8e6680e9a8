import MillraceCore
import Support
import Testing

@testable import aug_pubmed

/// What is read from ESearch's answers.
@Suite struct SearchResultTests {
  private func result(_ inner: String) throws(SearchResult.Problem) -> SearchResult {
    try SearchResult(
      Array("<?xml version=\"1.0\"?><!DOCTYPE eSearchResult SYSTEM \"x\"><eSearchResult>\(inner)</eSearchResult>".utf8))
  }

  @Test func everyPartIsRead() throws {
    let read = try result(
      """
      <Count>12</Count><RetMax>2</RetMax><RetStart>0</RetStart><IdList>
      <Id>5</Id><Id>4294967295</Id></IdList><TranslationSet><Translation><From>a</From><To>b</To></Translation></TranslationSet>
      <QueryTranslation>"a &amp; b"[All Fields]</QueryTranslation>
      <ErrorList><PhraseNotFound>xx</PhraseNotFound><PhraseNotFound>y&lt;y</PhraseNotFound><FieldNotFound>zz</FieldNotFound></ErrorList>
      <WarningList><PhraseIgnored>of</PhraseIgnored><QuotedPhraseNotFound>"q"</QuotedPhraseNotFound>
      <OutputMessage>one</OutputMessage></WarningList>
      """)
    #expect(read.count == 12)
    #expect(read.pmids.map(\.description) == ["5", "4294967295"])
    #expect(read.translation == "\"a & b\"[All Fields]")
    #expect(read.dropped == ["xx", "y<y", "zz", "\"q\"", "of"])
    #expect(read.messages == ["one"])
  }

  @Test(arguments: [
    ("<ERROR>Search Backend failed: x\ny</ERROR>", SearchResult.Problem.error("Search Backend failed: x\ny")),
    ("<Count>3</Count><ERROR>late</ERROR>", .error("late")), ("", .unreadable("it has no count")),
    ("<Count>x</Count>", .unreadable("it has no count")), ("<Count>-1</Count>", .unreadable("it has no count")),
    ("<Count>1</Count><IdList><Id>0</Id></IdList>", .unreadable("it lists a PMID that is none")),
    ("<Count>1</Count><IdList><Id>4294967296</Id></IdList>", .unreadable("it lists a PMID that is none")),
    ("<Count>1</Count><IdList><Id>1</Id><Id>2</Id></IdList>", .unreadable("it lists more PMIDs than it counts")),
    ("<Count>1</Count><IdList><Id>1</Id>", .unreadable("it is cut off or not well-formed")),
  ])
  func whatIsNoResultIsTold(inner: String, problem: SearchResult.Problem) {
    #expect(throws: problem) { try result(inner) }
  }

  @Test(arguments: [
    ("", "it has no root element"), ("<?xml version=\"1.0\"?>\n<!DOCTYPE eSearchResult>", "it has no root element"),
    ("<html></html>", "its root element is <html>"), ("{\"a\":1}", "it has no root element"),
    ("<eSearchResult/><eSearchResult/>", "it is not well-formed"),
    ("<eSearchResult><Count>1</Count></eSearch", "it is cut off or not well-formed"),
    ("<eSearchResult>&nosuch;<Count>1</Count></eSearchResult>", "it is cut off or not well-formed"),
    ("<!DOCTYPE x [<!ENTITY a \"b\">]><x>&a;</x>", "it declares an entity"),
  ])
  func whatIsNoAnswerIsTold(body: String, message: String) {
    #expect(throws: SearchResult.Problem.unreadable(message)) { try SearchResult(Array(body.utf8)) }
  }

  // MARK: Small documents

  @Test func leavesComeWithTheirWays() throws {
    let leaves = try XMLLeaves(
      Array("<r> <a>1<!-- x -->2</a><b><c/>t<d><![CDATA[<&]]>&#65;&#x3b1;</d></b><a q='1'/></r>".utf8))
    #expect(leaves.root == "r")
    #expect(leaves.leaves.map(\.path) == ["a", "b/c", "b/d", "a"])
    #expect(leaves.leaves.map(\.text) == ["12", "", "<&Aα", ""])
  }

  @Test func everyCutIsNoticed() throws {
    let whole = "<?xml version=\"1.0\"?><r><a>one</a><b><c>two</c></b></r>"
    for length in 0..<whole.utf8.count {
      #expect(throws: XMLLeaves.Problem.self) { try XMLLeaves(Array(whole.utf8.prefix(length))) }
    }
    #expect(try XMLLeaves(Array(whole.utf8)).leaves.count == 2)
  }

  @Test func hostileDocumentsAreRefused() {
    let nested = String(repeating: "<a>", count: 100_000)
    #expect(throws: XMLLeaves.Problem(message: "its elements are nested more than 32 deep")) {
      try XMLLeaves(Array(nested.utf8))
    }
    var laughs = "<!DOCTYPE l [<!ENTITY a0 \"lol\">"
    for level in 1..<20 { laughs += "<!ENTITY a\(level) \"\(String(repeating: "&a\(level - 1);", count: 10))\">" }
    #expect(throws: XMLLeaves.Problem(message: "it declares an entity")) {
      try XMLLeaves(Array("\(laughs)]><l>&a19;</l>".utf8))
    }
    #expect(throws: XMLLeaves.Problem.self) {
      try XMLLeaves(Array("<!DOCTYPE r [<!ENTITY f SYSTEM \"file:///etc/passwd\">]><r>&f;</r>".utf8))
    }
    #expect(throws: XMLLeaves.Problem.self) {
      try XMLLeaves(Array("<!DOCTYPE r [<!ENTITY % p SYSTEM \"http://127.0.0.1:9/x\"> %p;]><r>x</r>".utf8))
    }
    let name = String(repeating: "n", count: 11 << 20)
    #expect(throws: XMLLeaves.Problem.self) { try XMLLeaves(Array("<r><\(name)/></r>".utf8)) }
    let attribute = String(repeating: "v", count: 12 << 20)
    #expect(throws: XMLLeaves.Problem.self) { try XMLLeaves(Array("<r><a b=\"\(attribute)\"/></r>".utf8)) }
    #expect(throws: XMLLeaves.Problem.self) { try XMLLeaves([0x3c, 0x72, 0x3e, 0xff, 0xfe, 0x3c, 0x2f, 0x72, 0x3e]) }
    #expect(throws: XMLLeaves.Problem.self) { try XMLLeaves([0x3c, 0x72, 0x3e, 0, 0x3c, 0x2f, 0x72, 0x3e]) }
  }

  @Test func anyBytesEnd() {
    var random = SeededGenerator()
    let pieces = [
      "<eSearchResult>", "</eSearchResult>", "<Count>", "</Count>", "1", "<Id>", "&", "&#", "<!--", "]]>", "<![CDATA[",
      "<?", "\u{0}", "é",
    ]
    for _ in 0..<2000 {
      let text = (0..<Int.random(in: 0..<20, using: &random)).map { _ in
        pieces[Int.random(in: 0..<pieces.count, using: &random)]
      }.joined()
      // Whatever it is: an answer or a problem, and no crash.
      if let result = try? SearchResult(Array(text.utf8)) { #expect(result.pmids.count <= result.count) }
    }
  }
}

/// What real services answered.
@Suite(.enabled(if: fixtures != nil, "MILLRACE_FIXTURES names no folder of real input"))
struct RecordedAnswersTests {
  private let folder = "\(fixtures ?? "")/pubmed"

  @Test func everyRecordedSearchIsRead() throws {
    var read = 0
    for part in ["eutils-xml", "recorded-http"] {
      for name in names(ofFolder: "\(folder)/\(part)").sorted() where name.hasSuffix(".xml") {
        let body = try #require(readFile("\(folder)/\(part)/\(name)"))
        let text = String(decoding: body, as: UTF8.self)
        guard text.contains("<eSearchResult>") else {
          #expect(throws: SearchResult.Problem.self, "\(name)") { try SearchResult(body) }
          continue
        }
        let result = try SearchResult(body)
        let ids = text.components(between: "<Id>", and: "</Id>")
        #expect(result.pmids.map(\.description) == ids, "\(name)")
        #expect(String(result.count) == text.components(between: "<Count>", and: "</Count>").first, "\(name)")
        #expect(result.dropped == text.components(between: "<PhraseNotFound>", and: "</PhraseNotFound>"), "\(name)")
        read += 1
      }
    }
    #expect(read >= 8)
  }

  private func parsed(_ xml: [UInt8]) throws(Failure) -> ArticleParser {
    let parser = ArticleParser(source: "recorded", fields: .all, markup: .unicode)
    let bytes = ByteBuffer()
    bytes.append(xml)
    try unsafe parser.parse(bytes.bytes)
    try parser.finish()
    return parser
  }

  @Test func everyRecordedRecordIsCutOutWhole() throws {
    let files =
      names(ofFolder: "\(folder)/efetch-xml").map { "efetch-xml/\($0)" }
      + names(ofFolder: "\(folder)/recorded-http").map { "recorded-http/\($0)" }
    var records = 0
    for name in files.sorted() where name.hasSuffix(".xml") {
      let body = try #require(readFile("\(folder)/\(name)"))
      guard let parser = try? parsed(body) else { continue }
      let rows = parser.rows.filter { $0.kind != .deletion }
      let pieces = ArticleSplitter.records(in: body)
      #expect(pieces.count == rows.count, "\(name)")
      for (row, piece) in zip(rows, pieces) {
        let alone = try parsed(Array(body[piece]))
        let isSame = unsafe alone.output.bytes[try #require(alone.rows.first).range].elementsEqual(
          parser.output.bytes[row.range])
        #expect(isSame, "\(name): \(row.pmid?.description ?? "?")")
        records += 1
      }
    }
    #expect(records > 100)
  }
}

extension String {
  /// The texts between two marks, as they stand.
  fileprivate func components(between start: String, and end: String) -> [String] {
    split(separator: start, omittingEmptySubsequences: false).dropFirst().compactMap { part in
      part.split(separator: end, maxSplits: 1, omittingEmptySubsequences: false).first.map(String.init)
    }
  }
}
