import ArgumentParser
import MillraceCore

/// `batch-run pipeline validate`.
struct PipelineValidate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "validate",
    abstract: "Tell all that is wrong with a pipeline file.",
    discussion: "Nothing is run. Ends with status 65 when something is wrong.")

  @OptionGroup var pipeline: PipelineFileArgument
  @OptionGroup var talk: PipelineTalkOptions

  func run() throws {
    let diagnostics = talk.makeDiagnostics()
    let plan = try PipelinePlan.read(pipeline.file, diagnostics: diagnostics)
    let count = counted(plan.steps.count, "step")
    diagnostics.note("\(pipeline.file): the pipeline \"\(plan.pipeline.name)\" of \(count) is well-formed")
  }
}
