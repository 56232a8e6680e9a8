import Glibc
import Support
import Synchronization

/// A server on 127.0.0.1 that answers `/query` as Alpha Vantage does, with invented prices, and misbehaves as it is told.
///
///     var configuration = AlphaVantageServer.Configuration()
///     configuration.perSecond = 0
///     let server = AlphaVantageServer(configuration)
///     // server.baseURL is "http://127.0.0.1:PORT/"
///
/// What it answers of a symbol, `InventedHistory` has in the process of a test. Symbols that begin with `NONE` have no
/// data (`{}`), those that begin with `BAD` are no symbols. What the server refuses because of a limit is logged as
/// "per-second", "per-minute" or "per-day", and uses up no fault.
public final class AlphaVantageServer: Sendable {
  public struct Configuration: Sendable {
    public var port = 0
    public var seed: UInt64 = 1
    /// Nil: what the clock says.
    public var moment: InventedMoment?
    /// The one key that is right; nil: any but "demo".
    public var apiKey: String?
    /// Whether keys are paid for: no quota a day, and every function.
    public var isPremium = false
    /// Requests in any second, minute and day, of one key. Nil: 1, 5 and 25; 20, 75 and no limit of a premium key. 0: no
    /// limit.
    public var perSecond, perMinute, perDay: Int?
    /// Seconds after which a request counts no more against a minute's and a day's limit.
    public var minuteLength = 60.0, dayLength = 86_400.0
    public var faults = ServerFaultPlan<AlphaVantageFault>()
    /// Seconds that a slow answer takes.
    public var slowness = 2.0
    public var compresses = true
    /// Whether lines of CSV end with CR LF.
    public var hasCarriageReturns = false
    /// A file that gets a line a request; nil: `requests` has them.
    public var logFile: String?

    public init() {}
  }

  public var baseURL: String { server.url + "/" }
  public var requests: [RequestRecord] { log.all }

  private let server: ScriptedServer
  private let log: RequestLog

  public init(_ configuration: Configuration = Configuration()) {
    let log = RequestLog(path: configuration.logFile)
    self.log = log
    let desk = ServiceDesk(configuration)
    server = ScriptedServer(port: configuration.port) { request in
      let (response, record) = desk.respond(request)
      log.add(record)
      return response
    }
  }

  public func stop() { server.stop() }
}

/// Takes the requests.
private final class ServiceDesk: Sendable {
  private struct Made: Hashable {
    var symbol: String
    var moment: InventedMoment
  }

  /// What is asked for, and of whom.
  private struct Question {
    var name: String
    var key: String
    /// Nil when the service has no such function.
    var function: SeriesFunction?
    var wish: SeriesFunction.Wish
  }

  let configuration: AlphaVantageServer.Configuration
  let dealer: ServerFaultDealer<AlphaVantageFault>
  let seconds = RateWindow()
  let minutes: RateWindow
  let days: RateWindow
  private let histories = Mutex<[Made: InventedHistory]>([:])

  init(_ configuration: AlphaVantageServer.Configuration) {
    self.configuration = configuration
    dealer = ServerFaultDealer(configuration.faults, seed: configuration.seed)
    minutes = RateWindow(seconds: configuration.minuteLength)
    days = RateWindow(seconds: configuration.dayLength)
  }

  func respond(_ request: ServerRequest) -> (ServerResponse, RequestRecord) {
    var record = RequestRecord(request)
    var response = respond(request, &record)
    // What goes wrong on its way is cut in its text.
    if configuration.compresses, response.status == 200, response.ending == .whole {
      response = response.compressed(for: request)
    }
    record.status = response.statusSent
    return (response, record)
  }

  private func respond(_ request: ServerRequest, _ record: inout RequestRecord) -> ServerResponse {
    guard request.path == "/query" else { return .redirectTarget(request.path) ?? page(404, "Not Found") }
    guard request.method == "GET" else {
      var response = page(405, "Method Not Allowed")
      response.headers.append(NamedValue("Allow", "GET"))
      return response
    }
    let question = question(request)
    if let message = keyProblem(question.key) { return said(message, question) }
    record.asked = 1
    if let (limit, message) = exceeded(question.key, request) {
      record.misbehaviour = limit
      return said(message, question)
    }
    let subjects = [question.name, question.wish.symbol]
    if let fault = dealer.next(for: subjects) {
      record.misbehaviour = fault.name
      return misbehave(fault, question, request, &record)
    }
    return behave(question, request, &record)
  }

  private func question(_ request: ServerRequest) -> Question {
    let name = request.parameter("function") ?? ""
    return Question(
      name: name, key: request.parameter("apikey") ?? "", function: SeriesFunction(rawValue: name),
      wish: SeriesFunction.Wish(
        symbol: request.parameter("symbol") ?? "", isFull: request.parameter("outputsize") == "full",
        isCSV: request.parameter("datatype") == "csv", hasCarriageReturns: configuration.hasCarriageReturns))
  }

  // MARK: Keys and limits

  private func keyProblem(_ key: String) -> ServedMessage? {
    if key == "demo" { return .demoKey }
    return key.isEmpty || (configuration.apiKey.map { $0 != key } ?? false) ? .invalidKey : nil
  }

  private func exceeded(_ key: String, _ request: ServerRequest) -> (limit: String, message: ServedMessage)? {
    let isPremium = configuration.isPremium
    func isOver(_ window: RateWindow, _ limit: Int) -> Bool {
      limit > 0 && window.admit(key, at: request.monotonicSeconds, limit: limit) == nil
    }
    if isOver(seconds, perSecond) { return ("per-second", isPremium ? .premiumBurst : .burst) }
    if isOver(minutes, configuration.perMinute ?? (isPremium ? 75 : 5)) {
      return ("per-minute", isPremium ? .premiumMinute : .minuteNote)
    }
    return isOver(days, configuration.perDay ?? (isPremium ? 0 : 25)) ? ("per-day", .dayQuota) : nil
  }

