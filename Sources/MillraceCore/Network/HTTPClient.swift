import Synchronization

/// A client of services over HTTP and HTTPS: one thread that makes all transfers, and any number of callers that wait for
/// their answers without a thread.
///
///     let client = try HTTPClient(userAgent: "aug-pubmed/1.0")
///     let response = try await client.send(HTTPRequest(.get, "https://example.org/search?term=BRCA1"))
///
/// Connections are kept and used again, over HTTP/2 where a service has it over TLS; at most eight transfers go to one
/// host and port at a time, and the others wait in the order in which they came. Certificates are always verified. Proxies
/// are those of the environment (`https_proxy`, `http_proxy`, `no_proxy`), a private authority's certificates those of
/// `CURL_CA_BUNDLE`, `SSL_CERT_FILE` or `SSL_CERT_DIR`. There are no cookies, no `.netrc`, and no retries: what a request
/// met is told as it was.
///
/// A body shorter than its announced length is an error, and so is one that does not decompress. libcurl takes a compressed
/// body that was cut and announced with the cut length for whole: whether its document is whole, the tool must look.
///
/// Make a client when the first request is to be made, not before: that opens libcurl.
public final class HTTPClient: Sendable {
  let loop: TransferLoop

  /// - Parameter userAgent: The tool and its version; services ask for it.
  /// - Throws: when libcurl cannot be opened, or the system refuses a thread.
  public convenience init(userAgent: String) throws(Failure) {
    try self.init(userAgent: userAgent, authorities: .fromEnvironment())
  }

  init(userAgent: String, authorities: CertificateAuthorities) throws(Failure) {
    try Curl.open()
    let loop = TransferLoop(multi: try CurlMulti(), userAgent: userAgent, authorities: authorities)
    // Nobody joins the thread: it ends by itself once the client is gone.
    _ = try Worker<Void>("network") { loop.run() }
    self.loop = loop
  }

  deinit { loop.close() }

  /// Makes one request, and follows redirects within its host: 301, 302, 307 and 308 with the same request, 303 with a GET.
  ///
  /// Every status is an answer. A task that is cancelled takes its transfer back, and gets the error `.cancelled`.
  public func send(_ request: HTTPRequest) async throws(TransferError) -> HTTPResponse {
    let url = try HTTPURL(request.url)
    if let header = request.headers.first(where: { !$0.isWellFormed }) {
      throw TransferError(
        .other, "the header \"\(header.name)\" for \(url.origin) has a character that HTTP does not allow",
        advice: "remove line ends and control characters")
    }
    let ticket = Ticket()
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        loop.submit(Submission(request: request, url: url, ticket: ticket, continuation: continuation))
      }
    } onCancel: {
      loop.cancel(ticket)
    }
    return try result.get()
  }
}

/// What a caller cancels by.
final class Ticket: Sendable {
  private let cancelled = Atomic(false)

  /// Set before the loop hears of it: a cancellation may come before the submission.
  var isCancelled: Bool { cancelled.load(ordering: .acquiring) }

  func cancel() { cancelled.store(true, ordering: .releasing) }
}

/// A request and who waits for its answer.
struct Submission: Sendable {
  let request: HTTPRequest
  let url: HTTPURL
  let ticket: Ticket
  let continuation: CheckedContinuation<Result<HTTPResponse, TransferError>, Never>
}
