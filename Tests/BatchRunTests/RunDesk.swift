import Glibc
import MillraceCore
import Support

@testable import batch_run

/// A folder with an input and a state folder of its own, in which batch-run is run as a person runs it.
final class RunDesk: Sendable {
  let folder = TemporaryFolder()
  static let program = Executable("batch-run")

  /// Of the table that the desk begins with: a header, and records of two fields.
  let table: String

  init(records: Int = 200) {
    table = "id,v\n" + (0..<records).map { "\($0),\"x \($0 * $0)\"\n" }.joined()
    folder.write("in.csv", table)
  }

  var environment: [String: String?] {
    ["MILLRACE_STATE_DIR": folder("state"), "MILLRACE_PROVENANCE_DIR": folder("provenance")]
  }

  /// Two workers, and no words but errors: what most runs here want.
  func arguments(_ options: String, chunkRecords: Int = 20, isQuiet: Bool = true) -> [String] {
    (isQuiet ? ["--quiet"] : []) + ["--workers", "2", "--chunk-records", "\(chunkRecords)"]
      + options.split(separator: " ").map(String.init)
  }

  /// Runs a shell script on each chunk.
  func run(
    _ options: String = "--job job", chunkRecords: Int = 20, isQuiet: Bool = true, input: Executable.Input? = nil,
    _ script: String
  ) -> Outcome {
    run(arguments(options, chunkRecords: chunkRecords, isQuiet: isQuiet) + ["--", "sh", "-c", script], input: input)
  }

  /// Runs batch-run with any arguments.
  func run(_ arguments: [String], input: Executable.Input? = nil) -> Outcome {
    start(arguments, input: input).wait()
  }

  func start(_ arguments: [String], input: Executable.Input? = nil) -> RunningProgram {
    Self.program.start(
      arguments, input: input ?? .file(folder("in.csv")), environment: environment, workingDirectory: folder.path)
  }

  /// Runs a command line of a shell, in which `$0` is batch-run.
  func shell(_ script: String) -> Outcome {
    Executable("/bin/bash").run(
      ["-c", script, Self.program.path], environment: environment, workingDirectory: folder.path)
  }

  /// Goes on with a job, without any input.
  func resume(_ options: String = "", command: [String] = [], verb: String = "resume", job: String = "job") -> Outcome {
    let words = [verb, job, "--quiet"] + options.split(separator: " ").map(String.init)
    return run(words + (command.isEmpty ? [] : ["--"] + command), input: Executable.Input.none)
  }

  func retry(_ options: String = "", command: [String] = []) -> Outcome {
    resume(options, command: command, verb: "retry")
  }

  // MARK: What is there

  func record(_ job: String = "job") throws -> JobRecord {
    try JobFolder(finding: folder(job) + "/", environment: [:]).record()
  }

  func journal(_ job: String = "job") -> String { folder.text("\(job)/journal.ndjson") ?? "" }

  /// Waits until the journal says something.
  func waits(for text: String, inJournalOf job: String = "job") -> Bool {
    eventually { journal(job).contains(text) }
  }

  /// Chunks that an attempt was begun at after they had been completed, or that were completed twice.
  func repeated(_ job: String = "job") throws -> [ChunkIdentifier] {
    var reader = JournalReader(path: folder("\(job)/journal.ndjson"))
    var done: Set<ChunkIdentifier> = []
    var repeated: [ChunkIdentifier] = []
    while let line = try reader.next() {
      switch line.event {
      case .started(let start) where done.contains(start.chunk): repeated.append(start.chunk)
      case .ended(let end) where end.outcome == .completed:
        if !done.insert(end.chunk).inserted { repeated.append(end.chunk) }
      default: break
      }
    }
    return repeated
  }

  /// Numbers that commands wrote into a file, one a line.
  func numbers(_ name: String) -> [pid_t] { (folder.text(name) ?? "").split(separator: "\n").compactMap { pid_t($0) } }
}

/// Whether a process runs, zombies excepted.
func isRunning(_ process: pid_t) -> Bool {
  guard let status = KernelFiles.system.text("/proc/\(process)/stat"), let name = status.lastIndex(of: ")") else {
    return false
  }
  return !["Z", "X"].contains(status[name...].dropFirst(2).first)
}
