import Glibc

/// An entry of a cache, open for reading. What it holds was written by anybody and is believed only when it agrees.
final class CacheEntryFile {
  let header: CacheEntryHeader
  /// When it was last used.
  let used: Timestamp
  private let descriptor: Int32
  private let headerBytes: Int

  enum Opened {
    case absent
    /// There is something else under the name of an entry, or no whole one.
    case damaged
    case unreadable(errorNumber: Int32)
    case file(CacheEntryFile)
  }

  /// Opens an entry and reads its header. One with a larger body than the limit is not there for this reader.
  static func open(_ path: String, bodyLimit: Int) -> Opened {
    // O_NONBLOCK, since a FIFO would wait for a writer.
    let descriptor = retryingInterrupted {
      unsafe Glibc.open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    }
    guard descriptor >= 0 else {
      return switch errno {
      // ESTALE: a network file system lost the name while it was being opened.
      case ENOENT, ENOTDIR, ESTALE: .absent
      case ELOOP, ENXIO: .damaged
      default: .unreadable(errorNumber: errno)
      }
    }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, isOwn(status), let header = header(descriptor),
      header.value.bytes <= Int(status.st_size), status.st_size == header.count + header.value.bytes
    else {
      close(descriptor)
      return .damaged
    }
    guard header.value.bytes <= bodyLimit else {
      close(descriptor)
      return .absent
    }
    return .file(
      CacheEntryFile(
        header: header.value, used: Timestamp(status.st_mtim), descriptor: descriptor, headerBytes: header.count))
  }

  /// Whether a file may be an entry that this user wrote.
  static func isOwn(_ status: stat) -> Bool {
    fileKind(status) == S_IFREG && status.st_uid == geteuid() && status.st_mode & 0o777 == 0o600
  }

  private init(header: CacheEntryHeader, used: Timestamp, descriptor: Int32, headerBytes: Int) {
    self.header = header
    self.used = used
    self.descriptor = descriptor
    self.headerBytes = headerBytes
  }

  deinit { close(descriptor) }

  /// The body; nil when it is not the one that the header describes.
  func body() -> [UInt8]? {
    var failed = false
    let body = unsafe [UInt8](unsafeUninitializedCapacity: header.bytes) { bytes, count in
      count = unsafe Self.read(descriptor, at: headerBytes, into: UnsafeMutableRawBufferPointer(bytes)) ?? 0
      failed = count < header.bytes
    }
    return unsafe !failed && body.withUnsafeBytes { unsafe header.describes($0) } ? body : nil
  }

  /// Notes that the entry was used now.
  func touch() { futimens(descriptor, nil) }

  /// The header and the bytes that it takes, its line end with them.
  private static func header(_ descriptor: Int32) -> (value: CacheEntryHeader, count: Int)? {
    var size = 4096
    while true {
      let beginning = unsafe [UInt8](unsafeUninitializedCapacity: size) { bytes, count in
        count = unsafe read(descriptor, at: 0, into: UnsafeMutableRawBufferPointer(bytes)) ?? 0
      }
      if let end = beginning.firstIndex(of: UInt8(ascii: "\n")) {
        let header = unsafe beginning.withUnsafeBytes { bytes in
          unsafe CacheEntryHeader(line: UnsafeRawBufferPointer(rebasing: bytes[..<end]))
        }
        return header.map { ($0, end + 1) }
      }
      guard beginning.count == size, size < CacheEntryHeader.limit else { return nil }
      size = min(size * 8, CacheEntryHeader.limit)
    }
  }

  /// Reads until the buffer is full or the file ends, and tells how much; nil for an error.
  private static func read(
    _ descriptor: Int32, at offset: Int, into bytes: UnsafeMutableRawBufferPointer
  ) -> Int? {
    var done = 0
    while done < bytes.count {
      let count = retryingInterrupted {
        unsafe pread(descriptor, bytes.baseAddress.map { unsafe $0 + done }, bytes.count - done, off_t(offset + done))
      }
      if count < 0 { return nil }
      if count == 0 { break }
      done += count
    }
    return done
  }
}
