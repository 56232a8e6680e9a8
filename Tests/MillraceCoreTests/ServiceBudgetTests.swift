import Support
import Synchronization
import Testing

@testable import MillraceCore

/// What a service does when a budget is spent.
@Suite(.ownThread) struct ServiceBudgetTests {
  private let folder = TemporaryFolder()
  private let time = MovedClock(isStopped: true)

  private func service(_ budgets: [RequestBudget] = [], retries: Int = 0) -> Service {
    var surroundings = Surroundings.ofThisProcess()
    surroundings.clock = time.clock
    return Service(
      name: "Test", userAgent: "test",
      limiter: RateLimiter(
        folder: folder("state"), service: "test", key: nil, interval: 0, budgets: budgets, clock: time.clock,
        warn: { _ in }),
      retry: RetryPolicy(retries: retries, base: 0.01), surroundings: surroundings, note: { _ in })
  }

  private var state: LimiterState? {
    folder.names(in: "state/limits").first.flatMap { folder.text("state/limits/\($0)") }.flatMap {
      LimiterState(text: $0)
    }
  }

  private func refusal(of service: Service, at server: ScriptedServer, fault: ServiceFault) async -> Service.Refusal? {
    do throws(Service.Refusal) {
      _ = try await service.ask(HTTPRequest(.get, server.url), kind: "test") { response throws(ServiceFault) in
        if response.body.starts(with: "no".utf8) { throw fault }
      }
      return nil
    } catch {
      return error
    }
  }

  private func server(refusing refused: @escaping @Sendable (Int) -> Bool) -> ScriptedServer {
    ScriptedServer { request in
      ServerResponse(200, type: "text/plain", text: refused(request.number) ? "no" : "yes")
    }
  }

  @Test func aSpentBudgetIsSaid() async throws {
    let server = server { _ in false }
    let service = service([RequestBudget(requests: 2, seconds: 86_400)], retries: 3)
    for _ in 0..<2 { #expect(await refusal(of: service, at: server, fault: .transient("")) == nil) }
    let refused = try #require(await refusal(of: service, at: server, fault: .transient("")))
    guard case .spent(let until) = refused.kind else {
      Issue.record("\(refused)")
      return
    }
    #expect(until.since(time.clock.now()) == 86_400)
    #expect(refused.reason == "the budget of 2 requests in 24 h is spent; it is refilled at \(until.localMinute)")
    #expect(refused.attempts == [], "what was not sent is no try")
    #expect(server.requests == 2)
    time.move(86_401)
    #expect(await refusal(of: service, at: server, fault: .transient("")) == nil)
  }

  /// A retry needs a turn too.
  @Test func theTriesBeforeAreOnRecord() async throws {
    let server = server { _ in true }
    let refused = await refusal(
      of: service([RequestBudget(requests: 2, seconds: 3600)], retries: 3), at: server, fault: .transient("it is down"))
    #expect(refused?.attempts.map(\.status) == ["200, it is down", "200, it is down"])
    #expect(refused?.reason.hasPrefix("the budget of 2 requests in 1 h is spent; it is refilled at 20") == true)
    #expect(server.requests == 2)
  }

  @Test func theServiceSaysSo() async throws {
    let server = server { $0 == 2 }
    let service = service(retries: 3)
    let until = Timestamp(seconds: time.clock.now().seconds + 5000)
    let fault = ServiceFault.spent("the budget of this key is spent", until: until)
    #expect(await refusal(of: service, at: server, fault: fault) == nil)
    let refused = await refusal(of: service, at: server, fault: fault)
    #expect(refused?.kind == .spent(until: until))
    #expect(refused?.reason == "the budget of this key is spent; it is refilled at \(until.localMinute)")
    #expect(refused?.attempts.map(\.status) == ["200, the budget of this key is spent"])
    for service in [service, self.service()] {
      let next = await refusal(of: service, at: server, fault: fault)
      #expect(next?.kind == .spent(until: until), "in this run and in the next one")
      #expect(next?.reason == "the service says that its budget is spent; it is refilled at \(until.localMinute)")
      #expect(next?.attempts == [])
    }
    #expect(server.requests == 2)
    time.move(5001)
    #expect(await refusal(of: service, at: server, fault: fault) == nil)
  }

  @Test func whatIsRefilledSoonIsWaitedFor() async throws {
    let server = server { $0 == 1 }
    let until = Timestamp(seconds: time.clock.now().seconds + 250)
    let service = service(retries: 1)
    let asking = Task { await refusal(of: service, at: server, fault: .spent("spent", until: until)) }
    #expect(await soon { (state?.spent ?? 0) > 0 })
    #expect(await time.isLookedAt(), "by who waits")
    #expect(server.requests == 1)
    time.move(250)
    #expect(await asking.value == nil)
    #expect(server.requests == 2)
    let again = self.server { _ in true }
    let later = Timestamp(seconds: time.clock.now().seconds + 200)
    let refused = await refusal(of: self.service(), at: again, fault: .spent("spent", until: later))
    #expect(refused?.kind == .spent(until: later), "not without retries")
  }

  /// One that is spent already is none that is waited for.
  @Test func aMomentThatHasPassed() async throws {
    let server = server { _ in true }
    let past = Timestamp(seconds: time.clock.now().seconds - 10)
    let refused = await refusal(of: service(retries: 3), at: server, fault: .spent("spent", until: past))
    #expect(refused?.kind == .spent(until: past))
    #expect(server.requests == 1)
  }

  /// Who counts requests is not down: there is no end to patience, and retries are made as before.
  @Test func aSpentBudgetIsNoSignOfAServiceThatIsDown() async throws {
    let fails = Mutex(false)
    let server = ScriptedServer { _ in
      ServerResponse(200, type: "text/plain", text: fails.withLock { $0 } ? "no" : "yes")
    }
    let service = service([RequestBudget(requests: 4, seconds: 3600)], retries: 1)
    for _ in 0..<4 { #expect(await refusal(of: service, at: server, fault: .transient("")) == nil) }
    for _ in 0..<8 {
      guard case .spent = await refusal(of: service, at: server, fault: .transient(""))?.kind else {
        Issue.record("not spent")
        return
      }
    }
    time.move(3601)
    fails.withLock { $0 = true }
    #expect(await refusal(of: service, at: server, fault: .transient("down"))?.attempts.count == 2)
  }

  /// The judge may know for how long.
  @Test func tooFastForAKnownTime() async throws {
    let server = server { $0 == 1 }
    let service = service(retries: 1)
    let asking = Task { await refusal(of: service, at: server, fault: .tooFast("slow down", retryAfter: 1.5)) }
    #expect(await soon { state?.gate == time.clock.nanoseconds + 1_500_000_000 })
    #expect(await time.isLookedAt(), "by who waits")
    #expect(server.requests == 1)
    time.move(1.5)
    #expect(await asking.value == nil)
    #expect(server.requests == 2)
    let other = self.server { _ in true }
    let refused = await refusal(of: self.service(retries: 1), at: other, fault: .tooFast("slow down", retryAfter: 1000))
    #expect(refused?.reason == "slow down, for the next 1000 s")
  }

  @Test func words() {
    #expect(
      Service.pauseText("Test", seconds: 47.2, budget: RequestBudget(requests: 5, seconds: 60))
        == "waiting 48 s: 5 requests in 60 s are allowed")
    #expect(
      Service.pauseText("Test", seconds: 60, budget: RequestBudget(requests: 1, seconds: 60))
        == "waiting 60 s: 1 request in 60 s is allowed")
    #expect(Service.pauseText("Test", seconds: 6) == "Test calls for a pause: waiting 6 s")
  }
}
