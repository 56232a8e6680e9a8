/// A producer's record: a sidecar, a hand-over or a copy in the store, opened and its first record read.
struct Upstream: Sendable {
  /// Nil once released.
  private(set) var reader: ProvenanceReader?
  /// Of a record that was released.
  private var releasedDigest: SHA256Digest?
  /// The stage whose output the record describes.
  let stage: String
  let content: StreamContent
  /// The pipeline as one line, up to and including the stage.
  let command: String
  let completeness: Completeness
  /// Stages in the longest chain inside the record.
  let depth: Int
  /// Bytes of the file in front of the output, when the output was appended to it.
  let offset: Int
  /// The sidecar that described the bytes in front of `offset`.
  let continues: SHA256Digest?

  /// Nil when the file does not begin with a record of kind `pipeline` that we understand.
  init?(_ reader: ProvenanceReader) throws(Failure) {
    reader.rewind()
    guard try reader.next(), reader.kind == .pipeline else { return nil }
    self.init(reader, pipeline: try reader.value())
  }

  init?(_ reader: ProvenanceReader, pipeline: JSONValue) {
    guard let schema = pipeline["schema"]?.integer, schema >= 1, let stage = pipeline["stage"]?.text,
      isIdentifier(stage), let bytes = pipeline["bytes"]?.integer, StreamContent.possibleBytes.contains(bytes)
    else { return nil }
    let digest = pipeline["output"]?.text.flatMap { SHA256Digest($0) }
    self.init(pipeline, stage, StreamContent(digest: digest, bytes: bytes, records: pipeline["records"]?.integer))
    self.reader = reader
  }

  /// What is to be known of a record without the record, as `members` tells it.
  init?(members value: JSONValue) {
    guard let stage = value["stage"]?.text, isIdentifier(stage), let content = StreamContent(value) else { return nil }
    self.init(value, stage, content)
    releasedDigest = value["record"]?.text.flatMap { SHA256Digest($0) }
  }

  /// What both forms tell in the same words.
  private init(_ value: JSONValue, _ stage: String, _ content: StreamContent) {
    self.stage = stage
    self.content = content
    command = value["command"]?.text ?? ""
    completeness = value["completeness"]?.text.flatMap { Completeness(rawValue: $0) } ?? .unknownUpstream
    depth = max(1, value["depth"]?.integer ?? 1)
    offset = min(max(0, value["offset"]?.integer ?? 0), StreamContent.possibleBytes.upperBound)
    continues = value["continues"]?.text.flatMap { SHA256Digest($0) }
  }

  func members() throws(Failure) -> [JSONValue.Member] {
    var members: [JSONValue.Member] = [.init("stage", .string(stage))] + content.members
    members += [
      .init("command", .string(command)), .init("completeness", .string(completeness.rawValue)),
      .init("depth", .integer(depth)), .init("offset", .integer(offset)),
    ]
    if let continues { members.append(.init("continues", .string(continues.description))) }
    if let digest = try recordDigest() { members.append(.init("record", .string(digest.description))) }
    return members
  }

  /// The same for every input that leads to this record.
  var identity: String { "\(stage) \(content.digest?.hex ?? "")" }

  /// Bytes of the record; 0 once released.
  var size: Int { reader?.size ?? 0 }

  /// The digest of the record.
  func recordDigest() throws(Failure) -> SHA256Digest? {
    if let releasedDigest { return releasedDigest }
    return try reader?.digest()
  }

  /// Closes the record, which will be referred to by its digest: an open one takes a descriptor and a parser.
  mutating func release() throws(Failure) {
    releasedDigest = try recordDigest()
    reader = nil
  }
}

/// A stage that may have written what an input carries.
struct Candidate: Sendable, Equatable {
  var stage: String
  var command: String

  init(stage: String, command: String) {
    self.stage = stage
    self.command = command
  }

  init?(_ value: JSONValue) {
    guard let stage = value["stage"]?.text else { return nil }
    self.init(stage: stage, command: value["command"]?.text ?? "")
  }

  var json: JSONValue { .object([.init("stage", .string(stage)), .init("command", .string(command))]) }
}

/// An input of a stage, and what was found about where it came from.
struct StageInput: Sendable {
  enum Origin: Sendable {
    /// A regular file, and its path if it still has the one it was opened by.
    case file(path: String?)
    case pipe(ProvenanceStore.PipeKey, found: LinksAtStart)
    /// A socket, a terminal, a device.
    case other
  }

  /// Records that were there before a FIFO with a name was read: they may be about an earlier use of it.
  struct LinksAtStart: Sendable {
    /// Producers that were dead before we began.
    var dead: Set<String> = []
    /// Producers that were done before we began: only a digest tells whether their bytes are ours.
    var done: Set<String> = []
  }

  let name: String
  let descriptor: Int32
  let origin: Origin

  /// Set once the input has been read to its end.
  var content: StreamContent?
  var link = Completeness.unknownUpstream
  var upstreams: [Upstream] = []
  /// Stages that all wrote these bytes, when no more is known.
  var candidates: [Candidate] = []
  /// Of the file's own sidecar, or of its folder's.
  var sidecar: SHA256Digest?
  /// The input is a chunk that a runner cut for this run.
  var parent: ParentMark?

  /// Closes the records of the producers.
  mutating func releaseUpstreams() throws(Failure) {
    for number in upstreams.indices { try upstreams[number].release() }
  }

  /// The weakest link from here to the first producer.
  var completeness: Completeness { upstreams.map(\.completeness).reduce(link, max) }
}
