import Glibc
import MillraceCore

/// A folder that nothing lies in yet.
struct FreshFolder {
  let path: String

  /// - Parameter path: made, or empty already; nil for a new one among temporary files.
  init(_ path: String?) throws(Failure) {
    if let path {
      if unsafe mkdir(path, 0o777) != 0 {
        let error = errno
        guard error == EEXIST, isFolder(path), Self.names(path).isEmpty else {
          throw Failure(
            .cannotCreate,
            error == EEXIST ? "expected an empty folder" : "cannot make the folder: \(systemErrorText(error))",
            at: Place(file: path), advice: "name one that does not exist yet")
        }
      }
      guard let absolute = unsafe realpath(path, nil) else {
        throw Failure(.cannotCreate, "cannot find the folder: \(systemErrorText(errno))", at: Place(file: path))
      }
      defer { unsafe free(absolute) }
      self.path = unsafe String(cString: absolute)
    } else {
      let parent = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? ""
      var template = Array("\(parent.isEmpty ? "/tmp" : parent)/prov-rerun-XXXXXX".utf8CString)
      guard let made = unsafe mkdtemp(&template) else {
        throw Failure(
          .cannotCreate, "cannot make a temporary folder: \(systemErrorText(errno))",
          at: Place(file: parent.isEmpty ? "/tmp" : parent), advice: "--directory names another")
      }
      self.path = unsafe String(cString: made)
    }
  }

  /// Removes the folder and all in it; links are removed, not followed.
  func remove() { Self.remove(path) }

  private static func remove(_ path: String) {
    var status = stat()
    guard unsafe lstat(path, &status) == 0 else { return }
    if status.st_mode & S_IFMT == S_IFDIR {
      for name in names(path) { remove("\(path)/\(name)") }
      _ = unsafe rmdir(path)
    } else {
      _ = unsafe unlink(path)
    }
  }

  private static func names(_ path: String) -> [String] {
    guard let folder = unsafe opendir(path) else { return [] }
    defer { unsafe closedir(folder) }
    var names: [String] = []
    while let entry = unsafe readdir(folder) {
      let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }
}

/// The program that this process runs, links followed.
func executablePath() -> String {
  guard let path = unsafe realpath("/proc/self/exe", nil) else { return "" }
  defer { unsafe free(path) }
  return unsafe String(cString: path)
}
