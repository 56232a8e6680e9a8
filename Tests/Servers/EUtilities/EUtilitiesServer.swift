import Glibc
import Support
import Synchronization

/// A server on 127.0.0.1 that behaves like NCBI's E-utilities for PubMed, and misbehaves as it is told.
///
///     let server = EUtilitiesServer(EUtilitiesServer.Configuration(requestsPerSecond: 0))
///     // server.baseURL is "http://127.0.0.1:PORT/entrez/eutils/"
///
/// Words of queries: those of the records; gene symbols (capitals and digits), each with one to twelve articles;
/// `huge12345`, 12,345 articles over fourteen years; `sameday20000`, 20,000 articles of one day. What begins with
/// `unknown`, and any other word, is a phrase that is not found.
public final class EUtilitiesServer: Sendable {
  public struct Configuration: Sendable {
    public var port = 0
    /// Documents of PubMed's XML whose records are served byte for byte.
    public var recordFiles: [[UInt8]] = []
    /// How many PMIDs from 30,000,001 the invented articles span.
    public var corpus = 2000
    public var seed: UInt64 = 1
    /// Nil: 3, and 10 with a key. 0: no limit.
    public var requestsPerSecond: Int?
    /// The one key that is right; nil: any.
    public var apiKey: String?
    public var retryAfter = RetryAfter.none
    public var faults = FaultPlan()
    /// Seconds that a slow answer takes.
    public var slowness = 2.0
    public var compresses = true
    /// A file that gets a line a request; nil: `requests` has them.
    public var logFile: String?

    public init() {}
  }

  public var baseURL: String { server.url + Self.path }
  public var requests: [RequestRecord] { log.all }

  public static let path = "/entrez/eutils/"

  private let server: ScriptedServer
  private let log: RequestLog

  public init(_ configuration: Configuration = Configuration()) {
    let log = RequestLog(path: configuration.logFile)
    self.log = log
    let desk = ServiceDesk(configuration, log: log)
    server = ScriptedServer(port: configuration.port) { desk.answer($0) }
  }

  public func stop() { server.stop() }
}

/// Takes the requests.
private final class ServiceDesk: Sendable {
  let configuration: EUtilitiesServer.Configuration
  let utilities: Utilities
  let window = RateWindow()
  let dealer: ServerFaultDealer<Fault>
  let log: RequestLog

  init(_ configuration: EUtilitiesServer.Configuration, log: RequestLog) {
    self.configuration = configuration
    self.log = log
    utilities = Utilities(
      corpus: Corpus(
        records: configuration.recordFiles.flatMap { FiledRecord.records(in: $0) }, count: configuration.corpus,
        seed: configuration.seed))
    dealer = ServerFaultDealer(configuration.faults, seed: configuration.seed)
  }

  func answer(_ request: ServerRequest) -> ServerResponse {
    let (response, record) = respond(request)
    log.add(record)
    return response
  }

  private func respond(_ request: ServerRequest) -> (ServerResponse, RequestRecord) {
    var record = RequestRecord(request)
    guard let utility = utility(request) else {
      let response = otherPage(request)
      record.status = response.statusSent
      return (response, record)
    }
    record.asked = Utilities.identifiers(request).count
    let limit = configuration.requestsPerSecond ?? (request.parameter("api_key") == nil ? 3 : 10)
    let client = request.parameter("api_key") ?? "127.0.0.1"
    let remaining = limit == 0 ? 3 : window.admit(client, at: request.monotonicSeconds, limit: limit)
    var response: ServerResponse
    if remaining == nil {
      record.misbehaviour = "rate-limit"
      response = ServerResponse(429, type: "application/json", text: Bodies.rateLimit(client, limit: limit))
        .retry(configuration.retryAfter, after: request)
    } else if let fault = dealer.next(for: [utility]) {
      record.misbehaviour = fault.rawValue
      response = misbehave(fault, utility, request, client: client, limit: limit == 0 ? 3 : limit, &record)
    } else {
      response = behave(utility, request, &record)
    }
    let isRefused = response.status == 429
    addHeaders(to: &response, limit: limit == 0 ? 3 : limit, remaining: isRefused ? 0 : remaining ?? 0, request)
    record.status = response.statusSent
    return (response, record)
  }

  private func utility(_ request: ServerRequest) -> String? {
    guard request.path.hasPrefix(EUtilitiesServer.path), request.path.hasSuffix(".fcgi") else { return nil }
    let name = String(request.path.dropFirst(EUtilitiesServer.path.count).dropLast(5))
    return Utilities.names.contains(name) ? name : nil
  }

  private func otherPage(_ request: ServerRequest) -> ServerResponse {
    .redirectTarget(request.path)
      ?? ServerResponse(404, type: "text/html", text: Bodies.page("Page not found", 404, "No such page."))
  }

  // MARK: Right answers

