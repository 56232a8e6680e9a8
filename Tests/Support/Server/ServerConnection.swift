import Glibc

/// One connection of a scripted server, on a thread of its own.
struct ServerConnection {
  static let maximumHeadBytes = 4 << 20
  static let maximumBodyBytes = 64 << 20

  let descriptor: Int32
  let number: Int
  let shared: SharedState
  /// Bytes read and not yet taken.
  private var buffer: [UInt8] = []
  private var taken = 0
  private var arrival = (microseconds: 0, monotonic: 0.0)

  init(descriptor: Int32, number: Int, shared: SharedState) {
    self.descriptor = descriptor
    self.number = number
    self.shared = shared
  }

  mutating func serve() {
    // Answers go out in few pieces, and the last must not wait for the acknowledgement of the first.
    setOption(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, Int32(1))
    while true {
      switch nextRequest() {
      case .request(let request):
        let response = shared.handler(request)
        guard send(response, to: request) else { return }
        if request.header("connection")?.lowercased() == "close" { return }
      case .refused(let status):
        let text = "\(status) \(reasonPhrase(status))\n"
        _ = sendWhole(head(ServerResponse(status), length: text.utf8.count, closes: true) + Array(text.utf8))
        finish()
        return
      case .ended: return
      }
    }
  }

  // MARK: Reading

  private enum Next {
    case request(ServerRequest)
    case refused(Int)
    case ended
  }

