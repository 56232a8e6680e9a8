import ArgumentParser
import MillraceCore

/// Adds prices of securities to rows.
@main
struct AugFinance: MillraceCommand {
  static let configuration = CommandConfiguration(
    commandName: programName,
    abstract: "Add prices of securities to rows.",
    version: Millrace.versionText)
}
