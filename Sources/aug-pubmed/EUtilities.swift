import MillraceCore

/// NCBI's E-utilities: how they are called, and what their answers are worth.
///
/// After "Entrez Programming Utilities Help" (NCBI Bookshelf NBK25501, chapters 2 and 4), and after answers that it does
/// not document: failures come with status 200, as XML, JSON or HTML.
struct EUtilities: Sendable {
  /// In messages.
  static let serviceName = "PubMed"
  /// The terms under which NCBI gives its data.
  static let policies = "https://www.ncbi.nlm.nih.gov/home/about/policies/"

  static let usualBase = "https://eutils.ncbi.nlm.nih.gov/entrez/eutils/"
  /// Seconds between requests. NCBI allows 3 a second, or 10 with a key; intervals of exactly a third of a second still draw
  /// refusals.
  static func interval(hasKey: Bool) -> Double { hasKey ? 0.11 : 0.4 }
  /// Identifiers of one EFetch request.
  static let mostIdentifiers = 200
  /// ESearch gives the first of so many articles, however many match.
  static let mostSearchResults = 9999
  /// Longer parameters go into the body of a POST: servers answer 414 to long URLs.
  private static let longestQuery = 1500

  enum Call: String, Sendable {
    case esearch, efetch
  }

  private let place: ServiceAddress
  let email: String?
  let key: String?

  /// - Parameter base: the folder that `esearch.fcgi` lies in.
  /// - Throws: a usage failure when it is no URL of the web; bad configuration for what cannot be a key or an address for
  ///   letters, and for a key that would be sent in the clear.
  init(base: String, email: String?, key: String?) throws(Failure) {
    place = try ServiceAddress(base, example: Self.usualBase)
    guard email.map(Self.isAddress) ?? true else {
      // The one of the command line was looked at before.
      throw Failure(
        .badConfiguration, "NCBI_EMAIL is no e-mail address: \"\(printable(email ?? ""))\"",
        advice: "NCBI writes to it before it blocks anybody; name@example.org is one")
    }
    self.email = email
    self.key = try place.key(key, from: "NCBI_API_KEY", place: "the account settings at NCBI")
  }

  /// The base as it may be written anywhere.
  var address: String { place.text }
  /// Whose budget requests are counted against.
  var host: String { place.host }

  /// Whether it looks like an address for letters: an @ with something on both sides, and nothing that breaks a line.
  static func isAddress(_ text: String) -> Bool {
    let parts = text.split(separator: "@", omittingEmptySubsequences: false)
    return parts.count == 2 && parts.allSatisfy { !$0.isEmpty }
      && text.unicodeScalars.allSatisfy { !$0.properties.isWhitespace && $0.properties.generalCategory != .control }
  }

  /// Tells of an interval at which NCBI's own service blocks its user: it counts 3 requests a second, or 10 with a key.
  func check(interval: Double) throws(Failure) {
    let name = host.lowercased().prefix { $0 != ":" }
    guard name == "ncbi.nlm.nih.gov" || name.hasSuffix(".ncbi.nlm.nih.gov") else { return }
    let shortest = key == nil ? 0.334 : 0.1
    guard interval < shortest else { return }
    throw Failure(
      .usage, "--interval \(interval) is less than NCBI allows, and it blocks who asks faster",
      advice: key == nil
        ? "0.334 is the least, and 0.1 with a key in NCBI_API_KEY" : "0.1 is the least, with a key")
  }

  /// A request with who asks and the key, which appear nowhere else.
  func request(_ call: Call, _ parameters: FormParameters) -> HTTPRequest {
    var all = parameters
    all.append("tool", "millrace")
    if let email { all.append("email", email) }
    if let key { all.append("api_key", key) }
    let url = place.url("\(call.rawValue).fcgi")
    let encoded = all.encoded
    if encoded.utf8.count <= Self.longestQuery { return HTTPRequest(.get, "\(url)?\(encoded)") }
    return HTTPRequest(.post, url, body: Array(encoded.utf8))
  }

  /// What an answer is kept under.
  func cacheKey(_ call: Call, _ parameters: FormParameters) -> String {
    "\(call.rawValue) \(address) \(parameters.encoded)"
  }

  /// What an article is kept under.
  func cacheKey(_ pmid: PMID) -> String { "\(Call.efetch.rawValue) \(address) pubmed \(pmid)" }

  // MARK: What an answer is worth

