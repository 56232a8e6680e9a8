import Chunks
import MillraceCore

/// What a job computes, fixed when it is created: resumed, it gives the same bytes.
struct JobSpecification: Sendable, Equatable {
  /// Of the job folder's form.
  static let version = 1

  /// `20261121-184503-k7q2`: also the mark by which its tasks are found on Slurm.
  var identifier: String
  var created: Timestamp
  /// COMMAND and its arguments.
  var command: [String]
  /// The folder that COMMAND runs in.
  var directory: String
  var input: JobInput
  var rule: ChunkRule
  var result: ResultForm
  /// Exit statuses of COMMAND that mean success.
  var acceptedStatuses: [Int32]
  /// A result must have as many records as its chunk.
  var keepsRowCount: Bool
  /// Where the merged result goes when nobody waits for it on standard output, as an absolute path.
  var output: String?
  var settings: JobSettings
}

/// The table that a job cuts.
struct JobInput: Sendable, Equatable {
  /// As the user named it.
  var name: String
  /// The absolute path of a regular file, which can be read again; nil for a pipe.
  var path: String?
  /// Size in bytes and change time of that file, by which a change is noticed.
  var version: String?
  /// Of that file, in bytes.
  var size: Int?
  var format: RecordFormat?
  var delimiter: UInt8?
  var hasNoHeader: Bool
  var maximumRecordBytes: Int
}

/// Where a chunk ends.
enum ChunkRule: Sendable, Equatable {
  case records(Int)
  /// Before the record that would make the chunk larger, its header counted.
  case bytes(Int)
}

/// What results are, and so how they are put together.
enum ResultForm: String, Sendable, CaseIterable {
  /// As the input is; found from the first result.
  case auto
  case csv, tsv, ndjson
  /// Lines of text without a header.
  case lines
  /// Anything: the bytes one behind the other.
  case bytes
}

/// What becomes of the job when a chunk has failed for good.
enum FailurePolicy: Sendable, Equatable {
  case abort
  case `continue`
  /// It goes on while no more chunks than these have failed.
  case atMost(Int)
}

/// Where chunks are worked on.
enum Backend: String, Sendable, CaseIterable {
  case local, slurm
}

/// How a job is worked on. None of it changes the result, so a resumed job may have it otherwise.
struct JobSettings: Sendable, Equatable {
  var backend = Backend.local
  /// Nil for as many as the machine has cores.
  var workers: Int?
  /// In bytes.
  var memoryPerWorker: Int?
  /// No chunk is started while the load average is higher.
  var loadLimit: Double?
  /// In seconds.
  var chunkTimeout: Double?
  /// Attempts at a chunk after the first.
  var retries = 3
  var splitsOnOutOfMemory = false
  var onFailure = FailurePolicy.abort
  /// A result is on the disk before its chunk counts as finished.
  var isDurable = false
  /// Of Slurm, split into words.
  var slurmOptions: [String] = []
  var chunksPerTask = 1
}

// MARK: As JSON

extension JobSpecification {
  var json: JSONValue {
    .object([
      .init("version", .integer(Self.version)), .init("id", .string(identifier)),
      .init("created", .string(created.description)), .init("command", .array(command.map { .string($0) })),
      .init("directory", .string(directory)), .init("input", input.json), .init("chunk", rule.json),
      .init("result", .string(result.rawValue)),
      .init("accepted_statuses", .array(acceptedStatuses.map { .integer($0) })),
      .init("same_rows", .bool(keepsRowCount)), .init("output", output.map { .string($0) } ?? .null),
      .init("settings", settings.json),
    ])
  }

  /// - Throws: `.badConfiguration` for another version, or what is no specification.
  init(_ object: ObjectReader) throws(Failure) {
    let version = try object.integer("version")
    guard version == Self.version else {
      throw Failure(
        .badConfiguration, "the job folder has version \(version); this batch-run knows version \(Self.version)",
        at: object.place, advice: "use the batch-run that made it")
    }
    identifier = try object.text("id")
    created = try object.time("created")
    command = try object.texts("command")
    guard !command.isEmpty else { throw object.unexpected("command") }
    directory = try object.text("directory")
    input = try JobInput(object.object("input"))
    rule = try ChunkRule(object.object("chunk"))
    result = try object.choice("result")
    acceptedStatuses = try object.integers("accepted_statuses").map { Int32(truncatingIfNeeded: $0) }
    keepsRowCount = try object.bool("same_rows")
    output = object.value["output"]?.text
    settings = try JobSettings(object.object("settings"))
  }

