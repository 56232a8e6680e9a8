import Glibc
import MillraceCore

/// What is kept of a description's schema.
struct KeptSchema: Sendable, Equatable {
  var description: String
  var model: String
  /// The service's address without secrets.
  var service: String
  var locale: String
  var stored: Timestamp
  var account: ChatAccount
  /// The document that the schema is read from.
  var schema: JSONValue

  init(
    description: String, model: String, service: String, locale: String, stored: Timestamp, account: ChatAccount,
    schema: JSONValue
  ) {
    self.description = description
    self.model = model
    self.service = service
    self.locale = locale
    self.stored = stored
    self.account = account
    self.schema = schema
  }

  /// Nil for what is no entry. Of attempts there is nothing to be read: they were made for another run.
  init?(_ value: JSONValue) {
    guard let description = value["description"]?.text, let model = value["model"]?.text,
      let stored = value["stored"]?.text.flatMap({ Timestamp(utcText: $0) }), let schema = value["schema"],
      schema.members != nil
    else { return nil }
    self.init(
      description: description, model: model, service: value["service"]?.text ?? "",
      locale: value["locale"]?.text ?? "", stored: stored, account: ChatAccount(), schema: schema)
  }

  var json: JSONValue {
    .object([
      .init("description", .string(description)), .init("model", .string(model)), .init("service", .string(service)),
      .init("locale", .string(locale)), .init("stored", .string(stored.description)),
      .init("attempts", .array(account.attempts.map(\.json))), .init("tokens", account.tokens.json),
      .init("schema", schema),
    ])
  }
}

/// `schemas.json`: the schemas that were asked for, each under its description's digest.
///
/// It is replaced in one step, so whoever reads it sees a whole file. Those who add to it take turns by a lock; an entry
/// that another version wrote, and that means nothing here, is kept as it is.
struct SchemaFile: Sendable {
  /// How much is kept; the oldest entries go first.
  struct Limits: Sendable {
    var entries = 1000
    var bytes = 8 << 20
  }

  private static let greatestDepth = 64
  /// Seconds for which a lock is waited for that is held for milliseconds: who holds it may have been stopped.
  private static let lockWait = 60.0

  let folder: String
  let limits: Limits
  let warn: @Sendable (Failure) -> Void

  private var path: String { "\(folder)/schemas.json" }

  init(folder: String, limits: Limits = Limits(), warn: @escaping @Sendable (Failure) -> Void) {
    self.folder = folder
    self.limits = limits
    self.warn = warn
  }

  /// What is kept under a key; nil where nothing is, or the file cannot be read, which is told when something is stored.
  func entry(_ key: String) -> KeptSchema? {
    guard case .entries(let members) = read() else { return nil }
    return members.last { $0.name == key }.flatMap { KeptSchema($0.value) }
  }

  /// Keeps a schema. What stands in the way of that is told, and nothing more.
  func store(_ schema: KeptSchema, for key: String) async {
    do throws(Failure) {
      try makePrivateFolder(folder)
      guard let lock = try await FileLock.acquire("\(path).lock", within: Self.lockWait) else {
        throw Failure(.inputOutput, "another process holds the lock on it", at: Place(file: path))
      }
      defer { withExtendedLifetime(lock) {} }
      var members: [JSONValue.Member]
      switch read() {
      case .entries(let kept): members = kept
      case .absent: members = []
      case .damaged(let reason):
        setAside(reason)
        members = []
      }
      members.removeAll { $0.name == key }
      members.append(.init(key, schema.json))
      try AtomicFile.write(text(of: members), to: path, permissions: 0o600)
    } catch {
      warn(
        Failure(
          error.status, "the schema is not kept for the next run: \(error.message)", at: error.place,
          advice: error.advice))
    }
  }

  // MARK: The file

  private enum Content {
    case absent
    case damaged(String)
    case entries([JSONValue.Member])
  }

  private func read() -> Content {
    guard isThere(path) else { return .absent }
    guard isRegularFile(path) else { return .damaged("it is no file") }
    do throws(Failure) {
      guard let bytes = try FileSource(path: path).readToEnd(limit: 2 * limits.bytes) else {
        return .damaged("it has more than \(2 * limits.bytes) bytes")
      }
      let document = try unsafe JSONValue.parse(bytes.bytes, maximumDepth: Self.greatestDepth)
      guard let members = document.members else { return .damaged("it is no JSON object") }
      return .entries(members)
    } catch {
      // Removed since we looked.
      return isThere(path) ? .damaged(error.message) : .absent
    }
  }

  private func setAside(_ reason: String) {
    let aside = "\(path).damaged"
    if unsafe rename(path, aside) == 0 {
      warn(
        Failure(.badData, "the file of schemas is damaged, and set aside as \(aside): \(reason)", at: Place(file: path))
      )
    }
  }

  /// A line an entry, without the oldest ones where there are too many.
  private func text(of members: [JSONValue.Member]) -> ByteBuffer {
    let lines = members.map { "\(JSONValue.string($0.name).json): \($0.value.json)" }
    var kept = lines.count
    var bytes = lines.reduce(4) { $0 + $1.utf8.count + 2 }
    var dropped: Set<Int> = []
    // By time, not by place: the newest comes last, but other versions may have others.
    let ages = members.indices.dropLast().sorted {
      (members[$0].value["stored"]?.text ?? "", $0) < (members[$1].value["stored"]?.text ?? "", $1)
    }
    for index in ages where kept > limits.entries || bytes > limits.bytes {
      dropped.insert(index)
      kept -= 1
      bytes -= lines[index].utf8.count + 2
    }
    let rest = lines.indices.filter { !dropped.contains($0) }.map { lines[$0] }
    return ByteBuffer("{\n" + rest.joined(separator: ",\n") + "\n}\n")
  }
}

extension FileLock {
  /// Waits for the lock for so many seconds at most, without a thread.
  ///
  /// - Returns: nil when the time is up.
  static func acquire(_ path: String, within seconds: Double) async throws(Failure) -> FileLock? {
    let end = Clock.monotonicSeconds() + seconds
    while true {
      if let lock = try tryAcquire(path) { return lock }
      guard Clock.monotonicSeconds() < end, !Task.isCancelled else { return nil }
      try? await Task.sleep(for: .milliseconds(10))
    }
  }
}
