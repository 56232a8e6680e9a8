import ArgumentParser
import Glibc
import MillraceCore

/// Uses a response cache as a tool does.
struct ProbeCache: MillraceCommand {
  static let configuration = CommandConfiguration(
    commandName: "cache", subcommands: [GetAll.self, StoreForever.self, HoldClaim.self])

  /// What every process would fetch for a key.
  static func answer(_ key: String, seed: Int = 0) -> [UInt8] {
    var state = UInt64(truncatingIfNeeded: seed &* 31 &+ key.utf8.reduce(7) { $0 &* 131 &+ Int($1) })
    return (0..<(1000 + seed % 5000)).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(truncatingIfNeeded: state >> 33)
    }
  }

  /// - Parameter place: a folder, or the URL of a Redis server.
  static func open(_ place: String) throws(Failure) -> any AnswerCache {
    let warn: @Sendable (Failure) -> Void = { failure in writeLine("warning: \(failure)", to: STDERR_FILENO) }
    return switch try CacheHome(place) {
    case .folder(let folder): ResponseCache(folder: folder, maximumAge: nil, warn: warn)
    case .redis(let url):
      RedisCache(url, service: "probe", password: processEnvironment()["REDISCLI_AUTH"], warn: warn)
    }
  }

  /// Asks for the same keys as the other processes do, and notes in a shared log what it fetched.
  struct GetAll: MillraceCommand {
    @Argument var place: String
    @Option var keys = 50
    @Option var log: String

    func run() throws {
      let log = unsafe Glibc.open(log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
      let cache = try ProbeCache.open(place)
      let all = (0..<keys).map { "key \($0)" }
      // Every process begins elsewhere.
      let start = Int(getpid()) % keys
      let order = Array(all[start...] + all[..<start])
      try waiting { () async throws(Failure) in
        var wanted = order
        while !wanted.isEmpty {
          let claim = cache.claim(wanted)
          for key in claim.keys where cache.entry(for: key) == nil {
            writeLine(key, to: log)
            try? await Task.sleep(for: .milliseconds(2))
            cache.store(ProbeCache.answer(key), for: key)
          }
          claim.release()
          let others = wanted.filter { !claim.isHeld($0) }
          for key in others { await cache.wait(for: key) }
          wanted = others.filter { cache.entry(for: $0) == nil }
        }
      }
      for key in all where cache.entry(for: key)?.body != ProbeCache.answer(key) { throw ExitCode(.no) }
      cache.evictWhenDue()
    }
  }

  /// Stores answers under ten keys until it is killed. Says when the first and when all of them have one.
  struct StoreForever: MillraceCommand {
    @Argument var place: String

    func run() throws {
      let cache = try ProbeCache.open(place)
      for seed in 0... {
        cache.store(ProbeCache.answer("key \(seed % 10)", seed: seed), for: "key \(seed % 10)")
        if seed == 0 { writeLine("first", to: STDOUT_FILENO) }
        if seed == 9 { writeLine("all", to: STDOUT_FILENO) }
      }
    }
  }

  /// Claims keys, prints those that it holds, and waits until it is killed.
  struct HoldClaim: MillraceCommand {
    @Argument var place: String
    @Argument var keys: [String]

    func run() throws {
      let claim = try ProbeCache.open(place).claim(keys)
      writeLine(claim.keys.joined(separator: ","), to: STDOUT_FILENO)
      withExtendedLifetime(claim) { while true { pause() } }
    }
  }
}
