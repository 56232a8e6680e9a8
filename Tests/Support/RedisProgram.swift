import Glibc

/// A real Redis server on a port of the loopback interface, which keeps nothing on the disk and ends with its owner, or when
/// the tests die.
///
/// A shell that waits for the end of a pipe stops it.
public final class RedisProgram: Sendable {
  /// Debian's redis-server, or Valkey's; nil when neither is installed.
  private static let program: String? = ["redis-server", "valkey-server"].flatMap { name in
    ["/usr/bin", "/usr/sbin", "/usr/local/bin"].map { "\($0)/\(name)" }
  }.first { unsafe access($0, X_OK) == 0 }

  /// `@Suite(.enabled(if: RedisProgram.isInstalled, "redis-server is not installed"))`
  public static var isInstalled: Bool { program != nil }

  public let port: Int
  private let program: RunningProgram
  private let lifeline: Lifeline
  private let folder = TemporaryFolder()

  /// Returns when the server answers.
  ///
  /// - Parameters:
  ///   - port: nil for one that is free.
  ///   - options: `["--requirepass", "word"]`
  public init(port wanted: Int? = nil, _ options: [String] = []) {
    guard let path = Self.program else { fatalError("redis-server is not installed") }
    for _ in 0..<5 {
      // Below the ports that the system gives to clients; another server may have it.
      let port = wanted ?? Int.random(in: 15_000...32_000)
      let lifeline = Lifeline()
      let script = #""$@" & server=$!; read -r _; kill -9 "$server"; wait "$server""#
      let running = Executable("/bin/sh").start(
        [
          "-c", script, "sh", path, "--bind", "127.0.0.1", "--port", String(port), "--save", "", "--appendonly", "no",
          "--dir", folder.path,
        ] + options, input: .descriptor(lifeline.childEnd))
      if Self.isReady(running) {
        (self.port, program, self.lifeline) = (port, running, lifeline)
        return
      }
      lifeline.end()
      running.wait(timeLimit: .infinity)
    }
    fatalError("redis-server does not start")
  }

  private static func isReady(_ running: RunningProgram) -> Bool {
    let deadline = monotonicSeconds() + 300
    while monotonicSeconds() < deadline {
      let log = String(decoding: running.outputSoFar, as: UTF8.self) + running.errorTextSoFar
      if log.contains("Ready to accept connections") { return true }
      if log.contains("Failed listening") || log.contains("FATAL") { return false }
      usleep(5000)
    }
    return false
  }

  deinit { stop() }

  public var url: String { "redis://127.0.0.1:\(port)" }

  /// Kills it, and waits until it is gone.
  public func stop() {
    if lifeline.end() { program.wait(timeLimit: .infinity) }
  }

  /// Asks it something, through redis-cli.
  @discardableResult public func ask(_ words: String...) -> String {
    let outcome = Executable("/usr/bin/redis-cli").run(
      ["-p", String(port)] + words, environment: ["REDISCLI_AUTH": nil])
    return String(outcome.outputText.dropLast())
  }
}
