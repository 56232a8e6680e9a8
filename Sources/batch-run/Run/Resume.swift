import ArgumentParser
import MillraceCore

/// Goes on with a job that was cut off.
struct Resume: FilterCommand {
  static let configuration = CommandConfiguration(
    abstract: "Go on with a job that was stopped, killed or failed; finished chunks are not run again.",
    discussion: """
      The whole result is written, the same bytes as if the job had never been stopped. A job that was reading a pipe, and had not read all of it, needs the same input again on standard input; what it has cut already is compared.
      """)

  @OptionGroup var target: JobArgument
  @OptionGroup var changes: ResumedJobOptions
  @OptionGroup var common: CommonOptions
  @Flag(help: ArgumentHelp("On Slurm: submit what is left, and a job behind it that goes on.", visibility: .private))
  var handOver = false

  static var defaultContext: ContextLevel { .rows }
  var parameters: [JSONValue.Member] { target.parameters(changes) }

  func run(in stage: Stage) throws(Failure) {
    try target.goOn(stage, changes, jobs: common.run.jobs, handsOver: handOver)
  }
}

/// Tries what has failed again.
struct Retry: FilterCommand {
  static let configuration = CommandConfiguration(
    abstract: "Try the chunks that failed again, with the same command or another one, and finish the job.",
    discussion: """
      Give a mended command behind two dashes; what is finished already stays as it is.
        $ batch-run retry 20261121-184503-k7q2 -o result.csv -- ./score --lenient
      """)

  @OptionGroup var target: JobArgument
  @Argument(parsing: .postTerminator, help: ArgumentHelp("Another command for what is left.", valueName: "command"))
  var command: [String] = []
  @OptionGroup var changes: ResumedJobOptions
  @OptionGroup var common: CommonOptions

  static var defaultContext: ContextLevel { .rows }
  var parameters: [JSONValue.Member] { target.parameters(changes, command: command) }

  func run(in stage: Stage) throws(Failure) {
    try target.goOn(stage, changes, jobs: common.run.jobs, command: command)
  }
}

/// What may be other than before when a job goes on.
struct ResumedJobOptions: ParsableArguments {
  @OptionGroup(title: "Work") var work: WorkOptions
  @Option(
    help: ArgumentHelp(
      "What results are, when that turned out to be wrong.", valueName: "auto|csv|tsv|ndjson|lines|bytes"))
  var result: ResultForm?
  @OptionGroup(title: "Alerts") var alerts: AlertOptions
}

/// The job that a command is about.
struct JobArgument: ParsableArguments {
  @Argument(help: ArgumentHelp("The job's id, or its folder.", valueName: "job"), completion: .directory)
  var job: String

  func folder() throws(Failure) -> JobFolder { try JobFolder(finding: job, environment: processEnvironment()) }

  /// For provenance: what the job computes from here on, and how. A job that cannot be read is told of later.
  ///
  /// - Parameter command: What is run from here on; empty for what was run before.
  fileprivate func parameters(_ changes: ResumedJobOptions, command: [String] = []) -> [JSONValue.Member] {
    guard let record = try? folder().record() else { return changes.work.parameters }
    var specification = record.specification
    specification.command = command.isEmpty ? record.command : command
    if let result = changes.result { specification.result = result }
    return (specification.json.members ?? []) + changes.work.parameters
  }

  /// Takes the job over and works on it to its end.
  ///
  /// - Parameters:
  ///   - command: what is run from here on; empty for what was run before.
  ///   - handsOver: the job is one on Slurm's, which neither waits nor gives failed chunks new attempts.
  fileprivate func goOn(
    _ stage: Stage, _ changes: ResumedJobOptions, jobs: Int?, command: [String] = [], handsOver: Bool = false
  ) throws(Failure) {
    let folder = try folder()
    let before = try folder.record()
    if before.isDone {
      // A kill may have come in between.
      if let lock = try? folder.own() { withExtendedLifetime(lock) { folder.dropAlerts() } }
      throw Failure(
        .no, "the job is completed, and its result was written", at: Place(file: job),
        advice: "run the command again for another job")
    }
    if stage.isDryRun {
      let counts = before.counts
      stage.diagnostics.note(
        "would go on with job \(before.specification.identifier): \(counts.completed) of \(counts.all) chunks are done")
      return
    }
    let alerts = try handsOver ? folder.keptAlerts() : folder.alerts(changes.alerts, stage.diagnostics)
    let channels = try alerts.channels(environment: processEnvironment())
    let owned =
      try handsOver
      ? folder.takeOver()
      : OwnedJob(
        folder, clock: .system, changingCommandTo: command, resultTo: changes.result)
    // Not before: the list is another owner's while there is one.
    if !handsOver, !changes.alerts.isEmpty { try folder.keep(changes.alerts) }
    let settings = changes.work.settings(changing: before.specification.settings, jobs: jobs)
    let stays = settings.backend == .local
    try JobSession(
      job: owned, stage: stage, settings: settings, workers: changes.work.request(settings),
      loadLimit: settings.loadLimit.map { LoadLimit($0) }, alerts: JobAlerts(owned, channels, stage.diagnostics),
      handsOver: handsOver && !stays
    ).work(reviving: !handsOver, input: nil)
  }
}
