import Glibc
import Support
import Synchronization
import Testing

@Suite struct ScriptedServerTests {
  private func server(_ change: @escaping @Sendable (inout ServerResponse) -> Void) -> ScriptedServer {
    ScriptedServer { _ in
      var response = ServerResponse(type: "text/plain", text: "0123456789")
      change(&response)
      return response
    }
  }

  private func get(_ server: ScriptedServer, patience: Double = 5) throws -> (RawAnswer?, RawClient.Ending) {
    let client = try #require(RawClient(port: server.port, patience: patience))
    client.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    let (bytes, ending) = client.readAll()
    return (RawAnswer.parse(bytes)?.0, ending)
  }

  @Test func connectionsServeManyRequests() throws {
    let server = server { _ in }
    let client = try #require(RawClient(port: server.port))
    // Two at once, then one more.
    client.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n")
    var bytes: [UInt8] = []
    while bytes.count(where: { $0 == UInt8(ascii: "9") }) < 2 { bytes += client.readAll(limit: 1).bytes }
    client.send("GET /c HTTP/1.1\r\nHost: x\r\n\r\n")
    let answer = try #require(client.answer())
    #expect(answer.status == 200)
    #expect(answer.text == "0123456789")
    #expect(answer.headers["content-type"] == "text/plain")
    #expect(server.connections == 1)
    #expect(server.requests == 3)
  }

  @Test func requestsArriveWhole() throws {
    let seen = Mutex<[ServerRequest]>([])
    let server = ScriptedServer { request in
      seen.withLock { $0.append(request) }
      return ServerResponse(204)
    }
    let client = try #require(RawClient(port: server.port))
    let form = "b=%C3%98%2C+%zz&a=&=x&flag"
    client.send(
      "POST /p%20q?a=1+2&a=%26 HTTP/1.1\r\nHost: x\r\nX-Any:  v \r\nContent-Type: application/x-www-form-urlencoded\r\n"
        + "Content-Length: \(form.utf8.count)\r\nExpect: 100-continue\r\n\r\n")
    #expect(String(decoding: client.readAll(limit: 1).bytes, as: UTF8.self) == "HTTP/1.1 100 Continue\r\n\r\n")
    client.send(form)
    #expect(client.answer()?.status == 204)
    let request = try #require(seen.withLock { $0.first })
    #expect(request.method == "POST")
    #expect(request.target == "/p%20q?a=1+2&a=%26")
    #expect(request.path == "/p q")
    #expect(
      request.parameters == [
        NamedValue("a", "1 2"), NamedValue("a", "&"), NamedValue("b", "Ø, %zz"), NamedValue("a", ""),
        NamedValue("", "x"),
        NamedValue("flag", ""),
      ])
    #expect(request.header("x-any") == "v")
    #expect(String(decoding: request.body, as: UTF8.self) == form)
    var now = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &now)
    #expect(abs(request.microseconds / 1_000_000 - now.tv_sec) < 60)
  }

  @Test func bodiesOfManyMegabytesPass() throws {
    let server = ScriptedServer { ServerResponse(type: "text/plain", text: "\($0.body.count) \($0.body.last ?? 0)") }
    let client = try #require(RawClient(port: server.port))
    client.send("POST / HTTP/1.1\r\nContent-Length: 20000001\r\n\r\n")
    client.send([UInt8](repeating: 65, count: 20_000_000) + [66])
    #expect(client.answer()?.text == "20000001 66")
  }

  @Test(arguments: [
    ("nonsense\r\n\r\n", 400), ("GET / HTTP/1.1\r\nno colon\r\n\r\n", 400),
    ("POST / HTTP/1.1\r\nContent-Length: 67108865\r\n\r\n", 413),
    ("POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
    ("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", 411),
  ])
  func requestsThatAreRefused(_ request: String, _ status: Int) throws {
    let server = server { _ in }
    let client = try #require(RawClient(port: server.port))
    client.send(request)
    let (bytes, ending) = client.readAll()
    #expect(RawAnswer.parse(bytes)?.0.status == status)
    #expect(ending == .closed)
  }

  // MARK: Misbehaviour

  @Test(arguments: [false, true], [false, true])
  func cuts(_ isChunked: Bool, _ agreeing: Bool) throws {
    let server = server {
      $0.isChunked = isChunked
      $0.ending = .cut(after: 4, agreeing: agreeing)
    }
    let (answer, ending) = try get(server)
    #expect(answer?.text == "0123")
    #expect(answer?.isWhole == agreeing)
    #expect(answer?.headers["content-length"] == (isChunked ? nil : agreeing ? "4" : "10"))
    #expect(ending == .closed)
  }

  @Test func resets() throws {
    let (answer, ending) = try get(server { $0.ending = .reset(after: nil) })
    #expect(answer == nil)
    #expect(ending == .reset)
    // What the kernel has not sent yet a reset drops, so that the answer's part may or may not arrive.
    let (part, end) = try get(server { $0.ending = .reset(after: 4) })
    #expect(part.map { $0.text.count <= 4 && !$0.isWhole } ?? true)
    #expect(end == .reset)
  }

  @Test func stalls() throws {
    let (answer, ending) = try get(server { $0.ending = .stall(after: nil) }, patience: 0.3)
    #expect(answer == nil)
    #expect(ending == .silent)
    let (part, end) = try get(server { $0.ending = .stall(after: 4) }, patience: 0.3)
    #expect(part?.text == "0123")
    #expect(part?.isWhole == false)
    #expect(end == .silent)
  }

  @Test func bodiesWithoutEnd() throws {
    let server = server { $0.ending = .endless }
    let client = try #require(RawClient(port: server.port))
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    #expect(client.readAll(limit: 8 << 20).bytes.count >= 8 << 20)
  }

  @Test func delays() throws {
    let late = server { $0.delay = 0.2 }
    var began = monotonicSeconds()
    #expect(try get(late).0?.text == "0123456789")
    #expect(monotonicSeconds() - began >= 0.2)
    let paused = server { $0.pause = (afterBytes: 3, seconds: 0.4) }
    began = monotonicSeconds()
    #expect(try get(paused, patience: 0.1).0?.text == "012")
    #expect(try get(paused).0?.text == "0123456789")
    #expect(monotonicSeconds() - began >= 0.4)
  }

  @Test func redirects() throws {
    let server = ScriptedServer { _ in .redirect(307, to: "/there") }
    let (answer, _) = try get(server)
    #expect(answer?.status == 307)
    #expect(answer?.headers["location"] == "/there")
  }

  // MARK: Life

  @Test func manyConnectionsAtOnce() async {
    let server = ScriptedServer { request in ServerResponse(type: "text/plain", text: request.path) }
    let answers = await withTaskGroup(of: Bool.self) { group in
      for number in 0..<100 {
        group.addTask {
          guard let client = RawClient(port: server.port) else { return false }
          client.send("GET /\(number) HTTP/1.1\r\nHost: x\r\n\r\n")
          return client.answer()?.text == "/\(number)"
        }
      }
      return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
    }
    #expect(answers == 100)
    #expect(server.connections == 100)
  }

  @Test func stoppingEndsEverything() throws {
    let server = server { $0.ending = .stall(after: nil) }
    let client = try #require(RawClient(port: server.port))
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    while server.requests == 0 { usleep(1000) }
    let began = monotonicSeconds()
    server.stop()
    #expect(monotonicSeconds() - began < 50, "every thread has ended")
    #expect(client.readAll().ending != .silent)
    #expect(RawClient(port: server.port) == nil)
  }
}
