import MillraceCore

/// A description's schema, and where it came from.
struct DescribedSchema<Schema: Sendable>: Sendable {
  var schema: Schema
  /// What the schema was read from: JSON, or a template's YAML.
  var document: String
  var origin: SchemaOrigin
}

/// Makes schemas of descriptions: kept ones, those of a model, and built-in ones where there is no model to be asked.
struct SchemaDescriber<Schema: Sendable>: Sendable {
  /// How a schema is to be come by.
  struct Settings: Sendable {
    var model: String
    var locale: String
    /// A model is asked though its answer is kept.
    var refreshes = false
    /// Nothing is sent.
    var isOffline = false
    /// No template may stand in for a model.
    var requiresModel = false
    /// Tokens of an answer at first.
    var answerTokens = SchemaPrompt.answerTokens
    /// Seconds for which another process is waited for that asks for the same: longer than all of its tries take.
    var patience = 900.0
  }

  let settings: Settings
  let client: ChatClient
  let prompt: SchemaPrompt
  let validation: SchemaValidation<Schema>
  /// Nil where nothing is kept.
  let file: SchemaFile?
  let templates: TemplateCatalogue
  let clock: Clock
  let warn: @Sendable (Failure) -> Void

  /// - Throws: where no schema is to be had, and where the configuration lets nothing be asked.
  func describe(_ description: TableDescription) async throws(Failure) -> DescribedSchema<Schema> {
    let key = key(of: description)
    if !settings.refreshes, let kept = known(key) { return kept.described }
    if settings.isOffline {
      return try fallback(
        description, because: "--offline sends no request, and no schema is kept of this description", ChatAccount())
    }
    if client.address.lacksKey {
      return try fallback(description, because: "no key is set in \(ChatAddress.keyVariable)", ChatAccount())
    }
    guard let file else { return try await ask(description, key: key) }
    switch await turn(key, file) {
    case .known(let kept):
      if let known = checked(kept) { return known.described }
      return try await ask(description, key: key)
    case .claimed(let claim):
      defer { withExtendedLifetime(claim) {} }
      return try await ask(description, key: key)
    case .unclaimed(let failure):
      if let failure {
        warn(
          Failure(
            failure.status, "cannot say that this is being asked: \(failure.message)", at: failure.place,
            advice: failure.advice))
      }
      return try await ask(description, key: key)
    }
  }

  // MARK: The cache

  /// What an answer is kept under: all that it depends on.
  private func key(of description: TableDescription) -> String {
    let parts = [
      String(SchemaPrompt.version), client.address.text, settings.model, settings.locale, description.text,
    ]
    return SHA256Digest(of: JSONValue.array(parts.map { .string($0) }).json).hex
  }

  private func turn(_ key: String, _ file: SchemaFile) async -> SchemaClaim.Turn {
    let began = clock.now()
    return await SchemaClaim.turn("\(file.folder)/asking/\(key)", waitingUpTo: settings.patience) {
      guard let kept = file.entry(key) else { return nil }
      // Who asks anew takes what another one has asked anew meanwhile, and nothing older.
      return settings.refreshes && kept.stored < began ? nil : kept
    }
  }

  private struct Known {
    var described: DescribedSchema<Schema>
  }

  private func known(_ key: String) -> Known? { file?.entry(key).flatMap { checked($0) } }

  /// A kept document is read like any other: another version may have written it, or another hand.
  private func checked(_ kept: KeptSchema) -> Known? {
    let document = kept.schema.json
    guard let schema = try? validation.read(document) else { return nil }
    return Known(
      described: DescribedSchema(
        schema: schema, document: document,
        origin: SchemaOrigin(
          source: .cache, digest: SHA256Digest(of: document), model: settings.model, service: client.address.text,
          age: max(0, clock.now().since(kept.stored)))))
  }

  // MARK: The model

  private func ask(_ description: TableDescription, key: String) async throws(Failure) -> DescribedSchema<Schema> {
    let asker = SchemaAsker(
      client: client, model: settings.model, prompt: prompt, answerTokens: settings.answerTokens, validation: validation
    )
    var account = ChatAccount()
    do throws(SchemaAsker<Schema>.NoSchema) {
      let answer = try await asker.ask(description, account: &account)
      await file?.store(
        KeptSchema(
          description: description.text, model: settings.model, service: client.address.text, locale: settings.locale,
          stored: clock.now(), account: account, schema: answer.document),
        for: key)
      let document = answer.document.json
      return DescribedSchema(
        schema: answer.schema, document: document,
        origin: SchemaOrigin(
          source: .model, digest: SHA256Digest(of: document), model: settings.model, service: client.address.text,
          account: account))
    } catch {
      if let failure = error.failure { throw failure }
      return try fallback(description, because: "\(client.address.host): \(error.reason)", account)
    }
  }

  // MARK: Templates

  private func fallback(
    _ description: TableDescription, because reason: String, _ account: ChatAccount
  ) throws(Failure) -> DescribedSchema<Schema> {
    guard !settings.requiresModel else {
      throw Failure(
        .serviceUnavailable, "no schema for the description: \(reason)",
        advice: "\(Self.advice(client.address)); without --require-llm a built-in template is taken")
    }
    let choice = templates.choose(for: description)
    let schema: Schema
    do throws(SchemaFaults) {
      schema = try validation.read(choice.document)
    } catch {
      throw Failure(
        .internalError, "the built-in template \(choice.name) is no schema: \(error.failures.first?.description ?? "")")
    }
    let why =
      choice.words.isEmpty
      ? "which fits anything, as no word of the description names a subject that there is a template for"
      : "chosen by \(choice.words.count == 1 ? "the word" : "the words") \(choice.words.joined(separator: ", "))"
    warn(
      Failure(
        .serviceUnavailable, "\(reason); taking the built-in template \"\(choice.name)\", \(why)",
        advice: "\(Self.advice(client.address)); --require-llm makes this an error"))
    return DescribedSchema(
      schema: schema, document: choice.document,
      origin: SchemaOrigin(
        source: .fallback, digest: SHA256Digest(of: choice.document), model: settings.model,
        service: client.address.text, account: account,
        template: .init(name: choice.name, words: choice.words, reason: reason)))
  }

  private static func advice(_ address: ChatAddress) -> String {
    address.lacksKey
      ? "set \(ChatAddress.keyVariable), or \(ChatAddress.baseVariable) for a server of your own"
      : "\(ChatAddress.baseVariable) says who is asked, --model for which model"
  }
}
