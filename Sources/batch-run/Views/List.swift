import ArgumentParser
import MillraceCore

/// Lists jobs.
struct List: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List jobs, the newest first.",
    discussion: """
      Those whose folders lie where batch-run puts them; the newest 20 unless --all is said.
        $ batch-run list --json | jq -r 'select(.state == "Failed").id'
      """)

  @Flag(help: "Print NDJSON, one object a job.") var json = false
  @Flag(help: "List all jobs.") var all = false

  func run() throws {
    let home = JobHome(processEnvironment())
    let (jobs, damaged) = try home.contents()
    let shown = all ? jobs[...] : jobs.prefix(JobListing.most)
    let diagnostics = Diagnostics()
    var entries: [JobListing] = []
    for job in shown {
      do throws(Failure) {
        let listing = try JobListing(job, JobWatch(job.folder))
        if json { try StandardOutput.write(listing.json.json + "\n") } else { entries.append(listing) }
      } catch {
        if error == .brokenPipe { throw error }
        diagnostics.warning(error.description)
      }
    }
    if !json { try StandardOutput.write(JobListing.table(entries)) }
    for damage in damaged { diagnostics.warning(damage.failure.description) }
    if shown.count < jobs.count { diagnostics.note("\(jobs.count - shown.count) older jobs: --all lists them") }
  }
}
