/// Checks what runners say of their chunks, and what the programs that they started say of theirs, against the bytes.
struct ChunkVerification {
  /// A runner's stage, with what it and its children say.
  private struct Runner {
    let stage: JSONValue
    var chunks: [ChunkContext] = []
    /// What programs read and wrote, by chunk.
    var inputs: [String: SHA256Digest] = [:]
    var results: [String: SHA256Digest] = [:]

    var tool: String { stage["tool"]?.text ?? "unknown tool" }
  }

  /// No runner cuts an input into more.
  private static let mostChunks = 1_000_000
  private static let mostFiles = 10_000

  private(set) var findings: [ChainVerification.Finding] = []
  /// Files that children read, each once, with the stage that did.
  private(set) var files: [(input: JSONValue, stage: JSONValue)] = []
  private var runners: [String: Runner] = [:]
  private var order: [String] = []
  private var knownFiles: Set<String> = []

  /// Reads the records of chunks and children, and checks how the stages of each child hang together.
  init(_ chain: ProvenanceChain, _ reader: ProvenanceReader) throws(Failure) {
    for stage in chain.parts.reversed().flatMap(\.stages) where stage["chunks"] != nil {
      guard let id = stage["id"]?.text, runners[id] == nil else { continue }
      runners[id] = Runner(stage: stage)
      order.append(id)
    }
    if runners.isEmpty { return }
    var children = ChildRecordReader()
    var broken: [ChainVerification.Finding] = []
    var links = 0
    reader.rewind()
    while try reader.next() {
      // A copy of the runner, held here, would make each change below copy all that it has.
      guard let stage = reader.memberText("stage"), let known = runners[stage]?.chunks.count else { continue }
      if reader.kind == .context, known < Self.mostChunks, let chunk = ChunkContext(try reader.value()) {
        runners[stage]?.chunks.append(chunk)
      } else if reader.kind == .child, let child = children.child(try reader.value()) {
        links += check(child, of: runners[stage]?.tool ?? "unknown tool", &broken)
      }
    }
    findings += broken
    if links > 0 { add(.holds, "programs run for chunks", "\(links) links between their stages agree") }
  }

  private mutating func add(_ verdict: ChainVerification.Verdict, _ link: String, _ explanation: String) {
    findings.append(ChainVerification.Finding(verdict: verdict, link: link, explanation: explanation))
  }

  // MARK: Children

  /// - Returns: how many links hold.
  private mutating func check(
    _ child: ChildRecord, of tool: String, _ broken: inout [ChainVerification.Finding]
  ) -> Int {
    guard let stages = child.stages else { return 0 }
    var outputs: [String: StreamContent] = [:]
    var held = 0
    func tell(_ link: String, _ explanation: String) {
      broken.append(
        ChainVerification.Finding(
          verdict: .broken, link: "\(tool): chunk \(child.item): \(link)", explanation: explanation))
    }
    for stage in stages {
      if let id = stage["id"]?.text, let content = StreamContent(stage["output"]) { outputs[id] = content }
      for input in stage["inputs"]?.elements ?? [] {
        let link = "\(stage["tool"]?.text ?? "unknown tool"): input \(input["name"]?.text ?? "unnamed")"
        switch input["link"]?.text.flatMap({ Completeness(rawValue: $0) }) {
        case .mismatch: tell(link, "what was read was not what its producer wrote")
        case .upstreamDied: tell(link, "its producer did not finish")
        default: break
        }
        let read = StreamContent(input)?.digest
        if input["parent"] != nil {
          if let read, child.ran(stage) { runners[child.parent]?.inputs[child.item] = read }
          continue
        }
        if input["path"] != nil { addFile(input, of: stage) }
        let producers = (input["upstream"]?.elements ?? []).compactMap { $0.text.flatMap { outputs[$0] } }
        guard producers.count == 1, let read else { continue }
        if producers[0].digest == read {
          held += 1
        } else if input["path"] == nil {
          tell(link, "read \(read), its producer wrote \(producers[0].digest.map(\.description) ?? "no digest")")
        }
      }
    }
    if child.completeness == .mismatch { tell("result", "is not what its sidecar said") }
    if child.offset == 0, let digest = child.output.digest {
      runners[child.parent]?.results[child.item] = digest
      if outputs[child.writer]?.digest == digest {
        held += 1
      } else {
        tell("result", "the stage that wrote it is missing, or says otherwise")
      }
    }
    return held
  }

