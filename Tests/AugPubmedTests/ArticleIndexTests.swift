import MillraceCore
import Support
import Testing

@testable import aug_pubmed

@Suite struct ArticleIndexTests {
  let folder = TemporaryFolder()

  @Test func laterFilesAndVersionsReplaceAndDeletionsRemove() throws {
    let index = try index(
      [1, 2, 3, 4, 5, 6],
      [
        set(
          article(1, 1, "old"), article(2, 2, "second"), article(2, 1, "first"), article(3, 1, "gone"),
          article(9, 1, "other")),
        set(article(1, 1, "new"), article(4, 1, "a"), article(4, 1, "b"), deletion(3), deletion(5)),
        set(article(5, 1, "back")),
      ])
    #expect(try title(index, 1) == "new")
    #expect(try title(index, 2) == "second")
    #expect(try title(index, 3) == nil)
    #expect(try title(index, 4) == "b")
    #expect(try title(index, 5) == "back")
    #expect(try title(index, 9) == nil)
    #expect(index.missing.map(\.description) == ["3", "6"])
    let row = ByteBuffer()
    #expect(try index.append(pmid("3"), to: row) == .deleted(.init(source: "file1.xml", version: 1)))
    #expect(try index.append(pmid("6"), to: row) == .missing)
    #expect(row.count == 0)
  }

  @Test func nothingIsLeftInTheFolder() throws {
    let index = try index([1], [set(article(1, 1, "x"))])
    #expect(try title(index, 1) == "x")
    #expect(folder.names.isEmpty)
  }

  @Test func manyRowsComeBackInAnyOrder() throws {
    let all = Array(1...3000)
    var generator = SeededGenerator()
    let texts = all.map { String(repeating: "t\($0) ", count: $0 % 50) }
    let index = try index(all, [set(zip(all, texts).map { article($0, 1, $1) }.joined())])
    for number in all.shuffled(using: &generator) {
      let expected = texts[number - 1]
      #expect(try title(index, number) == (expected.isEmpty ? nil : expected))
    }
    #expect(index.missing.isEmpty)
  }

  @Test func aMissingFolderIsNamed() throws {
    let failure = #expect(throws: Failure.self) {
      _ = try ArticleIndexBuilder(wanted: PMIDList([]), fields: .all, markup: .strip, folder: "/nowhere/at/all")
        .finish()
    }
    #expect(failure?.status == .cannotCreate)
    #expect(
      failure?.description
        == "cannot make a temporary file in /nowhere/at/all: no such file or directory (TMPDIR names another folder)")
  }

  @Test func aBrokenFileIsNamed() throws {
    let failure = #expect(throws: Failure.self) { _ = try index([1], [set(article(1, 1, "x")), "<PubmedArticleSet>"]) }
    #expect(failure?.place?.file == "file1.xml")
  }

  private func index(_ wanted: [Int], _ files: [String]) throws(Failure) -> ArticleIndex {
    let pmids = wanted.map { (number) in String(number) }.compactMap { try? pmid($0) }
    var builder = try ArticleIndexBuilder(
      wanted: PMIDList(pmids), fields: ArticleFields([.title]), markup: .strip, folder: folder.path)
    for (number, xml) in files.enumerated() {
      let bytes = ByteBuffer()
      bytes.append(xml)
      var chunks = [bytes]
      try builder.add("file\(number).xml") { chunks.popLast() }
    }
    return builder.finish()
  }

  private func title(_ index: ArticleIndex, _ number: Int) throws -> String? {
    let row = ByteBuffer()
    guard try index.append(pmid(String(number)), to: row).isFound else { return nil }
    let value = try unsafe JSONValue.parse(String(decoding: row.bytes, as: UTF8.self))
    #expect(value["pmid"]?.text == String(number))
    return value["title"]?.text
  }

  private func set(_ records: String...) -> String { "<PubmedArticleSet>\(records.joined())</PubmedArticleSet>" }

  private func article(_ pmid: Int, _ version: Int, _ title: String) -> String {
    "<PubmedArticle><MedlineCitation><PMID Version=\"\(version)\">\(pmid)</PMID><Article><ArticleTitle>\(title)"
      + "</ArticleTitle></Article></MedlineCitation></PubmedArticle>"
  }

  private func deletion(_ pmid: Int) -> String { "<DeleteCitation><PMID Version=\"1\">\(pmid)</PMID></DeleteCitation>" }
}
