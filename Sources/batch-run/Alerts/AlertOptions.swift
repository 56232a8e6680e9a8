import ArgumentParser
import MillraceCore

/// Who is told when a job has ended.
struct AlertOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Post alerts as JSON to this URL; Slack takes them. Also from MILLRACE_NOTIFY_URL, which keeps it out of sight.",
      valueName: "url"))
  var notify: [String] = []

  @Option(
    help: ArgumentHelp("Mail alerts to this address, by sendmail or by MILLRACE_SMTP_URL.", valueName: "address"))
  var notifyMail: [String] = []

  @Option(
    help: ArgumentHelp(
      "Run this command for each alert, with the alert as JSON on standard input. No shell is called.",
      valueName: "command"))
  var notifyCommand: [String] = []

  var isEmpty: Bool { notify.isEmpty && notifyMail.isEmpty && notifyCommand.isEmpty }

  /// The channels that these options and the environment name.
  ///
  /// - Throws: `.usage` or `.badConfiguration` for what can be none.
  func channels(
    environment: [String: String], clock: Clock = .system
  ) throws(Failure) -> AlertChannels {
    try AlertChannels(
      urls: notify, addresses: notifyMail, commands: notifyCommand, environment: environment, clock: clock)
  }
}
