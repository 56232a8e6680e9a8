import Glibc

/// The files of a private folder that are named by digests, `ab/cdef…`. A file's modification time is that of its last
/// use, by which `evict` goes.
struct DigestNamedFiles: Sendable {
  let folder: String

  struct File: Sendable {
    var digest: SHA256Digest
    var used: Timestamp
    var bytes: Int
  }

  /// What an eviction removed.
  struct Removed: Sendable, Equatable {
    var entries = 0
    var bytes = 0
  }

  func path(of digest: SHA256Digest) -> String {
    let hex = digest.hex
    return "\(folder)/\(hex.prefix(2))/\(hex.dropFirst(2))"
  }

  /// Sets the time of last use to now; false when there is no such file.
  @discardableResult
  func touch(_ path: String) -> Bool { unsafe utimensat(AT_FDCWD, path, nil, AT_SYMLINK_NOFOLLOW) == 0 }

  /// All files, in no order. Files of writers that died are removed on the way.
  func all() throws(Failure) -> [File] {
    var files: [File] = []
    for group in try namesInFolder(folder) where group.utf8.count == 2 && isFolder("\(folder)/\(group)") {
      let groupFolder = "\(folder)/\(group)"
      try TemporaryFiles.sweep(groupFolder)
      for name in try namesInFolder(groupFolder) {
        guard let digest = SHA256Digest(hex: group + name),
          let status = fileStatus("\(groupFolder)/\(name)", followingLinks: false), fileKind(status) == S_IFREG
        else { continue }
        files.append(File(digest: digest, used: Timestamp(status.st_mtim), bytes: Int(status.st_size)))
      }
    }
    return files
  }

  /// Removes the files that nobody used since a moment, then the least recently used ones until at most so many files and
  /// bytes are left. A dry run counts them only.
  func evict(
    unusedSince oldest: Timestamp, keeping entries: Int, bytes: Int, isDryRun: Bool = false
  ) throws(Failure) -> Removed {
    let files = try all().sorted { $0.used < $1.used }
    var entriesLeft = files.count
    var bytesLeft = files.reduce(0) { $0 + $1.bytes }
    var removed = Removed()
    for file in files {
      guard file.used < oldest || entriesLeft > entries || bytesLeft > bytes else { break }
      // Another process may have removed it first.
      if unsafe isDryRun || unlink(path(of: file.digest)) == 0 {
        removed.entries += 1
        removed.bytes += file.bytes
      }
      entriesLeft -= 1
      bytesLeft -= file.bytes
    }
    return removed
  }
}
