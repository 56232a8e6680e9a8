import ArgumentParser
import Glibc
import MillraceCore

/// Runs a command on the chunks of a table.
struct Run: FilterCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run COMMAND on each chunk of the input, and put the results together in order.",
    discussion: """
      COMMAND reads a chunk on standard input and writes its result on standard output. Without a subcommand's name, batch-run runs.
        $ batch-run --workers 4 -o result.ndjson -- jq -c 'select(.score > 3)' < rows.ndjson
      """)

  @Argument(help: "The input, instead of standard input.", completion: .file())
  var file: String?
  @Argument(parsing: .postTerminator, help: ArgumentHelp("What is run, and its arguments.", valueName: "command"))
  var command: [String] = []
  @OptionGroup(title: "Input") var table: TableOptions
  @OptionGroup(title: "Chunks and results") var chunking: ChunkingOptions
  @OptionGroup(title: "Work") var work: WorkOptions
  @OptionGroup(title: "Alerts") var alerts: AlertOptions
  @Option(
    help: ArgumentHelp(
      "Folder of the job: made, or gone on with when it holds this very job, unfinished. By default a new one among the user's jobs.",
      valueName: "folder"), completion: .directory)
  var job: String?
  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup(title: "Provenance") var provenance: ProvenanceOptions
  @OptionGroup(title: "Run") var runOptions: RunOptions

  static var toolName: String { "batch-run" }
  static var defaultContext: ContextLevel { .rows }

  var inputPaths: [String] { [file ?? "-"] }

  var parameters: [JSONValue.Member] { table.parameters + chunking.parameters + work.parameters }

  func validate() throws {
    if command.isEmpty {
      throw ValidationError("say what is to be run, behind two dashes: batch-run [options] -- COMMAND [ARGUMENT...]")
    }
  }

  func run(in stage: Stage) throws(Failure) {
    let specification = try specification()
    _ = try ChunkCommand(
      specification.command, directory: specification.directory, job: specification.identifier,
      parent: ChunkParent(stage.recorder), environment: processEnvironment())
    if stage.isDryRun { return try DryRun(specification, stage).run(file ?? "-") }
    let channels = try alerts.channels(environment: processEnvironment())
    let folder = try openFolder(specification)
    let job = try OwnedJob(folder, clock: .system)
    try JobSession(
      job: job, stage: stage, settings: specification.settings, workers: work.request(specification.settings),
      loadLimit: work.loadLimit, alerts: JobAlerts(job, channels, stage.diagnostics)
    ).work(reviving: true, input: file ?? "-")
  }

  /// Makes the job's folder, or finds the same job in it.
  private func openFolder(_ specification: JobSpecification) throws(Failure) -> JobFolder {
    let path = job ?? "\(JobFolder.home(processEnvironment()))/\(specification.identifier)"
    guard let folder = try? JobFolder(finding: path + "/", environment: [:]) else {
      return try JobFolder.create(path, specification)
    }
    let record = try folder.record()
    if let difference = record.specification.differences(from: specification).first {
      throw Failure(
        .badConfiguration, "the folder holds another job: here \(difference)", at: Place(file: path),
        advice: "batch-run resume goes on with that job; name another folder for this one")
    }
    guard record.state == .completed else { return folder }
    guard let owner = folder.owner else {
      removeTree(path)
      return try JobFolder.create(path, specification)
    }
    throw Failure(.stoppedEarly, "the job is being worked on by \(owner)", at: Place(file: path))
  }

  private func specification() throws(Failure) -> JobSpecification {
    let surroundings = Surroundings.ofThisProcess()
    return JobSpecification(
      identifier: JobSpecification.newIdentifier(surroundings), created: surroundings.clock.now(), command: command,
      directory: resolvedPath(".") ?? ".", input: try JobInput(file ?? "-", table), rule: chunking.rule,
      result: chunking.result,
      acceptedStatuses: chunking.acceptStatus.statuses, keepsRowCount: chunking.sameRows, output: nil,
      settings: work.settings(jobs: runOptions.jobs))
  }
}

extension JobInput {
  /// - Parameter path: "-" for standard input.
  init(_ path: String, _ options: TableOptions) throws(Failure) {
    let source = try FileSource(path: path)
    name = source.name
    self.path = source.pathFromStart
    version = self.path == nil ? nil : source.version.description
    format = options.from
    delimiter = options.delimiter?.byte
    hasNoHeader = options.hasNoHeader
    maximumRecordBytes = options.maxRecordBytes.bytes
  }
}

extension JobSpecification {
  /// A new job's name: when it was made, and four characters that tell it from others of the same second.
  static func newIdentifier(_ surroundings: Surroundings) -> String {
    let time = surroundings.clock.now().localText
    let digits = time.prefix(19).filter { $0.isNumber }
    let letters = Array("23456789abcdefghjkmnpqrstuvwxyz")
    var bits = surroundings.random()
    var mark = ""
    for _ in 0..<4 {
      mark.append(letters[Int(bits % UInt64(letters.count))])
      bits /= UInt64(letters.count)
    }
    return "\(digits.prefix(8))-\(digits.suffix(6))-\(mark)"
  }
}
