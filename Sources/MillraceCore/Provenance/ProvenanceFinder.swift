import Glibc

/// Finds the provenance of a file: its sidecar; else the record that its extended attribute or its content leads to.
public struct ProvenanceFinder: Sendable {
  private let environment: [String: String]
  private let now: Timestamp

  public init(_ surroundings: Surroundings) {
    environment = surroundings.environment
    now = surroundings.clock.now()
  }

  /// Opened when it is needed: what has a sidecar is known without a store.
  private func openStore() throws(Failure) -> ProvenanceStore? { try ProvenanceStore(environment: environment) }

  /// A record in the store that describes the very bytes of a file.
  public struct Match: Sendable {
    public let reader: ProvenanceReader
    /// When the record was.
    public let written: Timestamp
    let upstream: Upstream

    /// The command line of the stage that wrote the bytes.
    public var command: String { upstream.command }
  }

  /// The provenance of `path`, a file or a sidecar, or nil when nothing is known about it.
  ///
  /// - Throws: `.noInput` when there is no such file.
  public func provenance(of path: String) throws(Failure) -> ProvenanceReader? {
    if path.hasSuffix(sidecarSuffix), let reader = try ProvenanceReader(path: path) { return reader }
    if let reader = try ProvenanceReader(path: path + sidecarSuffix) { return reader }
    if fileStatus(path, followingLinks: true).map(fileKind) == S_IFDIR {
      return try ProvenanceReader(path: "\(path)/\(sidecarSuffix)")
    }
    if let record = try FolderRecords().record(besideFile: path), record.files[nameInFolder(path)] != nil {
      return try ProvenanceReader(path: folderSidecar(forFile: path))
    }
    let file = try OpenFile(path)
    let content = try file.content()
    let hint = withExtendedLifetime(file) { LinuxProcess.hint(on: file.descriptor) }
    if let hint, let store = try openStore(), let copy = store.copy(named: hint),
      let reader = store.open(copy), let upstream = try? Upstream(reader), upstream.content.digest == content.digest
    {
      reader.rewind()
      return reader
    }
    return try matches(of: content.digest).last?.reader
  }

  /// The stages that wrote these bytes, as far as the store remembers, the earliest first.
  public func matches(of digest: SHA256Digest) throws(Failure) -> [Match] {
    guard let store = try openStore() else { return [] }
    return store.copies(of: digest, scope: nil, now: now).compactMap { entry in
      guard let reader = store.open(entry), let upstream = try? Upstream(reader), upstream.content.digest == digest
      else { return nil }
      reader.rewind()
      return Match(reader: reader, written: entry.modified, upstream: upstream)
    }
  }
}
