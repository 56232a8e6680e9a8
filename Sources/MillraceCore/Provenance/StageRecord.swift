import Glibc

/// Everything that a finished stage has to say, and how it is said in the records `pipeline` and `stage`.
struct StageRecord {
  static let schemaVersion = 1
  /// Of more inputs only the first are listed.
  static let mostInputs = 100_000
  /// A longer pipeline is cut in front.
  private static let longestCommand = 1 << 16
  /// The environment variables that are told: of Slurm, and the trace that a runner began.
  private static let environmentNames = [
    "SLURM_CLUSTER_NAME", "SLURM_JOB_ID", "SLURM_ARRAY_JOB_ID", "SLURM_ARRAY_TASK_ID", "SLURM_STEP_ID", "SLURM_PROCID",
    "SLURM_JOB_NAME", TraceContext.variable, ParentMark.variable,
  ]

  let id: String
  let description: StageDescription
  let environment: [String: String]
  let start: Timestamp
  let end: Timestamp
  let status: ExitStatus
  let session: pid_t
  let inputs: [StageInput]
  /// For the producers of all inputs, by their identity.
  let embeddings: [String: ChainWriter.Embedding]
  let output: StreamContent
  let rows: (in: Int, out: Int)
  let dropped: [(reason: String, count: Int)]
  let contextLevel: ContextLevel
  let contextCount: Int
  /// Chunks that a runner cut its input into.
  var chunkCount = 0
  var children: ChildRecords?
  let sources: [JSONValue]
  /// What the tool says of the run beside its parameters.
  var details: [JSONValue.Member] = []
  let place: OutputPlace

  // MARK: Pipeline

  func pipeline() throws(Failure) -> JSONValue {
    var members: [JSONValue.Member] = [
      .init("kind", .string("pipeline")), .init("schema", .integer(Self.schemaVersion)),
      .init("output", output.digest.map { .string($0.description) } ?? .null), .init("bytes", .integer(output.bytes)),
    ]
    if let records = output.records { members.append(.init("records", .integer(records))) }
    if place.offset > 0 { members.append(.init("offset", .integer(place.offset))) }
    if let earlier = place.earlierSidecar {
      members.append(.init("continues", .string(try earlier.digest().description)))
    }
    members.append(.init("stage", .string(id)))
    members.append(.init("depth", .integer(depth)))
    members.append(.init("command", .string(command)))
    let completeness = inputs.map(\.completeness).reduce(children?.completeness ?? .verified, max)
    members.append(.init("completeness", .string(completeness.rawValue)))
    return .object(members)
  }

  private var depth: Int {
    let embedded = inputs.flatMap(\.upstreams).filter { embeddings[$0.identity] != .reference }
    return 1 + (embedded.map(\.depth).max() ?? 0)
  }

  /// The whole pipeline as one line for a shell, as far as it is known.
  private var command: String {
    var own = CommandLineText.quoting([description.tool] + CommandLineText.redacting(description.arguments))
    var before = ""
    for input in inputs {
      switch input.origin {
      case .file(let path):
        if input.descriptor == STDIN_FILENO, let path {
          own += " < \(CommandLineText.quoting(relativeToCurrentFolder(path)))"
        }
      case .pipe, .other:
        if input.upstreams.count == 1, let producer = input.upstreams.first {
          before = "\(producer.command) | "
        } else if input.upstreams.count > 1 {
          before = "{ " + input.upstreams.map { "\($0.command); " }.joined() + "} | "
        }
      }
    }
    if before.utf8.count > Self.longestCommand { before = "... | " }
    return before + own + (place.redirection.map { " \($0)" } ?? "")
  }

  // MARK: Stage

