import MillraceCore

/// Asks an OpenAI-compatible service for chat completions.
///
/// Three tries for what may pass: 408, 409, 429, everything from 500 on, and connections that fail, with pauses that double
/// from half a second to eight, or as long as `retry-after-ms` and `Retry-After` ask for; a header `x-should-retry` is
/// believed. A spent quota, 401, 403 and 404 are told at once. What a server refuses of a request's optional parts is left
/// out.
struct ChatClient: Sendable {
  /// Two tries after the first one, as OpenAI's own clients make them.
  static let retryPolicy = RetryPolicy(retries: 2, base: 0.5, factor: 2, cap: 8, jitter: 0.25)
  /// Bytes of the largest answer.
  static let maximumAnswerBytes = 1 << 20
  /// A model may think for long before its first byte.
  static let usualTimeout = 120.0

  let address: ChatAddress
  private let service: Service

  init(_ address: ChatAddress, service: Service) {
    self.address = address
    self.service = service
  }

  /// What the model says, with every try that it took, those that were refused included.
  struct Answer: Sendable {
    var completion: ChatCompletion
    var attempts: [ContextFormatter.Attempt]
  }

  /// - Parameters:
  ///   - kind: the request in a word, for the record of its tries.
  ///   - manner: what is known of the server; what it refuses now is left out from now on.
  func complete(
    _ request: ChatRequest, kind: String, manner: inout ChatManner
  ) async throws(Service.Refusal) -> Answer {
    var attempts: [ContextFormatter.Attempt] = []
    while true {
      var message = HTTPRequest(.post, address.url, headers: address.headers, body: request.body(manner))
      message.limits.maximumBodyBytes = Self.maximumAnswerBytes
      let address = address
      let answer: Service.Answer<Reply>
      do throws(Service.Refusal) {
        answer = try await service.ask(message, kind: kind) { response throws(ServiceFault) in
          try Self.reply(in: response, of: address)
        }
      } catch {
        var refusal = error
        refusal.attempts = attempts + refusal.attempts
        throw refusal
      }
      attempts += answer.attempts
      switch answer.value {
      case .completion(let completion): return Answer(completion: completion, attempts: attempts)
      case .refused(let error):
        guard manner.adapt(to: error) else {
          throw Service.Refusal(kind: .permanent, reason: Self.told(error, by: address), attempts: attempts)
        }
      }
    }
  }

  /// What comes of a request.
  private enum Reply: Sendable {
    case completion(ChatCompletion)
    /// The request itself is at fault.
    case refused(ChatError)
  }

  private static func reply(in response: HTTPResponse, of address: ChatAddress) throws(ServiceFault) -> Reply {
    if response.status == 200 {
      do throws(ChatCompletion.Unreadable) {
        return .completion(try ChatCompletion(response.body))
      } catch {
        // Gateways tell with status 200 what the provider behind them answered.
        let inner = ChatError(status: 0, body: response.body)
        guard !inner.message.isEmpty else {
          throw .transient("the answer cannot be read: \(address.quoted(error.reason))")
        }
        let status = inner.code.flatMap { Int($0) } ?? 500
        return try reply(to: ChatError(status: 200, message: inner.message), as: status, response, of: address)
      }
    }
    let error = ChatError(status: response.status, body: response.body)
    return try reply(to: error, as: response.status, response, of: address)
  }

  private static func reply(
    to error: ChatError, as status: Int, _ response: HTTPResponse, of address: ChatAddress
  ) throws(ServiceFault) -> Reply {
    let told = told(error, by: address)
    let advised = response.header("x-should-retry")?.lowercased()
    if error.isSpent { throw .permanent(told) }
    if status == 401 {
      // Its words may hold the ends of the key.
      throw .permanent("it refuses the key in \(ChatAddress.keyVariable), or asks for one: status 401")
    }
    if [403, 404].contains(status) || advised == "false" { throw .permanent(told) }
    if status == 429 { throw .tooFast(told) }
    if advised == "true" || [408, 409].contains(status) || status >= 500 { throw .transient(told) }
    if [400, 422].contains(status) { return .refused(error) }
    throw .permanent(told)
  }

  private static func told(_ error: ChatError, by address: ChatAddress) -> String {
    error.message.isEmpty ? "status \(error.status)" : "status \(error.status): \(address.quoted(error.message))"
  }
}
