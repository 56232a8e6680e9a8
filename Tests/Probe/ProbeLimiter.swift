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
  @Option(help: "A budget, as in 5/60: requests and seconds.") var budget: [String] = []
  @Option(help: "Tell first that the budget is spent for so many seconds.") var exhaust: Int?

  func run() throws {
    let budgets = try budget.map { text in
      let parts = text.split(separator: "/")
      guard parts.count == 2, let requests = Int(parts[0]), let seconds = Double(parts[1]) else {
        throw ValidationError("--budget takes REQUESTS/SECONDS")
      }
      return RequestBudget(requests: requests, seconds: seconds)
    }
    let limiter = RateLimiter(
      folder: folder, service: "probe", key: key, interval: interval, budgets: budgets,
      warn: { failure in writeLine("warning: \(failure)", to: STDERR_FILENO) },
      pausing: { seconds, _ in writeLine("pausing for \(seconds) s", to: STDERR_FILENO) })
    if slowDown || retryAfter != nil { limiter.slowDown(retryAfter: retryAfter) }
    let (turns, tasks, exhaust) = (turns, tasks, exhaust)
    try waiting { () async throws(Failure) in
      if let exhaust { await limiter.exhaust(until: Timestamp(seconds: Clock.system.now().seconds + exhaust)) }
      await withTaskGroup(of: Void.self) { group in
        for task in 0..<tasks {
          group.addTask {
            for _ in 0..<(turns / tasks + (task < turns % tasks ? 1 : 0)) {
              let turn: (waited: Double, moment: Int64?)
              do throws(BudgetSpent) {
                turn = try await limiter.takeTurn()
              } catch {
                writeLine("spent: \(error)", to: STDERR_FILENO)
                return
              }
              let now = Clock.system.now()
              writeLine("\(turn.moment ?? 0) \(now.seconds * 1_000_000_000 + now.nanoseconds)", to: STDOUT_FILENO)
            }
          }
        }
      }
    }
  }
}
