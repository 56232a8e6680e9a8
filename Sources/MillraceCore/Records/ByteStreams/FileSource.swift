import Glibc
import Synchronization

/// The bytes of a file or of standard input as they lie there.
///
/// Unchecked Sendable: one thread at a time reads; the counter is atomic, for progress on another thread.
public final class FileSource: ByteSource, @unchecked Sendable {
  /// As the user named it; "standard input" for stdin.
  public let name: String
  /// What the system says about the file: its device and number are a pipe's identity.
  public let status: stat
  public let descriptor: Int32
  /// Takes every byte that is read; set it before the first one is.
  public var digest: DigestThread?
  private let counter = Atomic<Int>(0)
  /// Where reading began: a caller may hand over standard input in the middle of a file.
  private let startOffset: off_t

  /// Opens a file to read.
  ///
  /// - Parameters:
  ///   - path: "-" for standard input.
  ///   - name: What diagnostics call it instead of its path.
  ///   - digest: Takes every byte that is read.
  /// - Throws: `.noInput` for a missing or unreadable file and for a directory.
  public init(path: String, name: String? = nil, digest: DigestThread? = nil) throws(Failure) {
    self.digest = digest
    let isStandardInput = path == "-"
    let name = name ?? (isStandardInput ? "standard input" : path)
    self.name = name
    let place = Place(file: name)
    descriptor =
      isStandardInput ? STDIN_FILENO : retryingInterrupted { unsafe open(path, O_RDONLY | O_NOCTTY | O_CLOEXEC) }
    guard descriptor >= 0 else { throw .system(.noInput, "cannot open", errorNumber: errno, at: place) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else {
      let errorNumber = errno
      if !isStandardInput { close(descriptor) }
      throw .system(.noInput, "cannot read", errorNumber: errorNumber, at: place)
    }
    self.status = status
    startOffset = lseek(descriptor, 0, SEEK_CUR)
    // From here on `deinit` closes what was opened.
    if fileKind(status) == S_IFDIR {
      throw Failure(.noInput, "is a directory", at: place, advice: "name the files in it")
    }
    if isRegular { posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL) }
  }

  /// Tells of a file that cannot be read before its turn comes. Pipes are passed over: to open one is to begin with it.
  ///
  /// - Throws: as `init`.
  public static func check(_ path: String) throws(Failure) {
    guard path != "-", isRegularFile(path) || isFolder(path) || !isThere(path) else { return }
    _ = try FileSource(path: path)
  }

  deinit { if descriptor != STDIN_FILENO { close(descriptor) } }

  /// A regular file: it can be read twice and its size is known.
  public var isRegular: Bool { fileKind(status) == S_IFREG }

  /// The file's size in bytes when it was opened; nil for a pipe or a terminal.
  public var size: Int? { isRegular ? Int(status.st_size) : nil }

  /// What tells that a file is still the one that was opened before: its bytes' time, and not that of its status, which
  /// changes too when somebody renames it, links it or lets others read it.
  public struct Version: Sendable, Equatable {
    let device: dev_t
    let inode: ino_t
    /// In bytes.
    public let size: Int
    let seconds: Int
    let nanoseconds: Int
  }

  /// The file and when it was last written to, as of its opening.
  public var version: Version {
    Version(
      device: status.st_dev, inode: status.st_ino, size: Int(status.st_size), seconds: status.st_mtim.tv_sec,
      nanoseconds: status.st_mtim.tv_nsec)
  }

  /// Where the file can be opened again, to be read from the start as now: nil for a pipe, for a file that has lost its name,
  /// and for one that the caller had read a part of.
  public var pathFromStart: String? { isRegular && startOffset == 0 ? Linux.path(of: descriptor) : nil }

  /// The last byte of a regular file, whatever was read before; nil for an empty one.
  public func lastByte() throws(Failure) -> UInt8? {
    guard let size, size > 0 else { return nil }
    var byte: UInt8 = 0
    let count = retryingInterrupted { unsafe pread(descriptor, &byte, 1, off_t(size - 1)) }
    guard count >= 0 else {
      throw .system(.inputOutput, "cannot read", errorNumber: errno, at: Place(file: name))
    }
    guard count == 1 else {
      throw Failure(
        .inputOutput, "has become shorter since it was opened", at: Place(file: name),
        advice: "run again when nobody writes to it")
    }
    return byte
  }

  /// Bytes read so far, before decompression.
  public var byteCount: Int { counter.load(ordering: .relaxed) }

  /// Waits until bytes, or the end, are there to be read.
  public func waitForBytes() {
    var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    while unsafe poll(&wait, 1, -1) < 0 && errno == EINTR {}
  }

  /// Goes back to where reading began. For a regular file whose bytes are not being hashed.
  public func rewind() throws(Failure) {
    precondition(isRegular && digest == nil, "only a regular file can be read twice, and hashed once")
    guard lseek(descriptor, startOffset, SEEK_SET) >= 0 else {
      throw .system(.inputOutput, "cannot read again", errorNumber: errno, at: Place(file: name))
    }
    counter.store(0, ordering: .relaxed)
  }

  public func read(into buffer: ByteBuffer) throws(Failure) -> Int {
    let start = buffer.count
    let room = buffer.capacity - start
    precondition(room > 0, "a full buffer has no room to read into")
    while true {
      let count = unsafe Glibc.read(descriptor, buffer.base + start, room)
      if count >= 0 {
        buffer.count += count
        counter.add(count, ordering: .relaxed)
        if count > 0 { digest?.update(ByteSlice(buffer, start..<start + count)) }
        return count
      }
      switch errno {
      case EINTR: continue
      case EAGAIN:
        // Somebody who shares the terminal or pipe made it non-blocking.
        var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        _ = unsafe poll(&wait, 1, -1)
      default: throw .system(.inputOutput, "cannot read", errorNumber: errno, at: Place(file: name))
      }
    }
  }
}

extension FileSource.Version: CustomStringConvertible {
  /// For records: it changes when the file does.
  public var description: String { "\(device) \(inode) \(size) \(seconds).\(nanoseconds)" }
}
