import MillraceCore

/// Reads schema documents for whoever asks for them.
struct SchemaValidation<Schema: Sendable>: Sendable {
  /// Reads a document in JSON.
  ///
  /// - Throws: all that is wrong with it.
  var read: @Sendable (_ document: String) throws(SchemaFaults) -> Schema

  init(_ read: @escaping @Sendable (_ document: String) throws(SchemaFaults) -> Schema) { self.read = read }
}

/// All that is wrong with a schema document, one at least.
struct SchemaFaults: Error, Equatable {
  var failures: [Failure]
}

/// What asking has cost.
struct ChatAccount: Sendable, Equatable {
  /// Every request; one whose answer was of no use has the reason.
  var attempts: [ContextFormatter.Attempt] = []
  var tokens = TokenCount()
}

/// Asks a model for a schema until its answer is one.
struct SchemaAsker<Schema: Sendable>: Sendable {
  /// How often a model is asked again that answered with what is no schema.
  static var mostRepeats: Int { 2 }

  let client: ChatClient
  let model: String
  let prompt: SchemaPrompt
  /// Of an answer at first.
  let answerTokens: Int
  let validation: SchemaValidation<Schema>

  /// A schema, and the document that it was read from.
  struct Answer: Sendable {
    var schema: Schema
    var document: JSONValue
  }

  /// Why there is none, in a sentence without a full stop.
  struct NoSchema: Error {
    var reason: String
    /// The run is to end with this: nothing can be asked so.
    var failure: Failure?
  }

  func ask(_ description: TableDescription, account: inout ChatAccount) async throws(NoSchema) -> Answer {
    let question = prompt.messages(for: description)
    var request = ChatRequest(
      model: model, messages: question, form: SchemaPrompt.form, formName: SchemaPrompt.formName,
      maximumTokens: answerTokens)
    var manner = ChatManner(tokenLimit: client.address.isOpenAI ? .completionTokens : .tokens)
    var repeats = 0
    while true {
      let completion = try await complete(request, repeats: repeats, manner: &manner, account: &account)
      let useless: Useless
      do throws(Useless) {
        return try read(completion)
      } catch {
        useless = error
      }
      let last = account.attempts.count - 1
      let problem = client.address.quoted(useless.reasons[0])
      account.attempts[last].details.append(.init("problem", .string(problem)))
      guard !useless.isFinal else { throw NoSchema(reason: problem) }
      guard repeats < Self.mostRepeats else {
        throw NoSchema(
          reason:
            "none of \(repeats + 1) answers of the model \(model) is a schema; of the last one: \(problem)")
      }
      repeats += 1
      request.messages = prompt.messages(after: question, answer: completion.content, reasons: useless.reasons)
      // A model that thinks needs room for that too.
      if completion.finishReason == "length" { request.maximumTokens *= 2 }
    }
  }

  private func complete(
    _ request: ChatRequest, repeats: Int, manner: inout ChatManner, account: inout ChatAccount
  ) async throws(NoSchema) -> ChatCompletion {
    do throws(Service.Refusal) {
      let answer = try await client.complete(request, kind: repeats == 0 ? "ask" : "ask again", manner: &manner)
      account.attempts += answer.attempts
      account.tokens += answer.completion.tokens
      return answer.completion
    } catch {
      account.attempts += error.attempts
      var ending: Failure?
      if case .fatal(let failure) = error.kind, failure.status == .badConfiguration { ending = failure }
      throw NoSchema(reason: error.reason, failure: ending)
    }
  }

  /// Why an answer is no schema.
  private struct Useless: Error {
    /// Sentences without full stops, one at least.
    var reasons: [String]
    /// Asked again, the model would say the same.
    var isFinal = false
  }

  private func read(_ completion: ChatCompletion) throws(Useless) -> Answer {
    if let refusal = completion.refusal {
      throw Useless(reasons: ["the model \(model) refuses: \(client.address.quoted(refusal))"], isFinal: true)
    }
    if completion.finishReason == "content_filter" {
      throw Useless(reasons: ["a filter of the service holds the answer back"], isFinal: true)
    }
    guard !client.address.isKey(in: completion.content) else {
      throw Useless(reasons: ["the answer of the model \(model) holds the key that it was asked with"], isFinal: true)
    }
    let object: JSONValue
    do throws(AnswerText.NoObject) {
      object = try AnswerText.object(in: completion.content)
    } catch {
      let isCut = completion.finishReason == "length"
      throw Useless(
        reasons: isCut
          ? ["the answer was cut, it was too long: use fewer fields"] : [client.address.quoted(error.reason)])
    }
    return try read(object)
  }

  private func read(_ object: JSONValue) throws(Useless) -> Answer {
    let document: JSONValue
    do throws(SchemaAnswer.BadForm) {
      document = try SchemaAnswer.document(of: object, locale: prompt.locale)
    } catch {
      throw Useless(reasons: error.reasons.map { client.address.redacted($0) })
    }
    do throws(SchemaFaults) {
      return Answer(schema: try validation.read(document.json), document: document)
    } catch {
      throw Useless(reasons: error.failures.map { client.address.redacted($0.description) })
    }
  }
}
