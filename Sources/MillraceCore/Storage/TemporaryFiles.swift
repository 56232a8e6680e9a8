import Glibc
import Synchronization

/// The hidden files that outputs are written to before they get their name, where the file system has no unnamed ones.
///
/// Each is locked (`flock`) by its writer for as long as it lives, and the kernel drops the lock with the process. So a
/// sweep can tell files of the dead from files of the living, in other containers and on other hosts too, which a process
/// id in the name could not.
public enum TemporaryFiles {
  static let prefix = ".millrace-"

  /// The names that this process would leave behind when a signal ended it now. Process-wide as signals are; the thread
  /// that waits for signals takes the list.
  private static let open = Mutex<Set<String>>([])
  private static let counter = Atomic<Int>(0)

  /// Removes this process's hidden files and then ends it: no new one can appear between the two.
  static func removeAll(andEnd end: () -> Void) {
    open.withLock { names in
      for name in names { unsafe unlink(name) }
      names.removeAll()
      end()
    }
  }

  /// Removes the hidden files in `folder` whose writers are gone, and tells how many.
  ///
  /// A file younger than `age` seconds stays: its writer may not have locked it yet.
  @discardableResult
  public static func sweep(_ folder: String, olderThan age: Int = 60) throws(Failure) -> Int {
    var removed = 0
    let now = time(nil)
    for name in try namesInFolder(folder) where name.hasPrefix(prefix) {
      let path = "\(folder)/\(name)"
      let descriptor = unsafe Glibc.open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
      guard descriptor >= 0 else { continue }
      defer { close(descriptor) }
      var status = stat()
      guard unsafe fstat(descriptor, &status) == 0, fileKind(status) == S_IFREG, status.st_uid == geteuid(),
        now - status.st_mtim.tv_sec >= age, flock(descriptor, LOCK_EX | LOCK_NB) == 0
      else { continue }
      if unsafe unlink(path) == 0 { removed += 1 }
    }
    return removed
  }

  /// Opens a new hidden file in `folder` for the output that the user calls `output`.
  static func create(
    for output: String, in folder: String, permissions: mode_t
  ) throws(Failure) -> (descriptor: Int32, name: String) {
    while true {
      let name = newName(in: folder)
      let descriptor = open.withLock { names in
        let descriptor = unsafe Glibc.open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, permissions)
        if descriptor >= 0 { names.insert(name) }
        return descriptor
      }
      if descriptor >= 0 {
        // Without locks (some network mounts) the sweep cannot take one either and leaves the file alone.
        _ = flock(descriptor, LOCK_EX | LOCK_NB)
        return (descriptor, name)
      }
      guard errno == EEXIST else { throw .cannotCreate(output, errorNumber: errno) }
    }
  }

  /// Gives an unnamed file a hidden name in `folder`.
  static func link(_ descriptor: Int32, for output: String, in folder: String) throws(Failure) -> String {
    _ = flock(descriptor, LOCK_EX | LOCK_NB)
    while true {
      let name = newName(in: folder)
      let error = open.withLock { names in
        let error = Linux.link(descriptor, to: name)
        if error == 0 { names.insert(name) }
        return error
      }
      if error == 0 { return name }
      guard error == EEXIST else { throw .cannotCreate(output, errorNumber: error) }
    }
  }

  static func remove(_ name: String) {
    open.withLock { names in
      unsafe unlink(name)
      names.remove(name)
    }
  }

  /// Gives a hidden file its final name; false with `errno` set.
  static func rename(_ name: String, to target: String) -> Bool {
    open.withLock { names in
      guard unsafe Glibc.rename(name, target) == 0 else { return false }
      names.remove(name)
      return true
    }
  }

  private static func newName(in folder: String) -> String {
    let number = counter.add(1, ordering: .relaxed).newValue
    var random = SystemRandomNumberGenerator()
    return "\(folder)/\(prefix)\(getpid())-\(number)-\(String(random.next() as UInt32, radix: 16))"
  }
}
