import Glibc
import Support
import Testing

/// Chains of the tools themselves, from a table to its chunks and back.
@Suite struct ToolChainTests {
  let shell = Shell()

  init() {
    let rows = (1...1000).map { "\($0),gene \($0)\n" }
    shell.folder.write("in.csv", "id,name\n" + rows.joined())
  }

  @Test(arguments: [
    "chunk -n 300 -d parts -o parts.manifest in.csv; merge -o out < parts.manifest",
    "chunk -n 300 -d parts < in.csv > parts.manifest; merge > out parts.manifest",
    "chunk -n 300 -d parts in.csv | merge > out",
    "chunk --parts 3 -d parts < in.csv | merge -o out",
    "chunk -n 300 -d parts in.csv > /dev/null; merge -o out parts",
    "chunk -n 300 -d parts in.csv > /dev/null; merge -o out parts/chunk-*",
    "chunk -n 300 -d parts in.csv > /dev/null; mv parts moved; merge -o out moved/",
    "chunk -n 300 -d parts in.csv > /dev/null; merge parts > t && mv t out; prov seal out",
  ])
  func theWayBackToTheFirstInputIsVerified(_ script: String) throws {
    let outcome = shell(script)
    #expect(outcome.status == 0, "\(outcome.errorText)")
    #expect(shell.folder.text("out") == shell.folder.text("in.csv"))
    let links = shell("prov verify --all out")
    #expect(
      links.outputText.contains("hold: chunk: input \(script.contains("< in") ? "standard input" : "in.csv"): the file")
    )
    #expect(!links.outputText.contains("broken"))
    shell("sed -i s/gene/Gene/ in.csv")
    #expect(shell("prov verify out").outputText.contains("broken: chunk: input "))
  }

  @Test(arguments: [
    ("out", "output out"), ("parts/chunk-00001.csv", "merge: input parts/chunk-00001.csv"),
    ("parts.manifest", "merge: input standard input"), ("in.csv", "chunk: input in.csv"),
  ])
  func verifyNamesTheLinkThatBroke(_ file: String, _ link: String) throws {
    shell("chunk -n 300 -d parts -o parts.manifest in.csv; merge -o out < parts.manifest")
    #expect(shell("prov verify out").status == 0)
    shell("printf x | dd of=\(file) bs=1 seek=20 conv=notrunc 2> /dev/null")
    let outcome = shell("prov verify out")
    #expect(outcome.status == 1)
    #expect(outcome.errorText == "prov: out: the first broken link is \(link)\n")
    #expect(outcome.outputText.contains("broken: \(link): "))
  }

  /// A table goes through PubMed's XML, is cut and put together.
  @Test func theXMLOfAnAugmentedTableIsALink() throws {
    shell.folder.write(
      "articles.xml",
      """
      <PubmedArticleSet><PubmedArticle><MedlineCitation><PMID Version="1">1</PMID><Article>\
      <ArticleTitle>One</ArticleTitle></Article></MedlineCitation></PubmedArticle></PubmedArticleSet>
      """)
    let outcome = shell(
      """
      aug-pubmed --xml articles.xml --pmid-field id --fields pmid,title in.csv 2> /dev/null \
        | chunk -n 300 -d parts | merge -o out
      """)
    #expect(outcome.status == 0, "\(outcome.errorText)")
    #expect(try shell.completeness("out.prov") == "verified")
    #expect(
      try shell.records("out.prov").filter { $0["kind"]?.text == "stage" }.compactMap { $0["tool"]?.text }
        == ["aug-pubmed", "chunk", "merge"])
    #expect(shell("prov verify out").outputText.hasSuffix("not checkable\n") == false)
    #expect(shell("prov trace --item 1 out").status == 0)
    shell("sed -i s/One/Two/ articles.xml")
    let tampered = shell("prov verify out")
    #expect(tampered.errorText == "prov: out: the first broken link is aug-pubmed: input articles.xml\n")
    shell("rm articles.xml parts/chunk-00000.csv")
    #expect(shell("prov verify out").status == 0)
    #expect(shell("prov verify out").outputText.hasSuffix("2 not checkable\n"))
  }

  /// The folder's sidecar tells of a thousand files; a task that reads one of them takes one over.
  @Test func aThousandChunksAreListedOnce() throws {
    shell(
      "chunk -n 1 -d parts -o parts.manifest in.csv; ulimit -n 64; merge -o out < parts.manifest; merge -o one parts/chunk-00007.csv"
    )
    #expect(try shell.tools("out.prov").count == 2)
    let inputs = try #require(try shell.records("out.prov").last { $0["kind"]?.text == "stage" }?["inputs"]?.elements)
    #expect(inputs.count == 1001)
    #expect(inputs.allSatisfy { $0["sha256"] != nil && $0["link"]?.text == "verified" && $0["upstream"] != nil })
    #expect(shell("wc -c < out.prov").outputText.split(separator: "\n").first.flatMap { Int($0) } ?? .max < 600_000)
    #expect(try shell.records("one.prov").filter { $0["kind"]?.text == "file" }.count == 1)
    #expect(shell("prov verify out").outputText == "out: 2005 links: 2005 hold\n")
  }

  /// Each task of an array job leaves a sidecar: merging them opens one at a time.
  @Test func moreSidecarsThanFilesMayBeOpen() throws {
    shell(
      """
      chunk -n 1 -d parts -o parts.manifest in.csv
      mkdir done; for i in $(seq -w 0 149); do probe stage --add '' -o done/$i.csv parts/chunk-00$i.csv; done
      ulimit -n 64
      merge -o out done/*.csv
      """)
    let inputs = try #require(try shell.records("out.prov").last { $0["kind"]?.text == "stage" }?["inputs"]?.elements)
    #expect(inputs.count == 150)
    #expect(inputs.allSatisfy { $0["sidecar"] != nil && $0["link"]?.text == "verified" })
    #expect(try shell.tools("out.prov").count == 1)
    #expect(shell("prov verify out").status == 0)
    shell("echo 7,changed >> in.csv")
    #expect(shell("prov verify out").outputText.contains("broken: chunk: input in.csv: read sha256:"))
  }

  @Test func aChangedChunkIsToldAndAStrangerInTheFolderIsNot() throws {
    shell("chunk -n 300 -d parts -o parts.manifest in.csv; echo 9,x >> parts/chunk-00000.csv; cp in.csv parts/own.csv")
    let outcome = shell("merge -o changed parts/chunk-00000.csv; merge -o stranger parts/own.csv")
    #expect(
      outcome.errorText == "merge: warning: parts/chunk-00000.csv: the file is not what parts/.prov says "
        + "(it was changed after it was written)\n")
    #expect(try shell.completeness("changed.prov") == "mismatch")
    #expect(try shell.completeness("stranger.prov") == "verified")
    shell("echo broken > parts/.prov")
    #expect(shell("merge -o damaged parts/chunk-00001.csv").status == 0)
    #expect(try shell.completeness("damaged.prov") == "mismatch")
  }

  @Test func showFitsATerminal() throws {
    shell("chunk -n 50 -d parts in.csv | merge -o out")
    let lines = shell("prov show out").outputText.split(separator: "\n").map(String.init)
    #expect(lines.allSatisfy { $0.count <= 80 }, "\(lines)")
    #expect(lines.contains("  files       parts/chunk-00000.csv and 20 more"))
    #expect(lines.contains("              and 13 more, all verified"))
    let digest = shell("sha256sum out | cut -c1-64 | tr -d '\\n'").outputText
    #expect(lines.contains { $0.contains("sha256:\(digest.prefix(12)),") })
    let full = shell("prov show --full out").outputText
    #expect(full.contains("sha256:\(digest),") && full.contains("parts/chunk-00019.csv"))
  }

  @Test func chunkingAnewLeavesNoWordOfTheEarlierRun() throws {
    shell("chunk -n 300 -d parts -o parts.manifest in.csv")
    #expect(shell("prov show parts").outputText.contains("chunk -n 300 -d parts"))
    shell("chunk -n 500 -d parts -o parts.manifest --no-provenance in.csv")
    #expect(!shell.folder.names(in: "parts").contains(".prov"))
  }

  @Test func programsThatWriteOneFileInTurnAreAllTold() throws {
    shell("{ merge in.csv; merge in.csv; } > out")
    #expect(
      try shell.records("out.prov").filter { $0["kind"]?.text == "pipeline" }.map { $0["bytes"]?.integer }.count == 2)
    #expect(shell("prov verify out").status == 0)
    shell("{ merge in.csv; echo foreign; } > out")
    #expect(shell("prov verify out").outputText.hasPrefix("broken: output out: expected "))
  }

  @Test func redirectionOverAFileTakesItsSidecarAway() throws {
    shell("merge in.csv > out")
    #expect(shell.folder.names.contains("out.prov"))
    #expect(shell("merge missing.csv > out").status == 66)
    #expect(shell.folder.text("out") == "")
    #expect(!shell.folder.names.contains("out.prov"))
  }

  @Test func whereASidecarCannotBeMadeARunDoesNotBegin() throws {
    let explicit = shell("merge -o out --provenance missing/out.prov in.csv")
    #expect(explicit.status == 73)
    #expect(
      explicit.errorText == "merge: missing/out.prov: cannot create the file: no such file or directory "
        + "(--provenance FILE puts the sidecar elsewhere, --no-provenance writes none)\n")
    #expect(!shell.folder.names.contains("out"))
  }

  /// Standard output may be a log in a folder of others.
  @Test(.enabled(if: geteuid() != 0)) func besideALogOfOthersTheRunGoesOn() throws {
    let told = shell("mkdir others; touch others/log; chmod 555 others; merge in.csv > others/log; chmod 755 others")
    #expect(told.status == 0)
    #expect(
      told.errorText.hasPrefix("merge: warning: \(shell.folder("others/log.prov")): cannot create the file: "))
    #expect(shell.folder.text("others/log") == shell.folder.text("in.csv"))
  }

  @Test func aBadRowBehindADeadProducerIsExplained() throws {
    let outcome = shell("probe stage --add '{\"a\":' --killed | merge --to csv -o out")
    #expect(outcome.status == 65)
    #expect(
      outcome.errorText.contains(
        "merge: warning: standard input: the program that wrote this input did not finish: probe ended before it was done"
      ))
    #expect(shell.folder.names.allSatisfy { !$0.hasPrefix("out") })
  }

  @Test func requiredUpstreamsNeedRecords() throws {
    let options = shell("merge --require-upstream --no-provenance in.csv")
    #expect(options.status == 64)
    #expect(options.errorText.hasPrefix("merge: --require-upstream and --no-provenance exclude each other."))
    let off = shell("merge --require-upstream in.csv", environment: ["MILLRACE_PROVENANCE": "off"])
    #expect(off.status == 64)
    #expect(
      off.errorText == "merge: --require-upstream needs the records that --no-provenance or MILLRACE_PROVENANCE=off "
        + "switches off\n")
    let foreign = shell("cat in.csv | merge --require-upstream -o out")
    #expect(foreign.status == 1)
    #expect(!shell.folder.names.contains("out") && !shell.folder.names.contains("out.prov"))
  }

  @Test func aDryRunChecksTheOutputAndTouchesNothing() throws {
    let outcome = shell("merge --dry-run -o out in.csv; chunk --dry-run -n 9 -d parts -o m in.csv")
    #expect(outcome.status == 0)
    #expect(
      outcome.errorText.hasPrefix("merge: note: would write 12794 bytes, 1000 records, to out\n"),
      "\(outcome.errorText)")
    #expect(shell.folder.names == ["in.csv", "in.txt"])
    #expect(shell("merge --dry-run -o missing/out in.csv").status == 73)
  }
}

