import ArgumentParser
import MillraceCore

/// Prints the schema of a description or a file instead of rows.
struct PrintSchema: FilterCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema",
    abstract: "Print the schema instead of rows, for people to edit.",
    discussion: """
      The schema that a description leads to, or a schema file in its longest form, with everything in it checked:
        $ synth-gen schema "e-commerce product data" > products.yaml
        $ synth-gen --schema products.yaml --rows 1000 > products.csv
      """)

  @OptionGroup(title: "What") var what: SchemaOptions

  @Flag(help: "Write JSON instead of YAML.") var json = false

  @OptionGroup var common: CommonOptions

  var parameters: [JSONValue.Member] { what.parameters + [.init("json", .bool(json))] }

  func validate() throws {
    if what.words == nil, what.schema == nil {
      throw ValidationError("say what schema to print: a description, or --schema FILE")
    }
  }

  func run(in stage: Stage) throws(Failure) {
    let tables = try what.readTables(seed: common.run.seed, in: stage)
    try tables.check()
    let schema = tables.schema
    let output = try stage.openOutput()
    try output.write(ByteSlice(ByteBuffer(json ? schema.json.json + "\n" : schema.yaml)))
    try stage.finish(output, rowsIn: 0, rowsOut: 0)
  }
}
