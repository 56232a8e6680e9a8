/// One request on the client's thread, from its first connection through its redirects to its answer.
final class HTTPTransfer {
  static let maximumRedirects = 5

  enum Step {
    case ended(Result<HTTPResponse, TransferError>)
    /// A redirect: `start` asks the next URL.
    case goesOn
  }

  let submission: Submission
  private var url: HTTPURL
  private var method: HTTPRequest.Method
  private var redirects = 0
  private let deadline: Double

  init(_ submission: Submission) {
    self.submission = submission
    url = submission.url
    method = submission.request.method
    deadline = Clock.monotonicSeconds() + submission.request.limits.totalTimeout
  }

  /// Prepares the next transfer; nil when libcurl has no memory for it.
  func start(userAgent: String, authorities: CertificateAuthorities) -> CurlTransfer? {
    let request = submission.request
    // libcurl takes 0 for no limit at all.
    let milliseconds = { (seconds: Double) in Int(max(1, min(seconds * 1000, 1e9))) }
    var lines = request.headers.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
    if !request.headers.contains(where: { $0.name.lowercased() == "user-agent" }) {
      lines.append("User-Agent: \(userAgent)")
    }
    return CurlTransfer(
      CurlSetup(
        url: url.text, body: method == .post ? request.body : nil, headerLines: lines, authorities: authorities,
        connectMilliseconds: milliseconds(request.limits.connectTimeout),
        totalMilliseconds: milliseconds(deadline - Clock.monotonicSeconds()),
        stallSeconds: max(1, Int(min(request.limits.stallTimeout, 1e6).rounded(.up)))),
      receiver: HTTPResponseReceiver(maximumBodyBytes: request.limits.maximumBodyBytes))
  }

  /// Takes the end of a transfer that `start` made.
  func finish(_ end: CurlEnd, _ receiver: HTTPResponseReceiver) -> Step {
    guard end.outcome == .whole else {
      return .ended(
        .failure(
          TransferError(
            end, at: url.origin, limits: submission.request.limits, exceeded: receiver.exceeded,
            secrets: url.secrets + submission.url.secrets)))
    }
    let response = HTTPResponse(status: end.status, url: url.text, headers: receiver.headers, body: receiver.body)
    do throws(TransferError) {
      return try follow(response) ? .goesOn : .ended(.success(response))
    } catch {
      return .ended(.failure(error))
    }
  }

  /// Goes on to where an answer redirects; false when it does not.
  private func follow(_ response: HTTPResponse) throws(TransferError) -> Bool {
    guard [301, 302, 303, 307, 308].contains(response.status), let location = response.header("Location") else {
      return false
    }
    guard redirects < Self.maximumRedirects else {
      throw TransferError(
        .redirect, "\(url.origin) redirects more than \(Self.maximumRedirects) times", advice: "check the service's URL"
      )
    }
    url = try url.redirected(to: location)
    redirects += 1
    if response.status == 303 { method = .get }
    return true
  }
}
