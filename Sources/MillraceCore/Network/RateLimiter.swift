import Glibc
import Synchronization

/// Keeps a distance in time between the requests that all processes of a user send to one service with one key, and holds
/// all of them back when the service says "slow down".
///
///     let limiter = RateLimiter(
///       folder: stateFolder(environment), service: "eutils", key: key, interval: 0.4, warn: diagnostics.warn)
///     let waited = await limiter.turn()
///     … send; on 429: limiter.slowDown(retryAfter: seconds); else: limiter.succeeded()
///
/// The processes meet in a file of the state folder. Where it cannot be used the limiter warns once, and limits this
/// process alone. A thread that may block looks into the file for as long as somebody waits here, and ends then.
public final class RateLimiter: Sendable {
  private typealias Nanoseconds = LimiterState.Nanoseconds

  private let interval: Nanoseconds
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
  ///     down".
  ///   - warn: Is called once at most, on some thread.
  ///   - pausing: Is called on some thread when somebody here waits in a pause that the service called for, in whatever
  ///     process, once for each that is longer than 5 s, with the seconds to wait.
  public init(
    folder: String, service: String, key: String?, interval: Double, clock: Clock = .system,
    warn: @escaping @Sendable (Failure) -> Void, pausing: @escaping @Sendable (_ seconds: Double) -> Void = { _ in }
  ) {
    self.interval = LimiterState.nanoseconds(interval, atMost: 24 * 3600 * LimiterState.second)
    self.clock = clock
    lateness = max(1_000_000, self.interval / 20)
    queue = LimiterQueue(
      file: LimiterFile(folder: folder, service: service, key: key), interval: self.interval, clock: clock, warn: warn,
      pausing: pausing)
  }

  /// Waits for this process's turn; within the process, first come, first served. The request should go at once then.
  ///
  /// A cancelled task waits no longer, and should not send.
  ///
  /// - Returns: The seconds waited.
  public func turn() async -> Double { await takeTurn().waited }

  /// As `turn` does; tells also at which moment the turn was, in nanoseconds since 1970, nil for none.
  package func takeTurn() async -> (waited: Double, moment: Int64?) {
    let began = Clock.monotonicSeconds()
    var moment: Nanoseconds?
    for _ in 0..<Self.attempts {
      moment = await queue.turn()
      guard interval > 0, let moment, clock.nanoseconds - moment > lateness else { break }
    }
    return (Clock.monotonicSeconds() - began, moment)
  }

  /// Tells that the service refused a request: nobody sends for as long as it asked (an hour at most), or, where it did
  /// not say, for 1 s, then 2, 4, 8 and 15 s as long as nothing succeeds in between.
  ///
  /// Returns at once. Every later turn here is behind the pause; other processes see it some milliseconds later.
  public func slowDown(retryAfter: Double?) {
    queue.report(.slowDown(retryAfter))
  }

  /// Tells that the service answered: the next pause is the shortest again.
  public func succeeded() {
    queue.report(.success)
  }
}

extension Clock {
  /// Since 1970.
  var nanoseconds: Int64 {
    let now = now()
    return Int64(now.seconds) * 1_000_000_000 + Int64(now.nanoseconds)
  }
}
