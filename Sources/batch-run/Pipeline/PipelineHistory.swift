import ArgumentParser
import MillraceCore

/// `batch-run pipeline history`.
struct PipelineHistory: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "history",
    abstract: "List the runs, newest first.")

  @Argument(
    help: "The pipeline file, or the pipeline's name. All pipelines without it.",
    completion: .file(extensions: ["yaml", "yml"]))
  var pipeline: String?
  @Option(help: ArgumentHelp("List so many runs at most.", valueName: "number"))
  var last: Int?
  @Flag(help: "Print NDJSON, with all steps of each run.")
  var json = false

  func validate() throws {
    if let last, last < 1 { throw ValidationError("--last must be at least 1, not \(last)") }
  }

  func run() throws {
    let environment = processEnvironment()
    let name = try pipeline.map { try PipelineNameArgument.name(of: $0) }
    let folders = RunFolder.all(pipeline: name, environment: environment)
    var rows: [RunRow] = []
    for folder in folders.prefix(last ?? .max) { rows.append(RunRow(folder)) }
    try StandardOutput.write(json ? RunRow.ndjson(rows) : RunRow.table(rows))
  }
}
