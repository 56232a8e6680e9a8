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
  private let parent: ParentStage

  /// - Parameters:
  ///   - directory: where it runs, and where a relative path of it leads from.
  ///   - parent: the stage that runs it, for its own provenance.
  /// - Throws: `.serviceUnavailable` when the command is missing or not executable.
  init(
    _ words: [String], directory: String, job: String, parent: ParentStage, environment: [String: String]
  ) throws(Failure) {
    arguments = words
    self.directory = directory
    program = try ChildProcess.find(words.first ?? "", in: environment, from: directory)
    var environment = environment
    environment["MILLRACE_JOB"] = job
    self.environment = environment
    self.parent = parent
  }

  /// What one attempt is started with.
  func environment(of chunk: ChunkIdentifier, attempt: Int) -> [String: String] {
    var environment = environment
    environment["MILLRACE_CHUNK"] = chunk.description
    environment["MILLRACE_ATTEMPT"] = String(attempt)
    return environment.merging(parent.environment(for: chunk.description)) { $1 }
  }
}

extension ChunkCommand {
  /// What processes of one attempt are known by.
  func mark(of chunk: ChunkIdentifier, attempt: Int) -> ProcessMark {
    ProcessMark([
      "MILLRACE_JOB": environment["MILLRACE_JOB"], "MILLRACE_CHUNK": chunk.description,
      "MILLRACE_ATTEMPT": String(attempt),
    ])
  }
}

/// On Slurm a file in the job's folder tells the tasks of the stage that they belong to.
extension ParentStage {
  var json: JSONValue {
    .object([.init("stage", stage.map { .string($0) } ?? .null), .init("trace", .string(trace))])
  }

  init(_ object: ObjectReader) throws(Failure) {
    self.init(stage: object.value["stage"]?.text, trace: try object.text("trace"))
  }
}

extension JobFolder {
  private var parentPath: String { "\(path)/parent.json" }

  /// What the owner told last of the stage that commands belong to.
  func parent() throws(Failure) -> ParentStage {
    try ParentStage(ObjectReader(file: parentPath, limit: 1 << 16))
  }

  func write(_ parent: ParentStage) throws(Failure) { try writePrivately(parent.json, to: parentPath) }
}
