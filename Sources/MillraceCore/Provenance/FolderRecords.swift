import Synchronization

/// The sidecars of folders that a stage wrote many files into, each read once however many of its files are read.
final class FolderRecords: Sendable {
  /// A folder's sidecar, and the files it tells of.
  struct Record: Sendable {
    let upstream: Upstream
    /// Of the sidecar.
    let digest: SHA256Digest
    /// By name.
    let files: [String: SHA256Digest]
  }

  /// By folder; nil where there is none, or one that says nothing.
  private let known = Mutex<[String: Record?]>([:])
  /// More files are not looked for: no run of a tool writes more into one folder.
  private static let mostFiles = 1_000_000
  private static let mostFolders = 16

  /// The record of the folder that a file lies in.
  ///
  /// - Throws: the first time, when the record is damaged.
  func record(besideFile path: String) throws(Failure) -> Record? {
    let folder = folderPart(of: path)
    return try known.withLock { known throws(Failure) in
      if let record = known[folder] { return record }
      // What is damaged is told once.
      known[folder] = .some(nil)
      let record = try Self.read(folderSidecar(forFile: path))
      // Each holds an open file.
      if known.count > Self.mostFolders { known.removeAll() }
      known[folder] = .some(record)
      return record
    }
  }

  private static func read(_ path: String) throws(Failure) -> Record? {
    guard let reader = try ProvenanceReader(path: path), let upstream = try Upstream(reader) else { return nil }
    var files: [String: SHA256Digest] = [:]
    while try reader.next() {
      guard reader.kind == .file, files.count < mostFiles, reader.memberText("stage") == upstream.stage,
        let path = reader.memberText("path"),
        let digest = reader.memberText("sha256").flatMap({ SHA256Digest(hex: $0) })
      else { continue }
      files[nameInFolder(path)] = digest
    }
    return Record(upstream: upstream, digest: try reader.digest(), files: files)
  }
}
