import Support
import Testing

/// The examples, run as they stand.
@Suite struct ExamplesTests {
  static let examples = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/examples"
  let folder = TemporaryFolder()

  /// Runs a script with bash in a folder with the examples' data.
  func shell(_ script: String) -> Outcome {
    Executable("/bin/bash").run(
      ["-c", "set -euo pipefail; cp -r '\(Self.examples)'/data/. .; \(script)"],
      environment: [
        "MILLRACE_PROVENANCE_DIR": folder("store"), "MILLRACE_PROVENANCE": nil, "SLURM_JOB_ID": nil,
        "PATH": "\(Executable.buildFolder):/usr/bin:/bin",
      ], workingDirectory: folder.path)
  }

  /// What every way of adding articles to the table must give.
  func expected() throws -> String {
    let outcome = shell("aug-pubmed rows.csv -q --pmid-field pmid --fields title,year,doi --xml *.xml")
    try #require(outcome.status == 0, "\(outcome.errorText)")
    #expect(outcome.outputText.split(separator: "\n").count == 25)
    return outcome.outputText
  }

  @Test func pipeline() throws {
    let outcome = shell("'\(Self.examples)/pipeline.sh' rows.csv results *.xml")
    #expect(outcome.status == 0, "\(outcome.errorText)")
    #expect(folder.text("results/with-articles.csv") == (try expected()))
    #expect(folder.names(in: "results/parts").count { $0.hasSuffix(".csv") } == 3)
    #expect(folder.text("results/verified.txt")?.contains("broken") == false)
  }

  @Test func aPipelineWhoseFirstStageFailsMakesNoResult() {
    let outcome = shell("'\(Self.examples)/pipeline.sh' rows.csv results *.xml rows.csv")
    #expect(outcome.status != 0)
    #expect(outcome.errorText.contains("rows.csv:1: not PubMed XML"))
    #expect(folder.text("results/with-articles.csv") == nil)
    #expect(folder.text("results/parts.manifest") == nil)
  }

  @Test func makefile() throws {
    let make = "make -s -j 2 -f '\(Self.examples)/Makefile' PARTS=3"
    let outcome = shell(make)
    #expect(outcome.status == 0, "\(outcome.errorText)")
    #expect(folder.text("with-articles.csv") == (try expected()))
    // Nothing is left to do; then one chunk is.
    #expect(
      shell("touch -d yesterday *.xml rows.csv; make -q -f '\(Self.examples)/Makefile' PARTS=3")
        .status == 0)
    #expect(shell("touch -d yesterday *.xml rows.csv; rm parts/chunk-00001.out; \(make)").status == 0)
    #expect(folder.text("with-articles.csv") == (try expected()))
  }

  @Test func slurmScript() throws {
    let outcome = shell(
      """
      chunk --parts 4 -q -d parts -o parts.manifest rows.csv
      for task in 0 1 2 3; do SLURM_ARRAY_TASK_ID=$task bash '\(Self.examples)/slurm.sbatch'; done
      merge -o with-articles.csv parts/*.out
      """)
    #expect(outcome.status == 0, "\(outcome.errorText)")
    #expect(folder.text("with-articles.csv") == (try expected()))
  }

  /// The examples of the man page of aug-finance that need no service.
  @Test func prices() {
    let outcome = shell(
      """
      aug-finance tickers.csv --field symbol --source csv:prices --summarise --adjusted > summary.csv
      aug-finance tickers.csv --field symbol --source csv:prices --at-field day --fields date,close
      aug-finance tickers.csv --field symbol --source csv:prices --start 2024-05-01 --explode > days.csv
      """)
    #expect(outcome.status == 0, "\(outcome.errorText)")
    #expect(
      outcome.outputText == """
        symbol,event,day,status,date,close
        MILL,founding,2024-03-16,ok,2024-03-15,42.74
        RACE,report,2024-04-30,ok,2024-04-30,130.01
        MILL,report,2024-05-02,ok,2024-05-02,24.84
        WEIR,report,2024-05-02,unmatched,,

        """)
    #expect(folder.text("summary.csv")?.contains("MILL,founding,2024-03-16,ok,60,2024-03-01,20.11,") ?? false)
    #expect(folder.text("days.csv")?.split(separator: "\n").count == 56)
  }

  @Test func demonstration() {
    let outcome = shell("'\(Self.examples)/demo' '\(Executable.buildFolder)' '\(folder("results"))'")
    #expect(outcome.status == 0, "\(outcome.errorText)")
    #expect(outcome.errorText == "")
    for text in [
      "are invented", "\n    same\n", " hold\n", "broken: output forged.csv", "version\":2", "Everything is in",
      "partial_query",
      "attempt     esearch 502 after waiting", "same bytes", "10 before, 10 now.",
      "MILL,founding,2024-03-16,ok,2024-03-15",
      "HUGE,quota,,,", "status 75", "server saw: 3.",
    ] {
      #expect(outcome.outputText.contains(text), "\(text)")
    }
    #expect(outcome.outputText.split(separator: "\n").allSatisfy { $0.count <= 80 || $0.hasPrefix("Everything") })
  }
}
