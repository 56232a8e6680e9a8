import MillraceCore
import Support

/// A scripted service in a process of its own, and a folder in which an augmenter asks it as a person would. Cache, state
/// and sidecars lie in that folder.
open class AugmenterDesk {
  public let folder = TemporaryFolder()
  public let url: String
  private let tool: String
  private let program: String
  private let usualServerArguments: [String]
  private var server: ServerProgram?

  /// - Parameters:
  ///   - program: the server, which takes `--log` and `--port`.
  ///   - usual: how the server behaves whatever a test wants, unless its arguments say otherwise.
  ///   - arguments: how it behaves in this test.
  public init(tool: String, program: String, usual: [String], _ arguments: [String]) {
    self.tool = tool
    self.program = program
    usualServerArguments = usual + ["--log", folder("log")]
    let started = ServerProgram(program, usualServerArguments + arguments)
    server = started
    url = started.url
  }

  /// Lets another server take the place of the first, at the same address and with the same log.
  public func replaceServer(_ arguments: [String] = []) {
    server = nil
    let port = url.split(separator: "/")[1].split(separator: ":")[1]
    server = ServerProgram(program, usualServerArguments + ["--port", String(port)] + arguments)
  }

  public func stopServer() { server = nil }

  // MARK: Running

  /// The options of every run beside the server's address; those that follow them count. A try is given up after so long
  /// that a server on a machine that does much else has answered, but one that never will is not waited for in vain for
  /// long.
  open var usualArguments: [String] { [] }

  /// The variables of every run beside those that keep it in its folder.
  open var usualEnvironment: [String: String?] { [:] }

  @discardableResult public func run(
    _ arguments: [String], interval: Double = 0, environment: [String: String?] = [:], timeLimit: Double = 1200
  ) async -> Outcome {
    await start(arguments, interval: interval, environment: environment).end(timeLimit: timeLimit)
  }

  public func start(
    _ arguments: [String], interval: Double = 0, environment: [String: String?] = [:]
  ) -> RunningProgram {
    Executable(tool).start(
      ["--base-url", url, "--interval", String(interval), "--timeout", "10s"] + usualArguments + arguments,
      environment: variables.merging(environment) { $1 }, workingDirectory: folder.path)
  }

  /// Runs a command line with bash, as it is typed; $URL is the server's address.
  @discardableResult public func shell(_ line: String) -> Outcome {
    Executable("/bin/bash").run(
      ["-c", "set -euo pipefail; \(line)"], environment: variables.merging(["URL": url]) { $1 },
      workingDirectory: folder.path)
  }

  private var variables: [String: String?] {
    let own: [String: String?] = [
      "MILLRACE_CACHE_DIR": folder("cache"), "MILLRACE_STATE_DIR": folder("state"),
      "MILLRACE_PROVENANCE_DIR": folder("store"), "MILLRACE_PROVENANCE": nil, "TMPDIR": folder.path,
      "http_proxy": nil, "all_proxy": nil, "ALL_PROXY": nil, "PATH": "\(Executable.buildFolder):/usr/bin:/bin",
    ]
    return own.merging(usualEnvironment) { $1 }
  }

  // MARK: Rows

  /// Rows with one field.
  public func writeRows(_ field: String, _ values: some Sequence<String>, to name: String) {
    folder.write(name, "\(field)\n" + values.map { "\($0)\n" }.joined())
  }

  /// The statuses of an output's rows, which are their second cells, in order; rows of CSV that has no line ends within
  /// values.
  public func statuses(_ name: String) -> [String] {
    (folder.text(name) ?? "").split(separator: "\n").dropFirst().map { row in
      row.split(separator: ",", omittingEmptySubsequences: false).dropFirst().first.map(String.init) ?? ""
    }
  }

  // MARK: What the server saw

  /// Requests in the log so far.
  public var logLength: Int { folder.read("log")?.count { $0 == UInt8(ascii: "\n") } ?? 0 }

