import Glibc

/// Where answers are kept: in a folder, or by a Redis server.
package enum CacheHome: Sendable, Equatable {
  /// The folder in which each service has its own.
  case folder(String)
  case redis(RedisURL)

  /// Reads what `--cache` says.
  package init(_ text: String) throws(Failure) {
    // Such as of a variable that is not set; its folder would be in the root.
    guard !text.isEmpty else { throw Failure(.usage, "expected a folder or redis://host:port/database, found nothing") }
    self = try text.contains("://") ? .redis(RedisURL(text)) : .folder(text)
  }

  /// - Parameter text: what `--cache` says, which has been validated; nil for the user's cache folder.
  package init(_ text: String?, environment: [String: String]) {
    self = text.flatMap { try? CacheHome($0) } ?? .folder(cacheFolder(environment))
  }

  /// The answers of a service.
  ///
  /// - Parameters:
  ///   - service: the name of its folder, and of its entries on a server.
  ///   - maximumAge: seconds for which an answer is fresh; nil for ever.
  package func cache(
    of service: String, maximumAge: Double?, limits: CacheLimits = CacheLimits(), surroundings: Surroundings,
    warn: @escaping @Sendable (Failure) -> Void
  ) -> any AnswerCache {
    switch self {
    case .folder(let folder):
      ResponseCache(
        folder: "\(folder)/\(service)", maximumAge: maximumAge, limits: limits, clock: surroundings.clock, warn: warn)
    case .redis(let url):
      RedisCache(
        url, service: service, password: Self.password(surroundings.environment), maximumAge: maximumAge,
        limits: limits, clock: surroundings.clock, warn: warn)
    }
  }

  /// The answers of a service for who looks at them or removes them; nil when there is no folder, which is not made.
  package func existingCache(
    of service: String, limits: CacheLimits = CacheLimits(), surroundings: Surroundings
  ) throws(Failure) -> (any AnswerCache)? {
    if case .folder(let folder) = self {
      let path = "\(folder)/\(service)"
      if fileStatus(path, followingLinks: true) == nil {
        guard errno == ENOENT else {
          throw .system(.inputOutput, "cannot read the folder", errorNumber: errno, at: Place(file: path))
        }
        return nil
      }
    }
    // What is wrong is thrown where it matters.
    return cache(of: service, maximumAge: nil, limits: limits, surroundings: surroundings, warn: { _ in })
  }

  /// As redis-cli has it.
  private static func password(_ environment: [String: String]) -> String? {
    environment["REDISCLI_AUTH"].flatMap { $0.isEmpty ? nil : $0 }
  }
}
