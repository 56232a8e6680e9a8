/// Recomputes the digests along a chain, and tells which links hold.
public struct ChainVerification: Sendable {
  public enum Verdict: String, Sendable {
    case holds = "hold"
    case broken
    /// What would be needed is gone, or never was.
    case notCheckable = "not checkable"
  }

  public struct Finding: Sendable, Equatable {
    public let verdict: Verdict
    /// The two ends that must agree, such as `merge: input parts.manifest`.
    public let link: String
    public let explanation: String
  }

  /// The file itself first, then what it was made of, and last what runners say of their chunks.
  public private(set) var findings: [Finding] = []

  /// Sidecars that were verified, by path: of the files of one folder all have the same, and a forged one may name itself.
  private var verified: Set<String> = []
  private static let deepest = 32

  /// Verifies a file against its provenance.
  ///
  /// - Parameters:
  ///   - path: the output, or the folder whose files a stage wrote.
  ///   - provenance: its sidecar or its folder's, or a record of the store.
  public init(ofFile path: String, provenance: ProvenanceReader) throws(Failure) {
    try verify(path, provenance, depth: 0)
  }

  private mutating func verify(_ path: String, _ reader: ProvenanceReader, depth: Int) throws(Failure) {
    let chain = try ProvenanceChain(reader)
    let isNew = verified.insert(reader.name).inserted
    var chunks = isNew ? CheckedChunks(try ChunkVerification(chain, reader)) : nil
    let isOfFolder = isFolder(path)
    if isOfFolder {
      try verifyFiles(inFolder: path, chain, source: reader.name)
    } else {
      addOutput(path, try Self.problem(ofOutput: path, chain, reader, &chunks), source: reader.name)
    }
    guard var chunks else { return }
    let folder = isOfFolder ? folderPart(of: withoutTrailingSlashes(path)) : folderPart(of: path)
    for part in chain.parts { try verify(part, &chunks, folder: folder, depth: depth) }
    try verifyChunks(chain, chunks, folder: folder)
  }

  /// What runners say of their chunks, as far as their inputs and outputs are there, which are read once for all that is
  /// said of them.
  private struct CheckedChunks {
    let records: ChunkVerification
    /// What was found of the chunks of inputs, by the stage and the input's path.
    var ofInputs: [String: [Finding]] = [:]
    /// And of outputs, by the stage.
    var ofOutputs: [String: [Finding]] = [:]

    init(_ records: ChunkVerification) { self.records = records }

    static func key(_ stage: String, _ input: JSONValue) -> String { "\(stage) \(input["path"]?.text ?? "")" }
  }

  private mutating func verifyChunks(
    _ chain: ProvenanceChain, _ chunks: CheckedChunks, folder: String
  ) throws(Failure) {
    findings += chunks.records.findings
    for part in chain.parts {
      for stage in part.stages {
        guard let id = stage["id"]?.text else { continue }
        for input in stage["inputs"]?.elements ?? [] {
          findings += chunks.ofInputs[CheckedChunks.key(id, input)] ?? []
        }
      }
      if let id = part.pipeline["stage"]?.text { findings += chunks.ofOutputs[id] ?? [] }
    }
    for (input, stage) in chunks.records.files {
      guard let read = StreamContent(input) else { continue }
      let link = "\(stage["tool"]?.text ?? "unknown tool"): input \(input["name"]?.text ?? "unnamed")"
      _ = try verifyFile(input, of: stage, link: link, read, folder: folder)
    }
  }

  /// Hashes every file that the folder's sidecar tells of. What else lies there is nobody's claim.
  private mutating func verifyFiles(
    inFolder path: String, _ chain: ProvenanceChain, source: String
  ) throws(Failure) {
    for file in chain.filesOfLastStage {
      let name = nameInFolder(file["path"]?.text ?? "")
      let filePath = "\(withoutTrailingSlashes(path))/\(name)"
      if name.isEmpty || name == ".." || name == "." {
        addOutput(filePath, "\(source) names no file", source: source)
      } else if isRegularFile(filePath) {
        addOutput(filePath, try Self.difference(of: filePath, from: file), source: source)
      } else {
        addOutput(filePath, "there is no such file", source: source)
      }
    }
  }

