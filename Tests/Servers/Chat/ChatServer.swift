import Support
import Synchronization

/// A server on 127.0.0.1 that answers `/v1/chat/completions` as OpenAI and those do who follow it, always with a table's
/// schema, and misbehaves as it is told.
///
///     let server = ChatServer(ChatServer.Configuration())
///     // server.baseURL is "http://127.0.0.1:PORT/v1"
public final class ChatServer: Sendable {
  /// A part of a request that some servers refuse.
  public enum Part: String, Sendable, CaseIterable {
    case jsonSchema = "json_schema"
    case responseFormat = "response_format"
    case maximumTokens = "max_tokens"
    case maximumCompletionTokens = "max_completion_tokens"
    case temperature, seed

    /// What a body has that sends it. A quotation mark within a text of JSON has a backslash before it.
    fileprivate var mark: String { self == .jsonSchema ? #""type":"json_schema""# : #","\#(rawValue)":"# }
  }

  public struct Configuration: Sendable {
    public var port = 0
    public var seed: UInt64 = 1
    /// Answers lie below; "/v1" unless it plays a gateway.
    public var folder = "/v1"
    /// What the query must be.
    public var query = ""
    /// The one key that is right; nil: none is asked for.
    public var apiKey: String?
    /// Parts of a request that it answers with 400.
    public var refusedParts: [Part] = []
    /// Whether such an answer names the part in `param`, and not in words alone.
    public var namesParameter = true
    /// Whether each answer differs from the others.
    public var isVarying = false
    public var faults = ServerFaultPlan<ChatFault>()
    /// Seconds that every answer takes.
    public var delay = 0.0
    /// Seconds that a slow answer takes.
    public var slowness = 2.0
    public var compresses = true
    /// A file that gets a line a request; nil: `requests` has them.
    public var logFile: String?
    /// What the model says; nil: the invented table.
    public var content: String?

    public init() {}
  }

  public var baseURL: String { server.url + desk.configuration.folder }
  /// Those that went into no file.
  public var requests: [RequestRecord] { log.all }
  /// The same as they came.
  public var received: [ServerRequest] { desk.received.withLock { $0 } }

  private let server: ScriptedServer
  private let log: RequestLog
  private let desk: ChatDesk

  public init(_ configuration: Configuration = Configuration()) {
    let log = RequestLog(path: configuration.logFile)
    self.log = log
    let desk = ChatDesk(configuration)
    self.desk = desk
    server = ScriptedServer(port: configuration.port) { request in
      let (response, record) = desk.respond(request)
      log.add(record)
      return response
    }
  }

  public func stop() { server.stop() }
}

/// Takes the requests.
private final class ChatDesk: Sendable {
  let configuration: ChatServer.Configuration
  let dealer: ServerFaultDealer<ChatFault>
  let received = Mutex<[ServerRequest]>([])

  init(_ configuration: ChatServer.Configuration) {
    self.configuration = configuration
    dealer = ServerFaultDealer(configuration.faults, seed: configuration.seed)
  }

  func respond(_ request: ServerRequest) -> (ServerResponse, RequestRecord) {
    if configuration.logFile == nil { received.withLock { $0.append(request) } }
    var record = RequestRecord(request, asked: 1)
    var response = respond(request, &record)
    response.delay = max(response.delay, configuration.delay)
    if configuration.compresses, response.status == 200, response.ending == .whole {
      response = response.compressed(for: request)
    }
    record.status = response.statusSent
    return (response, record)
  }

  private func respond(_ request: ServerRequest, _ record: inout RequestRecord) -> ServerResponse {
    let target =
      configuration.folder + "/chat/completions" + (configuration.query.isEmpty ? "" : "?\(configuration.query)")
    guard request.target == target else {
      return .redirectTarget(request.path) ?? failure(404, "Invalid URL (\(request.method) \(request.path))")
    }
    guard request.method == "POST" else { return failure(405, "Only POST requests are accepted.") }
    if let key = configuration.apiKey, request.header("authorization") != "Bearer \(key)" {
      return failure(401, "Incorrect API key provided.", code: "invalid_api_key")
    }
    let text = String(decoding: request.body, as: UTF8.self)
    if let part = configuration.refusedParts.first(where: { text.utf8Contains($0.mark) }) {
      record.misbehaviour = "refuses-\(part.rawValue)"
      return refusal(of: part)
    }
    guard let fault = dealer.next(for: []) else {
      record.returned = 1
      return said(table(request))
    }
    record.misbehaviour = fault.name
    return misbehave(fault, request)
  }

