/// Answers of a service that a Redis server keeps, for all processes of all machines that name it.
///
/// An entry has the bytes that a folder's has. The server removes it when it went unused for the limit's time; how many it
/// keeps is its own affair. A server that cannot be reached, or fails midway, is warned of once, and from then on every look
/// is a miss. One that refuses to write (full, a replica) is warned of once, and what it has serves.
///
/// The server must be one that all who use it trust: nobody is kept from reading or replacing the entries of others, and
/// nothing on the way is encrypted.
package final class RedisCache: AnswerCache {
  package let maximumAge: Double?
  let server: RedisServer
  let limits: CacheLimits
  let clock: Clock
  let names: Names
  private let claims: RedisClaims
  private let warnings: CacheWarnings

  /// The names under which a service's entries and claims stand.
  struct Names: Sendable {
    var service: String

    func entry(_ key: String) -> String { entryPrefix + SHA256Digest(of: key).hex }
    func claim(_ key: String) -> String { "millrace:\(service):claim:\(SHA256Digest(of: key).hex)" }
    var entryPrefix: String { "millrace:\(service):entry:" }

    /// Whether something is the name of an entry of this service.
    func isEntry(_ name: String) -> Bool {
      name.hasPrefix(entryPrefix) && SHA256Digest(hex: String(name.dropFirst(entryPrefix.count))) != nil
    }
  }

  /// Nothing is sent before the first use.
  ///
  /// - Parameters:
  ///   - service: distinguishes the answers from those of other services.
  ///   - password: for the server; it stands in no message.
  ///   - maximumAge: Seconds for which an answer is fresh; nil for ever, 0 not at all.
  ///   - limits: `entries` and `bytes` are left to the server.
  ///   - warn: Is called once at most with what keeps the cache from being used, and once at most with an entry that is
  ///     damaged.
  package convenience init(
    _ url: RedisURL, service: String, password: String?, maximumAge: Double? = nil, limits: CacheLimits = CacheLimits(),
    clock: Clock = .system, warn: @escaping @Sendable (Failure) -> Void
  ) {
    self.init(
      url, service: service, password: password, maximumAge: maximumAge, limits: limits, clock: clock,
      idleSeconds: 30, claimSeconds: 30, warn: warn)
  }

  /// - Parameter claimSeconds: after which a claim goes that nobody renews, as its holder does three times meanwhile.
  init(
    _ url: RedisURL, service: String, password: String?, maximumAge: Double?, limits: CacheLimits, clock: Clock,
    idleSeconds: Double, claimSeconds: Int, warn: @escaping @Sendable (Failure) -> Void
  ) {
    self.maximumAge = maximumAge
    self.limits = limits
    self.clock = clock
    warnings = CacheWarnings(warn)
    server = RedisServer(url, password: password, idleSeconds: idleSeconds)
    names = Names(service: service)
    claims = RedisClaims(server: server, milliseconds: claimSeconds * 1000)
  }

  // MARK: Reading

  package func entry(for key: String, maximumAge: Double?) -> CacheEntry? {
    let name = names.entry(key)
    var look = RedisCommand("GETRANGE", name, "0")
    look.add(String(mostBytes))
    let replies: [RedisReply]
    do throws(Failure) {
      replies = try server.ask([look, RedisCommand("PTTL", name)], maximumBytes: mostBytes + 4096)
    } catch {
      warnings.report(Self.useless, error)
      return nil
    }
    switch replies[0] {
    case .bytes(let bytes): return entry(bytes, named: name, for: key, maximumAge, lifeLeft: replies[1])
    case .error(let text) where text.hasPrefix("WRONGTYPE"):
      removeDamaged(name)
      return nil
    default:
      let failure = failure(of: replies, expected: "an entry")
      server.giveUp(failure)
      warnings.report(Self.useless, failure)
      return nil
    }
  }

  /// What is not there is empty.
  private func entry(
    _ bytes: [UInt8], named name: String, for key: String, _ maximumAge: Double?, lifeLeft: RedisReply
  ) -> CacheEntry? {
    if bytes.isEmpty { return nil }
    let found = CacheEntryHeader.read(bytes)
    if let found, found.header.bytes > limits.bodyBytes { return nil }
    guard let (header, body) = found, header.key == key, unsafe body.withUnsafeBytes({ unsafe header.describes($0) })
    else {
      removeDamaged(name)
      return nil
    }
    let age = clock.now().since(header.stored)
    guard age > -CacheEntryHeader.clockSlack else {
      remove(name)
      return nil
    }
    if let maximumAge, max(0, age) >= maximumAge { return nil }
    if case .integer(let milliseconds) = lifeLeft { noteUse(of: name, millisecondsLeft: milliseconds) }
    return CacheEntry(body: Array(body), stored: header.stored, age: max(0, age))
  }

  /// The offset of the last byte that is read: a whole entry has fewer.
  private var mostBytes: Int { CacheEntryHeader.limit + limits.bodyBytes }

  /// The time until the server removes the entry begins anew, where the last use was an hour ago.
  private func noteUse(of name: String, millisecondsLeft: Int) {
    guard let lifetime, millisecondsLeft >= 0,
      millisecondsLeft < lifetime - Int(CacheLimits.useInterval * 1000)
    else { return }
    // A server that does not let it be changed has the entry all the same.
    _ = try? server.ask(RedisCommand("PEXPIRE", name, String(lifetime)))
  }

  /// Milliseconds that an entry stays without a use; nil for ever.
  private var lifetime: Int? {
    // A hundred thousand days; what is longer has no end.
    let longest = 8_640_000_000.0
    return limits.unusedFor < longest ? max(1, Int(max(0, limits.unusedFor) * 1000)) : nil
  }

  private func removeDamaged(_ name: String) {
    remove(name)
    warnings.reportDamage(at: "\(server.url) \(name)")
  }

  private func remove(_ name: String) { _ = try? server.ask(RedisCommand("UNLINK", name)) }

  // MARK: Writing

  package func store(_ body: [UInt8], for key: String) {
    guard body.count <= limits.bodyBytes,
      let entry = CacheEntryHeader.entry(body, for: key, stored: clock.now())
    else { return }
    var command = RedisCommand("SET", names.entry(key))
    unsafe command.add(entry.bytes)
    if let lifetime {
      command.add("PX")
      command.add(String(lifetime))
    }
    do throws(Failure) {
      let reply = try server.ask(command)
      guard case .bytes = reply else { return warnings.report(Self.notKept, failure(of: [reply], expected: "OK")) }
    } catch {
      warnings.report(Self.useless, error)
    }
  }

  // MARK: Single flight

  package func claim(_ keys: [String]) -> CacheClaim {
    do throws(Failure) {
      return try claims.claim(keys, named: names.claim)
    } catch {
      warnings.report(server.isLost ? Self.useless : Self.notKept, error)
      var seen: Set<String> = []
      return CacheClaim(keys.filter { seen.insert($0).inserted }) {}
    }
  }

  package func wait(for key: String, upTo seconds: Double) async -> Bool {
    let name = names.claim(key)
    return await CacheClaim.waitForEnd(upTo: seconds) {
      (try? server.ask(RedisCommand("EXISTS", name))) == .integer(1)
    }
  }

  /// The server does that itself.
  package func evictWhenDue() {}

  // MARK: Failures

  private static let useless = "the cache cannot be used, so answers are fetched anew"
  private static let notKept = "answers are not kept in the cache"

  /// What is wrong with replies of which one is not the expected one.
  func failure(of replies: [RedisReply], expected: String) -> Failure {
    for reply in replies { if case .error(let text) = reply { return server.refusal(text) } }
    return Failure(
      .serviceUnavailable, "expected \(expected), found something else", at: Place(file: server.url.description),
      advice: "check that a Redis server runs there")
  }
}
