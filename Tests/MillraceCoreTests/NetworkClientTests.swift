import Glibc
import Support
import Synchronization
import Testing

@testable import MillraceCore

@Suite(.ownThread) struct NetworkClientTests {
  @Test func getGivesStatusHeadersAndBody() async throws {
    let server = RawServer { _, connection in
      connection.write("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")
      connection.answer("404 Not Found", headers: ["X-Kind:  two words \t", "x-kind: second", "Empty:"], text: "none")
    }
    let client = try testClient()
    let response = try await client.send(
      HTTPRequest(.get, server.url("/a%20b?q=1"), headers: [HTTPHeader("X-Own", "yes"), HTTPHeader("X-Nothing", "")]))
    #expect(response.status == 404)
    #expect(response.url == server.url("/a%20b?q=1"))
    #expect(response.body == Array("none".utf8))
    #expect(response.header("X-KIND") == "two words")
    #expect(response.header("empty") == "")
    #expect(response.header("Link") == nil)
    let head = try #require(server.requests.first).head
    #expect(head.hasPrefix("GET /a%20b?q=1 HTTP/1.1\r\n"))
    #expect(head.contains("\r\nUser-Agent: millrace-tests/1.0\r\n"))
    #expect(head.contains("\r\nX-Own: yes\r\n"))
    #expect(head.contains("\r\nX-Nothing:\r\n"))
    #expect(head.contains("\r\nAccept-Encoding: ") && head.contains("gzip"))
    #expect(!head.contains("Cookie") && !head.contains("Authorization"))
  }

  @Test func postSendsItsBody() async throws {
    let server = RawServer { request, connection in connection.answer(body: request.body) }
    let client = try testClient()
    let body = randomContent(3 << 20, seed: 7)
    let large = try await client.send(
      HTTPRequest(.post, server.url(), headers: [HTTPHeader("Content-Type", "text/x-own")], body: body))
    #expect(large.body == body)
    let empty = try await client.send(HTTPRequest(.post, server.url()))
    #expect(empty.body.isEmpty)
    let requests = server.requests
    #expect(requests[0].head.hasPrefix("POST / "))
    #expect(requests[0].head.contains("\r\nContent-Type: text/x-own\r\n"))
    #expect(!requests[0].head.contains("\r\nExpect:"))
    #expect(requests[1].head.contains("\r\nContent-Length: 0\r\n"))
  }

  @Test func aGetSendsNoBody() async throws {
    let server = RawServer { _, connection in connection.answer(text: "ok") }
    _ = try await testClient().send(HTTPRequest(.get, server.url(), body: [1, 2, 3]))
    #expect(server.requests[0].body.isEmpty)
  }

  @Test func compressedAnswersAreDecompressed() async throws {
    let content = randomContent(300_000, seed: 11)
    let compressed = try compress(content, with: ZlibEncoder())
    let server = RawServer { _, connection in connection.answer(headers: ["Content-Encoding: gzip"], body: compressed) }
    #expect(try await testClient().send(HTTPRequest(.get, server.url())).body == content)
  }

  @Test func connectionsAreUsedAgain() async throws {
    let server = RawServer { request, connection in connection.answer(text: "\(request.connection)") }
    let client = try testClient()
    var bodies: [[UInt8]] = []
    for _ in 0..<5 { bodies.append(try await client.send(HTTPRequest(.get, server.url())).body) }
    #expect(bodies == Array(repeating: Array("0".utf8), count: 5))
    #expect(server.connectionCount == 1)
  }

  @Test func manyAtOnceGetTheirOwnAnswersOverEightConnections() async throws {
    let atOnce = Mutex((now: 0, most: 0))
    let server = RawServer { request, connection in
      atOnce.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
      // The first eight have their answers when all of them are here.
      _ = eventually { atOnce.withLock { $0.most >= 8 } }
      usleep(10_000)
      atOnce.withLock { $0.now -= 1 }
      connection.answer(text: request.target)
    }
    let client = try testClient()
    let wrong = await withTaskGroup(of: String?.self) { group in
      for number in 0..<50 {
        group.addTask {
          let response = try? await client.send(HTTPRequest(.get, server.url("/\(number)"), limits: .patient))
          return response?.body == Array("/\(number)".utf8) ? nil : "\(number)"
        }
      }
      return await group.reduce(into: [String]()) { if let wrong = $1 { $0.append(wrong) } }
    }
    #expect(wrong == [])
    #expect(server.requests.count == 50)
    #expect(server.connectionCount == 8)
    #expect(atOnce.withLock { $0.most } == 8)
  }

