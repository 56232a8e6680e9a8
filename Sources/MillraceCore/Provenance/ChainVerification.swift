import Glibc

/// Recomputes the digests along a chain, and tells which links hold.
public struct ChainVerification: Sendable {
  public enum Verdict: String, Sendable {
    case holds
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

  public private(set) var findings: [Finding] = []

  public var isBroken: Bool { findings.contains { $0.verdict == .broken } }

  private static let deepest = 32

  /// Verifies a file against its provenance.
  ///
  /// - Parameters:
  ///   - path: the output.
  ///   - provenance: its sidecar, or a record of the store.
  public init(ofFile path: String, provenance: ProvenanceReader) throws(Failure) {
    try verify(path, provenance, depth: 0)
  }

  private mutating func verify(_ path: String, _ reader: ProvenanceReader, depth: Int) throws(Failure) {
    let file = try OpenFile(path)
    let segments = try SidecarSegments(reader)
    let problem = try withExtendedLifetime(file) { () throws(Failure) in
      try segments.check(file.descriptor, name: path)
    }
    add(problem == nil ? .holds : .broken, "output \(path)", problem ?? "has the digest that \(reader.name) gives")
    let folder = folderPart(of: path)
    for part in try ProvenanceChain(reader).parts { try verify(part, folder: folder, depth: depth) }
  }

  private mutating func add(_ verdict: Verdict, _ link: String, _ explanation: String) {
    findings.append(Finding(verdict: verdict, link: link, explanation: explanation))
  }

  private mutating func verify(_ part: ProvenanceChain.Part, folder: String, depth: Int) throws(Failure) {
    var outputs: [String: StreamContent] = [:]
    for stage in part.stages {
      if let id = stage["id"]?.text, let content = StreamContent(stage["output"]) { outputs[id] = content }
    }
    for stage in part.stages {
      for input in stage["inputs"]?.elements ?? [] {
        try verify(input, of: stage["tool"]?.text ?? "unknown tool", outputs, folder: folder, depth: depth)
      }
    }
    let link = "pipeline record"
    guard let last = part.pipeline["stage"]?.text, let written = outputs[last] else {
      add(.broken, link, "the stage that wrote the output is missing")
      return
    }
    let claimed = part.pipeline["output"]?.text.flatMap { SHA256Digest($0) }
    if claimed == written.digest, part.pipeline["bytes"]?.integer == written.bytes {
      add(.holds, link, "agrees with the last stage")
    } else {
      add(.broken, link, "says \(text(claimed)), the last stage says \(text(written.digest))")
    }
  }

  private func text(_ digest: SHA256Digest?) -> String { digest.map(\.description) ?? "no digest" }

  private mutating func verify(
    _ input: JSONValue, of tool: String, _ outputs: [String: StreamContent], folder: String, depth: Int
  ) throws(Failure) {
    let name = input["name"]?.text ?? "unnamed"
    let link = "\(tool): input \(name)"
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
    let embedded = producers.compactMap { outputs[$0] }
    if !producers.isEmpty, embedded.count == producers.count {
      let written = embedded.reduce(0) { $0 + $1.bytes }
      if written != read.bytes {
        add(.broken, link, "read \(read.bytes) bytes, its producer wrote \(written)")
      } else if embedded.count == 1, embedded[0].digest != read.digest {
        add(.broken, link, "read \(text(read.digest)), its producer wrote \(text(embedded[0].digest))")
      } else {
        add(.holds, link, embedded.count == 1 ? "is what its producer wrote" : "is as long as what its producers wrote")
      }
    }
    try verifyFile(input, link: link, read, folder: folder, depth: depth)
  }

  /// Hashes a file that is named as an input, if it is still there.
  private mutating func verifyFile(
    _ input: JSONValue, link: String, _ read: StreamContent, folder: String, depth: Int
  ) throws(Failure) {
    guard let path = input["path"]?.text, let expected = read.digest else { return }
    // Names are as the user gave them; the pipeline may have been run in the output's folder.
    let candidates = path.hasPrefix("/") ? [path] : [path, "\(folder)/\(path)"]
    guard let found = candidates.first(where: { fileStatus($0, followingLinks: true).map(fileKind) == S_IFREG }) else {
      add(.notCheckable, link, "there is no file \(path) any more")
      return
    }
    let content = try SHA256Digest.ofFile(found)
    guard content.digest == expected else {
      add(.broken, link, "read \(expected), the file now has \(content.digest)")
      return
    }
    add(.holds, link, "the file has the digest that was read")
    guard let sidecar = input["sidecar"]?.text else { return }
    guard depth < Self.deepest else {
      add(.notCheckable, link, "the chain is longer than \(Self.deepest) files")
      return
    }
    guard let reader = try ProvenanceReader(path: found + sidecarSuffix) else {
      add(.notCheckable, link, "its sidecar is gone")
      return
    }
    if try reader.digest().description != sidecar {
      add(.notCheckable, link, "its sidecar was written anew since")
      return
    }
    try verify(found, reader, depth: depth + 1)
  }
}
