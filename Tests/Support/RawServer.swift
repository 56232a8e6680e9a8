import Glibc
import Synchronization

/// A server on the loopback interface whose answers are the bytes that a test writes: right ones, cut ones, endless ones.
///
///     let server = RawServer { request, connection in
///       connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
///     }
///     … "http://127.0.0.1:\(server.port)/"
///
/// Every connection has a thread. One that the closure has not ended waits for its next request.
public final class RawServer: Sendable {
  public struct Request: Sendable {
    /// 0 for the first connection that the server took.
    public var connection: Int
    /// The request line and the headers.
    public var head: String
    public var body: [UInt8]

    /// What stands behind the method: a path and query, or a whole URL for a proxy.
    public var target: String { head.split(separator: " ").dropFirst().first.map(String.init) ?? "" }
  }

  /// One client's connection.
  public final class Connection: Sendable {
    private let descriptor: Mutex<Int32?>

    fileprivate init(_ descriptor: Int32) { self.descriptor = Mutex(descriptor) }

    /// False when the client is gone.
    @discardableResult
    public func write(_ bytes: [UInt8]) -> Bool {
      guard let descriptor = descriptor.withLock({ $0 }) else { return false }
      var rest = bytes[...]
      while !rest.isEmpty {
        let sent = unsafe rest.withUnsafeBytes {
          unsafe send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        guard sent > 0 else { return false }
        rest = rest.dropFirst(sent)
      }
      return true
    }

    @discardableResult
    public func write(_ text: String) -> Bool { write(Array(text.utf8)) }

    /// Ends the connection in order.
    public func end() {
      descriptor.withLock { descriptor in
        guard let open = descriptor.take() else { return }
        // A child process that was started meanwhile may have a copy, which would keep the connection.
        shutdown(open, Int32(SHUT_RDWR))
        close(open)
      }
    }

    /// Breaks the connection off: the client gets a reset.
    public func reset() {
      descriptor.withLock { descriptor in
        guard let open = descriptor.take() else { return }
        var atOnce = linger(l_onoff: 1, l_linger: 0)
        unsafe setsockopt(open, SOL_SOCKET, SO_LINGER, &atOnce, socklen_t(MemoryLayout<linger>.size))
        close(open)
      }
    }

    /// Waits until the client has closed its side, or sends again.
    public func waitForClient() {
      guard let open = descriptor.withLock({ $0 }) else { return }
      var byte: UInt8 = 0
      _ = unsafe recv(open, &byte, 1, Int32(MSG_PEEK))
    }

    /// Wakes whatever thread waits for the client.
    fileprivate func shut() { descriptor.withLock { if let open = $0 { shutdown(open, Int32(SHUT_RDWR)) } } }

    fileprivate var isOpen: Bool { descriptor.withLock { $0 != nil } }

    fileprivate func read(into bytes: inout [UInt8]) -> Bool {
      guard let open = descriptor.withLock({ $0 }) else { return false }
      var piece = [UInt8](repeating: 0, count: 1 << 16)
      let count = unsafe piece.withUnsafeMutableBytes { unsafe recv(open, $0.baseAddress, $0.count, 0) }
      guard count > 0 else { return false }
      bytes += piece[..<count]
      return true
    }
  }

  public let port: Int
  private let listener: Int32
  private let state = State()

  private final class State: Sendable {
    let requests = Mutex<[Request]>([])
    let connections = Mutex<[Connection]>([])
  }

  public convenience init(_ answer: @escaping @Sendable (Request, Connection) -> Void) {
    self.init(serving: { connection, number, state in Self.serve(connection, number: number, state, answer) })
  }

  /// A server of another protocol than HTTP.
  ///
  /// - Parameters:
  ///   - greeting: what a client gets before it has sent anything.
  ///   - answer: gets what came, cut anywhere.
  public static func ofBytes(
    greeting: String = "", _ answer: @escaping @Sendable ([UInt8], Connection) -> Void
  ) -> RawServer {
    RawServer(serving: { connection, _, _ in
      var bytes: [UInt8] = []
      if !greeting.isEmpty { connection.write(greeting) }
      while connection.isOpen, connection.read(into: &bytes) {
        answer(bytes, connection)
        bytes = []
      }
      connection.end()
    })
  }

  private init(serving serve: @escaping @Sendable (Connection, Int, State) -> Void) {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        unsafe bind(listener, generic, length) == 0 && listen(listener, 1024) == 0
          && getsockname(listener, generic, &length) == 0
      }
    }
    precondition(isBound, "no port of the loopback interface to be had")
    port = Int(UInt16(bigEndian: address.sin_port))
    self.listener = listener
    let state = state
    startThread {
      while true {
        let accepted = accept(listener, nil, nil)
        guard accepted >= 0 else { break }
        _ = fcntl(accepted, F_SETFD, FD_CLOEXEC)
        let connection = Connection(accepted)
        let number = state.connections.withLock { connections in
          connections.append(connection)
          return connections.count - 1
        }
        startThread { serve(connection, number, state) }
      }
      close(listener)
    }
  }

  deinit {
    // The thread that accepts wakes and closes.
    shutdown(listener, Int32(SHUT_RDWR))
    for connection in state.connections.withLock({ $0 }) { connection.shut() }
  }

  /// What came so far, in the order in which it was whole.
  public var requests: [Request] { state.requests.withLock { $0 } }

  public var connectionCount: Int { state.connections.withLock { $0.count } }

  public func url(_ target: String = "/") -> String { "http://127.0.0.1:\(port)\(target)" }

  private static func serve(
    _ connection: Connection, number: Int, _ state: State, _ answer: @Sendable (Request, Connection) -> Void
  ) {
    var bytes: [UInt8] = []
    while connection.isOpen, let request = nextRequest(from: connection, number, &bytes) {
      state.requests.withLock { $0.append(request) }
      answer(request, connection)
    }
    connection.end()
  }

  private static func nextRequest(from connection: Connection, _ number: Int, _ bytes: inout [UInt8]) -> Request? {
    var end = headEnd(bytes)
    while end == nil {
      guard connection.read(into: &bytes) else { return nil }
      end = headEnd(bytes)
    }
    guard let end else { return nil }
    let head = String(decoding: bytes[..<end], as: UTF8.self)
    let lengths = head.lowercased().split(separator: "\r\n").filter { $0.hasPrefix("content-length:") }
    let length = lengths.first.flatMap { Int($0.split(separator: " ").last ?? "") } ?? 0
    while bytes.count < end + length { guard connection.read(into: &bytes) else { return nil } }
    let body = Array(bytes[end..<end + length])
    bytes.removeFirst(end + length)
    return Request(connection: number, head: head, body: body)
  }

  /// The number of bytes up to and with the empty line.
  private static func headEnd(_ bytes: [UInt8]) -> Int? {
    guard bytes.count >= 4 else { return nil }
    return (0...bytes.count - 4).first { bytes[$0..<$0 + 4].elementsEqual([13, 10, 13, 10]) }.map { $0 + 4 }
  }
}
