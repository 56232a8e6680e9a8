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

  private static func procPath(_ descriptor: Int32) -> String { "/proc/self/fd/\(descriptor)" }
}
