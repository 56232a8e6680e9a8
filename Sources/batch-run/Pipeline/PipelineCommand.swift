import ArgumentParser
import MillraceCore

/// `batch-run pipeline`: steps that need each other, run, scheduled, and looked back on.
struct PipelineCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pipeline",
    abstract: "Run the steps of a pipeline file, or have a scheduler run them.",
    discussion: """
      A pipeline file names steps and which of them need which; millrace-pipeline(5) describes it. Check it, run it, and go on after a failure:
        $ batch-run pipeline validate nightly.yaml
        $ batch-run pipeline run nightly.yaml
        $ batch-run pipeline resume 20261121-030000-k7q2
      Have cron run it by its schedule, and see how that went:
        $ batch-run pipeline activate nightly.yaml
        $ batch-run pipeline history nightly.yaml
      """,
    subcommands: [
      PipelineValidate.self, PipelineRun.self, PipelineResume.self, PipelineActivate.self, PipelineDeactivate.self,
      PipelineHistory.self,
    ])
}

/// The pipeline file that a subcommand is about.
struct PipelineFileArgument: ParsableArguments {
  @Argument(help: "The pipeline file.", completion: .file(extensions: ["yaml", "yml"]))
  var file: String
}

/// A pipeline whose file may be gone.
struct PipelineNameArgument: ParsableArguments {
  @Argument(help: "The pipeline file, or the pipeline's name.", completion: .file(extensions: ["yaml", "yml"]))
  var pipeline: String

  func name() throws(Failure) -> String { try Self.name(of: pipeline) }

  /// The name of the pipeline that a file holds, or that is called so where there is no such file.
  static func name(of text: String) throws(Failure) -> String {
    if !isThere(text), isPipelineName(text), !text.hasSuffix(".yaml"), !text.hasSuffix(".yml") { return text }
    let name = try PipelinePlan(file: text, environment: processEnvironment()).pipeline.name
    guard !name.isEmpty else { throw Failure(.badData, "the file names no pipeline", at: Place(file: text)) }
    return name
  }
}

/// What the subcommands say, and how.
struct PipelineTalkOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Form of diagnostics on standard error.", valueName: "text|json"))
  var logFormat = LogFormat.text

  @Flag(name: .shortAndLong, help: "Say nothing but errors.")
  var quiet = false

  func makeDiagnostics() -> Diagnostics { Diagnostics(format: logFormat, verbosity: quiet ? .quiet : .normal) }
}

extension PipelinePlan {
  /// Reads a file, tells of all that is wrong with it, and gives a plan that can be carried out.
  ///
  /// - Throws: an `ExitCode` for bad data once the errors are told.
  static func read(_ file: String, diagnostics: Diagnostics) throws -> PipelinePlan {
    let plan = try PipelinePlan(file: file, environment: processEnvironment())
    for warning in plan.warnings { diagnostics.warning(warning.description) }
    try plan.refuseErrors(diagnostics)
    return plan
  }

  /// Tells of all that makes the plan useless.
  ///
  /// - Throws: an `ExitCode` for bad data when there is any.
  func refuseErrors(_ diagnostics: Diagnostics) throws {
    for error in errors { diagnostics.error(error) }
    if !errors.isEmpty { throw ExitCode(.badData) }
  }
}
