import ArgumentParser
import MillraceCore

/// `batch-run pipeline run`.
struct PipelineRun: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run the steps of a pipeline file.",
    discussion: """
      Steps that do not need each other run side by side. A step that fails keeps those that need it from running, and no others; the status is 1 then, and resume goes on from there. Two runs of one pipeline do not overlap unless the file allows it: the second ends with status 75.
      """)

  @OptionGroup var pipeline: PipelineFileArgument
  @OptionGroup var execution: PipelineExecutionOptions
  @OptionGroup var talk: PipelineTalkOptions
  @Flag(help: "Check the file and say which steps would run, and run none.")
  var dryRun = false

  func run() throws {
    let diagnostics = talk.makeDiagnostics()
    let surroundings = Surroundings.ofThisProcess()
    let plan = try PipelinePlan.read(pipeline.file, diagnostics: diagnostics)
    if let missing = plan.missingVariable { throw missing }
    guard !dryRun else { return try PlanText.write(plan) }
    let lock = try PipelineLock.acquire(plan.pipeline, environment: surroundings.environment)
    let created = surroundings.clock.now()
    let (folder, owner) = try RunFolder.create(
      { RunSpecification(identifier: $0, plan: plan, created: created) }, pipeline: plan.pipeline.name,
      text: plan.text, surroundings: surroundings)
    diagnostics.note(
      "run \(folder.identifier) of \"\(plan.pipeline.name)\"", details: [.init("run", .string(folder.identifier))])
    try withExtendedLifetime((lock, owner)) {
      try PipelineExecution(
        plan: plan, folder: folder, diagnostics: diagnostics, jobs: execution.jobs, surroundings: surroundings
      ).run(completed: [:], isResumed: false)
    }
  }
}

/// How a run goes.
struct PipelineExecutionOptions: ParsableArguments {
  @Option(
    name: .customLong("jobs"),
    help: ArgumentHelp("Steps at a time. The cores that this process may use by default.", valueName: "number"))
  var number: Int?

  func validate() throws {
    if let number, number < 1 { throw ValidationError("--jobs must be at least 1, not \(number)") }
  }

  var jobs: Int { number ?? availableCores() }
}

/// What `--dry-run` prints.
enum PlanText {
  static func write(_ plan: PipelinePlan) throws(Failure) {
    var text = ""
    for step in plan.steps {
      let needs = step.step.needs.isEmpty ? "" : ", after \(step.step.needs.joined(separator: ", "))"
      text += "\(step.step.name) (\(step.step.kind.rawValue)\(needs))\n"
      switch step.step.work {
      case .command(let work): text += "  \(CommandLineText.quoting(work.command))\n"
      case .batch(let work):
        text += "  \(CommandLineText.quoting([programName] + work.options + ["--"] + work.command))\n"
      default: break
      }
      if let input = step.input { text += "  reads \(input)\n" }
      if let output = step.output { text += "  writes \(output)\n" }
    }
    try StandardOutput.write(text)
  }
}
