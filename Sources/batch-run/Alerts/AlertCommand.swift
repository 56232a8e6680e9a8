import MillraceCore

/// A command that is run for each alert, with the alert as JSON on its standard input.
struct AlertCommand: AlertChannel {
  let name: String
  private let words: [String]
  private let environment: [String: String]

  init(_ command: String, environment: [String: String]) throws(Failure) {
    do throws(Failure) {
      words = try CommandWords.split(command)
    } catch {
      throw Failure(.usage, "--notify-command: \(error.message)", advice: error.advice)
    }
    name = "command \(words[0])"
    self.environment = environment
  }

  func deliver(_ alert: Alert, within seconds: Double) throws(AlertFault) {
    var variables = environment
    variables["MILLRACE_ALERT_EVENT"] = alert.event.rawValue
    // No text with a zero byte can be in an environment.
    variables["MILLRACE_JOB"] = printable(alert.job)
    let command = ShortCommand(
      arguments: words, input: Array("\(alert.json.json)\n".utf8), environment: variables, timeLimit: seconds,
      outputLimit: 64 << 10)
    try run(command)
  }
}

/// Runs a program that sends an alert, and tells why it did not.
func run(_ command: ShortCommand) throws(AlertFault) {
  let outcome: ShortCommand.Outcome
  do throws(Failure) {
    outcome = try command.run()
  } catch {
    throw AlertFault(error.description, isTransient: false)
  }
  guard !outcome.isSuccess else { return }
  let words = serverText(outcome.error, without: nil)
  let said = words.isEmpty ? "" : ": \(words)"
  switch outcome.status {
  // EX_TEMPFAIL of sysexits(3): the program asks to be run again.
  case .exited(let status): throw AlertFault("it ended with status \(status)\(said)", isTransient: status == 75)
  case .signalled(let signal): throw AlertFault("signal \(signal) ended it\(said)", isTransient: false)
  }
}