  func stage() throws(Failure) -> JSONValue {
    var members: [JSONValue.Member] = [
      .init("kind", .string("stage")), .init("id", .string(id)), .init("tool", .string(description.tool)),
      .init("version", .string(description.version)),
      .init("commit", .string(Millrace.buildCommit)),
      .init("arguments", .array(CommandLineText.redacting(description.arguments).map { .string($0) })),
      .init("parameters", description.parameters),
    ]
    if let seed = description.seed { members.append(.init("seed", .integer(seed))) }
    members += [
      .init("start", .string(start.localText)), .init("end", .string(end.localText)),
      .init("status", .integer(status.rawValue)), .init("host", .string(hostName())),
      .init("user", .string(environment["USER"] ?? environment["LOGNAME"] ?? "uid \(geteuid())")),
      .init("process", .object([.init("id", .integer(getpid())), .init("session", .integer(session))])),
    ]
    if let directory = Linux.currentFolder { members.append(.init("directory", .string(directory))) }
    let told = Self.environmentNames.compactMap { name in environment[name].map { JSONValue.Member(name, .string($0)) }
    }
    if !told.isEmpty { members.append(.init("environment", .object(told))) }
    members.append(.init("inputs", .array(try inputRecords())))
    if inputs.count > Self.mostInputs {
      members.append(.init("inputs_omitted", .integer(inputs.count - Self.mostInputs)))
    }
    members.append(.init("output", .object(output.members)))
    members.append(.init("rows", rowCounts))
    members.append(
      .init(
        "context",
        .object([.init("level", .string(contextLevel.rawValue)), .init("rows", .integer(contextCount))])))
    if chunkCount > 0 {
      members.append(
        .init("chunks", .object([.init("count", .integer(chunkCount))] + (children?.summary ?? []))))
    }
    if !sources.isEmpty { members.append(.init("sources", .array(sources))) }
    if !details.isEmpty { members.append(.init("details", .object(details))) }
    members.append(.init("resources", resources))
    return .object(members)
  }

  private func inputRecords() throws(Failure) -> [JSONValue] {
    var records: [JSONValue] = []
    for input in inputs.prefix(Self.mostInputs) {
      var members: [JSONValue.Member] = [.init("name", .string(input.name))]
      if case .file(let path?) = input.origin {
        members.append(.init("path", .string(relativeToCurrentFolder(path))))
      }
      members += input.content?.members ?? []
      members.append(.init("link", .string(input.link.rawValue)))
      if let parent = input.parent { members.append(.init("parent", .string(parent.description))) }
      if !input.upstreams.isEmpty {
        members.append(.init("upstream", .array(input.upstreams.map { .string($0.stage) })))
      }
      let ours = input.upstreams.compactMap { embeddings[$0.identity] }
      if let sidecar = input.sidecar {
        members.append(.init("sidecar", .string(sidecar.description)))
      } else if ours.contains(.reference) {
        var digests: [JSONValue] = []
        for upstream in input.upstreams {
          if let digest = try upstream.recordDigest() { digests.append(.string(digest.description)) }
        }
        members.append(.init("records_of_upstream", .array(digests)))
      }
      if ours.contains(.stages) { members.append(.init("context", .string("omitted"))) }
      if !input.candidates.isEmpty {
        members.append(.init("candidates", .array(input.candidates.map(\.json))))
      }
      records.append(.object(members))
    }
    return records
  }

  private var rowCounts: JSONValue {
    var members: [JSONValue.Member] = [
      .init("in", .integer(rows.in)), .init("out", .integer(rows.out)),
      .init("dropped", .integer(dropped.reduce(0) { $0 + $1.count })),
    ]
    if !dropped.isEmpty {
      members.append(.init("reasons", .object(dropped.map { .init($0.reason, .integer($0.count)) })))
    }
    return .object(members)
  }

  /// Elapsed and processor time in seconds, greatest resident memory in bytes.
  private var resources: JSONValue {
    var usage = rusage()
    unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
    var members: [JSONValue.Member] = [
      .init("elapsed", .number(String(end.since(start)))),
      .init("cpu", .number(String(seconds(usage.ru_utime) + seconds(usage.ru_stime)))),
    ]
    if let memory = LinuxProcess.peakMemory() { members.append(.init("memory", .integer(memory))) }
    return .object(members)
  }
}
