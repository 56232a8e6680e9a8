import Support
import Testing

@testable import MillraceCore

@Suite(.ownThread) struct NetworkRedirectTests {
  /// A server that sends everybody who asks for `/from` to a place, and answers others with what they sent.
  func server(_ status: Int = 302, to location: String) -> RawServer {
    RawServer { request, connection in
      if request.target.hasPrefix("/from") {
        connection.answer("\(status) Elsewhere", headers: ["Location: \(location)"], text: "elsewhere")
      } else {
        connection.answer(text: "\(request.head.prefix { $0 != " " }) \(request.target) ".appending(request.body))
      }
    }
  }

  @Test(arguments: [
    (301, "POST"), (302, "POST"), (303, "GET"), (307, "POST"), (308, "POST"),
  ])
  func withinAHostAreFollowed(status: Int, method: String) async throws {
    let server = server(status, to: "/to?b=2 3")
    let response = try await testClient().send(
      HTTPRequest(.post, server.url("/from?a=1"), body: Array("body".utf8)))
    #expect(response.status == 200)
    #expect(response.url == server.url("/to?b=2%203") || response.url == server.url("/to?b=2+3"))
    let text = String(decoding: response.body, as: UTF8.self)
    #expect(text.hasPrefix("\(method) /to?b=2"))
    #expect(text.hasSuffix(method == "POST" ? "body" : " "))
    #expect(server.connectionCount == 1)
  }

  @Test func aWholeURLOfTheSameHostIsFollowed() async throws {
    let last = RawServer { request, connection in
      if request.target == "/end" { return connection.answer(text: "end") }
      let port = request.head.split(separator: "127.0.0.1:").dropFirst().first?.prefix { $0.isNumber } ?? ""
      connection.answer("302 Found", headers: ["Location: HTTP://127.0.0.1:\(port)/end"])
    }
    #expect(try await testClient().send(HTTPRequest(.get, last.url("/start"))).body == Array("end".utf8))
  }

  @Test(arguments: [300, 304, 305, 399]) func otherStatusesAreAnswers(status: Int) async throws {
    let server = server(status, to: "http://elsewhere.invalid/")
    #expect(try await testClient().send(HTTPRequest(.get, server.url("/from"))).status == status)
  }

  @Test func aRedirectToNowhereIsAnAnswer() async throws {
    let server = RawServer { _, connection in connection.answer("302 Found", text: "nowhere") }
    #expect(try await testClient().send(HTTPRequest(.get, server.url())).status == 302)
  }

  @Test func aLoopEndsAfterFive() async throws {
    let server = server(to: "/from" + secretQuery)
    let error = await transferError(of: try testClient(), HTTPRequest(.get, server.url("/from" + secretQuery)))
    #expect(error?.kind == .redirect && error?.isTransient == false && error?.word == "redirect")
    #expect(error?.message == "127.0.0.1:\(server.port) redirects more than 5 times")
    #expect(server.requests.count == 6)
  }

  @Test(arguments: [
    ("http://localhost:PORT/", "localhost:PORT"), ("http://127.0.0.1:1/", "127.0.0.1:1"),
    ("//other.invalid/", "other.invalid:80"), ("https://127.0.0.1:PORT/", "127.0.0.1:PORT"),
    ("http://127.0.0.1:PORT@other.invalid/", "other.invalid:80"), ("https://127.0.0.1/", "127.0.0.1:443"),
  ])
  func toAnotherPlaceIsRefused(location: String, named: String) async throws {
    let start = RawServer { request, connection in
      let port = request.head.split(separator: "127.0.0.1:").dropFirst().first?.prefix { $0.isNumber } ?? ""
      connection.answer(
        "302 Found", headers: ["Location: \(replacing("PORT", in: location, by: String(port)))\(secretQuery)"])
    }
    let error = await transferError(of: try testClient(), HTTPRequest(.get, start.url("/" + secretQuery)))
    #expect(error?.kind == .redirect && error?.isTransient == false)
    let place = replacing("PORT", in: named, by: String(start.port))
    #expect(error?.message == "127.0.0.1:\(start.port) redirects to \(place)")
    #expect(start.requests.count == 1)
  }

  @Test(arguments: ["file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1:1/", "javascript://127.0.0.1/"])
  func toAnotherSchemeIsRefused(location: String) async throws {
    let server = server(to: location + secretQuery)
    let error = await transferError(of: try testClient(), HTTPRequest(.get, server.url("/from")))
    #expect(error?.kind == .redirect && error?.isTransient == false)
    let scheme = location.prefix { $0 != ":" }
    #expect(error?.message == "127.0.0.1:\(server.port) redirects to a URL of \(scheme)")
  }

  @Test func toWhatIsNoURLIsRefused() async throws {
    let server = server(to: "http://127.0.0.1:port/" + secretQuery)
    let error = await transferError(of: try testClient(), HTTPRequest(.get, server.url("/from")))
    #expect(error?.message == "127.0.0.1:\(server.port) redirects to what is no URL")
  }

  @Test func onlyToHTTPSOfTheSameHost() throws {
    func may(_ from: String, _ to: String) throws -> Bool {
      try Curl.open()
      return try HTTPURL(from).origin.mayRedirect(to: try HTTPURL(to).origin)
    }
    #expect(try may("http://a.org/x", "https://A.org/y"))
    #expect(try may("http://a.org:80/x", "https://a.org:443/y"))
    #expect(try may("https://a.org/x", "https://a.org:443/y"))
    #expect(try !may("https://a.org/x", "http://a.org/x"))
    #expect(try !may("http://a.org/x", "https://www.a.org/x"))
    #expect(try !may("http://a.org:8080/x", "https://a.org/x"))
    #expect(try !may("http://a.org/x", "https://a.org:8443/x"))
    #expect(try !may("https://a.org/x", "https://a.org:8443/x"))
  }
}

private func replacing(_ part: String, in text: String, by other: String) -> String {
  text.split(separator: part, omittingEmptySubsequences: false).joined(separator: other)
}

extension String {
  fileprivate func appending(_ bytes: [UInt8]) -> String { self + String(decoding: bytes, as: UTF8.self) }
}
