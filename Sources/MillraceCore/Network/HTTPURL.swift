/// Where a service answers: requests to one origin share its connections, and secrets never leave it.
struct HTTPOrigin: Hashable, Sendable, CustomStringConvertible {
  /// In lower case.
  var scheme: String
  /// In lower case; an IPv6 address stands in brackets.
  var host: String
  var port: Int

  /// `host:port`, as messages name it.
  var description: String { "\(host):\(port)" }

  /// The same origin, or the https of a host that was asked over http, each at its usual port.
  func mayRedirect(to other: HTTPOrigin) -> Bool {
    self == other
      || host == other.host && scheme == "http" && port == 80 && other.scheme == "https" && other.port == 443
  }
}

/// A URL of a service, taken apart by libcurl so that what is checked is what is asked.
struct HTTPURL: Sendable {
  let text: String
  let origin: HTTPOrigin
  private let parts: CurlURL

  /// - Throws: `.badURL` for what is no URL, or has another scheme than http and https.
  init(_ text: String) throws(TransferError) {
    guard !text.utf8.contains(0), let parts = CurlURL(text) else {
      throw TransferError(
        .badURL, "not a URL: \"\(Self.naming(text))\"", advice: "a service has one like https://example.org/path")
    }
    guard let origin = Self.origin(of: parts) else {
      throw TransferError(
        .badURL, "a URL of \(parts.scheme): \"\(Self.naming(text))\"", advice: "only http and https are asked")
    }
    self.text = parts.text
    self.origin = origin
    self.parts = parts
  }

  /// Follows the value of a header `Location`.
  ///
  /// - Throws: `.redirect` when that leads away from the origin, or nowhere.
  func redirected(to location: String) throws(TransferError) -> HTTPURL {
    guard !location.utf8.contains(0), let target = CurlURL(location, relativeTo: text) else {
      throw TransferError(.redirect, "\(origin) redirects to what is no URL", advice: "check the service's URL")
    }
    guard let next = Self.origin(of: target) else {
      throw TransferError(
        .redirect, "\(origin) redirects to a URL of \(target.scheme)", advice: "only http and https are asked")
    }
    guard origin.mayRedirect(to: next) else {
      let isDowngrade = origin.scheme == "https" && next.scheme == "http" && origin.host == next.host
      throw TransferError(
        .redirect, "\(origin) redirects to \(next)\(isDowngrade ? " without TLS" : "")",
        advice:
          "requests may carry keys and stay where they are sent; set the service's URL to the new place if it is right")
    }
    return HTTPURL(parts: target, origin: next)
  }

  private init(parts: CurlURL, origin: HTTPOrigin) {
    text = parts.text
    self.origin = origin
    self.parts = parts
  }

  /// What must not stand in a message: the query, and name and password.
  var secrets: [String] { [parts.query, parts.userInfo, parts.password].compactMap { $0 } }

  private static func origin(of parts: CurlURL) -> HTTPOrigin? {
    guard parts.scheme == "http" || parts.scheme == "https", let port = parts.port, !parts.host.isEmpty else {
      return nil
    }
    return HTTPOrigin(scheme: parts.scheme, host: parts.host.lowercased(), port: port)
  }

  /// The beginning of what somebody gave as a URL, without what may be secret.
  private static func naming(_ text: String) -> String {
    var shown = text.prefix { $0 != "?" && $0 != "#" }
    if let at = shown.lastIndex(of: "@") { shown = shown[shown.index(after: at)...] }
    return shown.count > 100 ? "\(shown.prefix(100))…" : String(shown)
  }
}
