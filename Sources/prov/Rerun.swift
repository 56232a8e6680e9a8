import ArgumentParser
import Glibc
import MillraceCore

/// Prints the pipeline that wrote a file, or runs it again and compares.
struct Rerun: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print the pipeline that wrote a file, as a line to paste; or run it again and compare.",
    discussion: """
      The line changes to the folder that the pipeline ran in, and writes where the pipeline wrote. With --run the tools are started in a fresh folder instead, on the recorded inputs, once these have the recorded digests; no shell is involved, and no file of yours is written to. Ends with status 1 when an output is not what it was.
      """)

  @OptionGroup var file: FileArgument
  @Flag(
    name: .customLong("run"), help: "Run the pipeline in a fresh folder, and compare the digests of what it writes.")
  var runsAgain = false
  @Option(
    help: ArgumentHelp(
      "The fresh folder, to be made, or empty. A temporary one by default, which is removed when all is as it was.",
      valueName: "folder"),
    completion: .directory)
  var directory: String?

  func validate() throws {
    if directory != nil, !runsAgain { throw ValidationError("--directory is for --run") }
  }

  func run() throws {
    let chain = try ProvenanceChain(try file.provenance())
    let name = withoutTrailingSlashes(fileOfSidecar(file.file))
    let pipeline = try RecordedPipeline(chain, name: name)
    let diagnostics = Diagnostics()
    guard runsAgain else {
      if let obstacle = pipeline.obstacle { diagnostics.warning(obstacle.message) }
      let line = try pipeline.line(output: lastComponent(name).isEmpty ? "output" : lastComponent(name))
      if line.contains("REDACTED") {
        diagnostics.warning("the record leaves out a secret: put it in the place of REDACTED")
      }
      try StandardOutput.writeLine(line)
      return
    }
    let plan = try RerunPlan(pipeline, name: name, tools: try Self.tools())
    try plan.checkInputs(of: pipeline)
    let folder = try FreshFolder(directory)
    let comparison: RerunComparison
    do {
      let statuses = try PipelineRunner(plan: plan, folder: folder.path).run()
      try Self.check(statuses, pipeline, plan)
      comparison = try RerunComparison(pipeline, chain, plan, folder: folder.path)
    } catch {
      diagnostics.note("what was written is in \(folder.path)")
      throw error
    }
    for warning in comparison.warnings { diagnostics.warning(warning) }
    for line in comparison.lines { try StandardOutput.writeLine(line) }
    guard comparison.agrees else {
      diagnostics.note("what was written is in \(folder.path)")
      throw ExitCode(.no)
    }
    if directory == nil { folder.remove() }
  }

  /// What stands before a tool's name in the path of its program: they are installed together, with one prefix.
  private static func tools() throws(Failure) -> String {
    let executable = try pathOfThisProgram()
    guard executable.hasSuffix("prov") else {
      throw Failure(.noInput, "the name of this program does not end with prov", at: Place(file: executable))
    }
    return String(executable.dropLast(4))
  }

  /// - Throws: when a step ended otherwise than it did.
  private static func check(_ statuses: [Int32], _ pipeline: RecordedPipeline, _ plan: RerunPlan) throws(Failure) {
    for (index, status) in statuses.enumerated() {
      let recorded = pipeline.stages[index]["status"]?.integer ?? 0
      if Int(status) != recorded {
        throw Failure(.no, "\(plan.steps[index].tool) ended with status \(status), and with \(recorded) in the record")
      }
    }
  }
}

/// Whether a second run wrote what the first did.
struct RerunComparison {
  private(set) var lines: [String] = []
  private(set) var warnings: [String] = []
  private(set) var agrees = true

  /// - Parameters:
  ///   - chain: the record of the first run.
  ///   - folder: what the plan's run wrote into.
  init(_ pipeline: RecordedPipeline, _ chain: ProvenanceChain, _ plan: RerunPlan, folder: String) throws(Failure) {
    let reader = try ProvenanceReader(path: "\(folder)/\(plan.output)\(sidecarSuffix)")
    let stages =
      try reader.map { reader throws(Failure) in try ProvenanceChain(reader).parts.first?.stages ?? [] } ?? []
    let files = chain.parts.first?.files ?? []
    for (index, stage) in pipeline.stages.enumerated() {
      let step = plan.steps[index]
      let place = "stage \(index + 1), \(step.tool)"
      let again = stages.count == pipeline.stages.count ? stages[index] : nil
      if let again { warn(place, stage, again) }
      for file in files where file["stage"] == stage["id"] {
        guard let folderName = step.folder, let path = file["path"]?.text else { continue }
        let name = lastComponent(path)
        if step.folder != nil, name.hasSuffix(".manifest") { continue }
        guard !name.isEmpty, name != "..", name != "." else { continue }
        let written = "\(folder)/\(folderName)/\(name)"
        let found = isRegularFile(written) ? try SHA256Digest.ofFile(written).digest : nil
        compare("\(place), \(name)", file["sha256"]?.text, found?.hex)
      }
      if step.folder != nil {
        lines.append("not compared: \(place): its manifest names the folder")
      } else if index == pipeline.stages.count - 1 {
        let found = try SHA256Digest.ofFile("\(folder)/\(plan.output)").digest
        compare("\(place), \(printable(plan.output))", stage["output"]?["sha256"]?.text, found.hex)
      } else if let again {
        compare("\(place), standard output", stage["output"]?["sha256"]?.text, again["output"]?["sha256"]?.text)
      }
    }
  }

  private mutating func compare(_ what: String, _ recorded: String?, _ found: String?) {
    if let recorded, recorded == found {
      lines.append("agrees: \(what): sha256:\(recorded.prefix(12))")
    } else {
      agrees = false
      lines.append(
        "differs: \(what): expected \(recorded.map { "sha256:\(printable($0))" } ?? "no digest"), found "
          + (found.map { "sha256:\($0)" } ?? "nothing"))
    }
  }

  private mutating func warn(_ place: String, _ one: JSONValue, _ other: JSONValue) {
    for member in ["version", "commit"] where one[member] != other[member] {
      warnings.append(
        "\(place): \(member) \(StageText.text(other[member])) ran, \(StageText.text(one[member])) is in the record")
    }
  }
}
