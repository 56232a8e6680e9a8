import ArgumentParser
import Glibc
import MillraceCore

/// Begins a job and leaves it to others to finish.
struct Submit: FilterCommand {
  static let configuration = CommandConfiguration(
    abstract: "Cut the input, submit the job, print its id, and return at once.",
    discussion: """
      On Slurm a small job goes on when the tasks have ended; here a process in the background does. Look at it, or wait for it, from anywhere that sees the job's folder.
        $ job=$(batch-run submit --backend slurm -o scored.csv -- \\
            ./score < reads.csv)
        $ batch-run wait "$job"
      """)

  @OptionGroup var new: NewJobOptions
  @Option(
    help: ArgumentHelp(
      "Folder of the job, to be made. By default a new one among the user's jobs.", valueName: "folder"),
    completion: .directory)
  var job: String?
  @OptionGroup var common: CommonOptions

  static var defaultContext: ContextLevel { .rows }

  var parameters: [JSONValue.Member] { new.parameters }

  func validate() throws {
    if new.command.isEmpty {
      throw ValidationError("say what is to be run, behind two dashes: batch-run submit [options] -- COMMAND")
    }
    if common.output.output == nil || common.output.output == "-" {
      throw ValidationError("say where the result goes when nobody waits for it: -o FILE")
    }
  }

  func run(in stage: Stage) throws(Failure) {
    let environment = processEnvironment()
    let result = absolute(common.output.output ?? "")
    let newJob = NewJob(options: new, jobs: common.run.jobs, path: job, output: result)
    let specification = try newJob.specification()
    _ = try ChunkCommand(
      specification.command, directory: specification.directory, job: specification.identifier,
      parent: stage.recorder.asParent, environment: environment)
    stage.expect([new.input])
    if stage.isDryRun { return try DryRun(specification, stage).run(new.input) }
    _ = try new.alerts.channels(environment: environment)
    let folder = try newJob.openFolder(specification)
    let owned = try OwnedJob(folder, clock: .system)
    try folder.keep(new.alerts, arguments: ["--output=\(result)"] + common.provenance.arguments)
    try begin(owned, stage, specification)
    if specification.settings.backend == .local {
      let owners = try folder.record().owners.count
      try DetachedProcess.start(
        arguments: ["resume", "--hand-over", folder.path] + folder.keptArguments(),
        log: "\(folder.path)/runner.log")
      folder.waitForOwner(after: owners)
    }
    try StandardOutput.writeLine(specification.identifier)
  }

  private func begin(
    _ job: OwnedJob, _ stage: Stage, _ specification: JobSpecification
  ) throws(Failure) {
    // Whoever goes on tells of the job's end.
    let silent = try AlertChannels(urls: [], addresses: [], commands: [], environment: [:], clock: .system)
    try JobSession(
      job: job, stage: stage, settings: specification.settings, workers: new.work.request(specification.settings),
      loadLimit: new.work.loadLimit, alerts: JobAlerts(job, silent, stage.diagnostics), handsOver: true
    ).work(reviving: true, input: new.input)
  }

  /// From the root, where whoever goes on finds it. A `..` leads where it leads the system, behind a link too.
  private func absolute(_ path: String) -> String {
    guard !path.hasPrefix("/"), let folder = resolvedPath(folderPart(of: path)) else { return path }
    return normalisedPath("\(folder)/\(nameInFolder(path))")
  }
}

extension ProvenanceOptions {
  /// As they are given to the process that goes on.
  fileprivate var arguments: [String] {
    (noProvenance ? ["--no-provenance"] : []) + (provenance.map { ["--provenance=\($0)"] } ?? [])
      + (context.map { ["--context=\($0.rawValue)"] } ?? [])
  }
}

extension JobFolder {
  /// Waits until a process that was started has taken the job over, or could not.
  fileprivate func waitForOwner(after count: Int) {
    let deadline = Clock.monotonicSeconds() + 10
    while let record = try? record(), record.owners.count <= count, Clock.monotonicSeconds() < deadline {
      usleep(50_000)
    }
  }
}
