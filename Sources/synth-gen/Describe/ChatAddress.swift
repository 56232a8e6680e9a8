import MillraceCore

/// Where chat completions are asked for: OpenAI, a gateway, or a server of one's own that speaks the same.
///
/// The base may have a path or not, a slash at its end or not, and a query, which Azure's gateways want with every request.
struct ChatAddress: Sendable {
  static let usualBase = "https://api.openai.com/v1"
  static let baseVariable = "OPENAI_BASE_URL"
  static let keyVariable = "OPENAI_API_KEY"

  private let place: ServiceAddress
  /// With its question mark; empty for none.
  private let query: String
  private let key: String?
  private let scopes: [HTTPHeader]
  /// The address as it may be written anywhere.
  let text: String

  /// - Parameters:
  ///   - base: what `--base-url` says; nil for what the environment says, or else OpenAI's own.
  /// - Throws: when the address, the key or another variable cannot be what it stands for, and when the key would be sent
  ///   in the clear.
  init(base: String?, environment: [String: String]) throws(Failure) {
    let variables = environment.filter { !$0.value.isEmpty }
    let (folder, query) = Self.parts(of: base ?? variables[Self.baseVariable] ?? Self.usualBase)
    do throws(Failure) {
      place = try ServiceAddress(folder, example: Self.usualBase)
    } catch {
      guard base == nil else { throw error }
      throw Failure(
        .badConfiguration, "\(Self.baseVariable) is \(error.message)",
        advice: "set it to one such as \(Self.usualBase), or unset it")
    }
    guard !query.contains("#"), query.unicodeScalars.allSatisfy({ (0x21...0x7e).contains($0.value) }) else {
      throw Failure(
        base == nil ? .badConfiguration : .usage, "not the address of a service: its query holds what no URL has",
        advice: "write it percent-encoded")
    }
    self.query = query
    text = CommandLineText.redactingURL(String(place.text.dropLast()) + query)
    key = try place.key(
      variables[Self.keyVariable], from: Self.keyVariable, place: "https://platform.openai.com/api-keys")
    scopes = try Self.scopes(variables)
  }

  /// What a person writes as a base, as the folder that `chat/completions` lies in, and the query.
  private static func parts(of base: String) -> (folder: String, query: String) {
    let question = base.firstIndex(of: "?") ?? base.endIndex
    var folder = withoutTrailingSlashes(String(base[..<question]))
    let query = base[question...]
    // Some providers show the whole address.
    let completions = "/chat/completions"
    if folder.hasSuffix(completions) { folder = withoutTrailingSlashes(String(folder.dropLast(completions.count))) }
    let authority = folder.split(separator: "/", omittingEmptySubsequences: true).dropFirst()
    // A server that is named alone has its answers where OpenAI has them.
    if authority.count == 1, folder.hasPrefix("http://") || folder.hasPrefix("https://") { folder += "/v1" }
    return (folder, query == "?" ? "" : String(query))
  }

  private static func scopes(_ variables: [String: String]) throws(Failure) -> [HTTPHeader] {
    var headers: [HTTPHeader] = []
    for (variable, name) in [("OPENAI_ORG_ID", "OpenAI-Organization"), ("OPENAI_PROJECT_ID", "OpenAI-Project")] {
      guard let value = variables[variable].map({ String($0.trimmed) }), !value.isEmpty else { continue }
      guard value.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
        throw Failure(
          .badConfiguration, "\(variable) holds characters that are in no identifier",
          advice: "see https://platform.openai.com/settings for the right one, or unset it")
      }
      headers.append(HTTPHeader(name, value))
    }
    return headers
  }

  // MARK: Requests

  /// Where completions are asked for.
  var url: String { place.url("chat/completions") + query }

  var headers: [HTTPHeader] {
    var headers = [HTTPHeader("Content-Type", "application/json"), HTTPHeader("Accept", "application/json")]
    if let key {
      headers.append(HTTPHeader("Authorization", "Bearer \(key)"))
      if isAzure { headers.append(HTTPHeader("api-key", key)) }
    }
    return headers + scopes
  }

  /// Whose budget requests are counted against: host and port.
  var host: String { place.host }
  /// What else they are counted against.
  var budgetKey: String? { key }

  /// Whether nobody is answered there without a key, and there is none: asking would be in vain.
  var lacksKey: Bool { key == nil && (isOpenAI || isAzure) }

  /// Whether the newest models are found there, which take `max_completion_tokens` alone.
  var isOpenAI: Bool { hostName == "api.openai.com" }

  private var isAzure: Bool {
    [".openai.azure.com", ".cognitiveservices.azure.com", ".services.ai.azure.com"].contains { hostName.hasSuffix($0) }
  }

  private var hostName: String { String(host.prefix { $0 != ":" }).lowercased() }

  // MARK: Words of the service

  /// A server's words for a message: one short line without the key, or anything that looks like a part of it.
  func quoted(_ text: String) -> String { serverText(redacted(text), without: key) }

  /// The words of a text without the key, or anything that looks like a part of it.
  func redacted(_ text: String) -> String {
    guard let key else { return text }
    let whole = text.split(separator: key, omittingEmptySubsequences: false).joined(separator: "REDACTED")
    return whole.split { $0.isWhitespace }.map { Self.shares($0, with: key) ? "REDACTED" : String($0) }
      .joined(separator: " ")
  }

  /// Whether the key is in a text.
  func isKey(in text: String) -> Bool { key.map { text.contains($0) } ?? false }

  /// Characters in a row that a word has of the key only when it tells of it.
  private static let mostShared = 6

  private static func shares(_ word: Substring, with key: String) -> Bool {
    let (word, key) = (Array(word.utf8), Array(key.utf8))
    guard word.count >= mostShared, key.count >= mostShared, word.count <= 4096 else { return word.count > 4096 }
    var parts: Set<ArraySlice<UInt8>> = []
    for start in 0...key.count - mostShared { parts.insert(key[start..<start + mostShared]) }
    return (0...word.count - mostShared).contains { parts.contains(word[$0..<$0 + mostShared]) }
  }
}
