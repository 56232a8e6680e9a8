import Glibc
import Synchronization

/// Records what one run of a tool does, hands the record to the next stage of the pipeline, and writes the sidecar.
///
/// In this order:
///
///     let recorder = StageRecorder(description, surroundings: .ofThisProcess(), warn: diagnostics.warn)
///     recorder.begin(.standardOutput(STDOUT_FILENO))              // before the first byte is written
///     let input = recorder.addInput(name: "standard input", path: nil, descriptor: STDIN_FILENO)
///     let hashing = recorder.needsDigest(ofInput: input)          // once the first bytes have arrived
///     try recorder.finishInput(input, content)                    // at its end, before the output gets its name
///     try recorder.finish(output: written, rowsIn: 10, rowsOut: 9) // after the output has its name, before stdout closes
///
/// or, when the run fails, `recorder.fail(status:)`. What goes wrong in the store is told through `warn` and never stops
/// a run. Nothing but `finish` writes a record that says anything about the output.
public final class StageRecorder: Sendable {
  /// Where the stage's bytes go.
  package enum Output: Sendable {
    case standardOutput(Int32)
    /// `-o FILE`.
    case file(String)
  }

  /// The stage's identity in sidecars.
  public let id: String
  public let contextLevel: ContextLevel

  let description: StageDescription
  let surroundings: Surroundings
  let warn: @Sendable (Failure) -> Void
  private let store: ProvenanceStore?
  private let scope: ProvenanceStore.Scope
  private let start: Timestamp
  private let folders = FolderRecords()
  let state: Mutex<State>

  struct State {
    var output = OutputPlace()
    /// Open from the beginning, so that a run does not find at its end that it has no place for it.
    var sidecar: AtomicFile?
    var inputs: [StageInput] = []
    /// Producers of the inputs, by their identity.
    var upstreams: [String: Upstream] = [:]
    var files: RecordSpill?
    /// The folder of those files.
    var folder: String?
    var contexts: RecordSpill?
    var contextCount = 0
    /// Chunks that were worked on.
    var chunkCount = 0
    var children: ChildRecords?
    var sources: [JSONValue] = []
    var details: [JSONValue.Member] = []
    var dropped: [(reason: String, count: Int)] = []
    var isOver = false

    /// Takes an input whose producer has been looked for. Inputs of one producer share its record.
    mutating func take(_ input: StageInput, at index: Int) throws(Failure) {
      var input = input
      let hadFew = upstreams.count <= ChainWriter.mostChains
      for (number, upstream) in input.upstreams.enumerated() {
        if let known = upstreams[upstream.identity] {
          input.upstreams[number] = known
        } else {
          upstreams[upstream.identity] = upstream
        }
      }
      inputs[index] = input
      guard upstreams.count > ChainWriter.mostChains else { return }
      for number in hadFew ? inputs.indices : index..<(index + 1) { try inputs[number].releaseUpstreams() }
      for upstream in hadFew ? Array(upstreams.values) : input.upstreams {
        try upstreams[upstream.identity]?.release()
      }
    }
  }

  /// Makes the recorder and opens the store.
  package init(
    _ description: StageDescription, surroundings: Surroundings, warn: @escaping @Sendable (Failure) -> Void
  ) {
    var description = description
    if surroundings.environment["MILLRACE_PROVENANCE"] == "off" { description.destination = .off }
    self.description = description
    self.surroundings = surroundings
    self.warn = warn
    contextLevel = description.destination == .off ? .none : description.contextLevel
    id = surroundings.newIdentifier()
    start = surroundings.clock.now()
    scope = ProvenanceStore.Scope(session: getsid(0), job: surroundings.environment["SLURM_JOB_ID"])
    var store: ProvenanceStore?
    if description.destination != .off {
      do throws(Failure) {
        store = try ProvenanceStore(environment: surroundings.environment)
        try store?.sweepWhenDue(now: start)
      } catch {
        warn(error)
      }
    }
    self.store = store
    state = Mutex(State())
  }

  /// Nothing is recorded and no digest is needed: `--no-provenance`, or `MILLRACE_PROVENANCE=off`.
  public var isOff: Bool { description.destination == .off }

  // MARK: The output

  /// Finds out what the output is, makes sure of a place for the sidecar, and tells the reader of a pipe that its producer
  /// has begun.
  ///
  /// - Throws: `.cannotCreate` when there is no such place. Beside a file that standard output was redirected to, that is
  ///   only told: it may be a log in a folder of others.
  package func begin(_ output: Output) throws(Failure) {
    guard !isOff else { return }
    let place = OutputPlace(output, destination: description.destination)
    if let problem = place.problem { warn(problem) }
    let sidecar = try openSidecar(place)
    state.withLock { state in
      state.output = place
      state.sidecar = sidecar
    }
    guard let key = place.pipe else { return }
    writeLink(key, HandOver.running(tool: description.tool, time: start))
  }

