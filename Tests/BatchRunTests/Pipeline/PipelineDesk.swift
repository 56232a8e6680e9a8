import MillraceCore
import Support

@testable import batch_run

/// A folder with a pipeline file, a state folder of its own, and `batch-run pipeline` on it.
struct PipelineDesk {
  let folder = TemporaryFolder()
  /// In front of PATH.
  var programs: String { folder("bin") }

  static let program = Executable("batch-run")

  var environment: [String: String?] {
    [
      "MILLRACE_STATE_DIR": folder("state"), "MILLRACE_PROVENANCE_DIR": folder("prov"), "TZ": "UTC",
      "MILLRACE_CACHE_DIR": nil, "XDG_STATE_HOME": nil, "XDG_CACHE_HOME": nil, "MILLRACE_PROVENANCE": nil,
      "TMPDIR": nil,
      "HOME": folder("home"), "XDG_CONFIG_HOME": nil, "MILLRACE_NOTIFY_URL": nil,
      "PATH": "\(programs):/usr/local/bin:/usr/bin:/bin",
    ]
  }

  /// Writes `p.yaml` with these steps, which begin on line 3.
  func write(_ steps: String, name: String = "p", head: String = "") {
    folder.write("p.yaml", "version: 1\nname: \(name)\n\(head)steps:\n\(steps)\n")
  }

  func run(_ arguments: [String], environment more: [String: String?] = [:], timeLimit: Double = 300) -> Outcome {
    Self.program.run(
      ["pipeline"] + arguments, environment: environment.merging(more) { $1 }, workingDirectory: folder.path,
      timeLimit: timeLimit)
  }

  func start(_ arguments: [String]) -> RunningProgram {
    Self.program.start(["pipeline"] + arguments, environment: environment, workingDirectory: folder.path)
  }

  /// The runs as `history --json` tells of them, newest first.
  func history() throws -> [JSONValue] {
    try run(["history", "--json"]).outputText.split(separator: "\n").map { try JSONValue.parse(String($0)) }
  }

  /// The newest run's identifier.
  func newestRun() throws -> String { try history().first?["run"]?.text ?? "" }

  /// The states of the newest run's steps.
  func states() throws -> [String: String] {
    var states: [String: String] = [:]
    for step in try history().first?["steps"]?.elements ?? [] {
      states[step["name"]?.text ?? ""] = step["state"]?.text
    }
    return states
  }

  /// Text without the temporary folder and run identifiers.
  func plain(_ text: String) throws -> String {
    var text = text.split(separator: folder.path + "/", omittingEmptySubsequences: false).joined()
    for run in try history().compactMap({ $0["run"]?.text }) {
      text = text.split(separator: run, omittingEmptySubsequences: false).joined(separator: "RUN")
    }
    return text
  }

  /// Puts a shell script into the folder in front of PATH.
  func program(_ name: String, _ script: String) throws {
    _ = try ShortCommand(arguments: ["mkdir", "-p", programs]).run()
    folder.write("bin/\(name)", "#!/bin/sh\n\(script)\n")
    _ = try ShortCommand(arguments: ["chmod", "+x", folder("bin/\(name)")]).run()
  }
}