  // MARK: Right answers

  private func table(_ request: ServerRequest) -> String {
    let name = configuration.isVarying ? "orders_\(request.number)" : "orders"
    return configuration.content ?? InventedTable.plain(name: name)
  }

  private func said(_ content: String, finish: String = "stop") -> ServerResponse {
    completion(#"{"role":"assistant","content":"\#(jsonQuoted(content))","refusal":null}"#, finish: finish)
  }

  private func completion(_ message: String, finish: String = "stop") -> ServerResponse {
    ServerResponse(
      type: "application/json",
      text: #"{"id":"chatcmpl-1","object":"chat.completion","created":1780000000,"model":"scripted","#
        + #""choices":[{"index":0,"message":\#(message),"logprobs":null,"finish_reason":"\#(finish)"}],"#
        + #""usage":{"prompt_tokens":1200,"completion_tokens":300,"total_tokens":1500}}"#)
  }

  // MARK: Wrong answers

  private func failure(
    _ status: Int, _ message: String, type: String = "invalid_request_error", parameter: String? = nil,
    code: String? = nil
  ) -> ServerResponse {
    let quoted = { (text: String?) in text.map { #""\#(jsonQuoted($0))""# } ?? "null" }
    return ServerResponse(
      status, type: "application/json",
      text: #"{"error":{"message":\#(quoted(message)),"type":\#(quoted(type)),"param":\#(quoted(parameter)),"#
        + #""code":\#(quoted(code))}}"#)
  }

  private func refusal(of part: ChatServer.Part) -> ServerResponse {
    let named = configuration.namesParameter
    switch part {
    case .jsonSchema:
      return failure(
        400, "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model.",
        parameter: named ? "response_format" : nil)
    case .responseFormat:
      return failure(400, "This response_format type is unavailable now", parameter: named ? "response_format" : nil)
    case .maximumTokens:
      return failure(
        400,
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
        parameter: named ? "max_tokens" : nil, code: "unsupported_parameter")
    case .maximumCompletionTokens:
      return failure(
        400, "Unrecognized request argument supplied: max_completion_tokens",
        parameter: named ? "max_completion_tokens" : nil)
    case .temperature:
      return failure(
        400,
        "Unsupported value: 'temperature' does not support 0 with this model. Only the default (1) value is supported.",
        parameter: named ? "temperature" : nil, code: "unsupported_value")
    case .seed:
      return failure(
        422, "seed: Extra inputs are not permitted", parameter: named ? "seed" : nil, code: "unsupported_parameter")
    }
  }

  private func misbehave(_ fault: ChatFault, _ request: ServerRequest) -> ServerResponse {
    statusFault(fault, request) ?? transferFault(fault, request) ?? contentFault(fault, request)
  }

  private func statusFault(_ fault: ChatFault, _ request: ServerRequest) -> ServerResponse? {
    let tooMany = failure(
      429, "Rate limit reached for requests", type: "requests", code: "rate_limit_exceeded")
    switch fault {
    case .tooMany: return tooMany
    case .tooManySeconds: return tooMany.retry(.seconds, after: request)
    case .tooManyDate: return tooMany.retry(.date, after: request)
    case .tooManyMilliseconds: return tooMany.adding([("retry-after-ms", "120"), ("retry-after", "100")])
    case .tooManyForLong: return tooMany.adding([("retry-after", "1200")])
    case .quota:
      return failure(
        429, "You exceeded your current quota, please check your plan and billing details.", type: "insufficient_quota",
        code: "insufficient_quota"
      ).adding([("retry-after", "1")])
    case .requestTimeout: return failure(408, "Request timed out.", type: "server_error")
    case .conflict: return failure(409, "The resource was updated meanwhile.", type: "conflict")
    case .internalError:
      return failure(500, "The server had an error while processing your request", type: "server_error")
    case .badGateway: return page(502, "Bad Gateway")
    case .unavailable: return page(503, "Service Unavailable")
    case .loading:
      return ServerResponse(
        503, type: "application/json",
        text: #"{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}"#)
    case .overloaded: return failure(529, "Overloaded", type: "overloaded_error")
    case .hopeless: return failure(503, "Do not come back.", type: "server_error").adding([("x-should-retry", "false")])
    case .retriable: return failure(400, "Come back.").adding([("x-should-retry", "true")])
    case .badRequest: return failure(400, "This cannot be answered.")
    case .unauthorized:
      let key = request.header("authorization")?.split(separator: " ").last.map(String.init) ?? ""
      return failure(
        401, "Incorrect API key provided: \(key.prefix(8))****\(key.suffix(4)).", code: "invalid_api_key")
    case .forbidden: return failure(403, "Your country is not supported.", code: "unsupported_country_region_territory")
    case .notFound:
      return failure(
        404, "The model `scripted` does not exist or you do not have access to it.", code: "model_not_found")
    case .errorIn200:
      return ServerResponse(
        type: "application/json", text: #"{"error":{"message":"Provider returned error","code":502}}"#)
    case .keyInError:
      let sent = request.header("authorization") ?? ""
      return failure(400, "Bad header: \(sent), also seen as \(String(sent.dropFirst(9).prefix(14)))")
    default: return nil
    }
  }

  private func transferFault(_ fault: ChatFault, _ request: ServerRequest) -> ServerResponse? {
    let right = said(table(request))
    switch fault {
    case .reset: return right.spoilt(.reset)
    case .resetMidway: return right.spoilt(.resetMidway)
    case .stall: return right.spoilt(.stall)
    case .cut: return right.spoilt(.cut)
    case .cutAgreeing:
      var response = right
      response.body = Array(response.body.prefix(response.body.count / 2))
      return response
    case .endless:
      var response = ServerResponse(type: "application/json", text: "{\"id\":\"chatcmpl-1\",\n\"more\":\"and more\",\n")
      response.ending = .endless
      return response
    case .htmlIn200: return .loginPage
    case .emptyIn200: return ServerResponse(type: "application/json", text: "")
    case .jsonIn200: return ServerResponse(type: "application/json", text: #"{"status":"ok"}"#)
    case .deepBody:
      return ServerResponse(
        type: "application/json",
        text: #"{"choices":\#(String(repeating: "[", count: 10_000))\#(String(repeating: "]", count: 10_000))}"#)
    case .hugeBody: return said(String(repeating: "{\"name\":", count: 1 << 18))
    case .slow:
      var response = right
      response.delay = configuration.slowness
      return response
    default: return nil
    }
  }

  private func contentFault(_ fault: ChatFault, _ request: ServerRequest) -> ServerResponse {
    let content = table(request)
    let half = String(content.prefix(content.count / 2))
    switch fault {
    case .noChoices:
      return ServerResponse(
        type: "application/json", text: #"{"id":"chatcmpl-1","object":"chat.completion","choices":[]}"#)
    case .noContent: return completion(#"{"role":"assistant","content":null}"#)
    case .emptyContent: return said(" \n")
    case .contentInParts:
      return completion(#"{"role":"assistant","content":[{"type":"text","text":"\#(jsonQuoted(content))"}]}"#)
    case .refusal:
      return completion(#"{"role":"assistant","content":null,"refusal":"I'm sorry, I cannot help with that."}"#)
    case .contentFilter: return said("", finish: "content_filter")
    case .length: return said(half, finish: "length")
    case .cutContent: return said(half)
    case .fenced: return said("```json\n\(content)\n```")
    case .thinking: return said("<think>\nA table {of orders}? [Yes].\n</think>\n\n\(content)")
    case .endlessThinking: return said("<think>\nPerhaps \(content) or perhaps")
    case .surrounded: return said("Sure! Here {it} is:\n\n\(content)\n\nLet me know if [you] want changes.")
    case .prose: return said("I would use a table with an id, a name and a price.")
    case .deepContent:
      return said(
        #"{"fields":\#(String(repeating: "[", count: 1000))\#(String(repeating: "]", count: 1000))}"#)
    case .listOfArguments: return said(InventedTable.strict())
    default: return said(InventedTable.faulty(fault) ?? content)
    }
  }

  private func page(_ status: Int, _ title: String) -> ServerResponse {
    ServerResponse(
      status, type: "text/html",
      text: "<html><head><title>\(status) \(title)</title></head><body><h1>\(status) \(title)</h1></body></html>\n")
  }
}

extension ServerResponse {
  fileprivate func adding(_ headers: [(String, String)]) -> ServerResponse {
    var response = self
    response.headers += headers.map { NamedValue($0.0, $0.1) }
    return response
  }
}

extension String {
  /// Whether the bytes of the other text are among its own.
  public func utf8Contains(_ other: String) -> Bool {
    let (bytes, wanted) = (Array(utf8), Array(other.utf8))
    guard !wanted.isEmpty, bytes.count >= wanted.count else { return wanted.isEmpty }
    return (0...bytes.count - wanted.count).contains { start in
      bytes[start] == wanted[0] && bytes[start..<start + wanted.count].elementsEqual(wanted)
    }
  }
}
