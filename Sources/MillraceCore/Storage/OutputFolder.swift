import Glibc

/// A folder that one process at a time fills with files.
///
/// The lock is the kernel's, on the folder itself: it goes with its holder, however that ends, and leaves no file. File
/// systems without locks (some network mounts) go without.
public final class OutputFolder: Sendable {
  /// As the user named it.
  public let path: String
  private let descriptor: Int32

  /// Opens the folder, making it where it is missing (not the folders above it), and locks it.
  ///
  /// - Throws: `.cannotCreate`, also when another process is filling the folder.
  public init(path: String) throws(Failure) {
    let place = Place(file: path)
    if unsafe mkdir(path, 0o777) != 0, errno != EEXIST { throw .cannotCreate(path, errorNumber: errno) }
    descriptor = retryingInterrupted { unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    guard descriptor >= 0 else {
      throw .system(
        .cannotCreate, "cannot open the folder", errorNumber: errno, at: place, advice: "choose another place")
    }
    // From here on `deinit` closes what was opened.
    self.path = path
    if retryingInterrupted({ flock(descriptor, LOCK_EX | LOCK_NB) }) != 0, errno == EWOULDBLOCK {
      throw Failure(
        .cannotCreate, "another process is writing into the folder", at: place,
        advice: "wait for its end or choose another folder")
    }
    try TemporaryFiles.sweep(path)
  }

  deinit { close(descriptor) }

  /// The path of a name in the folder, as the user named the folder.
  public func callAsFunction(_ name: String) -> String { path.hasSuffix("/") ? path + name : "\(path)/\(name)" }

  /// The folder's path from the root, links followed.
  public var absolutePath: String { resolvedPath(path) ?? path }

  /// The names in the folder, sorted by their bytes.
  public func names() throws(Failure) -> [String] { try namesInFolder(path).sorted() }

  /// Removes a file; does nothing when it is not there.
  public func remove(_ name: String) throws(Failure) {
    if unsafe unlink(self(name)) != 0, errno != ENOENT {
      throw .system(.cannotCreate, "cannot remove the file", errorNumber: errno, at: Place(file: self(name)))
    }
  }
}
