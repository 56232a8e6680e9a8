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
  private var reportedBytes = 0

  init(
    path: String, knownDigest: SHA256Digest?, recorder: StageRecorder, progress: Progress
  ) throws(Failure) {
    file = try FileSource(path: path)
    name = file.name
    self.recorder = recorder
    self.progress = progress
    index = recorder.addInput(name: name, path: path == "-" ? nil : path, descriptor: file.descriptor)
    // Whether a stage of ours is at the other end of a pipe can be told when its first bytes are there.
    file.waitForBytes()
    digest = knownDigest
    hashing = knownDigest == nil && recorder.needsDigest(ofInput: index) ? DigestThread() : nil
    file.digest = hashing
    decompressed = try DecompressedSource(file, name: name)
  }

  public func read(into buffer: ByteBuffer) throws(Failure) -> Int {
    let count = try decompressed.read(into: buffer)
    progress.add(bytes: file.byteCount - reportedBytes, records: 0)
    reportedBytes = file.byteCount
    return count
  }

  /// `digest` will be that of the bytes that `read` gives: they are hashed, and not compressed.
  public var hashesContent: Bool { hashing != nil && decompressed.compression == nil }

  /// Takes note that the input was read to its end.
  ///
  /// - Throws: `Failure(.no)` when `--require-upstream` is not met.
  public func finish(records: Int? = nil) throws(Failure) {
    if let hashing { digest = try hashing.finish() }
    let content = StreamContent(digest: digest, bytes: file.byteCount, records: records)
    try recorder.finishInput(index, content)
    progress.add(bytes: 0, records: records ?? 0)
  }
}
