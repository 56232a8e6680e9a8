import ScriptedEUtilities
import MillraceCore
import Support
import Testing

/// What becomes of rows, whose articles come from PubMed.
@Suite struct OnlineRowTests {
  /// Three articles on alpha, one of them on beta too.
  private static let records = [
    PubMedDesk.article(11, "Alpha one"), PubMedDesk.article(12, "Alpha two and beta"),
    PubMedDesk.article(13, "Alpha <i>three</i><sup>2+</sup>"),
  ].joined()

  private let desk = PubMedDesk(records: [Self.records], corpus: 0)

  @Test func everyStatusOfAQuery() throws {
    let rows = "word\nbeta\nnosuchword\nalpha unknownword\n\"\"\n"
    let outcome = desk.run(
      "--field", "word", "--fields", "hits,status,pmids,title", "--to", "ndjson", input: .text(rows))
    #expect(outcome.status == 0)
    #expect(outcome.errorText == "")
    #expect(
      outcome.outputText == """
        {"word":"beta","hits":1,"status":"ok","pmids":["12"],\
        "articles":[{"kind":"article","pmid":"12","title":"Alpha two and beta"}]}
        {"word":"nosuchword","hits":0,"status":"no_hits","pmids":[],"articles":[]}
        {"word":"alpha unknownword","hits":3,"status":"partial_query","pmids":["12","13","11"],\
        "articles":[{"kind":"article","pmid":"12","title":"Alpha two and beta"},\
        {"kind":"article","pmid":"13","title":"Alpha three²⁺"},{"kind":"article","pmid":"11","title":"Alpha one"}]}
        {"word":"","hits":null,"status":"no_query","pmids":[],"articles":[]}

        """
    )
  }

  @Test func everyStatusOfPMIDs() throws {
    let rows = "ids\n11;12\n11 99\n99\n\"\"\n"
    let outcome = desk.run("--pmid-field", "ids", "--fields", "status,pmids", "--to", "ndjson", input: .text(rows))
    #expect(outcome.status == 0)
    #expect(outcome.errorText == "aug-pubmed: warning: 1 PMID was not found: 99\n")
    #expect(
      outcome.outputText == """
        {"ids":"11;12","status":"ok","pmids":["11","12"]}
        {"ids":"11 99","status":"partly_found","pmids":["11","99"]}
        {"ids":"99","status":"not_found","pmids":["99"]}
        {"ids":"","status":"no_pmid","pmids":[]}

        """)
    #expect(desk.requests("esearch").isEmpty)
    // What an answer leaves out is asked for once more.
    #expect(desk.requests("efetch").map { $0["id"] } == ["11,12,99", "99"])
  }

  /// What cannot go into the output is known before the service is asked.
  @Test func nobodyAsksForARowThatCannotBeWritten() {
    let rows = Array("word,note\nbeta,fine\nalpha,caf".utf8) + [0xe9] + Array("\n".utf8)
    let arguments = ["--field", "word", "--fields", "status", "--to", "ndjson"]
    let failed = desk.run(arguments, input: .bytes(rows))
    #expect(failed.status == 65)
    #expect(failed.errorText.contains("not UTF-8: byte 0xe9"))
    #expect(desk.requests("esearch").isEmpty)
    let skipped = desk.run(arguments + ["--on-error", "skip"], input: .bytes(rows))
    #expect(skipped.status == 1)
    #expect(skipped.outputText.hasPrefix("{\"word\":\"beta\",\"note\":\"fine\","))
    #expect(skipped.outputText.split(separator: "\n").count == 1)
    #expect(desk.requests("esearch").map { $0["term"] } == ["beta"])
  }

  @Test(arguments: ["csv", "tsv", "ndjson"]) func thePMIDsOfOneRunAreTheQuestionOfAnother(format: String) {
    let first = desk.run("--field", "g", "--fields", "pmids", "--to", format, input: .text("g\nalpha\nnosuchword\n"))
    let second = desk.run("--pmid-field", "pmids", "--fields", "status", "--to", "csv", input: .bytes(first.output))
    #expect(second.status == 0)
    #expect(
      second.outputText.split(separator: "\n").map { $0.split(separator: ",").last } == ["status", "ok", "no_pmid"])
    #expect(desk.requests("efetch").map { $0["id"] } == ["12,13,11"])
    let broken = desk.run("--pmid-field", "p", input: .text("p\n[12\n"))
    #expect(broken.status == 65)
    #expect(broken.errorText.contains("not a PMID: \"[12\""))
  }

  @Test func rowsThatTheServiceFailsSayHow() throws {
    // Both rows ask the same, and the one search is refused.
    let desk = PubMedDesk(faults: FaultPlan(scripts: [FaultPlan.Script(of: "esearch", [.tooLong, nil])]))
    let outcome = desk.run(
      "--field", "g", "--fields", "status", "--on-error", "skip", "--jobs", "1", input: .text("g\nTP53\nTP53\n"))
    #expect(outcome.status == 1)
    #expect(outcome.outputText == "g,status\nTP53,failed_permanent\nTP53,failed_permanent\n")
    #expect(
      outcome.errorText == "aug-pubmed: warning: PubMed refuses 2 rows\n")
    let again = desk.run("--field", "g", "--fields", "status", input: .text("g\nTP53\n"))
    #expect(again.outputText == "g,status\nTP53,ok\n")
    #expect(again.status == 0)
  }

  @Test func aServiceThatFailsEndsTheRunOrQuarantinesRows() {
    let desk = PubMedDesk(faults: FaultPlan(rates: [FaultPlan.Rate(.tooLong, 1)]))
    let outcome = desk.run("--field", "g", "-o", "out.csv", input: .text("g\nTP53\n"))
    #expect(outcome.status == 65)
    #expect(
      outcome.errorText
        == "aug-pubmed: PubMed refuses the query \"TP53\": the request is too long for the service (--on-error skip marks "
        + "such rows and goes on)\n")
    #expect(desk.folder.read("out.csv") == nil)
    let quarantined = desk.run(
      "--field", "g", "--on-error", "quarantine=bad", "-o", "out.csv", input: .text("g\nTP53\n\"\"\n"))
    #expect(quarantined.status == 1)
    #expect(desk.folder.text("out.csv") == "g,status,pmids,articles\n\"\",no_query,[],[]\n")
    #expect(
      desk.folder.text("bad") == """
        {"file":"standard input","line":2,"reason":"failed_permanent: the request is too long for the service",\
        "record":"TP53"}

        """)
  }

  @Test func anArticleThatASearchNamesAndNobodyHasIsAskedForTwice() {
    let desk = PubMedDesk(
      records: [Self.records], corpus: 0,
      faults: FaultPlan(scripts: [FaultPlan.Script(of: "efetch", [.missingArticles])]))
    let outcome = desk.run("--field", "g", "--fields", "status,pmids", input: .text("g\nalpha\n"))
    #expect(outcome.outputText == "g,status,pmids\nalpha,ok,\"[\"\"12\"\",\"\"13\"\",\"\"11\"\"]\"\n")
    // PMIDs alone need no article; with articles the one that was left out is asked for once more.
    #expect(desk.requests("efetch").isEmpty)
    let whole = desk.run("--field", "g", "--fields", "status,title", "--explode", input: .text("g\nalpha\n"))
    #expect(whole.outputText.split(separator: "\n").count == 4)
    #expect(desk.requests("efetch").map { $0["id"] } == ["12,13,11", "12"])
  }

  // MARK: Fields

  @Test(arguments: [
    ("status", #"{"g":"beta","status":"ok"}"#, 0), ("pmids", #"{"g":"beta","pmids":["12"]}"#, 0),
    ("hits", #"{"g":"beta","hits":1}"#, 0),
    ("hits,pmids,status", #"{"g":"beta","hits":1,"pmids":["12"],"status":"ok"}"#, 0),
    (
      "title",
      #"{"g":"beta","status":"ok","pmids":["12"],"articles":[{"kind":"article","pmid":"12","title":"Alpha two and beta"}]}"#,
      1
    ),
    ("hits,pmid", #"{"g":"beta","hits":1,"articles":[{"kind":"article","pmid":"12"}]}"#, 1),
    ("articles,pmid", #"{"g":"beta","articles":[{"kind":"article","pmid":"12"}]}"#, 1),
  ])
  func onlyTheFieldsThatAreAskedFor(fields: String, line: String, fetches: Int) {
    let outcome = desk.run("--field", "g", "--fields", fields, input: .text("{\"g\":\"beta\"}\n"))
    #expect(outcome.outputText == line + "\n")
    #expect(outcome.errorText == "")
    #expect(desk.requests("esearch").count == 1)
    #expect(desk.requests("efetch").count == fetches)
  }

  @Test(arguments: [
    ("status,status", "the field \"status\" is there twice"), ("nosuch", "no field is called \"nosuch\""),
    ("", "no field is called \"\""), ("status,,pmids", "no field is called \"\""),
  ])
  func wrongFieldsAreRefused(fields: String, text: String) {
    let outcome = desk.run("--field", "g", "--fields", fields, input: .text("g\nbeta\n"))
    #expect(outcome.status == 64)
    #expect(outcome.errorText.contains(text), "\(outcome.errorText)")
    #expect(desk.server.requests.isEmpty)
  }

  @Test func explodedRowsStandByThemselves() {
    let rows = "g\nbeta\nnosuchword\n\"\"\n"
    let csv = desk.run("--field", "g", "--fields", "hits,status,pmid,title", "--explode", input: .text(rows))
    #expect(
      csv.outputText == """
        g,hits,status,kind,pmid,title
        beta,1,ok,article,12,Alpha two and beta
        nosuchword,0,no_hits,,,
        "",,no_query,,,

        """)
    let ndjson = desk.run(
      "--field", "g", "--fields", "pmid", "--explode", "--prefix", "p_", "--to", "ndjson", input: .text(rows))
    #expect(
      ndjson.outputText == """
        {"g":"beta","p_status":"ok","p_kind":"article","p_pmid":"12"}
        {"g":"nosuchword","p_status":"no_hits","p_kind":null,"p_pmid":null}
        {"g":"","p_status":"no_query","p_kind":null,"p_pmid":null}

        """)
  }

  @Test(arguments: [
    ("unicode", "Alpha three²⁺"), ("strip", "Alpha three2+"), ("html", "Alpha <i>three</i><sup>2+</sup>"),
  ])
  func markupIsAsAsked(markup: String, title: String) {
    let outcome = desk.run(
      "--pmid-field", "p", "--fields", "title", "--markup", markup, "--explode", input: .text("p\n13\n"))
    #expect(outcome.outputText.hasSuffix("13,ok,article,13,\(title)\n"), "\(outcome.outputText)")
    // The record is kept as it came: another way to write it asks for nothing.
    let other = desk.run(
      "--pmid-field", "p", "--fields", "title", "--markup", "html", "--explode", input: .text("p\n13\n"))
    #expect(other.outputText.hasSuffix("Alpha <i>three</i><sup>2+</sup>\n"))
    #expect(desk.requests("efetch").count == 1)
  }

  @Test func booksAreArticlesToo() throws {
    let desk = PubMedDesk()
    // Of PMIDs that leave 5 when divided by 211 the invented ones are books.
    let pmid = (30_000_001...30_002_000).first { $0 % 211 == 5 && $0 % 97 != 0 } ?? 0
    let outcome = desk.run("--pmid-field", "p", input: .text("{\"p\":\(pmid)}\n"))
    let article = try #require(try outcome.rows.first?["articles"]?.elements?.first)
    #expect(article["kind"]?.text == "book")
    #expect(article["pmid"]?.text == "\(pmid)")
  }

  @Test func aFieldThatIsThereAlreadyIsTold() {
    let outcome = desk.run("--field", "g", "-o", "out", input: .text("g,status\nbeta,1\n"))
    #expect(outcome.status == 65)
    #expect(
      outcome.errorText
        == "aug-pubmed: standard input: the input has a field \"status\" already, which this tool adds (rename the field of "
        + "the input, or give what is added a --prefix)\n")
    #expect(desk.server.requests.isEmpty)
    let prefixed = desk.run(
      "--field", "g", "--prefix", "pubmed_", "--fields", "status", input: .text("g,status\nbeta,1\n"))
    #expect(prefixed.outputText == "g,status,pubmed_status\nbeta,1,ok\n")
  }

  // MARK: Rows in and out

  @Test func untouchedBytesStayAsTheyAre() {
    let row = #"{"n":1.50e+1, "u":"\u00e9\/", "g":"beta" ,"o":{"b":[1, 2 ]},"n":null"#
    let outcome = desk.run("--field", "g", "--fields", "status", input: .text(row + "}\n"))
    #expect(outcome.outputText.hasPrefix(row), "\(outcome.outputText)")
    let csv = desk.run(
      "--query", "{g}", "--fields", "status", input: .text("\"a\",g,b\r\n\"x\", beta ,\"y \"\"z\"\"\"\r\n"))
    #expect(csv.outputText == "\"a\",g,b,status\r\n\"x\", beta ,\"y \"\"z\"\"\",ok\r\n")
    let tsv = desk.run("--field", "g", "--fields", "status,pmids", input: .text("g\tb\nbeta\tx\n"))
    #expect(tsv.outputText == "g\tb\tstatus\tpmids\nbeta\tx\tok\t\"[\"\"12\"\"]\"\n")
  }

  @Test func severalInputsAreOneTable() {
    desk.folder.write("one.csv", "g,x\nbeta,1\n")
    desk.folder.write("two.csv", "x,g\n2,alpha")
    let outcome = desk.run("one.csv", "-", "two.csv", "--field", "g", "--fields", "hits", input: .text("g,x\n,3"))
    #expect(outcome.outputText == "g,x,hits\nbeta,1,1\n,3,\nalpha,2,3")
    #expect(outcome.status == 0)
  }

  @Test func emptyInputsAskNothing() {
    let empty = desk.run("--field", "g", "-o", "out", input: .text(""))
    #expect(empty.status == 0)
    #expect(desk.folder.read("out") == [])
    let header = desk.run("--field", "g", input: .text("g\n"))
    #expect(header.outputText == "g,status,pmids,articles\n")
    #expect(desk.server.requests.isEmpty)
  }

  @Test func rowsThatAskTheSameAreOneSearchAndOneFetch() throws {
    let rows = "g\nbeta\nalpha\nbeta\n\"beta \"\nalpha\n"
    let outcome = desk.run("--field", "g", "--fields", "status,pmid", "--to", "ndjson", "-o", "out", input: .text(rows))
    #expect(outcome.status == 0)
    #expect(desk.requests("esearch").compactMap { $0["term"] }.sorted() == ["alpha", "beta"])
    let asked = desk.requests("efetch").flatMap { $0["id"]?.split(separator: ",") ?? [] }
    #expect(asked.sorted() == ["11", "12", "13"])
    // Each request stands in the record of one row.
    let attempts = try desk.contexts("out.prov").map { $0["attempts"]?.elements?.count ?? 0 }
    #expect(attempts == [2, 1, 0, 0, 0])
  }

  @Test func anyNumberOfJobsWritesTheSame() {
    let genes = (0..<1300).map { "{\"g\":\"GENE\($0 % 400)\",\"n\":\($0)}\n" }.joined()
    desk.folder.write("genes.ndjson", genes)
    let desk = PubMedDesk()
    var outputs: [[UInt8]] = []
    for jobs in ["1", "2", "8"] {
      let outcome = desk.run(
        "--field", "g", "--fields", "hits,pmids,title", "--jobs", jobs, "--interval", "0", input: .text(genes))
      #expect(outcome.status == 0)
      outputs.append(outcome.output)
    }
    let isSame = outputs.allSatisfy { $0 == outputs[0] }
    #expect(isSame)
    let records = outputs[0].split(separator: 10)
    #expect(records.count == 1300)
    let isInOrder = records.enumerated().allSatisfy { number, line in
      String(decoding: line, as: UTF8.self).contains("\"n\":\(number),")
    }
    #expect(isInOrder)
    // One search a gene, and articles by the two hundred, in seven windows of rows: the second and third run asked for
    // nothing.
    #expect(desk.requests("esearch").count == 400)
    let asked = desk.requests("efetch").flatMap { $0["id"]?.split(separator: ",") ?? [] }
    #expect(Set(asked).count == asked.count)
    #expect(desk.requests("efetch").count <= asked.count / 200 + 7)
  }

  @Test func badRowsInTheMiddleAreLeftOutOrKept() throws {
    var rows = "n,g\n"
    for number in 1...1201 {
      rows += number % 400 == 0 ? "\(number),a,b\n" : number % 250 == 0 ? "\n\(number),alpha\n" : "\(number),beta\n"
    }
    rows.removeLast()
    let outcome = desk.run(
      "--field", "g", "--fields", "hits", "--on-error", "quarantine=bad", "--id-field", "n", "-o", "out",
      input: .text(rows))
    #expect(outcome.status == 1)
    let lines = (desk.folder.text("out") ?? "").split(separator: "\n").dropFirst()
    let expected = (1...1201).filter { $0 % 400 != 0 }.map { "\($0),\($0 % 250 == 0 ? "alpha,3" : "beta,1")" }
    #expect(lines.elementsEqual(expected) { $0 == $1 })
    let bad = try desk.records("bad")
    // Behind the header and the blank lines before rows 250, 500, 750 and 1,000.
    #expect(bad.compactMap { $0["line"]?.integer } == [402, 804, 1205])
    let items = try desk.contexts("out.prov").compactMap { $0["item"]?.text }
    #expect(items == (1...1201).filter { $0 % 400 != 0 }.map(String.init))
  }

  @Test func aDryRunSendsAndTouchesNothing() {
    desk.folder.write("g.csv", "g,p\nbeta,1\nalpha,2\nbeta,1\n")
    let before = desk.folder.names
    let outcome = desk.run("g.csv", "--field", "g", "-o", "out", "--dry-run")
    #expect(outcome.status == 0)
    #expect(
      outcome.messages.contains(
        "aug-pubmed: note: would search for 2 different queries, and fetch their articles, as far as the cache lacks them"
      ))
    let known = desk.run("g.csv", "--pmid-field", "p", "-o", "out", "--dry-run", environment: ["NCBI_EMAIL": nil])
    #expect(known.messages.contains("aug-pubmed: note: would fetch 2 different PMIDs, as far as the cache lacks them"))
    #expect(desk.server.requests.isEmpty)
    #expect(desk.folder.names == before)
  }

  @Test func missingPMIDsAreNamedOnceEach() {
    let rows = "p\n" + (100..<130).map { "\($0)\n\($0) 100\n" }.joined()
    let expected =
      "aug-pubmed: warning: 30 PMIDs were not found: "
      + (100..<120).map(String.init).joined(separator: ", ") + " and 10 more\n"
    for jobs in ["1", "8"] {
      let outcome = desk.run("--pmid-field", "p", "--fields", "status", "--jobs", jobs, input: .text(rows))
      #expect(outcome.errorText == expected)
    }
    // Of two windows of rows, each twice; the second run believes the first.
    #expect(desk.requests("efetch").count == 4)
  }
}
