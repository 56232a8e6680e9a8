import Glibc

/// Finds who produced what an input carries.
struct UpstreamSearch {
  let store: ProvenanceStore?
  let folders: FolderRecords
  let scope: ProvenanceStore.Scope
  let now: Timestamp
  /// The latest of the stages that may have written the same bytes.
  private static let mostCandidates = 64
  /// File systems take a file's time from a clock that moves this often, or oftener; in seconds.
  private static let clockTick = 0.01

  /// What the input is, seen before its first byte is read.
  func input(name: String, path: String?, descriptor: Int32) -> StageInput {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else {
      return StageInput(name: name, descriptor: descriptor, origin: .other)
    }
    switch fileKind(status) {
    case S_IFREG:
      let path = path ?? Linux.path(of: descriptor)
      return StageInput(name: name, descriptor: descriptor, origin: .file(path: path))
    case S_IFIFO:
      let key = ProvenanceStore.PipeKey(device: status.st_dev, inode: status.st_ino)
      let found = LinuxProcess.isAnonymousPipe(descriptor) ? StageInput.LinksAtStart() : linksAtStart(key)
      return StageInput(name: name, descriptor: descriptor, origin: .pipe(key, found: found))
    default: return StageInput(name: name, descriptor: descriptor, origin: .other)
    }
  }

  private func linksAtStart(_ key: ProvenanceStore.PipeKey) -> StageInput.LinksAtStart {
    var found = StageInput.LinksAtStart()
    let age = LinuxProcess.age()
    for (entry, reader) in records(about: key) {
      let handOver = HandOver(reader)
      // A FIFO opens when both ends are there, and only then does a producer leave its record: one that is older than
      // this process is about an earlier use. A younger one may be about ours, though its producer is dead already.
      let isEarlier = age.map { now.since(entry.modified) > $0 + Self.clockTick } ?? true
      switch handOver.state {
      case .done: found.done.insert(entry.stage)
      case .failed: if isEarlier { found.dead.insert(entry.stage) }
      case .running: if isEarlier, !handOver.isAlive { found.dead.insert(entry.stage) }
      }
    }
    return found
  }

  /// True when a producer has left a record under the pipe's key, so that counting bytes will do.
  func hasLink(_ key: ProvenanceStore.PipeKey, found: StageInput.LinksAtStart) -> Bool {
    guard let store, found.done.isEmpty else { return false }
    return store.links(to: key, now: now).contains { !found.dead.contains($0.stage) }
  }

  /// Looks for the producers of an input that was read to its end.
  ///
  /// - Returns: the input with its link, and a warning when the input may be cut off or is not what its record says.
  func resolve(_ input: StageInput, content: StreamContent) throws(Failure) -> (input: StageInput, warning: Failure?) {
    var input = input
    input.content = content
    var warning: Failure?
    switch input.origin {
    case .file(let path): warning = try resolveFile(&input, path: path)
    case .pipe(let key, let found):
      if case (let isLinked, let problem) = try resolvePipe(&input, key: key, found: found), isLinked {
        warning = problem
      } else {
        try resolveContent(&input)
      }
    case .other: try resolveContent(&input)
    }
    if input.content?.digest == nil, let only = input.upstreams.first, input.upstreams.count == 1 {
      // Both ends of the pipe agree on the bytes, which the producer hashed.
      if input.link == .verified { input.content?.digest = only.content.digest }
    }
    if input.content?.records == nil, input.link == .verified {
      input.content?.records = input.upstreams.first?.content.records
    }
    return (input, warning)
  }

  // MARK: Files

  private func resolveFile(_ input: inout StageInput, path: String?) throws(Failure) -> Failure? {
    let place = Place(file: input.name)
    // A file is where a chain may begin: without a sidecar nothing is missing.
    input.link = .verified
    guard let content = input.content, let digest = content.digest else { return nil }
    if let path, let reader = try ProvenanceReader(path: path + sidecarSuffix) {
      do throws(Failure) {
        guard let upstream = try Upstream(reader) else {
          throw Failure(
            .badData, "the sidecar is of a kind that this version does not know", at: Place(file: reader.name))
        }
        input.sidecar = try reader.digest()
        let agrees =
          upstream.offset == 0
          ? upstream.content.digest == digest && upstream.content.bytes == content.bytes
          : try SidecarSegments(reader).check(input.descriptor, name: input.name) == nil
        if agrees {
          input.upstreams = [upstream]
          return nil
        }
        input.link = .mismatch
        return Failure(
          .no, "the file is not what its sidecar \(reader.name) says", at: place,
          advice: "it was changed after it was written; remove the sidecar if that was you")
      } catch {
        input.link = .mismatch
        return error
      }
    }
    if let path, let warning = try resolveInFolder(&input, path: path, digest) { return warning }
    if input.sidecar == nil, let hint = LinuxProcess.hint(on: input.descriptor), let store,
      let copy = store.copy(named: hint),
      let upstream = try open(copy, in: store), upstream.content.digest == digest
    {
      input.upstreams = [upstream]
    }
    return nil
  }

