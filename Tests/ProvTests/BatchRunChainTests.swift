import MillraceCore
import Support
import Testing

/// What batch-run leaves beside its output, read by prov.
@Suite struct BatchRunChainTests {
  let shell = Shell()
  private static let augment = Shell.augment

  init() { shell.writeGenes() }

  @discardableResult
  private func run(_ script: String) -> Outcome {
    shell(script, environment: ["HOME": shell.folder.path, "XDG_STATE_HOME": shell.folder("state")])
  }

  @Test func theWholeChainIsBesideTheOutput() throws {
    let outcome = run(
      "merge in.csv | batch-run --chunk-records 10 --workers 2 -o out.csv -- env NCBI_API_KEY=hidden \(Self.augment)")
    #expect(outcome.status == 0, "\(outcome.errorText)")
    let records = try shell.records("out.csv.prov")
    #expect(records.first?["completeness"]?.text == "verified")
    #expect(
      records.first?["command"]?.text
        == "merge in.csv | batch-run --chunk-records 10 --workers 2 -o out.csv -- env NCBI_API_KEY=REDACTED \(Self.augment)"
    )
    #expect(shell.folder.text("out.csv.prov")?.contains("hidden") == false)
    #expect(records.count { $0["kind"]?.text == "child" } == 10)
    let shown = run("prov show out.csv").outputText
    #expect(shown.contains("  ran         \(Self.augment), version \(Millrace.version), over 10 chunks\n"), "\(shown)")
    let traced = run("prov trace --item 41 out.csv").outputText
    #expect(traced.contains("  chunk       00004, where the row is number 1\n"), "\(traced)")
    #expect(traced.contains("\"pmid\":\"42\""))
    let verified = run("prov verify --all out.csv")
    #expect(verified.status == 0, "\(verified.outputText)")
    #expect(verified.outputText.contains("hold: batch-run: output: 10 chunks are what their programs wrote\n"))
    run("printf X | dd of=out.csv bs=1 seek=1500 conv=notrunc 2> /dev/null")
    #expect(
      run("prov verify out.csv").outputText.contains("broken: batch-run: output: chunk 00004: bytes 1403 to 1804 "))
  }

  /// What the job was begun with is not what was run.
  @Test func anotherCommandIsTheOneThatIsShown() {
    run("batch-run --job job --retries 0 -o out.csv -- sh -c 'exit 3' < in.csv")
    let outcome = run("batch-run retry job -o out.csv -- cat")
    #expect(outcome.status == 0, "\(outcome.errorText)")
    let shown = run("prov show out.csv").outputText
    #expect(shown.contains("  arguments   retry job -o out.csv -- cat\n"), "\(shown)")
    #expect(!shown.contains("  command  "), "\(shown)")
  }

  /// The producer is gone when the job is resumed, and its pipe was read to the end.
  @Test func theChainOutlivesAJobThatWasStopped() throws {
    run(
      """
      merge in.csv | batch-run --job job --chunk-records 10 --workers 1 --retries 0 --on-failure continue -o out.csv \
        -- sh -c 'if [ -e fixed ] || [ $MILLRACE_CHUNK != 00003 ]; then \(Self.augment); else exit 3; fi'
      """)
    #expect(run("prov show out.csv").outputText.contains("dropped: chunk failed"))
    let outcome = run("touch fixed; batch-run retry job -o out.csv")
    #expect(outcome.status == 0, "\(outcome.errorText)")
    #expect(try shell.completeness("out.csv.prov") == "verified")
    // The arguments of `retry` do not tell what was run.
    #expect(run("prov show out.csv").outputText.contains("  command     sh -c 'if [ -e fixed ] || "))
    let stages = try shell.records("out.csv.prov").filter { $0["kind"]?.text == "stage" }
    #expect(stages.compactMap { $0["tool"]?.text } == ["merge", "batch-run"])
    #expect(run("prov verify out.csv").status == 0)
    #expect(
      run("prov trace --item 00003 out.csv").outputText.contains("  attempt     ended with status 3 after waiting"))
  }
}
