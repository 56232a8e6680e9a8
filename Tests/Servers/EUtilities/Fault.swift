import Support

/// A way in which the server misbehaves.
public enum Fault: String, ServerFault {
  case tooMany = "429"
  case tooManySeconds = "429-retry-after"
  case tooManyDate = "429-date"
  case tooManyIn200 = "429-in-200"
  case badGateway = "502"
  case forwarding = "500-json"
  case internalError = "500-html"
  case reset
  case resetMidway = "reset-midway"
  case stall
  case stallMidway = "stall-midway"
  case cut
  case cutAgreeing = "cut-agreeing"
  case errorIn200 = "error-200"
  case errorIn400 = "error-400"
  case prologOnly = "prolog-only"
  case htmlIn200 = "html-200"
  case jsonIn200 = "json-200"
  case emptyIn200 = "empty-200"
  case tooLong = "414"
  case wrongKey = "400-key"
  case forbidden = "403"
  case notFound = "404"
  case endless
  case redirectLoop = "redirect-loop"
  case redirectElsewhere = "redirect-elsewhere"
  case slow
  case wrongArticles = "wrong-articles"
  case missingArticles = "missing-articles"

  public var explanation: String {
    switch self {
    case .tooMany: "429, the limit's JSON body, no Retry-After"
    case .tooManySeconds: "429 with Retry-After: 1"
    case .tooManyDate: "429 with a Retry-After date one to two seconds ahead"
    case .tooManyIn200: "the limit's JSON body with status 200"
    case .badGateway: "502 with an HTML page"
    case .forwarding: "500 with the JSON body \"error forwarding request\""
    case .internalError: "500 with an HTML page"
    case .reset: "the connection is reset before any byte"
    case .resetMidway: "the connection is reset in the middle of the body"
    case .stall: "no byte comes, and the connection stays open"
    case .stallMidway: "half of the body comes, and the connection stays open"
    case .cut: "half of the body, Content-Length names the whole"
    case .cutAgreeing: "half of the document, whole and valid as a transfer"
    case .errorIn200: "<ERROR> in a result with status 200"
    case .errorIn400: "the viewer's timeout, <ERROR> with status 400"
    case .prologOnly: "declaration and DOCTYPE without a root, status 200"
    case .htmlIn200: "a proxy's login page with status 200"
    case .jsonIn200: "JSON that is none of E-utilities', cut, status 200"
    case .emptyIn200: "no body, status 200"
    case .tooLong: "414 with an HTML page"
    case .wrongKey: "400 with the JSON body \"API key invalid\""
    case .forbidden: "403 with an HTML page"
    case .notFound: "404 with an HTML page"
    case .endless: "a body without end"
    case .redirectLoop: "302 to a page that redirects to itself"
    case .redirectElsewhere: "302 to a page on another host name, localhost"
    case .slow: "the right answer, late"
    case .wrongArticles: "EFetch answers other articles than those asked for"
    case .missingArticles: "EFetch leaves out a third of the articles"
    }
  }

  /// EFetch alone has articles to get wrong.
  public func applies(to subjects: [String]) -> Bool {
    switch self {
    case .wrongArticles, .missingArticles: subjects.contains("efetch")
    default: true
    }
  }
}

/// Faults of one utility ("efetch"), or of all.
public typealias FaultPlan = ServerFaultPlan<Fault>
