/// A service's answer, whatever its status: only the tool that knows the service can say whether it is a good one.
public struct HTTPResponse: Sendable, Hashable {
  public var status: Int
  /// The URL that answered, after redirects; it may hold secrets of the request.
  public var url: String
  /// In the order in which they came.
  public var headers: [HTTPHeader]
  /// After decompression.
  public var body: [UInt8]

  public init(status: Int, url: String, headers: [HTTPHeader] = [], body: [UInt8] = []) {
    self.status = status
    self.url = url
    self.headers = headers
    self.body = body
  }

  /// The value of the first header of that name, in upper or lower case.
  public func header(_ name: String) -> String? {
    let name = name.lowercased()
    return headers.first { $0.name.lowercased() == name }?.value
  }
}

/// Gathers one answer from the pieces that come, within the request's limits.
///
/// Blocks of headers in front of the last one (100 Continue, 103 Early Hints) are dropped, and so are trailers.
struct HTTPResponseReceiver {
  /// More than any honest service sends; curl's own limit is per line.
  static let maximumHeaderBytes = 256 << 10

  enum Limit: Sendable, Equatable {
    case header
    case body
  }

  let maximumBodyBytes: Int
  private(set) var headers: [HTTPHeader] = []
  private(set) var body: [UInt8] = []
  /// The limit that the answer went beyond.
  private(set) var exceeded: Limit?
  private var headerBytes = 0
  private var headersAreDone = false

  init(maximumBodyBytes: Int) { self.maximumBodyBytes = maximumBodyBytes }

  /// Takes one header line with its line end; false when the transfer is to be stopped.
  mutating func receive(headerLine bytes: UnsafeRawBufferPointer) -> Bool {
    headerBytes += bytes.count
    guard headerBytes <= Self.maximumHeaderBytes else {
      exceeded = .header
      return false
    }
    var line = unsafe bytes[...]
    while let last = unsafe line.last, last == 10 || last == 13 { unsafe line.removeLast() }
    let text = unsafe String(decoding: line, as: UTF8.self)
    if text.hasPrefix("HTTP/") {
      headers = []
      headersAreDone = false
    } else if text.isEmpty {
      headersAreDone = true
    } else if !headersAreDone {
      add(text)
    }
    return true
  }

  /// Takes a piece of the decompressed body; false when the transfer is to be stopped.
  mutating func receive(body bytes: UnsafeRawBufferPointer) -> Bool {
    guard bytes.count <= maximumBodyBytes - body.count else {
      exceeded = .body
      return false
    }
    unsafe body.append(contentsOf: bytes)
    return true
  }

  private mutating func add(_ line: String) {
    // A line that begins with space goes on with the value before it (RFC 9112, 5.2).
    if line.utf8.first == 32 || line.utf8.first == 9, !headers.isEmpty {
      headers[headers.count - 1].value += " " + trimmed(line[...])
    } else if let colon = line.firstIndex(of: ":") {
      headers.append(HTTPHeader(String(line[..<colon]), trimmed(line[line.index(after: colon)...])))
    }
  }

  private func trimmed(_ text: Substring) -> String {
    var bytes = text.utf8[...]
    while let first = bytes.first, first == 32 || first == 9 { bytes.removeFirst() }
    while let last = bytes.last, last == 32 || last == 9 { bytes.removeLast() }
    return String(Substring(bytes))
  }
}
