import Glibc
import MillraceCore
import Support

/// A scripted E-utilities server in a process of its own, and a folder in which aug-pubmed asks it as a person would.
/// Cache, state and sidecars lie in that folder.
final class OnlineDesk {
  let folder = TemporaryFolder()
  let url: String
  private var server: ServerProgram?

  /// - Parameter arguments: how the server behaves: `eutils-server --help`.
  init(_ arguments: [String] = []) {
    let started = Self.startServer(folder, arguments)
    server = started
    url = started.url
  }

  /// Lets another server take the place of the first, at the same address and with the same log.
  func replaceServer(_ arguments: [String] = []) {
    server = nil
    let port = url.split(separator: "/")[1].split(separator: ":")[1]
    server = Self.startServer(folder, ["--port", String(port)] + arguments)
  }

  func stopServer() { server = nil }

  private static func startServer(_ folder: TemporaryFolder, _ arguments: [String]) -> ServerProgram {
    ServerProgram("eutils-server", ["--rate", "0", "--log", folder("log")] + arguments)
  }

  // MARK: Running

  @discardableResult func run(
    _ arguments: [String], interval: Double = 0, environment: [String: String?] = [:], timeLimit: Double = 1200
  ) async -> Outcome {
    await start(arguments, interval: interval, environment: environment).end(timeLimit: timeLimit)
  }

  func start(
    _ arguments: [String], interval: Double = 0, environment: [String: String?] = [:]
  ) -> RunningProgram {
    Executable("aug-pubmed").start(
      [
        "--base-url", url, "--email", "someone@example.org", "--interval", String(interval), "--timeout", "2s",
      ] + arguments, environment: variables.merging(environment) { $1 }, workingDirectory: folder.path)
  }

  /// Runs a command line with bash, as it is typed; $URL is the server's address.
  @discardableResult func shell(_ line: String) -> Outcome {
    Executable("/bin/bash").run(
      ["-c", "set -euo pipefail; \(line)"],
      environment: variables.merging(["URL": url, "NCBI_EMAIL": "someone@example.org"]) { $1 },
      workingDirectory: folder.path)
  }

  private var variables: [String: String?] {
    [
      "MILLRACE_CACHE_DIR": folder("cache"), "MILLRACE_STATE_DIR": folder("state"),
      "MILLRACE_PROVENANCE_DIR": folder("store"), "MILLRACE_PROVENANCE": nil, "TMPDIR": folder.path,
      "NCBI_API_KEY": nil, "NCBI_EMAIL": nil, "http_proxy": nil, "all_proxy": nil, "ALL_PROXY": nil,
      "PATH": "\(Executable.buildFolder):/usr/bin:/bin",
    ]
  }

  // MARK: Rows

  /// Rows with one field, `gene`, a word of `prefix` and a number each.
  func writeGenes(_ numbers: some Sequence<Int>, prefix: String = "GENE", to name: String = "genes.csv") {
    folder.write(name, "gene\n" + numbers.map { "\(prefix)\($0)\n" }.joined())
  }

  /// The statuses of an output's rows, in order; rows of CSV that has no line ends within values.
  func statuses(_ name: String) -> [String] {
    (folder.text(name) ?? "").split(separator: "\n").dropFirst().map { row in
      row.split(separator: ",", omittingEmptySubsequences: false).dropFirst().first.map(String.init) ?? ""
    }
  }

  // MARK: What the server saw

  /// One request as the server logged it.
  struct Request: Sendable, Hashable {
    var utility: String
    /// Seconds since 1970.
    var time: Double
    /// Nil when no status line was sent.
    var status: Int?
    var misbehaviour: String?
    /// The query of a search.
    var term: String?
    /// The articles of a fetch.
    var pmids: [String]

    var isAnswered: Bool { status == 200 && misbehaviour == nil }

    /// What the request asks, whenever it is made.
    var question: String { "\(utility) \(term ?? "") \(pmids.joined(separator: ","))" }

    /// What the record of a try should say of it, at its beginning.
    var word: String {
      switch misbehaviour {
      case nil: "200"
      case "reset", "reset-midway": "connection reset"
      case "stall", "stall-midway": "stalled"
      case "cut": "cut body"
      default: status == 200 ? "200, " : String(status ?? 0)
      }
    }
  }

  /// Requests in the log so far.
  var logLength: Int { folder.read("log")?.count { $0 == UInt8(ascii: "\n") } ?? 0 }

  func requests() throws -> [Request] {
    try (folder.text("log") ?? "").split(separator: "\n").map { line in
      let record = try JSONValue.parse(String(line))
      var parameters: [String: String] = [:]
      for pair in record["parameters"]?.elements ?? [] {
        if let name = pair.elements?.first?.text, let value = pair.elements?.last?.text { parameters[name] = value }
      }
      let file = record["path"]?.text?.split(separator: "/").last.map(String.init) ?? ""
      let time: Double = if case .number(let text) = record["time"] { Double(text) ?? 0 } else { 0 }
      return Request(
        utility: String(file.split(separator: ".").first ?? ""), time: time,
        status: record["status"]?.integer, misbehaviour: record["misbehaviour"]?.text, term: parameters["term"],
        pmids: parameters["id"]?.split(separator: ",").map(String.init) ?? [])
    }
  }

  // MARK: What the sidecar says

  /// The tries on record in the context of all rows: `esearch 200`, `efetch stalled`.
  func attempts(_ sidecar: String) throws -> [String] {
    try contexts(sidecar).flatMap { context in
      (context["attempts"]?.elements ?? []).map { attempt in
        "\(attempt["request"]?.text ?? "?") \(attempt["status"]?.text ?? "?")"
      }
    }
  }

  func contexts(_ sidecar: String) throws -> [JSONValue] {
    try (folder.text(sidecar) ?? "").split(separator: "\n").map { try JSONValue.parse(String($0)) }
      .filter { $0["kind"]?.text == "context" }
  }
}

extension Sequence where Element: Hashable {
  /// How often each element occurs.
  var counts: [Element: Int] { Dictionary(map { ($0, 1) }, uniquingKeysWith: +) }
}