  private var perSecond: Int { configuration.perSecond ?? (configuration.isPremium ? 20 : 1) }

  // MARK: Right answers

  private func behave(
    _ question: Question, _ request: ServerRequest, _ record: inout RequestRecord
  ) -> ServerResponse {
    guard let function = question.function else { return said(.unknownFunction, question) }
    if function == .dailyAdjusted, !configuration.isPremium { return said(.premiumEndpoint, question) }
    if function == .daily, question.wish.isFull, !configuration.isPremium { return said(.premiumOutputSize, question) }
    let symbol = question.wish.symbol.uppercased()
    guard isSymbol(symbol), !symbol.hasPrefix("BAD"), hasKnownValues(request) else {
      return said(.invalidCall, question)
    }
    if symbol.hasPrefix("NONE") { return said(.nothing, question) }
    let moment = configuration.moment ?? InventedMoment(seconds: request.microseconds / 1_000_000)
    guard let (text, rows) = function.answer(history(symbol, moment), at: moment, question.wish) else {
      return said(.invalidCall, question)
    }
    record.returned = rows
    guard question.wish.isCSV else { return ServerResponse(type: "application/json", text: text) }
    var response = ServerResponse(type: "application/x-download", text: text)
    response.headers.append(NamedValue("Content-Disposition", "attachment; filename=\(symbol).csv"))
    return response
  }

  private func isSymbol(_ symbol: String) -> Bool {
    (1...12).contains(symbol.utf8.count)
      && symbol.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."),
          UInt8(ascii: "-"):
          true
        default: false
        }
      }
  }

  private func hasKnownValues(_ request: ServerRequest) -> Bool {
    ["compact", "full", nil].contains(request.parameter("outputsize"))
      && ["json", "csv", nil].contains(request.parameter("datatype"))
  }

  private func history(_ symbol: String, _ moment: InventedMoment) -> InventedHistory {
    // The second of a session that goes on changes its point alone: nothing to keep.
    let isKept = moment.progress == nil || moment.progress == 1
    let key = Made(symbol: symbol, moment: InventedMoment(moment.day, progress: moment.progress))
    if isKept, let made = histories.withLock({ $0[key] }) { return made }
    let history = InventedHistory(symbol, at: moment, seed: configuration.seed)
    if isKept {
      histories.withLock { histories in
        if histories.count >= 200 { histories.removeAll() }
        histories[key] = history
      }
    }
    return history
  }

  /// What the service says instead of data: status 200 and JSON, whatever was asked for.
  private func said(_ message: ServedMessage, _ question: Question) -> ServerResponse {
    ServerResponse(
      type: "application/json",
      text: message.text(function: question.name, key: question.key, perSecond: max(1, perSecond)))
  }

  // MARK: Wrong answers

  private func misbehave(
    _ fault: AlphaVantageFault, _ question: Question, _ request: ServerRequest, _ record: inout RequestRecord
  ) -> ServerResponse {
    /// The right answer, whose delivery goes wrong.
    func delivered(_ spoiling: ServerResponse.Spoiling) -> ServerResponse {
      var unsent = record
      return behave(question, request, &unsent).spoilt(spoiling)
    }
    switch fault {
    case .tooMany: return page(429, "Too Many Requests")
    case .tooManySeconds: return page(429, "Too Many Requests").retry(.seconds, after: request)
    case .tooManyDate: return page(429, "Too Many Requests").retry(.date, after: request)
    case .badGateway: return page(502, "Bad Gateway")
    case .internalError: return page(500, "Server Error (500)")
    case .unavailable: return page(503, "Service Unavailable")
    case .forbidden: return page(403, "Forbidden")
    case .notFound: return page(404, "Not Found")
    case .reset: return delivered(.reset)
    case .resetMidway: return delivered(.resetMidway)
    case .stall: return delivered(.stall)
    case .stallMidway: return delivered(.stallMidway)
    case .cut: return delivered(.cut)
    case .cutAgreeing:
      var unsent = record
      var response = behave(question, request, &unsent)
      // As when a server behind the service dies: what is sent is sent well.
      response.body = Array(response.body.prefix(response.body.count / 2))
      return response
    case .htmlIn200: return .loginPage
    case .jsonIn200: return ServerResponse(type: "application/json", text: #"{"status": "ok", "results": []}"#)
    case .emptyIn200: return ServerResponse(type: "application/json", text: "")
    case .endless:
      var response = ServerResponse(
        type: "application/json", text: "{\n    \"Time Series (Daily)\": {\n        \"2026-05-15\": {},\n")
      response.ending = .endless
      return response
    case .redirectLoop: return .loop
    case .redirectElsewhere: return .elsewhere(request)
    case .slow:
      var response = behave(question, request, &record)
      response.delay = configuration.slowness
      return response
    case .unordered:
      var question = question
      question.wish.isUnordered = true
      return behave(question, request, &record)
    case .message(let message): return said(message, question)
    }
  }

  private func page(_ status: Int, _ title: String) -> ServerResponse {
    ServerResponse(
      status, type: "text/html",
      text: """
        <!doctype html>
        <html lang="en">
        <head><title>\(title)</title></head>
        <body><h1>\(title)</h1><p></p></body>
        </html>

        """)
  }
}
