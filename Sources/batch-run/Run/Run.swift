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
  @OptionGroup var common: CommonOptions

  static var defaultContext: ContextLevel { .rows }

  var parameters: [JSONValue.Member] { table.parameters + chunking.parameters + work.parameters }

  func validate() throws {
    if command.isEmpty {
      throw ValidationError("say what is to be run, behind two dashes: batch-run [options] -- COMMAND [ARGUMENT...]")
    }
  }

  func run(in stage: Stage) throws(Failure) {
    let specification = try newJob.specification()
    _ = try ChunkCommand(
      specification.command, directory: specification.directory, job: specification.identifier,
      parent: stage.recorder.asParent, environment: processEnvironment())
    stage.expect([file ?? "-"])
    if stage.isDryRun { return try DryRun(specification, stage).run(file ?? "-") }
    let channels = try alerts.channels(environment: processEnvironment())
    let folder = try newJob.openFolder(specification)
    let job = try OwnedJob(folder, clock: .system)
    try JobSession(
      job: job, stage: stage, settings: specification.settings, workers: work.request(specification.settings),
      loadLimit: work.loadLimit, alerts: JobAlerts(job, channels, stage.diagnostics)
    ).work(reviving: true, input: file ?? "-")
  }

  private var newJob: NewJob {
    NewJob(
      file: file, command: command, table: table, chunking: chunking, work: work, jobs: common.run.jobs, path: job,
      output: nil)
  }
}
