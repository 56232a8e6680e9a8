import CHiredis
import Glibc

/// hiredis, opened when the first connection is made.
enum Hiredis {
  /// Opens the library unless it is open already.
  static func open() throws(Failure) {
    guard let reason = unsafe millrace_redis_open() else { return }
    throw Failure(
      .serviceUnavailable, "Redis cannot be reached without hiredis: \(unsafe String(cString: reason))",
      advice: "install it; Debian's package is libhiredis0.14 or libhiredis1.1.0")
  }
}

/// A command of any number of words, of any bytes.
struct RedisCommand: Sendable {
  fileprivate private(set) var bytes: [UInt8] = []
  fileprivate private(set) var lengths: [Int] = []

  init(_ words: String...) { for word in words { add(word) } }

  mutating func add(_ word: String) {
    bytes += word.utf8
    lengths.append(word.utf8.count)
  }

  mutating func add(_ word: UnsafeRawBufferPointer) {
    unsafe bytes.append(contentsOf: word)
    lengths.append(word.count)
  }
}

/// What a server answers to a command.
enum RedisReply: Sendable, Equatable {
  case null
  case integer(Int)
  case bytes([UInt8])
  case list([RedisReply])
  /// It refuses.
  case error(String)
}

/// One connection to a Redis server; used by one thread at a time. After a failure it is of no use any more.
@safe final class RedisConnection {
  private let context: UnsafeMutablePointer<redisContext>
  private let url: RedisURL

  /// Milliseconds.
  private static let connectTimeout: Int32 = 2000
  private static let silenceTimeout: Int32 = 5000
  /// Seconds that a command may take, and one more for each mebibyte that it moves.
  private static let commandTimeout = 5.0

  init(_ url: RedisURL) throws(Failure) {
    try Hiredis.open()
    guard let context = unsafe millrace_redis_connect(url.host, Int32(url.port), Self.connectTimeout) else {
      throw Failure(.internalError, "hiredis cannot start: no memory")
    }
    unsafe self.context = context
    self.url = url
    guard unsafe context.pointee.err == 0, unsafe millrace_redis_set_timeout(context, Self.silenceTimeout) == REDIS_OK
    else { throw failure("no connection") }
  }

  deinit { unsafe millrace_redis_free(context) }

  /// Sends commands together, and reads their replies.
  ///
  /// - Parameter maximumBytes: of all replies; what is more ends the connection.
  func ask(_ commands: [RedisCommand], maximumBytes: Int = 1 << 20) throws(Failure) -> [RedisReply] {
    for command in commands {
      guard append(command) else { throw failure("a command cannot be sent") }
    }
    let start = Clock.monotonicSeconds()
    var moved = 0
    func checkTime() throws(Failure) {
      guard Clock.monotonicSeconds() - start < Self.commandTimeout + Double(moved) / Double(1 << 20) else {
        throw unavailable("no whole answer within \(Int(Self.commandTimeout)) seconds")
      }
    }
    var isDone: Int32 = 0
    while isDone == 0 {
      guard unsafe millrace_redis_write(context, &isDone) == REDIS_OK else { throw failure("a command cannot be sent") }
      try checkTime()
    }
    moved = commands.reduce(0) { $0 + $1.bytes.count }
    let sent = moved
    var replies: [RedisReply] = []
    replies.reserveCapacity(commands.count)
    while replies.count < commands.count {
      var reply: UnsafeMutablePointer<redisReply>?
      guard unsafe millrace_redis_reply(context, &reply) == REDIS_OK else { throw failure("no answer") }
      if let reply = unsafe reply {
        defer { unsafe millrace_redis_free_reply(reply) }
        replies.append(unsafe RedisReply(reply.pointee))
        continue
      }
      try checkTime()
      let before = unsafe context.pointee.reader.pointee.len
      guard unsafe millrace_redis_read(context) == REDIS_OK else { throw failure("no answer") }
      moved += unsafe context.pointee.reader.pointee.len - before
      guard moved - sent <= maximumBytes else {
        throw unavailable("an answer of more than \(ByteCount(maximumBytes)) bytes, where no such was asked for")
      }
    }
    return replies
  }

  private func append(_ command: RedisCommand) -> Bool {
    unsafe command.bytes.withUnsafeBytes { bytes in
      // An empty word needs an address too.
      var place = unsafe bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
      var words: [UnsafePointer<CChar>?] = unsafe []
      for length in command.lengths {
        unsafe words.append(place)
        unsafe place = place.map { unsafe $0 + length }
      }
      return unsafe millrace_redis_append(context, Int32(command.lengths.count), &words, command.lengths) == REDIS_OK
    }
  }

  // MARK: Failures

  private func unavailable(_ message: String, advice: String? = nil) -> Failure {
    Failure(.serviceUnavailable, message, at: Place(file: url.description), advice: advice)
  }

  /// What the connection says of itself.
  private func failure(_ what: String) -> Failure {
    let number = errno
    let advice = "check that a Redis server runs there"
    switch unsafe context.pointee.err {
    case REDIS_ERR_EOF: return unavailable("\(what): the server closed the connection")
    case REDIS_ERR_IO where number == EAGAIN || number == ETIMEDOUT || number == EINPROGRESS:
      let isConnecting = what == "no connection"
      let seconds = (isConnecting ? Self.connectTimeout : Self.silenceTimeout) / 1000
      return unavailable("\(what) within \(seconds) seconds", advice: isConnecting ? advice : nil)
    case REDIS_ERR_IO: return unavailable("\(what): \(systemErrorText(number))", advice: advice)
    case REDIS_ERR_PROTOCOL: return unavailable("what answers is no Redis server", advice: advice)
    case REDIS_ERR_OOM: return Failure(.internalError, "no memory for an answer of Redis")
    default:
      let text = unsafe String(cString: millrace_redis_error_text(context))
      return unavailable("\(what): \(printable(text))", advice: advice)
    }
  }
}

extension RedisReply {
  fileprivate init(_ reply: redisReply) {
    switch unsafe reply.type {
    case REDIS_REPLY_STRING, REDIS_REPLY_STATUS: self = .bytes(unsafe Self.bytes(reply))
    case REDIS_REPLY_ERROR: self = unsafe .error(String(decoding: Self.bytes(reply), as: UTF8.self))
    case REDIS_REPLY_INTEGER: self = unsafe .integer(Int(reply.integer))
    case REDIS_REPLY_ARRAY:
      var elements: [RedisReply] = []
      for index in 0..<(unsafe reply.elements) {
        if let element = unsafe reply.element[index] { elements.append(unsafe RedisReply(element.pointee)) }
      }
      self = .list(elements)
    default: self = .null
    }
  }

  private static func bytes(_ reply: redisReply) -> [UInt8] {
    unsafe Array(UnsafeRawBufferPointer(start: reply.str, count: reply.len))
  }
}
