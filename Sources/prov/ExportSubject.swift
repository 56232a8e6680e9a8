import MillraceCore

/// What an export is about, held against its provenance.
struct ExportSubject {
  enum Kind {
    /// A file that its own records describe.
    case file(String)
    /// One of the files that a folder's sidecar describes.
    case fileInFolder(String)
    /// All files that a folder's sidecar describes.
    case folder(String)
  }

  let kind: Kind
  let chain: ProvenanceChain
  let provenance: ProvenanceReader
  /// Of the file as it lies there; without it, what the records say, as far as they know.
  private(set) var content: StreamContent?
  /// The bytes are there, and are what the records say.
  private(set) var hasFile = true

  /// Opens the provenance of a file or a folder.
  ///
  /// - Parameter path: the file, its sidecar, or a folder of chunks.
  /// - Throws: `.no` when the bytes are no longer those that the provenance describes.
  init(_ path: String, _ provenance: ProvenanceReader) throws(Failure) {
    self.provenance = provenance
    chain = try ProvenanceChain(provenance)
    let file = fileOfSidecar(path)
    if isFolder(file) || file.hasSuffix("/") || file.isEmpty {
      let folder = file.isEmpty ? "." : withoutTrailingSlashes(file)
      kind = .folder(folder)
      try checkFolder(folder)
      return
    }
    let isInFolder = nameInFolder(provenance.name) == sidecarSuffix
    kind = isInFolder ? .fileInFolder(file) : .file(file)
    guard isThere(file) else {
      hasFile = false
      content = chain.parts.count == 1 ? StreamContent(chain.parts[0].stages.last?["output"]) : nil
      return
    }
    try check(file)
    content = isInFolder ? chain.file(inFolder: file).flatMap { StreamContent($0) } : try contentOfWhole(file)
  }

  private func contentOfWhole(_ file: String) throws(Failure) -> StreamContent? {
    if chain.parts.count == 1 { return StreamContent(chain.parts[0].stages.last?["output"]) }
    let found = try SHA256Digest.ofFile(file)
    return StreamContent(digest: found.digest, bytes: found.bytes)
  }

  private func check(_ file: String) throws(Failure) {
    guard let problem = try ChainVerification.problem(ofOutput: file, chain, provenance) else { return }
    throw Failure(
      .no, "the file is not what its provenance says: \(problem)", at: Place(file: file),
      advice: "an export would vouch for other bytes; prov verify tells what else has changed")
  }

  private func checkFolder(_ folder: String) throws(Failure) {
    for record in chain.filesOfLastStage {
      try check("\(folder)/\(nameInFolder(record["path"]?.text ?? ""))")
    }
  }

  /// The file itself is needed, for a copy or a look at it.
  func requireFile(for format: ExportFormat) throws(Failure) {
    guard !hasFile, case .file(let path) = kind else { return }
    throw Failure(
      .noInput, "there is only the sidecar of this file", at: Place(file: path),
      advice: "\(format.rawValue) needs the file too; prov-json, openlineage and in-toto do without")
  }
}
