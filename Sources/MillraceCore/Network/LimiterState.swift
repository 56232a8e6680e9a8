/// What all processes of a user know about their requests to one service: pure arithmetic on times that are handed in.
///
/// Times are nanoseconds since 1970 by the system's clock, the one clock that processes and hosts share. It can be set:
/// what lies too far ahead is from before that, and is forgotten.
struct LimiterState: Equatable, Sendable {
  typealias Nanoseconds = Int64

  /// When the last request was let go.
  var last: Nanoseconds = 0
  /// Until when nobody may send.
  var gate: Nanoseconds = 0
  /// How often in a row the service said "slow down" without saying for how long.
  var slowDowns = 0
  /// Until when the service's own budget is spent, as it said itself.
  var spent: Nanoseconds = 0
  /// The moments of the requests, ascending, while somebody has a budget.
  var log: [Nanoseconds] = []
  /// How long moments are kept, for the longest budget that any process has.
  var span: Nanoseconds = 0
  /// Until when moments are logged by processes without a budget too.
  var counted: Nanoseconds = 0

  static let longestGate = 3600 * second
  static let longestPause = 15 * second
  static let longestExhaustion = 2 * day
  static let longestSpan = 366 * day
  /// Whoever comes with a longer budget later finds the last day's requests.
  static let shortestSpan = day
  static let longestLog = 10_000
  /// The requests of a budget. They are fewer than the log holds, so that it need not be written anew for each request.
  static let mostCounted = 8_000
  static let day = 86_400 * second
  static let second: Nanoseconds = 1_000_000_000

  /// The first moment at which the next request may go, budgets aside.
  mutating func due(now: Nanoseconds, interval: Nanoseconds) -> Nanoseconds {
    if last - now > interval { last = 0 }
    if gate - now > Self.longestGate { gate = 0 }
    return max(last + interval, gate)
  }

  // MARK: Refusals

  /// Closes the gate: for the time that the service named, an hour at most, or for 1, 2, 4, 8, then 15 s.
  ///
  /// Requests that were under way when the gate closed draw refusals too. While it is closed these make no pause longer,
  /// unless the service asks for more.
  mutating func slowDown(now: Nanoseconds, retryAfter: Double?) {
    if let retryAfter {
      gate = max(gate, now + Self.nanoseconds(retryAfter, atMost: Self.longestGate))
    } else if gate <= now || gate - now > Self.longestGate {
      gate = now + min(Self.second << Int64(min(slowDowns, 4)), Self.longestPause)
      slowDowns = min(slowDowns + 1, 4)
    }
  }

  /// Forgets the refusals, unless the gate is closed: then the request went before they came.
  mutating func succeed(now: Nanoseconds) {
    if gate <= now { slowDowns = 0 }
  }

  /// Notes that the service grants no request until then, for two days at most.
  mutating func exhaust(now: Nanoseconds, until: Nanoseconds) {
    if spent - now > Self.longestExhaustion { spent = 0 }
    spent = max(spent, min(until, now + Self.longestExhaustion))
  }

  static func nanoseconds(_ seconds: Double, atMost limit: Nanoseconds) -> Nanoseconds {
    seconds > 0 ? Nanoseconds(min(seconds, Double(limit) / 1e9) * 1e9) : 0
  }
}

extension LimiterState {
  /// Moments that the type cannot tell are as far away as it can.
  static func nanoseconds(_ time: Timestamp) -> Nanoseconds {
    let (whole, isTooLarge) = Nanoseconds(time.seconds).multipliedReportingOverflow(by: second)
    let (sum, isLarger) = whole.addingReportingOverflow(Nanoseconds(time.nanoseconds))
    return isTooLarge || isLarger ? (time.seconds < 0 ? 0 : .max) : sum
  }

  static func timestamp(_ time: Nanoseconds) -> Timestamp {
    Timestamp(seconds: Int(time / second), nanoseconds: Int(time % second))
  }
}

// MARK: Budgets

extension LimiterState {
  /// When a budget that is spent grants the next request.
  struct Refill: Equatable, Sendable {
    var moment: Nanoseconds
    /// Nil for the service's own.
    var budget: RequestBudget?
  }

  /// The last of the moments for which the budgets make the next request wait; nil when none does.
  ///
  /// - Parameter instead: The turn that is given back for this one.
  mutating func refill(now: Nanoseconds, budgets: [CountedBudget], instead: Nanoseconds? = nil) -> Refill? {
    if spent - now > Self.longestExhaustion { spent = 0 }
    var refill = spent > now ? Refill(moment: spent, budget: nil) : nil
    var log = log
    if let instead, let index = log.lastIndex(of: instead) { log.remove(at: index) }
    for budget in budgets {
      let end = log.lastIndex { $0 - now <= budget.span }.map { $0 + 1 } ?? 0
      guard end >= budget.requests else { continue }
      let moment = log[end - budget.requests] + budget.span
      if moment > now, moment > refill?.moment ?? 0 { refill = Refill(moment: moment, budget: budget.budget) }
    }
    return refill
  }

  /// Lets a request go.
  ///
  /// - Parameter instead: The turn that is given back for this one.
  /// - Returns: Its moment: the one named, or, where the log has that already, the next one that it does not have.
  mutating func take(
    at moment: Nanoseconds, budgets: [CountedBudget], instead: Nanoseconds? = nil
  ) -> Nanoseconds {
    last = moment
    if counted <= moment || counted - moment > Self.longestSpan { span = 0 }
    if let longest = budgets.map(\.span).max() {
      span = max(span, longest, Self.shortestSpan)
      counted = moment + span
    } else if span == 0 {
      log = []
      counted = 0
      return moment
    }
    if let instead, let index = log.lastIndex(of: instead) { log.remove(at: index) }
    forget(now: moment)
    last = append(moment)
    return last
  }

  /// Moments that are too old, some at a time so that the file is not written anew each time.
  private mutating func forget(now: Nanoseconds) {
    while let last = log.last, last - now > span { log.removeLast() }
    let expired = log.firstIndex { $0 > now - span } ?? log.count
    if expired > log.count / 2 { log.removeFirst(expired) }
    if log.count >= Self.longestLog { log.removeFirst(log.count - Self.mostCounted) }
  }

  /// One nanosecond is not two moments, so that what is twice in a file after a kill is known for one.
  private mutating func append(_ moment: Nanoseconds) -> Nanoseconds {
    var moment = moment
    var index = log.lastIndex { $0 < moment }.map { $0 + 1 } ?? 0
    while index < log.count, log[index] == moment {
      moment += 1
      index += 1
    }
    log.insert(moment, at: index)
    return moment
  }
}
