import MillraceCore
import Support
import Testing

/// aug-pubmed with rows.
@Suite struct AugmentCommandTests {
  let desk = Desk()

  private let augmented = """
    gene,pmid,note,status,pmids,articles\r
    A,1,"x, ""y"" z",ok,"[""1""]","[{""kind"":""article"",""pmid"":""1"",""title"":""First title""}]"\r
    B,2;3,,ok,"[""2"",""3""]","[{""kind"":""article"",""pmid"":""2"",""title"":""Second""},\
    {""kind"":""article"",""pmid"":""3"",""title"":""Third""}]"\r
    C,77,,not_found,"[""77""]",[]\r
    D,,,no_pmid,[],[]\r

    """

  @Test(arguments: [
    "aug-pubmed --xml one.xml --pmid-field pmid --fields title < rows.csv",
    "aug-pubmed rows.csv --pmid-field pmid --fields title --xml one.xml",
    "aug-pubmed augment --pmid-field pmid --fields title --xml one.xml -- rows.csv",
    "cat rows.csv | aug-pubmed --xml one.xml --pmid-field pmid --fields title",
    "aug-pubmed --pmid-field pmid --fields title --xml <(gzip -c one.xml) -- <(cat rows.csv)",
    "aug-pubmed --pmid-field pmid --fields title --xml - -- rows.csv < one.xml",
    "gzip -c rows.csv | aug-pubmed --jobs 1 --xml one.xml --pmid-field pmid --fields title",
    "aug-pubmed --xml one.xml --pmid-field pmid --fields title -o out.csv rows.csv && cat out.csv",
  ]) func rowsComeWithArticles(line: String) {
    let outcome = desk.shell(line)
    #expect(outcome.outputText == augmented)
    #expect(outcome.errorText == "aug-pubmed: warning: 1 PMID was not found: 77\n")
    #expect(outcome.status == 0)
  }

