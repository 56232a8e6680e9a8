import MillraceCore

/// Where a table's schema came from, for the sidecar.
struct SchemaOrigin: Sendable, Equatable {
  enum Source: String, Sendable {
    /// A model was asked.
    case model = "llm"
    /// A model was asked by an earlier run.
    case cache
    /// A built-in template stands in for a model.
    case fallback
    /// A person's own.
    case file
  }

  /// The template that was taken.
  struct Template: Sendable, Equatable {
    var name: String
    /// The words of the description that spoke for it.
    var words: [String]
    /// Why no model has made the schema.
    var reason: String
  }

  var source: Source
  /// Of the schema's document.
  var digest: SHA256Digest
  /// The model that was to make the schema, and where it was asked; nil for a file.
  var model: String?
  var service: String?
  /// Seconds since the schema was kept.
  var age: Double?
  /// What this run asked.
  var account = ChatAccount()
  var template: Template?

  /// A schema that a person wrote.
  static func file(_ document: some Collection<UInt8>) -> SchemaOrigin {
    let buffer = ByteBuffer(Array(document))
    return SchemaOrigin(source: .file, digest: unsafe SHA256Digest(of: buffer.bytes))
  }

  /// Members of the stage's record.
  var members: [JSONValue.Member] {
    var members: [JSONValue.Member] = [
      .init("schema_source", .string(source.rawValue)), .init("schema_digest", .string(digest.description)),
    ]
    if let template {
      members += [
        .init("template", .string(template.name)),
        .init("template_words", .array(template.words.map { .string($0) })),
        .init("fallback_reason", .string(template.reason)),
      ]
    }
    if let model { members.append(.init("model", .string(model))) }
    if let service { members.append(.init("service", .string(service))) }
    if let age { members.append(.init("schema_age", .number(String((age * 1000).rounded() / 1000)))) }
    if !account.attempts.isEmpty { members.append(.init("attempts", .array(account.attempts.map(\.json)))) }
    if account.tokens != TokenCount() { members.append(.init("tokens", account.tokens.json)) }
    return members
  }
}
