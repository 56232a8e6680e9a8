/// A name with its value: a header, a parameter of a query or of a form.
public struct NamedValue: Sendable, Hashable {
  public var name: String
  public var value: String

  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}

/// A request as a scripted server received it.
public struct ServerRequest: Sendable {
  /// When its first byte had been read: CLOCK_REALTIME in microseconds.
  public var microseconds: Int
  /// The same moment on CLOCK_MONOTONIC, in seconds.
  public var monotonicSeconds: Double
  /// Counted from 1 over the life of the server.
  public var connection: Int
  /// Counted from 1 over the life of the server, in order of arrival.
  public var number: Int
  public var method: String
  /// As received: path and query, nothing decoded.
  public var target: String
  /// Decoded, without the query.
  public var path: String
  /// Those of the query, then those of a form in the body, in the order received, decoded.
  public var parameters: [NamedValue]
  public var headers: [NamedValue]
  public var body: [UInt8]

  /// The value of the first header of that name, in any case.
  public func header(_ name: String) -> String? { headers.first { $0.name.lowercased() == name.lowercased() }?.value }

  /// The value of the first parameter of exactly that name.
  public func parameter(_ name: String) -> String? { parameters.first { $0.name == name }?.value }
}

/// What a scripted server answers, and how it misbehaves while it does.
public struct ServerResponse: Sendable {
  /// How the answer ends.
  public enum Ending: Sendable, Hashable {
    case whole
    /// The connection closes after so many bytes of the body. Content-Length names the whole body, or just the part that
    /// comes when `agreeing`; a chunked body lacks its end, or has one when `agreeing`.
    case cut(after: Int, agreeing: Bool)
    /// The connection is reset (RST) after so many bytes of the body; nil: before any byte of the answer.
    case reset(after: Int?)
    /// Nothing more comes after so many bytes of the body, and the connection stays open until the client closes it; nil:
    /// not one byte comes.
    case stall(after: Int?)
    /// After the body comes its last line again and again until the client closes the connection. Always chunked.
    case endless
  }

  public var status: Int
  public var headers: [NamedValue]
  public var body: [UInt8]
  /// Sent in chunks, without Content-Length.
  public var isChunked = false
  /// Seconds before the first byte.
  public var delay = 0.0
  /// Seconds of silence after that many bytes of the body.
  public var pause: (afterBytes: Int, seconds: Double)?
  public var ending = Ending.whole

  public init(_ status: Int = 200, headers: [NamedValue] = [], body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  public init(_ status: Int = 200, type: String, text: String) {
    self.init(status, headers: [NamedValue("Content-Type", type)], body: Array(text.utf8))
  }

  public static func redirect(_ status: Int = 302, to location: String) -> ServerResponse {
    ServerResponse(status, headers: [NamedValue("Location", location)])
  }

  /// The status that the client sees; nil when it sees none.
  public var statusSent: Int? {
    switch ending {
    case .reset(after: nil), .stall(after: nil): nil
    default: status
    }
  }
}

func reasonPhrase(_ status: Int) -> String {
  switch status {
  case 200: "OK"
  case 201: "Created"
  case 204: "No Content"
  case 301: "Moved Permanently"
  case 302: "Found"
  case 303: "See Other"
  case 304: "Not Modified"
  case 307: "Temporary Redirect"
  case 308: "Permanent Redirect"
  case 400: "Bad Request"
  case 401: "Unauthorized"
  case 403: "Forbidden"
  case 404: "Not Found"
  case 405: "Method Not Allowed"
  case 408: "Request Timeout"
  case 411: "Length Required"
  case 413: "Content Too Large"
  case 414: "URI Too Long"
  case 429: "Too Many Requests"
  case 500: "Internal Server Error"
  case 502: "Bad Gateway"
  case 503: "Service Unavailable"
  case 504: "Gateway Timeout"
  default: "Status"
  }
}
