import Glibc

/// A fresh folder that goes away, with all it holds, with its owner.
public final class TemporaryFolder: Sendable {
  public let path: String

  public init() {
    let parent = environmentVariable("TMPDIR") ?? "/tmp"
    var template = Array("\(parent)/millrace-test-XXXXXX".utf8CString)
    guard let made = unsafe mkdtemp(&template) else { fatalError("cannot make a folder in \(parent)") }
    path = unsafe String(cString: made)
  }

  deinit { removeTree(path) }

  /// The path of a name in the folder.
  public func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }

  /// Writes a file and returns its path.
  @discardableResult
  public func write(_ name: String, _ bytes: some Sequence<UInt8>) -> String {
    let path = self(name)
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    precondition(descriptor >= 0, "cannot write \(path)")
    defer { close(descriptor) }
    var rest = Array(bytes)[...]
    while !rest.isEmpty {
      let written = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
      precondition(written > 0, "cannot write \(path)")
      rest = rest.dropFirst(written)
    }
    return path
  }

  @discardableResult
  public func write(_ name: String, _ text: String) -> String { write(name, text.utf8) }

  /// The bytes of a file in the folder; nil when there is none.
  public func read(_ name: String) -> [UInt8]? { readFile(self(name)) }

  /// The text of a file in the folder; nil when there is none.
  public func text(_ name: String) -> String? { read(name).map { String(decoding: $0, as: UTF8.self) } }

  /// The names in the folder, hidden ones too, sorted.
  public var names: [String] { Support.names(ofFolder: path).sorted() }

  /// The names in a folder within, hidden ones too, sorted.
  public func names(in folder: String) -> [String] { Support.names(ofFolder: self(folder)).sorted() }
}

/// The bytes of a file; nil when it cannot be read.
public func readFile(_ path: String) -> [UInt8]? {
  let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return nil }
  defer { close(descriptor) }
  return readAll(descriptor)
}

/// Everything up to the end of a file or pipe.
func readAll(_ descriptor: Int32) -> [UInt8] {
  var all: [UInt8] = []
  var piece = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = unsafe piece.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
    if count > 0 { all += piece[..<count] } else if count == 0 || errno != EINTR { return all }
  }
}

/// The names in a folder, hidden ones too.
public func names(ofFolder path: String) -> [String] {
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

private func removeTree(_ path: String) {
  var status = stat()
  guard unsafe lstat(path, &status) == 0 else { return }
  if status.st_mode & S_IFMT == S_IFDIR {
    unsafe chmod(path, 0o700)
    for name in names(ofFolder: path) { removeTree("\(path)/\(name)") }
    unsafe rmdir(path)
  } else {
    unsafe unlink(path)
  }
}
