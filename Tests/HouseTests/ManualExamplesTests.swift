import Support
import Testing

private let mandoc = "/usr/bin/mandoc"

/// The examples of the man pages, copied from what is shown and pasted into a shell.
@Suite(.enabled(if: isExecutable(mandoc), "mandoc is not installed")) struct ManualExamplesTests {
  let folder = TemporaryFolder()

  /// What a page shows, without the blanks in front.
  func shown(_ page: String) -> [String] {
    let outcome = Executable(mandoc).run(["-T", "ascii", "-O", "width=200", "\(root)/\(page)"])
    #expect(outcome.status == 0, "\(outcome.errorText)")
    // Bold and underlined characters are struck twice.
    var text = ""
    for character in outcome.outputText.unicodeScalars {
      if character == "\u{8}" { text.unicodeScalars.removeLast() } else { text.unicodeScalars.append(character) }
    }
    return text.split(separator: "\n", omittingEmptySubsequences: false).map { String($0.drop { $0 == " " }) }
  }

  /// The commands that stand behind a prompt, with the lines that they go on in.
  func commands(in lines: some Sequence<String>) -> [String] {
    var commands: [String] = []
    var goesOn = false
    for line in lines {
      if line.hasPrefix("$ ") {
        commands.append(String(line.dropFirst(2)))
      } else if goesOn {
        commands[commands.count - 1] += "\n" + line
      } else {
        continue
      }
      goesOn = line.hasSuffix("\\") || line.hasSuffix("|") || line.hasSuffix("; do")
    }
    return commands
  }

  /// Runs the examples of a page, up to a line that begins so, and tells with which status each command ended.
  func statuses(tool: String, until end: String = "SEE ALSO") -> [Int?] {
    let lines = shown("man/man1/\(tool).1").drop { $0 != "EXAMPLES" }.prefix { !$0.hasPrefix(end) }
    let script = commands(in: lines).map { "\($0)\necho $? >> statuses\n" }.joined()
    let outcome = Executable("/bin/bash").run(
      ["-c", script],
      environment: [
        "PATH": "\(Executable.buildFolder):/usr/bin:/bin", "MILLRACE_PROVENANCE": nil, "SLURM_JOB_ID": nil,
        "MILLRACE_PROVENANCE_DIR": folder("store"), "MILLRACE_STATE_DIR": folder("state"),
      ], workingDirectory: folder.path)
    #expect(!outcome.errorText.contains("command not found"), "\(outcome.errorText)")
    return (folder.text("statuses") ?? "").split(separator: "\n").map { Int($0) }
  }

  @Test func chunk() { #expect(statuses(tool: "chunk") == [0, 0, 0, 0, 0, 0, 0, 0, 0]) }

  /// One of the chunks is missing on purpose.
  @Test func merge() { #expect(statuses(tool: "merge") == [0, 0, 0, 0, 1, 0, 0, 0, 0]) }

  @Test func prov() {
    let made = statuses(tool: "prov")
    #expect(made.count > 10 && made.allSatisfy { $0 == 0 }, "\(made)")
    #expect(folder.text("genes.csv") == "gene,length\nBRCA1,81189\nTP53,19149\n")
  }

  /// One job is killed on purpose, and of one a chunk fails.
  @Test func batchRun() { #expect(statuses(tool: "batch-run") == [0, 0, 0, 0, 137, 0, 1, 0]) }

  @Test func augPubmed() {
    copyData()
    #expect(statuses(tool: "aug-pubmed", until: "These need the network") == [0, 0, 0, 0, 0, 0])
  }

  @Test func augFinance() {
    copyData()
    #expect(statuses(tool: "aug-finance", until: "From Alpha Vantage") == [0, 0, 0])
  }

  @Test func synthGen() {
    #expect(statuses(tool: "synth-gen", until: "From a description, by") == Array(repeating: 0, count: 12))
    #expect(folder.text("part-6.csv")?.hasPrefix("id,name,city\n5001,") == true)
  }

  func copyData() { Executable("/bin/cp").run(["-r", "\(root)/examples/data/.", folder.path]) }

  /// Also those that nobody can run here: a shell takes them as they are meant.
  @Test(arguments: documented) func areCommandsOfAShell(tool: String) {
    let found = commands(in: shown("man/man1/\(tool).1"))
    #expect(!found.isEmpty)
    for command in found {
      let outcome = Executable("/bin/bash").run(["-n", "-c", command])
      #expect(outcome.status == 0, "\(command): \(outcome.errorText)")
    }
  }

  /// The generator takes quotes and brackets for its own where it can.
  @Test func quotesAndBracketsStay() {
    let jobs = commands(in: shown("man/man1/batch-run.1"))
    #expect(jobs.contains(#"batch-run list --json | jq -r 'select(.state == "Failed").id'"#))
    let prices = commands(in: shown("man/man1/aug-finance.1"))
    #expect(prices.contains { $0.hasSuffix("|| [ $? -eq 75 ]") })
  }
}
