import ArgumentParser
import MillraceCore

/// Makes tables of synthetic rows: from a description, from a schema, or like a sample.
@main
struct SynthGen: MillraceCommand {
  static let configuration = CommandConfiguration(
    commandName: programName,
    abstract: "Make synthetic tables from a description, a schema or a sample.",
    version: Millrace.versionText,
    subcommands: [Generate.self, Learn.self, Evaluate.self, PrintSchema.self, ListGenerators.self],
    defaultSubcommand: Generate.self)
}
