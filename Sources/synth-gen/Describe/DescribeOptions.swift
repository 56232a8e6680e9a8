import ArgumentParser
import MillraceCore

/// How a description becomes a schema.
struct DescribeOptions: ParsableArguments {
  static let modelVariable = "OPENAI_MODEL"
  static let usualModel = "gpt-4.1-mini"
  /// The folder in the cache.
  static let cachedService = "synth-gen"
  private static let shortestInterval = 0.001

  @Option(
    help: ArgumentHelp(
      """
      Address of the OpenAI-compatible service: OpenAI's own, a gateway, a server of yours. What OPENAI_BASE_URL says by \
      default, or else \(ChatAddress.usualBase).
      """, valueName: "url"))
  var baseUrl: String?

  @Option(
    help: ArgumentHelp(
      "How long the service may be silent before a request is given up and sent again. 2m by default.",
      valueName: "time"),
    transform: TimeSpan.init)
  var timeout = TimeSpan(seconds: ChatClient.usualTimeout)

  @Flag(
    name: .customLong("require-llm"),
    help: "Fail with status 69 where the service gives no schema, instead of taking a built-in template.")
  var requiresModel = false

  @Option(
    help: ArgumentHelp("Folder for the schemas of descriptions. ~/.cache/millrace by default.", valueName: "folder"),
    completion: .directory)
  var cache: String?

  @Flag(help: "Ask for the schema again, and keep the new one.")
  var refresh = false

  @Flag(name: .customLong("no-cache"), help: "Keep no schema, and use none that is kept.")
  var hasNoCache = false

  @Flag(help: "Send no request: take the schema that is kept, or a built-in template.")
  var offline = false

  func validate() throws {
    if timeout.seconds.map({ $0 < 1 || $0 > 3600 }) ?? true {
      throw ValidationError("--timeout must be between 1s and 1h")
    }
    if let cache {
      if cache.isEmpty { throw ValidationError("--cache: expected a folder, found nothing") }
      if cache.contains("://") {
        throw ValidationError("--cache: expected a folder: the schemas of descriptions are kept in a file")
      }
    }
    if offline, refresh || hasNoCache {
      throw ValidationError("--offline and \(refresh ? "--refresh" : "--no-cache") exclude each other")
    }
    if hasNoCache, refresh || cache != nil {
      throw ValidationError("--no-cache and \(refresh ? "--refresh" : "--cache") exclude each other")
    }
  }

  /// Whether any of these was said, which a run without a description does not heed.
  var isUsed: Bool {
    baseUrl != nil || timeout.seconds != ChatClient.usualTimeout || requiresModel || cache != nil || refresh
      || hasNoCache
      || offline
  }

  var parameters: [JSONValue.Member] {
    var members: [JSONValue.Member] = []
    if let baseUrl { members.append(.init("base-url", .string(CommandLineText.redactingURL(baseUrl)))) }
    return members + [
      .init("timeout", .string(timeout.description)), .init("require-llm", .bool(requiresModel)),
      .init("refresh", .bool(refresh)), .init("no-cache", .bool(hasNoCache)), .init("offline", .bool(offline)),
    ]
  }

  /// What makes schemas of descriptions, as these options have it.
  ///
  /// - Parameters:
  ///   - model: what `--model` says.
  ///   - locale: of the table.
  ///   - catalogue: a line for each generator, for the model to choose from.
  ///   - isDryRun: nothing is sent and nothing is kept.
  /// - Throws: when the service's address or the key cannot be what it stands for.
  func describer<Schema: Sendable>(
    model: String?, locale: String, catalogue: String, templates: TemplateCatalogue,
    validation: SchemaValidation<Schema>, isDryRun: Bool = false, surroundings: Surroundings, diagnostics: Diagnostics
  ) throws(Failure) -> SchemaDescriber<Schema> {
    let environment = surroundings.environment
    let address = try ChatAddress(base: baseUrl, environment: environment)
    let warn: @Sendable (Failure) -> Void = { diagnostics.warning($0.description) }
    let limiter = RateLimiter(
      folder: stateFolder(environment), service: address.host, key: address.budgetKey, interval: Self.shortestInterval,
      warn: warn, pausing: { seconds, _ in diagnostics.note(Service.pauseText(address.host, seconds: seconds)) })
    let service = Service(
      name: address.host, userAgent: "millrace/\(Millrace.version)", limiter: limiter, retry: ChatClient.retryPolicy,
      stallTimeout: timeout.seconds, surroundings: surroundings, note: { diagnostics.note($0) })
    var settings = SchemaDescriber<Schema>.Settings(
      model: model ?? environment[Self.modelVariable].flatMap { $0.isEmpty ? nil : $0 } ?? Self.usualModel,
      locale: locale)
    settings.refreshes = refresh
    settings.isOffline = offline || isDryRun
    settings.requiresModel = requiresModel
    let home = cache ?? cacheFolder(environment)
    return SchemaDescriber(
      settings: settings, client: ChatClient(address, service: service),
      prompt: SchemaPrompt(catalogue: catalogue, locale: locale), validation: validation,
      file: hasNoCache ? nil : SchemaFile(folder: "\(home)/\(Self.cachedService)", warn: warn), templates: templates,
      clock: surroundings.clock, warn: warn)
  }
}
