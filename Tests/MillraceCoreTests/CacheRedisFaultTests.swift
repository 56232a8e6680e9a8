import Glibc
import Support
import Testing

@testable import MillraceCore

/// A server that is not there, fails, refuses, or is something else: one warning, and the run goes on without.
@Suite(.ownThread, .enabled(if: RedisProgram.isInstalled, "redis-server is not installed"))
struct CacheRedisFaultTests {
  static let useless = "the cache cannot be used, so answers are fetched anew"
  static let notKept = "answers are not kept in the cache"

  /// Does all that a run does, and expects that nothing is kept and nobody waits for another.
  func expectNothing(_ cache: any AnswerCache, _ comment: Comment = "") async {
    for _ in 0..<3 {
      #expect(cache.entry(for: "key") == nil, comment)
      let claim = cache.claim(["key", "other", "key"])
      #expect(claim.keys == ["key", "other"], comment)
      #expect(cache.claim(["key"]).keys == ["key"], comment)
      cache.store([1], for: "key")
      #expect(await cache.wait(for: "key"), comment)
      claim.release()
    }
    cache.evictWhenDue()
  }

  func cache(_ url: String, _ warnings: Warnings, password: String? = nil) throws -> RedisCache {
    RedisCache(try RedisURL(url), service: "test", password: password, warn: warnings.warn)
  }

  func cache(_ server: RawServer, _ warnings: Warnings) throws -> RedisCache {
    try cache("redis://127.0.0.1:\(server.port)", warnings)
  }

  // MARK: Away

