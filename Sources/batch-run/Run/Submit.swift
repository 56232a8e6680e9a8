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
    try folder.keep(new.alerts, arguments: ["--output=\(result)"] + common.provenance.arguments)
    try begin(OwnedJob(folder, clock: .system), stage, specification)
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

  private func absolute(_ path: String) -> String {
    path.hasPrefix("/") ? path : "\(resolvedPath(".") ?? "")/\(path)"
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
  private var finishPath: String { "\(path)/finish.json" }

  /// Keeps whom to tell for whoever goes on with a job that is waited for. Addresses of webhooks are secrets: only that there
  /// are some is kept.
  func keep(_ alerts: AlertOptions) throws(Failure) {
    guard !alerts.isEmpty || isRegularFile(finishPath) else { return }
    var known = alerts
    known.notify = []
    try keep(known, arguments: keptArguments(), omittedWebhooks: alerts.notify.count)
  }

  /// Keeps for the process that goes on whom to tell, and its arguments. Addresses of webhooks are secrets, so they are in no
  /// command line.
  fileprivate func keep(_ alerts: AlertOptions, arguments: [String], omittedWebhooks: Int = 0) throws(Failure) {
    func texts(_ name: String, _ values: [String]) -> JSONValue.Member {
      .init(name, .array(values.map { .string($0) }))
    }
    let kept = JSONValue.object([
      texts("notify", alerts.notify), texts("mail", alerts.notifyMail), texts("command", alerts.notifyCommand),
      texts("arguments", arguments), .init("omitted_webhooks", .integer(omittedWebhooks)),
    ])
    try writePrivately(kept, to: finishPath)
  }

  func keptAlerts() throws(Failure) -> AlertOptions {
    var alerts = AlertOptions()
    let object = try finishObject()
    alerts.notify = try object?.texts("notify") ?? []
    alerts.notifyMail = try object?.texts("mail") ?? []
    alerts.notifyCommand = try object?.texts("command") ?? []
    return alerts
  }

  /// Whom to tell when a person goes on with the job: what the options say, or else what was said before.
  func alerts(_ given: AlertOptions, _ diagnostics: Diagnostics) throws(Failure) -> AlertOptions {
    guard given.isEmpty else {
      try keep(given)
      return given
    }
    if let count = try finishObject()?.value["omitted_webhooks"]?.integer, count > 0 {
      diagnostics.warning(
        "the job's \(count == 1 ? "webhook is" : "webhooks are") kept nowhere: name \(count == 1 ? "it" : "them") again by --notify"
      )
    }
    return try keptAlerts()
  }

  /// The arguments of the process that goes on, behind the job.
  func keptArguments() throws(Failure) -> [String] { try finishObject()?.texts("arguments") ?? [] }

  private func finishObject() throws(Failure) -> ObjectReader? {
    guard isRegularFile(finishPath) else { return nil }
    return try ObjectReader(file: finishPath, limit: 4 << 20)
  }

  /// Owns the job when the process that submitted it has let go of it.
  func takeOver() throws(Failure) -> OwnedJob {
    let deadline = Clock.monotonicSeconds() + 30
    while true {
      do throws(Failure) {
        return try OwnedJob(self, clock: .system)
      } catch {
        // Who looks whether it has an owner holds the lock for an instant, too.
        guard error.status == .stoppedEarly, Clock.monotonicSeconds() < deadline else { throw error }
        usleep(50_000)
      }
    }
  }

  /// Waits until a process that was started has taken the job over, or could not.
  fileprivate func waitForOwner(after count: Int) {
    let deadline = Clock.monotonicSeconds() + 10
    while let record = try? record(), record.owners.count <= count, Clock.monotonicSeconds() < deadline {
      usleep(50_000)
    }
  }
}
