import MillraceCore

/// What a model said, and why it stopped.
struct ChatCompletion: Sendable, Equatable {
  /// Empty when there is none.
  var content: String
  /// `stop`, `length`, `content_filter`; nil where the server does not say.
  var finishReason: String?
  /// The model's words when it refuses.
  var refusal: String?
  var tokens: TokenCount

  /// Deeper than any honest answer.
  static let greatestDepth = 32

  /// Reads the body of an answer with status 200.
  ///
  /// - Throws: the reason, for a body that is no completion.
  init(_ body: [UInt8]) throws(Unreadable) {
    let document: JSONValue
    do throws(Failure) {
      document = try JSONValue.parse(String(decoding: body, as: UTF8.self), maximumDepth: Self.greatestDepth)
    } catch {
      throw Unreadable(reason: body.first { $0 > 32 } == UInt8(ascii: "<") ? "an HTML page" : error.message)
    }
    guard let choices = document["choices"]?.elements else { throw Unreadable(reason: "JSON that is no completion") }
    let choice = choices.first
    let message = choice?["message"]
    content = Self.text(message?["content"])
    finishReason = choice?["finish_reason"]?.text
    refusal = message?["refusal"]?.text.flatMap { $0.isEmpty ? nil : $0 }
    tokens = TokenCount(document["usage"])
  }

  struct Unreadable: Error, Equatable {
    /// What the body is instead, or what is wrong with it.
    var reason: String
  }

  /// A text, or a list of parts with texts, as some gateways have it.
  private static func text(_ content: JSONValue?) -> String {
    switch content {
    case .string(let text): text
    case .array(let parts): parts.compactMap { $0["text"]?.text }.joined()
    default: ""
    }
  }
}

/// Tokens that a service has counted, for whoever pays for them.
struct TokenCount: Sendable, Equatable {
  var prompt = 0
  var completion = 0

  init(prompt: Int = 0, completion: Int = 0) {
    self.prompt = prompt
    self.completion = completion
  }

  /// Of the member `usage` of an answer. Servers that count nothing leave it out.
  init(_ usage: JSONValue?) {
    prompt = max(0, min(usage?["prompt_tokens"]?.integer ?? 0, 1 << 40))
    completion = max(0, min(usage?["completion_tokens"]?.integer ?? 0, 1 << 40))
  }

  static func += (sum: inout TokenCount, other: TokenCount) {
    sum.prompt += other.prompt
    sum.completion += other.completion
  }

  var json: JSONValue {
    .object([.init("prompt", .integer(prompt)), .init("completion", .integer(completion))])
  }
}

/// What a server says of a request that it does not answer.
struct ChatError: Sendable, Equatable {
  var status: Int
  /// As it came; empty where the answer is a page, or says nothing.
  var message: String
  var type: String?
  /// The part of the request that is at fault.
  var parameter: String?
  var code: String?

  init(status: Int, message: String, type: String? = nil, parameter: String? = nil, code: String? = nil) {
    self.status = status
    self.message = message
    self.type = type
    self.parameter = parameter
    self.code = code
  }

  /// Reads `{"error": {…}}`, with the forms that gateways and servers in Python have for it.
  init(status: Int, body: [UInt8]) {
    self.init(status: status, message: "")
    let text = String(decoding: body.prefix(64 << 10), as: UTF8.self)
    guard let document = try? JSONValue.parse(text, maximumDepth: ChatCompletion.greatestDepth) else { return }
    let error = document["error"] ?? document
    if let text = error.text {
      message = text
      return
    }
    type = error["type"]?.text
    parameter = error["param"]?.text
    code = error["code"].flatMap { $0.text ?? $0.integer.map(String.init) }
    message = error["message"]?.text ?? error["detail"]?.text ?? Self.details(error["detail"])
  }

  /// What FastAPI writes: the place and the fault of each part.
  private static func details(_ list: JSONValue?) -> String {
    (list?.elements ?? []).prefix(5).map { detail in
      let place = (detail["loc"]?.elements ?? []).compactMap(\.text).joined(separator: ".")
      return "\(place): \(detail["msg"]?.text ?? "")"
    }.joined(separator: "; ")
  }

  /// The account has nothing left, which no pause changes.
  var isSpent: Bool {
    let words = [type, code].compactMap { $0?.lowercased() }
    return words.contains { $0.contains("insufficient_quota") || $0.contains("billing") || $0.contains("credit") }
  }
}
