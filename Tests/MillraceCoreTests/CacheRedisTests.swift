import Glibc
import Support
import Testing

@testable import MillraceCore

/// What a Redis server does where a folder does otherwise.
@Suite(.ownThread, .enabled(if: RedisProgram.isInstalled, "redis-server is not installed"))
struct CacheRedisTests {
  let bench = CacheBench(.redis)

  func millisecondsLeft(_ name: String) -> Int {
    if case .integer(let milliseconds) = bench.ask(RedisCommand("PTTL", name)) { milliseconds } else { -3 }
  }

  // MARK: Lives

  @Test func whatGoesUnusedGoes() {
    let cache = bench.cache(limits: .init(unusedFor: 1000))
    cache.store([1], for: "key")
    #expect(cache.entry(for: "key") != nil)
    #expect((1...1_000_000).contains(millisecondsLeft(bench.name("key"))))
    // A quarter of an hour is long for a test.
    bench.ask(RedisCommand("PEXPIRE", bench.name("key"), "1"))
    #expect(eventually { cache.entry(for: "key") == nil })
    #expect(bench.raw("key").isEmpty)
    #expect(bench.warnings.texts == [])
  }

  @Test func aUseIsNotedOnceAnHour() {
    let cache = bench.cache(limits: .init(unusedFor: 7200))
    cache.store([1], for: "key")
    let name = bench.name("key")
    #expect((5_000_001...7_200_000).contains(millisecondsLeft(name)))
    bench.ask(RedisCommand("PEXPIRE", name, "5000000"))
    #expect(cache.entry(for: "key") != nil)
    #expect((3_600_000...5_000_000).contains(millisecondsLeft(name)), "used within the hour")
    bench.ask(RedisCommand("PEXPIRE", name, "3500000"))
    #expect(cache.entry(for: "key") != nil)
    #expect((5_000_001...7_200_000).contains(millisecondsLeft(name)))
  }

  @Test func someStayForEver() {
    let cache = bench.cache(limits: .init(unusedFor: .infinity))
    cache.store([1], for: "key")
    #expect(millisecondsLeft(bench.name("key")) == -1)
    #expect(cache.entry(for: "key") != nil)
    #expect(millisecondsLeft(bench.name("key")) == -1)
  }

  @Test func somethingElseUnderTheName() throws {
    let cache = bench.cache()
    cache.store([1], for: "good")
    bench.ask(RedisCommand("LPUSH", bench.name("key"), "a"))
    var count = 0
    try cache.list { _ in count += 1 }
    #expect(count == 1)
    #expect(cache.entry(for: "key") == nil)
    #expect(bench.warnings.texts.count == 1)
    cache.store([2], for: "key")
    #expect(cache.entry(for: "key")?.body == [2])
  }

  @Test func othersAreLeftAlone() throws {
    let cache = bench.cache()
    cache.store([1], for: "key")
    // In the way of a pattern, and of a prefix.
    let foreign = [bench.name("key") + "0", bench.name("key").dropLast(64) + "x", bench.claimName("key"), "mine"]
    for name in foreign { bench.ask(RedisCommand("SET", name, "precious")) }
    let another = CacheBench(.redis)
    another.cache().store([2], for: "key")
    #expect(try cache.remove(.all, isDryRun: false).entries == 1)
    for name in foreign { #expect(bench.ask(RedisCommand("GET", name)) == .bytes(Array("precious".utf8))) }
    #expect(another.cache().entry(for: "key")?.body == [2])
    for name in foreign { bench.ask(RedisCommand("DEL", name)) }
  }

  @Test func databasesAreApart() throws {
    let server = RedisProgram()
    func cache(_ database: Int) throws -> RedisCache {
      RedisCache(
        try RedisURL("\(server.url)/\(database)"), service: "test", password: nil, warn: bench.warnings.warn)
    }
    try cache(3).store([3], for: "key")
    #expect(try cache(0).entry(for: "key") == nil)
    #expect(try cache(3).entry(for: "key")?.body == [3])
    #expect(bench.warnings.texts == [])
    #expect(try cache(999).entry(for: "key") == nil)
    #expect(
      bench.warnings.texts == [
        "\(server.url)/999: the cache cannot be used, so answers are fetched anew: Redis refuses: ERR DB index is out of range"
      ])
  }

  // MARK: Claims

  @Test func aClaimThatWasLostIsNotTakenFromItsNextHolder() {
    let (cache, other) = (bench.cache(), bench.cache())
    let claim = cache.claim(["a"])
    bench.ask(RedisCommand("DEL", bench.claimName("a")))
    let second = other.claim(["a"])
    #expect(second.keys == ["a"])
    claim.release()
    #expect(cache.claim(["a"]).keys == [])
    withExtendedLifetime(second) {}
  }

