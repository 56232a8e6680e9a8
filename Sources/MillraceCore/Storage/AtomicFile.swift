import Glibc

/// An output that gets its final name only when it is whole.
///
/// Where the file system can, the bytes go to a file without a name (O_TMPFILE), of which SIGKILL leaves nothing; else to
/// a hidden file beside the target, which `TemporaryFiles.sweep` removes once its writer is gone. `commit()` puts the
/// file in the target's place in one step. A target that exists keeps its permissions, a symbolic link is followed, and
/// what is no regular file (/dev/null, a FIFO, /dev/stdout) is written to directly.
///
///     let file = try AtomicFile(path: "genes.csv")
///     try file.write(bytes)
///     try file.commit()
///
/// Unchecked Sendable: it is handed from thread to thread and has one owner at any time.
public final class AtomicFile: @unchecked Sendable {
  /// Where the bytes go; stays the file's until `commit` or `discard`.
  public private(set) var descriptor: Int32
  /// As the user named it.
  public let path: String

  /// The file that the bytes are for, links followed.
  private let target: String
  private let durable: Bool
  private var state: State

  private enum State {
    case unnamed
    case named(String)
    /// No regular file: there is nothing to rename.
    case direct
    case closed
  }

  /// Opens the output.
  ///
  /// - Parameters:
  ///   - permissions: of a new file; the umask applies.
  ///   - durable: `commit` returns only when the bytes and the name have reached the disk.
  /// - Throws: `.cannotCreate`, naming the folder and what to do.
  public convenience init(path: String, permissions: mode_t = 0o666, durable: Bool = false) throws(Failure) {
    try self.init(path: path, permissions: permissions, durable: durable, unnamed: true)
  }

  /// - Parameter unnamed: false takes the way of file systems that have no unnamed files.
  package init(path: String, permissions: mode_t = 0o666, durable: Bool = false, unnamed: Bool) throws(Failure) {
    self.path = path
    self.durable = durable
    if let direct = try Self.openDirectly(path) {
      target = path
      descriptor = direct
      state = .direct
      return
    }
    guard let target = followingLinks(path) else {
      throw .cannotCreate(path, errorNumber: ELOOP, advice: "the symbolic links lead in a circle")
    }
    self.target = target
    let existing = fileStatus(target, followingLinks: false)
    if existing != nil, unsafe faccessat(AT_FDCWD, target, W_OK, AT_EACCESS) != 0 {
      throw .cannotCreate(path, errorNumber: errno, advice: "the file is there and you may not write to it")
    }
    let folder = folderPart(of: target)
    if unnamed, let opened = Linux.openUnnamed(in: folder, permissions: permissions) {
      descriptor = opened
      state = .unnamed
    } else {
      let (opened, name) = try TemporaryFiles.create(for: path, in: folder, permissions: permissions)
      descriptor = opened
      state = .named(name)
    }
    if let existing { Self.keepOwnerAndPermissions(of: existing, on: descriptor) }
  }

  /// Finds out whether an output can be made, and leaves nothing behind. What is no regular file is not opened.
  ///
  /// - Throws: as the initialiser does.
  public static func check(_ path: String) throws(Failure) {
    if let status = fileStatus(path, followingLinks: true), fileKind(status) != S_IFREG, fileKind(status) != S_IFDIR {
      return
    }
    try AtomicFile(path: path).discard()
  }

  deinit { discard() }

  /// Writes all bytes.
  ///
  /// - Throws: `.inputOutput`, for a full disk say; `Failure.brokenPipe` when the reader of a FIFO is gone.
  public func write(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
    unsafe try writeAll(bytes, to: descriptor, named: path)
  }

  /// Puts the file in its place, replacing one that was there. Nothing is left behind when this fails.
  public func commit() throws(Failure) {
    defer { discard() }
    if durable, !isDirect, fsync(descriptor) != 0 { throw writeFailure(errno) }
    if closeDuplicate(of: descriptor) != 0 { throw writeFailure(errno) }
    switch state {
    case .direct: return
    case .closed: throw Failure(.internalError, "the file was closed before", at: Place(file: path))
    case .unnamed: try nameUnnamed()
    case .named(let temporary): try rename(temporary)
    }
    if durable { try syncFolder() }
  }

