import Glibc

extension StageRecorder {
  // MARK: Runs in several processes

  /// The stage as the programs are told of it that it runs.
  public var asParent: ParentStage {
    ParentStage(
      stage: isOff ? nil : id,
      trace: TraceContext.parent(given: surroundings.environment[TraceContext.variable], stage: id))
  }

  /// Keeps what was found about the producer of an input, for a later process that goes on with the run and does not read
  /// the input again. Call after `finishInput`.
  ///
  /// - Parameter path: of a file for its owner alone; the producers' records lie beside it, under its name and a number.
  /// - Throws: `.cannotCreate`, `.inputOutput`.
  package func saveInput(_ index: Int, to path: String) throws(Failure) {
    guard !isOff else { return }
    let input = state.withLock { $0.inputs[index] }
    // The file with the name comes last: where it is, all of it is there.
    for (number, upstream) in input.upstreams.enumerated() {
      guard let reader = upstream.reader else { continue }
      let copy = try AtomicFile(path: "\(path).\(number)", permissions: 0o600)
      try ChainWriter.write(to: copy) { writer throws(Failure) in try writer.append(sidecar: reader) }
    }
    let file = try AtomicFile(path: path, permissions: 0o600)
    let saved = try SavedInput.json(input)
    try ChainWriter.write(to: file) { writer throws(Failure) in try writer.append(saved) }
  }

  /// Adds an input that an earlier process of the run has read to its end.
  ///
  /// - Parameters:
  ///   - name: as the user gave it.
  ///   - content: what was read.
  ///   - path: where `saveInput` kept what was found; without it, or when nothing is there, the producer is unknown.
  /// - Throws: `.badConfiguration` when another input was kept there; `.badData` when what was kept is damaged;
  ///   `Failure(.no)` when `requiresUpstream` is set and no producer is known.
  public func restoreInput(name: String, content: StreamContent, from path: String?) throws(Failure) {
    guard !isOff else { return }
    var input = StageInput(name: name, descriptor: STDIN_FILENO, origin: .other, content: content)
    if let path, let reader = try ProvenanceReader(path: path) {
      input = try SavedInput.restored(reader, name: name, path: path)
      guard input.content?.bytes == content.bytes, content.digest == nil || input.content?.digest == content.digest
      else {
        throw Failure(
          .badConfiguration, "what was kept about the input is about another input", at: Place(file: path),
          advice: "run the job anew")
      }
      if input.content?.records == nil { input.content?.records = content.records }
    }
    try add(resolved: input)
  }
}

/// What a run keeps of an input whose producer has been looked for.
private enum SavedInput {
  static func json(_ input: StageInput) throws(Failure) -> JSONValue {
    var members: [JSONValue.Member] = [.init("kind", .string("input")), .init("name", .string(input.name))]
    if case .file(let path?) = input.origin { members.append(.init("path", .string(path))) }
    members += input.content?.members ?? []
    members.append(.init("link", .string(input.link.rawValue)))
    if let sidecar = input.sidecar { members.append(.init("sidecar", .string(sidecar.description))) }
    members.append(.init("candidates", .array(input.candidates.map(\.json))))
    var producers: [JSONValue] = []
    for upstream in input.upstreams { producers.append(.object(try upstream.members())) }
    members.append(.init("producers", .array(producers)))
    return .object(members)
  }

  static func restored(_ reader: ProvenanceReader, name: String, path: String) throws(Failure) -> StageInput {
    let damaged = Failure(
      .badData, "this is not what a run keeps about its input", at: Place(file: path),
      advice: "remove the file to go on without: the chain will begin here")
    guard try reader.next(), reader.memberText("kind") == "input" else { throw damaged }
    let value = try reader.value()
    guard let content = StreamContent(value), let link = value["link"]?.text.flatMap({ Completeness(rawValue: $0) })
    else { throw damaged }
    var input = StageInput(
      name: name, descriptor: STDIN_FILENO, origin: value["path"]?.text.map { .file(path: $0) } ?? .other,
      content: content, link: link)
    input.sidecar = value["sidecar"]?.text.flatMap { SHA256Digest($0) }
    input.candidates = (value["candidates"]?.elements ?? []).compactMap { Candidate($0) }
    for (number, producer) in (value["producers"]?.elements ?? []).enumerated() {
      guard let released = Upstream(members: producer) else { throw damaged }
      var upstream = released
      if let record = try ProvenanceReader(path: "\(path).\(number)"), let whole = try Upstream(record),
        whole.identity == released.identity
      {
        upstream = whole
      }
      input.upstreams.append(upstream)
    }
    return input
  }
}
