import MillraceCore

/// Alpha Vantage: how it is called, and what its answers are worth.
///
/// After the service's documentation, and after answers that it does not document: nearly every failure comes with status
/// 200, as JSON where CSV was asked for too.
struct AlphaVantage: Sendable {
  /// How answers are written.
  enum DataType: String, CaseIterable, Sendable {
    case json, csv
  }

  /// In messages.
  static let serviceName = "Alpha Vantage"
  static let usualBase = "https://www.alphavantage.co/"
  static let keyVariable = "ALPHAVANTAGE_API_KEY"
  static let terms = "https://www.alphavantage.co/terms_of_service/"
  /// Seconds between requests: the service asks those with a free key for one a second.
  static let usualInterval = 1.0

  private let place: ServiceAddress
  private let key: String?
  let dataType: DataType

  /// Bytes of the largest answer: 150,000 days of a long series in JSON, and as much again.
  private static let maximumAnswerBytes = 64 << 20

  /// - Parameters:
  ///   - base: the folder that `query` lies in.
  ///   - key: what the environment holds; a key is missed when the first request is made.
  /// - Throws: as `ServiceAddress` does.
  init(base: String, key: String?, dataType: DataType) throws(Failure) {
    place = try ServiceAddress(base, example: Self.usualBase)
    self.key = try place.key(key, from: Self.keyVariable, place: "the letter that came with it")
    self.dataType = dataType
  }

  /// The base as it may be written anywhere.
  var address: String { place.text }
  /// Whose budget requests are counted against.
  var host: String { place.host }
  /// What else they are counted against.
  var budgetKey: String? { key }

  /// What an answer is kept under, beside what is asked for. Which key asked makes no difference for prices.
  func cacheKey(_ words: String...) -> String { ([address] + words).joined(separator: " ") }

  /// What is known of the key itself is kept under a part of its digest.
  var keyMark: String { String(SHA256Digest(of: "\(Self.keyVariable)\0\(key ?? "")").hex.prefix(16)) }

  // MARK: Requests

  /// - Throws: bad configuration when there is no key.
  func request(_ function: PriceFunction, of symbol: Symbol, _ size: OutputSize) throws(Service.Refusal) -> HTTPRequest
  {
    var parameters = FormParameters([("function", function.rawValue), ("symbol", symbol.text)])
    if function.hasOutputSizes { parameters.append("outputsize", size.rawValue) }
    return try request(parameters, dataType)
  }

  /// A request for a list, in JSON always: of one in CSV that was cut nothing tells that its oldest lines are missing.
  ///
  /// - Parameter function: SPLITS or DIVIDENDS.
  func request(_ function: String, of symbol: Symbol) throws(Service.Refusal) -> HTTPRequest {
    try request(FormParameters([("function", function), ("symbol", symbol.text)]), .json)
  }

  private func request(_ parameters: FormParameters, _ dataType: DataType) throws(Service.Refusal) -> HTTPRequest {
    guard let key else {
      let failure = Failure(
        .badConfiguration, "no key is set for \(Self.serviceName), which answers nobody without one",
        advice: "set \(Self.keyVariable); \(Self.usualBase)support/#api-key gives free ones")
      throw Service.Refusal(kind: .fatal(failure), reason: failure.message)
    }
    var parameters = parameters
    parameters.append("datatype", dataType.rawValue)
    parameters.append("apikey", key)
    var request = HTTPRequest(.get, place.url("query?\(parameters.encoded)"))
    request.limits.maximumBodyBytes = Self.maximumAnswerBytes
    return request
  }

  // MARK: What an answer is worth

  /// What comes of a request for prices.
  enum SeriesAnswer: Sendable {
    case series(PriceAnswer)
    /// The service knows nothing of the symbol.
    case noData
    /// Whole histories are for premium keys alone.
    case premiumOutputSize
    /// So is the function, as the service says in these words.
    case premiumEndpoint(String)
  }

