import Support
import Testing

/// Jobs that a process in the background finishes.
@Suite struct SubmitTests {
  private let folder = TemporaryFolder()
  private let input = "n\n" + (1...40).map { "\($0)\n" }.joined()

  private func run(_ arguments: [String], input: String = "") -> Outcome {
    Executable("batch-run").run(
      arguments, input: .text(input), environment: ["MILLRACE_STATE_DIR": folder("state")],
      workingDirectory: folder.path)
  }

  @Test func theResultIsThereWhenTheJobHasEnded() {
    let submitted = run(
      ["submit", "--workers", "1", "--chunk-records", "10", "-o", "out.csv", "--no-provenance", "--", "cat"],
      input: input)
    #expect(submitted.status == 0, "\(submitted.errorText)")
    let identifier = String(submitted.outputText.dropLast())
    #expect(folder.names(in: "state/jobs") == [identifier])
    let waited = run(["wait", identifier])
    #expect(waited.status == 0, "\(waited.errorText)\n\(folder.text("state/jobs/\(identifier)/runner.log") ?? "")")
    #expect(folder.text("out.csv") == input)
    #expect(folder.text("out.csv.prov.json") == nil)
    // Whom to tell, and what goes with it, is told, and kept no longer.
    #expect(eventually { !folder.names(in: "state/jobs/\(identifier)").contains("finish.json") })
  }

  /// As it does for every program, `..` leads to the folder above the one that a link leads to.
  @Test func theResultLiesWhereTheSystemSeesIt() {
    let made = Executable("/bin/sh").run(
      ["-c", "mkdir -p a/b && ln -s a/b link"], workingDirectory: folder.path)
    #expect(made.status == 0)
    let submitted = run(
      ["submit", "--workers", "1", "-o", "link/../out.csv", "--no-provenance", "--", "cat"], input: input)
    #expect(submitted.status == 0, "\(submitted.errorText)")
    let identifier = String(submitted.outputText.dropLast())
    #expect(folder.text("state/jobs/\(identifier)/job.json")?.contains("/a/out.csv\"") == true)
    #expect(run(["wait", identifier]).status == 0)
    #expect(folder.text("a/out.csv") == input)
  }

  @Test func whatCannotBeSubmitted() {
    let nowhere = run(["submit", "--", "cat"], input: input)
    #expect(nowhere.status == 64)
    #expect(nowhere.errorText.contains("say where the result goes when nobody waits for it: -o FILE"))
    let nothing = run(["submit", "-o", "x"], input: input)
    #expect(nothing.status == 64)
    #expect(nothing.errorText.contains("say what is to be run, behind two dashes"))
    let missing = run(["submit", "-o", "x", "--", "no-such-program-here"], input: input)
    #expect(missing.status == 69)
    #expect(missing.errorText.contains("no-such-program-here: there is no such command"))
    #expect(folder.text("x") == nil)
  }
}
