import ArgumentParser
import MillraceCore

/// Removes jobs that have ended.
struct Purge: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Remove the folders of jobs that have ended.",
    discussion: """
      What a job wrote to its output stays, and so does its sidecar. A job that is being worked on is never removed.
        $ batch-run purge --older-than 30d
        $ batch-run purge 20261121-184503-k7q2
      """)

  @Argument(
    help: ArgumentHelp("Ids of jobs, or paths of their folders.", valueName: "job"), completion: .directory)
  var jobs: [String] = []
  @Option(
    help: ArgumentHelp(
      "Of the named jobs, or of all, those to which nothing has happened for so long: 12h, 30d.", valueName: "time"),
    transform: TimeSpan.init)
  var olderThan: TimeSpan?
  @Flag(help: "Remove unfinished and damaged ones, too, that are named.") var force = false
  @Flag(help: "Only say what would be removed.") var dryRun = false

  func validate() throws {
    if jobs.isEmpty, olderThan == nil {
      throw ValidationError("name the jobs to remove, or say --older-than with a time such as 30d")
    }
    if jobs.isEmpty, force { throw ValidationError("--force is for jobs that are named") }
    if let olderThan, olderThan.seconds == nil {
      throw ValidationError("--older-than forever would remove nothing; name a time such as 30d")
    }
  }

  func run() throws {
    let environment = processEnvironment()
    let purge = JobPurge(
      home: JobHome(environment), environment: environment, olderThan: olderThan?.seconds, isForced: force,
      isDryRun: dryRun)
    let diagnostics = Diagnostics()
    let outcome = try purge.remove(jobs, tell: { (line) throws(Failure) in try StandardOutput.write(line) })
    for failure in outcome.failures { diagnostics.error(failure) }
    let count = counted(outcome.removed, "job")
    diagnostics.note("\(dryRun ? "would remove" : "removed") \(count), \(decimal(Double(outcome.bytes), "B"))")
    if let failure = outcome.failures.first { throw ExitCode(failure.status) }
  }
}
