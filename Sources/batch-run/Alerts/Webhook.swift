import MillraceCore

/// A URL that takes alerts as JSON. Who knows its path may post there, so only scheme and host are ever told.
struct Webhook: AlertChannel {
  let name: String
  private let url: String
  private let clock: Clock

  /// - Parameter source: where the URL was given, for the message.
  init(_ url: String, source: String, clock: Clock = .system) throws(Failure) {
    let rest = ["https://", "http://"].first { url.hasPrefix($0) }.map { url.dropFirst($0.utf8.count) }
    guard let rest, let first = rest.first, !"/?#:@".contains(first),
      url.utf8.allSatisfy({ (0x21...0x7e).contains($0) })
    else {
      throw Failure(
        .usage, "\(source) has what is not the URL of a webhook",
        advice: "it begins with https:// or http:// and a host, and is percent-encoded")
    }
    self.url = url
    let shown = CommandLineText.redactingPath(url)
    name = String(shown[..<(shown.lastIndex(of: "/") ?? shown.endIndex)])
    self.clock = clock
  }

  func deliver(_ alert: Alert, within seconds: Double) throws(AlertFault) {
    let limits = HTTPLimits(
      maximumBodyBytes: 1 << 20, connectTimeout: min(10, seconds), stallTimeout: seconds, totalTimeout: seconds)
    let request = HTTPRequest(
      .post, url, headers: [HTTPHeader("Content-Type", "application/json")], body: Array(alert.json.json.utf8),
      limits: limits)
    let result: Result<HTTPResponse, AlertFault>
    do throws(Failure) {
      let client = try HTTPClient(userAgent: "millrace/\(Millrace.version)")
      result = try waiting { () async throws(Failure) in
        do throws(TransferError) {
          return .success(try await client.send(request))
        } catch {
          return .failure(Self.fault(error))
        }
      }
    } catch {
      throw AlertFault(error.message, isTransient: false)
    }
    try judge(try result.get())
  }

  private func judge(_ response: HTTPResponse) throws(AlertFault) {
    guard response.status / 100 != 2 else { return }
    // What the answer says may repeat the URL.
    let retryAfter = response.header("Retry-After").flatMap { RetryPolicy.retryAfter($0, now: clock.now()) }
    throw AlertFault(
      "it answered with status \(response.status)", isTransient: RetryPolicy.isTransient(status: response.status),
      retryAfter: retryAfter)
  }

  private static func fault(_ error: TransferError) -> AlertFault {
    // Words about a URL may quote it.
    let isQuoting = error.kind == .badURL || error.kind == .other
    return AlertFault(isQuoting ? error.word : error.message, isTransient: error.isTransient)
  }
}