  private func openSidecar(_ place: OutputPlace) throws(Failure) -> AtomicFile? {
    guard let path = place.sidecar else { return nil }
    do throws(Failure) {
      return try AtomicFile(path: path)
    } catch {
      var failure = error
      failure.advice = "--provenance FILE puts the sidecar elsewhere, --no-provenance writes none"
      guard place.redirection != nil, description.destination == .automatic else { throw failure }
      warn(failure)
      return nil
    }
  }

  private func writeLink(_ key: ProvenanceStore.PipeKey, _ value: JSONValue) {
    guard let store else { return }
    do throws(Failure) {
      let file = try AtomicFile(path: try store.linkPath(key, stage: id), permissions: 0o600)
      try ChainWriter.write(to: file) { writer throws(Failure) in try writer.append(value) }
    } catch {
      warn(error)
    }
  }

  // MARK: Inputs

  /// Adds an input before its first byte is read, and returns its index.
  ///
  /// - Parameters:
  ///   - name: as the user gave it.
  ///   - path: nil for standard input.
  ///   - descriptor: open until `finishInput`; its offset is left alone.
  package func addInput(name: String, path: String?, descriptor: Int32) -> Int {
    var input =
      isOff
      ? StageInput(name: name, descriptor: descriptor, origin: .other)
      : search.input(name: name, path: path, descriptor: descriptor)
    if descriptor == STDIN_FILENO, case .file(let chunk?) = input.origin,
      let mark = surroundings.environment[ParentMark.variable].flatMap({ ParentMark($0) }), mark.names(file: chunk)
    {
      input.parent = mark
    }
    let added = input
    return state.withLock { state in
      state.inputs.append(added)
      return state.inputs.count - 1
    }
  }

  /// Whether the reader must hash what it reads of this input.
  ///
  /// Ask when the first bytes have arrived, or the end: a stage of ours leaves its record before its first byte, so what
  /// is there now decides. Bytes of such a stage are hashed by that stage and only counted here.
  package func needsDigest(ofInput index: Int) -> Bool {
    if isOff { return false }
    if description.hashesEveryInput { return true }
    let origin = state.withLock { $0.inputs[index].origin }
    guard case .pipe(let key, let found) = origin else { return true }
    return !search.hasLink(key, found: found)
  }

  /// Takes note that an input was read to its end, and finds its producer.
  ///
  /// - Parameter content: bytes as they came from the descriptor, compressed if they were, with the digest that
  ///   `needsDigest` asked for, and the records if they were counted.
  /// - Throws: `Failure(.no)` when `requiresUpstream` is set and no producer finished that wrote these bytes. The output
  ///   must not get its name then.
  package func finishInput(_ index: Int, _ content: StreamContent) throws(Failure) {
    guard !isOff else { return }
    let unresolved = state.withLock { $0.inputs[index] }
    let (input, warning) = try search.resolve(unresolved, content: content)
    try take(input, at: index, warning)
  }

  /// Adds an input whose producer has been looked for.
  func add(resolved input: StageInput) throws(Failure) {
    let index = state.withLock { state in
      state.inputs.append(input)
      return state.inputs.count - 1
    }
    try take(input, at: index, nil)
  }

  private func take(_ input: StageInput, at index: Int, _ warning: Failure?) throws(Failure) {
    try state.withLock { state throws(Failure) in try state.take(input, at: index) }
    if description.requiresUpstream, [.unknownUpstream, .upstreamDied, .mismatch].contains(input.link) {
      throw warning.map { Failure(.no, $0.message, at: $0.place, advice: "--require-upstream allows no such input") }
        ?? Failure(
          .no, "no Millrace tool left a record of writing this input", at: Place(file: input.name),
          advice: "--require-upstream allows no such input")
    }
    if let warning { warn(warning) }
  }

  private var search: UpstreamSearch {
    UpstreamSearch(store: store, folders: folders, scope: scope, now: surroundings.clock.now())
  }

  // MARK: Rows and sources

  /// Writes context records of this stage.
  public var contextFormatter: ContextFormatter { ContextFormatter(stage: id, now: surroundings.clock.now) }

  /// Takes context records that a `ContextFormatter` wrote, for a block of rows, in the order of the rows.
  ///
  /// Any thread may call; the caller sees to the order. With the level `summary` only the count is kept.
  package func appendContexts(_ lines: ByteBuffer, count: Int) throws(Failure) {
    guard contextLevel != .none else { return }
    try state.withLock { state throws(Failure) in
      state.contextCount += count
      guard contextLevel == .rows else { return }
      if state.contexts == nil { state.contexts = RecordSpill(folder: spillFolder(state)) }
      try state.contexts?.append(lines)
    }
  }

  /// Where records wait that are too many for the memory: beside the sidecar, else in the store.
  func spillFolder(_ state: State) -> String {
    let beside = state.output.sidecar.map { folderPart(of: $0) }
    return beside ?? store?.folder ?? temporaryFolder(surroundings.environment)
  }

