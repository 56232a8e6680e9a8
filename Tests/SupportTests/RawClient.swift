import Glibc
import Support

/// A connection to a server under test, that sees every byte and how the stream ends.
final class RawClient {
  /// How reading ended.
  enum Ending { case closed, reset, silent }

  private let descriptor: Int32

  /// Nil when nobody listens.
  init?(port: Int, patience: Double = 5) {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    address.sin_port = UInt16(port).bigEndian
    let isConnected = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    // The descriptor is closed with the object, which exists already.
    guard isConnected else { return nil }
    setPatience(patience)
  }

  deinit { close(descriptor) }

  /// Seconds without a byte after which reading ends as `.silent`.
  func setPatience(_ seconds: Double) {
    var limit = timeval(tv_sec: Int(seconds), tv_usec: Int((seconds - seconds.rounded(.down)) * 1e6))
    _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
  }

  func send(_ text: String) { send(Array(text.utf8)) }

  func send(_ bytes: [UInt8]) {
    var sent = 0
    while sent < bytes.count {
      let count = unsafe bytes.withUnsafeBytes {
        unsafe Glibc.send(descriptor, $0.baseAddress?.advanced(by: sent), $0.count - sent, Int32(MSG_NOSIGNAL))
      }
      if count <= 0 { return }
      sent += count
    }
  }

  /// Everything up to the end, or up to `limit` bytes.
  func readAll(limit: Int = .max) -> (bytes: [UInt8], ending: Ending) {
    var all: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while all.count < limit {
      let count = unsafe piece.withUnsafeMutableBytes { unsafe recv(descriptor, $0.baseAddress, $0.count, 0) }
      if count > 0 { all += piece[..<count] }
      if count == 0 { return (all, .closed) }
      if count < 0, errno != EINTR { return (all, errno == ECONNRESET ? .reset : .silent) }
    }
    return (all, .silent)
  }

  /// One answer with its body, which must be whole.
  func answer() -> RawAnswer? {
    var bytes: [UInt8] = []
    while true {
      if let (answer, isWhole) = RawAnswer.parse(bytes), isWhole { return answer }
      let (more, _) = readAll(limit: 1)
      if more.isEmpty { return nil }
      bytes += more
    }
  }
}

/// An answer as it came.
struct RawAnswer {
  var status: Int
  var headers: [String: String]
  var body: [UInt8]
  /// Whether a chunked body had its end, or a body the length that its header says.
  var isWhole: Bool

  var text: String { String(decoding: body, as: UTF8.self) }

  /// Nil while the head is not whole.
  static func parse(_ bytes: [UInt8]) -> (RawAnswer, isWhole: Bool)? {
    let ends = Array("\r\n\r\n".utf8)
    guard let end = bytes.indices.first(where: { bytes[$0...].starts(with: ends) }) else { return nil }
    let lines = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\r\n")
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      headers[parts[0].lowercased()] = String(parts[1].dropFirst())
    }
    let words = lines[0].split(separator: " ")
    guard words.count > 1, let status = Int(words[1]) else { return nil }
    var answer = RawAnswer(status: status, headers: headers, body: Array(bytes[(end + 4)...]), isWhole: false)
    if headers["transfer-encoding"] == "chunked" {
      (answer.body, answer.isWhole) = joined(answer.body)
    } else {
      answer.isWhole = answer.body.count == headers["content-length"].flatMap { Int($0) }
    }
    return (answer, answer.isWhole)
  }

  private static func joined(_ chunks: [UInt8]) -> ([UInt8], Bool) {
    var body: [UInt8] = []
    var rest = chunks[...]
    while let newline = rest.firstIndex(of: 10), newline > rest.startIndex {
      guard let size = Int(String(decoding: rest[..<(newline - 1)], as: UTF8.self), radix: 16) else {
        return (body, false)
      }
      if size == 0 { return (body, true) }
      body += rest[(newline + 1)...].prefix(size)
      rest = rest[(newline + 1)...].dropFirst(size + 2)
    }
    return (body, false)
  }
}
