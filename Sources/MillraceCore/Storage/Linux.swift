import Glibc

/// What the storage folder asks of Linux and other systems do differently.
enum Linux {
  /// An open file without a name in `folder`, which the kernel drops with its last descriptor; nil where the file system
  /// has no such files or /proc, which is needed to name it later, is not mounted.
  static func openUnnamed(in folder: String, permissions: mode_t, mode: Int32 = O_WRONLY) -> Int32? {
    // O_TMPFILE is a macro that Swift does not import.
    let unnamed: Int32 = 0o20_000_000 | O_DIRECTORY
    let descriptor = unsafe open(folder, unnamed | mode | O_CLOEXEC, permissions)
    guard descriptor >= 0 else { return nil }
    guard unsafe access(procPath(descriptor), F_OK) == 0 else {
      close(descriptor)
      return nil
    }
    return descriptor
  }

  /// Gives an unnamed file a name that must be free; 0 or the error number.
  static func link(_ descriptor: Int32, to path: String) -> Int32 {
    unsafe linkat(AT_FDCWD, procPath(descriptor), AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0 ? 0 : errno
  }

  /// The descriptor that a path such as /dev/stdout or /dev/fd/3 stands for.
  ///
  /// Opening such a path anew would begin at offset 0 and forget O_APPEND, and fails on a socket.
  static func inheritedDescriptor(of path: String) -> Int32? {
    switch path {
    case "/dev/stdout": return STDOUT_FILENO
    case "/dev/stderr": return STDERR_FILENO
    default:
      for folder in ["/dev/fd/", "/proc/self/fd/"] where path.hasPrefix(folder) {
        return Int32(path.dropFirst(folder.count))
      }
      return nil
    }
  }

  /// Locks one byte of an open file, without waiting; 0 or the error number. EAGAIN says that another open file has it.
  ///
  /// The lock is the open file's (an "open file description lock"), so that two holders in one process exclude each other
  /// as two processes do. It goes when the file is closed.
  static func lockByte(_ descriptor: Int32, at offset: off_t) -> Int32 {
    var lock = flock(l_type: Int16(F_WRLCK), l_whence: Int16(SEEK_SET), l_start: offset, l_len: 1, l_pid: 0)
    // F_OFD_SETLK, which Swift does not import.
    return unsafe fcntl(descriptor, 37, &lock) == 0 ? 0 : errno
  }

  /// Whether another open file has locked the byte; false where there are no locks.
  static func isByteLocked(_ descriptor: Int32, at offset: off_t) -> Bool {
    var lock = flock(l_type: Int16(F_WRLCK), l_whence: Int16(SEEK_SET), l_start: offset, l_len: 1, l_pid: 0)
    // F_OFD_GETLK.
    return unsafe fcntl(descriptor, 36, &lock) == 0 && lock.l_type != Int16(F_UNLCK)
  }

  static func unlockByte(_ descriptor: Int32, at offset: off_t) { unlock(descriptor, from: offset, length: 1) }

  /// Unlocks all bytes.
  static func unlockBytes(_ descriptor: Int32) { unlock(descriptor, from: 0, length: 0) }

  private static func unlock(_ descriptor: Int32, from start: off_t, length: off_t) {
    var lock = flock(l_type: Int16(F_UNLCK), l_whence: Int16(SEEK_SET), l_start: start, l_len: length, l_pid: 0)
    _ = unsafe fcntl(descriptor, 37, &lock)
  }

  /// The file that a descriptor was opened from; nil for pipes, sockets and removed files.
  static func path(of descriptor: Int32) -> String? {
    guard let target = linkTarget(procPath(descriptor)), target.hasPrefix("/") else { return nil }
    var open = stat()
    guard unsafe fstat(descriptor, &open) == 0, let named = fileStatus(target, followingLinks: false),
      named.st_dev == open.st_dev, named.st_ino == open.st_ino
    else { return nil }
    return target
  }

  /// The folder that this process runs in; nil where /proc is not mounted.
  static var currentFolder: String? { linkTarget("/proc/self/cwd") }

  private static func procPath(_ descriptor: Int32) -> String { "/proc/self/fd/\(descriptor)" }
}
