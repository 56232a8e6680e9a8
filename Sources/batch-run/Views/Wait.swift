import ArgumentParser
import MillraceCore

/// Waits until a job has ended.
struct Wait: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Wait until a job has ended.",
    discussion: """
      Ends with status 0 when the job is completed; 1 when chunks are missing, or it failed or was cancelled; 75 when the time is up or nobody works on the job any more.
        $ batch-run wait 20261121-184503-k7q2 && make figures
      """)

  @OptionGroup var job: JobArgument
  @Option(
    help: ArgumentHelp("Wait no longer than this: 90s, 30m, 2h.", valueName: "time"), transform: TimeSpan.init)
  var timeout = TimeSpan(seconds: nil)

  func run() throws {
    let environment = processEnvironment()
    let folder = try job.folder()
    var watch = try JobWatch(folder)
    let waiting = JobWaiting(name: JobHome(environment).name(of: folder), timeout: timeout)
    Diagnostics().note(try waiting.wait(&watch))
  }
}
