import ArgumentParser
import MillraceCore

/// Runs a filter over chunks of a table.
@main
struct BatchRun: MillraceCommand {
  static let configuration = CommandConfiguration(
    commandName: programName,
    abstract: "Run a filter over the chunks of a table, here or on Slurm, and put the results together.",
    discussion: """
      Cut a table into chunks, run a filter on four of them at a time, and get one result in order:
        $ batch-run --workers 4 -o result.ndjson -- \\
            jq -c 'select(.score > 3)' < rows.ndjson

      COMMAND reads a chunk on standard input and writes its result on standard output. What is finished is kept: a job \
      that was killed goes on with batch-run resume, and gives the same bytes. The options of such a run are told by \
      batch-run run --help; "run" itself may be left out.
      """,
    version: Millrace.versionText,
    subcommands: [
      Run.self, Submit.self, Resume.self, Retry.self, Status.self, Wait.self, Cancel.self, List.self, Logs.self,
      Report.self, Purge.self, PipelineCommand.self, RunTask.self,
    ], defaultSubcommand: Run.self)
}