  private mutating func addOutput(_ path: String, _ problem: String?, source: String) {
    add(problem == nil ? .holds : .broken, "output \(path)", problem ?? "has the digest that \(source) gives")
  }

  private static func difference(of path: String, from record: JSONValue) throws(Failure) -> String? {
    let expected = StreamContent(record)?.digest
    let found = try SHA256Digest.ofFile(path).digest
    return found == expected ? nil : "expected \(expected.map(\.description) ?? "no digest"), found \(found)"
  }

  /// What is wrong with a file, or nil when it still is what its provenance says; nothing before it is looked at.
  ///
  /// - Parameter chain: what `reader` reads.
  public static func problem(
    ofOutput path: String, _ chain: ProvenanceChain, _ reader: ProvenanceReader
  ) throws(Failure) -> String? {
    var chunks: CheckedChunks?
    return try problem(ofOutput: path, chain, reader, &chunks)
  }

  private static func problem(
    ofOutput path: String, _ chain: ProvenanceChain, _ reader: ProvenanceReader, _ chunks: inout CheckedChunks?
  ) throws(Failure) -> String? {
    guard reader.name == folderSidecar(forFile: path) else {
      let file = try OpenFile(path)
      return try withExtendedLifetime(file) { () throws(Failure) in
        try SidecarSegments(reader).check(file.descriptor, name: path) { stage, range throws(Failure) in
          guard let reading = try chunks?.records.readOutput(of: stage, in: path, range) else { return nil }
          chunks?.ofOutputs[stage] = reading.findings
          return (reading.digest, reading.bytes)
        }
      }
    }
    guard let written = chain.file(inFolder: path) else { return "\(reader.name) does not tell of it" }
    return try difference(of: path, from: written)
  }

  private mutating func add(_ verdict: Verdict, _ link: String, _ explanation: String) {
    findings.append(Finding(verdict: verdict, link: link, explanation: explanation))
  }

  /// What the stages of a part wrote.
  private struct Written {
    /// The output of each stage.
    var outputs: [String: StreamContent] = [:]
    /// The further files of each stage.
    var files: [String: Set<SHA256Digest>] = [:]
  }

  private mutating func verify(
    _ part: ProvenanceChain.Part, _ chunks: inout CheckedChunks, folder: String, depth: Int
  ) throws(Failure) {
    var written = Written()
    for stage in part.stages {
      if let id = stage["id"]?.text, let content = StreamContent(stage["output"]) { written.outputs[id] = content }
    }
    for file in part.files {
      if let stage = file["stage"]?.text, let digest = StreamContent(file)?.digest {
        written.files[stage, default: []].insert(digest)
      }
    }
    for stage in part.stages {
      for input in stage["inputs"]?.elements ?? [] {
        try verify(input, of: stage, written, &chunks, folder: folder, depth: depth)
      }
    }
    let link = "pipeline record"
    guard let last = part.pipeline["stage"]?.text, let output = written.outputs[last] else {
      add(.broken, link, "the stage that wrote the output is missing")
      return
    }
    let claimed = part.pipeline["output"]?.text.flatMap { SHA256Digest($0) }
    if claimed == output.digest, part.pipeline["bytes"]?.integer == output.bytes {
      add(.holds, link, "agrees with the last stage")
    } else {
      add(.broken, link, "says \(text(claimed)), the last stage says \(text(output.digest))")
    }
  }

  private func text(_ digest: SHA256Digest?) -> String { digest.map(\.description) ?? "no digest" }

