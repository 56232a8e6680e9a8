import Glibc

/// Writes sidecars for files that a foreign program wrote last, from the records of the store.
public struct ProvenanceSeal {
  private let finder: ProvenanceFinder
  private let surroundings: Surroundings

  public init(surroundings: Surroundings) {
    finder = ProvenanceFinder(surroundings)
    self.surroundings = surroundings
  }

  /// Writes the sidecar of `path`, with the sealing as its last stage, and returns the sidecar's path.
  ///
  /// - Parameters:
  ///   - content: the file's bytes.
  ///   - decompressed: what they decompress to, for a compressed file.
  /// - Throws: `.no` when the store knows nobody who wrote either.
  public func seal(
    _ path: String, content: StreamContent, decompressed: StreamContent?
  ) throws(Failure) -> String {
    let start = surroundings.clock.now()
    if fileStatus(path + sidecarSuffix, followingLinks: false) != nil {
      throw Failure(
        .cannotCreate, "the file has a sidecar", at: Place(file: path),
        advice: "prov verify tells whether it holds; remove it to make another")
    }
    var found: [ProvenanceFinder.Match] = []
    var source = content
    for candidate in [content, decompressed].compactMap({ $0 }) where found.isEmpty {
      source = candidate
      if let digest = candidate.digest { found = try finder.matches(of: digest) }
    }
    guard !found.isEmpty else {
      throw Failure(
        .no, "no record of writing these bytes, or what they decompress to", at: Place(file: path),
        advice: "records are kept for a week")
    }
    var input = StageInput(
      name: source == content ? path : "\(path), decompressed", descriptor: -1, origin: .other, content: source)
    if found.count == 1 {
      input.link = .contentMatch
      input.upstreams = found.map(\.upstream)
    } else {
      input.link = .ambiguous
      input.candidates = found.map { Candidate(stage: $0.upstream.stage, command: $0.command) }
    }
    let record = StageRecord(
      id: surroundings.newIdentifier(),
      description: StageDescription(tool: "prov", version: Millrace.version, arguments: ["seal", path]),
      environment: surroundings.environment, start: start, end: surroundings.clock.now(), status: .success,
      session: getsid(0), inputs: [input], embeddings: ChainWriter.embeddings(of: [input]), output: content,
      rows: (source.records ?? 0, source.records ?? 0), dropped: [], contextLevel: .none, contextCount: 0, sources: [],
      place: OutputPlace())
    let sidecar = path + sidecarSuffix
    try FinishedStage(record, files: nil, contexts: nil).write(to: AtomicFile(path: sidecar))
    return sidecar
  }
}
