import MillraceCore

/// The command that a job runs on its chunks, found and ready to be started.
struct ChunkCommand: Sendable {
  /// The file that is executed.
  let program: String
  /// With the command's name in front.
  let arguments: [String]
  let directory: String
  /// What all attempts are started with.
  let environment: [String: String]

  /// - Parameters:
  ///   - directory: where it runs, and where a relative path of it leads from.
  ///   - parent: the stage that runs it, for its own provenance; nil where none is kept.
  /// - Throws: `.serviceUnavailable` when the command is missing or not executable.
  init(
    _ words: [String], directory: String, job: String, parent: ChunkParent?, environment: [String: String]
  ) throws(Failure) {
    arguments = words
    self.directory = directory
    program = try ChildProcess.find(words.first ?? "", path: environment["PATH"] ?? "/usr/bin:/bin", from: directory)
    var environment = environment
    environment["MILLRACE_JOB"] = job
    environment["TRACEPARENT"] = parent?.trace ?? environment["TRACEPARENT"]
    self.environment = environment
    self.parent = parent
  }

  private let parent: ChunkParent?

  /// What one attempt is started with.
  func environment(of chunk: ChunkIdentifier, attempt: Int) -> [String: String] {
    var environment = environment
    environment["MILLRACE_CHUNK"] = chunk.description
    environment["MILLRACE_ATTEMPT"] = String(attempt)
    if let parent { environment["MILLRACE_PARENT"] = "\(parent.stage)/\(chunk)" }
    return environment
  }
}

/// The stage that runs a command on chunks, as it is handed to the command.
struct ChunkParent: Sendable {
  /// The stage's identity in provenance.
  var stage: String
  /// W3C Trace Context, the value of `traceparent`.
  var trace: String
}
