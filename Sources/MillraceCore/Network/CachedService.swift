/// A service behind a cache: what was answered is not asked again, by this process or another, now or later.
public struct CachedService: Sendable {
  /// Where an answer came from.
  public struct Answer<Value: Sendable>: Sendable {
    public var value: Value
    /// Empty when the answer was in the cache.
    public var attempts: [ContextFormatter.Attempt]
    /// Seconds since the answer was kept; nil when it was asked for now.
    public var age: Double?

    public init(value: Value, attempts: [ContextFormatter.Attempt] = [], age: Double? = nil) {
      self.value = value
      self.attempts = attempts
      self.age = age
    }
  }

  public let service: Service
  /// Nil without a cache.
  public let cache: (any AnswerCache)?
  /// Ask for everything again, and keep the new answers.
  public let refreshes: Bool
  /// Send nothing.
  public let isOffline: Bool

  public init(service: Service, cache: (any AnswerCache)?, refreshes: Bool, isOffline: Bool) {
    self.service = service
    self.cache = cache
    self.refreshes = refreshes
    self.isOffline = isOffline
  }

  /// What the cache has under the key.
  public func kept(_ key: String) -> CacheEntry? { refreshes ? nil : cache?.entry(for: key) }

  /// What is not in the cache and may not be asked for.
  public static let offlineRefusal = Service.Refusal(
    kind: .transient, reason: "the cache has no answer, and --offline sends no request", attempts: [])

  /// The answer of the cache, if the judge finds nothing wrong with it, else of the service.
  public func ask<Value: Sendable>(
    _ request: HTTPRequest, kind: String, key: String, judge: Service.Judge<Value>
  ) async throws(Service.Refusal) -> Answer<Value> {
    try await ask(key) {
      guard let entry = kept(key) else { return nil }
      let response = HTTPResponse(status: 200, url: request.url, headers: [], body: entry.body)
      return (try? judge(response)).map { Answer(value: $0, age: entry.age) }
    } asking: { () throws(Service.Refusal) in
      let answer = try await service.ask(request, kind: kind, judge: judge)
      cache?.store(answer.response.body, for: key)
      return Answer(value: answer.value, attempts: answer.attempts)
    }
  }

  /// What is known under a key, else what is asked for now. Under one key one asks at a time, here and in other processes:
  /// who comes second finds the first one's answer.
  ///
  /// - Parameters:
  ///   - known: looks into the cache.
  ///   - asking: asks the service, and keeps what it answers.
  public func ask<Value: Sendable>(
    _ key: String, known: () -> Answer<Value>?, asking: () async throws(Service.Refusal) -> Answer<Value>
  ) async throws(Service.Refusal) -> Answer<Value> {
    if let answer = known() { return answer }
    if isOffline { throw Self.offlineRefusal }
    guard let cache else { return try await asking() }
    while true {
      let claim = cache.claim([key])
      defer { claim.release() }
      if !claim.isHeld(key) {
        let isFree = await cache.wait(for: key)
        if Task.isCancelled { throw Service.Refusal(kind: .transient, reason: "given up") }
        if let answer = known() { return answer }
        if isFree { continue }
      }
      // Another process may have let go between our look and our claim. One that holds on for too long is not waited for.
      if let answer = known() { return answer }
      return try await asking()
    }
  }
}
