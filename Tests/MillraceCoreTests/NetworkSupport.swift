import Support
import Testing

@testable import MillraceCore

/// A client that trusts the system's authorities, whatever the tests' environment says.
func testClient(authorities: CertificateAuthorities = CertificateAuthorities()) throws -> HTTPClient {
  try HTTPClient(userAgent: "millrace-tests/1.0", authorities: authorities)
}

extension HTTPLimits {
  /// For requests whose answers a test holds back, or that wait for others on a machine that does much else.
  static let patient = HTTPLimits(connectTimeout: 300, stallTimeout: 300, totalTimeout: 300)
}

/// What every request of the tests carries in its query, and no message may repeat.
let secretQuery = "?api_key=SECRET-123&term=x"

/// The error of a request that fails. Whatever the error is, it does not tell the query.
func transferError(
  of client: HTTPClient, _ request: HTTPRequest, sourceLocation: SourceLocation = #_sourceLocation
) async -> TransferError? {
  do throws(TransferError) {
    let response = try await client.send(request)
    Issue.record("an answer: \(response.status) with \(response.body.count) bytes", sourceLocation: sourceLocation)
    return nil
  } catch {
    for text in [error.description, error.failure.description, error.word] {
      #expect(!text.contains("SECRET"), sourceLocation: sourceLocation)
      #expect(!text.contains("api_key"), sourceLocation: sourceLocation)
    }
    return error
  }
}

/// Waits until something holds, as `eventually` does, without keeping others from the thread.
func soon(within seconds: Double = 200, _ condition: () -> Bool) async -> Bool {
  let end = monotonicSeconds() + seconds
  while !condition() {
    guard monotonicSeconds() < end, (try? await Task.sleep(for: .milliseconds(2))) != nil else { return condition() }
  }
  return true
}

extension RawServer.Connection {
  /// A whole answer that leaves the connection open.
  func answer(_ status: String = "200 OK", headers: [String] = [], body: [UInt8] = []) {
    let head = (["HTTP/1.1 \(status)", "Content-Length: \(body.count)"] + headers).joined(separator: "\r\n")
    write(Array((head + "\r\n\r\n").utf8) + body)
  }

  func answer(_ status: String = "200 OK", headers: [String] = [], text: String) {
    answer(status, headers: headers, body: Array(text.utf8))
  }
}
