import ArgumentParser
import MillraceCore

/// Tells where a job stands.
struct Status: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Tell where a job stands: progress, workers, memory, retries, and what failed.",
    discussion: """
      Without JOB, the job that was made last.
        $ batch-run status
        $ batch-run status --follow --json 20261121-184503-k7q2 | jq .progress
      """)

  @Argument(help: "The job's id, or the path of its folder.", completion: .directory)
  var job: String?
  @Flag(help: "Print JSON, one object a line.") var json = false
  @Flag(help: "Print a line each 5 s until the job has ended.") var follow = false

  func run() throws {
    let environment = processEnvironment()
    let home = JobHome(environment)
    let folder =
      try job.map { (name) throws(Failure) in try JobFolder(finding: name, environment: environment) } ?? home.newest()
    var watch = try JobWatch(folder)
    let name = home.name(of: folder)
    guard follow else {
      let text = StatusText(try watch.look(), name: name)
      return try StandardOutput.write(json ? text.json.json + "\n" : text.page)
    }
    try StatusFollower().follow(&watch) { (overview) throws(Failure) in
      let text = StatusText(overview, name: name)
      try StandardOutput.write(json ? text.json.json + "\n" : text.event)
    }
  }
}