  private func behave(_ utility: String, _ request: ServerRequest, _ record: inout RequestRecord) -> ServerResponse {
    // Longer addresses do not get through to the service.
    if request.target.utf8.count > 8192 { return ServerResponse(414, type: "text/html", text: Bodies.tooLong) }
    if let right = configuration.apiKey, let key = request.parameter("api_key"), key != right {
      return ServerResponse(400, type: "application/json", text: Bodies.invalidKey(key))
    }
    return response(utilities.answer(utility, request), request, &record)
  }

  private func response(_ answer: Answer, _ request: ServerRequest, _ record: inout RequestRecord) -> ServerResponse {
    record.returned = answer.returned
    var response = ServerResponse(answer.status, headers: [NamedValue("Content-Type", answer.type)], body: answer.body)
    response.isChunked = true
    return configuration.compresses ? response.compressed(for: request) : response
  }

  // MARK: Wrong answers

  private func misbehave(
    _ fault: Fault, _ utility: String, _ request: ServerRequest, client: String, limit: Int,
    _ record: inout RequestRecord
  ) -> ServerResponse {
    func page(_ status: Int, _ title: String) -> ServerResponse {
      ServerResponse(status, type: "text/html", text: Bodies.page(title, status, "The request could not be completed."))
    }
    func tooMany(_ status: Int, _ retryAfter: RetryAfter) -> ServerResponse {
      ServerResponse(status, type: "application/json", text: Bodies.rateLimit(client, limit: limit))
        .retry(retryAfter, after: request)
    }
    func xml(_ status: Int, _ text: String) -> ServerResponse {
      ServerResponse(status, type: "text/xml; charset=UTF-8", text: text)
    }
    /// The right answer, whose delivery goes wrong.
    func delivered(_ spoiling: ServerResponse.Spoiling) -> ServerResponse {
      var unsent = record
      return behave(utility, request, &unsent).spoilt(spoiling)
    }
    switch fault {
    case .tooMany: return tooMany(429, .none)
    case .tooManySeconds: return tooMany(429, .seconds)
    case .tooManyDate: return tooMany(429, .date)
    case .tooManyIn200: return tooMany(200, .none)
    case .badGateway: return page(502, "Bad Gateway")
    case .forwarding: return ServerResponse(500, type: "application/json", text: Bodies.forwarding(client))
    case .internalError: return page(500, "Internal Server Error")
    case .forbidden: return page(403, "Forbidden")
    case .notFound: return page(404, "Page not found")
    case .tooLong: return ServerResponse(414, type: "text/html", text: Bodies.tooLong)
    case .wrongKey: return ServerResponse(400, type: "application/json", text: Bodies.invalidKey(client))
    case .reset: return delivered(.reset)
    case .resetMidway: return delivered(.resetMidway)
    case .stall: return delivered(.stall)
    case .stallMidway: return delivered(.stallMidway)
    case .cut: return delivered(.cut)
    case .cutAgreeing:
      var answer = utilities.answer(utility, request)
      // As when a server behind the service dies: what is sent is sent well.
      answer.body = Array(answer.body.prefix(answer.body.count / 2))
      answer.returned = 0
      return response(answer, request, &record)
    case .errorIn200: return xml(200, Bodies.error(utility, "Search Backend failed: read failed on socket"))
    case .errorIn400:
      let message = " Error: External viewer error: Empty Response. Bytes read: 0 Status: Timeout"
      return xml(400, Bodies.error(utility, message))
    case .prologOnly: return xml(200, Bodies.prolog(utility))
    case .htmlIn200: return .loginPage
    case .jsonIn200: return ServerResponse(type: "application/json", text: #"{"esearchresult":{"count":"#)
    case .emptyIn200: return xml(200, "")
    case .endless:
      var response = xml(200, Bodies.articlesProlog + "<PubmedArticleSet>\n<!-- nothing -->\n")
      response.ending = .endless
      return response
    case .redirectLoop: return .loop
    case .redirectElsewhere: return .elsewhere(request)
    case .slow:
      var response = behave(utility, request, &record)
      response.delay = configuration.slowness
      return response
    case .wrongArticles:
      // The neighbours: the same number, all of them other articles.
      let all = utilities.corpus.articles
      let answer = utilities.fetch(request) { asked in
        let others = Set(all).subtracting(asked)
        return Array(others.sorted().prefix(asked.count))
      }
      return response(answer, request, &record)
    case .missingArticles:
      let answer = utilities.fetch(request) { asked in
        asked.enumerated().filter { $0.offset % 3 != 0 }.map(\.element)
      }
      return response(answer, request, &record)
    }
  }

  // MARK: Headers

  private func addHeaders(to response: inout ServerResponse, limit: Int, remaining: Int, _ request: ServerRequest) {
    response.headers += [
      NamedValue("Date", httpDate(request.microseconds / 1_000_000)), NamedValue("Server", "Finatra"),
      NamedValue("Cache-Control", "private"), NamedValue("X-RateLimit-Limit", String(limit)),
      NamedValue("X-RateLimit-Remaining", String(remaining)),
    ]
  }
}
