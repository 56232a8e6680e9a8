import Synchronization

/// Why an answer of a service is none, told by the tool that knows the service: many say "slow down" or "failed" with
/// status 200.
public enum ServiceFault: Error, Sendable, Equatable {
  /// The service fails now and may answer later.
  case transient(String)
  /// The service is asked too often. It wants a pause of so many seconds, if it or what is known of it says so; what the
  /// answer's `retry-after-ms` or `Retry-After` says wins.
  case tooFast(String, retryAfter: Double? = nil)
  /// A budget is spent, as in "the budget of this key is spent", until it is refilled.
  case spent(String, until: Timestamp)
  /// This request will never be answered.
  case permanent(String)
  /// No request will be answered: a wrong key, a URL that is no service. The run ends.
  case fatal(Failure)
}

/// A service on the network, asked politely: at the pace that all processes of the user share, again after failures
/// that may pass, with every try on record.
///
///     let answer = try await service.ask(request, kind: "search") { response throws(ServiceFault) in
///       guard response.status == 200 else { throw .transient("status \(response.status)") }
///       return try SearchResult(response.body)
///     }
///
/// A service that failed several requests in a row in spite of all retries is taken for down: the next requests are tried
/// once each until one is answered, so that a thousand rows do not wait a thousand times. When it stays down beyond all
/// patience nothing is sent any more. The same goes for one that asks for a longer pause than anybody waits for, as long
/// as that lasts.
public final class Service: Sendable {
  /// Reads an answer, or tells what is wrong with it.
  public typealias Judge<Value> = @Sendable (HTTPResponse) throws(ServiceFault) -> Value

  /// An answer in which the judge found nothing wrong.
  public struct Answer<Value: Sendable>: Sendable {
    public var value: Value
    public var response: HTTPResponse
    /// All tries, the good one last.
    public var attempts: [ContextFormatter.Attempt]
  }

  /// Why there is no answer.
  public struct Refusal: Error, Sendable, Equatable {
    public enum Kind: Sendable, Equatable {
      /// The retries are used up; another run may have an answer.
      case transient
      case permanent
      /// A budget is spent, and no request is sent until then; the same run may be made again.
      case spent(until: Timestamp)
      /// The run is to end with this.
      case fatal(Failure)
    }
    public var kind: Kind
    /// A sentence for a person, without a full stop.
    public var reason: String
    public var attempts: [ContextFormatter.Attempt]

    public init(kind: Kind, reason: String, attempts: [ContextFormatter.Attempt] = []) {
      self.kind = kind
      self.reason = reason
      self.attempts = attempts
    }
  }

  /// Seconds: a longer pause is told.
  private static let longestSilence = 5.0
  /// Failed requests in a row from which on the service is taken for down.
  private static let failuresOfServiceDown = 5

  private let name: String
  private let userAgent: String
  private let limiter: RateLimiter
  private let retry: RetryPolicy
  private let stallTimeout: Double?
  private let surroundings: Surroundings
  private let note: @Sendable (String) -> Void
  /// Made for the first request: it loads libcurl.
  private let client = Mutex<HTTPClient?>(nil)
  private let failuresInARow = Atomic(0)
  /// Since when the service is taken for down, in seconds of the steady clock.
  private let downSince = Mutex<Double?>(nil)
  /// Until when the service is not to be asked, in seconds of the steady clock, and why.
  private let rest = Mutex<(end: Double, reason: String)?>(nil)
  /// Until when a pause was told, in seconds of the steady clock.
  private let told = Mutex(0.0)
  private let patience: Double
  private let requests = Atomic(0)

