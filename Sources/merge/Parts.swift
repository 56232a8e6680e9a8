import Chunks
import MillraceCore

/// One input of a merge. There may be a hundred thousand, so what is said of them is short, and no file stays open.
final class Part: Sendable {
  /// Nil for standard input.
  let path: String?
  /// What a manifest says of it.
  let chunk: ChunkManifest.Chunk?
  /// Bytes of the header that the manifest says chunks begin with.
  let headerBytes: Int?
  /// The file as it was when it was found: it must be the same when it is verified and when it is copied.
  let version: FileSource.Version?
  /// Standard input, which cannot be opened twice.
  let opened: OpenedInput?

  init(path: String, version: FileSource.Version, chunk: ChunkManifest.Chunk? = nil, headerBytes: Int? = nil) {
    self.path = path
    self.version = version
    self.chunk = chunk
    self.headerBytes = headerBytes
    opened = nil
  }

  init(_ opened: OpenedInput) {
    self.opened = opened
    path = nil
    version = nil
    chunk = nil
    headerBytes = nil
  }

  /// As diagnostics call it.
  var name: String { path ?? opened?.name ?? "standard input" }
}

extension Part {
  /// Opens the part's file to look at it, or to verify it.
  ///
  /// - Throws: `.badData` when it has changed since it was found.
  func openFile() throws(Failure) -> FileSource {
    let file = try FileSource(path: path ?? "-")
    try check(file)
    return file
  }

  /// Opens the part as an input of the stage, to be read to its end.
  ///
  /// - Parameter isVerified: Its digest was found to be the manifest's.
  func open(in stage: Stage, isVerified: Bool) throws(Failure) -> RecordedInput {
    guard let path else { throw Failure(.internalError, "standard input cannot be opened twice") }
    let input = try stage.open(path, knownDigest: isVerified ? chunk?.digest : nil)
    try check(input.file)
    return input
  }

  private func check(_ file: FileSource) throws(Failure) {
    guard file.version != version else { return }
    throw Failure(
      .badData, "the file changed while merge was running", at: Place(file: name),
      advice: "run merge again when nobody writes to it")
  }
}

/// What the arguments of a merge stand for: each is a manifest, a folder that holds one, or a file of records.
struct Parts {
  /// Those that are there, in order.
  private(set) var present: [Part] = []
  /// Why the others cannot be read.
  private(set) var missing: [Failure] = []

  /// Bytes of all that are there; nil where one is standard input.
  var bytes: Int? {
    var total = 0
    for part in present {
      guard let version = part.version else { return nil }
      total += version.size
    }
    return total
  }

  /// Longest line of a manifest, in bytes: a path has 4096 at most, and as JSON up to six times as many.
  private static let longestLine = 64 << 10

  /// - Parameter arguments: Paths; "-" for standard input.
  /// - Throws: `.noInput` for a folder without a manifest, `.badData` for a manifest that is not whole.
  init(_ arguments: [String], _ stage: Stage) throws(Failure) {
    for argument in arguments { try add(argument, stage) }
  }

  private mutating func add(_ argument: String, _ stage: Stage) throws(Failure) {
    if argument == "-" {
      let input = try OpenedInput(stage.open(argument))
      if unsafe ChunkManifest.begins(input.start.bytes) { return try add(input, manifestFolder: nil) }
      present.append(Part(input))
    } else if isFolder(argument) {
      let manifest =
        argument.hasSuffix("/") ? argument + ChunkManifest.fileName : "\(argument)/\(ChunkManifest.fileName)"
      guard isThere(manifest) else {
        throw Failure(
          .noInput, "the folder has no \(ChunkManifest.fileName), which chunk writes last", at: Place(file: argument),
          advice: "run chunk again; to merge other files, name them")
      }
      try add(OpenedInput(stage.open(manifest)), manifestFolder: argument)
    } else {
      let file: FileSource
      do throws(Failure) {
        file = try FileSource(path: argument)
      } catch {
        return missing.append(error)
      }
      if try Self.isManifest(file) {
        let slash = argument.lastIndex(of: "/")
        try add(OpenedInput(stage.open(argument)), manifestFolder: slash.map { String(argument[..<$0]) } ?? ".")
      } else if file.isRegular {
        present.append(Part(path: argument, version: file.version))
      } else {
        throw Failure(
          .noInput, "not a regular file: merge reads its inputs twice", at: Place(file: argument),
          advice: "a pipe can be standard input")
      }
    }
  }