  /// Takes note of a further file that the stage wrote into a folder, a chunk say, once it has its name. The folder gets a
  /// sidecar of its own, `.prov`, by which these files find their producer.
  ///
  /// - Parameters:
  ///   - path: as the user would name it.
  ///   - content: with the digest; a file without one is not told.
  public func addFile(_ path: String, _ content: StreamContent) throws(Failure) {
    guard !isOff, content.digest != nil else { return }
    let record = JSONValue.object(
      [
        .init("kind", .string("file")), .init("stage", .string(id)),
        .init("path", .string(relativeToCurrentFolder(path))),
      ] + content.members)
    try state.withLock { state throws(Failure) in
      let folder = folderPart(of: path)
      let files = state.files ?? RecordSpill(folder: folder)
      state.files = files
      state.folder = folder
      try files.append(record)
    }
  }

  /// Adds a source that was asked: its URL, from which keys are removed, licence, and when.
  package func addSource(url: String, licence: String?, time: Timestamp) {
    var members: [JSONValue.Member] = [.init("url", .string(CommandLineText.redactingURL(url)))]
    if let licence { members.append(.init("licence", .string(licence))) }
    members.append(.init("time", .string(time.localText)))
    let source = JSONValue.object(members)
    state.withLock { $0.sources.append(source) }
  }

  /// Adds what is known of the run only while it goes: the fingerprint of what was made, say. A name that is there already
  /// gets the new value.
  public func addDetails(_ details: [JSONValue.Member]) {
    state.withLock { state in
      for detail in details {
        state.details.removeAll { $0.name == detail.name }
        state.details.append(detail)
      }
    }
  }

  /// Counts rows that were read and not written.
  public func addDropped(_ count: Int, reason: String) {
    guard count > 0 else { return }
    state.withLock { state in
      if let index = state.dropped.firstIndex(where: { $0.reason == reason }) {
        state.dropped[index].count += count
      } else {
        state.dropped.append((reason, count))
      }
    }
  }

  // MARK: The end

  /// Writes the record: for the reader of a pipe, for look-up by content, and as a sidecar.
  ///
  /// Call after the last byte is written and a file has its name, and before standard output is closed.
  ///
  /// - Parameters:
  ///   - output: what was written, with its digest.
  ///   - status: what the tool is going to exit with: `.success`, or `.no` for an answer.
  /// - Throws: when the sidecar cannot be written.
  package func finish(
    output: StreamContent, rowsIn: Int, rowsOut: Int, status: ExitStatus = .success
  ) throws(Failure) {
    guard !isOff else { return }
    try state.withLock { state throws(Failure) in
      guard !state.isOver else { return }
      state.isOver = true
      try publish(state, output: output, rows: (rowsIn, rowsOut), status: status)
    }
  }

  /// Tells the reader of a pipe that the output is not whole. No sidecar is written.
  ///
  /// - Parameter status: what the process ends with; 128 and a signal's number when that ends it.
  package func fail(status: Int32) {
    guard !isOff else { return }
    let key = state.withLock { state -> ProvenanceStore.PipeKey? in
      guard !state.isOver else { return nil }
      state.isOver = true
      state.sidecar = nil
      return state.output.pipe
    }
    if let key {
      writeLink(key, HandOver.failed(tool: description.tool, status: status, time: surroundings.clock.now()))
    }
  }

  /// Warns when an input is cut off because its producer died: what is wrong with its last row, the tool tells itself.
  package func warnOfDeadProducers() {
    for input in state.withLock({ $0.inputs }) {
      if let warning = search.warningOfDeath(input) { warn(warning) }
    }
  }

  private func publish(
    _ state: State, output: StreamContent, rows: (in: Int, out: Int), status: ExitStatus
  ) throws(Failure) {
    let stage = try FinishedStage(
      StageRecord(
        id: id, description: description, environment: surroundings.environment, start: start,
        end: surroundings.clock.now(), status: status, session: scope.session, inputs: state.inputs,
        embeddings: ChainWriter.embeddings(of: state.inputs), output: output, rows: rows, dropped: state.dropped,
        contextLevel: contextLevel, contextCount: state.contextCount, chunkCount: state.chunkCount,
        children: state.children, sources: state.sources, details: state.details,
        place: state.output),
      files: state.files, contexts: state.contexts)
    if let store {
      do throws(Failure) {
        try stage.leaveCopies(in: store, scope: scope)
      } catch {
        warn(error)
      }
    }
    if let path = state.output.path, let digest = output.digest, state.output.earlierSidecar == nil {
      LinuxProcess.setHint(ProvenanceStore.copyName(digest, stage: id, scope: scope), onFile: path)
    }
    if let folder = state.folder { try stage.write(to: AtomicFile(path: "\(folder)/\(sidecarSuffix)")) }
    if let sidecar = state.sidecar { try stage.write(to: sidecar) }
  }
}
