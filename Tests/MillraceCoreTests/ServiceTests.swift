import MillraceCore
import Support
import Synchronization
import Testing

@Suite struct ServiceTests {
  private let folder = TemporaryFolder()

  private func service(retries: Int = 0, patience: Double = 60) -> Service {
    Service(
      name: "Test", userAgent: "test",
      limiter: RateLimiter(folder: folder.path, service: "test", key: nil, interval: 0) { _ in },
      retry: RetryPolicy(retries: retries, base: 0.01), patience: patience, surroundings: .ofThisProcess()
    ) { _ in }
  }

  private func refusal(of service: Service, at server: ScriptedServer) async -> Service.Refusal? {
    do throws(Service.Refusal) {
      _ = try await service.ask(HTTPRequest(.get, server.url), kind: "test") { response in
        response.status == 200 ? .good : response.status == 429 ? .tooFast("slow down") : .transient("it is down")
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
    let service = service(retries: 1, patience: 0.5)
    for number in 0..<7 {
      let refusal = await refusal(of: service, at: server)
      // Once it is taken for down there are no retries.
      #expect(refusal?.attempts.count == (number < 5 ? 2 : 1), "\(number)")
    }
    try? await Task.sleep(for: .seconds(0.6))
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
    let service = service(retries: 1, patience: 30)
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
}
