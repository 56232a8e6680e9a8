/// An input of a stage on its way to its end: bytes are counted and, where provenance needs their digest, hashed as they
/// lie in the file, and decompressed.
///
/// Unchecked Sendable: one thread at a time reads.
public final class RecordedInput: TableInput, @unchecked Sendable {
  /// As the user named it; "standard input" for stdin.
  public let name: String
  public let file: FileSource
  private let recorder: StageRecorder
  private let progress: Progress
  private let index: Int
  private let hashing: DigestThread?
  /// Of the bytes as they lie in the file: known from the beginning, or, where provenance needs it, after `finish`.
  public private(set) var digest: SHA256Digest?
  private let decompressed: DecompressedSource
  /// What the reader hashes after it has cut it.
  private let cut: DigestThread?
  private var reportedBytes = 0

  init(
    path: String, knownDigest: SHA256Digest?, isHashedByReader: Bool = false, recorder: StageRecorder,
    progress: Progress
  ) throws(Failure) {
    file = try FileSource(path: path)
    name = file.name
    self.recorder = recorder
    self.progress = progress
    index = recorder.addInput(name: name, path: path == "-" ? nil : path, descriptor: file.descriptor)
    // Whether a stage of ours is at the other end of a pipe can be told when its first bytes are there.
    file.waitForBytes()
    digest = knownDigest
    // A pipe cannot be compared in another way when it is given again.
    cut = isHashedByReader && (!recorder.isOff || !file.isRegular) ? DigestThread() : nil
    let needsDigest = knownDigest == nil && recorder.needsDigest(ofInput: index)
    let hashing = needsDigest ? DigestThread() : nil
    file.digest = hashing
    decompressed = try DecompressedSource(file, name: name)
    // What is read as it lies there, the reader hashes: once is enough.
    let isHashedOnce = cut != nil && decompressed.compression == nil
    if isHashedOnce { file.digest = nil }
    self.hashing = isHashedOnce ? nil : hashing
  }

  public func read(into buffer: ByteBuffer) throws(Failure) -> Int {
    let count = try decompressed.read(into: buffer)
    progress.add(bytes: file.byteCount - reportedBytes, records: 0)
    reportedBytes = file.byteCount
    return count
  }

  /// `digest` will be that of the bytes that `read` gives: they are hashed, and not compressed.
  public var hashesContent: Bool { (hashing ?? cut) != nil && decompressed.compression == nil }

  /// Whether what its reader cuts gets digests.
  public var marksDigests: Bool { cut != nil }

  /// Hashes bytes that `read` gave: all of them, in their order, when the input was opened to be hashed by its reader.
  ///
  /// Who cuts an input knows where a piece ends only after more of it was read; so it hashes what it cut, and not what was
  /// read.
  public func hash(_ slice: ByteSlice) { cut?.update(slice) }

  /// Asks for the digest of all that was given to `hash` before: of the decompressed bytes, through the end of a piece.
  ///
  /// - Parameter take: As for `DigestThread.mark`; never called when nothing is recorded.
  public func mark(_ take: @escaping @Sendable (SHA256Digest) -> Void) { cut?.mark(take) }

  public func finishUnread() throws(Failure) {
    try file.forEachPiece { _ in }
    try finish()
  }

  /// Takes note that the input was read to its end.
  ///
  /// - Throws: `Failure(.no)` when `--require-upstream` is not met.
  public func finish(records: Int? = nil) throws(Failure) {
    if let hashing { digest = try hashing.finish() }
    if let cut {
      let content = try cut.finish()
      if decompressed.compression == nil {
        precondition(cut.byteCount == file.byteCount, "whoever hashes an input hashes all of it")
        digest = digest ?? content
      }
    }
    let content = StreamContent(digest: digest, bytes: file.byteCount, records: records)
    try recorder.finishInput(index, content)
    progress.add(bytes: 0, records: records ?? 0)
  }

  /// Keeps what was found about the producer, after `finish`, for a later process that goes on with the run:
  /// `StageRecorder.restoreInput` takes it up.
  public func saveProducer(to path: String) throws(Failure) { try recorder.saveInput(index, to: path) }
}
