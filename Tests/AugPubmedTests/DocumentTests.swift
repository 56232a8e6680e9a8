import MillraceCore
import Support
import Testing

@testable import aug_pubmed

/// What a parser does with whole documents: pieces, several ones, and whatever is none.
@Suite struct DocumentTests {
  static let two = """
    <?xml version="1.0" encoding="utf-8"?>
    <!DOCTYPE PubmedArticleSet SYSTEM "http://dtd.example.org/pubmed.dtd">
    <PubmedArticleSet>
    <PubmedArticle><MedlineCitation><PMID Version="1">11</PMID><Article><ArticleTitle>Größe H<sub>2</sub>O &amp; 10<sup>-3</sup>
    “x”</ArticleTitle></Article></MedlineCitation></PubmedArticle>
    <PubmedArticle><MedlineCitation><PMID Version="1">12</PMID><Article><ArticleTitle>Zwei</ArticleTitle></Article></MedlineCitation></PubmedArticle>
    </PubmedArticleSet>

    """

  @Test func anyCutsGiveTheSameBytes() throws {
    let whole = try outputText(Array(Self.two.utf8))
    for size in 1...40 { #expect(try outputText(Array(Self.two.utf8), chunk: size) == whole) }
  }

  @Test func documentsOneBehindTheOther() throws {
    let once = try outputText(Array(Self.two.utf8))
    for joint in ["", "\n\n", "\u{FEFF}"] {
      let twice = Array((Self.two + joint + Self.two).utf8)
      #expect(try outputText(twice) == once + once)
      for size in [1, 7, 64] { #expect(try outputText(twice, chunk: size) == once + once) }
    }
  }

  @Test func aCommentMayEndTheFile() throws {
    #expect(try parsedRows(Self.two + "<!-- end -->\n").count == 2)
  }

  @Test func emptySetsAndEmptyInputsHaveNoRows() throws {
    #expect(try parsedRows("").isEmpty)
    #expect(try parsedRows(" \n").isEmpty)
    #expect(try parsedRows("<?xml version=\"1.0\"?><PubmedArticleSet></PubmedArticleSet>").isEmpty)
    #expect(try parsedRows("<PubmedArticleSet/>").isEmpty)
  }

  @Test func everyCutIsNoticed() throws {
    let bytes = Array(Self.two.utf8)
    let end = try #require(Self.two.utf8.lastIndex(of: UInt8(ascii: ">")))
    let length = Self.two.utf8.distance(from: Self.two.startIndex, to: end)
    for cut in 1...length {
      let failure = #expect(throws: Failure.self) { try outputText(Array(bytes.prefix(cut))) }
      #expect(failure?.status == .badData)
      #expect(failure?.message.contains("cut off") == true, "\(cut): \(failure?.description ?? "")")
    }
  }

  @Test func aCutSaysWhereAndAfterHowManyRecords() {
    let cut = Self.two.replacing(
      "Zwei</ArticleTitle></Article></MedlineCitation></PubmedArticle>\n</PubmedArticleSet>\n", with: "Zw")
    #expect(
      throws: Failure(
        .badData, "the XML is cut off: it ends inside a document, after 1 complete record",
        at: Place(file: "test.xml", line: 6), advice: "fetch the file again")
    ) { try outputText(Array(cut.utf8)) }
  }

  @Test func linesCountOverDocuments() {
    let failure = #expect(throws: Failure.self) {
      try parsedRows(Self.two + "\n" + Self.two + "<PubmedArticleSet>\n\n<a></b>")
    }
    #expect(failure?.place?.line == 18)
    #expect(
      failure?.message
        == "not well-formed XML: Opening and ending tag mismatch: a line 3 and b, after 4 complete records")
  }

  @Test(arguments: [
    ("<!DOCTYPE html><html><body>Too Many Requests</body></html>", "not PubMed XML but an HTML page"),
    ("<html>\n<head><title>Error</title>\n<meta a>", "not PubMed XML but an HTML page"),
    (
      #"{"error":"API rate limit exceeded","api-key":"SECRET","count":"4","limit":"3"}"#,
      "not PubMed XML but a JSON message: \"API rate limit exceeded\""
    ),
    (#"{"header":{"type":"esearch"}}"#, "not PubMed XML but JSON"),
    ("\u{1F}\u{8B}", "not PubMed XML but binary data"),
    ("pmid,title\n", "not PubMed XML but other text"),
    ("<eSearchResult><Count>0</Count></eSearchResult>", "not PubMed XML: its root element is <eSearchResult>"),
    (
      "<eFetchResult>\n\t<ERROR>Cannot retrieve history data.</ERROR>\n</eFetchResult>",
      "not PubMed XML: EFetch answered with an error: Cannot retrieve history data."
    ),
    (
      "<!DOCTYPE x [<!ENTITY a \"b\">]><PubmedArticleSet/>",
      "not PubMed XML: it declares the entity \"a\", which PubMed never does"
    ),
    (
      "<!DOCTYPE x [<!ENTITY % a SYSTEM \"file:///etc/passwd\"> %a;]><PubmedArticleSet/>",
      "not PubMed XML: it declares the entity \"a\", which PubMed never does"
    ),
    (
      "<!DOCTYPE x SYSTEM \"y\"><PubmedArticleSet><PubmedArticle><MedlineCitation><Article><ArticleTitle>&nbsp;<i/>",
      "not PubMed XML: it uses the entity \"&nbsp;\", which XML does not know"
    ),
  ])
  func whatIsNoPubMedXML(source: String, message: String) {
    let failure = #expect(throws: Failure.self) { try parsedRows(source) }
    #expect(failure?.status == .badData)
    #expect(failure?.message == message)
    #expect(failure?.place?.file == "test.xml")
  }

  @Test func compressedBytesAreNamed() {
    let failure = #expect(throws: Failure.self) { try outputText([0x1F, 0x8B, 8, 0]) }
    #expect(failure?.message == "not PubMed XML but gzip data, compressed once more than expected")
  }

  @Test func bytesThatAreNoCharacters() {
    let cases: [([UInt8], String)] = [
      (
        Array("x".utf8) + [0xFF, 0xFE] + Array("</PubmedArticle>".utf8),
        "Input is not proper UTF-8, indicate encoding ! Bytes: 0xFF 0xFE 0x3C 0x2F"
      ),
      ([0xFF, 0xFE, 0x3C], "bytes that are no characters"),
      (Array("x\u{1}y</PubmedArticle>".utf8), "PCDATA invalid Char value 1"),
    ]
    for (bytes, message) in cases {
      let failure = #expect(throws: Failure.self) {
        try outputText(Array("<PubmedArticleSet><PubmedArticle>".utf8) + bytes)
      }
      #expect(failure?.message == "not well-formed XML: \(message), after 0 complete records")
    }
  }

  @Test func otherEncodings() throws {
    let latin =
      Array(
        "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><PubmedArticle><MedlineCitation><Article><ArticleTitle>M".utf8)
      + [0xFC] + Array("ller</ArticleTitle></Article></MedlineCitation></PubmedArticle>".utf8)
    #expect(
      try outputText(latin, fields: ArticleFields([.title]))
        == "{\"kind\":\"article\",\"pmid\":null,\"title\":\"Müller\"}\n")
    let failure = #expect(throws: Failure.self) { try outputText(latin + Array("<PubmedArticleSet/>".utf8)) }
    #expect(failure?.message.hasPrefix("not well-formed XML: Extra content at the end of the document") == true)
  }

  @Test func deepNestingIsRefused() {
    for opening in ["<x>", "<PubmedArticle><MedlineCitation><Article><ArticleTitle>", "<DeleteCitation><PMID>"] {
      let xml = "<PubmedArticleSet>" + opening + String(repeating: "<i>", count: 100_000)
      let failure = #expect(throws: Failure.self) { try parsedRows(xml) }
      #expect(failure?.message == "not PubMed XML: elements are nested more than 200 deep")
    }
  }

  /// Input that would cost minutes or gigabytes if it were let in: each is refused within megabytes.
  @Test(arguments: [
    ("<x a=\"", "a", "a tag, comment or CDATA section is longer than 1 MB"),
    ("<!--", "a", "a tag, comment or CDATA section is longer than 1 MB"),
    ("<![CDATA[", "a", "a tag, comment or CDATA section is longer than 1 MB"),
    ("<", "a", "a tag, comment or CDATA section is longer than 1 MB"),
  ])
  func aTagWithoutEndIsRefused(start: String, filler: String, message: String) {
    let xml = "<PubmedArticleSet>" + start + String(repeating: filler, count: 2 << 20)
    let failure = #expect(throws: Failure.self) { try outputText(Array(xml.utf8), chunk: 1 << 16) }
    #expect(failure?.message == "not PubMed XML: \(message)")
  }

  @Test func namesWithoutEndAreRefused() {
    let xml = "<PubmedArticleSet>" + (0..<100_000).map { "<name\($0)/>" }.joined()
    let failure = #expect(throws: Failure.self) { try parsedRows(xml) }
    #expect(
      failure?.message
        == "not well-formed XML: names of elements and attributes without end, after 0 complete records")
  }

  @Test func aRecordWithoutEndIsRefused() throws {
    let parser = ArticleParser(source: "big.xml")
    let filler = ByteBuffer()
    filler.append(Array(repeating: UInt8(ascii: "x"), count: 1 << 20))
    let start = ByteBuffer()
    start.append("<PubmedArticleSet><PubmedArticle><MedlineCitation><DateRevised>")
    try unsafe parser.parse(start.bytes)
    let failure = #expect(throws: Failure.self) {
      for _ in 0..<80 { try unsafe parser.parse(filler.bytes) }
    }
    #expect(failure?.message == "a record is larger than 32 MB")
  }

  @Test func randomDamageNeverPassesForAnotherError() throws {
    var generator = SeededGenerator()
    let original = Array(Self.two.utf8)
    for _ in 0..<2000 {
      var bytes = original
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
      }
      do {
        for line in try outputText(bytes, chunk: Int.random(in: 1...200, using: &generator)).split(separator: "\n") {
          _ = try JSONValue.parse(String(line))
        }
      } catch {
        #expect(error.status == .badData, "seed \(generator.seed)")
      }
    }
  }
}
