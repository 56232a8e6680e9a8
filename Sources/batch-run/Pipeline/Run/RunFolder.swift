import Glibc
import MillraceCore

/// What one run of a pipeline keeps: `STATE/pipelines/NAME/RUN`.
///
///     run.json         what it runs, written once
///     pipeline.yaml    the file as it was
///     journal.ndjson   what happened
///     owner.lock       held by the process that runs it
///     stderr/STEP      what each step wrote on standard error, attempt after attempt
///     output/STEP      what a step without an output wrote on standard output
///     jobs/STEP        the job folder of a batch
struct RunFolder: Sendable {
  let path: String

  var identifier: String { nameInFolder(path) }
  var journal: String { "\(path)/journal.ndjson" }
  var pipelineFile: String { "\(path)/pipeline.yaml" }
  func standardError(of step: String) -> String { "\(path)/stderr/\(step)" }
  func standardOutput(of step: String) -> String { "\(path)/output/\(step)" }
  func job(of step: String) -> String { "\(path)/jobs/\(step)" }
  private var owner: String { "\(path)/owner.lock" }

  /// The folder of all runs of all pipelines.
  static func home(_ environment: [String: String]) -> String { "\(stateFolder(environment))/pipelines" }

  /// Makes the folder of a new run, and owns it.
  static func create(
    _ specification: (String) -> RunSpecification, pipeline: String, text: [UInt8], surroundings: Surroundings
  ) throws(Failure) -> (folder: RunFolder, owner: FileLock) {
    let home = "\(home(surroundings.environment))/\(pipeline)"
    try makePrivateFolder(home)
    while true {
      let folder = RunFolder(path: "\(home)/\(JobSpecification.newIdentifier(surroundings))")
      if unsafe mkdir(folder.path, 0o700) != 0 {
        if errno == EEXIST { continue }
        throw .system(.cannotCreate, "cannot make the run's folder", errorNumber: errno, at: Place(file: folder.path))
      }
      for name in ["stderr", "output", "jobs"] { try makePrivateFolder("\(folder.path)/\(name)") }
      let owner = try folder.own()
      try write(ByteBuffer(text), to: folder.pipelineFile)
      // Last: a folder without it is no run.
      try write(ByteBuffer(specification(folder.identifier).json.json + "\n"), to: "\(folder.path)/run.json")
      return (folder, owner)
    }
  }

  private static func write(_ bytes: ByteBuffer, to path: String) throws(Failure) {
    try AtomicFile.write(bytes, to: path, permissions: 0o600, durable: true)
  }

  /// Becomes the run's owner.
  ///
  /// - Throws: `.stoppedEarly` when another process is.
  func own() throws(Failure) -> FileLock {
    guard let lock = try FileLock.tryAcquire(owner) else {
      let holder = FileLock.holder(of: owner) ?? "another process"
      throw Failure(
        .stoppedEarly, "the run \(identifier) is under way: \(holder) has it",
        advice: "wait for its end")
    }
    return lock
  }

  /// Whether a process runs it now.
  var isOwned: Bool { FileLock.isHeld(owner) }

  /// What the folder runs.
  ///
  /// - Throws: `.badConfiguration` when it is of another version or damaged.
  func specification() throws(Failure) -> RunSpecification {
    let path = "\(path)/run.json"
    let bytes = try readFile(path, limit: 4 << 20)
    let json = try? unsafe JSONValue.parse(bytes.bytes, maximumDepth: 64)
    guard let specification = RunSpecification(json ?? .null) else {
      throw Failure(
        .badConfiguration, "not a run that this version of batch-run knows", at: Place(file: path),
        advice: "run the pipeline anew")
    }
    return specification
  }

  /// The run of that identifier, or in that folder.
  static func find(_ run: String, environment: [String: String]) throws(Failure) -> RunFolder {
    if run.contains("/") {
      let path = withoutTrailingSlashes(run)
      if isThere("\(path)/run.json") { return RunFolder(path: resolvedPath(path) ?? path) }
      throw Failure(.noInput, "not the folder of a run", at: Place(file: run))
    }
    let folders = all(pipeline: nil, environment: environment)
    if let folder = folders.first(where: { $0.identifier == run }) { return folder }
    let near = nearestName(to: run, among: folders.map(\.identifier))
    throw Failure(
      .noInput, "there is no run \"\(run)\"",
      advice: near.map { "did you mean \($0)?" } ?? "batch-run pipeline history lists them")
  }

  /// All runs, of one pipeline or of all, newest first.
  static func all(pipeline: String?, environment: [String: String]) -> [RunFolder] {
    let home = home(environment)
    let pipelines = pipeline.map { [$0] } ?? (try? namesInFolder(home)) ?? []
    let runs = pipelines.flatMap { name in
      ((try? namesInFolder("\(home)/\(name)")) ?? []).map { RunFolder(path: "\(home)/\(name)/\($0)") }
    }
    // Identifiers tell the second alone; run.json is written once, when the run is made.
    let made = runs.compactMap { run in
      (try? FileSource(path: "\(run.path)/run.json")).map { (run: run, made: FileStamp($0.status).changed) }
    }
    return made.sorted { ($0.made, $0.run.identifier) > ($1.made, $1.run.identifier) }.map(\.run)
  }
}