  @Test func nothingListens() async throws {
    let warnings = Warnings()
    let cache = try cache("redis://127.0.0.1:1/3", warnings)
    await expectNothing(cache)
    #expect(
      warnings.texts == [
        "redis://127.0.0.1:1/3: \(Self.useless): no connection: connection refused (check that a Redis server runs there)"
      ])
    do throws(Failure) {
      try cache.list { _ in }
      Issue.record("a list of nothing")
    } catch {
      #expect(error.status == .serviceUnavailable)
      #expect(
        error.description
          == "redis://127.0.0.1:1/3: no connection: connection refused (check that a Redis server runs there)")
    }
    #expect(throws: Failure.self) { try cache.remove(.all, isDryRun: false) }
  }

  @Test func nobodyHasTheName() async throws {
    let warnings = Warnings()
    let cache = try cache("redis://no-such-host.invalid", warnings)
    #expect(cache.entry(for: "key") == nil)
    await expectNothing(cache)
    try #require(warnings.texts.count == 1)
    #expect(warnings.texts[0].hasPrefix("redis://no-such-host.invalid:6379: \(Self.useless): no connection: "))
  }

  @Test func killedMidway() async {
    let server = RedisProgram()
    let bench = CacheBench(.redis, server: server)
    let cache = bench.cache()
    cache.store([1], for: "key")
    #expect(cache.entry(for: "key")?.body == [1])
    let claim = cache.claim(["held"])
    async let waited = bench.cache().wait(for: "held")
    #expect(await soon { (bench.count(of: "exists") ?? 0) > 0 }, "it waits")
    server.stop()
    await expectNothing(cache)
    claim.release()
    #expect(await waited, "who waited goes on")
    // The one that waited has no warning: its next look has.
    #expect(
      bench.warnings.texts == [
        "\(bench.place): \(Self.useless): no answer: the server closed the connection"
      ])
  }

  @Test func aServerThatSaysNothing() async throws {
    let warnings = Warnings()
    let server = RawServer.ofBytes { _, _ in }
    let cache = try cache(server, warnings)
    let began = monotonicSeconds()
    #expect(cache.entry(for: "key") == nil)
    #expect((4..<100).contains(monotonicSeconds() - began))
    await expectNothing(cache)
    #expect(warnings.texts == ["redis://127.0.0.1:\(server.port): \(Self.useless): no answer within 5 seconds"])
    #expect(server.connectionCount == 1)
  }

  @Test func aServerThatSaysAByteASecond() async throws {
    let warnings = Warnings()
    let server = RawServer.ofBytes { _, connection in
      while connection.write("+") { usleep(300_000) }
    }
    let cache = try cache(server, warnings)
    let began = monotonicSeconds()
    #expect(cache.entry(for: "key") == nil)
    #expect((4..<100).contains(monotonicSeconds() - began))
    await expectNothing(cache)
    #expect(
      warnings.texts == ["redis://127.0.0.1:\(server.port): \(Self.useless): no whole answer within 5 seconds"])
    #expect(server.connectionCount == 1)
  }

  // MARK: Something else

  static let garbage: [String] = [
    "HTTP/1.1 400 Bad Request\r\n\r\n", "SSH-2.0-OpenSSH_9.2\r\n", "\u{0}\u{1}\u{2}\r\n", "$-7\r\n",
    "$9999999999999999999999\r\n",
    "*9999999999999999999\r\n", "*-2\r\n", ":x\r\n",
    "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n",
    "+WHAT\r\n", "*0\r\n", "$-1\r\n", ":1\r\n",
  ]

  @Test(arguments: garbage) func whatGreetsWithGarbage(_ garbage: String) async throws {
    let warnings = Warnings()
    let server = RawServer.ofBytes { _, connection in
      connection.write(garbage)
      connection.end()
    }
    let cache = try cache(server, warnings)
    #expect(cache.entry(for: "key") == nil)
    await expectNothing(cache)
    try #require(warnings.texts.count == 1)
    #expect(warnings.texts[0].hasPrefix("redis://127.0.0.1:\(server.port): \(Self.useless): "), "\(warnings.texts)")
    #expect(server.connectionCount == 1)
  }

  @Test(arguments: garbage.filter { !$0.hasPrefix("+WHAT") }) func whatAnswersWithGarbage(_ garbage: String)
    async throws
  {
    let warnings = Warnings()
    let server = RawServer.ofBytes { received, connection in
      if String(decoding: received, as: UTF8.self).contains("PING") {
        connection.write("+PONG\r\n")
      } else {
        connection.write(garbage)
        connection.write(":1\r\n")
        connection.end()
      }
    }
    let cache = try cache(server, warnings)
    #expect(cache.entry(for: "key") == nil)
    await expectNothing(cache)
    try #require(warnings.texts.count == 1)
    #expect(warnings.texts[0].hasPrefix("redis://127.0.0.1:\(server.port): \(Self.useless): "), "\(warnings.texts)")
    #expect(throws: Failure.self) { try cache.list { _ in } }
    #expect(server.connectionCount == 1)
  }

  @Test func anEndlessAnswer() async throws {
    let warnings = Warnings()
    let server = RawServer.ofBytes { received, connection in
      if String(decoding: received, as: UTF8.self).contains("PING") {
        connection.write("+PONG\r\n")
      } else {
        connection.write("$1000000000000\r\n")
        let piece = [UInt8](repeating: 7, count: 1 << 16)
        while connection.write(piece) {}
      }
    }
    let cache = RedisCache(
      try RedisURL("redis://127.0.0.1:\(server.port)"), service: "test", password: nil,
      limits: CacheLimits(bodyBytes: 1 << 20), warn: warnings.warn)
    #expect(cache.entry(for: "key") == nil)
    await expectNothing(cache)
    try #require(warnings.texts.count == 1)
    #expect(warnings.texts[0].contains("an answer of more than "), "\(warnings.texts)")
    #expect(server.connectionCount == 1)
  }

  // MARK: Refusals

  @Test func aServerThatIsStarting() async throws {
    let warnings = Warnings()
    let server = RawServer.ofBytes { _, connection in
      connection.write("-LOADING Redis is loading the dataset in memory\r\n")
    }
    await expectNothing(try cache(server, warnings))
    #expect(
      warnings.texts == [
        "redis://127.0.0.1:\(server.port): \(Self.useless): Redis refuses: LOADING Redis is loading the dataset in memory (the server is starting; run again when it is up)"
      ])
    #expect(server.connectionCount == 1)
  }

  @Test func passwords() async throws {
    let server = RedisProgram(["--requirepass", "SECRET", "--user", "reader", "on", ">WORD", "~*", "+@all"])
    func warning(_ password: String?, user: String? = nil) async throws -> [String] {
      let bench = CacheBench(.redis, server: server)
      let cache = bench.cache(password: password, user: user)
      #expect(cache.entry(for: "key") == nil)
      cache.store([1], for: "key")
      let isKept = cache.entry(for: "key")?.body == [1]
      #expect(isKept == bench.warnings.texts.isEmpty)
      if !isKept { await expectNothing(cache) }
      #expect(!bench.warnings.texts.joined().contains("SECRET"))
      return bench.warnings.texts
    }
    #expect(try await warning("SECRET") == [])
    #expect(try await warning("WORD", user: "reader") == [])
    let start = "\(server.url): \(Self.useless): Redis refuses: "
    #expect(
      try await warning(nil) == [
        start + "NOAUTH Authentication required. (put the password into REDISCLI_AUTH in the environment)"
      ])
    #expect(
      try await warning("wrong") == [
        start
          + "WRONGPASS invalid username-password pair or user is disabled. (check REDISCLI_AUTH in the environment, and the user in the URL)"
      ])
    #expect(try await warning("SECRET", user: "reader").count == 1)
    let open = CacheBench(.redis, server: RedisProgram())
    await expectNothing(open.cache(password: "unneeded"))
    try #require(open.warnings.texts.count == 1)
    #expect(open.warnings.texts[0].contains("ERR AUTH <password> called without any password configured"))
    #expect(
      open.warnings.texts[0].hasSuffix("(the server has no password; remove REDISCLI_AUTH from the environment)"))
  }

  @Test func aServerThatRepeatsThePassword() throws {
    let warnings = Warnings()
    let server = RawServer.ofBytes { received, connection in
      let text = String(decoding: received, as: UTF8.self).split(separator: "\r\n").joined(separator: " ")
      // An answer to each of AUTH and PING.
      let line = "-ERR what is \(text)\u{1B}[31m\(String(repeating: "x", count: 5000))\r\n"
      connection.write(line + line)
    }
    let cache = try cache("redis://127.0.0.1:\(server.port)", warnings, password: "SECRET")
    #expect(cache.entry(for: "key") == nil)
    try #require(warnings.texts.count == 1)
    #expect(warnings.texts[0].contains("REDACTED") && !warnings.texts[0].contains("SECRET"), "\(warnings.texts)")
    #expect(!warnings.texts[0].contains("\u{1B}") && warnings.texts[0].count < 500)
  }

  /// What was kept before serves.
  @Test(arguments: ["full", "replica", "forbidden"]) func aServerThatTakesNothing(_ kind: String) async {
    let server = RedisProgram()
    let bench = CacheBench(.redis, server: server)
    bench.cache().store([1], for: "kept")
    switch kind {
    case "full": server.ask("config", "set", "maxmemory", "1")
    case "replica": server.ask("replicaof", "127.0.0.1", "1")
    default: server.ask("acl", "setuser", "default", "-set", "-eval")
    }
    let cache = bench.cache()
    #expect(cache.entry(for: "kept")?.body == [1])
    await expectNothing(cache)
    #expect(cache.entry(for: "kept")?.body == [1])
    try? #require(bench.warnings.texts.count == 1)
    let text = bench.warnings.texts.first ?? ""
    #expect(text.hasPrefix("\(server.url): \(Self.notKept): Redis refuses: "), "\(text)")
    switch kind {
    case "full": #expect(text.contains("OOM ") && text.contains("(the server is full; "), "\(text)")
    case "replica": #expect(text.contains("READONLY ") && text.hasSuffix("(name the primary server, not a replica)"))
    default: #expect(text.contains("NOPERM ") && text.contains("(the user needs the commands "), "\(text)")
    }
    if kind == "full" {
      server.ask("config", "set", "maxmemory", "0")
      cache.store([2], for: "later")
      #expect(cache.entry(for: "later")?.body == [2], "and when it takes something again, it gets it")
    }
  }

  // MARK: The library

  @Test func withoutTheLibraryARunGoesOn() {
    let folder = TemporaryFolder()
    let soname = Executable("/bin/sh").run([
      "-c", "ls /usr/lib/*/libhiredis.so.* /usr/lib64/libhiredis.so.* 2>/dev/null | head -n 1",
    ]).outputText.split(separator: "/").last.map { String($0.dropLast()) }
    folder.write(soname ?? "libhiredis.so.0.14", "this is no library")
    let outcome = Executable("probe").run(
      ["cache", "get-all", "--keys", "1", "--log", folder("log"), "redis://127.0.0.1:1"],
      environment: ["LD_LIBRARY_PATH": folder.path])
    #expect(outcome.status == 1)
    #expect(
      outcome.errorText.hasPrefix(
        "warning: \(Self.useless): Redis cannot be reached without hiredis: \(folder(soname ?? "")): "),
      "\(outcome.errorText)")
    #expect(outcome.errorText.split(separator: "\n").count == 1)
    #expect(folder.text("log") == "key 0\n")
  }
}
