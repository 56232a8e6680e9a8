import ArgumentParser
import MillraceCore

/// `batch-run pipeline activate`.
struct PipelineActivate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "activate",
    abstract: "Have a scheduler run a pipeline by the schedule in its file.",
    discussion: """
      cron gets lines in the user's crontab, systemd a timer and a service of the user, Slurm lines in the user's scrontab. Activating again after a change to the schedule replaces them; a change to the steps needs none. What the run finds in PATH is what is there now.
      """)

  @OptionGroup var pipeline: PipelineFileArgument
  @OptionGroup var place: SchedulerOptions
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Options of sbatch for the runs, with --scheduler slurm.", valueName: "options"))
  var slurmOptions: String?
  @Flag(help: "Print what the scheduler would get, and change nothing.")
  var dryRun = false
  @OptionGroup var talk: PipelineTalkOptions

  func run() throws {
    let diagnostics = talk.makeDiagnostics()
    let environment = processEnvironment()
    let kind = place.scheduler ?? .usual(environment)
    guard slurmOptions == nil || kind == .slurm else {
      throw Failure(.usage, "--slurm-options is for --scheduler slurm")
    }
    let plan = try PipelinePlan.read(pipeline.file, diagnostics: diagnostics)
    let scheduled = try ScheduledPipeline(plan, program: pathOfThisProgram(), environment: environment)
    let scheduler = kind.scheduler(slurmOptions: slurmOptions, environment: environment)
    guard !dryRun else { return try StandardOutput.write(scheduler.text(scheduled)) }
    let lock = try SchedulerOptions.lock(environment)
    try withExtendedLifetime(lock) { try scheduler.install(scheduled) }
    let missing = ScheduledPipeline.missingVariables(of: plan.pipeline)
    if !missing.isEmpty {
      diagnostics.warning("\(kind.rawValue) must set what the file asks for: \(namingFirst(missing))")
    }
    diagnostics.note("\(kind.rawValue) runs the pipeline \"\(scheduled.name)\" at \(scheduled.schedule.text)")
    if kind == .systemd { diagnostics.note("loginctl enable-linger has it run while nobody is logged in, too") }
  }
}

/// Which scheduler is meant.
struct SchedulerOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Which scheduler. cron by default where there is a crontab command, else systemd.",
      valueName: "cron|systemd|slurm"))
  var scheduler: SchedulerKind?

  /// Keeps two of us from changing a table at the same time.
  static func lock(_ environment: [String: String]) throws(Failure) -> FileLock {
    let folder = RunFolder.home(environment)
    try makePrivateFolder(folder)
    return try FileLock.acquire("\(folder)/schedule.lock")
  }
}

extension SchedulerKind: ExpressibleByArgument {}
