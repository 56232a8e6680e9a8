/// What a service grants to one key: at most so many requests in any span of so many seconds, wherever it begins.
public struct RequestBudget: Sendable, Equatable, CustomStringConvertible {
  /// One at least.
  public var requests: Int
  /// A year at most. Nothing is counted for 0.
  public var seconds: Double
  /// Seconds that are added to the span: the service counts requests when they arrive, and some arrive later behind their
  /// turn than others.
  public var margin: Double

  public init(requests: Int, seconds: Double, margin: Double = 0) {
    self.requests = requests
    self.seconds = seconds
    self.margin = margin
  }

  /// Such as "25 requests in 24 h".
  public var description: String { "\(counted(requests, "request")) in \(time)" }

  private var time: String {
    guard seconds >= 0, seconds <= 1e9, seconds == seconds.rounded() else { return "\(seconds) s" }
    let whole = Int(seconds)
    if whole > 86_400, whole % 86_400 == 0 { return "\(whole / 86_400) days" }
    if whole >= 3600, whole % 3600 == 0 { return "\(whole / 3600) h" }
    return "\(whole) s"
  }
}

/// No request may be sent for longer than anybody waits.
package struct BudgetSpent: Error, Sendable, Equatable, CustomStringConvertible {
  /// What is spent, for a person, without a full stop: "the budget of 25 requests in 24 h is spent".
  package var reason: String
  /// When the next request may be sent.
  package var until: Timestamp

  package init(reason: String, until: Timestamp) {
    self.reason = reason
    self.until = until
  }

  /// Both in a sentence, without a full stop.
  package var description: String { "\(reason); it is refilled at \(until.localMinute)" }
}

extension BudgetSpent {
  init(_ refill: LimiterState.Refill) {
    self.init(
      reason: refill.budget.map { "the budget of \($0) is spent" } ?? "the service says that its budget is spent",
      until: LimiterState.timestamp(refill.moment))
  }
}

/// A budget in the limiter's units, small enough to be counted in its log.
struct CountedBudget: Sendable {
  let budget: RequestBudget
  let requests: Int
  let span: LimiterState.Nanoseconds

  /// Nil for a budget that limits nothing.
  init?(_ budget: RequestBudget) {
    let span = LimiterState.nanoseconds(
      budget.seconds > 0 ? budget.seconds + budget.margin : 0, atMost: LimiterState.longestSpan)
    guard span > 0 else { return nil }
    self.budget = budget
    let requests = max(1, budget.requests)
    // More than the log holds: who keeps to a part of it in the same part of the span keeps to all of it.
    let parts = (requests - 1) / LimiterState.mostCounted + 1
    self.requests = requests / parts
    self.span = (span - 1) / Int64(parts) + 1
  }
}