  public func requests() throws -> [LoggedRequest] {
    try (folder.text("log") ?? "").split(separator: "\n").map { try LoggedRequest(JSONValue.parse(String($0))) }
  }

  // MARK: What the sidecar says

  /// The tries on record in the context of all rows: `esearch 200`, `efetch stalled`.
  public func attempts(_ sidecar: String) throws -> [String] {
    try contexts(sidecar).flatMap { context in
      (context["attempts"]?.elements ?? []).map { attempt in
        "\(attempt["request"]?.text ?? "?") \(attempt["status"]?.text ?? "?")"
      }
    }
  }

  /// How often each try is on record: `efetch stalled`, and `efetch 200, ` whatever was wrong with such an answer, as
  /// `LoggedRequest.word` has it.
  public func attemptCounts(_ sidecar: String) throws -> [String: Int] {
    try attempts(sidecar).map { attempt in
      attempt.contains(" 200, ") ? "\(attempt.prefix { $0 != "," }), " : attempt
    }.counts
  }

  public func contexts(_ sidecar: String) throws -> [JSONValue] {
    try (folder.text(sidecar) ?? "").split(separator: "\n").map { try JSONValue.parse(String($0)) }
      .filter { $0["kind"]?.text == "context" }
  }
}

/// One request as a scripted service logged it.
public struct LoggedRequest: Sendable, Hashable {
  public var path: String
  /// The last of each name.
  public var parameters: [String: String]
  /// Seconds since 1970.
  public var time: Double
  /// Nil when no status line was sent.
  public var status: Int?
  public var misbehaviour: String?

  init(_ line: JSONValue) {
    parameters = [:]
    for pair in line["parameters"]?.elements ?? [] {
      if let name = pair.elements?.first?.text, let value = pair.elements?.last?.text { parameters[name] = value }
    }
    path = line["path"]?.text ?? ""
    time = if case .number(let text) = line["time"] { Double(text) ?? 0 } else { 0 }
    status = line["status"]?.integer
    misbehaviour = line["misbehaviour"]?.text
  }

  public var isAnswered: Bool { status == 200 && misbehaviour == nil }

  /// What the record of a try should say of it, at its beginning.
  public var word: String {
    switch misbehaviour {
    case nil: "200"
    case "reset", "reset-midway": "connection reset"
    case "stall", "stall-midway": "stalled"
    case "cut": "cut body"
    default: status == 200 ? "200, " : String(status ?? 0)
    }
  }
}

extension Sequence<LoggedRequest> {
  /// A span that holds many more requests than go into it at one an interval; nil when there is none.
  ///
  /// The limiter's tests see that turns keep their distance. When requests come depends on when the machine lets two
  /// processes run behind each turn: those that come late follow closer on the ones before them. So this looks for twice
  /// the pace, beyond what goes into `lateness`. Ten processes that knew nothing of each other would be ten times as fast.
  ///
  /// - Parameters:
  ///   - interval: in seconds.
  ///   - lateness: in seconds.
  public func hurry(interval: Double, lateness: Double = 1) -> String? {
    let times = map(\.time).sorted()
    for first in times.indices {
      for last in times.indices[first...]
      where times[last] - times[first] < Double(last - first) * interval / 2 - lateness {
        return "\(last - first + 1) requests within \(times[last] - times[first]) s"
      }
    }
    return nil
  }
}

extension Sequence where Element: Hashable {
  /// How often each element occurs.
  public var counts: [Element: Int] { Dictionary(map { ($0, 1) }, uniquingKeysWith: +) }
}

/// What is left of an entry of a cache after damage of one of four kinds.
public func damagedEntry(_ bytes: [UInt8], _ kind: Int) -> [UInt8] {
  switch kind % 4 {
  case 0: return bytes.dropLast(bytes.count / 2)
  case 1:
    var bytes = bytes
    bytes[bytes.count / 2] ^= 1
    return bytes
  case 2: return bytes + [1]
  default: return Array("{}".utf8)
  }
}
