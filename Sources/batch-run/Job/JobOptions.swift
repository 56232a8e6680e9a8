import ArgumentParser
import MillraceCore

/// What a job computes.
struct ChunkingOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Largest chunk, header counted. A single record that is larger has its own chunk. 10M by default.",
      valueName: "bytes"), transform: ByteCount.init)
  var chunkBytes: ByteCount?

  @Option(help: ArgumentHelp("Records in each chunk but the last, instead of bytes.", valueName: "number"))
  var chunkRecords: Int?

  @Option(
    help: ArgumentHelp(
      "What results are: csv and tsv have a header, which is written once; lines and ndjson have none; bytes may be anything. By default results of CSV are taken as CSV when they look so, others as lines.",
      valueName: "auto|csv|tsv|ndjson|lines|bytes"))
  var result = ResultForm.auto

  @Option(
    help: ArgumentHelp(
      "Exit statuses of COMMAND that mean success, as in 0,1 for grep, which ends with 1 when it finds nothing.",
      valueName: "list"), transform: StatusList.init)
  var acceptStatus = StatusList(statuses: [0])

  @Flag(help: "A result that has not as many records as its chunk is a failure.")
  var sameRows = false

  func validate() throws {
    if chunkBytes != nil, chunkRecords != nil {
      throw ValidationError("--chunk-bytes and --chunk-records exclude each other")
    }
    if let chunkRecords, chunkRecords < 1 {
      throw ValidationError("--chunk-records must be at least 1, not \(chunkRecords)")
    }
    if let chunkBytes, chunkBytes.bytes < 1 { throw ValidationError("--chunk-bytes must be at least 1") }
    try Greatest.check("--chunk-records", chunkRecords)
    try Greatest.check("--chunk-bytes", chunkBytes)
  }

  /// For provenance.
  var parameters: [JSONValue.Member] {
    [
      .init("chunk", rule.json), .init("result", .string(result.rawValue)),
      .init("accept-status", .array(acceptStatus.statuses.map { .integer($0) })), .init("same-rows", .bool(sameRows)),
    ]
  }

  var rule: ChunkRule { chunkRecords.map { .records($0) } ?? .bytes(chunkBytes?.bytes ?? 10 << 20) }
}

/// What a job can write down and read again.
private enum Greatest {
  static func check(_ option: String, _ count: Int?) throws(ValidationError) {
    guard let count, count > ObjectReader.greatest else { return }
    throw ValidationError("\(option) must be at most \(ObjectReader.greatest), not \(count)")
  }

  static func check(_ option: String, _ bytes: ByteCount?) throws(ValidationError) {
    guard let bytes, bytes.bytes > ObjectReader.greatest else { return }
    throw ValidationError("\(option) must be at most \(ByteCount(ObjectReader.greatest)), not \(bytes)")
  }
}

/// Exit statuses, written with commas between them.
struct StatusList: Sendable, Hashable {
  var statuses: [Int32]

  init(statuses: [Int32]) { self.statuses = statuses }

  init(_ text: String) throws(Failure) {
    statuses = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let status = Int32(part), (0...255).contains(status) else {
        throw Failure(.usage, "expected exit statuses from 0 to 255 such as 0 or 0,1")
      }
      statuses.append(status)
    }
  }
}

extension ResultForm: ExpressibleByArgument {}
extension Backend: ExpressibleByArgument {}

extension WorkerCount: ExpressibleByArgument {
  static let allValueStrings = ["auto", "N"]

  init?(argument: String) {
    if argument == "auto" {
      self = .auto
    } else if let number = Int(argument), (1...ResourceShare.greatestCores).contains(number) {
      self = .number(number)
    } else {
      return nil
    }
  }

  var defaultValueDescription: String {
    switch self {
    case .auto: "auto"
    case .number(let number): String(number)
    }
  }
}

extension FailurePolicy: ExpressibleByArgument {
  static var allValueStrings: [String] { ["abort", "continue"] }

  init?(argument: String) {
    switch argument {
    case "abort": self = .abort
    case "continue": self = .continue
    default: return nil
    }
  }

  var defaultValueDescription: String {
    switch self {
    case .abort: "abort"
    case .continue: "continue"
    case .atMost(let count): "at most \(count)"
    }
  }
}

