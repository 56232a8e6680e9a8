import ScriptedEUtilities
import Support
import Testing

@Suite struct EUtilitiesFetchTests {
  static let record = """
    <PubmedArticle>
      <MedlineCitation><PMID Version="1">77</PMID><Article><Journal><JournalIssue><PubDate><MedlineDate>1998 Dec-1999 Jan\
    </MedlineDate></PubDate></JournalIssue><Title>J of &amp; X</Title></Journal><ArticleTitle>On <i>zyxomma</i> <sup>2</sup>.\
    </ArticleTitle><AuthorList><Author><LastName>Øxenhöh</LastName></Author></AuthorList></Article></MedlineCitation>
      <PubmedData><ArticleIdList><ArticleId IdType="doi">10.5555/ABC</ArticleId></ArticleIdList>
      <ReferenceList><Reference><ArticleIdList><ArticleId IdType="pubmed">78</ArticleId></ArticleIdList></Reference></ReferenceList>
      </PubmedData>
    </PubmedArticle>
    """
  static let book =
    "<PubmedBookArticle><BookDocument><PMID Version=\"1\">79</PMID></BookDocument></PubmedBookArticle>"

  let client = EUtilitiesClient {
    let set =
      "<?xml version=\"1.0\"?><PubmedArticleSet>\n\(Self.record)\n\(Self.book)\n<PubmedArticle/></PubmedArticleSet>"
    $0.recordFiles = [Array(set.utf8)]
  }

