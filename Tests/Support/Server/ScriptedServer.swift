import Glibc
import Synchronization

/// An HTTP/1.1 server on 127.0.0.1 for the time of a test: a handler answers, and says how the answer goes wrong.
///
///     let server = ScriptedServer { request in
///       var response = ServerResponse(type: "text/plain", text: "hello")
///       response.ending = .cut(after: 2, agreeing: false)
///       return response
///     }
///     // server.url is "http://127.0.0.1:PORT"
///
/// A thread a connection; connections stay open from one request to the next. It speaks no TLS and takes no chunked
/// requests. It stops when it goes away.
public final class ScriptedServer: Sendable {
  public let port: Int
  private let shared: SharedState
  private let listener: Int32

  public var url: String { "http://127.0.0.1:\(port)" }
  /// Requests received so far.
  public var requests: Int { shared.counts.withLock { $0.requests } }
  /// Connections taken so far.
  public var connections: Int { shared.counts.withLock { $0.connections } }

  /// Listens at once.
  ///
  /// - Parameters:
  ///   - port: 0 takes a free one.
  ///   - handler: runs on the threads of the connections, several at a time.
  public init(port: Int = 0, handler: @escaping @Sendable (ServerRequest) -> ServerResponse) {
    let (listener, port) = listen(port: port)
    self.listener = listener
    self.port = port
    let shared = SharedState(handler: handler)
    self.shared = shared
    startThread { takeConnections(listener, shared) }
  }

  deinit { stop() }

  /// Closes every connection, and returns when all threads have ended, or after a minute when one does not.
  public func stop() {
    let listener = listener
    // Under the lock that each socket is closed under: afterwards its number may be that of another file.
    let isFirst = shared.counts.withLock { counts in
      guard !counts.isStopped else { return false }
      counts.isStopped = true
      if counts.isListening { shutdown(listener, Int32(SHUT_RDWR)) }
      for descriptor in counts.open { shutdown(descriptor, Int32(SHUT_RDWR)) }
      return true
    }
    guard isFirst else { return }
    let end = monotonicSeconds() + 60
    while shared.counts.withLock({ $0.isListening || !$0.open.isEmpty }), monotonicSeconds() < end { usleep(500) }
  }
}

/// What the threads of a server have in common.
final class SharedState: Sendable {
  struct Counts {
    var connections = 0
    var requests = 0
    /// The sockets of connections whose threads run. Each is closed under the lock.
    var open: Set<Int32> = []
    var isStopped = false
    var isListening = true
  }

  let counts = Mutex(Counts())
  let handler: @Sendable (ServerRequest) -> ServerResponse

  init(handler: @escaping @Sendable (ServerRequest) -> ServerResponse) { self.handler = handler }

  /// The number of the new connection; nil when the server has stopped.
  func opened(_ descriptor: Int32) -> Int? {
    counts.withLock { counts in
      guard !counts.isStopped else { return nil }
      counts.open.insert(descriptor)
      counts.connections += 1
      return counts.connections
    }
  }

  func close(_ descriptor: Int32) {
    counts.withLock { counts in
      counts.open.remove(descriptor)
      _ = Glibc.close(descriptor)
    }
  }

  func nextRequest() -> Int {
    counts.withLock { counts in
      counts.requests += 1
      return counts.requests
    }
  }
}

private func takeConnections(_ listener: Int32, _ shared: SharedState) {
  defer {
    shared.counts.withLock { counts in
      counts.isListening = false
      _ = close(listener)
    }
  }
  while true {
    let descriptor = acceptConnection(listener)
    if descriptor < 0 {
      if shared.counts.withLock({ $0.isStopped }) { return }
      // Descriptors or memory are short for the moment, or the client has gone again.
      if errno != EINTR, errno != ECONNABORTED { usleep(1000) }
      continue
    }
    guard let number = shared.opened(descriptor) else {
      close(descriptor)
      return
    }
    startThread {
      var connection = ServerConnection(descriptor: descriptor, number: number, shared: shared)
      connection.serve()
      shared.close(descriptor)
    }
  }
}

private func listen(port: Int) -> (descriptor: Int32, port: Int) {
  let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
  precondition(descriptor >= 0, "no socket: error \(errno)")
  setOption(descriptor, SOL_SOCKET, SO_REUSEADDR, Int32(1))
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
  address.sin_port = UInt16(port).bigEndian
  var length = socklen_t(MemoryLayout<sockaddr_in>.size)
  let isListening = unsafe withUnsafeMutablePointer(to: &address) { pointer in
    unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
      unsafe bind(descriptor, address, length) == 0 && Glibc.listen(descriptor, 1024) == 0
        && getsockname(descriptor, address, &length) == 0
    }
  }
  precondition(isListening, "cannot listen on 127.0.0.1:\(port): error \(errno)")
  return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
}

private typealias AcceptFunction =
  @convention(c) (
    Int32, UnsafeMutablePointer<sockaddr>?, UnsafeMutablePointer<socklen_t>?, Int32
  ) -> Int32

/// accept4(2), which the Glibc module does not show: a descriptor that a program started meanwhile inherits would keep a
/// connection open that was closed here.
private let accept4: AcceptFunction? = unsafe dlsym(nil, "accept4").map {
  unsafe unsafeBitCast($0, to: AcceptFunction.self)
}

private func acceptConnection(_ listener: Int32) -> Int32 {
  guard let accept4 = unsafe accept4 else { preconditionFailure("the C library has no accept4") }
  return accept4(listener, nil, nil, Int32(SOCK_CLOEXEC.rawValue))
}

func setOption<Value: BitwiseCopyable>(_ descriptor: Int32, _ level: Int32, _ option: Int32, _ value: Value) {
  var value = value
  _ = unsafe setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Value>.size))
}

/// Runs `body` on a thread of its own.
func startThread(_ body: @escaping @Sendable () -> Void) {
  final class Box: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
  var thread = pthread_t()
  let box = unsafe Unmanaged.passRetained(Box(body)).toOpaque()
  let status = unsafe pthread_create(
    &thread, nil,
    { argument in
      guard let argument = unsafe argument else { return nil }
      unsafe Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body()
      return nil
    }, box)
  precondition(status == 0, "no thread: error \(status)")
  pthread_detach(thread)
}
