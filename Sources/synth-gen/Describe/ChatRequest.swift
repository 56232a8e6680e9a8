import MillraceCore

/// One message of a conversation with a model.
struct ChatMessage: Sendable, Equatable {
  enum Role: String, Sendable {
    case system, user, assistant
  }

  var role: Role
  var text: String

  init(_ role: Role, _ text: String) {
    self.role = role
    self.text = text
  }
}

/// A conversation that a model is to go on with.
struct ChatRequest: Sendable {
  var model: String
  var messages: [ChatMessage]
  /// The JSON Schema that the answer is to keep to, and its name in the request.
  var form: JSONValue
  var formName: String
  /// Tokens of the answer at most.
  var maximumTokens: Int

  /// As a server that has such habits takes it.
  func body(_ manner: ChatManner) -> [UInt8] {
    var members: [JSONValue.Member] = [
      .init("model", .string(model)),
      .init(
        "messages",
        .array(
          messages.map { .object([.init("role", .string($0.role.rawValue)), .init("content", .string($0.text))]) })),
    ]
    if manner.takesTemperature { members.append(.init("temperature", .integer(0))) }
    if manner.takesSeed { members.append(.init("seed", .integer(1))) }
    switch manner.tokenLimit {
    case .tokens: members.append(.init("max_tokens", .integer(maximumTokens)))
    case .completionTokens: members.append(.init("max_completion_tokens", .integer(maximumTokens)))
    case .unnamed: break
    }
    members.append(.init("stream", .bool(false)))
    switch manner.format {
    case .schema:
      members.append(
        .init(
          "response_format",
          .object([
            .init("type", .string("json_schema")),
            .init(
              "json_schema",
              .object([.init("name", .string(formName)), .init("strict", .bool(true)), .init("schema", form)])),
          ])))
    case .object: members.append(.init("response_format", .object([.init("type", .string("json_object"))])))
    case .free: break
    }
    return Array(JSONValue.object(members).json.utf8)
  }
}

/// What a server takes of a request's optional parts, as far as it has been found out: servers differ, and refuse with
/// status 400 or 422 what they do not know.
struct ChatManner: Sendable, Equatable {
  /// How the answer is made to be JSON.
  enum Format: Sendable {
    /// It keeps to a JSON Schema.
    case schema
    /// It is an object.
    case object
    /// The prompt alone asks for JSON.
    case free
  }

  /// How the limit on the answer's length is named.
  enum TokenLimit: Sendable {
    case tokens, completionTokens, unnamed
  }

  var format = Format.schema
  var tokenLimit: TokenLimit
  var takesTemperature = true
  var takesSeed = true
  /// The other name for the limit has been refused.
  private var hasRenamedLimit = false

  /// - Parameter tokenLimit: what the server most likely takes.
  init(tokenLimit: TokenLimit = .tokens) { self.tokenLimit = tokenLimit }

  /// Leaves out what the server refused.
  ///
  /// - Returns: False when nothing of it can be left out.
  mutating func adapt(to error: ChatError) -> Bool {
    // What is named as the parameter counts; words may name others as examples.
    if let parameter = error.parameter, leaveOut(parameter, error) { return true }
    return leaveOut(error.message, error)
  }

  private mutating func leaveOut(_ words: String, _ error: ChatError) -> Bool {
    let words = words.lowercased()
    func names(_ candidates: String...) -> Bool { candidates.contains { words.contains($0) } }
    if names("max_tokens", "max_completion_tokens", "maximum context length"), tokenLimit != .unnamed {
      tokenLimit = nextLimit(error)
      hasRenamedLimit = true
      return true
    }
    if names("temperature"), takesTemperature {
      takesTemperature = false
      return true
    }
    if format != .free, names("response_format", "json_schema", "json_object", "json schema", "grammar", "structured") {
      format = format == .schema ? .object : .free
      return true
    }
    if names("seed"), takesSeed {
      takesSeed = false
      return true
    }
    return false
  }

  private func nextLimit(_ error: ChatError) -> TokenLimit {
    // A limit that does not fit into the model's context would not fit under its other name.
    guard !hasRenamedLimit, !error.message.lowercased().contains("context") else { return .unnamed }
    return tokenLimit == .tokens ? .completionTokens : .tokens
  }
}
