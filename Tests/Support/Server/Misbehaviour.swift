/// What a 429 says about when to come back.
public enum RetryAfter: String, Sendable, CaseIterable { case none, seconds, date }

/// Misbehaviour that services have in common.
extension ServerResponse {
  /// Ways in which a right answer does not arrive.
  public enum Spoiling: Sendable { case reset, resetMidway, stall, stallMidway, cut }

  /// The answer, whose delivery goes wrong at once or after half of its bytes.
  public func spoilt(_ spoiling: Spoiling) -> ServerResponse {
    var response = self
    response.isChunked = false
    let half = body.count / 2
    response.ending =
      switch spoiling {
      case .reset: .reset(after: nil)
      case .resetMidway: .reset(after: half)
      case .stall: .stall(after: nil)
      case .stallMidway: .stall(after: half)
      case .cut: .cut(after: half, agreeing: false)
      }
    return response
  }

  /// The answer compressed, where the client takes that.
  public func compressed(for request: ServerRequest) -> ServerResponse {
    guard request.header("accept-encoding")?.contains("gzip") == true, let smaller = gzipped(body) else { return self }
    var response = self
    response.body = smaller
    response.headers.append(NamedValue("Content-Encoding", "gzip"))
    return response
  }

  /// Says in a header that the client should come back one to two seconds after its request.
  public func retry(_ kind: RetryAfter, after request: ServerRequest) -> ServerResponse {
    var response = self
    switch kind {
    case .none: break
    case .seconds: response.headers.append(NamedValue("Retry-After", "1"))
    case .date: response.headers.append(NamedValue("Retry-After", httpDate(request.microseconds / 1_000_000 + 2)))
    }
    return response
  }

  /// A proxy's page, with status 200.
  public static let loginPage = ServerResponse(
    type: "text/html",
    text: """
      <!DOCTYPE html>
      <html><head><title>Network sign-in</title></head>
      <body><form method="post" action="/login"><p>Please sign in to use this network.<br>
      <input name="user"><input name="password" type="password"></form></body></html>

      """)

  /// To a path that redirects to itself.
  public static let loop = ServerResponse.redirect(to: "/loop")

  /// To another host name of the same server, with the query of the request.
  public static func elsewhere(_ request: ServerRequest) -> ServerResponse {
    let port = request.header("host")?.split(separator: ":").last ?? ""
    let query = request.target.utf8.firstIndex(of: UInt8(ascii: "?")).map { request.target[$0...] } ?? ""
    return .redirect(to: "http://localhost:\(port)/elsewhere\(query)")
  }

  /// What `loop` and `elsewhere` lead to; nil for other paths.
  public static func redirectTarget(_ path: String) -> ServerResponse? {
    switch path {
    case "/loop": loop
    case "/elsewhere": loginPage
    default: nil
    }
  }
}

/// The moment as HTTP writes it.
///
/// - Parameter seconds: since 1970.
public func httpDate(_ seconds: Int) -> String {
  let day = GregorianDay(number: seconds / 86_400)
  let (year, month, date) = day.parts
  let names = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
  let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
  let time = "\(zeroPadded(seconds / 3600 % 24)):\(zeroPadded(seconds / 60 % 60)):\(zeroPadded(seconds % 60))"
  return "\(names[day.number % 7]), \(zeroPadded(date)) \(months[month - 1]) \(year) \(time) GMT"
}

/// The inside of a JSON string.
public func jsonQuoted(_ text: String) -> String {
  var quoted = ""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"", "\\": quoted += "\\\(scalar)"
    case _ where scalar.value < 32:
      let digits = String(scalar.value, radix: 16)
      quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    default: quoted.unicodeScalars.append(scalar)
    }
  }
  return quoted
}