/// How a job is worked on; a resumed job takes what is not said as it was.
struct WorkOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Chunks worked on at once: a number, or as many as the machine has cores and memory for (auto, the default).",
      valueName: "number|auto"))
  var workers: WorkerCount?

  @Option(
    help: ArgumentHelp(
      "Memory that COMMAND may take for one chunk; more is a failure, which --split-on-oom answers.",
      valueName: "bytes"), transform: ByteCount.init)
  var memoryPerWorker: ByteCount?

  @Option(
    help: ArgumentHelp("Start no chunk while the load average is above this.", valueName: "number"),
    transform: LoadLimit.init)
  var loadLimit: LoadLimit?

  @Option(
    help: ArgumentHelp("Time that COMMAND may take for one chunk, as in 90s, 30m, 2h.", valueName: "time"),
    transform: TimeSpan.init)
  var chunkTimeout: TimeSpan?

  @Option(help: ArgumentHelp("Further attempts at a chunk that failed. 3 by default.", valueName: "number"))
  var retries: Int?

  @Flag(
    name: .customLong("split-on-oom"), inversion: .prefixedNo,
    help: "Halve a chunk that ran out of memory, and try the halves.")
  var splitsOnOutOfMemory: Bool?

  @Option(
    help: ArgumentHelp(
      "When a chunk has failed for good: end the job (abort, the default), or go on and end with status 1 (continue).",
      valueName: "abort|continue"))
  var onFailure: FailurePolicy?

  @Option(help: ArgumentHelp("Go on until more chunks than this have failed for good.", valueName: "number"))
  var maxFailed: Int?

  @Flag(inversion: .prefixedNo, help: "Bring a result to the disk before its chunk counts as finished.")
  var durable: Bool?

  @Option(help: ArgumentHelp("Where chunks are worked on. Here (local) by default.", valueName: "local|slurm"))
  var backend: Backend?

  @Option(
    // Its value begins with a hyphen.
    parsing: .unconditional,
    help: ArgumentHelp(
      "Options for sbatch, as in '--partition=long --gres=gpu:1 --time=4:00:00'.", valueName: "options"),
    transform: SlurmWords.init)
  var slurmOptions: SlurmWords?

  @Option(help: ArgumentHelp("Chunks that one task on Slurm works on. 1 by default.", valueName: "number"))
  var chunksPerTask: Int?

  func validate() throws {
    if let retries, !(0...1000).contains(retries) { throw ValidationError("--retries must be between 0 and 1000") }
    if let maxFailed, maxFailed < 0 { throw ValidationError("--max-failed must be at least 0") }
    if maxFailed != nil, onFailure != nil {
      throw ValidationError("--max-failed and --on-failure exclude each other")
    }
    if let chunkTimeout, (chunkTimeout.seconds ?? 0) <= 0 {
      throw ValidationError("--chunk-timeout must be a time above 0")
    }
    if let memoryPerWorker, memoryPerWorker.bytes < 1 { throw ValidationError("--memory-per-worker must be above 0") }
    if let chunksPerTask, chunksPerTask < 1 { throw ValidationError("--chunks-per-task must be at least 1") }
    try Greatest.check("--max-failed", maxFailed)
    try Greatest.check("--memory-per-worker", memoryPerWorker)
    try Greatest.check("--chunks-per-task", chunksPerTask)
  }

  /// For provenance: what was asked for.
  var parameters: [JSONValue.Member] { settings().json.members ?? [] }

  /// What is asked of the machine.
  func request(_ settings: JobSettings) -> WorkerRequest {
    WorkerRequest(
      workers: settings.workers.map { .number($0) } ?? .auto, memoryPerWorker: settings.memoryPerWorker)
  }

  /// The settings of a job, changed by what these options say.
  ///
  /// - Parameter jobs: what `--jobs` says, which all tools have: the number of workers where `--workers` says none.
  func settings(changing before: JobSettings = JobSettings(), jobs: Int? = nil) -> JobSettings {
    var settings = before
    settings.workers = jobs ?? settings.workers
    switch workers {
    case .number(let number)?: settings.workers = number
    case .auto?: settings.workers = nil
    case nil: break
    }
    settings.memoryPerWorker = memoryPerWorker?.bytes ?? settings.memoryPerWorker
    settings.loadLimit = loadLimit?.limit ?? settings.loadLimit
    settings.chunkTimeout = chunkTimeout?.seconds ?? settings.chunkTimeout
    settings.retries = retries ?? settings.retries
    settings.splitsOnOutOfMemory = splitsOnOutOfMemory ?? settings.splitsOnOutOfMemory
    settings.onFailure = onFailure ?? maxFailed.map { .atMost($0) } ?? settings.onFailure
    settings.isDurable = durable ?? settings.isDurable
    settings.backend = backend ?? settings.backend
    settings.slurmOptions = slurmOptions?.words ?? settings.slurmOptions
    settings.chunksPerTask = chunksPerTask ?? settings.chunksPerTask
    return settings
  }
}