  /// - Parameters:
  ///   - name: the service in messages, such as "PubMed".
  ///   - stallTimeout: seconds without a byte after which a try is given up, instead of the requests' own.
  ///   - patience: seconds for which a service that is down is still asked.
  ///   - note: takes what a person who waits wants to know.
  package init(
    name: String, userAgent: String, limiter: RateLimiter, retry: RetryPolicy = RetryPolicy(),
    stallTimeout: Double? = nil, patience: Double = 60, surroundings: Surroundings,
    note: @escaping @Sendable (String) -> Void
  ) {
    self.name = name
    self.userAgent = userAgent
    self.limiter = limiter
    self.retry = retry
    self.stallTimeout = stallTimeout
    self.patience = patience
    self.surroundings = surroundings
    self.note = note
  }

  /// Requests sent so far, every try counted.
  public var requestCount: Int { requests.load(ordering: .relaxed) }

  /// Sends the request until the answer is good, or there is no hope.
  ///
  /// - Parameter kind: the request in a word, for the record of its tries.
  public func ask<Value: Sendable>(
    _ request: HTTPRequest, kind: String, judge: Judge<Value>
  ) async throws(Refusal) -> Answer<Value> {
    let client: HTTPClient
    do throws(Failure) {
      client = try self.connect()
    } catch {
      throw Refusal(kind: .fatal(error), reason: error.message, attempts: [])
    }
    var request = request
    if let stallTimeout { request.limits = request.limits.allowing(silence: stallTimeout) }
    var attempts: [ContextFormatter.Attempt] = []
    var pause = 0.0
    while true {
      try checkHope(after: attempts)
      if pause > 0 { try? await Task.sleep(for: .seconds(pause)) }
      let waited: Double
      do throws(BudgetSpent) {
        waited = pause + (try await limiter.turn())
      } catch {
        throw Refusal(kind: .spent(until: error.until), reason: error.description, attempts: attempts)
      }
      if Task.isCancelled { throw Refusal(kind: .transient, reason: "given up", attempts: attempts) }
      try checkHope(after: attempts)
      requests.add(1, ordering: .relaxed)
      let problem: Problem
      do throws(TransferError) {
        let response = try await client.send(request)
        do throws(ServiceFault) {
          let value = try judge(response)
          attempts.append(.init(status: String(response.status), waited: waited, request: kind))
          noteAnswer()
          return Answer(value: value, response: response, attempts: attempts)
        } catch {
          problem = Problem(error, response, now: surroundings.clock.now())
          if problem.isAnswer { noteAnswer() }
          attempts.append(.init(status: problem.status, waited: waited, request: kind))
        }
      } catch {
        problem = Problem(error)
        attempts.append(.init(status: error.word, waited: waited, request: kind))
      }
      if let rest = problem.retryAfter, rest > RateLimiter.longestWait, problem.kind == .transient {
        throw Refusal(kind: .transient, reason: noteRest(rest, problem.text), attempts: attempts)
      }
      if problem.isTooFast { limiter.slowDown(retryAfter: problem.retryAfter) }
      if case .spent(let until) = problem.kind {
        // The limiter waits for what is refilled that soon.
        let rest = until.since(surroundings.clock.now())
        await limiter.exhaust(until: until)
        if rest > 0, rest <= RateLimiter.longestWait, attempts.count <= retry.retries {
          pause = 0
          continue
        }
      }
      let isDown = failuresInARow.load(ordering: .relaxed) >= Self.failuresOfServiceDown
      guard problem.kind == .transient, attempts.count <= (isDown ? 0 : retry.retries) else {
        if problem.kind == .transient { noteFailure() }
        throw Refusal(kind: problem.kind, reason: problem.reason(tries: attempts.count), attempts: attempts)
      }
      // The gate that everybody waits at is pause enough after a call to slow down.
      pause =
        problem.isTooFast
        ? 0
        : retry.pause(
          beforeRetry: attempts.count, retryAfter: problem.retryAfter, random: surroundings.random)
      if pause > 0, let rest = problem.retryAfter { tell(rest) }
    }
  }

