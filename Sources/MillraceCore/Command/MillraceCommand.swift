import ArgumentParser
import Glibc

/// A command of the toolkit: parses its arguments, runs, and ends the process with a status of sysexits(3).
///
/// A `Failure` that `run` throws becomes one line on standard error and the process's status. An honest "no" that has
/// been told already ends the process without another word: `throw ExitCode(.no)`.
public protocol MillraceCommand: ParsableCommand {}

extension MillraceCommand {
  /// Parses the process's arguments, runs the command and ends the process: it never returns.
  public static func main() {
    reserveStandardDescriptors()
    let arguments = CommandLine.arguments.dropFirst()
    // Wrong arguments, too, are told in the format that the arguments ask for.
    let diagnostics = Diagnostics(format: LogFormat(requestedBy: arguments))
    var failure: Failure?
    do throws(Failure) {
      let status = try run(Array(arguments))
      if status != .success { end(status) }
    } catch {
      failure = error
    }
    if failure == .brokenPipe { Signals.end(by: SIGPIPE) }
    if let failure { diagnostics.error(failure) }
    end(failure?.status ?? .success)
  }

  /// Parses and runs: the one place where what was thrown becomes a failure or a status.
  private static func run(_ arguments: [String]) throws(Failure) -> ExitStatus {
    do {
      var command = try parseAsRoot(arguments)
      // Nothing that a signal could leave half done was begun before; help and version do without the thread.
      Signals.install()
      try command.run()
      return .success
    } catch let failure as Failure {
      throw failure
    } catch let code as ExitCode {
      return ExitStatus(rawValue: code.rawValue) ?? .internalError
    } catch {
      let message = message(for: error)
      switch exitCode(for: error) {
      case .success:
        // Help, version or a completion script.
        try StandardOutput.write(message.hasSuffix("\n") ? message : message + "\n")
        return .success
      case .validationFailure: throw Failure(.usage, usageText(message, full: fullMessage(for: error)))
      default: throw Failure(.internalError, message)
      }
    }
  }

  private static func end(_ status: ExitStatus) -> Never {
    // Other threads may still be at work when the first error ends the run: they hold outputs, and exit(3) would have
    // libcrypto free what the one that hashes is using.
    fflush(nil)
    TemporaryFiles.removeAll(andEnd: { _exit(status.rawValue) })
    _exit(status.rawValue)
  }
}

/// Takes the numbers of standard streams that the caller closed (`>&-`): else the first file that is opened would get
/// one, and what is meant for standard output would go into it. Reading and writing there fail as with nothing open.
private func reserveStandardDescriptors() {
  for number in STDIN_FILENO...STDERR_FILENO where fcntl(number, F_GETFD) < 0 {
    // The lowest free number is given: this one.
    _ = unsafe open("/dev/null", number == STDIN_FILENO ? O_WRONLY : O_RDONLY)
  }
}

extension ExitCode {
  /// Thrown by a command's `run`, ends the process with the status.
  public init(_ status: ExitStatus) { self.init(status.rawValue) }
}

extension LogFormat {
  /// What `--log-format` says among arguments that may be wrong elsewhere.
  init(requestedBy arguments: ArraySlice<String>) {
    let options = arguments.prefix { $0 != "--" }
    let spaced = zip(options, options.dropFirst()).contains { $0 == "--log-format" && $1 == "json" }
    self = spaced || options.contains("--log-format=json") ? .json : .text
  }
}

/// `unknown option '--foo'. See 'chunk --help'.` of the parser's message and the full text, in which it names the help
/// of the very subcommand.
private func usageText(_ message: String, full: String) -> String {
  var text = message.split(separator: "\n").joined(separator: " ")
  if let first = text.first { text = first.lowercased() + text.dropFirst() }
  if let last = text.last, !".?!".contains(last) { text += "." }
  guard let line = full.split(separator: "\n").last(where: { $0.hasPrefix("  See '") }),
    let quoted = line.split(separator: "'").dropFirst().first
  else { return text }
  return "\(text) See '\(quoted)'."
}
