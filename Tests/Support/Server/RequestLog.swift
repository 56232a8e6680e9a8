import Glibc
import Synchronization

/// What a scripted service saw of a request and did with it: one line of its log.
public struct RequestRecord: Sendable, Hashable {
  /// CLOCK_REALTIME at arrival, in microseconds.
  public var microseconds: Int
  public var connection: Int
  public var number: Int
  public var method: String
  public var path: String
  public var parameters: [NamedValue]
  /// Nil when no status line was sent.
  public var status: Int?
  /// The fault's name, or that of the limit that the client ran into: "rate-limit".
  public var misbehaviour: String?
  /// How many things the request asks for: ids.
  public var asked: Int
  /// How many things are in the answer that was meant: ids, articles, days; 0 when a fault took its place.
  public var returned = 0

  public init(_ request: ServerRequest, asked: Int = 0) {
    microseconds = request.microseconds
    connection = request.connection
    number = request.number
    method = request.method
    path = request.path
    parameters = request.parameters
    self.asked = asked
  }

  var line: String {
    let time = "\(microseconds / 1_000_000).\(zeroPadded(microseconds % 1_000_000, 6))"
    let parameters = parameters.map { #"["\#(jsonQuoted($0.name))","\#(jsonQuoted($0.value))"]"# }
    return #"{"time":\#(time),"connection":\#(connection),"number":\#(number),"method":"\#(jsonQuoted(method))","#
      + #""path":"\#(jsonQuoted(path))","parameters":[\#(parameters.joined(separator: ","))],"#
      + #""status":\#(status.map(String.init) ?? "null"),"#
      + #""misbehaviour":\#(misbehaviour.map { "\"\($0)\"" } ?? "null"),"asked":\#(asked),"returned":\#(returned)}"#
      + "\n"
  }
}

/// Keeps the records in memory, and in a file when there is one.
public final class RequestLog: Sendable {
  private let records = Mutex<[RequestRecord]>([])
  private let descriptor: Int32?

  /// - Parameter path: a file that lines are appended to.
  public init(path: String?) {
    descriptor = path.map { path in
      let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
      precondition(descriptor >= 0, "cannot write \(path)")
      return descriptor
    }
  }

  deinit { if let descriptor { close(descriptor) } }

  /// Returns when the line is in the file: a client that has its answer finds it there.
  public func add(_ record: RequestRecord) {
    records.withLock { records in
      guard let descriptor else {
        records.append(record)
        return
      }
      var rest = Array(record.line.utf8)[...]
      while !rest.isEmpty {
        let count = unsafe rest.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
        if count > 0 { rest = rest.dropFirst(count) } else if errno != EINTR { break }
      }
    }
  }

  /// Those that went into no file.
  public var all: [RequestRecord] { records.withLock { $0 } }
}
