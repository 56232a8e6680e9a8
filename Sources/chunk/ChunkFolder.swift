import Chunks
import MillraceCore

/// The folder of the chunk files and of its own copy of the manifest.
///
/// A file gets its name when it is whole. The manifest goes away before the first file changes and comes back last, so
/// that a run that was cut off is recognised; in between, chunk files of an earlier run that this one did not replace are
/// removed.
final class ChunkFolder: ChunkDestination {
  /// Nil in a dry run: all is done but nothing kept.
  private let folder: OutputFolder?
  /// What every file begins with.
  let header: ByteSlice
  private let format: RecordFormat
  private let compression: Compression?
  private let computesDigests: Bool
  /// The manifest that goes to the next tool.
  private let manifest: OutputFile
  /// The folder's own.
  private let copyOfManifest: OutputFile
  private let recorder: StageRecorder
  /// Files that are whole.
  private(set) var count = 0
  /// Records in them.
  private(set) var records = 0

  /// - Parameters:
  ///   - folder: Nil writes to /dev/null.
  ///   - header: What every file begins with.
  ///   - manifest: Takes a line for every file that is whole, in their order.
  ///   - recorder: Is told of every file too.
  init(
    _ folder: OutputFolder?, header: [UInt8], format: RecordFormat, compression: Compression?, computesDigests: Bool,
    manifest: OutputFile, recorder: StageRecorder
  ) throws(Failure) {
    self.folder = folder
    self.header = ByteSlice(ByteBuffer(header))
    self.format = format
    self.compression = compression
    self.computesDigests = computesDigests && folder != nil
    self.manifest = manifest
    self.recorder = recorder
    copyOfManifest = try OutputFile(path: folder?(ChunkManifest.fileName) ?? "/dev/null", digest: DigestThread())
  }

  /// Opens a chunk's file, with the header in it.
  ///
  /// - Parameter hashesAlong: Computes the digest while the file is written, on a thread; else when it is whole.
  func makeFile(_ index: Int, hashesAlong: Bool) throws(Failure) -> OutputFile {
    let name = Self.name(index, format: format, compression: compression)
    let file = try OutputFile(
      path: folder?(name) ?? "/dev/null", compression: compression,
      digest: computesDigests && hashesAlong ? DigestThread() : nil)
    if header.count > 0 { try file.write(header) }
    return file
  }

  func beginChunk() throws(Failure) -> OutputFile { try makeFile(count, hashesAlong: true) }

  func endChunk(_ file: OutputFile, firstRecord: Int, records: Int) throws(Failure) {
    try finishFile(file, firstRecord: firstRecord, records: records)
  }

  /// Ends the next chunk's file and lists it.
  func finishFile(_ file: OutputFile, firstRecord: Int?, records: Int) throws(Failure) {
    if count == 0 { try removeManifest() }
    let written = try file.finish()
    var digest = written.digest
    if computesDigests && digest == nil { digest = try digestOf(FileSource(path: file.name)) }
    let chunk = ChunkManifest.Chunk(
      index: count, path: file.name, firstRecord: firstRecord, records: records, bytes: written.byteCount,
      digest: digest)
    count += 1
    self.records += records
    try list(chunk.write)
    try recorder.addFile(chunk.path, StreamContent(digest: digest, bytes: chunk.bytes, records: records))
  }

  /// Removes what an earlier run left, closes the manifests and gives the folder its own.
  func finish(_ input: ChunkInput.Content, order: ChunkManifest.Order) throws(Failure) {
    let end = ChunkManifest.End(
      chunks: count, records: records, bytes: input.bytes, digest: input.digest, format: format,
      headerBytes: header.count, hasByteOrderMark: input.hasByteOrderMark, hasFinalLineEnd: input.hasFinalLineEnd,
      order: order, compression: compression, directory: folder?.absolutePath ?? "")
    if let folder {
      if count == 0 { try removeManifest() }
      for name in try folder.names() where isStale(name) { try folder.remove(name) }
    }
    try list(end.write)
    let written = try copyOfManifest.finish()
    if folder != nil {
      try recorder.addFile(
        copyOfManifest.name, StreamContent(digest: written.digest, bytes: written.byteCount, records: count + 1))
    }
  }

  private func list(_ write: (ByteBuffer) -> Void) throws(Failure) {
    let line = ByteBuffer()
    write(line)
    try manifest.write(ByteSlice(line))
    try copyOfManifest.write(ByteSlice(line))
  }

  /// Removes an earlier run's manifest, and its sidecar about the files.
  private func removeManifest() throws(Failure) {
    try folder?.remove(ChunkManifest.fileName)
    try folder?.remove(sidecarSuffix)
  }

  // MARK: Names

  /// As in chunk-00042.csv.gz: names sort in order up to a hundred thousand files.
  static func name(_ index: Int, format: RecordFormat, compression: Compression?) -> String {
    "chunk-\(padded(index, 5)).\(format.rawValue)" + (compression.map { "." + $0.pathExtension } ?? "")
  }

  /// Whether a file has a name that this tool gives and is none of this run's.
  private func isStale(_ name: String) -> Bool {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2 || parts.count == 3, parts[0].hasPrefix("chunk-"), let index = Int(parts[0].dropFirst(6)),
      let format = RecordFormat(rawValue: String(parts[1]))
    else { return false }
    let compression = Compression.allCases.first { parts.count == 3 && parts[2] == $0.pathExtension }
    guard Self.name(index, format: format, compression: compression) == name else { return false }
    return index >= count || format != self.format || compression != self.compression
  }
}
