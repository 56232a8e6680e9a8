import ArgumentParser
import MillraceCore

/// A filter that copies its rows: what every filter costs before it does anything.
struct ProbeCopy: FilterCommand {
  static let configuration = CommandConfiguration(commandName: "copy")

  @OptionGroup var input: InputOptions
  @Option(help: "A field that is looked at in every row.") var reading: String?
  @OptionGroup var format: FormatOptions
  @OptionGroup var common: CommonOptions

  var parameters: [JSONValue.Member] { input.parameters + format.parameters }

  func run(in stage: Stage) throws(Failure) {
    let field = reading.map { FieldName($0) }
    try stage.transformRows(input, writing: format) { row, output throws(Failure) in
      if let field { _ = row.value(of: field) }
      try output.write(row)
    }
  }
}
