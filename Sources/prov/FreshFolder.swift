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
        guard error == EEXIST, isFolder(path), (try? namesInFolder(path))?.isEmpty ?? true else {
          throw Failure(
            .cannotCreate,
            error == EEXIST ? "expected an empty folder" : "cannot make the folder: \(systemErrorText(error))",
            at: Place(file: path), advice: "name one that does not exist yet")
        }
      }
      guard let absolute = resolvedPath(path) else {
        throw Failure(.cannotCreate, "cannot find the folder: \(systemErrorText(errno))", at: Place(file: path))
      }
      self.path = absolute
    } else {
      let parent = temporaryFolder()
      var template = Array("\(parent)/prov-rerun-XXXXXX".utf8CString)
      guard let made = unsafe mkdtemp(&template) else {
        throw Failure(
          .cannotCreate, "cannot make a temporary folder: \(systemErrorText(errno))",
          at: Place(file: parent), advice: "--directory names another")
      }
      self.path = unsafe String(cString: made)
    }
  }

  /// Removes the folder and all in it; links are removed, not followed.
  func remove() { removeTree(path) }
}
