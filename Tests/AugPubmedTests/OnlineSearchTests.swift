import ScriptedEUtilities
import MillraceCore
import Support
import Testing

/// What aug-pubmed asks of ESearch.
@Suite struct OnlineSearchTests {
  /// `make soak` takes more. A multiple of 200.
  private static let pmids = environmentVariable("MILLRACE_PMIDS").flatMap { Int($0) } ?? 2000

  @Test func theParametersAreThoseOfTheOptions() {
    let desk = PubMedDesk()
    let outcome = desk.run(
      "--query", "{g}[Gene] AND human[Organism]", "--fields", "pmids", "--max-articles", "7", "--since", "2015-03",
      "--until", "2020", "--date-type", "modification", "--sort", "date", "--email", "one@example.org",
      input: .text("g\nTP53\n"))
    #expect(outcome.status == 0)
    let request = desk.requests("esearch").first
    #expect(request?.method == "GET")
    #expect(
      request?.parameters == [
        NamedValue("db", "pubmed"), NamedValue("term", "TP53[Gene] AND human[Organism]"), NamedValue("retmode", "xml"),
        NamedValue("retmax", "7"), NamedValue("sort", "pub_date"), NamedValue("datetype", "mdat"),
        NamedValue("mindate", "2015/03"), NamedValue("maxdate", "2020"), NamedValue("tool", "millrace"),
        NamedValue("email", "one@example.org"),
      ])
  }

  @Test(arguments: [
    (["--since", "2015-03-01"], "pdat", "2015/03/01", "3000"), (["--until", "2015"], "pdat", "1000", "2015"),
    (["--since", "2015/3", "--date-type", "entry"], "edat", "2015/03", "3000"),
    (["--sort", "journal"], nil, nil, nil),
    (["--until", "2015", "--date-type", "publication"], "pdat", "1000", "2015"),
  ])
  func openEndsAreFilledIn(options: [String], type: String?, since: String?, until: String?) {
    let desk = PubMedDesk()
    #expect(desk.run(["--field", "g", "--fields", "pmids"] + options, input: .text("g\nTP53\n")).status == 0)
    let request = desk.requests("esearch").first
    #expect(request?["datetype"] == type)
    #expect(request?["mindate"] == since)
    #expect(request?["maxdate"] == until)
    #expect(request?["retmax"] == "20")
  }

  @Test func limitsOfTimeAreKept() throws {
    let desk = PubMedDesk()
    func pmids(_ options: String...) throws -> [String] {
      let outcome = desk.run(
        ["--field", "g", "--fields", "pmids,hits", "--max-articles", "9999", "--to", "ndjson"] + options,
        input: .text("g\nhuge5000\n"))
      return try #require(try outcome.rows.first?["pmids"]?.texts)
    }
    let all = try pmids()
    let (early, late) = (try pmids("--until", "2015-06-30"), try pmids("--since", "2015-07"))
    #expect(all.count == 5000)
    #expect(!early.isEmpty && !late.isEmpty)
    #expect(Set(early).isDisjoint(with: late))
    #expect(Set(early).union(late) == Set(all))
  }

  /// - Parameter searches: ten thousand articles a search at best, and a search for each cut that was needed to find out.
  @Test(arguments: [
    ("huge12345", [], 12_345, 8), ("huge60000", [], 60_000, 35), ("sameday20000", [], 20_000, 40),
    ("huge60000", ["--since", "2012-02-03"], 0, 40), ("huge60000", ["--until", "2020-06"], 0, 40),
    ("huge60000", ["--since", "2012", "--until", "2019-05-06", "--date-type", "entry"], 0, 40),
    ("sameday20000", ["--since", "2021-03-04", "--until", "2021-03-04"], 20_000, 25),
  ])
  func allArticlesBeyondTheLimitOfOneSearch(word: String, options: [String], count: Int, searches: Int) throws {
    let desk = PubMedDesk(corpus: 0)
    let outcome = desk.run(
      ["--field", "g", "--fields", "status,hits,pmids", "--all", "--to", "ndjson"] + options,
      input: .text("g\n\(word)\n"))
    #expect(outcome.status == 0)
    #expect(outcome.errorText == "")
    let row = try #require(try outcome.rows.first)
    let pmids = try #require(row["pmids"]?.texts)
    #expect(row["status"]?.text == "ok")
    #expect(row["hits"]?.integer == pmids.count)
    #expect(count == 0 ? pmids.count > 9999 && pmids.count < 60_000 : pmids.count == count)
    let isOnceEach = Set(pmids).count == pmids.count
    #expect(isOnceEach)
    let requests = desk.requests("esearch")
    #expect(requests.count <= searches, "\(requests.count) searches for \(pmids.count) articles")
    // No span is asked for twice.
    let asked = requests.map { "\($0["term"] ?? "") \($0["mindate"] ?? "") \($0["maxdate"] ?? "")" }
    #expect(Set(asked).count == asked.count)
    #expect(requests.allSatisfy { $0["retmax"] == "9999" })
  }

  @Test func allStopsAtTheNumberThatIsAskedFor() throws {
    let desk = PubMedDesk(corpus: 0)
    let outcome = desk.run(
      "--field", "g", "--fields", "status,pmids", "--all", "--max-articles", "15000", "--to", "ndjson",
      input: .text("g\nhuge60000\n"))
    let row = try #require(try outcome.rows.first)
    #expect(row["status"]?.text == "ok")
    let pmids = try #require(row["pmids"]?.texts)
    #expect(pmids.count == 15_000)
    #expect(Set(pmids).count == 15_000)
  }

  @Test func whatOneSearchDoesNotGiveIsTold() throws {
    let desk = PubMedDesk(corpus: 0)
    let outcome = desk.run(
      "--field", "g", "--fields", "status,hits,pmids", "--max-articles", "20000", "--to", "ndjson",
      input: .text("g\nhuge12345\nhuge11111\n"))
    #expect(outcome.status == 0)
    #expect(
      outcome.errorText
        == "aug-pubmed: warning: 2 rows are truncated: \"huge12345\" matches 12345 articles, 9999 were taken (--all takes "
        + "all)\n")
    let rows = try outcome.rows
    #expect(rows.map { $0["status"]?.text } == ["truncated", "truncated"])
    #expect(rows.map { $0["hits"]?.integer } == [12_345, 11_111])
    #expect(rows.map { $0["pmids"]?.elements?.count } == [9999, 9999])
    #expect(desk.requests("esearch").count == 2)
  }

  @Test func aSplitSearchThatFailsIsNoSmallSuccess() throws {
    let desk = PubMedDesk(
      corpus: 0, faults: FaultPlan(scripts: [FaultPlan.Script(of: "esearch", [nil, nil, .tooLong])]))
    let outcome = desk.run(
      "--field", "g", "--all", "--on-error", "skip", "--to", "ndjson", input: .text("g\nhuge12345\n"))
    #expect(outcome.status == 1)
    #expect(outcome.outputText == #"{"g":"huge12345","status":"failed_permanent","pmids":[],"articles":[]}"# + "\n")
    #expect(desk.requests("efetch").isEmpty)
  }

  @Test(arguments: [
    (["--since", "2021-02-30"], "not a date: \"2021-02-30\""), (["--since", "21"], "not a date: \"21\""),
    (["--until", "2021-13"], "not a date"),
    (["--since", "2022", "--until", "2021"], "--since must not be later than --until"),
    (["--max-articles", "0"], "--max-articles must be at least 1, not 0"), (["--sort", "size"], "size"),
    (["--query", "x"], "--query, --field and --pmid-field exclude each other"),
    (["--cache-age", "1e300s"], "expected a time such as"), (["--cache-age", "999999999d"], "100,000 days"),
    (["--timeout", "forever"], "--timeout must be between 1s and 1h"),
    (["--offline", "--refresh"], "exclude each other"),
  ])
  func wrongOptionsAreRefused(options: [String], text: String) {
    let desk = PubMedDesk()
    let outcome = desk.run(["--field", "g"] + options, input: .text("g\nTP53\n"))
    #expect(outcome.status == 64)
    #expect(outcome.errorText.contains(text), "\(outcome.errorText)")
    #expect(desk.server.requests.isEmpty)
  }

  @Test(arguments: [
    ("x AND {", "a { has no }"), ("a } b {g}", "a } has no {"), ("{}", "no field is named between { and }"),
    ("cancer", "the query names no field, so every row would ask the same"), ("{a{b}", "no field is named"),
  ])
  func wrongTemplatesAreRefused(template: String, text: String) {
    let outcome = PubMedDesk().run("--query", template, input: .text("g\nTP53\n"))
    #expect(outcome.status == 64)
    #expect(outcome.errorText.contains("--query: \(text)"), "\(outcome.errorText)")
  }

  @Test func aFieldThatATemplateMissesIsNamed() {
    let desk = PubMedDesk()
    let csv = desk.run("--query", "{gene}[Gene]", "-o", "out", input: .text("id,Gene\n1,TP53\n"))
    #expect(csv.status == 65)
    #expect(
      csv.errorText == "aug-pubmed: standard input:1: field \"gene\": no such column (the columns are id, Gene)\n")
    let ndjson = "{\"gene\":\"TP53\"}\n{\"id\":2}\n{\"gene\":\"EGFR\"}\n"
    let stopped = desk.run("--query", "{gene}[Gene]", "-o", "out", input: .text(ndjson))
    #expect(stopped.status == 65)
    #expect(stopped.errorText == "aug-pubmed: standard input:2: field \"gene\": the row has no such field\n")
    #expect(desk.server.requests.isEmpty)
    let skipped = desk.run("--query", "{gene}[Gene]", "--fields", "status", "--on-error", "skip", input: .text(ndjson))
    #expect(skipped.status == 1)
    #expect(skipped.outputText == "{\"gene\":\"TP53\",\"status\":\"ok\"}\n{\"gene\":\"EGFR\",\"status\":\"ok\"}\n")
    #expect(
      skipped.errorText.hasPrefix("aug-pubmed: warning: row left out: standard input:2: field \"gene\": the row has no")
    )
    #expect(!desk.folder.names.contains("out"))
  }

  @Test func valuesOfAllKindsReachTheService() {
    let desk = PubMedDesk()
    let values = [
      #""a \"quoted\" word""#: #"a quoted word[ti]"#, #""[3H]thymidine (x) \\""#: #"[3H]thymidine (x) \[ti]"#,
      #""two\nlines\r\n\tand\u0000more\u00a0""#: "two lines and more[ti]",
      #""α & β + 100% = é;#?""#: "α & β + 100% = é;#?[ti]",
      "12.50": "12.50[ti]", "true": "true[ti]",
    ]
    for (value, term) in values {
      desk.run("--query", "{v}[ti]", "--fields", "status", input: .text("{\"v\":\(value)}\n"))
      #expect(desk.requests("esearch").last?["term"] == term)
    }
    // A whole query keeps its quotes.
    desk.run("--field", "v", "--fields", "status", input: .text("{\"v\":\"\\\"lung cancer\\\"[ti]\"}\n"))
    #expect(desk.requests("esearch").last?["term"] == "\"lung cancer\"[ti]")
    let bad = desk.run(
      "--field", "v", "--fields", "status", "-o", "out", input: .bytes(Array("v\nab".utf8) + [0xff, 0x0a]))
    #expect(bad.status == 65)
    #expect(bad.errorText == "aug-pubmed: standard input:2: field \"v\": not text that a query can hold\n")
    let list = desk.run("--field", "v", "--fields", "status", "-o", "out", input: .text("{\"v\":[\"a\"]}\n"))
    #expect(list.errorText == "aug-pubmed: standard input:1: field \"v\": not text that a query can hold\n")
  }

  @Test func aQueryOfFiftyThousandCharactersIsPosted() {
    let desk = PubMedDesk()
    let query = (0..<7000).map { _ in "TP53" }.joined(separator: " OR ")
    #expect(query.utf8.count > 50_000)
    let outcome = desk.run("--field", "q", "--fields", "status", input: .text("q\n\(query)\n"))
    #expect(outcome.status == 0)
    #expect(outcome.outputText.hasSuffix(",ok\n"))
    #expect(desk.requests("esearch").map(\.method) == ["POST"])
    #expect(desk.requests("esearch").first?["term"] == query)
    #expect(outcome.errorText == "")
  }

  @Test func thousandsOfPMIDsOfOneRowAreFetched() throws {
    let count = Self.pmids
    let desk = PubMedDesk(corpus: count + count / 20)
    let pmids = (30_000_001..<30_000_001 + count + count / 25).filter { $0 % 97 != 0 }.prefix(count).map(String.init)
    #expect(pmids.count == count)
    let outcome = desk.run(
      "--pmid-field", "p", "--fields", "status,pmids,pmid", "--to", "ndjson",
      input: .text("p\n\(pmids.joined(separator: " "))\n"))
    #expect(outcome.status == 0)
    #expect(outcome.errorText == "")
    let row = try #require(try outcome.rows.first)
    #expect(row["status"]?.text == "ok")
    #expect(row["pmids"]?.texts == Array(pmids))
    #expect(row["articles"]?.elements?.compactMap { $0["pmid"]?.text } == Array(pmids))
    #expect(desk.requests("efetch").map(\.method) == Array(repeating: "POST", count: count / 200))
    #expect(desk.requests("efetch").map(\.asked) == Array(repeating: 200, count: count / 200))
  }

  @Test(arguments: [
    ("12a", "not a PMID: \"12a\" (a PMID is a whole number from 1, digits only)"), ("0", "not a PMID: \"0\""),
    ("-5", "not a PMID: \"-5\""), ("99999999999", "not a PMID: \"99999999999\""), ("PMC123", "not a PMID: \"PMC123\""),
  ])
  func whatIsNoPMIDIsNotAskedFor(value: String, text: String) {
    let desk = PubMedDesk()
    let outcome = desk.run("--pmid-field", "p", "-o", "out", input: .text("p\n30000001\n\(value)\n"))
    #expect(outcome.status == 65)
    #expect(outcome.errorText.hasPrefix("aug-pubmed: standard input:3: field \"p\": \(text)"), "\(outcome.errorText)")
    #expect(outcome.messages.count == 1)
    #expect(desk.server.requests.isEmpty)
  }
}