  @Test func aClaimIsRenewedWhileItsHolderLives() async throws {
    let server = RedisProgram()
    let holder = Executable("probe").start(
      ["cache", "hold-claim", server.url, "a", "b"], environment: ["REDISCLI_AUTH": nil])
    #expect(await soon { holder.outputSoFar == Array("a,b\n".utf8) })
    let cache = RedisCache(try RedisURL(server.url), service: "probe", password: nil, warn: bench.warnings.warn)
    #expect(cache.claim(["a", "c"]).keys == ["c"])
    let name = "millrace:probe:claim:\(SHA256Digest(of: "a").hex)"
    func left() -> Int { Int(server.ask("pttl", name)) ?? 0 }
    var least = left()
    #expect((1...30_000).contains(least))
    // After ten seconds.
    let isRenewed = await soon {
      let left = left()
      defer { least = min(least, left) }
      return left > least
    }
    #expect(isRenewed)
    holder.send(SIGKILL)
    holder.wait()
    #expect(left() <= 30_000 && left() != -1, "it has an end")
    // Half a minute is long for a test.
    server.ask("pexpire", name, "100")
    #expect(await cache.wait(for: "a"))
    #expect(cache.claim(["a", "b"]).keys == ["a"])
    #expect(bench.warnings.texts == [])
  }

  // MARK: Connections

  @Test func aConnectionThatWasClosedForWantOfUseIsMadeAnew() {
    let server = RedisProgram()
    let bench = CacheBench(.redis, server: server)
    let (patient, other) = (bench.cache(idleSeconds: 0), bench.cache())
    patient.store([1], for: "key")
    #expect(other.entry(for: "key") != nil)
    server.ask("client", "kill", "type", "normal", "skipme", "yes")
    #expect(patient.entry(for: "key")?.body == [1])
    #expect(bench.warnings.texts == [])
    #expect(other.entry(for: "key") == nil, "one that was in use is lost")
    #expect(bench.warnings.texts.count == 1)
  }

  @Test func oneConnectionServesAllThreads() async {
    let bench = CacheBench(.redis, server: RedisProgram())
    let cache = bench.cache()
    await withTaskGroup(of: Void.self) { group in
      for task in 0..<8 {
        group.addTask(executorPreference: globalConcurrentExecutor) {
          for index in 0..<50 {
            let body = Array("\(task) \(index)".utf8)
            cache.store(body, for: "\(task)/\(index)")
            #expect(cache.entry(for: "\(task)/\(index)")?.body == body)
          }
        }
      }
    }
    guard case .bytes(let clients) = bench.ask(RedisCommand("INFO", "stats")) else { return }
    let text = String(decoding: clients, as: UTF8.self)
    // The cache's, and the one that asks.
    #expect(text.contains("total_connections_received:2\r\n"))
    #expect(bench.warnings.texts == [])
  }
}

@Suite struct RedisURLTests {
  @Test func parts() throws {
    let whole = try RedisURL("redis://me%40home@host.example:6380/12")
    #expect(whole.user == "me@home" && whole.host == "host.example" && whole.port == 6380 && whole.database == 12)
    #expect(whole.description == "redis://host.example:6380/12")
    let least = try RedisURL("REDIS://localhost")
    #expect(least.user == nil && least.host == "localhost" && least.port == 6379 && least.database == 0)
    #expect(least.description == "redis://localhost:6379")
    let brackets = try RedisURL("redis://[::1]:7000/")
    #expect(brackets.host == "::1" && brackets.port == 7000 && brackets.database == 0)
    #expect(brackets.description == "redis://[::1]:7000")
  }

  @Test(arguments: [
    "redis://", "redis:///0", "redis://:6379", "redis://@host", "redis://ho st", "redis://host?db=1", "redis://[::1",
    "redis://[::1]x", "redis://::1", "redis://a%4@host", "redis://a%zz@host", "redis://host#1",
  ]) func whatIsNone(_ text: String) {
    #expect(throws: Failure.self) { try RedisURL(text) }
  }

  @Test(arguments: [
    ("redis://host:0", "expected a port between 1 and 65535 in redis://host:port/database"),
    ("redis://host:x", "expected a port between 1 and 65535 in redis://host:port/database"),
    ("redis://host/x", "expected a database's number at the end of redis://host:port/database"),
    ("redis://host/1/2", "expected a database's number at the end of redis://host:port/database"),
    (
      "redis://me:SECRET@host",
      "the URL of the cache has a password, which every user of this machine could read (put it into REDISCLI_AUTH in the environment)"
    ),
    (
      "rediss://me:SECRET@host",
      "a Redis server is spoken to without encryption: rediss:// is not supported (name a tunnel's end as redis://localhost:port)"
    ),
    (
      "unix:///run/redis.sock",
      "a Redis server is spoken to through TCP: sockets of the file system are not supported (redis://host:port/database)"
    ),
    (
      "https://me:SECRET@host",
      "expected a folder or redis://host:port/database for the cache, found another kind of URL"
    ),
  ]) func whatIsRefused(_ text: String, _ message: String) {
    #expect(throws: (any Error).self) { try RedisURL(text) }
    do throws(Failure) { _ = try RedisURL(text) } catch {
      #expect(error.description == message && error.status == .usage)
    }
  }

  @Test func aFolderIsNoURL() throws {
    #expect(try CacheHome("redis") == .folder("redis"))
    #expect(try CacheHome("a:b/c") == .folder("a:b/c"))
    #expect(try CacheHome("redis://h") == .redis(RedisURL("redis://h:6379/0")))
  }
}
