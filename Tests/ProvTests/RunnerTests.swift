import MillraceCore
import Support
import Testing

/// A run over chunks: one sidecar tells of each chunk, and of what was run on it.
@Suite struct RunnerTests {
  let shell = Shell()
  private static let augment = Shell.augment

  init() { shell.writeGenes() }

  private func run(_ script: String) { expectSuccess(shell(script)) }

  private func expectSuccess(_ outcome: Outcome, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(outcome.status == 0, "\(outcome.outputText) \(outcome.errorText)", sourceLocation: sourceLocation)
  }

  private func kinds(_ sidecar: String) throws -> [String: Int] {
    Dictionary(try shell.records(sidecar).map { ($0["kind"]?.text ?? "", 1) }, uniquingKeysWith: +)
  }

  // MARK: What is told

  @Test func tenChunksAreOneLine() throws {
    run("probe run --job job -o out.csv -- \(Self.augment) < in.csv")
    #expect(try shell.completeness("out.csv.prov") == "verified")
    #expect(try kinds("out.csv.prov") == ["pipeline": 1, "stage": 1, "child": 10, "context": 105])
    let lines = shell("prov show out.csv").outputText.split(separator: "\n").map(String.init)
    #expect(lines.contains("  ran         \(Self.augment), version \(Millrace.version), over 10 chunks"))
    #expect(lines.count { $0.contains("aug-pubmed") && !$0.contains("runner run") && !$0.contains("arguments") } == 1)
    #expect(
      lines.contains(
        "pipeline      runner run --job job -o out.csv -- \(Self.augment) < in.csv"))
    let json = try JSONValue.parse(shell("prov show --json out.csv").outputText)
    #expect(json["children"]?.elements?.count == 1)
    #expect(json["children"]?.elements?.first?["count"]?.integer == 10)
    #expect(json["children"]?.elements?.first?["last"]?.text == "00009")
    // What children left beside their results is ours now.
    #expect(shell.folder.names(in: "job/results").allSatisfy { !$0.hasSuffix(".prov") })
    let graph = shell("prov graph -o graph.svg out.csv")
    expectSuccess(graph)
    #expect(shell.folder.text("graph.svg")?.contains("over 10 chunks") == true)
  }

  /// The row's number in its chunk is found from its number in the input.
  @Test func aRowIsFoundInItsChunk() {
    run("probe run --job job -o out.csv -- \(Self.augment) < in.csv")
    let text = shell("prov trace --item 41 out.csv").outputText
    let lines = text.split(separator: "\n").map(String.init)
    #expect(lines.contains("  rows        40 to 49, counted from 0"), "\(text)")
    #expect(lines.contains("  chunk       00004, where the row is number 1"), "\(text)")
    #expect(lines.contains("  attempt     completed after waiting 0.0 s, worker 1"), "\(text)")
    #expect(text.contains("\"pmid\":\"42\""))
    #expect(lines.count { $0.hasPrefix("aug-pubmed") } == 1)
    let outcome = shell("prov trace --item 95 out.csv")
    #expect(outcome.status == 1)
    #expect(
      outcome.errorText == "prov: out.csv.prov: no stage says anything about the item \"95\" "
        + "(the row was not changed, or its tool ran with --context summary)\n")
  }

  @Test func aRowWithAnIdIsFoundInItsChunk() {
    run("probe run --job job -o out.csv -- \(Self.augment) --id-field name < in.csv")
    let lines = shell("prov trace --item 'gene 42' out.csv").outputText.split(separator: "\n").map(String.init)
    #expect(lines.count { $0 == "  chunk       00004" } == 2, "\(lines)")
    #expect(lines.contains { $0.contains("\"pmid\":\"42\"") })
    // A number is an id then, and none has this one.
    #expect(shell("prov trace --item 41 out.csv").status == 1)
  }

  @Test func aForeignProgramHasItsChunksToo() throws {
    run("probe run --job job -o out.csv -- sed s/gene/Gene/ < in.csv")
    #expect(try shell.completeness("out.csv.prov") == "verified")
    #expect(try kinds("out.csv.prov") == ["pipeline": 1, "stage": 1, "context": 10])
    #expect(shell("prov show out.csv").outputText.contains("  chunks      10, without records of their own\n"))
    #expect(shell("prov trace --item 41 out.csv").outputText.contains("  chunk       00004\n"))
    #expect(shell("prov verify out.csv").status == 0)
    shell("printf X | dd of=out.csv bs=1 seek=500 conv=notrunc 2> /dev/null")
    #expect(shell("prov verify out.csv").outputText.contains("broken: runner: output: chunk 00004: bytes 430 to 540 "))
  }

  /// A chunk goes through two tools; what stands before them in the pipe is not theirs to know.
  @Test func aPipelineIsRunOverChunks() throws {
    run("probe run --job job -o out.csv -- sh -c '\(Self.augment) | merge' < in.csv")
    #expect(try shell.completeness("out.csv.prov") == "verified")
    let shown = shell("prov show out.csv").outputText
    #expect(shown.contains("  ran         \(Self.augment), version") && shown.contains("  ran         merge, version"))
    #expect(shell("prov trace --item 41 out.csv").outputText.contains("\"pmid\":\"42\""))
    expectSuccess(shell("prov verify out.csv"))
    run("probe run --job foreign -o foreign.csv -- sh -c 'cat | \(Self.augment)' < in.csv")
    #expect(try shell.completeness("foreign.csv.prov") == "verified")
    let child = try shell.records("foreign.csv.prov").first { $0["kind"]?.text == "child" }
    #expect(child?["completeness"]?.text == "unknown-upstream")
  }

  @Test func whatAnotherProgramAddsToAResultIsTold() throws {
    let outcome = shell(
      "probe run --records 90 --job job -o out.csv -- sh -c '\(Self.augment); echo 1,2,3,4,5' < in.csv")
    expectSuccess(outcome)
    #expect(
      outcome.errorText.contains(
        "chunk 00001: its result is not what job/results/00001.prov says "
          + "(another program wrote to it after the last tool that left a record)"), "\(outcome.errorText)")
    #expect(try shell.completeness("out.csv.prov") == "mismatch")
    let verified = shell("prov verify out.csv")
    #expect(verified.status == 1)
    #expect(verified.outputText.contains("broken: runner: chunk 00001: result: is not what its sidecar said"))
  }

  @Test func aDamagedSidecarOfAChildStopsNothing() throws {
    let outcome = shell(
      "probe run --records 90 --job job -o out.csv -- sh -c 'cat; echo broken > /proc/$PPID/cwd/job/results/00000.prov' < in.csv"
    )
    expectSuccess(outcome)
    #expect(outcome.errorText.contains("job/results/00000.prov:1: "), "\(outcome.errorText)")
    #expect(outcome.errorText.contains("the provenance is damaged"))
    #expect(try shell.completeness("out.csv.prov") == "mismatch")
  }

  // MARK: Verification

  @Test func everyChunkIsChecked() {
    run("probe run --job job -o out.csv -- \(Self.augment) < in.csv")
    let lines = shell("prov verify --all out.csv").outputText.split(separator: "\n").map(String.init)
    for line in [
      "hold: runner: input: the digests at the ends of 10 chunks agree",
      "hold: runner: input: 10 chunks are what their programs read",
      "hold: runner: output: the digests at the ends of 10 chunks agree",
      "hold: runner: output: 10 chunks are what their programs wrote",
      "hold: programs run for chunks: 10 links between their stages agree",
      "hold: aug-pubmed: input a.xml: the file has the digest that was read",
    ] { #expect(lines.contains(line), "\(lines)") }
    #expect(!lines.contains { $0.hasPrefix("broken") || $0.hasPrefix("not") })
  }

  @Test(arguments: [
    ("in.csv", "input", 330, "00003"), ("out.csv", "output", 1500, "00004"), ("in.csv", "input", 3, "00000"),
  ])
  func aChangedByteIsFoundInItsChunk(_ file: String, _ stream: String, _ place: Int, _ chunk: String) {
    run("probe run --job job -o out.csv -- \(Self.augment) < in.csv")
    shell("printf X | dd of=\(file) bs=1 seek=\(place) conv=notrunc 2> /dev/null")
    let outcome = shell("prov verify out.csv")
    #expect(outcome.status == 1)
    let told = outcome.outputText.split(separator: "\n").filter {
      $0.hasPrefix("broken: runner: \(stream): chunk ") && $0.contains(": bytes ")
    }
    #expect(told.count == 1)
    #expect(told.first?.hasPrefix("broken: runner: \(stream): chunk \(chunk): ") == true, "\(outcome.outputText)")
  }

  @Test func aShorterFileIsToldByItsFirstMissingChunk() {
    run("probe run --job job -o out.csv -- \(Self.augment) < in.csv")
    shell("truncate -s 1100 out.csv")
    #expect(
      shell("prov verify out.csv").outputText.contains(
        "broken: runner: output: chunk 00003: bytes 1053 to 1403 are not all there"))
  }

  /// The record of one chunk was changed, not its bytes.
  @Test func aForgedRecordOfAChunkIsFound() {
    run("probe run --job job -o out.csv -- \(Self.augment) < in.csv")
    shell(
      #"sed -i '/"item":"00002".*"output":"sha256/s/"output":"sha256:....../"output":"sha256:000000/' out.csv.prov"#)
    let outcome = shell("prov verify out.csv")
    #expect(outcome.status == 1)
    #expect(
      outcome.outputText.contains(
        "broken: runner: chunk 00002: result: the stage that wrote it is missing, or says otherwise"))
    #expect(outcome.outputText.contains("broken: runner: output: chunk 00002: the result is sha256:"))
  }

  @Test func compressedInputAndOutputAreChecked() throws {
    run("gzip -k in.csv; probe run --job job -o out.csv -- \(Self.augment) < in.csv.gz")
    let lines = shell("prov verify --all out.csv").outputText
    #expect(lines.contains("hold: runner: input: the digests at the ends of 10 chunks agree"), "\(lines)")
    shell("printf X | dd of=in.csv.gz bs=1 seek=200 conv=notrunc 2> /dev/null")
    #expect(shell("prov verify out.csv").outputText.contains("/in.csv.gz: damaged gzip data "))
  }

  // MARK: Chains

  @Test func theChainGoesOnBehindARun() throws {
    run("probe stage --add '' in.csv | probe run --job job -- \(Self.augment) | probe stage --add '' -o out")
    #expect(try shell.completeness("out.prov") == "verified")
    #expect(try shell.records("out.prov").filter { $0["kind"]?.text == "stage" }.count == 3)
    #expect(try kinds("out.prov")["child"] == 10)
    #expect(shell("prov trace --item 41 out").outputText.contains("\"pmid\":\"42\""))
    #expect(shell("prov show out").outputText.contains("over 10 chunks"))
    expectSuccess(shell("prov verify out"))
    // Two readers of one run, merged: what the run's children did is told once.
    run(
      "probe run --job again -o all -- \(Self.augment) < in.csv; probe stage --add '' -o a all; probe stage --add x -o b all"
    )
    run("merge -o both --to csv all a")
    #expect(try kinds("both.prov")["child"] == 10)
    let contexts = try shell.records("both.prov").filter { $0["kind"]?.text == "context" }
    #expect(Set(contexts.map(\.json)).count == contexts.count)
  }

  /// A stage whose output all children read is told once.
  @Test func anEarlierStageOfAllChildrenIsToldOnce() throws {
    run("probe stage --add '' --contexts 3 -o b.xml a.xml")
    let augment = "aug-pubmed -q --xml b.xml --pmid-field id --fields pmid,title"
    run("probe run --job job -o out.csv -- \(augment) < in.csv")
    let records = try shell.records("out.csv.prov")
    #expect(records.count { $0["kind"]?.text == "context" && $0["source"]?.text == "probe" } == 3)
    #expect(
      shell("prov show out.csv").outputText.contains("  read from   probe stage --add '' --contexts 3 -o b.xml a.xml"))
    expectSuccess(shell("prov verify out.csv"))
  }

  @Test func differencesBetweenRunsAreThoseOfTheirPrograms() {
    run("probe run --job one -o one.csv -- \(Self.augment) < in.csv")
    run("probe run --job one2 -o two.csv -- \(Self.augment) < in.csv")
    #expect(shell("prov diff one.csv two.csv").outputText.contains("arguments"))
    #expect(!shell("prov diff one.csv two.csv").outputText.contains("run over chunks"))
    run("probe run --records 20 --job three -o three.csv -- \(Self.augment) --explode < in.csv")
    let told = shell("prov diff one.csv three.csv").outputText
    #expect(told.contains("run over chunks") && told.contains("<   chunks ") && told.contains(">   chunks "), "\(told)")
  }

  @Test(arguments: ["prov-json", "openlineage", "in-toto", "frictionless"])
  func exportsNameNothingThatIsNotThere(_ format: String) throws {
    run("probe run --job job -o out.csv -- \(Self.augment) < in.csv")
    run("prov export --to \(format) -o export out.csv")
    let children = try shell.records("out.csv.prov").filter { $0["kind"]?.text == "child" }
      .compactMap { $0["writer"]?.text }
    #expect(children.count == 10)
    let export = try #require(shell.folder.text("export"))
    #expect(children.allSatisfy { !export.contains($0) })
    guard format == "prov-json" else { return }
    // What they did to rows has an activity that did it.
    run("prov export --to prov-json --contexts -o whole out.csv")
    let document = try JSONValue.parse(try #require(shell.folder.text("whole")))
    let activities = Set((document["activity"]?.members ?? []).map(\.name))
    #expect(children.allSatisfy { activities.contains("run:\($0)") } && activities.count == 11)
    let generated = (document["wasGeneratedBy"]?.members ?? []).compactMap { $0.value["prov:activity"]?.text }
    #expect(generated.allSatisfy { activities.contains($0) } && generated.count == 106)
    #expect(document["wasInformedBy"]?.members?.count == 10)
  }

  // MARK: Killed and resumed

  @Test func theChainOutlivesTheProcess() throws {
    let script = "probe run --job job -o out.csv"
    shell("(probe stage --add '' --contexts 3 in.csv | \(script) --killed -- \(Self.augment)) 2> /dev/null")
    #expect(shell.folder.text("out.csv") == nil)
    run("\(script) --resume -- \(Self.augment) < /dev/null")
    #expect(try shell.completeness("out.csv.prov") == "verified")
    let stages = try shell.records("out.csv.prov").filter { $0["kind"]?.text == "stage" }
    #expect(stages.compactMap { $0["tool"]?.text } == ["probe", "runner"])
    #expect(
      try shell.records("out.csv.prov").first?["command"]?.text
        == "probe stage --add '' --contexts 3 in.csv | runner run --job job -o out.csv --resume -- \(Self.augment)")
    #expect(try shell.records("out.csv.prov").count { $0["source"]?.text == "probe" } == 3)
    expectSuccess(shell("prov verify out.csv"))
    #expect(shell("prov trace --item 41 out.csv").outputText.contains("\"pmid\":\"42\""))
    #expect(shell("stat -c %a job/input.record job/input.record.0").outputText == "600\n600\n")
  }

  @Test func withoutWhatWasKeptTheChainBeginsAtTheRun() throws {
    let script = "probe run --job job -o out.csv"
    shell("(probe stage --add '' in.csv | \(script) --killed -- \(Self.augment)) 2> /dev/null")
    run("rm job/input.record; \(script) --resume -- \(Self.augment) < /dev/null")
    #expect(try shell.completeness("out.csv.prov") == "unknown-upstream")
    let outcome = shell("\(script) --resume --require-upstream -- \(Self.augment) < /dev/null")
    #expect(outcome.status == 1)
    #expect(
      outcome.errorText.contains(
        "standard input: no Millrace tool left a record of writing this input (--require-upstream allows no such input)"
      ))
  }

  @Test func whatWasKeptOfAnotherInputIsRefused() {
    let script = "probe run --job job -o out.csv"
    shell("(\(script) --killed -- \(Self.augment) < in.csv) 2> /dev/null")
    shell("sed -i 's/\"bytes\":1035/\"bytes\":1036/' job/input.record")
    let outcome = shell("\(script) --resume -- \(Self.augment) < /dev/null")
    #expect(outcome.status == 78)
    #expect(
      outcome.errorText.contains(
        "job/input.record: what was kept about the input is about another input (run the job anew)"),
      "\(outcome.errorText)")
    shell("echo '{}' > job/input.record")
    let damaged = shell("\(script) --resume -- \(Self.augment) < /dev/null")
    #expect(damaged.status == 65)
    #expect(
      damaged.errorText.contains(
        "job/input.record: this is not what a run keeps about its input "
          + "(remove the file to go on without: the chain will begin here)"), "\(damaged.errorText)")
  }

  @Test func withoutProvenanceNothingIsLeft() throws {
    run("probe run --no-provenance --job job -o out.csv -- \(Self.augment) < in.csv")
    #expect(shell.folder.text("out.csv.prov") == nil)
    #expect(shell.folder.names(in: "job/results").count == 10)
  }
}
