import ArgumentParser
import MillraceCore

/// Runs a command on the chunks of a table.
struct Run: FilterCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run COMMAND on each chunk of the input, and put the results together in order.",
    discussion: """
      COMMAND reads a chunk on standard input and writes its result on standard output. Without a subcommand's name, batch-run runs.
        $ batch-run --workers 4 -o result.ndjson -- \\
            jq -c 'select(.score > 3)' < rows.ndjson
      """)

  @OptionGroup var new: NewJobOptions
  @Option(
    help: ArgumentHelp(
      "Folder of the job: made, or gone on with when it holds this very job, unfinished. By default a new one among the user's jobs.",
      valueName: "folder"), completion: .directory)
  var job: String?
  @OptionGroup var common: CommonOptions

  static var defaultContext: ContextLevel { .rows }

  var parameters: [JSONValue.Member] { new.parameters }

  func validate() throws {
    if new.command.isEmpty {
      throw ValidationError("say what is to be run, behind two dashes: batch-run [options] -- COMMAND [ARGUMENT...]")
    }
  }

  func run(in stage: Stage) throws(Failure) {
    let specification = try newJob.specification()
    _ = try ChunkCommand(
      specification.command, directory: specification.directory, job: specification.identifier,
      parent: stage.recorder.asParent, environment: processEnvironment())
    stage.expect([new.input])
    if stage.isDryRun { return try DryRun(specification, stage).run(new.input) }
    let channels = try new.alerts.channels(environment: processEnvironment())
    let folder = try newJob.openFolder(specification)
    let job = try OwnedJob(folder, clock: .system)
    try folder.keep(new.alerts)
    try JobSession(
      job: job, stage: stage, settings: specification.settings, workers: new.work.request(specification.settings),
      loadLimit: new.work.loadLimit, alerts: JobAlerts(job, channels, stage.diagnostics)
    ).work(reviving: true, input: new.input)
  }

  private var newJob: NewJob {
    NewJob(options: new, jobs: common.run.jobs, path: job, output: nil)
  }
}
