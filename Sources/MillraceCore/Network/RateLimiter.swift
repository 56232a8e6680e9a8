import Glibc

/// Keeps a distance in time between the requests that all processes of a user send to one service with one key, and holds
/// all of them back when the service says "slow down".
///
///     let limiter = RateLimiter(
///       folder: stateFolder(environment), service: "eutils", key: key, interval: 0.4, warn: diagnostics.warn)
///     let waited = try await limiter.turn()
///     … send; on 429: limiter.slowDown(retryAfter: seconds); else: limiter.succeeded()
///
/// Budgets are counted exactly, over all processes and runs: `[RequestBudget(requests: 25, seconds: 86_400)]` lets no more
/// than 25 requests go in any 24 h. A turn counts when it is given, whether its owner sends anything or is killed first.
///
/// The processes meet in a file of the state folder. Where it cannot be used the limiter warns once, and limits this
/// process alone. A thread that may block looks into the file for as long as somebody waits here, and ends then.
package final class RateLimiter: Sendable {
  private typealias Nanoseconds = LimiterState.Nanoseconds

  /// Seconds: who would have to wait longer for a budget is told instead.
  package static let longestWait = 300.0

  private let isCounting: Bool
  private let queue: LimiterQueue
  private let clock: Clock

  /// A turn is not taken but asked for again when so much time went by before its owner ran: on a machine under load, or
  /// in a process that was stopped, the turns that others got since may be close behind.
  private let lateness: Nanoseconds
  /// How often that is done. Where every turn comes late, waiting for one that does not would be for ever.
  private static let attempts = 4

  /// - Parameters:
  ///   - folder: The state folder; the files lie in its folder `limits`.
  ///   - service: The service's short name, the same in every tool that asks it.
  ///   - key: The key by which the service counts. It enters the file's name as a part of a digest only.
  ///   - interval: Seconds from one request to the next. With 0 turns come at once, except when the service says "slow
  ///     down" or a budget is spent.
  ///   - budgets: What the service grants besides. All processes should name the same; a process without any counts its
  ///     requests as long as others have some.
  ///   - warn: Is called once at most, on some thread.
  ///   - pausing: Is called on some thread when somebody here waits for more than 5 s, with the seconds to wait: in a
  ///     pause that the service called for, in whatever process, once for each; for a budget, once for each with the
  ///     budget.
  package init(
    folder: String, service: String, key: String?, interval: Double, budgets: [RequestBudget] = [],
    clock: Clock = .system, warn: @escaping @Sendable (Failure) -> Void,
    pausing: @escaping @Sendable (_ seconds: Double, _ budget: RequestBudget?) -> Void = { _, _ in }
  ) {
    let interval = LimiterState.nanoseconds(interval, atMost: LimiterState.day)
    let counted = budgets.compactMap { CountedBudget($0) }
    self.clock = clock
    isCounting = interval > 0 || !counted.isEmpty
    let distance = interval > 0 ? interval : counted.map { $0.span / Int64($0.requests) }.min() ?? 0
    lateness = max(1_000_000, distance / 20)
    queue = LimiterQueue(
      file: LimiterFile(folder: folder, service: service, key: key), interval: interval, budgets: counted, clock: clock,
      warn: warn, pausing: pausing)
  }

  /// Waits for this process's turn; within the process, first come, first served. The request should go at once then.
  ///
  /// A cancelled task waits no longer, and should not send.
  ///
  /// - Returns: The seconds waited.
  /// - Throws: When a budget, or the service itself, makes the first of those who wait here wait for more than 300 s. The
  ///   others are told too, also when the service says so while they wait.
  package func turn() async throws(BudgetSpent) -> Double { try await takeTurn().waited }

  /// As `turn` does; tells also at which moment the turn was, in nanoseconds since 1970, nil for none.
  package func takeTurn() async throws(BudgetSpent) -> (waited: Double, moment: Int64?) {
    let began = Clock.monotonicSeconds()
    var moment: Nanoseconds?
    attempts: for _ in 0..<Self.attempts {
      switch await queue.turn(instead: moment) {
      case .cancelled:
        moment = nil
        break attempts
      case .spent(let spent): throw spent
      case .go(let next):
        moment = next
        guard isCounting, clock.nanoseconds - next > lateness else { break attempts }
      }
    }
    return (Clock.monotonicSeconds() - began, moment)
  }

  /// Tells that the service refused a request: nobody sends for as long as it asked (an hour at most), or, where it did
  /// not say, for 1 s, then 2, 4, 8 and 15 s as long as nothing succeeds in between.
  ///
  /// Returns at once. Every later turn here is behind the pause; other processes see it some milliseconds later.
  package func slowDown(retryAfter: Double?) {
    queue.report(.slowDown(retryAfter))
  }

  /// Tells that the service grants no request until then, whatever was counted here: nobody sends meanwhile, in this or
  /// another process, now or in a later run. A moment more than 48 h ahead is taken for 48 h.
  ///
  /// Returns when all processes can see it, so that it is known also when this one ends then.
  package func exhaust(until: Timestamp) async {
    await queue.exhaust(until: LimiterState.nanoseconds(until))
  }

  /// Tells that the service answered: the next pause is the shortest again.
  package func succeeded() {
    queue.report(.success)
  }
}

extension Clock {
  /// Since 1970.
  var nanoseconds: Int64 { LimiterState.nanoseconds(now()) }
}
