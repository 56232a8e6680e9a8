import Glibc
import MillraceCore
import Support
import Synchronization
import Testing

@Suite(.ownThread) struct ServiceTests {
  private let folder = TemporaryFolder()

  private let notes = Notes()

  private final class Notes: Sendable {
    let texts = Mutex<[String]>([])
  }

  private func service(retries: Int = 0, patience: Double = 60) -> Service {
    let notes = notes
    return Service(
      name: "Test", userAgent: "test",
      limiter: RateLimiter(folder: folder.path, service: "test", key: nil, interval: 0) { _ in },
      retry: RetryPolicy(retries: retries, base: 0.01), patience: patience, surroundings: .ofThisProcess()
    ) { note in notes.texts.withLock { $0.append(note) } }
  }

  private func refusal(of service: Service, at server: ScriptedServer) async -> Service.Refusal? {
    do throws(Service.Refusal) {
      _ = try await service.ask(HTTPRequest(.get, server.url), kind: "test") { response throws(ServiceFault) in
        switch response.status {
        case 200: return
        case 400: throw .permanent("no")
        case 429: throw .tooFast("slow down")
        default: throw .transient("it is down")
        }
      }
      return nil
    } catch {
      return error
    }
  }

  @Test func aServiceThatStaysDownIsAskedNoMore() async {
    let isDown = Mutex(true)
    let server = ScriptedServer { _ in ServerResponse(isDown.withLock { $0 } ? 503 : 200, type: "text/plain", text: "x")
    }
    let patient = service(retries: 1, patience: .infinity)
    for number in 0..<7 {
      let refusal = await refusal(of: patient, at: server)
      // Once it is taken for down there are no retries.
      #expect(refusal?.attempts.count == (number < 5 ? 2 : 1), "\(number)")
    }
    let service = service(retries: 1, patience: 0)
    for _ in 0..<5 { #expect(await refusal(of: service, at: server)?.attempts.count == 2) }
    let sent = server.requests
    let refusal = await refusal(of: service, at: server)
    #expect(refusal?.reason == "Test was down, and is not asked any more in this run")
    #expect(refusal?.kind == .transient)
    #expect(refusal?.attempts.isEmpty == true)
    #expect(server.requests == sent)
  }

  @Test func aServiceThatComesBackIsAskedAsBefore() async {
    let isDown = Mutex(true)
    let server = ScriptedServer { _ in ServerResponse(isDown.withLock { $0 } ? 503 : 200, type: "text/plain", text: "x")
    }
    let service = service(retries: 1, patience: .infinity)
    for _ in 0..<6 { #expect(await refusal(of: service, at: server) != nil) }
    isDown.withLock { $0 = false }
    #expect(await refusal(of: service, at: server) == nil)
    isDown.withLock { $0 = true }
    #expect(await refusal(of: service, at: server)?.attempts.count == 2)
  }

  /// The user's own interval may be none; a refusal is heeded all the same.
  @Test func aRefusalIsHeededWithoutAnInterval() async {
    let server = ScriptedServer { request in
      var response = ServerResponse(request.number == 1 ? 429 : 200, type: "text/plain", text: "x")
      response.headers.append(NamedValue("Retry-After", "1"))
      return response
    }
    let began = monotonicSeconds()
    #expect(await refusal(of: service(retries: 1), at: server) == nil)
    #expect(monotonicSeconds() - began >= 0.95)
  }

  /// It is left alone, and what has waited for its turn meanwhile is refused too; others may have better luck.
  @Test(arguments: [429, 503]) func aPauseThatNobodyWaitsForEndsRequestsAtOnce(status: Int) async {
    let server = ScriptedServer { request in
      var response = ServerResponse(request.number == 1 ? status : 200, type: "text/plain", text: "x")
      response.headers.append(NamedValue("Retry-After", "1200"))
      return response
    }
    let service = service(retries: 3)
    let first = await refusal(of: service, at: server)
    #expect(first?.kind == .transient)
    #expect(first?.reason == "\(status == 429 ? "slow down" : "it is down"), for the next 1200 s")
    #expect(first?.attempts.count == 1)
    let second = await refusal(of: service, at: server)
    #expect(second == Service.Refusal(kind: .transient, reason: first?.reason ?? "", attempts: []))
    #expect(server.requests == 1)
    #expect(await refusal(of: self.service(), at: server) == nil, "no other process is held back")
    #expect(notes.texts.withLock { $0 } == [])
  }

  @Test func aPauseIsToldOnce() async {
    // A date, so that it is one pause however late the answers are looked at.
    var moment = time(nil) + 290
    var parts = unsafe tm()
    unsafe gmtime_r(&moment, &parts)
    let date = unsafe String(unsafeUninitializedCapacity: 64) { buffer in
      unsafe buffer.withMemoryRebound(to: CChar.self) { buffer in
        unsafe strftime(buffer.baseAddress!, buffer.count, "%a, %d %b %Y %H:%M:%S GMT", &parts)
      }
    }
    let asked = Atomic(0)
    let server = ScriptedServer { request in
      asked.add(1, ordering: .relaxed)
      // The first answer makes a pause, and would keep the other requests from being sent.
      _ = eventually { asked.load(ordering: .relaxed) == 3 }
      var response = ServerResponse(503, type: "text/plain", text: "x")
      response.headers.append(NamedValue("Retry-After", date))
      return response
    }
    let service = service(retries: 1)
    let asking = (0..<3).map { _ in Task { await refusal(of: service, at: server) } }
    #expect(await soon { server.requests == 3 && !notes.texts.withLock { $0.isEmpty } })
    try? await Task.sleep(for: .milliseconds(200))
    for task in asking { task.cancel() }
    for task in asking { _ = await task.value }
    let texts = notes.texts.withLock { $0 }
    #expect(texts.count == 1)
    #expect(texts.allSatisfy { $0.hasPrefix("Test calls for a pause: waiting ") && $0.hasSuffix(" s") }, "\(texts)")
  }

  /// Who refuses a request is not down.
  @Test func aRefusedRequestIsAnAnswer() async {
    let server = ScriptedServer { request in
      ServerResponse(request.number == 9 ? 400 : 503, type: "text/plain", text: "x")
    }
    let service = service(retries: 1, patience: .infinity)
    for number in 0..<8 {
      let refusal = await refusal(of: service, at: server)
      #expect(refusal?.kind == (number == 4 ? .permanent : .transient))
      #expect(refusal?.attempts.count == (number == 4 ? 1 : 2), "\(number)")
    }
  }

  /// What a service asks for in milliseconds is waited for, not the pause of the policy, here of minutes.
  @Test func aPauseInMillisecondsIsHeeded() async throws {
    let server = ScriptedServer { request in
      var response = ServerResponse(request.number == 1 ? 503 : 200, type: "text/plain", text: "x")
      response.headers += [NamedValue("retry-after-ms", "120"), NamedValue("Retry-After", "200")]
      return response
    }
    let service = Service(
      name: "Test", userAgent: "test",
      limiter: RateLimiter(folder: folder.path, service: "test", key: nil, interval: 0) { _ in },
      retry: RetryPolicy(retries: 1, base: 200), surroundings: .ofThisProcess(), note: { _ in })
    let answer = try await service.ask(HTTPRequest(.get, server.url), kind: "test") { response throws(ServiceFault) in
      guard response.status == 200 else { throw .transient("") }
    }
    #expect(answer.attempts.map(\.status) == ["503", "200"])
    #expect((0.12..<100).contains(answer.attempts[1].waited))
  }

  @Test func aLongSilenceFitsIntoTheWholeTime() {
    let usual = HTTPLimits()
    #expect(usual.allowing(silence: 30) == usual)
    #expect(usual.allowing(silence: 2).totalTimeout == 300)
    #expect(usual.allowing(silence: 2).connectTimeout == 2)
    let long = usual.allowing(silence: 3600)
    #expect(long.stallTimeout == 3600 && long.connectTimeout == 10)
    #expect(long.totalTimeout >= 3 * 3600)
  }
}
