import ScriptedEUtilities
import MillraceCore
import Support

/// A folder in which aug-pubmed asks a scripted service, with a cache and a state folder of its own.
struct PubMedDesk {
  let folder = TemporaryFolder()
  let server: EUtilitiesServer

  init(_ change: (inout EUtilitiesServer.Configuration) -> Void = { _ in }) {
    var configuration = EUtilitiesServer.Configuration()
    configuration.requestsPerSecond = 0
    change(&configuration)
    server = EUtilitiesServer(configuration)
  }

  /// A service with records of its own beside the invented ones, and faults.
  init(records: [String] = [], corpus: Int = 2000, faults: FaultPlan = FaultPlan()) {
    self.init { configuration in
      configuration.recordFiles = records.map { Array("<PubmedArticleSet>\($0)</PubmedArticleSet>".utf8) }
      configuration.corpus = corpus
      configuration.faults = faults
    }
  }

  @discardableResult func run(
    _ arguments: String..., input: Executable.Input = .none, environment: [String: String?] = [:]
  ) -> Outcome {
    run(arguments, input: input, environment: environment)
  }

  @discardableResult func run(
    _ arguments: [String], input: Executable.Input = .none, environment: [String: String?] = [:]
  ) -> Outcome {
    Executable("aug-pubmed").run(
      network + arguments, input: input, environment: variables.merging(environment) { $1 },
      workingDirectory: folder.path)
  }

  /// Starts a run that is going to be watched or ended.
  func start(
    _ arguments: [String], input: Executable.Input = .none, environment: [String: String?] = [:]
  ) -> RunningProgram {
    Executable("aug-pubmed").start(
      network + arguments, input: input, environment: variables.merging(environment) { $1 },
      workingDirectory: folder.path)
  }

  /// Runs a command line with bash, as it is typed.
  @discardableResult func shell(_ line: String) -> Outcome {
    Executable("/bin/bash").run(["-c", line], environment: variables, workingDirectory: folder.path)
  }

  /// The options of every run; those that follow them count.
  var network: [String] { ["--base-url", server.baseURL, "--interval", "0"] }

  var variables: [String: String?] {
    [
      "MILLRACE_CACHE_DIR": folder("cache"), "MILLRACE_STATE_DIR": folder("state"),
      "MILLRACE_PROVENANCE_DIR": folder("store"), "MILLRACE_PROVENANCE": nil, "TMPDIR": folder.path,
      "NCBI_EMAIL": "someone@example.org", "NCBI_API_KEY": nil, "http_proxy": nil, "https_proxy": nil,
      "HTTPS_PROXY": nil, "ALL_PROXY": nil, "all_proxy": nil, "no_proxy": nil, "SSL_CERT_FILE": nil,
      "SSL_CERT_DIR": nil, "CURL_CA_BUNDLE": nil,
      "PATH": "\(Executable.buildFolder):/usr/sbin:/usr/bin:/bin",
    ]
  }

  /// What the server was asked, in its order.
  func requests(_ utility: String) -> [RequestRecord] {
    server.requests.filter { $0.path.hasSuffix("\(utility).fcgi") }
  }

  /// The records of a sidecar.
  func records(_ name: String) throws -> [JSONValue] {
    try (folder.text(name) ?? "").split(separator: "\n").map { try JSONValue.parse(String($0)) }
  }

  /// The context records of a sidecar.
  func contexts(_ name: String) throws -> [JSONValue] { try records(name).filter { $0["kind"]?.text == "context" } }

  /// An article whose title holds these words.
  static func article(_ pmid: Int, _ title: String) -> String { Desk.article(pmid, title) }
}

extension Outcome {
  /// The rows of NDJSON output.
  var rows: [JSONValue] {
    get throws { try outputText.split(separator: "\n").map { try JSONValue.parse(String($0)) } }
  }

  /// Standard error, a line each.
  var messages: [String] { errorText.split(separator: "\n").map(String.init) }
}

extension RequestRecord {
  subscript(name: String) -> String? { parameters.first { $0.name == name }?.value }
}

extension JSONValue {
  /// The texts of a list of strings.
  var texts: [String]? { elements?.compactMap(\.text) }
}
