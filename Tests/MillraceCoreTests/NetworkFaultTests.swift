import Glibc
import Support
import Testing

@testable import MillraceCore

/// Servers that fail in every way. Every error is checked not to tell the query.
@Suite(.ownThread) struct NetworkFaultTests {
  func error(
    _ limits: HTTPLimits = .patient, from server: RawServer,
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws -> TransferError? {
    await transferError(
      of: try testClient(),
      HTTPRequest(.post, server.url("/" + secretQuery), body: Array(secretQuery.utf8), limits: limits),
      sourceLocation: sourceLocation)
  }

  @Test func aResetIsTransient() async throws {
    let server = RawServer { _, connection in connection.reset() }
    let error = try await error(from: server)
    #expect(error?.kind == .interrupted && error?.isTransient == true && error?.word == "connection reset")
    #expect(error?.message.hasPrefix("127.0.0.1:\(server.port) broke the connection off: ") == true)
    #expect(server.requests.count == 1)
  }

  @Test func anEndWithoutAnAnswerIsTransient() async throws {
    let server = RawServer { _, connection in connection.end() }
    let error = try await error(from: server)
    #expect(error?.kind == .interrupted && error?.isTransient == true)
  }

  @Test func aResetOfAUsedConnectionIsToldAndNotRepeatedInSilence() async throws {
    let server = RawServer { request, connection in
      if request.target == "/first" { connection.answer() } else { connection.reset() }
    }
    let client = try testClient()
    for method in [HTTPRequest.Method.get, .post] {
      _ = try await client.send(HTTPRequest(.get, server.url("/first")))
      let before = server.requests.count
      let error = await transferError(
        of: client, HTTPRequest(method, server.url("/second" + secretQuery), body: [1, 2, 3]))
      #expect(error?.kind == .interrupted && error?.isTransient == true && error?.word == "connection reset")
      #expect(server.requests.count == before + 1)
    }
  }

  @Test(arguments: [
    "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nnot a hundred",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nabc",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
  ])
  func aCutBodyIsTransient(answer: String) async throws {
    let server = RawServer { _, connection in
      connection.write(answer)
      connection.end()
    }
    let error = try await error(from: server)
    #expect(error?.kind == .interrupted && error?.isTransient == true && error?.word == "cut body")
    #expect(error?.message == "127.0.0.1:\(server.port) closed the connection within its answer")
  }

  @Test func aDamagedCompressedBodyIsTransient() async throws {
    let server = RawServer { _, connection in
      connection.answer(headers: ["Content-Encoding: gzip"], text: "this was never compressed")
    }
    let error = try await error(from: server)
    #expect(error?.kind == .interrupted && error?.isTransient == true && error?.word == "damaged body")
    #expect(error?.message == "the answer of 127.0.0.1:\(server.port) cannot be decompressed")
  }

  @Test func anEndlessBodyStopsAtTheLimit() async throws {
    let server = RawServer { _, connection in
      connection.write("HTTP/1.1 200 OK\r\n\r\n")
      while connection.write([UInt8](repeating: 65, count: 1 << 16)) {}
      connection.end()
    }
    let error = try await error(HTTPLimits(maximumBodyBytes: 1 << 20), from: server)
    #expect(error?.kind == .tooLarge && error?.isTransient == false)
    #expect(error?.message == "the answer of 127.0.0.1:\(server.port) is larger than 1M")
  }

  @Test func aBodyOfExactlyTheLimitIsTaken() async throws {
    let server = RawServer { _, connection in connection.answer(body: [UInt8](repeating: 65, count: 1000)) }
    let client = try testClient()
    let limit = { HTTPRequest(.get, server.url(secretQuery), limits: HTTPLimits(maximumBodyBytes: $0)) }
    #expect(try await client.send(limit(1000)).body.count == 1000)
    #expect(await transferError(of: client, limit(999))?.kind == .tooLarge)
  }

  @Test func aCompressedBombStopsAtTheLimit() async throws {
    let bomb = try compress([UInt8](repeating: 0, count: 64 << 20), with: ZlibEncoder())
    #expect(bomb.count < 1 << 20)
    let server = RawServer { _, connection in connection.answer(headers: ["Content-Encoding: gzip"], body: bomb) }
    #expect(try await error(HTTPLimits(maximumBodyBytes: 1 << 20), from: server)?.kind == .tooLarge)
  }

  @Test func endlessHeadersStop() async throws {
    let server = RawServer { _, connection in
      connection.write("HTTP/1.1 200 OK\r\n")
      while connection.write("X-More: \(String(repeating: "x", count: 1000))\r\n") {}
      connection.end()
    }
    let error = try await error(from: server)
    #expect(error?.kind == .tooLarge)
    #expect(error?.message == "the headers that 127.0.0.1:\(server.port) sends have no end")
  }

  @Test(arguments: ["", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome"])
  func aStallIsTransient(beginning: String) async throws {
    let server = RawServer { _, connection in
      connection.write(beginning)
      connection.waitForClient()
      connection.end()
    }
    let error = try await error(HTTPLimits(stallTimeout: 1), from: server)
    #expect(error?.kind == .stalled && error?.isTransient == true && error?.word == "stalled")
    #expect(error?.message == "no byte from 127.0.0.1:\(server.port) for 1 s")
  }

  @Test func aSlowAnswerEndsWithTheTotalTime() async throws {
    let server = RawServer { request, connection in
      if request.target == "/first" { return connection.answer() }
      connection.write("HTTP/1.1 200 OK\r\n\r\n")
      while connection.write("x") { usleep(20_000) }
      connection.end()
    }
    let client = try testClient()
    // The connection is there before the time begins: it could take all of it on a machine that does much else.
    _ = try await client.send(HTTPRequest(.get, server.url("/first")))
    let error = await transferError(
      of: client, HTTPRequest(.get, server.url("/" + secretQuery), limits: HTTPLimits(totalTimeout: 0.5)))
    #expect(server.connectionCount == 1)
    #expect(error?.kind == .timeout && error?.isTransient == true && error?.word == "timeout")
    #expect(error?.message == "no whole answer of 127.0.0.1:\(server.port) within 0.5 s")
  }

  @Test func aConnectionThatIsNeverTaken() async throws {
    // A queue of one that is full: the system answers no further attempt.
    let listener = try FullListener()
    let request = HTTPRequest(
      .get, "http://127.0.0.1:\(listener.port)/" + secretQuery, limits: HTTPLimits(connectTimeout: 0.5))
    let error = await transferError(of: try testClient(), request)
    #expect(error?.kind == .timeout && error?.isTransient == true)
    #expect(error?.message == "no connection to 127.0.0.1:\(listener.port) within 0.5 s")
  }

  @Test func aRefusedConnectionIsTransient() async throws {
    let error = await transferError(of: try testClient(), HTTPRequest(.get, "http://127.0.0.1:1/" + secretQuery))
    #expect(error?.kind == .connect && error?.isTransient == true && error?.word == "connection refused")
    #expect(
      error?.description
        == "no connection to 127.0.0.1:1: connection refused (check that the service runs, and the network and its proxies)"
    )
    #expect(error?.failure.status == .serviceUnavailable)
  }

  @Test func aNameWithoutAnAddressIsTransient() async throws {
    let error = await transferError(of: try testClient(), HTTPRequest(.get, "http://nobody.invalid/" + secretQuery))
    #expect(error?.kind == .resolve && error?.isTransient == true && error?.word == "name not found")
    #expect(error?.message == "the name nobody.invalid has no address")
  }

  @Test func whatIsNotHTTPIsSaidToBeSo() async throws {
    let server = RawServer { _, connection in
      connection.write("SSH-2.0-OpenSSH_9.2\r\n")
      connection.end()
    }
    let error = try await error(from: server)
    #expect(error?.kind == .other && error?.isTransient == false && error?.word == "not HTTP")
    #expect(error?.message == "127.0.0.1:\(server.port) does not answer in HTTP")
  }

  @Test(arguments: [
    "file:///etc/passwd", "ftp://example.org/x", "gopher://example.org/", "smtp://example.org/", "dict://example.org/",
    "", "no url", "http://", "https://", "http://a b/", "http://example.org:99999/", "http://example.org:x/",
    "http://[::1/", "/path", "example.org", "http://example.org/\n", "http://example.org/\0",
  ])
  func otherURLsAreRefused(url: String) async throws {
    let error = await transferError(of: try testClient(), HTTPRequest(.get, url + secretQuery))
    #expect(error?.kind == .badURL && error?.isTransient == false)
    #expect(error?.failure.status == .badConfiguration)
  }

  @Test func passwordsInURLsAreNotTold() async throws {
    let client = try testClient()
    for url in ["http://me:SECRET@127.0.0.1:1/", "http://me:SECRET@host:bad/", "ftp://me:SECRET@host/"] {
      #expect(await transferError(of: client, HTTPRequest(.get, url)) != nil)
    }
  }
}

/// A listening socket whose queue of connections is full.
private final class FullListener: Sendable {
  let port: Int
  private let descriptors: [Int32]

  init() throws {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    var open = [socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)]
    let isListening = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        guard unsafe bind(open[0], generic, length) == 0, listen(open[0], 0) == 0 else { return false }
        guard unsafe getsockname(open[0], generic, &length) == 0 else { return false }
        for _ in 0..<4 {
          let client = socket(
            AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
          _ = unsafe connect(client, generic, length)
          open.append(client)
        }
        return true
      }
    }
    try #require(isListening)
    port = Int(UInt16(bigEndian: address.sin_port))
    descriptors = open
  }

  deinit { for descriptor in descriptors { close(descriptor) } }
}
