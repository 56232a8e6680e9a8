import Support
import Testing

/// Runs synth-gen on a schema written out in a test.
struct SchemaDesk {
  let folder = TemporaryFolder()
  let program = Executable("synth-gen")

  /// Makes rows of a schema. Messages call it `s.yaml`.
  @discardableResult
  func run(_ schema: String, _ arguments: [String] = [], command: [String] = []) -> Outcome {
    folder.write("s.yaml", schema)
    return program.run(command + ["--schema", "s.yaml", "-q"] + arguments, workingDirectory: folder.path)
  }

  /// The rows of a schema whose fields are these lines: `name: generator`.
  func rows(_ fields: String..., count: Int = 200, also: String = "", _ arguments: [String] = []) -> [[String]] {
    let schema = "fields:\n" + fields.map { "  \($0)\n" }.joined() + also
    let outcome = run(schema, ["-n", "\(count)", "--to", "tsv", "--no-header"] + arguments)
    #expect(outcome.status == 0, "\(outcome.errorText)")
    return outcome.outputText.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map { line in
      line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    }
  }

  /// The values of one field.
  func values(_ generator: String, count: Int = 200, _ arguments: [String] = []) -> [String] {
    rows("x: \(generator)", count: count, arguments).map { $0[0] }
  }

  /// What the program says of a schema that it refuses, after checking that it ends with status 65 and writes nothing.
  func refusal(of schema: String, _ arguments: [String] = []) -> String {
    let outcome = run(schema, arguments)
    #expect(outcome.status == 65)
    #expect(outcome.output.isEmpty)
    return String(outcome.errorText.dropLast())
  }

  /// The same for the schema of one field.
  func refusal(ofField spec: String, _ arguments: [String] = []) -> String {
    refusal(of: "fields:\n  x: \(spec)\n", arguments)
  }
}