  /// What is wrong with an answer whatever was asked; nil when it is XML without an error.
  func fault(of response: HTTPResponse) -> ServiceFault? {
    let body = response.body
    let opening = body.prefix(1024).drop { $0 == 0x20 || (0x09...0x0d).contains($0) }
    if response.status == 407 { return .fatal(addressFailure(407)) }
    if opening.first == UInt8(ascii: "{") {
      let fault = jsonFault(response)
      if case .transient = fault, response.status == 403 { return .fatal(addressFailure(403)) }
      return fault
    }
    let isHTML = Self.isHTML(opening)
    if response.status == 414 { return .permanent("the request is too long for the service") }
    if response.status == 429 { return .tooFast("the service calls for fewer requests") }
    if RetryPolicy.isTransient(status: response.status) {
      return .transient("status \(response.status)\(isHTML ? " with an HTML page" : "")")
    }
    if isHTML, response.status == 200 { return .transient("an HTML page instead of XML, of a proxy perhaps") }
    if response.status == 403 { return .fatal(addressFailure(403)) }
    if let error = Self.errorElement(body) {
      // With status 200 the words may be those of a query.
      return response.status == 400 && Self.isOfKey(error) ? .fatal(keyRefused) : fault(onError: error)
    }
    guard response.status == 200 else {
      if response.status == 400 { return .permanent("status 400") }
      return .fatal(addressFailure(response.status))
    }
    return opening.isEmpty ? .transient("an empty answer") : nil
  }

  private static func isHTML(_ opening: some Collection<UInt8>) -> Bool {
    let text = String(decoding: opening, as: UTF8.self).lowercased()
    return text.hasPrefix("<!doctype html") || text.contains("<html")
  }

  /// The text of `<ERROR>`, which EFetch and ESearch send in answers of a few lines.
  private static func errorElement(_ body: [UInt8]) -> String? {
    guard body.count < 1 << 16, let document = try? XMLLeaves(body) else { return nil }
    return document.leaves.first { $0.path == "ERROR" || $0.path.hasSuffix("/ERROR") }?.text
  }

  /// Whether an error is about the key from its first word on, as those of NCBI's gateway are.
  private static func isOfKey(_ text: String) -> Bool {
    let lower = text.trimmed.lowercased()
    return lower.hasPrefix("api key") || lower.hasPrefix("api-key")
  }

  /// What the service says is wrong: with the request, or with itself for now. Its text may quote a query.
  func fault(onError text: String) -> ServiceFault {
    let told = "\"\(serverText(text, without: key))\""
    let lower = text.lowercased()
    if lower.contains("rate limit exceeded") { return .tooFast("the service says \(told)") }
    let permanent = [
      "invalid uid", "empty id list", "id parameter is empty", "neither query_key nor id", "invalid db",
      "empty term", "cannot be larger than", "too many uids", "id list is empty",
    ]
    let reason = "the service says \(told)"
    return permanent.contains { lower.contains($0) } ? .permanent(reason) : .transient(reason)
  }

  /// `{"error":"API rate limit exceeded","api-key":"…",…}`, with whatever status. The rest of it may hold the key.
  private func jsonFault(_ response: HTTPResponse) -> ServiceFault {
    let value = unsafe response.body.withUnsafeBytes { bytes in
      unsafe bytes.count < 1 << 16 ? try? JSONValue.parse(bytes, maximumDepth: 16) : nil
    }
    guard let error = value?["error"]?.text else {
      if response.status == 429 { return .tooFast("the service calls for fewer requests") }
      return response.status == 400
        ? .permanent("status 400 with JSON instead of XML") : .transient("JSON instead of XML")
    }
    let lower = error.lowercased()
    let isOfKey = lower.contains("api key") || lower.contains("api-key")
    if isOfKey, !lower.contains("rate limit") { return .fatal(keyRefused) }
    let fault = fault(onError: error)
    if case .transient(let reason) = fault, response.status == 400 { return .permanent(reason) }
    if case .transient(let reason) = fault, response.status == 429 { return .tooFast(reason) }
    return fault
  }

  private func addressFailure(_ status: Int) -> Failure { place.failure(status: status, file: "esearch.fcgi") }

  private var keyRefused: Failure {
    Failure(
      .badConfiguration, "the service refuses the key in NCBI_API_KEY",
      advice: "see the account settings at NCBI for the right one, or unset it and go at 3 requests a second")
  }
}
