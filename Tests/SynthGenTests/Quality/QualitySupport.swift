import MillraceCore
import Support
import Testing

@testable import synth_gen

/// What `evaluate` printed, by what it is about.
struct PrintedFigures {
  let records: [JSONValue]

  init(_ outcome: Outcome) throws {
    records = try outcome.outputText.split(separator: "\n").map { try JSONValue.parse(String($0)) }
  }

  func record(_ metric: String, _ column: String? = nil, _ otherColumn: String? = nil) -> JSONValue? {
    records.first {
      $0["metric"]?.text == metric && $0["column"]?.text == column && $0["other_column"]?.text == otherColumn
    }
  }

  func score(_ metric: String, _ column: String? = nil, _ otherColumn: String? = nil) -> Double? {
    record(metric, column, otherColumn)?["score"].flatMap { number($0) }
  }

  func average(_ property: String) -> Double? {
    records.first { $0["property"]?.text == property && $0["metric"]?.text == "average" }?["score"].flatMap {
      number($0)
    }
  }
}

func number(_ value: JSONValue) -> Double? {
  if case .number(let text) = value { Double(text) } else { nil }
}

/// A folder with tables, and the tool that compares them.
struct EvaluationDesk {
  let folder = TemporaryFolder()

  func evaluate(
    _ real: String, _ synthetic: String, _ options: [String] = [], input: Executable.Input = .none
  ) -> Outcome {
    let arguments = ["evaluate", "--real", real, "--synthetic", synthetic] + options
    return Executable("synth-gen").run(
      arguments, input: input, environment: ["MILLRACE_PROVENANCE": "off"], workingDirectory: folder.path)
  }

  /// The columns of tables given as CSV: real, synthetic, holdout.
  static func columns(_ texts: [String], types: [String: ColumnType] = [:]) throws -> [ComparedColumn] {
    let folder = TemporaryFolder()
    var tables = EncodedTables(missing: ["NA"])
    for (index, text) in texts.enumerated() {
      let path = folder.write("\(index).csv", text)
      try tables.read(path, options: ReadingOptions()) { path throws(Failure) in try UnrecordedInput(path: path) }
    }
    return try tables.comparedColumns(metadata: nil, metadataFile: nil, types: types)
  }
}
