import MillraceCore

/// Chooses places in a crate for the files of a lineage, and puts them there.
struct CrateFolder {
  static let metadataName = "ro-crate-metadata.json"

  private let lineage: Lineage
  private let subject: ExportSubject
  /// Files of the crate.
  private var taken: Set<String> = []
  /// Folders of the crate.
  private var folders: Set<String> = []

  /// Relative paths of files, by their artifact.
  private(set) var places: [Int: String] = [:]

  init(_ lineage: Lineage, _ subject: ExportSubject) {
    self.lineage = lineage
    self.subject = subject
  }

  // MARK: The folder where the files lie

  /// Finds the files that lie beside the file or below, and still are what the records say.
  mutating func findFiles() throws(Failure) {
    guard let root = lineage.results.first.flatMap({ lineage.artifacts[$0].path }).map(folderPart) else { return }
    let prefix = root == "/" ? "/" : "\(root)/"
    let results = Set(lineage.results)
    for (index, artifact) in lineage.artifacts.enumerated() {
      guard let path = artifact.path, path.hasPrefix(prefix), let digest = artifact.digest, isRegularFile(path) else {
        continue
      }
      let place = String(path.dropFirst(prefix.count))
      if !results.contains(index) {
        if taken.contains(place) { continue }
        if try SHA256Digest.ofFile(path).digest != digest { continue }
      }
      taken.insert(place)
      places[index] = place
    }
  }

  // MARK: A folder of its own

  /// Copies the sidecar, the file, and the inputs that still are what was read into a folder.
  ///
  /// - Parameter folder: empty, or left by an earlier export of the same.
  /// - Returns: the sidecar's place in the crate.
  mutating func fill(_ folder: OutputFolder) throws(Failure) -> (path: String, bytes: Int) {
    let sidecarPlace =
      switch subject.kind {
      case .file(let file): nameInFolder(file) + sidecarSuffix
      case .fileInFolder, .folder: sidecarSuffix
      }
    // The sidecar comes first: by it a later run knows a crate that was begun.
    let sidecar = try content(ofSidecarTo: nil)
    if try !folder.names().isEmpty {
      let isOurs = isRegularFile(folder(sidecarPlace))
      guard isOurs, try SHA256Digest.ofFile(folder(sidecarPlace)).digest == sidecar.digest else {
        throw Failure(
          .cannotCreate, "the folder holds other files", at: Place(file: folder.path),
          advice: "name a new folder for the crate")
      }
    } else {
      let file = try AtomicFile(path: folder(sidecarPlace))
      _ = try content(ofSidecarTo: file)
      try file.commit()
    }
    taken = [Self.metadataName, sidecarPlace]
    var made: Set<String> = []
    let results = Set(lineage.results)
    let inputs = lineage.artifacts.indices.filter { !results.contains($0) && lineage.artifacts[$0].path != nil }
    for index in lineage.results + inputs {
      let artifact = lineage.artifacts[index]
      guard let source = artifact.path, let digest = artifact.digest, isRegularFile(source) else { continue }
      if !results.contains(index) {
        if try SHA256Digest.ofFile(source).digest != digest { continue }
      }
      let place = choosePlace(artifact)
      for above in Self.foldersAbove(place) where made.insert(above).inserted {
        _ = try OutputFolder(path: folder(above))
      }
      if try copy(source, digest, to: folder(place)) {
        places[index] = place
      } else if results.contains(index) {
        throw Failure(.no, "the file was changed while it was copied", at: Place(file: source))
      }
    }
    return (sidecarPlace, sidecar.bytes)
  }

  /// Where it lay, seen from where the stage ran, if that is inside; else `inputs/NAME`.
  private mutating func choosePlace(_ artifact: Lineage.Artifact) -> String {
    let given = artifact.givenPath ?? artifact.name
    let components = given.split(separator: "/", omittingEmptySubsequences: false)
    let isInside = !components.contains { $0.isEmpty || $0 == "." || $0 == ".." }
    var place = isInside ? given : "inputs/\(nameInFolder(given))"
    var number = 2
    while !isFree(place) {
      place = "inputs/\(number)/\(nameInFolder(given))"
      number += 1
    }
    taken.insert(place)
    for folder in Self.foldersAbove(place) { folders.insert(folder) }
    return place
  }

  /// No file and no folder has the name, and no file has that of a folder above.
  private func isFree(_ place: String) -> Bool {
    !taken.contains(place) && !folders.contains(place) && !Self.foldersAbove(place).contains { taken.contains($0) }
  }

  /// `a` and `a/b` for `a/b/c`.
  private static func foldersAbove(_ place: String) -> [String] {
    var path = ""
    return place.split(separator: "/").dropLast().map { component in
      path += path.isEmpty ? String(component) : "/\(component)"
      return path
    }
  }

  /// Copies a file if it has the digest.
  private func copy(_ source: String, _ digest: SHA256Digest, to place: String) throws(Failure) -> Bool {
    let input = try FileSource(path: source)
    let output = try AtomicFile(path: place)
    let hasher = SHA256Hasher()
    try input.forEachPiece { piece throws(Failure) in
      unsafe hasher.update(piece.bytes)
      try unsafe output.write(piece.bytes)
    }
    guard hasher.finish() == digest else { return false }
    try output.commit()
    return true
  }

  /// Digest and size of the records, which are written to a file on the way.
  private func content(ofSidecarTo file: AtomicFile?) throws(Failure) -> (digest: SHA256Digest, bytes: Int) {
    let hasher = SHA256Hasher()
    let line = ByteBuffer()
    var bytes = 0
    subject.provenance.rewind()
    while try subject.provenance.next() {
      line.removeAll()
      unsafe line.append(subject.provenance.bytes)
      line.append(UInt8(ascii: "\n"))
      unsafe hasher.update(line.bytes)
      unsafe try file?.write(line.bytes)
      bytes += line.count
    }
    return (hasher.finish(), bytes)
  }
}
