import Glibc

/// A temporary file without a name, so that nothing of it is left when the process ends, however it ends.
///
/// One thread appends; any number may read what was appended before.
public final class UnnamedFile: Sendable {
  public let descriptor: Int32
  private let folder: String

  /// - Parameter folder: Where the file takes its room; `temporaryFolder()` where nothing speaks for another one.
  public init(in folder: String) throws(Failure) {
    self.folder = folder
    if let unnamed = Linux.openUnnamed(in: folder, permissions: 0o600, mode: O_RDWR) {
      descriptor = unnamed
    } else {
      descriptor = try Self.openAndUnlink(in: folder)
    }
  }

  /// Where the file system has no files without a name. A kill between the two steps leaves an empty file, which
  /// `TemporaryFiles.sweep` knows by its prefix.
  private static func openAndUnlink(in folder: String) throws(Failure) -> Int32 {
    var name = Array("\(folder)/\(TemporaryFiles.prefix)XXXXXX".utf8CString)
    let descriptor = unsafe name.withUnsafeMutableBufferPointer { name in
      guard let start = name.baseAddress else { return Int32(-1) }
      let descriptor = unsafe mkstemp(start)
      if descriptor >= 0 { unsafe unlink(start) }
      return descriptor
    }
    guard descriptor >= 0 else {
      throw Failure(
        .cannotCreate, "cannot make a temporary file in \(folder): \(systemErrorText(errno))",
        advice: "TMPDIR names another folder")
    }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    return descriptor
  }

  deinit { close(descriptor) }

  /// Writes all bytes behind those that were written before.
  ///
  /// - Throws: `.inputOutput`, for a full disk say.
  public func append(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
    do throws(Failure) {
      try unsafe writeAll(bytes, to: descriptor, named: "a temporary file in \(folder)")
    } catch {
      throw Failure(error.status, error.message, at: error.place, advice: "TMPDIR names another folder")
    }
  }

  /// Appends up to `count` bytes from `offset` on to `buffer`, fewer only at the file's end.
  ///
  /// - Returns: How many.
  @discardableResult
  public func read(at offset: Int, count: Int, into buffer: ByteBuffer) throws(Failure) -> Int {
    buffer.reserve(count)
    var done = 0
    while done < count {
      let length = retryingInterrupted {
        unsafe pread(descriptor, buffer.base + buffer.count, count - done, off_t(offset + done))
      }
      guard length >= 0 else {
        throw Failure(.inputOutput, "cannot read a temporary file in \(folder): \(systemErrorText(errno))")
      }
      if length == 0 { break }
      buffer.count += length
      done += length
    }
    return done
  }
}
