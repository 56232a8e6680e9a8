import Glibc
import Synchronization

/// Those in this process who wait for a turn, and what was reported, with the thread that serves them.
final class LimiterQueue: Sendable {
  typealias Nanoseconds = LimiterState.Nanoseconds

  enum Report: Sendable {
    case slowDown(Double?)
    case success
    /// The continuation is resumed when all processes can see it.
    case exhausted(until: Nanoseconds, CheckedContinuation<Void, Never>)
  }

  /// What those who wait for a turn get.
  enum Turn: Sendable {
    case go(at: Nanoseconds)
    case cancelled
    case spent(BudgetSpent)
  }

  private struct Waiting {
    var number: Int
    /// The turn that is given back for this one.
    var instead: Nanoseconds?
    var continuation: CheckedContinuation<Turn, Never>
  }

  private struct Desk {
    var waiting: [Waiting] = []
    var reports: [Report] = []
    var numbers = 0
    var isServed = false
    /// The state as this process saw it last.
    var known = LimiterState()
    /// The end of the last pause that was told.
    var told: Nanoseconds = 0
    /// The budgets that were told of, once each: they make everybody wait again and again.
    var toldBudgets: [RequestBudget] = []
  }

  /// What only the thread that serves uses.
  private struct Counter {
    /// Nil when it cannot be used: the state then is this process's own.
    var file: LimiterFile?
    var own = LimiterState()
    /// How long writing and unlocking the file takes, in nanoseconds.
    var writing: Nanoseconds = 0
  }

  private enum Decision {
    case go(at: Nanoseconds)
    /// With the budget that makes this wait, if that is one.
    case wait(Nanoseconds, RequestBudget?)
    case spent(BudgetSpent)
  }

  private let desk = Mutex(Desk())
  private let counter: Mutex<Counter>
  private let interval: Nanoseconds
  private let budgets: [CountedBudget]
  private let clock: Clock
  private let warn: @Sendable (Failure) -> Void
  private let pausing: @Sendable (Double, RequestBudget?) -> Void
  private let startThread: ThreadStart

  typealias ThreadStart = @Sendable (_ body: @escaping @Sendable () -> Void) throws(Failure) -> Void

  /// The longest nap, so that a clock that is set, and a report that comes in between, are noticed soon.
  private static let longestNap: Nanoseconds = 250_000_000
  /// A pause that is longer is told. One that a later refusal prolongs by less is the same.
  private static let longestSilence = 5 * LimiterState.second
  private static let longestWait = LimiterState.nanoseconds(RateLimiter.longestWait, atMost: LimiterState.day)

  init(
    file: sending LimiterFile, interval: Nanoseconds, budgets: [CountedBudget] = [], clock: Clock,
    warn: @escaping @Sendable (Failure) -> Void,
    pausing: @escaping @Sendable (_ seconds: Double, _ budget: RequestBudget?) -> Void,
    startThread: @escaping ThreadStart = { (body) throws(Failure) in _ = try Worker("limiter", body: body) }
  ) {
    counter = Mutex(Counter(file: file))
    self.interval = interval
    self.budgets = budgets
    self.clock = clock
    self.warn = warn
    self.pausing = pausing
    self.startThread = startThread
  }

  /// How many wait for a turn; tests alone look at it, and at whether they are served.
  var waitingCount: Int { desk.withLock { $0.waiting.count } }

  /// Whether there is a thread that serves.
  var isServed: Bool { desk.withLock { $0.isServed } }

