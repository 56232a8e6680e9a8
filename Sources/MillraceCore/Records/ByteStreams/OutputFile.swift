import Glibc
import Synchronization

/// The one writer of an output: compresses, counts and digests its bytes, and gives the file its final name when it is
/// whole.
///
/// A file is written under a temporary name (`AtomicFile`); an output that is never finished leaves nothing behind.
///
/// Unchecked Sendable: one thread at a time writes; the counter is atomic, for progress on another thread.
public final class OutputFile: @unchecked Sendable {
  /// As the user named it; "standard output" for stdout.
  public let name: String

  private enum Destination {
    case standardOutput
    case newFile(AtomicFile)
    case overwrittenFile(Int32)

    var descriptor: Int32 {
      switch self {
      case .standardOutput: STDOUT_FILENO
      case .newFile(let file): file.descriptor
      case .overwrittenFile(let descriptor): descriptor
      }
    }
  }

  private let destination: Destination
  private let encoder: (any StreamEncoder)?
  private let pool = BufferPool(capacity: 256 << 10)
  private let digest: DigestThread?
  private let counter = Atomic<Int>(0)

  /// What was written, known when it is whole.
  public struct Written: Sendable, Equatable {
    /// Bytes as they lie in the file, that is after compression.
    public var byteCount: Int
    /// Of those bytes; nil when no digest was asked for.
    public var digest: SHA256Digest?
  }

  /// Opens an output.
  ///
  /// - Parameters:
  ///   - path: "-" for standard output.
  ///   - permissions: Of a new file; the umask applies.
  ///   - digest: Takes every byte that is written.
  /// - Throws: `.cannotCreate`.
  public init(
    path: String, permissions: mode_t = 0o666, compression: Compression? = nil, digest: DigestThread? = nil
  ) throws(Failure) {
    let isStandardOutput = path == "-"
    name = isStandardOutput ? "standard output" : path
    destination = isStandardOutput ? .standardOutput : .newFile(try AtomicFile(path: path, permissions: permissions))
    encoder = compression?.makeEncoder()
    self.digest = digest
  }

  /// Writes a file over that is there, from its first byte: it is not whole, and what it was, before `finish`. The file's
  /// pages are used again, which costs a fraction of what new ones do.
  ///
  /// - Throws: `.cannotCreate`.
  public init(overwriting path: String) throws(Failure) {
    let descriptor = retryingInterrupted { unsafe open(path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC) }
    guard descriptor >= 0 else { throw .cannotCreate(path, errorNumber: errno) }
    name = path
    destination = .overwrittenFile(descriptor)
    encoder = nil
    digest = nil
  }

  deinit { if case .overwrittenFile(let descriptor) = destination { close(descriptor) } }

  /// Bytes written so far, after compression.
  public var byteCount: Int { counter.load(ordering: .relaxed) }

  /// Writes, or compresses and writes, all bytes of the slice.
  ///
  /// - Throws: `.inputOutput`, for a full disk say; `Failure.brokenPipe` when the reader is gone.
  public func write(_ slice: ByteSlice) throws(Failure) {
    if let encoder {
      unsafe try encode(slice.bytes, isEnd: false, with: encoder)
    } else {
      try emit(slice)
    }
  }

  /// Whether its digest is computed: without one nothing is recorded of it either.
  public var isHashed: Bool { digest != nil }

  /// Writes a regular file as it lies there, from its first byte. Where nobody looks at the bytes, the kernel moves them.
  ///
  /// - Throws: as `write`, and `.inputOutput` when the file cannot be read.
  public func write(contentsOf source: FileSource) throws(Failure) {
    var offset: off_t = 0
    while digest == nil, encoder == nil {
      let count = retryingInterrupted { unsafe sendfile(destination.descriptor, source.descriptor, &offset, 8 << 20) }
      if count == 0 { return }
      // Not every kind of file can be moved to every other, and a full pipe may be one that does not block.
      if count < 0 { break }
      counter.add(count, ordering: .relaxed)
    }
    guard lseek(source.descriptor, offset, SEEK_SET) >= 0 else {
      throw .system(.inputOutput, "cannot read", errorNumber: errno, at: Place(file: source.name))
    }
    while true {
      let buffer = pool.take()
      guard try source.read(into: buffer) > 0 else { return }
      try write(ByteSlice(buffer))
    }
  }

  /// Asks for the size and the digest of the file as it is here, the bytes that were written last included.
  ///
  /// Of a compressed output, these are the bytes that the encoder has given out: a mark stands a little in front of what was
  /// written last.
  ///
  /// - Parameter take: As for `DigestThread.mark`; never called when no digest was asked for.
  public func mark(_ take: @escaping @Sendable (Written) -> Void) {
    let byteCount = byteCount
    digest?.mark { take(Written(byteCount: byteCount, digest: $0)) }
  }

  /// Ends the compressed stream, waits for the digest and gives the file its name.
  public func finish() throws(Failure) -> Written {
    if let encoder { unsafe try encode(UnsafeRawBufferPointer(start: nil, count: 0), isEnd: true, with: encoder) }
    let written = Written(byteCount: byteCount, digest: try digest?.finish())
    switch destination {
    case .standardOutput: break
    case .newFile(let file): try file.commit()
    case .overwrittenFile(let descriptor):
      guard ftruncate(descriptor, off_t(byteCount)) == 0, closeDuplicate(of: descriptor) == 0 else {
        throw .system(.inputOutput, "cannot write", errorNumber: errno, at: Place(file: name))
      }
    }
    return written
  }

  private func encode(
    _ bytes: UnsafeRawBufferPointer, isEnd: Bool, with encoder: any StreamEncoder
  ) throws(Failure) {
    var rest = unsafe bytes
    var isDone = false
    while !isDone {
      let buffer = pool.take()
      do throws(CodecError) {
        let step = unsafe try encoder.encode(
          rest, into: UnsafeMutableRawBufferPointer(start: buffer.base, count: buffer.capacity), isEnd: isEnd)
        unsafe rest = UnsafeRawBufferPointer(rebasing: rest[step.consumed...])
        buffer.count = step.produced
        isDone = step.isDone
      } catch {
        throw Failure(.internalError, "cannot compress: \(error.text)", at: Place(file: name))
      }
      if buffer.count > 0 { try emit(ByteSlice(buffer)) }
    }
  }

  private func emit(_ slice: ByteSlice) throws(Failure) {
    unsafe try writeAll(slice.bytes, to: destination.descriptor, named: name)
    counter.add(slice.count, ordering: .relaxed)
    digest?.update(slice)
  }
}
