import Glibc

/// The folder that a path's last component lies in: "." for a bare name.
public func folderPart(of path: String) -> String {
  guard let slash = path.lastIndex(of: "/") else { return "." }
  return slash == path.startIndex ? "/" : String(path[..<slash])
}

/// A path's last component.
public func nameInFolder(_ path: String) -> String {
  path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
}

/// A folder's path as a prefix of others: `parts` of `parts/`; "/" stays.
public func withoutTrailingSlashes(_ path: String) -> String {
  var path = path[...]
  while path.utf8.count > 1, path.last == "/" { path = path.dropLast() }
  return String(path)
}

/// What `lstat` (or `stat`, following links) says, or nil with `errno` set.
func fileStatus(_ path: String, followingLinks: Bool) -> stat? {
  var status = stat()
  let result = unsafe followingLinks ? stat(path, &status) : lstat(path, &status)
  return result == 0 ? status : nil
}

func fileKind(_ status: stat) -> mode_t { status.st_mode & S_IFMT }

/// Where a symbolic link points.
func linkTarget(_ path: String) -> String? {
  let buffer = unsafe [UInt8](unsafeUninitializedCapacity: Int(PATH_MAX)) { bytes, count in
    count = unsafe bytes.withMemoryRebound(to: CChar.self) { characters in
      guard let start = characters.baseAddress else { return 0 }
      return unsafe max(0, readlink(path, start, characters.count))
    }
  }
  return buffer.isEmpty ? nil : String(decoding: buffer, as: UTF8.self)
}

/// The file that a write to `path` reaches: symbolic links in the last component are followed, also to a file that does
/// not exist yet. Nil for a circle of links.
func followingLinks(_ path: String) -> String? {
  var path = path
  for _ in 0..<40 {
    guard let status = fileStatus(path, followingLinks: false), fileKind(status) == S_IFLNK else { return path }
    guard let target = linkTarget(path) else { return nil }
    path = target.hasPrefix("/") ? target : "\(folderPart(of: path))/\(target)"
  }
  return nil
}

/// Whether what is written under the two names, there already or not, is one file in the end.
func reachSameFile(_ one: String, _ other: String) -> Bool {
  func place(_ path: String) -> String? {
    guard let target = followingLinks(path), let folder = resolvedPath(folderPart(of: target)) else { return nil }
    return "\(folder)/\(nameInFolder(target))"
  }
  guard let reached = place(one) else { return false }
  return reached == place(other)
}

/// The names in a folder, without "." and "..", unsorted.
public func namesInFolder(_ path: String) throws(Failure) -> [String] {
  guard let folder = unsafe opendir(path) else {
    throw .system(.inputOutput, "cannot read the folder", errorNumber: errno, at: Place(file: path))
  }
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

/// Removes what has that name, a folder with all in it; links are removed, not followed. What cannot be removed stays.
public func removeTree(_ path: String) {
  guard let status = fileStatus(path, followingLinks: false) else { return }
  guard fileKind(status) == S_IFDIR else {
    _ = unsafe unlink(path)
    return
  }
  for name in (try? namesInFolder(path)) ?? [] { removeTree("\(path)/\(name)") }
  _ = unsafe rmdir(path)
}

/// Whether there is a folder of that name, links followed.
public func isFolder(_ path: String) -> Bool {
  fileStatus(path, followingLinks: true).map { fileKind($0) == S_IFDIR } ?? false
}

/// Whether there is a regular file of that name, links followed: it can be opened more than once.
public func isRegularFile(_ path: String) -> Bool {
  fileStatus(path, followingLinks: true).map { fileKind($0) == S_IFREG } ?? false
}

/// Whether there is anything of that name, links followed.
public func isThere(_ path: String) -> Bool { fileStatus(path, followingLinks: true) != nil }

/// The path from the root, links followed; nil when there is nothing of that name.
public func resolvedPath(_ path: String) -> String? {
  guard let resolved = unsafe realpath(path, nil) else { return nil }
  defer { unsafe free(resolved) }
  return unsafe String(cString: resolved)
}

/// A path as the user would name it: an absolute path says more about the machine than about the data.
func relativeToCurrentFolder(_ path: String) -> String {
  guard let folder = Linux.currentFolder, path.hasPrefix(folder == "/" ? "/" : folder + "/") else { return path }
  return String(path.dropFirst(folder == "/" ? 1 : folder.count + 1))
}

/// A path from the root without `.`, `..` and doubled slashes, as its text says; links are not looked at.
public func normalisedPath(_ path: String) -> String {
  var components: [Substring] = []
  for component in path.split(separator: "/") where component != "." {
    if component == ".." { _ = components.popLast() } else { components.append(component) }
  }
  return "/" + components.joined(separator: "/")
}
