import MillraceCore
import Support
import Testing

@testable import aug_pubmed

/// How E-utilities are called, and what their answers are worth.
@Suite struct EUtilitiesTests {
  private let utilities: EUtilities

  init() throws { utilities = try EUtilities(base: "https://example.org/e", email: "a@b", key: "SECRETKEY") }

  enum Worth: String { case none, transient, tooFast, spent, permanent, key, address }

  private func worth(_ status: Int, _ body: [UInt8]) -> Worth {
    let verdict = utilities.fault(
      of: HTTPResponse(status: status, url: "https://example.org/", headers: [], body: body))
    let text = String(describing: verdict)
    #expect(!text.contains("SECRETKEY"), "\(text)")
    switch verdict {
    case nil: return .none
    case .transient: return .transient
    case .tooFast: return .tooFast
    case .spent: return .spent
    case .permanent: return .permanent
    case .fatal(let failure): return failure.status == .badConfiguration ? .key : .address
    }
  }

  @Test(arguments: [
    (200, "<eSearchResult><Count>0</Count></eSearchResult>", Worth.none),
    (200, "\u{feff}<?xml version=\"1.0\"?><eSearchResult/>", .none), (200, "", .transient), (200, " \n", .transient),
    (200, #"{"error":"API rate limit exceeded","count":"11"}"#, .tooFast),
    (429, #"{"error":"API rate limit exceeded","api-key":"SECRETKEY","count":"4","limit":"3"}"#, .tooFast),
    (429, "", .tooFast), (429, "<html>slow</html>", .tooFast), (429, "{", .tooFast),
    (429, #"{"error":"SECRETKEY is busy"}"#, .tooFast),
    (
      400, "{\"error\":\"API key invalid\",\"api-key\":\"SECRETKEY\",\"type\":\"invalid\",\n\"status\":\"unknown\"}",
      .key
    ),
    (200, #"{"error":"API key invalid","api-key":"SECRETKEY"}"#, .key),
    (
      500, "{\"error\":\"error forwarding request\",\"api-key\":\"SECRETKEY\",\"type\":\"ip\",\n\"status\":\"ok\"}",
      .transient
    ),
    (500, "<html>SECRETKEY</html>", .transient), (502, "", .transient), (503, "x", .transient), (504, "", .transient),
    (408, "", .transient), (200, "<!DOCTYPE html><html>sign in</html>", .transient),
    (200, "  <HTML>", .transient), (200, #"{"esearchresult":{"count":"#, .transient), (400, "{}", .permanent),
    (200, "<eSearchResult><ERROR>Invalid db name specified: x SECRETKEY</ERROR></eSearchResult>", .permanent),
    (200, "<eSearchResult><ERROR>Search Backend failed: SECRETKEY</ERROR></eSearchResult>", .transient),
    (
      200,
      "<eSearchResult><ERROR>Search Backend failed: Exception:\n'retstart' cannot be larger than 9998.</ERROR></eSearchResult>",
      .permanent
    ),
    (
      400,
      "<eFetchResult>\n\t<ERROR> Error: External viewer error: Empty Response. Bytes read: 0 Status: Timeout</ERROR></eFetchResult>",
      .transient
    ),
    (400, "<eFetchResult><ERROR>ID list is empty! Possibly it has no correct IDs.</ERROR></eFetchResult>", .permanent),
    (200, "<eFetchResult><ERROR>API rate limit exceeded</ERROR></eFetchResult>", .tooFast),
    // A row's own words, or NCBI's gateway.
    (
      200, "<eSearchResult><ERROR>Can't run query: api key invalid AND heart rate limit</ERROR></eSearchResult>",
      .transient
    ),
    (400, "<eSearchResult><ERROR>Can't run query: api key invalid</ERROR></eSearchResult>", .transient),
    (200, "<eSearchResult><ERROR>API key invalid</ERROR></eSearchResult>", .transient),
    (400, "<eSearchResult><ERROR> API key invalid</ERROR></eSearchResult>", .key),
    (407, "<html>sign in</html>", .address), (407, "{}", .address), (403, "<html>", .address), (403, "{}", .address),
    (403, "<eSearchResult><ERROR>x</ERROR></eSearchResult>", .address),
    (403, #"{"error":"API key invalid"}"#, .key), (403, #"{"error":"API rate limit exceeded"}"#, .tooFast),
    (400, "", .permanent), (414, "<html>", .permanent), (404, "<html>", .address), (403, "no", .address),
    (301, "", .address),
    (204, "", .address),
  ])
  func answersAreJudgedByTheirBodies(status: Int, body: String, expected: Worth) {
    #expect(worth(status, Array(body.utf8)) == expected)
  }

  @Test(.enabled(if: fixtures != nil, "MILLRACE_FIXTURES names no folder of real input"))
  func recordedAnswersAreJudged() throws {
    let folder = "\(fixtures ?? "")/pubmed"
    let messages: [(String, Int, Worth)] = [
      ("eutils-messages/429_documented.json", 200, .tooFast), ("eutils-messages/429_documented.json", 429, .tooFast),
      ("eutils-messages/429_rate_limit.json", 429, .tooFast), ("eutils-messages/429_rate_limit.json", 400, .tooFast),
      ("eutils-messages/esearch_backend_error.json", 200, .transient),
      ("eutils-xml/biopython_epost3.xml", 200, .permanent), ("eutils-xml/biopython_esummary8.xml", 200, .permanent),
      ("eutils-xml/biopython_esearch3.xml", 200, .none), ("eutils-xml/biopython_esearch7.xml", 200, .none),
      ("eutils-xml/lagotto_pub_med_esearch_pmid.xml", 200, .none), ("eutils-xml/biopython_epost1.xml", 200, .none),
    ]
    for (name, status, expected) in messages {
      #expect(worth(status, try #require(readFile("\(folder)/\(name)"))) == expected, "\(name)")
    }
    let recordings = names(ofFolder: "\(folder)/recorded-http").filter { !$0.hasSuffix(".head.json") }.sorted()
    #expect(recordings.count > 20)
    for name in recordings {
      let stem = name.split(separator: ".").dropLast().joined(separator: ".")
      let head = try #require(readFile("\(folder)/recorded-http/\(stem).head.json"))
      let status = try #require(try JSONValue.parse(String(decoding: head, as: UTF8.self))["status"]?.integer)
      let expected: Worth =
        name.hasSuffix(".html") ? .permanent : name.contains("genbank2uid_fails") ? .permanent : .none
      #expect(worth(status, try #require(readFile("\(folder)/recorded-http/\(name)"))) == expected, "\(name) \(status)")
    }
  }

  @Test func wordsOfTheServiceAreShortAndPrintable() {
    let long = String(repeating: "x", count: 5000)
    let verdict = utilities.fault(onError: "a\n\u{1b}[31m  SECRETKEY b \(long)")
    guard case .transient(let reason) = verdict else {
      Issue.record("\(verdict)")
      return
    }
    #expect(reason.count < 260)
    #expect(reason.hasPrefix("the service says \"a "))
    #expect(reason.contains("REDACTED b xxx"))
    #expect(!reason.unicodeScalars.contains { $0.value < 0x20 })
  }

  @Test func longParametersArePosted() {
    let short = utilities.request(.esearch, FormParameters([("term", "a b")]))
    #expect(short.method == .get)
    #expect(short.url == "https://example.org/e/esearch.fcgi?term=a%20b&tool=millrace&email=a%40b&api_key=SECRETKEY")
    let long = utilities.request(.efetch, FormParameters([("id", String(repeating: "1,", count: 800))]))
    #expect(long.method == .post)
    #expect(long.url == "https://example.org/e/efetch.fcgi")
    #expect(String(decoding: long.body, as: UTF8.self).hasSuffix("&tool=millrace&email=a%40b&api_key=SECRETKEY"))
    let key = utilities.cacheKey(.esearch, FormParameters([("term", "x")]))
    #expect(key == "esearch https://example.org/e/ term=x")
  }

  @Test func namesAndPasswordsOfAGatewayAreWrittenNowhere() throws {
    let gateway = try EUtilities(base: "https://me:pass@Gate.example.org:8443/e/", email: nil, key: nil)
    #expect(
      gateway.request(.esearch, FormParameters()).url
        == "https://me:pass@Gate.example.org:8443/e/esearch.fcgi?tool=millrace")
    #expect(gateway.address == "https://REDACTED@Gate.example.org:8443/e/")
    #expect(gateway.host == "Gate.example.org:8443")
    #expect(!gateway.cacheKey(.esearch, FormParameters()).contains("pass"))
    let pmid = try #require(unsafe Array("7".utf8).withUnsafeBytes { unsafe PMID(digits: $0) })
    #expect(gateway.cacheKey(pmid) == "efetch https://REDACTED@Gate.example.org:8443/e/ pubmed 7")
    guard
      case .fatal(let failure) = gateway.fault(of: HTTPResponse(status: 404, url: "", headers: [], body: []))
    else {
      Issue.record("404 is not fatal")
      return
    }
    #expect(failure.message == "https://REDACTED@Gate.example.org:8443/e/ answers with status 404")
  }

  @Test(arguments: [
    "", "ftp://x/", "http://", "https://x/?a=b", "https://x/#y", "https://a b/", "x", "https://u:p@x/?api_key=9",
  ])
  func whatIsNoAddressIsRefused(base: String) {
    let failure = #expect(throws: Failure.self) { try EUtilities(base: base, email: nil, key: nil) }
    #expect(failure?.status == .usage)
    #expect(failure?.message.hasPrefix("not the address of a service: ") == true)
    #expect(failure?.message.contains("u:p") == false)
  }

  @Test(arguments: [("", nil), ("  ", nil), (" k1 \r\n", "k1"), ("a&b=c%d+e", "a&b=c%d+e")] as [(String, String?)])
  func keysAreTakenWithoutSpaceAround(text: String, key: String?) throws {
    #expect(try EUtilities(base: "https://x", email: nil, key: text).key == key)
  }

  @Test(
    arguments: [
      ("https://example.org/", true), ("http://example.org/", false), ("http://example.org:443/", false),
      ("http://localhost/", true), ("http://LOCALHOST:8080/e", true), ("http://127.0.0.1:80", true),
      ("http://127.255.3.4/", true), ("http://[::1]/", true), ("http://[::1]:8080/e/", true),
      ("http://u:p@127.0.0.1/", true), ("http://127.0.0.1@example.org/", false),
      ("http://localhost.example.org/", false),
      ("http://127.0.0.1.example.org/", false), ("http://127.0.0.256/", false), ("http://127.0.1/", false),
      ("http://128.0.0.1/", false), ("http://[::2]/", false), ("http://[::1].example.org/", false),
      ("http://127.0.0.+1/", false), ("http://10.0.0.1/", false),
    ] as [(String, Bool)]) func keysAreSentInTheClearOnThisMachineAlone(base: String, isAllowed: Bool) throws
  {
    _ = try EUtilities(base: base, email: nil, key: nil)
    if isAllowed {
      _ = try EUtilities(base: base, email: nil, key: "SECRETKEY")
    } else {
      let failure = #expect(throws: Failure.self) { try EUtilities(base: base, email: nil, key: "SECRETKEY") }
      #expect(failure?.status == .badConfiguration)
      #expect(failure?.message.hasPrefix("the key in NCBI_API_KEY would be sent to ") == true)
      #expect(failure?.description.contains("SECRETKEY") == false)
    }
  }

  @Test(arguments: [
    ("a@b", true), ("Some.One+x@example.org", true), ("ü@example.org", true), ("", false), ("@", false), ("a@", false),
    ("@b", false), ("ab", false), ("a@b@c", false), ("a @b", false), ("a@b\n", false), ("a@b\u{0}", false),
    ("a\u{a0}@b", false), ("a\u{7f}@b", false),
  ])
  func addressesForLetters(text: String, isAddress: Bool) {
    #expect(EUtilities.isAddress(text) == isAddress)
  }

  @Test(arguments: ["a b", "a\nb", "ключ", "a\u{0}b"]) func whatCannotBeAKeyIsToldWithoutIt(text: String) {
    let failure = #expect(throws: Failure.self) { try EUtilities(base: "https://x", email: nil, key: text) }
    #expect(failure?.status == .badConfiguration)
    #expect(failure?.message == "NCBI_API_KEY holds characters that are in no key")
    #expect(failure?.description.contains(text) == false)
  }

  @Test(
    arguments: [
      (EUtilities.usualBase, nil, 0.334, true), (EUtilities.usualBase, nil, 0.33, false),
      (EUtilities.usualBase, "k", 0.1, true),
      (EUtilities.usualBase, "k", 0.09, false), ("http://WWW.ncbi.nlm.nih.gov:443/e/", nil, 0, false),
      ("http://ncbi.nlm.nih.gov.example.org/", nil, 0, true), ("http://127.0.0.1:80/", nil, 0, true),
      ("http://notncbi.nlm.nih.gov/", nil, 0, true), (EUtilities.usualBase, nil, 100, true),
    ] as [(String, String?, Double, Bool)])
  func nobodyAsksNCBIFasterThanItAllows(base: String, key: String?, interval: Double, isAllowed: Bool) throws {
    let utilities = try EUtilities(base: base, email: nil, key: key)
    if isAllowed {
      try utilities.check(interval: interval)
    } else {
      let failure = #expect(throws: Failure.self) { try utilities.check(interval: interval) }
      #expect(failure?.status == .usage)
    }
  }

  @Test func recordsAreCutOutOfTheirAnswer() {
    let text = """
      <?xml version="1.0"?><!DOCTYPE PubmedArticleSet><PubmedArticleSet><!-- <PubmedArticle> --><?p <PubmedArticle>?>
      <PubmedArticle a="1"><T>x<![CDATA[</PubmedArticle>]]></T><PubmedArticleSetLike/></PubmedArticle >
      <PubmedBookArticle><PubmedArticle>in</PubmedArticle></PubmedBookArticle><DeleteCitation><PMID>1</PMID></DeleteCitation>
      </PubmedArticleSet>
      """
    let bytes = Array(text.utf8)
    let pieces = ArticleSplitter.records(in: bytes).map { String(decoding: bytes[$0], as: UTF8.self) }
    #expect(pieces.count == 2)
    #expect(pieces.first?.hasPrefix("<PubmedArticle a=") == true)
    #expect(pieces.first?.hasSuffix("</PubmedArticle >") == true)
    #expect(pieces.last == "<PubmedBookArticle><PubmedArticle>in</PubmedArticle></PubmedBookArticle>")
    #expect(ArticleSplitter.records(in: []).isEmpty)
    for length in 0..<bytes.count { _ = ArticleSplitter.records(in: Array(bytes.prefix(length))) }
  }
}
