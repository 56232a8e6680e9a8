/// A server that takes mail over SMTP, by libcurl.
///
///     let server = try MailServer("smtps://me@mail.example.org", password: password)
///     try server.send(message, from: "me@example.org", to: ["you@example.org"], timeout: 20)
public struct MailServer: Sendable {
  /// Why a mail was not taken.
  public struct Refusal: Error, Sendable, Equatable {
    /// With host and port, in one sentence without a full stop.
    public var reason: String
    /// Whether the same mail may be taken a little later.
    public var isTransient: Bool
  }

  /// `host:port`, as messages name it.
  public let name: String
  private let url: String
  private let user: String?
  private let password: String?
  private let requiresTLS: Bool

  /// - Parameters:
  ///   - url: `smtp://` or `smtps://`, a user's name and `@` if the server asks for one, host, and port if it is not the
  ///     usual one. Over `smtp` the connection is encrypted (STARTTLS) where the server can, and always where a password
  ///     is sent to another machine.
  /// - Throws: `.badConfiguration` for what is no such URL; `.serviceUnavailable` without libcurl.
  public init(_ url: String, password: String?) throws(Failure) {
    try Curl.open()
    let advice = "it has the form smtp://user@host:port or smtps://user@host"
    guard !url.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7f }), let parts = CurlURL(url),
      ["smtp", "smtps"].contains(parts.scheme), !parts.host.isEmpty, let port = parts.port
    else { throw Failure(.badConfiguration, "not the URL of a mail server", advice: advice) }
    guard parts.password == nil else {
      throw Failure(.badConfiguration, "the URL of the mail server holds a password", advice: "put it elsewhere")
    }
    name = "\(parts.host):\(port)"
    self.url = "\(parts.scheme)://\(name)"
    user = parts.user
    self.password = parts.user == nil ? nil : password
    requiresTLS = parts.scheme == "smtp" && self.password != nil && !ServiceAddress.isLoopback(parts.host)
  }

  /// Hands a message over, on the calling thread.
  ///
  /// - Parameters:
  ///   - message: header and body (RFC 5322), with CR LF at the end of each line.
  ///   - sender: an address that `isMailAddress` accepts, as the recipients.
  ///   - timeout: seconds for all of it.
  public func send(
    _ message: [UInt8], from sender: String, to recipients: [String], timeout: Double
  ) throws(Refusal) {
    guard !recipients.isEmpty, ([sender] + recipients).allSatisfy(isMailAddress) else {
      throw Refusal(reason: "not an address of mail", isTransient: false)
    }
    blockBrokenPipeSignal()
    let mail = CurlMail(
      url: url, user: user, password: password, requiresTLS: requiresTLS, authorities: .fromEnvironment(),
      sender: "<\(sender)>", recipients: recipients.map { "<\($0)>" }, text: message,
      milliseconds: max(1, Int(min(timeout, 1e6) * 1000)))
    let end = mail.send()
    guard end.outcome != .whole else { return }
    // A server's 4yz is for now, its 5yz for good (RFC 5321, 4.2.1).
    let isTransient =
      switch end.outcome {
      case .resolve, .connect, .timeout, .interrupted: end.reply / 100 != 5
      default: end.reply / 100 == 4
      }
    throw Refusal(reason: "\(name): \(serverText(end.text, without: password))", isTransient: isTransient)
  }
}

/// Whether a text can be an address of mail: a name, or a name at a host, in ASCII, with nothing in it that means something
/// to a mail header, to SMTP or to a mail program's options.
public func isMailAddress(_ text: String) -> Bool {
  let parts = text.split(separator: "@", omittingEmptySubsequences: false)
  guard text.utf8.count <= 254, parts.count == 1 || parts.count == 2, !text.hasPrefix("-") else { return false }
  let marks = Set("#&'+-=_~.".utf8)
  return parts.allSatisfy { part in
    !part.isEmpty
      && part.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "a")...UInt8(ascii: "z"): true
        default: marks.contains(byte)
        }
      }
  }
}
