import Glibc
import Synchronization

/// How diagnostics are written on standard error.
public enum LogFormat: String, Sendable, CaseIterable {
  case text
  /// One JSON object a line.
  case json
}

/// What a tool says about its work, on standard error: one line, written by one `write`, so that lines of the stages
/// of a pipeline do not mix.
///
/// The progress bar goes through here too, so that a line and the bar do not garble each other.
public final class Diagnostics: Sendable {
  /// How much is said.
  public enum Verbosity: Int, Sendable, Comparable {
    /// Errors alone (`-q`).
    case quiet
    case normal
    /// With what only somebody who looks for a cause wants to read (`-v`).
    case verbose

    public static func < (one: Verbosity, other: Verbosity) -> Bool { one.rawValue < other.rawValue }
  }

  public let tool: String
  public let format: LogFormat
  public let verbosity: Verbosity
  private let descriptor: Int32
  private let clock: Clock
  /// The progress bar that stands on the terminal's last line; empty when there is none.
  private let statusLine = Mutex("")

  public init(
    tool: String = programName, format: LogFormat = .text, verbosity: Verbosity = .normal,
    descriptor: Int32 = STDERR_FILENO, clock: Clock = .system
  ) {
    self.tool = tool
    self.format = format
    self.verbosity = verbosity
    self.descriptor = descriptor
    self.clock = clock
  }

  /// Tells what ended the run. Always written.
  public func error(_ failure: Failure) {
    switch format {
    case .text: write("\(tool): \(failure.description)")
    case .json:
      var details: [JSONValue.Member] = [.init("status", .integer(failure.status.rawValue))]
      details += failure.place?.members ?? []
      if let advice = failure.advice { details.append(.init("advice", .string(advice))) }
      writeJSON(kind: "error", value: failure.status.name, message: failure.message, details: details)
    }
  }

  /// Tells what went on all the same. Not written under `-q`.
  public func warning(_ message: String, details: [JSONValue.Member] = []) {
    tell("warning", message, details, from: .normal)
  }

  /// Tells what is worth knowing. Not written under `-q`.
  public func note(_ message: String, details: [JSONValue.Member] = []) {
    tell("note", message, details, from: .normal)
  }

  /// Tells what helps to find a cause. Written under `-v` alone.
  public func debug(_ message: @autoclosure () -> String, details: [JSONValue.Member] = []) {
    guard verbosity >= .verbose else { return }
    tell("debug", message(), details, from: .verbose)
  }

  /// Draws, redraws or (empty) removes the progress bar.
  func setStatusLine(_ text: String) {
    statusLine.withLock { current in
      guard text != current else { return }
      current = text
      put("\r\u{1B}[K" + text)
    }
  }

  private func tell(_ kind: String, _ message: String, _ details: [JSONValue.Member], from level: Verbosity) {
    guard verbosity >= level else { return }
    switch format {
    case .text: write("\(tool): \(kind): \(message)")
    case .json: writeJSON(kind: "level", value: kind, message: message, details: details)
    }
  }

  private func writeJSON(kind: String, value: String, message: String, details: [JSONValue.Member]) {
    let line = JSONValue.object([
      .init(kind, .string(value)), .init("message", .string(message)), .init("details", .object(details)),
      .init("timestamp", .string(clock.now().description)),
    ])
    write(line.json)
  }

  private func write(_ line: String) {
    let line = printable(line) + "\n"
    statusLine.withLock { bar in put(bar.isEmpty ? line : "\r\u{1B}[K\(line)\(bar)") }
  }

  /// A standard error that takes nothing must not stop the work.
  private func put(_ text: String) {
    try? writeText(text, to: descriptor, named: "standard error")
  }
}

extension ExitStatus {
  /// The error's name in diagnostics as JSON.
  var name: String {
    switch self {
    case .success: "success"
    case .no: "no"
    case .usage: "usage"
    case .badData: "bad data"
    case .noInput: "no input"
    case .serviceUnavailable: "service unavailable"
    case .internalError: "internal error"
    case .cannotCreate: "cannot create"
    case .inputOutput: "input/output error"
    case .stoppedEarly: "stopped early"
    case .badConfiguration: "bad configuration"
    }
  }
}

extension Place {
  fileprivate var members: [JSONValue.Member] {
    var members: [JSONValue.Member] = [.init("file", .string(file))]
    if let line { members.append(.init("line", .integer(line))) }
    if let byteOffset { members.append(.init("byte_offset", .integer(byteOffset))) }
    if let field { members.append(.init("field", .string(field))) }
    return members
  }
}
