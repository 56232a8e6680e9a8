import ArgumentParser
import Glibc
import MillraceCore

/// Takes turns of a rate limiter and prints each: the moment that the limiter gave, and the clock when the turn was had,
/// in nanoseconds.
struct ProbeLimiter: MillraceCommand {
  static let configuration = CommandConfiguration(commandName: "limiter")

  @Argument var folder: String
  @Option var key: String?
  @Option var interval = 0.02
  @Option var turns = 10
  /// How many wait at the same time.
  @Option var tasks = 1
  @Flag(help: "Report a refusal first.") var slowDown = false
  @Option(help: "Report a refusal for so many seconds first.") var retryAfter: Double?

  func run() throws {
    let limiter = RateLimiter(
      folder: folder, service: "probe", key: key, interval: interval,
      warn: { failure in writeLine("warning: \(failure)", to: STDERR_FILENO) })
    if slowDown || retryAfter != nil { limiter.slowDown(retryAfter: retryAfter) }
    let (turns, tasks) = (turns, tasks)
    try waiting { () async throws(Failure) in
      await withTaskGroup(of: Void.self) { group in
        for task in 0..<tasks {
          group.addTask {
            for _ in 0..<(turns / tasks + (task < turns % tasks ? 1 : 0)) {
              let turn = await limiter.takeTurn()
              let now = Clock.system.now()
              writeLine("\(turn.moment ?? 0) \(now.seconds * 1_000_000_000 + now.nanoseconds)", to: STDOUT_FILENO)
            }
          }
        }
      }
    }
  }
}
