/// Writes a record: the pipeline, the chains of the inputs, the stage, and what it did to which row.
struct ChainWriter {
  /// Chains that are longer or larger are referred to by digest instead of embedded.
  static let greatestDepth = 32
  static let greatestSize = 64 << 20
  /// With more chains than this, none is embedded: merging 1,000 chunks lists 1,000 digests.
  static let mostChains = 16

  /// What becomes of a producer's record in ours.
  enum Embedding {
    case whole
    /// The stages without what they did to which row.
    case stages
    case reference
  }

  private let file: AtomicFile
  private let buffer = ByteBuffer(capacity: 1 << 16)
  /// Stages that are written already: two inputs may come from one producer.
  private var known: Set<String> = []
  private var knownFiles: Set<String> = []

  private init(_ file: AtomicFile) { self.file = file }

  /// Writes a file, which gets its name when `body` has appended all that is to stand in it.
  static func write(
    to file: AtomicFile, _ body: (inout ChainWriter) throws(Failure) -> Void
  ) throws(Failure) {
    var writer = ChainWriter(file)
    try body(&writer)
    try writer.flush(above: 0)
    try file.commit()
  }

  /// What becomes of the records of the inputs' producers, by their identity.
  static func embeddings(of inputs: [StageInput]) -> [String: Embedding] {
    var embeddings: [String: Embedding] = [:]
    var left = greatestSize
    for upstream in inputs.flatMap(\.upstreams) where embeddings[upstream.identity] == nil {
      if upstream.reader == nil || upstream.depth >= greatestDepth {
        embeddings[upstream.identity] = .reference
      } else if upstream.size <= left {
        left -= upstream.size
        embeddings[upstream.identity] = .whole
      } else {
        embeddings[upstream.identity] = .stages
      }
    }
    return embeddings
  }

  /// Appends the chains of all inputs.
  mutating func embed(
    _ inputs: [StageInput], _ embeddings: [String: Embedding], withContexts: Bool
  ) throws(Failure) {
    let read = Set(inputs.compactMap(\.content?.digest))
    var embedded: Set<String> = []
    for upstream in inputs.flatMap(\.upstreams) where embedded.insert(upstream.identity).inserted {
      guard let embedding = embeddings[upstream.identity], embedding != .reference else { continue }
      try embed(upstream, reading: read, withContexts: withContexts && embedding == .whole)
    }
  }

  mutating func append(_ value: JSONValue) throws(Failure) {
    value.write(to: buffer)
    buffer.append(0x0A)
    try flush(above: 1 << 16)
  }

  /// Appends lines that are whole already.
  mutating func append(lines: UnsafeRawBufferPointer) throws(Failure) {
    unsafe buffer.append(lines)
    try flush(above: 1 << 16)
  }

  /// Appends a producer's stages, files and contexts; of a file that was appended to, those of all its parts.
  ///
  /// Of the files that the producer wrote beside its output only those that were read: a task of an array job reads one
  /// chunk of thousands.
  private mutating func embed(
    _ upstream: Upstream, reading read: Set<SHA256Digest>, withContexts: Bool
  ) throws(Failure) {
    guard let reader = upstream.reader else { return }
    reader.rewind()
    let before = known
    while try reader.next() {
      switch reader.kind {
      case .pipeline: continue
      case .stage:
        guard let id = reader.memberText("id"), !before.contains(id) else { continue }
        known.insert(id)
      case .file:
        guard let stage = reader.memberText("stage"), let hex = reader.memberText("sha256"), known.contains(stage),
          let digest = SHA256Digest(hex: hex), stage != upstream.stage || read.contains(digest),
          knownFiles.insert("\(stage) \(hex)").inserted
        else { continue }
      case .context:
        if !withContexts { continue }
        if let stage = reader.memberText("stage"), before.contains(stage) { continue }
      case .child:
        // What children did to which row follows them, under the identifiers of their stages.
        if !withContexts { continue }
        if let stage = reader.memberText("stage"), before.contains(stage) { continue }
        known.formUnion((try reader.value()["stages"]?.elements ?? []).compactMap { $0["id"]?.text })
      case .other: break
      }
      unsafe try append(lines: reader.bytes)
      buffer.append(0x0A)
    }
  }

  /// Appends an earlier sidecar as it is.
  mutating func append(sidecar reader: ProvenanceReader) throws(Failure) {
    reader.rewind()
    while try reader.next() {
      unsafe try append(lines: reader.bytes)
      buffer.append(0x0A)
    }
  }

  private func flush(above limit: Int) throws(Failure) {
    guard buffer.count > limit else { return }
    unsafe try file.write(buffer.bytes)
    buffer.removeAll()
  }
}
