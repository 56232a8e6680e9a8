import ArgumentParser
import MillraceCore

/// Runs a filter over chunks of a table.
@main
struct BatchRun: MillraceCommand {
  static let configuration = CommandConfiguration(
    commandName: programName,
    abstract: "Run a filter over the chunks of a table, here or on Slurm, and put the results together.",
    version: Millrace.versionText,
    subcommands: [
      Run.self, Resume.self, Retry.self, Status.self, Wait.self, Cancel.self, List.self, Logs.self, Purge.self,
    ], defaultSubcommand: Run.self)
}
