import ArgumentParser
import MillraceCore

/// Makes tables of synthetic rows: from a description, from a schema, or like a sample.
@main
struct SynthGen: MillraceCommand {
  static let configuration = CommandConfiguration(
    commandName: programName,
    abstract: "Make synthetic tables from a description, a schema or a sample.",
    usage: """
      \(programName) [<options>] <description> [--rows <number>]
      \(programName) [<options>] --schema <file> [--rows <number>]
      \(programName) [<options>] --model <file> [--given <field=value>]
      \(programName) schema|generators|learn|evaluate [<options>]
      """,
    discussion: """
      From words, by way of a schema that a language model writes once, or that is built in:
        $ synth-gen "e-commerce product data" --rows 1000 > products.csv
      From a schema, which man millrace-schema describes; this prints one to begin with:
        $ synth-gen schema "e-commerce product data" > products.yaml
        $ synth-gen --schema products.yaml --rows 1000000 -o products.csv
      Like a sample, whose rows stay where they are:
        $ synth-gen learn sample.csv > model.json
        $ synth-gen --model model.json --rows 100000 -o synthetic.csv
        $ synth-gen evaluate --real sample.csv --synthetic synthetic.csv
      The options of the first are told by: synth-gen generate --help
      """,
    version: Millrace.versionText,
    subcommands: [Generate.self, Learn.self, Evaluate.self, PrintSchema.self, ListGenerators.self],
    defaultSubcommand: Generate.self)
}