/// A folder of chunks, with the one sidecar that tells of them all.
@Suite struct FolderTests {
  let shell = Shell()

  @Test func verifyTakesAFolderOfChunks() {
    shell.folder.write("in.csv", "id\n1\n2\n3\n")
    shell("mkdir deep; chunk -n 1 -d deep/parts in.csv > /dev/null; cp in.csv deep/parts/own.csv")
    for name in ["deep/parts", "deep/parts/", "deep/parts/.prov"] {
      let outcome = shell("prov verify \(name)")
      #expect(outcome.status == 0)
      #expect(outcome.outputText.hasSuffix(": 6 links: 6 hold\n"), "\(outcome.outputText)")
    }
    #expect(shell("cd deep/parts; prov verify .").outputText == ".: 6 links: 6 hold\n")
    shell("echo x >> deep/parts/chunk-00002.csv; rm deep/parts/chunk-00000.csv")
    let broken = shell("prov verify deep/parts")
    #expect(broken.status == 1)
    #expect(broken.errorText == "prov: deep/parts: the first broken link is output deep/parts/chunk-00000.csv\n")
    #expect(broken.outputText.hasPrefix("broken: output deep/parts/chunk-00000.csv: there is no such file\n"))
    #expect(broken.outputText.contains("broken: output deep/parts/chunk-00002.csv: expected sha256:"))
    #expect(broken.outputText.hasSuffix("deep/parts: 6 links: 4 hold, 2 broken\n"))
    let none = shell("mkdir empty; prov verify empty")
    #expect(none.status == 66)
    #expect(none.errorText.hasPrefix("prov: empty: no sidecar, and no record of its content in the store "))
  }
}
