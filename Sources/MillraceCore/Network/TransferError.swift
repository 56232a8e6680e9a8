import Glibc

/// Why a request has no answer.
public struct TransferError: Error, Sendable, Equatable {
  public enum Kind: Sendable, Hashable {
    /// The host's name has no address.
    case resolve
    /// The host takes no connection, or the connection's encryption cannot be agreed on.
    case connect
    /// No connection, or no whole answer, within the request's limits.
    case timeout
    /// No byte for the request's stall timeout.
    case stalled
    /// The connection ended within the answer, or the answer is damaged.
    case interrupted
    /// The host's certificate does not verify.
    case certificate
    /// The answer goes beyond the request's limits.
    case tooLarge
    /// Redirects lead away from the host, or too far.
    case redirect
    case proxy
    case badURL
    /// The caller's task was cancelled.
    case cancelled
    case other
  }

  public var kind: Kind
  /// What happened, with host and port, in one sentence without a full stop; never with the query or the body.
  public var message: String
  /// What the person can do about it.
  public var advice: String?
  /// The error in a word or two, for an attempt's status: `timeout`, `connection reset`.
  public var word: String
  /// Whether the same request may succeed a little later.
  public var isTransient: Bool

  init(_ kind: Kind, _ message: String, word: String? = nil, isTransient: Bool? = nil, advice: String? = nil) {
    self.kind = kind
    self.message = message
    self.advice = advice
    self.word = word ?? kind.word
    self.isTransient = isTransient ?? kind.isUsuallyTransient
  }

  static let cancelled = TransferError(.cancelled, "the request was given up")
}

extension TransferError: CustomStringConvertible {
  public var description: String { advice.map { "\(message) (\($0))" } ?? message }
}

extension TransferError {
  /// The same for a person, where it ends a run.
  public var failure: Failure {
    Failure(kind == .badURL ? .badConfiguration : .serviceUnavailable, message, advice: advice)
  }
}

extension TransferError.Kind {
  var word: String {
    switch self {
    case .resolve: "name not found"
    case .connect: "no connection"
    case .timeout: "timeout"
    case .stalled: "stalled"
    case .interrupted: "connection reset"
    case .certificate: "certificate"
    case .tooLarge: "too large"
    case .redirect: "redirect"
    case .proxy: "proxy"
    case .badURL: "bad URL"
    case .cancelled: "cancelled"
    case .other: "transfer error"
    }
  }

  var isUsuallyTransient: Bool {
    switch self {
    case .resolve, .connect, .timeout, .stalled, .interrupted, .proxy: true
    case .certificate, .tooLarge, .redirect, .badURL, .cancelled, .other: false
    }
  }
}

extension TransferError {
  /// What libcurl's end of a transfer that failed means to a caller.
  ///
  /// - Parameters:
  ///   - exceeded: the limit that made us stop it.
  ///   - secrets: what libcurl's own words must not repeat.
  init(
    _ end: CurlEnd, at origin: HTTPOrigin, limits: HTTPLimits, exceeded: HTTPResponseReceiver.Limit?, secrets: [String]
  ) {
    let text = scrubbed(end.text, of: secrets)
    switch exceeded {
    case .header:
      self.init(.tooLarge, "the headers that \(origin) sends have no end", advice: "check the service's URL")
      return
    case .body:
      let limit = ByteCount(limits.maximumBodyBytes)
      self.init(.tooLarge, "the answer of \(origin) is larger than \(limit)", advice: "ask for less at a time")
      return
    case nil: break
    }
    switch end.outcome {
    case .badURL: self.init(.badURL, "not a URL that can be asked, at \(origin): \(text)")
    case .resolve:
      self.init(.resolve, "the name \(origin.host) has no address", advice: "check the name and the network")
    case .connect: self.init(noConnection: end, text: text, to: origin)
    case .handshake:
      self.init(
        .connect, "no encrypted connection to \(origin): \(text)", word: "TLS handshake",
        advice: "check that the service speaks https")
    case .certificate:
      self.init(
        .certificate, "the certificate of \(origin) does not verify: \(text)",
        advice: "check the address; SSL_CERT_FILE names the file of a private authority")
    case .proxy: self.init(proxyAnswer: end, text: text, at: origin)
    case .timeout: self.init(timeout: end, at: origin, limits: limits)
    case .cutBody:
      self.init(.interrupted, "\(origin) closed the connection within its answer", word: "cut body")
    case .interrupted: self.init(.interrupted, "\(origin) broke the connection off: \(text)")
    case .damaged:
      self.init(.interrupted, "the answer of \(origin) cannot be decompressed", word: "damaged body")
    case .notHTTP:
      self.init(.other, "\(origin) does not answer in HTTP", word: "not HTTP", advice: "check the service's URL")
    case .whole, .other: self.init(.other, "the request to \(origin) failed: \(text)")
    }
  }

  private init(noConnection end: CurlEnd, text: String, to origin: HTTPOrigin) {
    // Where a proxy is asked, only libcurl's own words name it.
    let isDirect = text.hasPrefix("Failed to connect to \(origin.host) port \(origin.port) ")
    let reason = isDirect && end.systemError != 0 ? systemErrorText(end.systemError) : text
    self.init(
      .connect, "no connection to \(origin): \(reason)",
      word: end.systemError == ECONNREFUSED ? "connection refused" : nil,
      advice: "check that the service runs, and the network and its proxies")
  }

  private init(proxyAnswer end: CurlEnd, text: String, at origin: HTTPOrigin) {
    // A proxy that answers and refuses goes on refusing.
    if end.proxyStatus == 407 {
      self.init(
        .proxy, "the proxy asks for a login before it makes a connection to \(origin)", isTransient: false,
        advice: "https_proxy takes one as http://name:password@host:port")
      return
    }
    let isTransient = end.proxyStatus.map { RetryPolicy.isTransient(status: $0) } ?? true
    self.init(
      .proxy, "the proxy makes no connection to \(origin): \(text)", isTransient: isTransient,
      advice: "check https_proxy, http_proxy and no_proxy in the environment")
  }

  private init(timeout end: CurlEnd, at origin: HTTPOrigin, limits: HTTPLimits) {
    if !end.isConnected {
      self.init(
        .timeout, "no connection to \(origin) within \(secondsText(min(limits.connectTimeout, limits.totalTimeout)))",
        advice: "check the network and its proxies")
    } else if end.hasUsedAllTime {
      self.init(.timeout, "no whole answer of \(origin) within \(secondsText(limits.totalTimeout))")
    } else {
      self.init(.stalled, "no byte from \(origin) for \(secondsText(limits.stallTimeout))")
    }
  }
}

/// libcurl's words, without secrets that they might repeat.
private func scrubbed(_ text: String, of secrets: [String]) -> String {
  var bytes = Array(text.utf8)
  for secret in secrets {
    let secret = Array(secret.utf8)
    guard !secret.isEmpty, secret.count <= bytes.count else { continue }
    var clean: [UInt8] = []
    var index = 0
    while index < bytes.count {
      if bytes[index...].starts(with: secret) {
        clean += Array("…".utf8)
        index += secret.count
      } else {
        clean.append(bytes[index])
        index += 1
      }
    }
    bytes = clean
  }
  return String(decoding: bytes, as: UTF8.self)
}

private func secondsText(_ seconds: Double) -> String {
  seconds == seconds.rounded() ? "\(Int(seconds)) s" : "\(seconds) s"
}