  private mutating func addFile(_ input: JSONValue, of stage: JSONValue) {
    let key = "\(input["path"]?.text ?? "") \(input["sha256"]?.text ?? "") \(stage["directory"]?.text ?? "")"
    guard files.count < Self.mostFiles, knownFiles.insert(key).inserted else { return }
    files.append((input, stage))
  }

  // MARK: Bytes

  /// What one reading of a file finds.
  struct Reading {
    /// Of the bytes that were to be read, as they lie in the file, as far as they are there.
    let digest: SHA256Digest
    let bytes: Int
    /// What is to be said of the chunks.
    let findings: [ChainVerification.Finding]
  }

  /// Reads a part of a runner's output, and checks its chunks on the way; nil when no runner wrote it.
  ///
  /// - Parameter stage: the one that wrote it.
  func readOutput(of stage: String, in path: String, _ range: Range<Int>) throws(Failure) -> Reading? {
    guard let runner = runners[stage] else { return nil }
    let chunks = runner.chunks.compactMap { chunk in chunk.output.map { (chunk.chunk, $0) } }
    var stream = ChunkStream(try FileSource(path: path), limit: range.count)
    try stream.skip(range.lowerBound)
    let findings = try check(
      chunks, runner.results, in: &stream, ("\(runner.tool): output", "result", "wrote", "written"))
    let content = try stream.finish()
    return Reading(digest: content.digest, bytes: content.bytes, findings: findings)
  }

  /// Reads a file that may be a runner's input, and checks the chunks on the way; nil when the stage is no runner.
  func readInput(of stage: String, in path: String) throws(Failure) -> Reading? {
    guard let runner = runners[stage] else { return nil }
    let chunks = runner.chunks.map { ($0.chunk, $0.input) }
    let words = ("\(runner.tool): input", "chunk", "read", "read")
    let file = try FileSource(path: path)
    let hashing = DigestThread()
    file.digest = hashing
    let source = try DecompressedSource(file, name: path)
    if source.compression == nil {
      // The stream's own digest is the file's.
      file.digest = nil
      var stream = ChunkStream(source)
      let findings = try check(chunks, runner.inputs, in: &stream, words)
      let content = try stream.finish()
      return Reading(digest: content.digest, bytes: content.bytes, findings: findings)
    }
    let findings: [ChainVerification.Finding]
    var stream = ChunkStream(source)
    do throws(Failure) {
      findings = try check(chunks, runner.inputs, in: &stream, words)
    } catch {
      guard error.status == .badData else { throw error }
      // A changed file need not be what it was compressed to.
      findings = [.init(verdict: .broken, link: words.0, explanation: error.description)]
    }
    try file.forEachPiece { _ in }
    return Reading(digest: try hashing.finish(), bytes: file.byteCount, findings: findings)
  }

