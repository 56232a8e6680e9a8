import Glibc

/// Work that all processes of a user do once in a while together: an empty file whose time says when it was last begun.
struct DueMarker: Sendable {
  let path: String
  /// In seconds.
  let interval: Double

  /// Whether the work is due; if so the others are told that it is being done.
  func isDue(now: Timestamp) throws(Failure) -> Bool {
    // A time far ahead is from a clock that was set back since.
    if let status = fileStatus(path, followingLinks: false), abs(now.since(Timestamp(status.st_mtim))) < interval {
      return false
    }
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .cannotCreate(path, errorNumber: errno) }
    futimens(descriptor, nil)
    close(descriptor)
    return true
  }
}