  /// Drops the bytes; the target stays as it was. Does nothing after `commit`.
  public func discard() {
    if case .closed = state { return }
    if case .named(let temporary) = state { TemporaryFiles.remove(temporary) }
    state = .closed
    close(descriptor)
    descriptor = -1
  }

  private var isDirect: Bool {
    if case .direct = state { true } else { false }
  }

  private func nameUnnamed() throws(Failure) {
    // A free name needs no second step, so that no instant exists at which a kill leaves a stray name.
    let error = Linux.link(descriptor, to: target)
    if error == 0 { return }
    guard error == EEXIST else { throw .cannotCreate(path, errorNumber: error) }
    let temporary = try TemporaryFiles.link(descriptor, for: path, in: folderPart(of: target))
    state = .named(temporary)
    try rename(temporary)
  }

  private func rename(_ temporary: String) throws(Failure) {
    guard TemporaryFiles.rename(temporary, to: target) else { throw .cannotCreate(path, errorNumber: errno) }
    state = .unnamed
  }

  private func syncFolder() throws(Failure) {
    let folder = unsafe open(folderPart(of: target), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { throw writeFailure(errno) }
    defer { close(folder) }
    if fsync(folder) != 0 { throw writeFailure(errno) }
  }

  private func writeFailure(_ errorNumber: Int32) -> Failure {
    .system(.inputOutput, "cannot write", errorNumber: errorNumber, at: Place(file: path))
  }

  /// A descriptor for a target that is no regular file; nil for a regular file or a free name.
  private static func openDirectly(_ path: String) throws(Failure) -> Int32? {
    if let inherited = Linux.inheritedDescriptor(of: path) {
      let copy = fcntl(inherited, F_DUPFD_CLOEXEC, 0)
      guard copy >= 0 else { throw .cannotCreate(path, errorNumber: errno) }
      return copy
    }
    guard let status = fileStatus(path, followingLinks: true) else { return nil }
    switch fileKind(status) {
    case S_IFREG: return nil
    case S_IFDIR: throw .cannotCreate(path, errorNumber: EISDIR, advice: "name a file in that folder")
    default:
      let descriptor = retryingInterrupted { unsafe open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC) }
      guard descriptor >= 0 else { throw .cannotCreate(path, errorNumber: errno) }
      return descriptor
    }
  }

  /// A replaced file stays its owner's where the system lets us, and opens to the same people as before.
  private static func keepOwnerAndPermissions(of existing: stat, on descriptor: Int32) {
    if existing.st_uid != geteuid() || existing.st_gid != getegid() {
      _ = fchown(descriptor, existing.st_uid, existing.st_gid)
    }
    _ = fchmod(descriptor, existing.st_mode & 0o777)
  }
}

/// Writes all bytes to a descriptor, however many calls it takes.
///
/// - Throws: `Failure.brokenPipe` when the reader is gone, else `.inputOutput`.
public func writeAll(
  _ bytes: UnsafeRawBufferPointer, to descriptor: Int32, named name: String
) throws(Failure) {
  var rest = unsafe bytes[...]
  while unsafe !rest.isEmpty {
    let written = unsafe Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
    if written >= 0 {
      unsafe rest = rest.dropFirst(written)
    } else if errno == EPIPE {
      throw .brokenPipe
    } else if errno == EAGAIN {
      // Somebody who shares the terminal or pipe made it non-blocking.
      var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      _ = unsafe poll(&wait, 1, -1)
    } else if errno != EINTR {
      throw .system(.inputOutput, "cannot write", errorNumber: errno, at: Place(file: name))
    }
  }
}

/// Writes text to a descriptor.
public func writeText(_ text: String, to descriptor: Int32, named name: String) throws(Failure) {
  let bytes = ByteBuffer(text)
  unsafe try writeAll(bytes.bytes, to: descriptor, named: name)
}

/// Has a network file system send what it holds back, and say so when its disk is full, while the file itself stays open and
/// locked.
///
/// - Returns: 0, or -1 with the reason in `errno`.
func closeDuplicate(of descriptor: Int32) -> Int32 {
  retryingInterrupted {
    let duplicate = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
    return duplicate < 0 ? -1 : close(duplicate)
  }
}
