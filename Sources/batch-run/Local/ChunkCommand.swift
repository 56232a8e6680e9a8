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
  private let parent: ChunkParent

  /// - Parameters:
  ///   - directory: where it runs, and where a relative path of it leads from.
  ///   - parent: the stage that runs it, for its own provenance.
  /// - Throws: `.serviceUnavailable` when the command is missing or not executable.
  init(
    _ words: [String], directory: String, job: String, parent: ChunkParent, environment: [String: String]
  ) throws(Failure) {
    arguments = words
    self.directory = directory
    program = try ChildProcess.find(words.first ?? "", path: environment["PATH"] ?? "/usr/bin:/bin", from: directory)
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
    parent.add(to: &environment, for: chunk)
    return environment
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

/// The stage that runs a command on chunks, as the command is told of it. On Slurm a file in the job's folder tells the tasks.
struct ChunkParent: Sendable, Equatable {
  /// The stage's identity in provenance; nil where none is kept.
  var stage: String?
  /// The value of `TRACEPARENT`.
  var trace: String

  init(_ recorder: StageRecorder) {
    stage = recorder.isOff ? nil : recorder.id
    trace = TraceContext.parent(given: processEnvironment()[TraceContext.variable], stage: recorder.id)
  }

  fileprivate func add(to environment: inout [String: String], for chunk: ChunkIdentifier) {
    environment[TraceContext.variable] = trace
    if let stage {
      environment[ParentMark.variable] = ParentMark(stage: stage, item: chunk.description).description
    } else {
      environment["MILLRACE_PROVENANCE"] = "off"
    }
  }
}

extension ChunkParent {
  var json: JSONValue {
    .object([.init("stage", stage.map { .string($0) } ?? .null), .init("trace", .string(trace))])
  }

  init(_ object: ObjectReader) throws(Failure) {
    stage = object.value["stage"]?.text
    trace = try object.text("trace")
  }
}

extension JobFolder {
  private var parentPath: String { "\(path)/parent.json" }

  /// What the owner told last of the stage that commands belong to.
  func parent() throws(Failure) -> ChunkParent {
    let bytes = try readFile(parentPath, limit: 1 << 16)
    return try ChunkParent(try unsafe ObjectReader(parsing: bytes.bytes, at: Place(file: parentPath)))
  }

  func write(_ parent: ChunkParent) throws(Failure) {
    let text = ByteBuffer()
    parent.json.write(to: text)
    text.append("\n")
    try writePrivately(text, to: parentPath)
  }
}
