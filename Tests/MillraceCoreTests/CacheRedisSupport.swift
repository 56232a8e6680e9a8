import Glibc
import Support
import Testing

@testable import MillraceCore

/// The homes that answers can have.
enum TestedHome: String, CaseIterable, CustomTestStringConvertible {
  case folder, redis

  /// Those that can be tested here.
  static let available = allCases.filter { $0 != .redis || RedisProgram.isInstalled }

  var testDescription: String { rawValue }
}

/// A place for answers that nobody else uses, whatever its home, with a clock that the test moves.
final class CacheBench: Sendable {
  let home: TestedHome
  let folder = TemporaryFolder()
  let warnings = Warnings()
  let time = MovedClock(isStopped: true)
  private let server: RedisProgram?
  private let service: String

  /// One server for all tests that do it no harm.
  private static let shared = RedisProgram()

  init(_ home: TestedHome, server: RedisProgram? = nil) {
    self.home = home
    self.server = home == .redis ? server ?? Self.shared : nil
    service = "test-\(UInt64.random(in: 0 ... .max))"
  }

  /// As `probe` takes it.
  var place: String { server.map(\.url) ?? folder("cache") }

  /// - Parameters:
  ///   - idleSeconds: 0 takes every connection for one that may have been closed for want of use.
  func cache(
    maximumAge: Double? = nil, limits: CacheLimits = .init(), password: String? = nil, user: String? = nil,
    idleSeconds: Double = .infinity
  ) -> any AnswerCache {
    guard let server else {
      return ResponseCache(
        folder: folder("cache"), maximumAge: maximumAge, limits: limits, clock: time.clock, warn: warnings.warn)
    }
    guard var url = try? RedisURL(server.url) else { fatalError("no URL: \(server.url)") }
    url.user = user
    return RedisCache(
      url, service: service, password: password, maximumAge: maximumAge, limits: limits, clock: time.clock,
      idleSeconds: idleSeconds, claimSeconds: 3600, warn: warnings.warn)
  }

  /// The bytes of an entry as they are kept; empty when there is none.
  func raw(_ key: String) -> [UInt8] {
    guard server != nil else { return folder.read(path(key)) ?? [] }
    return if case .bytes(let bytes) = ask(RedisCommand("GET", name(key))) { bytes } else { [] }
  }

  func setRaw(_ key: String, _ bytes: [UInt8]) {
    guard server != nil else {
      folder.write(path(key), bytes)
      unsafe chmod(folder(path(key)), 0o600)
      return
    }
    var command = RedisCommand("SET", name(key))
    unsafe bytes.withUnsafeBytes { unsafe command.add($0) }
    ask(command)
  }

  /// Asks the server something behind the cache's back.
  @discardableResult func ask(_ command: RedisCommand) -> RedisReply {
    guard let server, let url = try? RedisURL(server.url), let connection = try? RedisConnection(url),
      let reply = try? connection.ask([command], maximumBytes: 128 << 20)[0]
    else { return .error("the server is gone") }
    return reply
  }

  /// How often the server was given a command; nil when it tells nothing.
  func count(of command: String) -> Int? {
    guard case .bytes(let bytes) = ask(RedisCommand("INFO", "commandstats")) else { return nil }
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\r\n")
    let start = "cmdstat_\(command):calls="
    return lines.first { $0.hasPrefix(start) }.flatMap { Int($0.dropFirst(start.count).prefix { $0.isNumber }) } ?? 0
  }

  func name(_ key: String) -> String { "millrace:\(service):entry:\(SHA256Digest(of: key).hex)" }
  func claimName(_ key: String) -> String { "millrace:\(service):claim:\(SHA256Digest(of: key).hex)" }

  private func path(_ key: String) -> String {
    let hex = SHA256Digest(of: key).hex
    return "cache/\(hex.prefix(2))/\(hex.dropFirst(2))"
  }
}
