import ScriptedEUtilities
import Support
import Testing

@Suite struct EUtilitiesSearchTests {
  let client = EUtilitiesClient()

  @Test func nothingFoundLooksAsRecorded() throws {
    let answer = try client.search("unknownword[Next Level]")
    #expect(
      answer.text == """
        <?xml version="1.0" encoding="UTF-8" ?>
        <!DOCTYPE eSearchResult PUBLIC "-//NLM//DTD esearch 20060628//EN" "https://eutils.ncbi.nlm.nih.gov/eutils/dtd/20060628/esearch.dtd">
        <eSearchResult><Count>0</Count><RetMax>0</RetMax><RetStart>0</RetStart><IdList/><TranslationSet/>\
        <QueryTranslation>unknownword[Next Level]</QueryTranslation>\
        <ErrorList><PhraseNotFound>unknownword[Next Level]</PhraseNotFound><FieldNotFound>Next Level</FieldNotFound></ErrorList>\
        <WarningList><OutputMessage>No items found.</OutputMessage></WarningList></eSearchResult>

        """)
  }

  @Test func hitsLookAsRecorded() throws {
    let answer = try client.search("TP53[Gene]", [("retmax", "2"), ("retstart", "1"), ("usehistory", "y")])
    let ids = answer.ids
    let all = try client.search("TP53[Gene]", [("retmax", "100")]).ids
    #expect(all.count > 3)
    #expect(ids == Array(all[1...2]))
    #expect(all == all.sorted(by: >))
    let environment = try #require(answer.values("WebEnv").first)
    #expect(
      answer.text == """
        <?xml version="1.0" encoding="UTF-8" ?>
        <!DOCTYPE eSearchResult PUBLIC "-//NLM//DTD esearch 20060628//EN" "https://eutils.ncbi.nlm.nih.gov/eutils/dtd/20060628/esearch.dtd">
        <eSearchResult><Count>\(all.count)</Count><RetMax>2</RetMax><RetStart>1</RetStart>\
        <QueryKey>1</QueryKey><WebEnv>\(environment)</WebEnv><IdList>
        <Id>\(ids[0])</Id>
        <Id>\(ids[1])</Id>
        </IdList><TranslationSet/><QueryTranslation>"tp53"[Gene Name]</QueryTranslation></eSearchResult>

        """)
    let fetched = try #require(
      try client.ask("efetch", [("WebEnv", environment), ("query_key", "1"), ("retmax", "3")]).answer)
    #expect(
      fetched.text.components(between: "<PMID Version=\"1\">", and: "<").compactMap { Int($0) } == Array(all[..<3]))
  }

  @Test func getAndPostAnswerAlike() throws {
    let parameters = [("term", "asthma[Title] OR diabetes[MeSH Terms]"), ("retmax", "500")]
    let one = try client.ask("esearch", parameters).answer
    let other = try client.ask("esearch", parameters, method: "GET").answer
    #expect(one?.status == 200)
    #expect(one?.body == other?.body)
  }

  @Test func droppedPhrases() throws {
    let gene = try client.search("BRCA1[Gene]")
    let partial = try client.search("unknownx AND BRCA1[Gene]")
    #expect(partial.ids == gene.ids)
    #expect(partial.values("PhraseNotFound") == ["unknownx"])
    #expect(partial.values("OutputMessage").isEmpty)
    let quoted = try client.search("\"unknown thing\"[Title] AND BRCA1[Gene]")
    #expect(quoted.ids == gene.ids)
    #expect(quoted.values("QuotedPhraseNotFound") == ["\"unknown thing\"[Title]"])
    #expect(quoted.values("PhraseNotFound").isEmpty)
    let field = try client.search("BRCA1[Nonsense]")
    #expect(field.ids == gene.ids)
    #expect(field.values("FieldNotFound") == ["Nonsense"])
    #expect(try client.search("qwertyzxcv").count == 0)
  }

  @Test func operatorsGoFromLeftToRight() throws {
    func ids(_ term: String) throws -> Set<Int> { Set(try client.search(term, [("retmax", "9999")]).ids) }
    let (asthma, human, gene) = (try ids("asthma"), try ids("human[Organism]"), try ids("KRAS[Gene]"))
    #expect(!asthma.isEmpty && human.count > 1000 && !gene.isEmpty)
    #expect(try ids("asthma AND human[Organism]") == asthma.intersection(human))
    #expect(try ids("asthma human") == asthma.intersection(human))
    #expect(try ids("asthma NOT human[Organism]") == asthma.subtracting(human))
    #expect(try ids("KRAS[Gene] OR asthma AND human[Organism]") == gene.union(asthma).intersection(human))
    #expect(try ids("KRAS[Gene] OR (asthma AND human[Organism])") == gene.union(asthma.intersection(human)))
    #expect(try ids("(KRAS[Gene] OR asthma) NOT ((human))") == gene.union(asthma).subtracting(human))
    #expect(try ids("humans[MeSH Terms]") == human)
    #expect(try ids("huge500 AND humans[mh]") == ids("huge500 AND human"))
    #expect((300..<500).contains(try ids("huge500 AND human").count))
    let some = gene.sorted()
    #expect(try ids("\(some[0])[UID] OR 1[PMID]") == [some[0]])
    #expect(try ids("KRAS[Gene] AND 1:\(some[0])[UID]") == [some[0]])
    #expect(try ids("10.99999/INVENTED.\(some[0])[doi]") == [some[0]])
  }

  @Test func thousandsOfTerms() throws {
    let term = (0..<6000).map { "\(30_000_001 + $0)[PMID]" }.joined(separator: " OR ")
    #expect(try client.search(term).count == (30_000_001...30_002_000).count { $0 % 97 != 0 })
    #expect(
      try client.search(String(repeating: "(", count: 50_000) + "TP53[Gene]").ids == client.search("TP53[Gene]").ids)
  }

  // MARK: The wall

  @Test func noMoreThan9999() throws {
    let clamped = try client.search("huge12345", [("retmax", "100000")])
    #expect(clamped.count == 12_345)
    #expect(Set(clamped.ids).count == 9999)
    #expect(clamped.values("RetMax") == ["9999"])
    #expect(clamped.values("OutputMessage") == ["Restrictions achieved. start and count adjusted to 0, 9999"])
    let edge = try client.search("huge12345", [("retstart", "9500"), ("retmax", "500")])
    #expect(edge.ids == Array(clamped.ids[9500...]))
    #expect(edge.ids.count == 499)
    #expect(edge.values("OutputMessage").isEmpty)
    let over = try client.search("huge12345", [("retstart", "9999")])
    #expect(
      over.values("ERROR").first?.hasPrefix("Search Backend failed: Exception:\n'retstart' cannot be larger than 9998.")
        == true)
    let json = try #require(
      try client.ask("esearch", [("term", "huge12345"), ("retstart", "9999"), ("retmode", "json")]).answer)
    // The line end stands raw in the string, as NCBI's does: this is not JSON.
    #expect(json.text.contains("\"ERROR\":\"Search Backend failed: Exception:\n'retstart'"))
    #expect(try client.search("human", [("retmax", "9999")]).values("OutputMessage").isEmpty)
  }

  @Test func dateRangesSplitALargeResult() throws {
    for kind in ["pdat", "edat", "mdat"] {
      var sum = 0
      for year in 2009...2030 {
        let dates = [("datetype", kind), ("mindate", "\(year)"), ("maxdate", "\(year)"), ("retmax", "0")]
        let count = try #require(try client.search("huge12345[Title]", dates).count)
        let tagged = try client.search("huge12345[Title] AND \(year)/01/01:\(year)/12/31[\(kind)]", [("retmax", "0")])
        #expect(tagged.count == count)
        sum += count
      }
      #expect(sum == 12_345)
    }
    // Both ends count, to the day.
    let day = try client.search(
      "sameday300", [("mindate", "2021/03/04"), ("maxdate", "2021/03/04"), ("datetype", "edat")])
    #expect(day.count == 300)
    #expect(day.values("QueryTranslation") == ["(\"sameday300\"[All Fields]) AND 2021/03/04:2021/03/04[Date - Entry]"])
    #expect(try client.search("sameday300", [("mindate", "2022"), ("maxdate", "2021/03")]).values("ERROR") != [])
    #expect(try client.search("sameday300", [("mindate", "2021/03/05"), ("maxdate", "2022")]).count == 0)
    #expect(try client.search("sameday300", [("mindate", "2021/03/05")]).count == 300)
    #expect(
      try client.search("sameday300 AND (\"2021/03/04\"[Date - Publication] : \"3000\"[Date - Publication])").count
        == 300)
  }

  @Test func identifiersSplitADay() throws {
    var (sum, parts) = (0, 0)
    for low in stride(from: 36_000_001, to: 39_000_000, by: 500_000) {
      let count = try client.search("sameday20000 AND \(low):\(low + 499_999)[UID]", [("rettype", "count")]).count
      sum += count ?? 0
      parts += (1...9999).contains(count ?? 0) ? 1 : 0
    }
    #expect(sum == 20_000)
    #expect(parts == 6)
  }

  @Test func sorting() throws {
    let parameters = [("retmax", "9999"), ("sort", "pub_date")]
    let ids = try client.search("asthma", parameters).ids
    let plain = try client.search("asthma", [("retmax", "9999")]).ids
    #expect(Set(ids) == Set(plain))
    #expect(ids != plain)
    #expect(try client.search("asthma", [("retmax", "9999"), ("sort", "relevance")]).ids != plain)
  }

  @Test func wrongRequests() throws {
    #expect(try client.search("").values("ERROR") == ["Empty term and query_key - nothing todo"])
    let other = try #require(try client.ask("esearch", [("db", "nonsense"), ("term", "x")]).answer)
    #expect(other.text.contains("<eSearchResult><ERROR>Invalid db name specified: nonsense</ERROR>"))
  }
}