  /// What would make another job compute something else, in words; empty when the two are the same work.
  func differences(from other: JobSpecification) -> [String] {
    var differences: [String] = []
    if command != other.command { differences.append("the command is `\(CommandLineText.quoting(other.command))`") }
    if directory != other.directory { differences.append("it runs in \(other.directory)") }
    if rule != other.rule { differences.append("its chunks have \(other.rule)") }
    if result != other.result { differences.append("its results are \(other.result.rawValue)") }
    if acceptedStatuses != other.acceptedStatuses || keepsRowCount != other.keepsRowCount {
      differences.append("other results count as good")
    }
    let (mine, theirs) = (input, other.input)
    if mine.path != theirs.path { differences.append("its input is \(theirs.path ?? theirs.name)") }
    if (mine.format, mine.delimiter, mine.hasNoHeader) != (theirs.format, theirs.delimiter, theirs.hasNoHeader) {
      differences.append("its input is read otherwise")
    }
    return differences
  }
}

extension JobInput {
  var json: JSONValue {
    .object([
      .init("name", .string(name)), .init("path", path.map { .string($0) } ?? .null),
      .init("version", version.map { .string($0) } ?? .null), .init("size", size.map { .integer($0) } ?? .null),
      .init("format", format.map { .string($0.rawValue) } ?? .null),
      .init("delimiter", delimiter.map { .integer($0) } ?? .null), .init("no_header", .bool(hasNoHeader)),
      .init("max_record_bytes", .integer(maximumRecordBytes)),
    ])
  }

  init(_ object: ObjectReader) throws(Failure) {
    name = try object.text("name")
    path = object.value["path"]?.text
    version = object.value["version"]?.text
    size = object.value["size"]?.integer
    format = try object.optional("format") { (object) throws(Failure) in try object.choice("format") }
    delimiter = object.value["delimiter"]?.integer.flatMap { UInt8(exactly: $0) }
    hasNoHeader = try object.bool("no_header")
    maximumRecordBytes = try object.integer("max_record_bytes")
  }

  var reading: ReadingOptions {
    var options = ReadingOptions()
    options.format = format
    options.delimiter = delimiter
    options.hasHeader = !hasNoHeader
    options.maximumRecordBytes = maximumRecordBytes
    return options
  }
}

extension ReadingOptions {
  /// For what a job has written itself, or had written: nothing of it is found out, and no record of it is refused.
  init(ofJobs dialect: Dialect) {
    self.init()
    format = dialect.format
    delimiter = dialect.delimiter
    hasHeader = dialect.hasHeader
    maximumRecordBytes = 1 << 30
  }
}

extension ChunkRule {
  var cutting: ChunkCutter.Rule {
    switch self {
    case .records(let count): .records(count)
    case .bytes(let count): .bytes(count)
    }
  }
}

extension ChunkRule: CustomStringConvertible {
  var description: String {
    switch self {
    case .records(let count): "\(count) records"
    case .bytes(let count): "\(ByteCount(count)) bytes"
    }
  }

  var json: JSONValue {
    switch self {
    case .records(let count): .object([.init("records", .integer(count))])
    case .bytes(let count): .object([.init("bytes", .integer(count))])
    }
  }

  init(_ object: ObjectReader) throws(Failure) {
    if object.value["records"] != nil {
      self = .records(try object.integer("records"))
    } else {
      self = .bytes(try object.integer("bytes"))
    }
  }
}

extension FailurePolicy {
  var json: JSONValue {
    switch self {
    case .abort: .string("abort")
    case .continue: .string("continue")
    case .atMost(let count): .integer(count)
    }
  }
}

extension JobSettings {
  var json: JSONValue {
    .object([
      .init("backend", .string(backend.rawValue)), .init("workers", workers.map { .integer($0) } ?? .null),
      .init("memory_per_worker", memoryPerWorker.map { .integer($0) } ?? .null),
      .init("load_limit", loadLimit.map { .number(String($0)) } ?? .null),
      .init("chunk_timeout", chunkTimeout.map { .number(String($0)) } ?? .null), .init("retries", .integer(retries)),
      .init("split_on_oom", .bool(splitsOnOutOfMemory)), .init("on_failure", onFailure.json),
      .init("durable", .bool(isDurable)),
      .init("slurm_options", .array(slurmOptions.map { .string($0) })),
      .init("chunks_per_task", .integer(chunksPerTask)),
    ])
  }

  init(_ object: ObjectReader) throws(Failure) {
    backend = try object.choice("backend")
    workers = object.value["workers"]?.integer
    memoryPerWorker = object.value["memory_per_worker"]?.integer
    loadLimit = try object.optional("load_limit") { (object) throws(Failure) in try object.number("load_limit") }
    chunkTimeout = try object.optional("chunk_timeout") { (object) throws(Failure) in
      try object.number("chunk_timeout")
    }
    retries = try object.integer("retries")
    splitsOnOutOfMemory = try object.bool("split_on_oom")
    onFailure =
      switch object.value["on_failure"] {
      case .string("abort"): .abort
      case .string("continue"): .continue
      default: .atMost(try object.integer("on_failure"))
      }
    isDurable = try object.bool("durable")
    slurmOptions = try object.texts("slurm_options")
    chunksPerTask = try object.integer("chunks_per_task")
  }
}
