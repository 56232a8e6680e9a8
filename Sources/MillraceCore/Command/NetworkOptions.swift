import ArgumentParser

/// How a service on the network is reached, and what is kept of its answers.
public struct NetworkOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Address of the service, for a mirror or a gateway. The provider's own by default.", valueName: "url"))
  public var baseUrl: String?

  @Option(
    help: ArgumentHelp(
      "Seconds between requests, of all processes together. What the provider allows by default.", valueName: "seconds")
  )
  public var interval: Double?

  @Option(
    help: ArgumentHelp(
      "How long the service may be silent before a request is given up and sent again. 30s by default.",
      valueName: "time"),
    transform: TimeSpan.init)
  public var timeout = TimeSpan(seconds: 30)

  @Option(
    help: CacheHome.help, completion: .directory)
  public var cache: String?

  @Option(
    help: ArgumentHelp(
      "How long an answer is taken from the cache: 12h, 7d, forever. What suits the service by default.",
      valueName: "time"),
    transform: TimeSpan.init)
  public var cacheAge: TimeSpan?

  @Flag(help: "Ask for everything again, and keep the new answers.")
  public var refresh = false

  @Flag(name: .customLong("no-cache"), help: "Keep no answers, and use none.")
  public var hasNoCache = false

  @Flag(help: "Send no request: answer from the cache, of whatever age, or fail.")
  public var offline = false

  private static let shortestInterval = 0.001

  public init() {}

  public func validate() throws {
    if let interval, !(interval >= 0 && interval <= 3600) {
      throw ValidationError("--interval must be between 0 and 3600 seconds")
    }
    if timeout.seconds.map({ $0 < 1 || $0 > 3600 }) ?? true {
      throw ValidationError("--timeout must be between 1s and 1h")
    }
    if let cache { try CacheHome.validate(cache) }
    if offline, refresh || hasNoCache {
      throw ValidationError("--offline and \(refresh ? "--refresh" : "--no-cache") exclude each other")
    }
    if hasNoCache, refresh || cache != nil {
      throw ValidationError("--no-cache and \(refresh ? "--refresh" : "--cache") exclude each other")
    }
  }

  /// - Parameter usualAge: how long the tool takes an answer from the cache by default.
  public func parameters(usualAge: TimeSpan) -> [JSONValue.Member] {
    var members: [JSONValue.Member] = []
    if let baseUrl { members.append(.init("base-url", .string(CommandLineText.redactingURL(baseUrl)))) }
    if let interval { members.append(.init("interval", .number(String(interval)))) }
    return members + [
      .init("timeout", .string(timeout.description)), .init("cache-age", .string((cacheAge ?? usualAge).description)),
      .init("refresh", .bool(refresh)),
      .init("no-cache", .bool(hasNoCache)), .init("offline", .bool(offline)),
    ]
  }

  /// Whether any of these was said, which a run without the network does not heed.
  public var isUsed: Bool {
    baseUrl != nil || interval != nil || timeout.seconds != 30 || cache != nil || cacheAge != nil || refresh
      || hasNoCache || offline
  }

  /// The service behind its cache, as these options have it.
  ///
  /// - Parameters:
  ///   - name: the service in messages.
  ///   - folder: the service's folder in the cache, or its part of a server's.
  ///   - host: whose budget the requests count against.
  ///   - key: what else they count against; it enters file names as a digest only.
  ///   - usualInterval: seconds between requests that the provider allows.
  ///   - budgets: what the provider grants besides.
  ///   - usualAge: how long an answer is taken from the cache by default.
  ///   - limits: how much the cache keeps.
  ///   - stage: the run that asks; a dry run makes no folder for the cache.
  public func service(
    named name: String, folder: String, host: String, key: String?, usualInterval: Double,
    budgets: [RequestBudget] = [], usualAge: TimeSpan, limits: CacheLimits = CacheLimits(), in stage: Stage
  ) -> CachedService {
    let (surroundings, diagnostics) = (stage.surroundings, stage.diagnostics)
    let warn: @Sendable (Failure) -> Void = { diagnostics.warning($0.description) }
    // Without any interval there would be no gate either to wait at when the service calls for fewer requests.
    let limiter = RateLimiter(
      folder: stateFolder(surroundings.environment), service: host, key: key,
      interval: max(Self.shortestInterval, interval ?? usualInterval), budgets: budgets, warn: warn,
      pausing: { diagnostics.note(Service.pauseText(name, seconds: $0, budget: $1)) })
    let home = CacheHome(cache, environment: surroundings.environment)
    let kept =
      hasNoCache || stage.isDryRun
      ? nil
      : home.cache(
        of: folder, maximumAge: offline ? nil : (cacheAge ?? usualAge).seconds, limits: limits,
        surroundings: surroundings, warn: warn)
    return CachedService(
      service: Service(
        name: name, userAgent: "millrace/\(Millrace.version)", limiter: limiter, stallTimeout: timeout.seconds,
        surroundings: surroundings, note: { diagnostics.note($0) }),
      cache: kept, refreshes: refresh, isOffline: offline)
  }
}

extension CacheHome {
  /// Of `--cache`.
  static let help = ArgumentHelp(
    "Folder for answers, shared by any number of processes, or redis://host:port/database. ~/.cache/millrace by default.",
    valueName: "folder|url")

  /// For `validate` of options: the parser's own message for a value would repeat it, password and all.
  package static func validate(_ text: String) throws {
    do throws(Failure) {
      _ = try CacheHome(text)
    } catch {
      throw ValidationError("--cache: \(error)")
    }
  }
}
