import ArgumentParser
import MillraceCore

/// The options of whoever makes a job: what is run, on which input, and how.
struct NewJobOptions: ParsableArguments {
  @Argument(help: "The input, instead of standard input.", completion: .file())
  var file: String?
  @Argument(parsing: .postTerminator, help: ArgumentHelp("What is run, and its arguments.", valueName: "command"))
  var command: [String] = []
  @OptionGroup(title: "Input") var table: TableOptions
  @OptionGroup(title: "Chunks and results") var chunking: ChunkingOptions
  @OptionGroup(title: "Work") var work: WorkOptions
  @OptionGroup(title: "Alerts") var alerts: AlertOptions

  /// A path, or "-" for standard input.
  var input: String { file ?? "-" }
  var parameters: [JSONValue.Member] { table.parameters + chunking.parameters + work.parameters }
}
