import Glibc

extension Failure {
  /// Tells why an output cannot be made, and what to do about it.
  static func cannotCreate(_ path: String, errorNumber: Int32, advice: String? = nil) -> Failure {
    let folder = folderPart(of: path)
    let cure: String? =
      switch errorNumber {
      case ENOENT, ENOTDIR: "the folder \(folder) is missing: mkdir -p \(folder)"
      case EACCES, EPERM: "you may not create files in the folder \(folder): choose another place"
      case EROFS: "the folder \(folder) is on a read-only file system: choose another place"
      case ENOSPC, EDQUOT: "free some space in \(folder) or choose another place"
      default: nil
      }
    return .system(
      .cannotCreate, "cannot create the file", errorNumber: errorNumber, at: Place(file: path), advice: advice ?? cure)
  }
}
