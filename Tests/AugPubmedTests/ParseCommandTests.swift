import Glibc
import MillraceCore
import Support
import Testing

/// aug-pubmed parse, and what all of aug-pubmed says to wrong usage.
@Suite struct ParseCommandTests {
  let desk = Desk()

  @Test func writesRowsOfArticlesAndDeletions() throws {
    let outcome = desk.run("parse", "--fields", "pmid,title", "one.xml", "-", input: .file(desk.folder("two.xml")))
    #expect(outcome.status == 0)
    #expect(outcome.errorText == "")
    #expect(
      outcome.outputText == """
        {"kind":"article","pmid":"1","title":"First title"}
        {"kind":"article","pmid":"2","title":"Second"}
        {"kind":"article","pmid":"3","title":"Third"}
        {"kind":"article","pmid":"2","title":"Second, corrected"}
        {"kind":"deletion","pmid":"3","title":null}

        """)
  }

  @Test func writesCSVAndTSV() {
    let csv = desk.run("parse", "--fields", "title,pmid", "--to", "csv", "two.xml")
    #expect(csv.outputText == "kind,pmid,title\narticle,2,\"Second, corrected\"\ndeletion,3,\n")
    let tsv = desk.run("parse", "--fields", "title", "--to", "tsv", "two.xml")
    #expect(tsv.outputText == "kind\tpmid\ttitle\narticle\t2\tSecond, corrected\ndeletion\t3\t\n")
    let empty = desk.run("parse", "--fields", "title", "--to", "csv")
    #expect(empty.outputText == "kind,pmid,title\n")
    #expect(empty.status == 0)
  }

  @Test func markupIsAsAsked() {
    for (way, title) in [("unicode", "First title"), ("strip", "First title"), ("html", "First <i>title</i>")] {
      let outcome = desk.run("parse", "--fields", "title", "--markup", way, "one.xml")
      #expect(outcome.outputText.hasPrefix("{\"kind\":\"article\",\"pmid\":\"1\",\"title\":\"\(title)\"}\n"))
    }
  }

  @Test(arguments: ["gzip", "zstd"]) func compressesAndReadsCompressed(method: String) throws {
    desk.run("parse", "--compress", method, "-o", "out", "one.xml")
    let packed = desk.shell("\(method) -dc < out")
    try #require(packed.status == 0)
    #expect(packed.output == desk.run("parse", "one.xml").output)
    let read = desk.shell("\(method) -c one.xml | aug-pubmed parse")
    #expect(read.output == packed.output)
  }

  @Test func everyNumberOfJobsWritesTheSame() {
    desk.folder.write("own.xml", inventedRecords)
    for format in ["csv", "ndjson"] {
      let one = desk.run("parse", "--to", format, "--jobs", "1", "own.xml", "one.xml")
      #expect(one.status == 0)
      #expect(one.output == desk.run("parse", "--to", format, "--jobs", "4", "own.xml", "one.xml").output)
    }
  }

  @Test(arguments: [
    ("missing.xml", "", 66, "missing.xml: cannot open: no such file or directory"),
    (".", "", 66, ".: is a directory (name the files in it)"),
    (
      "-", "pmid,title\n1,x\n", 65,
      "standard input:1: not PubMed XML but other text (rows that articles are to be added to stand before --xml)"
    ),
    ("-", "\u{1}\u{2}\u{3}", 65, "standard input:1: not PubMed XML but binary data"),
    (
      "-", "{\"error\":\"API rate limit exceeded\",\"api-key\":\"secret\"}", 65,
      "standard input:1: not PubMed XML but a JSON message: \"API rate limit exceeded\""
    ),
    ("-", "<html><body>Too many requests</body></html>", 65, "standard input:1: not PubMed XML but an HTML page"),
    (
      "-", "<eFetchResult><ERROR>Empty id list</ERROR></eFetchResult>", 65,
      "standard input:1: not PubMed XML: EFetch answered with an error: Empty id list"
    ),
    (
      "-", "<PubmedArticleSet>\n" + Desk.article(1, "x") + "\n<PubmedArticle>", 65,
      "standard input:3: the XML is cut off: it ends inside a document, after 1 complete record (fetch the file again)"
    ),
    (
      "-", "<PubmedArticleSet><PubmedArticle></Wrong>", 65,
      "standard input:1: not well-formed XML: Opening and ending tag mismatch: PubmedArticle line 1 and Wrong, "
        + "after 0 complete records"
    ),
  ])
  func badInputIsOneLineAndNoOutput(path: String, input: String, status: Int, text: String) {
    let outcome = desk.run("parse", "-o", "out.ndjson", path, input: .text(input))
    #expect(outcome.status == Int32(status))
    #expect(outcome.errorText == "aug-pubmed: \(text)\n")
    #expect(!desk.folder.names.contains { $0.hasPrefix("out.ndjson") || $0.hasPrefix(".millrace") })
  }

  @Test func cutGzipIsTold() {
    let outcome = desk.shell("gzip -c one.xml | head -c 60 | aug-pubmed parse -o out.ndjson")
    #expect(outcome.status == 65)
    #expect(
      outcome.errorText
        == "aug-pubmed: standard input: the gzip data ends early, after 60 bytes (the file was cut off: copy or download "
        + "it again)\n")
    #expect(desk.folder.text("out.ndjson") == nil)
  }

  @Test(arguments: [
    (["parse", "--fields", "title,nope"], "no article field is called \"nope\" (the fields are kind, pmid, version"),
    (["parse", "--fields", ""], "no field is named. See 'aug-pubmed parse --help'."),
    (["parse", "--to", "xml"], "Please provide one of 'csv', 'tsv' or 'ndjson'. See 'aug-pubmed parse --help'."),
    (
      ["parse", "--markup", "tex"], "Please provide one of 'unicode', 'strip' or 'html'. See 'aug-pubmed parse --help'."
    ),
    ([], "say what to ask for: --query, --field or --pmid-field. See"),
    (["--field", "gene", "--pmid-field", "pmid"], "--query, --field and --pmid-field exclude each other. See"),
    (["--field", ""], "--field must name a field. See 'aug-pubmed augment --help'."),
    (["--query", "cancer"], "--query: the query names no field, so every row would ask the same (write {name} where"),
    (["--query", "{gene[Gene]"], "--query: a { has no } (write {name} for a field, {{ for the brace itself)."),
    (["--query", "gene}"], "--query: a } has no { (write }} for the brace itself)."),
    (["--query", "{}"], "--query: no field is named between { and } (write {name} for a field)."),
    (["--field", "gene", "--xml", "one.xml"], "--xml goes with --pmid-field: files cannot be searched. See"),
    (
      ["--pmid-field", "pmid", "--xml", "one.xml", "--offline"],
      "--xml sends nothing: the options of the network do not go with it. See"
    ),
    (
      ["--pmid-field", "pmid", "--since", "2020"],
      "--pmid-field searches for nothing: the options of a search do not go with it. See"
    ),
    (
      ["--pmid-field", "pmid", "--fields", "hits"],
      "--pmid-field searches for nothing: the field hits does not go with it. See"
    ),
    (
      ["--field", "gene", "--fields", "abc"],
      "no field is called \"abc\" (the fields are status, pmids, articles, hits, kind"
    ),
    (["--field", "gene", "--since", "2020-13"], "not a date: \"2020-13\" (write 2021, 2021-05 or 2021-05-17)"),
    (["--field", "gene", "--since", "2021", "--until", "2020"], "--since must not be later than --until. See"),
    (["--field", "gene", "--max-articles", "0"], "--max-articles must be at least 1, not 0. See"),
    (["--field", "gene", "--offline", "--refresh"], "--offline and --refresh exclude each other. See"),
    (["--field", "gene", "--no-cache", "--cache", "x"], "--no-cache and --cache exclude each other. See"),
    (["--field", "gene", "--cache-age", "soon"], "expected a time such as 90s, 30m, 12h, 7d, or forever"),
    (["--field", "gene", "--interval", "-1"], "--interval"),
    (["--field", "gene", "--timeout", "0s"], "--timeout must be between 1s and 1h. See"),
    (
      ["--field", "gene", "--base-url", "ftp://example.org/"],
      "not the address of a service: \"ftp://example.org/\" (--base-url takes one such as https://eutils.ncbi.nlm.nih.gov"
    ),
    (["--pmid-field", "", "--xml", "one.xml"], "--pmid-field must name a field. See 'aug-pubmed augment --help'."),
    (["--pmid-field", "pmid", "--xml", "-"], "standard input cannot be both the rows and the XML. See"),
    (["--pmid-field", "pmid", "--xml", "-", "--xml", "-", "rows.csv"], "standard input can be read once. See"),
  ])
  func wrongUsageIsOneLine(arguments: [String], text: String) {
    let outcome = Executable("aug-pubmed").run(arguments)
    #expect(outcome.status == 64)
    #expect(outcome.output == [])
    #expect(outcome.errorText.hasPrefix("aug-pubmed: "))
    #expect(outcome.errorText.contains(text))
    #expect(outcome.errorText.split(separator: "\n").count == 1)
  }

  @Test func helpSaysWhatNCBIAsks() {
    let help = Executable("aug-pubmed").run(["--help"])
    #expect(help.status == 0)
    let words = help.outputText.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(
      words.contains("NCBI's disclaimer and copyright notice (https://www.ncbi.nlm.nih.gov/home/about/policies/)"))
    #expect(words.contains("aug-pubmed [<options>] [<rows> ...] --pmid-field <name> --xml <file> ..."))
    for arguments in [["--help"], ["augment", "--help"], ["parse", "--help"]] {
      let lines = Executable("aug-pubmed").run(arguments).outputText.split(separator: "\n")
      #expect(lines.allSatisfy { $0.count <= 80 }, "\(arguments)")
    }
  }

  @Test func aDryRunTouchesNothing() {
    let before = desk.folder.names
    let outcome = desk.run("parse", "--dry-run", "-o", "out.ndjson", "one.xml")
    #expect(outcome.status == 0)
    #expect(outcome.output == [])
    #expect(outcome.errorText.hasPrefix("aug-pubmed: note: would write "))
    #expect(desk.folder.names == before)
  }

  @Test func aReaderThatLeavesEndsItQuietly() {
    let many = (1...20_000).map { Desk.article($0, "title \($0)") }.joined()
    desk.folder.write("many.xml", "<PubmedArticleSet>\(many)</PubmedArticleSet>")
    let outcome = desk.shell("set -o pipefail; aug-pubmed parse many.xml | head -n 1; echo ${PIPESTATUS[0]}")
    #expect(outcome.outputText.hasSuffix("\n141\n"))
    #expect(outcome.errorText == "")
  }

  @Test(arguments: [SIGINT, SIGTERM]) func aSignalLeavesNoOutput(signal: Int32) {
    desk.shell("mkfifo pipe")
    let running = Executable("aug-pubmed").start(
      ["parse", "-o", "out.ndjson", "one.xml", "pipe"], environment: ["MILLRACE_PROVENANCE_DIR": desk.folder("store")],
      workingDirectory: desk.folder.path)
    let writer = unsafe open(desk.folder("pipe"), O_WRONLY)
    running.send(signal)
    let outcome = running.wait()
    close(writer)
    #expect(outcome.signal == signal)
    #expect(outcome.errorText == "")
    #expect(!desk.folder.names.contains { $0.hasPrefix("out.ndjson") || $0.hasPrefix(".millrace") })
  }

  @Test(.enabled(if: SmallDisk.isAvailable, "mounting a file system takes root")) func aFullDiskIsTold() throws {
    let disk = try #require(SmallDisk(bytes: 64 << 10))
    let many = (1...5000).map { Desk.article($0, "title \($0)") }.joined()
    desk.folder.write("many.xml", "<PubmedArticleSet>\(many)</PubmedArticleSet>")
    let outcome = desk.run("parse", "-o", disk.folder("out.ndjson"), "many.xml")
    #expect(outcome.status == 74)
    #expect(
      outcome.errorText == "aug-pubmed: \(disk.folder("out.ndjson")): cannot write: no space left on device\n")
    #expect(disk.folder.names == [])
  }

  @Test func theSidecarNamesFilesWithTheirDigests() throws {
    let outcome = desk.run("parse", "--fields", "pmid", "-o", "out.ndjson", "one.xml", "two.xml")
    #expect(outcome.status == 0)
    let stage = try #require(try desk.records("out.ndjson.prov").first { $0["kind"]?.text == "stage" })
    let inputs = stage["inputs"]?.elements ?? []
    #expect(inputs.map { $0["name"]?.text } == ["one.xml", "two.xml"])
    let digests = desk.shell("sha256sum one.xml two.xml out.ndjson | cut -c1-64").outputText.split(separator: "\n")
    #expect(inputs.compactMap { $0["sha256"]?.text } == digests.prefix(2).map(String.init))
    #expect(stage["output"]?["sha256"]?.text == String(digests[2]))
    #expect(stage["output"]?["records"]?.json == "5")
    #expect(stage["parameters"]?["fields"]?.json == "[\"kind\",\"pmid\"]")
  }
}
