import ArgumentParser
import MillraceCore

/// Ends a job before its time.
struct Cancel: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "End a job before its time.",
    discussion: """
      Finished chunks stay: batch-run resume goes on with the job. Whoever works on it is asked to stop and waited for.
        $ batch-run cancel 20261121-184503-k7q2
      """)

  @OptionGroup var job: JobArgument
  @Option(
    help: ArgumentHelp("How long to wait for the job's process to stop.", valueName: "time"), transform: TimeSpan.init)
  var timeout = TimeSpan(seconds: 60)

  func run() throws {
    let environment = processEnvironment()
    let folder = try job.folder()
    let name = JobHome(environment).name(of: folder)
    let cancellation = JobCancellation(folder: folder, name: name, timeout: timeout)
    Diagnostics().note("\(name): \(try cancellation.cancel())")
  }
}
