import Synchronization

/// A Redis server as one process uses it: over one connection, made at the first use, and after the first failure not at
/// all, so that nobody waits again.
final class RedisServer: Sendable {
  let url: RedisURL
  /// From the environment, never in a message.
  private let password: String?
  private let idleSeconds: Double
  private let state = Mutex(State.unused)

  private enum State {
    case unused
    case connected(RedisConnection, lastUse: Double)
    case lost(Failure)
  }

  /// - Parameter idleSeconds: after which a connection may have been closed for want of use, so that a new one is tried.
  init(_ url: RedisURL, password: String?, idleSeconds: Double) {
    self.url = url
    self.password = password
    self.idleSeconds = idleSeconds
  }

  /// Sends commands together, and waits for their replies, of which each may be an error. Commands may be sent twice.
  func ask(_ commands: [RedisCommand], maximumBytes: Int = 1 << 20) throws(Failure) -> [RedisReply] {
    try state.withLock { state throws(Failure) in
      do throws(Failure) {
        let (connection, isIdle) = try connection(state)
        do throws(Failure) {
          let replies = try connection.ask(commands, maximumBytes: maximumBytes)
          state = .connected(connection, lastUse: Clock.monotonicSeconds())
          return replies
        } catch {
          guard isIdle else { throw error }
        }
        let another = try connect()
        let replies = try another.ask(commands, maximumBytes: maximumBytes)
        state = .connected(another, lastUse: Clock.monotonicSeconds())
        return replies
      } catch {
        state = .lost(error)
        throw error
      }
    }
  }

  private func connection(_ state: borrowing State) throws(Failure) -> (RedisConnection, isIdle: Bool) {
    switch state {
    case .unused: (try connect(), false)
    case .connected(let open, let lastUse): (open, Clock.monotonicSeconds() - lastUse >= idleSeconds)
    case .lost(let failure): throw failure
    }
  }

  func ask(_ command: RedisCommand, maximumBytes: Int = 1 << 20) throws(Failure) -> RedisReply {
    try ask([command], maximumBytes: maximumBytes)[0]
  }

  /// Whether it is used no more.
  var isLost: Bool {
    state.withLock { if case .lost = $0 { true } else { false } }
  }

  /// Uses the server no more.
  func giveUp(_ failure: Failure) { state.withLock { $0 = .lost(failure) } }

  private func connect() throws(Failure) -> RedisConnection {
    let connection = try RedisConnection(url)
    var greeting: [RedisCommand] = []
    if let user = url.user {
      greeting.append(RedisCommand("AUTH", user, password ?? ""))
    } else if let password {
      greeting.append(RedisCommand("AUTH", password))
    }
    if url.database != 0 { greeting.append(RedisCommand("SELECT", String(url.database))) }
    greeting.append(RedisCommand("PING"))
    for reply in try connection.ask(greeting) {
      if case .error(let text) = reply { throw refusal(text) }
      guard case .bytes(let bytes) = reply, [Array("OK".utf8), Array("PONG".utf8)].contains(bytes) else {
        throw Failure(.serviceUnavailable, "what answers is no Redis server", at: Place(file: url.description))
      }
    }
    return connection
  }

  /// What a server's refusal means.
  func refusal(_ text: String) -> Failure {
    let code = text.prefix { $0 != " " }
    let (status, advice): (ExitStatus, String?) =
      switch code {
      case "NOAUTH": (.badConfiguration, "put the password into REDISCLI_AUTH in the environment")
      case "WRONGPASS": (.badConfiguration, "check REDISCLI_AUTH in the environment, and the user in the URL")
      case "NOPERM":
        (.badConfiguration, "the user needs the commands GETRANGE, PTTL, SET, PEXPIRE, EVAL, EXISTS and SCAN")
      case "LOADING": (.serviceUnavailable, "the server is starting; run again when it is up")
      case "OOM": (.serviceUnavailable, "the server is full; a policy such as maxmemory-policy allkeys-lru makes room")
      case "READONLY": (.serviceUnavailable, "name the primary server, not a replica")
      case "ERR" where text.contains("AUTH"):
        (.badConfiguration, "the server has no password; remove REDISCLI_AUTH from the environment")
      default: (.serviceUnavailable, nil)
      }
    return Failure(
      status, "Redis refuses: \(serverText(text, without: password))", at: Place(file: url.description), advice: advice)
  }
}
