import MillraceCore

/// What Alpha Vantage says instead of giving data. Nearly always the status is 200, and the body is JSON also where CSV was
/// asked for, so the words alone tell one trouble from another.
struct AlphaVantageMessage: Error, Sendable, Equatable {
  enum Kind: Sendable, Equatable {
    /// The symbol or the function does not exist: permanent, of this row alone.
    case invalidCall
    case keyMissingOrInvalid
    /// The key "demo" answers a few examples only.
    case demoKey
    /// No more requests today. The text repeats the key.
    case dayQuota
    /// Too many requests at once: a second is enough. The text tells of the requests per day as well.
    case burst
    /// Too many requests in a minute.
    case minuteLimit
    /// The function is not for this key.
    case premiumEndpoint
    /// `outputsize=full` is not for this key; compact is.
    case premiumOutputSize
    /// `{}`, or a series without a day.
    case noData
    /// Words that are none of these, with the name of the member that holds them.
    case other(member: String)
  }

  var kind: Kind
  /// The service's words in one short line, without the key.
  var text: String

  init(_ kind: Kind, _ text: String) {
    self.kind = kind
    self.text = text
  }

  /// Seconds after which the minute limit has room again.
  static let minuteLimitPause = 60.0
  /// Of words that are looked at.
  private static let mostBytes = 4096

  /// The members that hold words for a person; data has none of them at its top.
  private static let members = [
    "Error Message", "Information", "Note", "message", "Message", "detail", "error", "Error", "errorMessage", "info",
    "warning",
  ]

  /// The message in an answer; nil for what may be data, and for what is not readable as either.
  ///
  /// An answer whose status is not 200 is judged by it when the words are none that are known.
  /// - Parameters:
  ///   - body: As it came, of a request for JSON or for CSV.
  ///   - key: The key that was sent; it does not come out.
  init?(status: Int = 200, body: [UInt8], key: String?) {
    let start = body.withoutByteOrderMark
    if status == 200, let first = start.first(where: { !$0.isBlank }), first.isLetter {
      // A sentence by itself; a table begins with names of columns, which mean nothing of this kind.
      let words = String(decoding: start.prefix(Self.mostBytes), as: UTF8.self)
      guard let kind = Self.kind(of: Self.redacted(words, key: nil)) else { return nil }
      self.init(kind, Self.line(Self.redacted(words, key: key)))
      return
    }
    guard start.first(where: { !$0.isBlank }) == UInt8(ascii: "{"),
      let document = try? JSONValue.parse(bytes: start, maximumDepth: 16), let members = document.members
    else { return nil }
    self.init(status: status, members: members, key: key)
  }

  /// The message in the members of a document.
  init?(status: Int = 200, members: [JSONValue.Member], key: String?) {
    if members.isEmpty {
      guard status == 200 else { return nil }
      self.init(.noData, "no data")
      return
    }
    let lower = Self.members.map { $0.lowercased() }
    guard
      let member = members.first(where: { lower.contains($0.name.lowercased().trimmingBlanks) })
    else { return nil }
    // A text that is no string, such as an object of details, is told as it stands.
    let words = String(decoding: (member.value.text ?? member.value.json).utf8.prefix(Self.mostBytes), as: UTF8.self)
    // The key may spell anything, so it is taken out where it is repeated; not everywhere, since it may be "demo".
    let kind = Self.kind(of: Self.redacted(words, key: nil))
    if kind == nil, status != 200 { return nil }
    self.init(kind ?? .other(member: member.name.trimmingBlanks), Self.line(Self.redacted(words, key: key)))
  }

  // MARK: Words

  /// The kind of a text.
  ///
  /// The order matters. Advertisement for premium plans stands in all texts about limits; what they lift is not what was
  /// exceeded. The first words that tell the cause count.
  static func kind(of text: String) -> Kind? {
    let words = text.lowercased()
    func has(_ parts: String...) -> Bool { parts.contains { words.contains($0) } }
    if has("invalid api call", "invalid inputs") || (has("api function") && has("not exist")) { return .invalidCall }
    if has("demo purposes", "**demo**", "demo api key", "demo key") { return .demoKey }
    let isOfKey = has("apikey", "api key", "api-key", "api_key")
    let isOfLimit = has("rate limit", "call frequency", "per day", "per minute", "per second", "call volume", "daily")
    if isOfKey, !isOfLimit, !has("is a premium"),
      has(
        "invalid", "missing", "not valid", "valid api", "a valid", "incorrect", "unauthori", "expired", "activated",
        "disabled",
        "blocked", "suspended", "not recogni", "unknown", "revoked", "claim your free")
    {
      return .keyMissingOrInvalid
    }
    if has("spreading out", "sparingly", "burst pattern", "burst limit exceed", "spread requests") { return .burst }
    if has("outputsize", "output size"), has("premium", "subscribe", "subscription") { return .premiumOutputSize }
    if has("is a premium", "are premium", "premium feature", "premium only", "premium-only", "only available") {
      return .premiumEndpoint
    }
    if has("per minute", "minute-level", "minute level", "a minute", "/minute", "/min") { return .minuteLimit }
    if has("per day", "daily", "a day", "/day", "today", "24 hours", "tomorrow") { return .dayQuota }
    if has("per second", "a second", "/second", "too fast", "too quickly", "slow down") { return .burst }
    // Of an unknown span: a minute is the longest but the day, which is told by its name.
    if has(
      "call frequency", "rate limit", "call volume", "request volume", "too many", "throttl", "limit exceed",
      "limit reached",
      "limit is reached", "quota")
    {
      return .minuteLimit
    }
    if has("premium", "subscribe", "subscription", "entitle", "not included in your") { return .premiumEndpoint }
    if has(
      "no data found", "no data available for", "invalid symbol", "symbol not", "not found", "does not exist",
      "not exist", "not supported", "unknown symbol", "invalid parameter")
    {
      return .invalidCall
    }
    return nil
  }

  /// A text without the key that was sent, and without any that the service names as the one it detected.
  static func redacted(_ text: String, key: String?) -> String {
    var text = text
    // The key of the service's examples is no secret, and its word stands in sentences.
    if let key, !key.isEmpty, key != "demo" { text = text.replacing(every: key, with: mark) }
    for lead in ["api key as ", "apikey=", "api key: ", "apikey: ", "api_key=", "your key "] {
      text = text.replacingWord(behind: lead, with: mark)
    }
    return text
  }

  private static let mark = "REDACTED"

  /// One line that fits into a message.
  private static func line(_ text: String) -> String {
    let line = text.prefix(2000).split { $0.isWhitespace }.joined(separator: " ")
    return printable(line.count <= 300 ? line : line.prefix(299) + "…")
  }
}

extension JSONValue {
  /// The same as `parse` of a buffer, for an answer that is held as an array.
  static func parse(bytes: ArraySlice<UInt8>, maximumDepth: Int) throws(Failure) -> JSONValue {
    let buffer = ByteBuffer(Array(bytes))
    return try unsafe parse(buffer.bytes, maximumDepth: maximumDepth)
  }
}

extension UInt8 {
  fileprivate var isLetter: Bool { (0x61...0x7a).contains(self | 0x20) }
}
