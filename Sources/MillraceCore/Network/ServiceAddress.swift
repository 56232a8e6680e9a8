/// Where a service is asked: its own address, or that of a mirror or gateway.
public struct ServiceAddress: Sendable, Equatable {
  /// Ends with a slash; may hold a name and a password for a gateway.
  private let base: String
  /// The address as it may be written anywhere.
  public let text: String

  /// - Parameters:
  ///   - base: the folder that the service's paths lie in.
  ///   - example: the provider's own, for the message.
  /// - Throws: a usage failure when it is no URL of the web.
  public init(_ base: String, example: String) throws(Failure) {
    let isWeb = ["http://", "https://"].contains { base.hasPrefix($0) && base.utf8.count > $0.utf8.count }
    guard isWeb, !base.contains("?"), !base.contains("#"), base.unicodeScalars.allSatisfy({ $0.value > 0x20 }) else {
      throw Failure(
        .usage, "not the address of a service: \"\(CommandLineText.redactingURL(base))\"",
        advice: "--base-url takes one such as \(example)")
    }
    self.base = base.hasSuffix("/") ? base : base + "/"
    text = CommandLineText.redactingURL(self.base)
  }

  /// The URL of what lies at a path below.
  public func url(_ path: String) -> String { base + path }

  /// Whose budget requests are counted against: host and port.
  public var host: String {
    let rest = base.drop { $0 != "/" }.dropFirst(2)
    let authority = rest.prefix { $0 != "/" }
    return String(authority.split(separator: "@").last ?? authority)
  }

  /// A key for the service, without white space around it; nil for none.
  ///
  /// - Parameters:
  ///   - text: what the environment holds.
  ///   - variable: where it holds that.
  ///   - place: where the owner of a key finds it.
  /// - Throws: bad configuration for what cannot be a key, and for a key that would be sent in the clear.
  public func key(_ text: String?, from variable: String, place: String) throws(Failure) -> String? {
    guard let key = text.map({ String($0.trimmed) }), !key.isEmpty else { return nil }
    guard key.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
      throw Failure(
        .badConfiguration, "\(variable) holds characters that are in no key",
        advice: "see \(place) for the right one, or unset it")
    }
    guard !base.hasPrefix("http:") || Self.isLoopback(host) else {
      throw Failure(
        .badConfiguration, "the key in \(variable) would be sent to \(host) without encryption",
        advice: "--base-url takes an address with https; or unset the key")
    }
    return key
  }

  /// Whether what is sent there stays on this machine, by the host's own name: localhost, 127.0.0.0/8, [::1].
  static func isLoopback(_ authority: String) -> Bool {
    if authority == "[::1]" || authority.hasPrefix("[::1]:") { return true }
    let host = authority.prefix { $0 != ":" }
    if host.lowercased() == "localhost" { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127"
      && parts.allSatisfy { $0.utf8.allSatisfy { (0x30...0x39).contains($0) } && UInt8($0) != nil }
  }
}