  @Test func xmlTakesEveryWordUpToTheNextOption() {
    let outcome = desk.shell("aug-pubmed --xml *.xml --pmid-field pmid --fields version,title --to ndjson < rows.csv")
    #expect(
      outcome.outputText.split(separator: "\n").dropFirst().first == """
        {"gene":"B","pmid":"2;3","note":"","status":"partly_found","pmids":["2","3"],"articles":\
        [{"kind":"article","pmid":"2","version":2,"title":"Second, corrected"}]}
        """)
    #expect(outcome.errorText == "aug-pubmed: warning: 2 PMIDs were not found: 3, 77\n")
  }

  @Test func rowsBehindXMLAreNoticedAtOnce() {
    for input in ["/dev/null", "rows.csv"] {
      let outcome = desk.shell("aug-pubmed --pmid-field pmid -o out.csv --xml one.xml rows.csv < \(input)")
      #expect(outcome.status == 65)
      #expect(
        outcome.errorText
          == "aug-pubmed: rows.csv:1: not PubMed XML but other text (rows that articles are to be added to stand "
          + "before --xml)\n")
      #expect(desk.folder.text("out.csv") == nil)
    }
  }

  @Test func severalInputsAreOneTable() {
    desk.folder.write("more.csv", "gene,pmid,note\nE,1,")
    let outcome = desk.run(
      "more.csv", "-", "--pmid-field", "pmid", "--xml", "one.xml", input: .text("gene,pmid,note\nF,2,\n"))
    #expect(outcome.status == 0)
    #expect(outcome.outputText.split(separator: "\n").map { $0.prefix(6) } == ["gene,p", "E,1,,o", "F,2,,o"])
  }

  @Test func untouchedBytesSurvive() {
    let row = #"{ "pmid" : [1, "2"],"n":1.50e+3 ,"s":"\u00e9\/","x":{"b":[ ],"a":null},"n":2 }"#
    let outcome = desk.run("--pmid-field", "pmid", "--fields", "pmid", "--xml", "one.xml", input: .text(row + "\n"))
    let added =
      #","status":"ok","pmids":["1","2"],"articles":[{"kind":"article","pmid":"1"},{"kind":"article","pmid":"2"}]}"#
    #expect(
      outcome.outputText == row.dropLast(2) + added + "\n" || outcome.outputText == row.dropLast(1) + added + "\n")
  }

  @Test func emptyInputAndHeaderOnly() {
    let empty = desk.run("--pmid-field", "pmid", "--xml", "one.xml", input: .text(""))
    #expect(empty.status == 0)
    #expect(empty.output == [])
    #expect(empty.errorText == "")
    let header = desk.run("--pmid-field", "pmid", "--xml", "one.xml", input: .text("a,pmid\n"))
    #expect(header.status == 0)
    #expect(header.outputText == "a,pmid,status,pmids,articles\n")
  }

  @Test(arguments: [
    ("a,b\n1,2\n", 65, "standard input:1: field \"pmid\": no such column (the columns are a, b)"),
    ("a,b\n", 65, "standard input:1: field \"pmid\": no such column (the columns are a, b)"),
    ("{\"pmid\":1}\n{\"a\":1}\n", 65, "standard input:2: field \"pmid\": the row has no such field"),
    (
      "pmid\n1\n12x\n", 65,
      "standard input:3: field \"pmid\": not a PMID: \"12x\" (a PMID is a whole number from 1, digits only)"
    ),
    (
      "{\"pmid\":1.0}\n", 65,
      "standard input:1: field \"pmid\": not a PMID: \"1.0\" (a PMID is a whole number from 1, digits only)"
    ),
    (
      "pmid,status\n1,x\n", 65,
      "standard input: the input has a field \"status\" already, which this tool adds (rename the field of the input, or "
        + "give what is added a --prefix)"
    ),
    (
      "a,pmid\n1,2,3\n", 65,
      "standard input:2: 3 values, where the header names 2 (--ragged trim drops the surplus ones)"
    ),
    (
      "a,pmid\n\"x,1\n", 65,
      "standard input:2: a quote is opened on this line and never closed"
    ),
  ])
  func badRowsStopTheRun(rows: String, status: Int, text: String) {
    let outcome = desk.run("--pmid-field", "pmid", "-o", "out", "--xml", "one.xml", input: .text(rows))
    #expect(outcome.status == Int32(status))
    #expect(outcome.errorText.hasPrefix("aug-pubmed: \(text)"), "\(outcome.errorText)")
    #expect(outcome.errorText.split(separator: "\n").count == 1)
    #expect(!desk.folder.names.contains { $0.hasPrefix("out") || $0.hasPrefix(".millrace") })
  }

  @Test func aMissingColumnIsNoMatterOfSingleRows() {
    let outcome = desk.run("--pmid-field", "PMID", "--on-error", "skip", "--xml", "one.xml", input: .text("pmid\n1\n"))
    #expect(outcome.status == 65)
    #expect(
      outcome.errorText == "aug-pubmed: standard input:1: field \"PMID\": no such column (the columns are pmid)\n")
  }

  @Test func skipLeavesBadRowsOut() throws {
    let rows = "pmid\n1\nPMID2\n\n2\n0\n"
    let outcome = desk.run(
      "--pmid-field", "pmid", "--fields", "pmid", "--on-error", "skip", "-o", "out.csv", "--xml", "one.xml",
      input: .text(rows))
    #expect(outcome.status == 1)
    #expect(desk.folder.text("out.csv")?.split(separator: "\n").map { $0.prefix(4) } == ["pmid", "1,ok", "2,ok"])
    #expect(
      outcome.errorText == """
        aug-pubmed: warning: row left out: standard input:3: field "pmid": not a PMID: "PMID2" (a PMID is a whole number \
        from 1, digits only)
        aug-pubmed: warning: row left out: standard input:6: field "pmid": not a PMID: "0" (a PMID is a whole number from \
        1, digits only)
        aug-pubmed: warning: 2 rows left out

        """)
    let stage = try #require(try desk.records("out.csv.prov").first { $0["kind"]?.text == "stage" })
    #expect(stage["status"]?.json == "1")
    #expect(stage["rows"]?["dropped"]?.json == "2")
  }

  @Test func quarantineKeepsBadRowsWithReasons() {
    let outcome = desk.run(
      "--pmid-field", "pmid", "--on-error", "quarantine=bad.ndjson", "--xml", "one.xml",
      input: .text("pmid,x\n1,a\nn/a,\"b,c\"\n"))
    #expect(outcome.status == 1)
    #expect(
      desk.folder.text("bad.ndjson") == """
        {"file":"standard input","line":3,"field":"pmid","reason":"not a PMID: \\"n/a\\"","record":"n/a,\\"b,c\\""}

        """)
  }

  @Test func prefixKeepsFieldsOfTheInput() {
    let row = #"{"pmid":1,"status":"s","pmids":"p","articles":0"#
    let outcome = desk.run(
      "--pmid-field", "pmid", "--fields", "pmid", "--prefix", "pubmed_", "--xml", "one.xml", input: .text(row + "}\n"))
    #expect(
      outcome.outputText == row
        + #","pubmed_status":"ok","pubmed_pmids":["1"],"pubmed_articles":[{"kind":"article","pmid":"1"}]}"# + "\n")
  }

  @Test(arguments: [
    (["--xml", "no.xml"], 66, "no.xml: cannot open: no such file or directory"),
    (["--xml", "one.xml", "."], 66, ".: is a directory (name the files in it)"),
    (["--xml", "one.xml", "--", "no.csv"], 66, "no.csv: cannot open: no such file or directory"),
    (
      ["--xml", "cut.xml"], 65,
      "cut.xml:1: the XML is cut off: it ends inside a document, after 1 complete record (fetch"
    ),
    (["--xml", "page.html"], 65, "page.html:1: not PubMed XML but an HTML page"),
    (
      ["--xml", "one.xml", "-o", "no/out.csv"], 73, "no/out.csv: cannot create the file: no such file or directory (the"
    ),
    (
      ["--xml", "one.xml", "--on-error", "quarantine=no/bad"], 73,
      "no/bad: cannot create the file: no such file or directory (the folder no is missing: mkdir -p no)"
    ),
  ])
  func badFilesStopTheRun(arguments: [String], status: Int, text: String) {
    desk.folder.write("cut.xml", "<PubmedArticleSet>" + Desk.article(1, "x") + "<Pub")
    desk.folder.write("page.html", "<!DOCTYPE html><html></html>")
    let outcome = desk.run(["--pmid-field", "pmid"] + arguments, input: .text("pmid\n1\n"))
    #expect(outcome.status == Int32(status))
    #expect(outcome.errorText.hasPrefix("aug-pubmed: \(text)"), "\(outcome.errorText)")
    #expect(outcome.errorText.split(separator: "\n").count == 1)
    #expect(outcome.outputText == "" || outcome.status == 73)
  }

  @Test(
    .enabled(if: SmallDisk.isAvailable, "mounting a file system takes root"),
    .disabled(if: Sanitizer.current == .thread, "the sanitizer keeps a file of its own there"))
  func aFullTemporaryFolderIsTold() throws {
    let disk = try #require(SmallDisk(bytes: 64 << 10))
    let many = (1...3000).map { Desk.article($0, "title \($0)") }.joined()
    desk.folder.write("many.xml", "<PubmedArticleSet>\(many)</PubmedArticleSet>")
    let rows = "pmid\n" + (1...3000).map { "\($0)\n" }.joined()
    let outcome = desk.run(
      ["--pmid-field", "pmid", "-o", "out.csv", "--xml", "many.xml"], input: .text(rows),
      environment: ["TMPDIR": disk.folder.path])
    #expect(outcome.status == 74)
    #expect(
      outcome.errorText
        == "aug-pubmed: a temporary file in \(disk.folder.path): cannot write: no space left on device (TMPDIR names "
        + "another folder)\n")
    #expect(disk.folder.names == [])
    #expect(desk.folder.text("out.csv") == nil)
  }

  @Test func everyNumberOfJobsWritesTheSame() {
    var random = SeededGenerator()
    var rows = "id,pmid\n"
    for number in 0..<60_000 { rows += "\(number),\(Int.random(in: 1...9, using: &random))\n" }
    let one = desk.run(["--jobs", "1", "--pmid-field", "pmid", "--xml", "one.xml"], input: .text(rows))
    let four = desk.run(["--jobs", "4", "--pmid-field", "pmid", "--xml", "one.xml"], input: .text(rows))
    #expect(one.status == 0)
    let isSame = one.output == four.output
    #expect(isSame, "seed \(random.seed)")
  }

  @Test func aDryRunTouchesNothing() {
    let before = desk.folder.names
    let outcome = desk.run("rows.csv", "--pmid-field", "pmid", "--dry-run", "-o", "out.csv", "--xml", "one.xml")
    #expect(outcome.status == 0)
    #expect(outcome.errorText.contains("aug-pubmed: note: would write "))
    #expect(desk.folder.names == before)
  }

  @Test func missingPMIDsAreNamedInJSONToo() throws {
    let outcome = desk.run(
      ["--log-format", "json", "--pmid-field", "pmid", "--xml", "one.xml"],
      input: .text("pmid\n" + (100..<130).map { "\($0)\n" }.joined()))
    let line = try JSONValue.parse(outcome.errorText)
    #expect(line["message"]?.text?.hasSuffix("118, 119 and 10 more") == true)
    #expect(line["details"]?["missing"]?.elements?.count == 30)
  }

  @Test func theSidecarSaysWhereEveryArticleCameFrom() throws {
    let outcome = desk.run(
      "rows.csv", "--id-field", "gene", "--pmid-field", "pmid", "-o", "out.csv", "--xml", "one.xml", "two.xml")
    #expect(outcome.status == 0)
    let records = try desk.records("out.csv.prov")
    let stage = try #require(records.first { $0["kind"]?.text == "stage" })
    #expect(stage["inputs"]?.elements?.compactMap { $0["name"]?.text } == ["rows.csv", "one.xml", "two.xml"])
    #expect(stage["inputs"]?.elements?.allSatisfy { $0["sha256"]?.text?.count == 64 } == true)
    #expect(stage["parameters"]?["pmid-field"]?.text == "pmid")
    let rows = records.filter { $0["kind"]?.text == "context" }
    #expect(rows.compactMap { $0["item"]?.text } == ["A", "B", "C", "D"])
    #expect(rows.compactMap { $0["source"]?.text } == ["one.xml", "two.xml", "PubMed XML", "PubMed XML"])
    #expect(rows.allSatisfy { $0["fields"]?.json == "[\"status\",\"pmids\",\"articles\"]" })
    #expect(
      rows.map { $0["details"]?.json } == [
        "{\"articles\":[{\"pmid\":\"1\",\"version\":1,\"file\":\"one.xml\"}]}",
        "{\"articles\":[{\"pmid\":\"2\",\"version\":2,\"file\":\"two.xml\"}],\"deleted\":[{\"pmid\":\"3\",\"version\":1,"
          + "\"file\":\"two.xml\"}]}", "{\"missing\":[\"77\"]}", nil,
      ])
  }

  @Test func theSidecarHoldsSumsOrNothingWhenAsked() throws {
    desk.run("rows.csv", "--context", "none", "--pmid-field", "pmid", "-o", "out.csv", "--xml", "one.xml")
    #expect(try desk.records("out.csv.prov").map { $0["kind"]?.text } == ["pipeline", "stage"])
    desk.run("rows.csv", "--no-provenance", "--pmid-field", "pmid", "-o", "bare.csv", "--xml", "one.xml")
    #expect(desk.folder.names.contains("bare.csv"))
    #expect(!desk.folder.names.contains("bare.csv.prov"))
  }

  /// The whole point of reading XML as a stream: twenty times the XML takes no more memory.
  @Test(.disabled(if: Sanitizer.current != nil, "the sanitizer takes more memory itself"))
  func memoryDoesNotGrowWithTheXML() throws {
    func xml(_ copies: Int) -> String {
      let text = String(repeating: "words and words ", count: 40)
      return "<PubmedArticleSet>"
        + (1...copies).map { Desk.article($0, text) }.joined(separator: "\n") + "</PubmedArticleSet>"
    }
    desk.folder.write("small.xml", xml(1500))
    desk.folder.write("large.xml", xml(30_000))
    for arguments in [["parse"], ["parse", "--to", "csv"], ["rows.csv", "--pmid-field", "pmid", "--xml"]] {
      /// As the run itself records it: what the system tells of a child begins with the memory of its parent.
      func peakMemory(_ file: String) throws -> Int {
        #expect(desk.run([arguments[0], "-o", "out"] + arguments.dropFirst() + [file]).status == 0)
        let stage = try desk.records("out.prov").first { $0["kind"]?.text == "stage" }
        return try #require(stage?["resources"]?["memory"]?.integer)
      }
      let (small, large) = (try peakMemory("small.xml"), try peakMemory("large.xml"))
      #expect(large < small + 6 << 20, "\(arguments): \(small), \(large)")
    }
  }
}