  private mutating func nextRequest() -> Next {
    guard let end = readHead() else { return buffer.count - taken > Self.maximumHeadBytes ? .refused(414) : .ended }
    let lines = buffer[taken..<end].split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map {
      $0.last == UInt8(ascii: "\r") ? $0.dropLast() : $0
    }
    taken = end
    let words = (lines.first ?? []).split(separator: UInt8(ascii: " ")).map { String(decoding: $0, as: UTF8.self) }
    guard words.count == 3, words[2].hasPrefix("HTTP/1.") else { return .refused(400) }
    var headers: [NamedValue] = []
    for line in lines.dropFirst() where !line.isEmpty {
      guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return .refused(400) }
      let value = String(decoding: line[(colon + 1)...], as: UTF8.self)
      headers.append(NamedValue(String(decoding: line[..<colon], as: UTF8.self), trimmed(value)))
    }
    if words[2] == "HTTP/1.0" { headers.append(NamedValue("Connection", "close")) }
    let target = words[1].utf8.firstIndex(of: UInt8(ascii: "?")) ?? words[1].endIndex
    var request = ServerRequest(
      microseconds: arrival.microseconds, monotonicSeconds: arrival.monotonic, connection: number,
      number: shared.nextRequest(), method: words[0], target: words[1],
      path: percentDecoded(Array(words[1][..<target].utf8)[...]),
      parameters: formParameters(words[1].utf8[target...].dropFirst()), headers: headers, body: [])
    if request.header("transfer-encoding") != nil { return .refused(411) }
    if let length = request.header("content-length") {
      guard let length = Int(length), length >= 0 else { return .refused(400) }
      guard length <= Self.maximumBodyBytes else { return .refused(413) }
      if request.header("expect")?.lowercased() == "100-continue" {
        guard sendWhole(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)) else { return .ended }
      }
      while buffer.count - taken < length { guard readMore() else { return .ended } }
      request.body = Array(buffer[taken..<(taken + length)])
      taken += length
      if request.header("content-type")?.lowercased().hasPrefix("application/x-www-form-urlencoded") == true {
        request.parameters += formParameters(request.body)
      }
    }
    return .request(request)
  }

  /// The offset behind the empty line that ends the head; nil at the end of the stream, or when the head is too long.
  private mutating func readHead() -> Int? {
    buffer.removeFirst(taken)
    taken = 0
    if !buffer.isEmpty { noteArrival() }
    var searched = 0
    while true {
      while let newline = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
        // Tolerates what HTTP says a server should: line ends without CR, empty lines before a request.
        let line = buffer[searched..<newline]
        searched = newline + 1
        if line.isEmpty || line.elementsEqual([UInt8(ascii: "\r")]) {
          if buffer[..<newline].allSatisfy({ $0 == UInt8(ascii: "\r") || $0 == UInt8(ascii: "\n") }) {
            buffer.removeFirst(searched)
            searched = 0
          } else {
            return searched
          }
        }
      }
      let wasEmpty = buffer.isEmpty
      guard buffer.count <= Self.maximumHeadBytes, readMore() else { return nil }
      if wasEmpty { noteArrival() }
    }
  }

  private mutating func noteArrival() {
    var time = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    arrival = (time.tv_sec * 1_000_000 + time.tv_nsec / 1000, monotonicSeconds())
  }

  private mutating func readMore() -> Bool {
    let old = buffer.count
    let room = 1 << 16
    buffer.append(contentsOf: repeatElement(0, count: room))
    var count = 0
    repeat {
      count = unsafe buffer.withUnsafeMutableBytes {
        unsafe recv(descriptor, $0.baseAddress?.advanced(by: old), room, 0)
      }
    } while count < 0 && errno == EINTR
    buffer.removeLast(room - max(0, count))
    return count > 0
  }

  // MARK: Answering

  /// - Returns: whether the connection may serve another request.
  private func send(_ response: ServerResponse, to request: ServerRequest) -> Bool {
    if response.delay > 0 { wait(response.delay) }
    var body = request.method == "HEAD" ? [] : response.body[...]
    var closes = request.header("connection")?.lowercased() == "close"
    var length = response.body.count
    switch response.ending {
    case .reset(after: nil):
      reset()
      return false
    case .stall(after: nil):
      waitForClient()
      return false
    case .cut(let count, let agreeing):
      body = body.prefix(count)
      if agreeing { length = body.count }
      closes = true
    case .reset(let count?), .stall(let count?): body = body.prefix(count)
    case .whole, .endless: break
    }
    let isChunked = response.isChunked || response.ending == .endless
    let pause = response.pause.flatMap { $0.afterBytes < body.count ? $0 : nil }
    let first = pause.map { body.prefix($0.afterBytes) } ?? body
    let framed = isChunked ? chunks(first) : Array(first)
    guard sendWhole(head(response, length: isChunked ? nil : length, closes: closes) + framed) else { return false }
    if let pause {
      wait(pause.seconds)
      let rest = body.dropFirst(first.count)
      guard sendWhole(isChunked ? chunks(rest) : Array(rest)) else { return false }
    }
    switch response.ending {
    case .whole:
      return sendWhole(isChunked ? Array("0\r\n\r\n".utf8) : []) && !closes
    case .cut(_, let agreeing):
      if isChunked, agreeing { _ = sendWhole(Array("0\r\n\r\n".utf8)) }
      finish()
    case .reset: reset()
    case .stall: waitForClient()
    case .endless:
      let line = body.dropLast().lastIndex(of: UInt8(ascii: "\n")).map { body[($0 + 1)...] } ?? body
      let block = chunks(
        Array(repeatElement(line.isEmpty ? [10] : line, count: 1 + 16_384 / max(1, line.count)).joined())[...])
      while sendWhole(block) {}
    }
    return false
  }

  private func head(_ response: ServerResponse, length: Int?, closes: Bool) -> [UInt8] {
    var text = "HTTP/1.1 \(response.status) \(reasonPhrase(response.status))\r\n"
    for header in response.headers { text += "\(header.name): \(header.value)\r\n" }
    text += length.map { "Content-Length: \($0)\r\n" } ?? "Transfer-Encoding: chunked\r\n"
    if closes { text += "Connection: close\r\n" }
    return Array((text + "\r\n").utf8)
  }

  private func chunks(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    var framed: [UInt8] = []
    var rest = bytes
    while !rest.isEmpty {
      let piece = rest.prefix(16_384)
      framed += Array("\(String(piece.count, radix: 16))\r\n".utf8) + piece + [13, 10]
      rest = rest.dropFirst(piece.count)
    }
    return framed
  }

  private func sendWhole(_ bytes: [UInt8]) -> Bool {
    var sent = 0
    while sent < bytes.count {
      let count = unsafe bytes.withUnsafeBytes {
        unsafe Glibc.send(descriptor, $0.baseAddress?.advanced(by: sent), $0.count - sent, Int32(MSG_NOSIGNAL))
      }
      if count > 0 { sent += count } else if errno != EINTR { return false }
    }
    return true
  }

  /// Says that nothing more comes, and waits a moment for the client to have read it: a close with unread bytes would be
  /// a reset.
  private func finish() {
    shutdown(descriptor, Int32(SHUT_WR))
    var limit = timeval(tv_sec: 1, tv_usec: 0)
    _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    waitForClient()
  }

  /// The close that follows sends RST, and drops what the kernel still holds.
  private func reset() { setOption(descriptor, SOL_SOCKET, SO_LINGER, linger(l_onoff: 1, l_linger: 0)) }

  /// Returns when the client has closed the connection, or the server stops.
  private func waitForClient() {
    var scratch = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = unsafe scratch.withUnsafeMutableBytes { unsafe recv(descriptor, $0.baseAddress, $0.count, 0) }
      if count == 0 || (count < 0 && errno != EINTR) { return }
    }
  }

  /// Sleeps, but not longer than the client stays and the server runs.
  private func wait(_ seconds: Double) {
    let end = monotonicSeconds() + seconds
    while true {
      let rest = end - monotonicSeconds()
      guard rest > 0 else { return }
      // POLLRDHUP, which the Glibc module does not show.
      var request = pollfd(fd: descriptor, events: 0x2000, revents: 0)
      if unsafe poll(&request, 1, Int32(min(rest * 1000 + 1, 3_600_000))) > 0 { return }
    }
  }
}

private func trimmed(_ text: String) -> String {
  let isBlank = { (byte: UInt8) in byte == 32 || byte == 9 }
  let rest = text.utf8.drop(while: isBlank)
  let end = rest.lastIndex { !isBlank($0) }.map { rest.index(after: $0) } ?? rest.startIndex
  return String(decoding: rest[..<end], as: UTF8.self)
}