  func series(in response: HTTPResponse, of function: PriceFunction, now: Timestamp) throws(ServiceFault)
    -> SeriesAnswer
  {
    do throws(PriceAnswer.Problem) {
      return .series(
        try body(of: response) { body throws(PriceAnswer.Problem) in
          try PriceAnswer(body, of: function, key: key)
        })
    } catch {
      if case .message(let message) = error {
        if message.kind == .noData { return .noData }
        if message.kind == .premiumOutputSize { return .premiumOutputSize }
        if message.kind == .premiumEndpoint { return .premiumEndpoint(Self.told(message)) }
      }
      throw fault(error, response, now: now)
    }
  }

  func splits(in response: HTTPResponse, now: Timestamp) throws(ServiceFault) -> [Split] {
    try rows(in: response, now: now) { body throws(PriceAnswer.Problem) in
      try CorporateActions.splits(in: body, key: key)
    }
  }

  func dividends(in response: HTTPResponse, now: Timestamp) throws(ServiceFault) -> [Dividend] {
    try rows(in: response, now: now) { body throws(PriceAnswer.Problem) in
      try CorporateActions.dividends(in: body, key: key)
    }
  }

  private func rows<Row>(
    in response: HTTPResponse, now: Timestamp, _ read: ([UInt8]) throws(PriceAnswer.Problem) -> [Row]
  ) throws(ServiceFault) -> [Row] {
    do throws(PriceAnswer.Problem) {
      return try body(of: response, read)
    } catch {
      throw fault(error, response, now: now)
    }
  }

  private func body<Value>(
    of response: HTTPResponse, _ read: ([UInt8]) throws(PriceAnswer.Problem) -> Value
  ) throws(PriceAnswer.Problem) -> Value {
    if response.status != 200 {
      guard let message = AlphaVantageMessage(status: response.status, body: response.body, key: key) else {
        throw .unreadable("status \(response.status)")
      }
      throw .message(message)
    }
    do throws(PriceAnswer.Problem) {
      return try read(response.body)
    } catch {
      // What is neither a table nor JSON may be a sentence.
      guard case .unreadable = error, let message = AlphaVantageMessage(body: response.body, key: key) else {
        throw error
      }
      throw .message(message)
    }
  }

  private func fault(_ problem: PriceAnswer.Problem, _ response: HTTPResponse, now: Timestamp) -> ServiceFault {
    switch problem {
    case .message(let message): fault(message, response, now: now)
    case .unreadable(let text): fault(unreadable: text, response)
    }
  }

  private static func told(_ message: AlphaVantageMessage) -> String { "the service says \"\(message.text)\"" }

  private func fault(_ message: AlphaVantageMessage, _ response: HTTPResponse, now: Timestamp) -> ServiceFault {
    let told = Self.told(message)
    switch message.kind {
    case .invalidCall, .premiumEndpoint, .premiumOutputSize: return .permanent(told)
    // Of splits and dividends, where there are prices, there is at least an empty list.
    case .noData: return .transient("an answer without data")
    case .keyMissingOrInvalid, .demoKey:
      return .fatal(
        Failure(
          .badConfiguration, "\(Self.serviceName) refuses the key in \(Self.keyVariable): \(told)",
          advice: "\(Self.usualBase)support/#api-key gives free ones"))
    case .dayQuota: return .spent(told, until: NewYork.nextMidnight(after: now))
    case .burst: return .tooFast(told, retryAfter: nil)
    case .minuteLimit: return .tooFast(told, retryAfter: AlphaVantageMessage.minuteLimitPause)
    case .other(let member):
      if response.status == 429 { return .tooFast(told) }
      return member.lowercased() == "error message" ? .permanent(told) : .transient(told)
    }
  }

  private func fault(unreadable text: String, _ response: HTTPResponse) -> ServiceFault {
    switch response.status {
    case 200: return .transient("the answer cannot be read: \(AlphaVantageMessage.redacted(text, key: key))")
    case 429: return .tooFast("status 429")
    case 401, 403, 404, 407: return .fatal(place.failure(status: response.status, file: "query"))
    case 400..<500 where response.status != 408: return .permanent("status \(response.status)")
    default: return .transient("status \(response.status)")
    }
  }
}