  /// Goes through a stream once, and compares at the end of each chunk.
  ///
  /// - Parameter told: what programs say of the chunks' own files.
  private func check(
    _ chunks: [(name: String, stretch: ChunkContext.Stretch)], _ told: [String: SHA256Digest],
    in stream: inout ChunkStream<some ByteSource>, _ words: (stream: String, file: String, verb: String, done: String)
  ) throws(Failure) -> [ChainVerification.Finding] {
    var findings: [ChainVerification.Finding] = []
    func add(_ verdict: ChainVerification.Verdict, _ link: String, _ explanation: String) {
      findings.append(.init(verdict: verdict, link: link, explanation: explanation))
    }
    var held = 0
    var files = 0
    var isBroken = false
    // What stands before the first chunk, a header say, is told with it.
    var start = 0
    for (name, stretch) in chunks.sorted(by: { $0.stretch.end < $1.stretch.end }) {
      let own = told[name]
      let digests = try stream.digests(
        through: stretch.end, from: stretch.offset, header: own == nil ? nil : stretch.headerBytes)
      let link = "\(words.stream): chunk \(name)"
      if let expected = stretch.digestThrough, !isBroken {
        if digests.through == expected {
          held += 1
        } else {
          isBroken = true
          let found = digests.through == nil ? "are not all there" : "are not those that were \(words.done)"
          add(.broken, link, "bytes \(start) to \(stretch.end) \(found)")
        }
      }
      start = stretch.end
      guard let own, let file = digests.file else { continue }
      if file == own {
        files += 1
      } else {
        add(.broken, link, "the \(words.file) is \(file), its program \(words.verb) \(own)")
      }
    }
    if held > 0, !isBroken { add(.holds, words.stream, "the digests at the ends of \(held) chunks agree") }
    if files > 0 { add(.holds, words.stream, "\(files) chunks are what their programs \(words.verb)") }
    return findings
  }
}

/// A stream that is read once, with digests of what stands before a place and of single stretches.
private struct ChunkStream<Source: ByteSource> {
  private static var largestHeader: Int { 1 << 20 }

  private let source: Source
  private let buffer = ByteBuffer(capacity: 1 << 18)
  private var position = 0
  /// Of what was digested.
  private var offset = 0
  private let running = SHA256Hasher()
  private var front: [UInt8] = []
  /// Bytes of the stream; the source may have more.
  private let limit: Int

  init(_ source: Source, limit: Int = .max) {
    self.source = source
    self.limit = limit
  }

  /// Passes over bytes in front of the stream.
  mutating func skip(_ count: Int) throws(Failure) {
    var left = count
    while left > 0 {
      guard try fill() else { return }
      let step = min(left, buffer.count - position)
      position += step
      left -= step
    }
  }

  /// Reads on to `end`. A digest that the stream is too short for, or that lies behind, is nil.
  ///
  /// - Parameters:
  ///   - start: where the stretch begins.
  ///   - header: bytes of the front that its file begins with; nil when no digest of its file is wanted.
  mutating func digests(
    through end: Int, from start: Int, header: Int?
  ) throws(Failure) -> (through: SHA256Digest?, file: SHA256Digest?) {
    guard offset <= end else { return (nil, nil) }
    _ = try read(to: min(start, end), into: nil)
    // Stretches that overlap are no runner's.
    guard offset == start || header == nil else {
      return (try read(to: end, into: nil) ? running.digestSoFar : nil, nil)
    }
    let file = SHA256Hasher()
    let isKnown = header.map { $0 <= front.count } ?? false
    if let header, isKnown { unsafe front[..<header].withUnsafeBytes { unsafe file.update($0) } }
    guard try read(to: end, into: isKnown ? file : nil) else { return (nil, nil) }
    return (running.digestSoFar, isKnown ? file.finish() : nil)
  }

  /// Reads the rest, and tells the digest and the number of all bytes.
  mutating func finish() throws(Failure) -> (digest: SHA256Digest, bytes: Int) {
    _ = try read(to: limit, into: nil)
    return (running.finish(), offset)
  }

  /// False when there are fewer bytes.
  private mutating func read(to end: Int, into file: SHA256Hasher?) throws(Failure) -> Bool {
    while offset < end {
      guard offset < limit, try fill() else { return false }
      let step = min(min(end, limit) - offset, buffer.count - position)
      let piece = unsafe UnsafeRawBufferPointer(rebasing: buffer.bytes[position..<position + step])
      unsafe running.update(piece)
      unsafe file?.update(piece)
      if offset < Self.largestHeader { unsafe front += piece.prefix(Self.largestHeader - offset) }
      position += step
      offset += step
    }
    return true
  }

  /// False at the end.
  private mutating func fill() throws(Failure) -> Bool {
    if position < buffer.count { return true }
    buffer.removeAll()
    position = 0
    return try source.read(into: buffer) > 0
  }
}
