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

  private let write: (ByteBuffer) throws(Failure) -> Void
  private let buffer = ByteBuffer(capacity: 1 << 16)
  /// Stages that are written already: two inputs may come from one producer.
  private var known: Set<String> = []

  init(to write: @escaping (ByteBuffer) throws(Failure) -> Void) { self.write = write }

  static func embeddings(of upstreams: [Upstream]) -> [Embedding] {
    var left = greatestSize
    return upstreams.map { upstream in
      guard upstreams.count <= mostChains, upstream.depth < greatestDepth else { return .reference }
      if upstream.reader.size <= left {
        left -= upstream.reader.size
        return .whole
      }
      return .stages
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

  /// Appends a producer's stages and contexts; of a file that was appended to, those of all its parts.
  mutating func embed(_ upstream: Upstream, withContexts: Bool) throws(Failure) {
    let reader = upstream.reader
    reader.rewind()
    let before = known
    while try reader.next() {
      switch reader.kind {
      case .pipeline: continue
      case .stage:
        guard let id = reader.memberText("id"), !before.contains(id) else { continue }
        known.insert(id)
      case .context:
        if !withContexts { continue }
        if let stage = reader.memberText("stage"), before.contains(stage) { continue }
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

  mutating func finish() throws(Failure) { try flush(above: 0) }

  private func flush(above limit: Int) throws(Failure) {
    guard buffer.count > limit else { return }
    try write(buffer)
    buffer.removeAll()
  }
}
