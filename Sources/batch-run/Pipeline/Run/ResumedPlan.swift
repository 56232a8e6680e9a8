import MillraceCore

/// Looks whether a run can go on from where it stands: whether what it has done still holds.
enum ResumedPlan {
  /// The plan of the run: from the pipeline file if that says the same as when the run began, from the run's own copy if the
  /// file is gone.
  ///
  /// - Throws: `.badConfiguration` when the file says something else now.
  static func plan(
    _ folder: RunFolder, _ specification: RunSpecification, diagnostics: Diagnostics, surroundings: Surroundings
  ) throws -> PipelinePlan {
    let isFileThere = isRegularFile(specification.file)
    let text = try PipelinePlan.text(of: isFileThere ? specification.file : folder.pipelineFile)
    let plan = PipelinePlan(
      file: specification.file, path: specification.file, text: text, environment: surroundings.environment)
    if !isFileThere {
      diagnostics.warning("\(specification.file) is gone: the run goes on by the copy that it began with")
    }
    try plan.refuseErrors(diagnostics)
    if let difference = specification.difference(to: plan) {
      throw Failure(
        .badConfiguration, "the pipeline is not the one that the run began with: \(difference)",
        at: Place(file: specification.file),
        advice: "\(programName) pipeline run \(specification.file) runs the new one from its beginning")
    }
    for warning in plan.warnings { diagnostics.warning(warning.description) }
    return plan
  }

  /// Looks at the files that completed steps have read and written.
  ///
  /// - Throws: `.badConfiguration` for one that is another now, or is missing and still to be read.
  static func checkFiles(of record: RunRecord, plan: PipelinePlan, diagnostics: Diagnostics) throws(Failure) {
    let completed = record.completed
    let open = plan.steps.filter { completed[$0.step.name] == nil }
    let needed = Set(open.flatMap { [$0.input, $0.compared] }.compactMap { $0 })
    for step in record.steps {
      for file in completed[step.name]?.files ?? [] {
        let place = Place(file: file.path)
        guard isThere(file.path) else {
          guard needed.contains(file.path) else { continue }
          throw Failure(
            .badConfiguration, "the file is gone, which the completed step \"\(step.name)\" left for others to read",
            at: place, advice: "run the pipeline anew")
        }
        guard try !file.holds() else { continue }
        throw Failure(
          .badConfiguration, "the file has changed since the completed step \"\(step.name)\" read or wrote it",
          at: place,
          advice: "run the pipeline anew, or put the file back")
      }
    }
  }
}
