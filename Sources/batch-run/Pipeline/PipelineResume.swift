import ArgumentParser
import MillraceCore

/// `batch-run pipeline resume`.
struct PipelineResume: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume",
    abstract: "Go on with a run that failed or was stopped.",
    discussion: """
      Steps that have completed do not run again; those that failed, and those that they kept from running, do. A pipeline file that has changed since the run began, or a file that a completed step has read or written, is noticed, and the run is refused with status 78.
      """)

  @Argument(help: ArgumentHelp("The run's identifier, or its folder.", valueName: "run")) var identifier: String
  @OptionGroup var execution: PipelineExecutionOptions
  @OptionGroup var talk: PipelineTalkOptions

  func run() throws {
    let diagnostics = talk.makeDiagnostics()
    let surroundings = Surroundings.ofThisProcess()
    let folder = try RunFolder.find(identifier, environment: surroundings.environment)
    let specification = try folder.specification()
    let owner = try folder.own()
    let record = try RunRecord(folder)
    guard record.completed.count < record.steps.count else {
      diagnostics.note("all steps of the run \(folder.identifier) have completed")
      return
    }
    let plan = try ResumedPlan.plan(folder, specification, diagnostics: diagnostics, surroundings: surroundings)
    if let missing = plan.missingVariable { throw missing }
    let lock = try PipelineLock.acquire(plan.pipeline, environment: surroundings.environment)
    try ResumedPlan.checkFiles(of: record, plan: plan, diagnostics: diagnostics)
    diagnostics.note(
      "run \(folder.identifier) of \"\(plan.pipeline.name)\" goes on: \(record.completed.count) of \(record.steps.count) steps have completed",
      details: [.init("run", .string(folder.identifier))])
    try withExtendedLifetime((lock, owner)) {
      try PipelineExecution(
        plan: plan, folder: folder, diagnostics: diagnostics, jobs: execution.jobs, surroundings: surroundings
      ).run(completed: record.completed, isResumed: true)
    }
  }
}