  private static func isManifest(_ file: FileSource) throws(Failure) -> Bool {
    guard file.isRegular else { return false }
    let start = ByteBuffer(capacity: 64)
    while start.count < start.capacity, try file.read(into: start) > 0 {}
    return unsafe ChunkManifest.begins(start.bytes)
  }

  private mutating func add(_ input: OpenedInput, manifestFolder: String?) throws(Failure) {
    var parser = ManifestParser(name: input.name)
    try unsafe input.forEachLine(longest: Self.longestLine) { line throws(Failure) in try unsafe parser.add(line: line)
    }
    let manifest = try parser.finish()
    try input.recorded?.finish(records: manifest.chunks.count + 1)
    for chunk in manifest.chunks { find(chunk, of: manifest, manifestFolder: manifestFolder) }
  }

  /// A chunk's file lies beside its manifest, or where its path leads from here, or in the folder that the manifest names:
  /// so a folder can be moved, and a manifest be read in another place.
  private mutating func find(_ chunk: ChunkManifest.Chunk, of manifest: ChunkManifest, manifestFolder: String?) {
    let name = nameInFolder(chunk.path)
    var candidates = [chunk.path, "\(manifest.end.directory)/\(name)"]
    if let manifestFolder { candidates.insert("\(manifestFolder)/\(name)", at: 0) }
    var failure: Failure?
    for path in candidates {
      do throws(Failure) {
        let version = try FileSource(path: path).version
        return present.append(
          Part(path: path, version: version, chunk: chunk, headerBytes: manifest.end.headerBytes))
      } catch {
        failure = failure ?? error
      }
    }
    if let failure { missing.append(failure) }
  }
}

/// An input of which the first bytes have been read to see what it is.
///
/// Unchecked Sendable: one thread at a time reads.
final class OpenedInput: ByteSource, @unchecked Sendable {
  let name: String
  private let source: any ByteSource
  /// Nil for an input that is only looked at.
  let recorded: RecordedInput?
  /// What was read in advance.
  let start = ByteBuffer(capacity: startBytes)
  /// Less than a buffer with pages of its own has: headers of a hundred thousand files are looked at one by one.
  private static let startBytes = 32 << 10
  private var position = 0

  convenience init(_ input: RecordedInput) throws(Failure) {
    try self.init(input, name: input.name, recorded: input)
  }

  convenience init(_ file: FileSource) throws(Failure) {
    try self.init(
      DecompressedSource(file, name: file.name, bufferSize: Self.startBytes), name: file.name, recorded: nil)
  }

  private init(_ source: any ByteSource, name: String, recorded: RecordedInput?) throws(Failure) {
    self.source = source
    self.name = name
    self.recorded = recorded
    while start.count < 64, try source.read(into: start) > 0 {}
  }

  func read(into buffer: ByteBuffer) throws(Failure) -> Int {
    guard position < start.count else { return try source.read(into: buffer) }
    let count = min(start.count - position, buffer.capacity - buffer.count)
    unsafe buffer.append(start.base + position, count: count)
    position += count
    return count
  }

  /// Hands over every line, without its line end.
  ///
  /// - Throws: `.badData` for a line of more than `longest` bytes.
  func forEachLine(longest: Int, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Void) throws(Failure) {
    var buffer = ByteBuffer(capacity: longest)
    while true {
      let isAtEnd = try read(into: buffer) == 0
      var rest = unsafe buffer.bytes[...]
      while let end = unsafe rest.firstIndex(of: 0x0a) {
        try unsafe body(UnsafeRawBufferPointer(rebasing: rest[..<end]))
        unsafe rest = rest[(end + 1)...]
      }
      if isAtEnd {
        if unsafe !rest.isEmpty { try unsafe body(UnsafeRawBufferPointer(rebasing: rest)) }
        return
      }
      guard unsafe rest.count < longest else {
        throw Failure(.badData, "a line of more than \(longest) bytes in a manifest", at: Place(file: name))
      }
      // The old bytes may still be on their way to a digest.
      let next = ByteBuffer(capacity: longest)
      unsafe next.append(UnsafeRawBufferPointer(rebasing: rest))
      buffer = next
    }
  }
}
