import MillraceCore

/// What a scheduler has to run, and when.
struct ScheduledPipeline: Sendable, Equatable {
  var name: String
  var schedule: CronSchedule
  /// The pipeline file, from the root.
  var file: String
  /// This program, from the root.
  var program: String
  /// What the run is started with, in order.
  var environment: [Variable]

  struct Variable: Sendable, Equatable {
    var name: String
    var value: String
  }

  /// What a scheduler would else set otherwise, or not at all.
  private static let kept = [
    "PATH", "MILLRACE_STATE_DIR", "MILLRACE_CACHE_DIR", "MILLRACE_PROVENANCE", "MILLRACE_PROVENANCE_DIR",
    "XDG_STATE_HOME", "XDG_CACHE_HOME", "TMPDIR",
  ]
  /// What every scheduler sets.
  private static let given: Set = ["HOME", "USER", "LOGNAME", "SHELL"]

  /// - Throws: `.badData` when the file has no schedule, or what must be written cannot be.
  init(_ plan: PipelinePlan, program: String, environment: [String: String]) throws(Failure) {
    guard let schedule = plan.pipeline.schedule else {
      throw Failure(
        .badData, "the pipeline has no schedule", at: Place(file: plan.path),
        advice: "add a line such as schedule: \"0 3 * * 1\"")
    }
    name = plan.pipeline.name
    self.schedule = schedule
    file = plan.path
    self.program = program
    self.environment = Self.kept.compactMap { name in
      environment[name].flatMap {
        $0.isEmpty ? nil : Variable(name: name, value: name == "PATH" ? withoutRepeats($0) : $0)
      }
    }
    for word in [file, program] + self.environment.map(\.value)
    where word.contains(where: { $0.isNewline || $0 == "\\" }) {
      throw Failure(
        .badData, "a line end or a backslash in \"\(word)\" cannot be handed to a scheduler", advice: "rename it")
    }
  }

  /// Without a word of its own: what fails is told, and mailed by cron.
  var command: [String] { [program, "pipeline", "run", "--quiet", file] }

  /// Variables that the pipeline file asks for and the scheduler will not have.
  static func missingVariables(of pipeline: Pipeline) -> [String] {
    let own = Set(pipeline.environment.map(\.name))
    let templates =
      pipeline.environment.map(\.value) + [pipeline.directory].compactMap { $0 } + pipeline.notify.urls
      + pipeline.notify.mail + pipeline.steps.flatMap { [$0.input, $0.output].compactMap { $0 } }
    let asked = Set(templates.flatMap(\.variables))
    let hasOwn = own.subtracting(pipeline.environment.filter { $0.value.variables.contains($0.name) }.map(\.name))
    return asked.subtracting(kept).subtracting(given).subtracting(hasOwn).sorted()
  }
}

/// A search path in which each folder stands once, where it first stood.
private func withoutRepeats(_ path: String) -> String {
  var seen: Set<Substring> = []
  return path.split(separator: ":").filter { seen.insert($0).inserted }.joined(separator: ":")
}
