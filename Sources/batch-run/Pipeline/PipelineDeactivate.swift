import ArgumentParser
import MillraceCore

/// `batch-run pipeline deactivate`.
struct PipelineDeactivate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "deactivate",
    abstract: "Take a pipeline back from its scheduler.",
    discussion: """
      Removes what activate has installed, and nothing else, from the scheduler that is named or from all that are there. A run that is under way goes on.
      """)

  @OptionGroup var pipeline: PipelineNameArgument
  @OptionGroup var place: SchedulerOptions
  @Flag(help: "Say what would be removed, and remove nothing.")
  var dryRun = false
  @OptionGroup var talk: PipelineTalkOptions

  func run() throws {
    let diagnostics = talk.makeDiagnostics()
    let environment = processEnvironment()
    let name = try pipeline.name()
    let kinds = place.scheduler.map { [$0] } ?? SchedulerKind.allCases.filter { $0.isAvailable(environment) }
    let lock = try SchedulerOptions.lock(environment)
    var found: [String] = []
    try withExtendedLifetime(lock) {
      for kind in kinds {
        let scheduler = kind.scheduler(slurmOptions: nil, environment: environment)
        if try dryRun ? scheduler.has(name) : scheduler.remove(name) { found.append(kind.rawValue) }
      }
    }
    guard !found.isEmpty else {
      diagnostics.note("the pipeline \"\(name)\" is not scheduled")
      return
    }
    let how = dryRun ? "would no longer run" : "no longer runs"
    diagnostics.note("\(listing(found)) \(how) the pipeline \"\(name)\"")
  }
}
