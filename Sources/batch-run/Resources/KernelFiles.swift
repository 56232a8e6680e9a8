import Glibc

/// What the kernel tells in files: /proc and the control groups.
///
/// Below another root they are files that a test wrote out.
struct KernelFiles: Sendable {
  /// Nothing for the real ones.
  var root = ""

  static let system = KernelFiles()

  /// A file's text; nil when there is none, or it cannot be read.
  func text(_ path: String) -> String? {
    let descriptor = unsafe open("\(root)\(path)", O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var failed = false
    // Some files give a page at a time.
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
      while count < buffer.count {
        let piece = unsafe UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[count...])
        let length = unsafe read(descriptor, piece.baseAddress, piece.count)
        if length <= 0 {
          failed = length < 0 && count == 0
          return
        }
        count += length
      }
    }
    return failed ? nil : String(decoding: bytes, as: UTF8.self)
  }

  /// A file's bytes; none when it cannot be read.
  func bytes(_ path: String, limit: Int) -> [UInt8] {
    let descriptor = unsafe open("\(root)\(path)", O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 14)
    while bytes.count < limit {
      let length = unsafe piece.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
      guard length > 0 else { break }
      bytes += piece[..<length]
    }
    return bytes
  }

  /// Tells one start of the machine from another; nil when the kernel does not say.
  var boot: String? {
    text("/proc/sys/kernel/random/boot_id").flatMap { text in
      let boot = String(text.prefix { $0 != "\n" })
      return boot.isEmpty ? nil : boot
    }
  }

  /// The number that a file holds and nothing else; nil for `max` too.
  func number(_ path: String) -> Int? {
    text(path).flatMap { text in
      Int(text.prefix { $0 != "\n" })
    }
  }

  /// The number behind a name in a file of lines `name number`, a colon or a unit around it or not.
  func number(_ path: String, named name: String) -> Int? {
    guard let text = text(path) else { return nil }
    return Self.number(named: name, in: text)
  }

  static func number(named name: String, in text: String) -> Int? {
    for line in text.split(separator: "\n") {
      let words = line.split { $0 == " " || $0 == ":" || $0 == "\t" }
      if words.count >= 2, words[0] == name { return Int(words[1]) }
    }
    return nil
  }
}