  @Test func recordsComeByteForByte() throws {
    #expect(
      try client.fetch("79,77,78,77") == """
        <?xml version="1.0" ?>
        <!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2025//EN" "https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd">
        <PubmedArticleSet>
        \(Self.book)\(Self.record)</PubmedArticleSet>
        """)
    let last = try #require(client.server.requests.last)
    #expect(last.asked == 4)
    #expect(last.returned == 2)
  }

  @Test(arguments: [
    "zyxomma[Title]", "øxenhöh[Author]", "zyxomma 1998:1999/06[pdat]", "10.5555/abc[doi]", "77", "zyxo*",
    "zyxomma AND 1998/12[dp]",
  ])
  func recordsAreFound(_ term: String) throws { #expect(try client.search(term).ids == [77]) }

  @Test(arguments: ["zyxomma[Author]", "zyxomma AND 1999[pdat]", "10.5555/abcd[doi]"])
  func recordsAreNotFound(_ term: String) throws { #expect(try client.search(term).ids == []) }

  @Test func somePMIDsDoNotExist() throws {
    let range = 30_000_001...30_000_400
    let text = try client.fetch(range.map(String.init).joined(separator: ","))
    let found = text.components(between: "<PMID Version=\"1\">", and: "<").compactMap { Int($0) }
    #expect(found == range.filter { $0 % 97 != 0 })
    #expect(text.contains("<PubmedBookArticle>"))
    #expect(text.contains("<AbstractText Label=\"METHODS\" NlmCategory=\"METHODS\">"))
    #expect(try client.fetch("1,233333333333333,99999999999999999999") == (try client.fetch("2")))
    #expect(try client.fetch("2").hasSuffix("\n<PubmedArticleSet>\n</PubmedArticleSet>"))
  }

  @Test func articlesAgreeWithSearches() throws {
    let ids = try client.search("huge40 AND human AND 2015:2018[pdat]", [("retmax", "40")]).ids
    #expect(ids.count > 3)
    let text = try client.fetch(ids.map(String.init).joined(separator: ","))
    #expect(text.components(between: "<PMID Version=\"1\">", and: "<").compactMap { Int($0) } == ids)
    let years = text.components(between: "<PubDate>", and: "</PubDate>").map { $0.filter(\.isNumber).prefix(4) }
    #expect(years.count == ids.count)
    #expect(years.allSatisfy { ("2015"..."2018").contains(String($0)) })
    // The same again, and from another server of the same seed.
    #expect(try EUtilitiesClient().fetch(ids.map(String.init).joined(separator: ",")) == text)
    #expect(try EUtilitiesClient { $0.seed = 2 }.fetch(String(ids[0])) != (try client.fetch(String(ids[0]))))
  }

  @Test func wrongIds() throws {
    let prolog = """
      <?xml version="1.0" encoding="UTF-8" ?>
      <!DOCTYPE eEfetchResult PUBLIC "-//NLM//DTD efetch 20131226//EN" "https://eutils.ncbi.nlm.nih.gov/eutils/dtd/20131226/efetch.dtd">

      """
    #expect(
      try client.fetch("") == prolog
        + "<eFetchResult>\n\t<ERROR>Supplied id parameter is empty.</ERROR>\n</eFetchResult>\n")
    let invalid = try #require(try client.ask("efetch", [("id", "abc,0")]).answer)
    #expect(invalid.status == 400)
    #expect(
      invalid.text == prolog
        + "<eFetchResult>\n\t<ERROR>ID list is empty! Possibly it has no correct IDs.</ERROR>\n</eFetchResult>\n")
    #expect(try client.fetch("abc,77").contains("<PMID Version=\"1\">77</PMID>"))
    #expect(try client.ask("efetch", [("id", "1"), ("retmode", "json")]).answer?.status == 400)
  }

  @Test func longAddressesAreRefused() throws {
    let ids = (30_000_001...30_001_000).map(String.init).joined(separator: ",")
    let refused = try #require(try client.ask("efetch", [("id", ids)], method: "GET").answer)
    #expect(refused.status == 414)
    #expect(refused.headers["content-type"] == "text/html")
    #expect(refused.text.contains("<title>Submitted URI too large!</title>"))
    #expect(try client.ask("efetch", [("id", ids)]).answer?.status == 200)
  }

  @Test func compressedOnRequest() throws {
    let folder = TemporaryFolder()
    let parameters = [("id", "77,30000001,30000002")]
    let answer = try #require(
      try client.ask("efetch", parameters, headers: "Accept-Encoding: deflate, gzip\r\n").answer)
    #expect(answer.headers["content-encoding"] == "gzip")
    let unpacked = Executable("/bin/gzip").run(["-dc"], input: .bytes(answer.body), workingDirectory: folder.path)
    #expect(unpacked.status == 0)
    #expect(unpacked.outputText == (try client.fetch("77,30000001,30000002")))
  }

  @Test func posted() throws {
    let answer = SearchAnswer(text: try #require(try client.ask("epost", [("id", "79,77")]).answer).text)
    let environment = try #require(answer.values("WebEnv").first)
    let fetched = try client.ask("efetch", [("WebEnv", environment), ("query_key", "1")]).answer
    #expect(fetched?.text == (try client.fetch("79,77")))
    #expect(try client.ask("efetch", [("WebEnv", "other"), ("query_key", "1")]).answer?.status == 400)
  }

  @Test(.enabled(if: fixtures != nil, "MILLRACE_FIXTURES names no folder of real input"))
  func realRecordsComeByteForByte() throws {
    let folder = "\(fixtures ?? "")/pubmed/efetch-xml"
    let files = names(ofFolder: folder).sorted().compactMap { readFile("\(folder)/\($0)") }
    let client = EUtilitiesClient { $0.recordFiles = files }
    var compared = 0
    for file in files {
      let text = String(decoding: file, as: UTF8.self)
      guard let start = text.firstRange(of: "<PubmedArticle>"), let end = text.firstRange(of: "</PubmedArticle>") else {
        continue
      }
      let article = text[start.lowerBound..<end.upperBound]
      let pmid = try #require(String(article).components(between: "<PMID Version=\"1\">", and: "<").first)
      // Some articles are in two files, in two states.
      let served = try client.fetch(pmid)
      if !served.contains(article) {
        #expect(files.count { String(decoding: $0, as: UTF8.self).contains("<PMID Version=\"1\">\(pmid)</PMID>") } > 1)
      }
      compared += 1
    }
    #expect(compared > 100)
  }
}
