import Glibc
import MillraceCore
import Synchronization

/// What a file was when a step had read or written it.
struct FileIdentity: Sendable, Equatable {
  /// From the root.
  var path: String
  /// While it is the same, the bytes are taken to be.
  var stamp: FileStamp
  var digest: SHA256Digest

  var json: JSONValue {
    .object([
      .init("path", .string(path)), .init("bytes", .integer(stamp.bytes)), .init("changed", .integer(stamp.changed)),
      .init("inode", .integer(stamp.inode)), .init("sha256", .string(digest.hex)),
    ])
  }

  init(path: String, stamp: FileStamp, digest: SHA256Digest) {
    self.path = path
    self.stamp = stamp
    self.digest = digest
  }

  init?(_ json: JSONValue?) {
    guard let path = json?["path"]?.text, let bytes = json?["bytes"]?.integer, let changed = json?["changed"]?.integer,
      case .number(let inode)? = json?["inode"], let inode = UInt64(inode),
      let digest = json?["sha256"]?.text.flatMap({ SHA256Digest(hex: $0) })
    else { return nil }
    self.init(path: path, stamp: FileStamp(bytes: bytes, changed: changed, inode: inode), digest: digest)
  }

  /// Whether the file still is what it was.
  ///
  /// - Throws: `.noInput` when it cannot be read.
  func holds() throws(Failure) -> Bool {
    let source = try FileSource(path: path)
    if FileStamp(source.status) == stamp { return true }
    guard source.size == stamp.bytes else { return false }
    return try digestOf(source) == digest
  }
}

/// What the file system says about a file, without a look at its bytes.
struct FileStamp: Sendable, Hashable {
  var bytes: Int
  /// In nanoseconds since 1970.
  var changed: Int
  /// Its number in the file system.
  var inode: UInt64

  init(bytes: Int, changed: Int, inode: UInt64) {
    self.bytes = bytes
    self.changed = changed
    self.inode = inode
  }

  init(_ status: stat) {
    self.init(
      bytes: Int(status.st_size), changed: status.st_mtim.tv_sec * 1_000_000_000 + status.st_mtim.tv_nsec,
      inode: UInt64(status.st_ino))
  }
}

/// Computes the identities of a run's files, each digest once while its file stays the same.
final class FileIdentities: Sendable {
  private let known = Mutex<[String: FileIdentity]>([:])

  /// The stamp of a regular file; nil for anything else, which has no identity.
  func stamp(of path: String) throws(Failure) -> FileStamp? {
    guard isRegularFile(path) else { return nil }
    return FileStamp(try FileSource(path: path).status)
  }

  /// The identity of a regular file; nil for anything else.
  func identity(of path: String) throws(Failure) -> FileIdentity? {
    guard isRegularFile(path) else { return nil }
    let source = try FileSource(path: path)
    let stamp = FileStamp(source.status)
    if let earlier = known.withLock({ $0[path] }), earlier.stamp == stamp { return earlier }
    let identity = FileIdentity(path: path, stamp: stamp, digest: try digestOf(source))
    known.withLock { $0[path] = identity }
    return identity
  }
}