  /// Waits for a turn.
  ///
  /// - Parameter instead: The moment of a turn that was not taken, and is given back for the new one.
  func turn(instead: Nanoseconds? = nil) async -> Turn {
    let number = desk.withLock { desk in
      desk.numbers += 1
      return desk.numbers
    }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        // Asked under the lock: a task that is cancelled later finds itself among those who wait.
        let isWaiting = desk.withLock { desk in
          guard !Task.isCancelled else { return false }
          desk.waiting.append(Waiting(number: number, instead: instead, continuation: continuation))
          return true
        }
        if isWaiting { serve() } else { continuation.resume(returning: .cancelled) }
      }
    } onCancel: {
      let continuation = desk.withLock { desk in
        desk.waiting.firstIndex { $0.number == number }.map { desk.waiting.remove(at: $0).continuation }
      }
      continuation?.resume(returning: .cancelled)
    }
  }

  /// Returns when all processes can see that the service's budget is spent.
  func exhaust(until: Nanoseconds) async {
    await withCheckedContinuation { continuation in
      desk.withLock { $0.reports.append(.exhausted(until: until, continuation)) }
      serve()
    }
  }

  func report(_ report: Report) {
    let now = clock.nanoseconds
    let isNews = desk.withLock { desk in
      if case .success = report, desk.reports.isEmpty, desk.known.slowDowns == 0 || desk.known.gate > now {
        return false
      }
      desk.reports.append(report)
      return true
    }
    if isNews { serve() }
  }

  // MARK: The thread

  /// Sees to it that a thread serves.
  private func serve() {
    let isServed = desk.withLock { desk in
      defer { desk.isServed = true }
      return desk.isServed
    }
    if isServed { return }
    do throws(Failure) {
      try startThread { self.work() }
    } catch {
      // Better a blocked thread of the pool than nobody who serves.
      Task.detached { self.work() }
    }
  }

  private func work() {
    while true {
      let (reports, isDone) = desk.withLock { desk in
        defer { desk.reports = [] }
        let isDone = desk.reports.isEmpty && desk.waiting.isEmpty
        if isDone { desk.isServed = false }
        return (desk.reports, isDone)
      }
      if isDone { return }
      if !reports.isEmpty { apply(reports) }
      if desk.withLock({ !$0.waiting.isEmpty }) { giveTurn() }
    }
  }

  private func apply(_ reports: [Report]) {
    update { [clock] state in
      let now = clock.nanoseconds
      for report in reports {
        switch report {
        case .slowDown(let retryAfter): state.slowDown(now: now, retryAfter: retryAfter)
        case .success: state.succeed(now: now)
        case .exhausted(let until, _): state.exhaust(now: now, until: until)
        }
      }
    }
    for case .exhausted(_, let continuation) in reports { continuation.resume() }
  }

  private func giveTurn() {
    let writing = counter.withLock { $0.writing }
    guard let first = desk.withLock({ $0.waiting.first }) else { return }
    let decision = update { [clock, interval, budgets, instead = first.instead] state -> Decision in
      let now = clock.nanoseconds
      let free = state.due(now: now, interval: interval)
      let refill = state.refill(now: now, budgets: budgets, instead: instead)
      if let refill, refill.moment - now > Self.longestWait { return .spent(BudgetSpent(refill)) }
      let due = max(free, refill?.moment ?? 0)
      guard due <= now else { return .wait(due - now, due > free ? refill?.budget : nil) }
      // The moment at which the turn will be known here, and can be taken.
      return .go(at: state.take(at: now + writing, budgets: budgets, instead: instead))
    }
    switch decision {
    case .spent(let spent):
      // Who comes after the first would wait for longer, but for those who give a turn back for the new one.
      let refused = desk.withLock { desk in
        let isRefused = { (waiting: Waiting) in
          first.instead == nil ? waiting.instead == nil : waiting.number == first.number
        }
        defer { desk.waiting.removeAll(where: isRefused) }
        return desk.waiting.filter(isRefused)
      }
      for waiting in refused { waiting.continuation.resume(returning: .spent(spent)) }
    case .wait(let time, let budget):
      if let budget { tell(budget, time) } else { tellPause() }
      // Those who wait for the same moment in other processes do not all come at once.
      nap(time + Nanoseconds.random(in: 0...min(interval / 50, 5_000_000)))
    case .go(let moment):
      let early = moment - clock.nanoseconds
      counter.withLock { counter in
        let took = min(max(0, writing - early), interval / 2)
        counter.writing = max(took, writing / 8 * 7)
      }
      if early > 0 { nap(early) }
      let continuation = desk.withLock { $0.waiting.isEmpty ? nil : $0.waiting.removeFirst().continuation }
      continuation?.resume(returning: .go(at: moment))
    }
  }

  private func tell(_ budget: RequestBudget, _ wait: Nanoseconds) {
    guard wait > Self.longestSilence else { return }
    let isNews = desk.withLock { desk in
      defer { if !desk.toldBudgets.contains(budget) { desk.toldBudgets.append(budget) } }
      return !desk.toldBudgets.contains(budget)
    }
    if isNews { pausing(Double(wait) * 1e-9, budget) }
  }

  /// Tells of a closed gate that somebody here waits at.
  private func tellPause() {
    let now = clock.nanoseconds
    let untold = desk.withLock { desk -> Nanoseconds? in
      let gate = max(desk.known.gate, desk.known.spent)
      guard gate - now > Self.longestSilence else { return nil }
      if desk.told - now <= LimiterState.longestGate, gate - desk.told <= Self.longestSilence { return nil }
      desk.told = gate
      return gate
    }
    if let gate = untold { pausing(Double(gate - now) * 1e-9, nil) }
  }

  private func nap(_ time: Nanoseconds) {
    usleep(UInt32(min(max(0, time), Self.longestNap) / 1000 + 1))
  }

  /// Changes the state of all processes, or this process's own when there is no other.
  private func update<Result: Sendable>(_ change: @Sendable (inout LimiterState) -> Result) -> Result {
    let (result, known, failure) = counter.withLock { counter in
      var known = counter.own
      var failure: Failure?
      if let file = counter.file {
        do throws(Failure) {
          let result = try file.update(now: { clock.nanoseconds }) { state in
            let result = change(&state)
            known = state
            return result
          }
          counter.own = known
          return (result, known, failure)
        } catch {
          failure = error
          counter.file = nil
        }
      }
      let result = change(&counter.own)
      return (result, counter.own, failure)
    }
    desk.withLock { $0.known = known }
    if let failure {
      warn(
        Failure(
          failure.status, "the rate limit holds within this process only: \(failure.message)", at: failure.place,
          advice: failure.advice ?? "MILLRACE_STATE_DIR names another folder"))
    }
    return result
  }
}
