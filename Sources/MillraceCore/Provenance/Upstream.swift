/// A producer's record: a sidecar, a hand-over or a copy in the store, opened and its first record read.
struct Upstream: Sendable {
  let reader: ProvenanceReader
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
      isIdentifier(stage), let bytes = pipeline["bytes"]?.integer, bytes >= 0
    else { return nil }
    self.reader = reader
    self.stage = stage
    let digest = pipeline["output"]?.text.flatMap { SHA256Digest($0) }
    content = StreamContent(digest: digest, bytes: bytes, records: pipeline["records"]?.integer)
    command = pipeline["command"]?.text ?? ""
    completeness = pipeline["completeness"]?.text.flatMap { Completeness(rawValue: $0) } ?? .unknownUpstream
    depth = max(1, pipeline["depth"]?.integer ?? 1)
    offset = max(0, pipeline["offset"]?.integer ?? 0)
    continues = pipeline["continues"]?.text.flatMap { SHA256Digest($0) }
  }
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
  var candidates: [Upstream] = []
  /// Of the file's own sidecar.
  var sidecar: SHA256Digest?

  /// The weakest link from here to the first producer.
  var completeness: Completeness { upstreams.map(\.completeness).reduce(link, max) }
}
