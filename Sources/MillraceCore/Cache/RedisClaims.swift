/// Claims of keys that a Redis server holds for all processes: each a name with a token that its claim alone knows, which
/// goes by itself when nobody renews it.
struct RedisClaims: Sendable {
  let server: RedisServer
  /// After which a holder that died has let go.
  let milliseconds: Int

  /// So many keys with a command: the server does nothing else meanwhile.
  private static let keysAtOnce = 500

  /// Tells which of the names nobody holds, and holds them. Repeated with the same token it says the same.
  private static let take = """
    local taken = {}
    for index, name in ipairs(KEYS) do
      if redis.call('SET', name, ARGV[1], 'NX', 'PX', ARGV[2]) or redis.call('GET', name) == ARGV[1] then
        taken[#taken + 1] = index
      end
    end
    return taken
    """

  private static let renew = """
    for _, name in ipairs(KEYS) do
      if redis.call('GET', name) == ARGV[1] then redis.call('PEXPIRE', name, ARGV[2]) end
    end
    return {}
    """

  private static let release = """
    for _, name in ipairs(KEYS) do
      if redis.call('GET', name) == ARGV[1] then redis.call('DEL', name) end
    end
    return {}
    """

  /// - Throws: when the server holds nothing.
  func claim(_ keys: [String], named name: (String) -> String) throws(Failure) -> CacheClaim {
    var seen: Set<String> = []
    let keys = keys.filter { seen.insert($0).inserted }
    let names = keys.map(name)
    let token = Self.newToken()
    var taken: [Int] = []
    do throws(Failure) {
      for start in stride(from: 0, to: names.count, by: Self.keysAtOnce) {
        let part = names[start..<min(start + Self.keysAtOnce, names.count)]
        taken += try run(Self.take, part, token).map { start + $0 - 1 }
      }
    } catch {
      letGo(taken.map { names[$0] }, token)
      throw error
    }
    let held = taken.map { names[$0] }
    guard !held.isEmpty else { return CacheClaim([]) {} }
    // A suspended task costs nothing, and ends with the process.
    let renewal = Task.detached {
      while true {
        guard (try? await Task.sleep(for: .milliseconds(milliseconds / 3))) != nil else { return }
        for start in stride(from: 0, to: held.count, by: Self.keysAtOnce) {
          let part = held[start..<min(start + Self.keysAtOnce, held.count)]
          // The next time may do; when none does, somebody else fetches the same.
          _ = try? run(Self.renew, part, token)
        }
      }
    }
    return CacheClaim(taken.map { keys[$0] }) {
      renewal.cancel()
      letGo(held, token)
    }
  }

  private func letGo(_ names: [String], _ token: String) {
    for start in stride(from: 0, to: names.count, by: Self.keysAtOnce) {
      // What is not released goes by itself.
      _ = try? run(Self.release, names[start..<min(start + Self.keysAtOnce, names.count)], token)
    }
  }

  private func run(_ script: String, _ names: ArraySlice<String>, _ token: String) throws(Failure) -> [Int] {
    var command = RedisCommand("EVAL", script, String(names.count))
    for name in names { command.add(name) }
    command.add(token)
    command.add(String(milliseconds))
    let reply = try server.ask(command)
    if case .error(let text) = reply { throw server.refusal(text) }
    guard case .list(let elements) = reply else { throw server.refusal("ERR expected a list") }
    return elements.compactMap { element in
      guard case .integer(let index) = element, (1...names.count).contains(index) else { return nil }
      return index
    }
  }

  /// 128 random bits.
  private static func newToken() -> String {
    var generator = SystemRandomNumberGenerator()
    return padded(generator.next(), 16, radix: 16) + padded(generator.next(), 16, radix: 16)
  }
}