  /// Looks for the file among those that the sidecar of its folder tells of.
  private func resolveInFolder(
    _ input: inout StageInput, path: String, _ digest: SHA256Digest
  ) throws(Failure) -> Failure? {
    do throws(Failure) {
      guard let record = try folders.record(besideFile: path), let written = record.files[nameInFolder(path)] else {
        return nil
      }
      input.sidecar = record.digest
      if written == digest {
        input.upstreams = [record.upstream]
        return nil
      }
      throw Failure(
        .no, "the file is not what \(folderSidecar(forFile: path)) says", at: Place(file: input.name),
        advice: "it was changed after it was written")
    } catch {
      input.link = .mismatch
      return error
    }
  }

  // MARK: Pipes

  /// False when no record tells about this pipe.
  private func resolvePipe(
    _ input: inout StageInput, key: ProvenanceStore.PipeKey, found: StageInput.LinksAtStart
  ) throws(Failure) -> (Bool, Failure?) {
    guard let store, let content = input.content else { return (false, nil) }
    var producers: [Upstream] = []
    var used: [ProvenanceStore.Entry] = []
    var death: String?
    for (entry, reader) in records(about: key) where !found.dead.contains(entry.stage) {
      let handOver = HandOver(reader)
      switch handOver.state {
      case .running, .failed: death = handOver.state.death(of: handOver.tool)
      case .done:
        guard let upstream = try Upstream(reader) else { continue }
        if found.done.contains(entry.stage), upstream.content.digest != content.digest { continue }
        producers.append(upstream)
      }
      used.append(entry)
    }
    guard !used.isEmpty else { return (false, nil) }
    for entry in used { store.remove(entry) }
    let place = Place(file: input.name)
    if let death {
      input.link = .upstreamDied
      return (true, Self.cutOff(input.name, death))
    }
    let written = producers.map(\.content).totalBytes
    let digestsAgree =
      producers.count > 1 || content.digest == nil || producers.first?.content.digest == content.digest
    input.upstreams = producers
    if written == content.bytes, digestsAgree {
      input.link = producers.count == 1 ? .verified : .concat
      return (true, nil)
    }
    input.link = .mismatch
    return (
      true,
      Failure(
        .no, "read \(content.bytes) bytes, while the programs that left a record wrote \(written)", at: place,
        advice: "something else wrote to the same pipe, or took from it")
    )
  }

  private static func cutOff(_ name: String, _ death: String) -> Failure {
    Failure(
      .no, "the program that wrote this input did not finish: \(death)", at: Place(file: name),
      advice: "the rows after the cut are missing; --require-upstream makes this an error")
  }

  /// Tells that the producer of an input that was not read to its end is dead, which may be why what came is bad.
  func warningOfDeath(_ input: StageInput) -> Failure? {
    guard case .pipe(let key, let found) = input.origin, input.content == nil else { return nil }
    for (entry, reader) in records(about: key) where !found.dead.contains(entry.stage) {
      let handOver = HandOver(reader)
      if !handOver.isAlive, let death = handOver.state.death(of: handOver.tool) {
        return Self.cutOff(input.name, death)
      }
    }
    return nil
  }

  private func records(about key: ProvenanceStore.PipeKey) -> [(ProvenanceStore.Entry, ProvenanceReader)] {
    guard let store else { return [] }
    var records: [(ProvenanceStore.Entry, ProvenanceReader)] = []
    for entry in store.links(to: key, now: now) {
      // A record that cannot be read is as good as none.
      guard let reader = store.open(entry), let hasRecord = try? reader.next(), hasRecord else { continue }
      records.append((entry, reader))
    }
    return records
  }

  // MARK: Content

  private func resolveContent(_ input: inout StageInput) throws(Failure) {
    guard let store, let content = input.content, let digest = content.digest, content.bytes > 0 else { return }
    var only: Upstream?
    var candidates: [Candidate] = []
    for copy in store.copies(of: digest, scope: scope, now: now).suffix(Self.mostCandidates) {
      if let upstream = try open(copy, in: store), upstream.content.digest == digest,
        upstream.content.bytes == content.bytes
      {
        only = upstream
        candidates.append(Candidate(stage: upstream.stage, command: upstream.command))
      }
    }
    if candidates.count > 1 {
      input.link = .ambiguous
      input.candidates = candidates
    } else if let only {
      input.link = .contentMatch
      input.upstreams = [only]
    }
  }

  private func open(_ entry: ProvenanceStore.Entry, in store: ProvenanceStore) throws(Failure) -> Upstream? {
    guard let reader = store.open(entry) else { return nil }
    do throws(Failure) {
      return try Upstream(reader)
    } catch {
      // What somebody put into the store must not stop a run.
      return nil
    }
  }
}
