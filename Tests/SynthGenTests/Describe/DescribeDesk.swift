import MillraceCore
import ScriptedChat
import Support
import Synchronization

@testable import synth_gen

/// A scripted model and a folder, in which descriptions become schemas without a process of their own.
final class DescribeDesk: Sendable {
  /// A schema as these tests read it.
  struct Table: Sendable, Equatable {
    var name: String?
    var fields: [String]
  }

  static let key = "sk-test-0123456789abcdefghijklmnop"

  let folder = TemporaryFolder()
  let server: ChatServer
  private let warnings = Mutex<[String]>([])

  init(
    _ faults: [ChatFault?] = [], always: ChatFault? = nil, adjust: (inout ChatServer.Configuration) -> Void = { _ in }
  ) {
    var configuration = ChatServer.Configuration()
    configuration.faults = ServerFaultPlan(
      scripts: faults.isEmpty ? [] : [.init(faults)], rates: always.map { [.init($0, 1)] } ?? [])
    adjust(&configuration)
    server = ChatServer(configuration)
  }

  var warned: [String] { warnings.withLock { $0 } }

  /// What the file of schemas holds.
  var kept: String? { folder.text("cache/schemas.json") }

  /// Knows the generators of the scripted answers, and tells every other.
  static let validation = SchemaValidation<Table> { document throws(SchemaFaults) in
    let known: [String: [String]] = [
      "sequence": ["start"], "name": [], "email": [], "number": ["min", "max", "decimals"],
      "integer": ["min", "max"], "formula": ["expression"], "choice": ["elements", "weights"],
    ]
    guard let value = try? JSONValue.parse(document) else {
      // A template of these tests.
      return Table(name: "template", fields: [])
    }
    var failures: [Failure] = []
    let fields = value["fields"]?.members ?? []
    for field in fields {
      let name = field.value["generator"]?.text ?? ""
      guard let arguments = known[name] else {
        failures.append(Failure(.badData, "field \"\(field.name)\": no generator \"\(name)\""))
        continue
      }
      for argument in field.value["arguments"]?.members ?? [] where !arguments.contains(argument.name) {
        failures.append(Failure(.badData, "field \"\(field.name)\": \(name) has no argument \"\(argument.name)\""))
      }
    }
    guard failures.isEmpty else { throw SchemaFaults(failures: failures) }
    return Table(name: value["name"]?.text, fields: fields.map(\.name))
  }

  static let templates = TemplateCatalogue([
    BuiltInTemplate(name: "general", document: "# Anything.\n"),
    BuiltInTemplate(name: "orders", document: "# Orders.\n# keywords: order, purchase\nschema: 1\n"),
  ])

  var environment: [String: String] {
    ["OPENAI_BASE_URL": server.baseURL, "OPENAI_API_KEY": Self.key, "MILLRACE_STATE_DIR": folder("state")]
  }

  func client(
    environment: [String: String]? = nil, timeout: Double = 30,
    retry: RetryPolicy = RetryPolicy(retries: 2, base: 0.01, jitter: 0)
  ) throws -> ChatClient {
    let address = try ChatAddress(base: nil, environment: environment ?? self.environment)
    return ChatClient(
      address,
      service: Service(
        name: address.host, userAgent: "test",
        limiter: RateLimiter(
          folder: folder("state"), service: address.host, key: address.budgetKey, interval: 0, warn: { _ in }),
        retry: retry, stallTimeout: timeout, surroundings: .ofThisProcess(), note: { _ in }))
  }

  func describer(
    environment: [String: String]? = nil, timeout: Double = 30, clock: Clock = .system, keeps: Bool = true,
    adjust: (inout SchemaDescriber<Table>.Settings) -> Void = { _ in }
  ) throws -> SchemaDescriber<Table> {
    var settings = SchemaDescriber<Table>.Settings(model: "scripted", locale: "en_US")
    adjust(&settings)
    return SchemaDescriber(
      settings: settings, client: try client(environment: environment, timeout: timeout),
      prompt: SchemaPrompt(catalogue: "name: a person's name", locale: settings.locale), validation: Self.validation,
      file: keeps ? SchemaFile(folder: folder("cache")) { self.warn($0) } : nil, templates: Self.templates,
      clock: clock, warn: { self.warn($0) })
  }

  private func warn(_ failure: Failure) { warnings.withLock { $0.append(failure.description) } }

  func describe(
    _ text: String = "orders of a shop", environment: [String: String]? = nil,
    adjust: (inout SchemaDescriber<Table>.Settings) -> Void = { _ in }
  ) async throws -> DescribedSchema<Table> {
    try await describer(environment: environment, adjust: adjust).describe(try TableDescription(text))
  }

  /// Bodies of the requests that came.
  var bodies: [JSONValue] {
    server.received.map { (try? JSONValue.parse(String(decoding: $0.body, as: UTF8.self))) ?? .null }
  }
}