  /// A request whose time is less than it waits for a connection is sent all the same.
  @Test func timeInTheQueueDoesNotCount() async throws {
    let mayAnswer = Atomic(false)
    let server = RawServer { request, connection in
      if request.target == "/late" { return connection.waitForClient() }
      while !mayAnswer.load(ordering: .acquiring) { usleep(1000) }
      connection.answer()
    }
    let client = try testClient()
    let first = (0..<8).map { _ in
      Task { try await client.send(HTTPRequest(.get, server.url("/early"), limits: .patient)).status }
    }
    #expect(await soon { server.requests.count == 8 })
    let limits = HTTPLimits(connectTimeout: 2, totalTimeout: 2)
    let late = Task { await transferError(of: client, HTTPRequest(.get, server.url("/late"), limits: limits)) }
    try await Task.sleep(for: .seconds(3))
    mayAnswer.store(true, ordering: .releasing)
    for task in first { #expect(try await task.value == 200) }
    #expect(await late.value?.message == "no whole answer of 127.0.0.1:\(server.port) within 2 s")
    #expect(await soon { server.requests.last?.target == "/late" })
  }

  @Test func anAnswerWithoutBody() async throws {
    let server = RawServer { _, connection in connection.write("HTTP/1.1 204 No Content\r\n\r\n") }
    let response = try await testClient().send(HTTPRequest(.get, server.url()))
    #expect(response.status == 204 && response.body.isEmpty)
  }

  @Test func anAnswerThatTheEndOfTheConnectionEnds() async throws {
    let server = RawServer { _, connection in
      connection.write("HTTP/1.0 200 OK\r\n\r\nall of it")
      connection.end()
    }
    #expect(try await testClient().send(HTTPRequest(.get, server.url())).body == Array("all of it".utf8))
  }

  @Test(arguments: [
    HTTPHeader("X-A", "one\r\nX-B: two"), HTTPHeader("X-A", "\0"), HTTPHeader("X A", "one"), HTTPHeader("", "one"),
    HTTPHeader("X-A:", "one"), HTTPHeader("X-A", "\u{7F}"),
  ])
  func headersThatWouldBecomeOthersAreRefused(header: HTTPHeader) async throws {
    let server = RawServer { _, connection in connection.answer() }
    let error = await transferError(
      of: try testClient(), HTTPRequest(.get, server.url(secretQuery), headers: [header]))
    #expect(error?.kind == .other && error?.isTransient == false)
    #expect(server.requests.isEmpty)
  }

  @Test func theThreadEndsWithItsClient() async throws {
    let server = RawServer { _, connection in connection.answer() }
    var client: HTTPClient? = try testClient()
    let watcher = Watcher(client?.loop)
    _ = try await client?.send(HTTPRequest(.get, server.url()))
    #expect(watcher.loop != nil)
    client = nil
    #expect(await soon { watcher.loop == nil })
  }
}

/// Looks at the loop, which its thread alone keeps alive.
private final class Watcher {
  weak var loop: TransferLoop?
  init(_ loop: TransferLoop?) { self.loop = loop }
}

@Suite(.ownThread) struct NetworkCancellationTests {
  @Test func aRunningRequestIsTakenBack() async throws {
    let isGone = Atomic(false)
    let server = RawServer { request, connection in
      if request.target == "/ok" { return connection.answer() }
      connection.waitForClient()
      isGone.store(true, ordering: .sequentiallyConsistent)
    }
    let client = try testClient()
    let task = Task {
      await transferError(of: client, HTTPRequest(.get, server.url("/" + secretQuery), limits: .patient))
    }
    #expect(await soon { !server.requests.isEmpty })
    task.cancel()
    #expect(await task.value == .cancelled)
    #expect(await soon { isGone.load(ordering: .sequentiallyConsistent) })
    #expect(try await client.send(HTTPRequest(.get, server.url("/ok"))).status == 200)
  }

  @Test func aWaitingRequestIsNeverMade() async throws {
    let mayAnswer = Atomic(false)
    let server = RawServer { _, connection in
      while !mayAnswer.load(ordering: .acquiring) { usleep(1000) }
      connection.answer()
    }
    let client = try testClient()
    let first = (0..<8).map { number in
      Task { try await client.send(HTTPRequest(.get, server.url("/\(number)"), limits: .patient)).status }
    }
    #expect(await soon { server.requests.count == 8 })
    let late = Task { await transferError(of: client, HTTPRequest(.get, server.url("/late"), limits: .patient)) }
    let last = Task { try await client.send(HTTPRequest(.get, server.url("/last"), limits: .patient)).status }
    // Time to come into the queue; one that does not is cancelled on its way.
    try await Task.sleep(for: .milliseconds(50))
    late.cancel()
    #expect(await late.value == .cancelled)
    mayAnswer.store(true, ordering: .releasing)
    for task in first + [last] { #expect(try await task.value == 200) }
    #expect(!server.requests.contains { $0.target == "/late" })
    #expect(server.requests.count == 9)
  }

  @Test func aTaskThatIsAlreadyCancelledAsksNothing() async throws {
    let server = RawServer { _, connection in connection.answer() }
    let client = try testClient()
    let task = Task {
      while !Task.isCancelled { try? await Task.sleep(for: .milliseconds(1)) }
      return await transferError(of: client, HTTPRequest(.get, server.url(secretQuery)))
    }
    task.cancel()
    #expect(await task.value?.kind == .cancelled)
    #expect(server.requests.isEmpty)
  }

  @Test func aThousandCancelledInTheQueue() async throws {
    let server = RawServer { _, connection in connection.waitForClient() }
    let client = try testClient()
    let tasks = (0..<1000).map { _ in
      Task { await transferError(of: client, HTTPRequest(.get, server.url(), limits: .patient)) }
    }
    #expect(await soon { server.requests.count == 8 })
    for task in tasks { task.cancel() }
    for task in tasks { #expect(await task.value?.kind == .cancelled) }
  }
}