  /// Tells of a pause that this process makes. Requests that the same pause holds back tell of it once.
  private func tell(_ pause: Double) {
    let end = Clock.monotonicSeconds() + pause
    let isNews = told.withLock { told in
      guard pause > Self.longestSilence, end - told > Self.longestSilence else { return false }
      told = end
      return true
    }
    if isNews { note(Self.pauseText(name, seconds: pause)) }
  }

  /// What is told of a pause that the service called for, or that a budget makes.
  package static func pauseText(_ name: String, seconds: Double, budget: RequestBudget? = nil) -> String {
    let time = "waiting \(Int(seconds.rounded(.up))) s"
    guard let budget else { return "\(name) calls for a pause: \(time)" }
    return "\(time): \(budget) \(budget.requests == 1 ? "is" : "are") allowed"
  }

  /// The service did answer.
  private func noteAnswer() {
    limiter.succeeded()
    failuresInARow.store(0, ordering: .relaxed)
    downSince.withLock { $0 = nil }
  }

  /// The service is left alone for so many seconds.
  ///
  /// - Returns: What those are told who ask meanwhile.
  private func noteRest(_ seconds: Double, _ text: String) -> String {
    let reason = "\(text), for the next \(Int(seconds)) s"
    let end = Clock.monotonicSeconds() + seconds
    rest.withLock { rest in if end > rest?.end ?? 0 { rest = (end, reason) } }
    return reason
  }

  private func noteFailure() {
    guard failuresInARow.add(1, ordering: .relaxed).newValue >= Self.failuresOfServiceDown else { return }
    downSince.withLock { $0 = $0 ?? Clock.monotonicSeconds() }
  }

  private func checkHope(after attempts: [ContextFormatter.Attempt]) throws(Refusal) {
    if let rest = rest.withLock({ $0 }), Clock.monotonicSeconds() < rest.end {
      throw Refusal(kind: .transient, reason: rest.reason, attempts: attempts)
    }
    // A service may be down in such a way that every try takes long: a row after another would wait for it.
    guard attempts.isEmpty, let since = downSince.withLock({ $0 }), Clock.monotonicSeconds() - since > patience else {
      return
    }
    throw Refusal(kind: .transient, reason: "\(name) was down, and is not asked any more in this run")
  }

  private func connect() throws(Failure) -> HTTPClient {
    try client.withLock { client throws(Failure) in
      if let client { return client }
      let new = try HTTPClient(userAgent: userAgent)
      client = new
      return new
    }
  }
}

/// Why one try failed.
private struct Problem {
  var kind: Service.Refusal.Kind
  var text: String
  /// For the record of tries.
  var status: String
  var isTooFast = false
  /// Seconds.
  var retryAfter: Double?

  init(_ fault: ServiceFault, _ response: HTTPResponse, now: Timestamp) {
    retryAfter = RetryPolicy.retryAfter(of: response, now: now)
    var said: String?
    switch fault {
    case .transient(""): (kind, text) = (.transient, "status \(response.status)")
    case .transient(let reason): (kind, text) = (.transient, reason)
    case .tooFast(let reason, let known):
      (kind, text) = (.transient, reason)
      isTooFast = true
      retryAfter = retryAfter ?? known
    case .spent(let reason, let until):
      said = reason
      (kind, text) = (.spent(until: until), BudgetSpent(reason: reason, until: until).description)
    case .permanent(let reason): (kind, text) = (.permanent, reason)
    case .fatal(let failure): (kind, text) = (.fatal(failure), failure.message)
    }
    status = response.status == 200 ? "200, \(said ?? text)" : String(response.status)
  }

  init(_ error: TransferError) {
    kind = error.isTransient ? .transient : .fatal(error.failure)
    text = error.message
    status = error.word
  }

  /// Whether the service answered, though not with what was asked for.
  var isAnswer: Bool {
    switch kind {
    case .permanent, .spent: true
    case .transient, .fatal: false
    }
  }

  func reason(tries: Int) -> String {
    tries > 1 ? "\(text) (tried \(tries) times)" : text
  }
}