  private mutating func verify(
    _ input: JSONValue, of stage: JSONValue, _ written: Written, _ chunks: inout CheckedChunks, folder: String,
    depth: Int
  ) throws(Failure) {
    let name = input["name"]?.text ?? "unnamed"
    let link = "\(stage["tool"]?.text ?? "unknown tool"): input \(name)"
    guard let read = StreamContent(input) else {
      add(.notCheckable, link, "the record does not say what was read")
      return
    }
    switch input["link"]?.text.flatMap({ Completeness(rawValue: $0) }) {
    case .mismatch: add(.broken, link, "what was read was not what its producer wrote")
    case .upstreamDied: add(.broken, link, "its producer did not finish")
    case .ambiguous: add(.notCheckable, link, "several stages wrote these bytes")
    case .unknownUpstream: add(.notCheckable, link, "its producer left no record")
    case .verified, .concat, .contentMatch, nil: break
    }
    let producers = input["upstream"]?.elements?.compactMap(\.text) ?? []
    let embedded = producers.compactMap { written.outputs[$0] }
    if !producers.isEmpty, embedded.count == producers.count {
      let bytes = embedded.totalBytes
      if let digest = read.digest, producers.count == 1, written.files[producers[0]]?.contains(digest) == true {
        add(.holds, link, "is a file that its producer wrote")
      } else if bytes != read.bytes {
        add(.broken, link, "read \(read.bytes) bytes, its producer wrote \(bytes)")
      } else if embedded.count == 1, embedded[0].digest != read.digest {
        add(.broken, link, "read \(text(read.digest)), its producer wrote \(text(embedded[0].digest))")
      } else {
        add(.holds, link, embedded.count == 1 ? "is what its producer wrote" : "is as long as what its producers wrote")
      }
    }
    let file = try verifyFile(input, of: stage, link: link, read, folder: folder) { path throws(Failure) in
      guard let id = stage["id"]?.text, let reading = try chunks.records.readInput(of: id, in: path) else { return nil }
      // Where no file of that name is the right one, all that is said is said of the first.
      let key = CheckedChunks.key(id, input)
      if reading.digest == read.digest || chunks.ofInputs[key] == nil { chunks.ofInputs[key] = reading.findings }
      return reading.digest
    }
    if let file, embedded.isEmpty { try follow(input["sidecar"]?.text, of: file, link: link, depth: depth) }
  }

  /// Hashes a file that is named as an input, if it is still there, and gives its path if it is as it was.
  ///
  /// - Parameter reading: gives the digest of a file that is read for more than that.
  private mutating func verifyFile(
    _ input: JSONValue, of stage: JSONValue, link: String, _ read: StreamContent, folder: String,
    reading: (String) throws(Failure) -> SHA256Digest? = { _ in nil }
  ) throws(Failure) -> String? {
    guard let path = input["path"]?.text, let expected = read.digest else { return nil }
    // Names are as the user gave them, seen from the folder that the stage ran in. That may have been moved, with the
    // output, or be the one we are in.
    var candidates = [path]
    if !path.hasPrefix("/") {
      if let directory = stage["directory"]?.text { candidates.insert("\(directory)/\(path)", at: 0) }
      candidates.append("\(folder)/\(path)")
    }
    var known: Set<String> = []
    candidates = candidates.filter { isRegularFile($0) && known.insert(resolvedPath($0) ?? $0).inserted }
    var other: SHA256Digest?
    for candidate in candidates {
      let found: SHA256Digest
      if let read = try reading(candidate) { found = read } else { found = try SHA256Digest.ofFile(candidate).digest }
      if found == expected {
        add(.holds, link, "the file has the digest that was read")
        return candidate
      }
      other = other ?? found
    }
    if let other {
      add(.broken, link, "read \(expected), the file now has \(other)")
    } else {
      add(.notCheckable, link, "there is no file \(path) any more")
    }
    return nil
  }

  /// Verifies the chain of an input that has a sidecar, where it is not embedded.
  private mutating func follow(_ digest: String?, of path: String, link: String, depth: Int) throws(Failure) {
    guard let digest else { return }
    guard depth < Self.deepest else {
      add(.notCheckable, link, "the chain is longer than \(Self.deepest) files")
      return
    }
    var found = try ProvenanceReader(path: path + sidecarSuffix)
    if found == nil { found = try ProvenanceReader(path: folderSidecar(forFile: path)) }
    guard let reader = found else {
      add(.notCheckable, link, "its sidecar is gone")
      return
    }
    if verified.contains(reader.name) { return }
    guard try reader.digest().description == digest else {
      add(.notCheckable, link, "its sidecar was written anew since")
      return
    }
    try verify(path, reader, depth: depth + 1)
  }
}
