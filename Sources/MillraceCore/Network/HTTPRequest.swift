/// One header of a request or an answer.
public struct HTTPHeader: Sendable, Hashable {
  public var name: String
  public var value: String

  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }

  /// A name is a token (RFC 9110, 5.6.2) and a value has no control characters: nothing that a value holds can become a
  /// header or a request of its own.
  var isWellFormed: Bool {
    let marks = Set("!#$%&'*+-.^_`|~".utf8)
    let nameIsToken = name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
      case UInt8(ascii: "a")...UInt8(ascii: "z"): true
      default: marks.contains(byte)
      }
    }
    return !name.isEmpty && nameIsToken && value.utf8.allSatisfy { $0 >= 32 && $0 != 127 || $0 == 9 }
  }
}

/// How much and how long one request may take. All times are in seconds.
public struct HTTPLimits: Sendable, Hashable {
  /// Bytes of the body after decompression.
  public var maximumBodyBytes: Int
  /// From the start to a connection that is ready for the request, TLS included.
  public var connectTimeout: Double
  /// Without a byte in either direction. Counted in whole seconds, and from the end of a mean over the last five.
  public var stallTimeout: Double
  /// From the start to the last byte, redirects included. Time in the queue for a connection does not count.
  public var totalTimeout: Double

  public init(
    maximumBodyBytes: Int = 64 << 20, connectTimeout: Double = 10, stallTimeout: Double = 30,
    totalTimeout: Double = 300
  ) {
    self.maximumBodyBytes = maximumBodyBytes
    self.connectTimeout = connectTimeout
    self.stallTimeout = stallTimeout
    self.totalTimeout = totalTimeout
  }

  /// The same where a service may be silent for so many seconds: several such silences fit into the whole.
  public func allowing(silence seconds: Double) -> HTTPLimits {
    var limits = self
    limits.stallTimeout = seconds
    limits.connectTimeout = min(connectTimeout, seconds)
    limits.totalTimeout = max(totalTimeout, 5 * seconds)
    return limits
  }
}

/// A request to a service over HTTP or HTTPS.
///
///     let request = HTTPRequest(.post, "https://example.org/search", body: Array("term=BRCA1".utf8))
///     let response = try await client.send(request)
public struct HTTPRequest: Sendable {
  public enum Method: Sendable, Hashable {
    /// Sends no body.
    case get
    /// Sends the body, as `application/x-www-form-urlencoded` unless a header `Content-Type` says otherwise.
    case post
  }

  public var method: Method
  /// `http://…` or `https://…`, percent-encoded.
  public var url: String
  /// In addition to those that HTTP needs. `Accept-Encoding` is sent anyway, and the answer decompressed.
  public var headers: [HTTPHeader]
  public var body: [UInt8]
  public var limits: HTTPLimits

  public init(
    _ method: Method, _ url: String, headers: [HTTPHeader] = [], body: [UInt8] = [],
    limits: HTTPLimits = HTTPLimits()
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
    self.limits = limits
  }
}
