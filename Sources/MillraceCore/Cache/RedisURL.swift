/// Where a Redis server is: `redis://[user@]host[:port][/database]`.
package struct RedisURL: Sendable, Equatable, CustomStringConvertible {
  /// Of the server's access control list; nil for the default user.
  package var user: String?
  /// A name, an IPv4 address, or an IPv6 address without brackets.
  package var host: String
  package var port: Int
  package var database: Int

  /// Reads an address, and refuses what cannot be served. No message repeats the text, which may hold a password.
  package init(_ text: String) throws(Failure) {
    guard let (scheme, rest) = text.split(at: "://") else { throw Self.malformed }
    switch scheme.lowercased() {
    case "redis": break
    case "rediss":
      throw Failure(
        .usage, "a Redis server is spoken to without encryption: rediss:// is not supported",
        advice: "name a tunnel's end as redis://localhost:port")
    case "unix", "redis+unix", "redis-socket":
      throw Failure(
        .usage, "a Redis server is spoken to through TCP: sockets of the file system are not supported",
        advice: "redis://host:port/database")
    default:
      throw Failure(.usage, "expected a folder or redis://host:port/database for the cache, found another kind of URL")
    }
    let (authority, path) = rest.split(at: "/") ?? (rest, "")
    var server = authority
    user = nil
    if let at = authority.lastIndex(of: "@") {
      let login = authority[..<at]
      guard !login.contains(":") else {
        throw Failure(
          .usage, "the URL of the cache has a password, which every user of this machine could read",
          advice: "put it into REDISCLI_AUTH in the environment")
      }
      guard let name = Self.decoded(login), !name.isEmpty else { throw Self.malformed }
      user = name
      server = authority[authority.index(after: at)...]
    }
    (host, port) = try Self.hostAndPort(server)
    database = 0
    if !path.isEmpty {
      guard let number = Self.number(path, in: 0...Int(Int32.max)) else {
        throw Failure(.usage, "expected a database's number at the end of redis://host:port/database")
      }
      database = number
    }
  }

  /// Without the user.
  package var description: String {
    "redis://\(host.contains(":") ? "[\(host)]" : host):\(port)" + (database == 0 ? "" : "/\(database)")
  }

  private static let malformed = Failure(.usage, "expected redis://[user@]host[:port][/database] for the cache")

  private static func hostAndPort(_ server: Substring) throws(Failure) -> (String, Int) {
    var (name, port) = (server, Substring("6379"))
    if server.first == "[" {
      guard let end = server.firstIndex(of: "]") else { throw malformed }
      name = server[server.index(after: server.startIndex)..<end]
      let tail = server[server.index(after: end)...]
      guard tail.isEmpty || tail.first == ":" else { throw malformed }
      if !tail.isEmpty { port = tail.dropFirst() }
    } else if let parts = server.split(at: ":") {
      (name, port) = parts
    }
    let isName = name.utf8.allSatisfy { byte in
      // Bytes beyond ASCII are the resolver's to judge.
      byte > 0x20 && byte != 0x7F && !"?#%[]\\\"".utf8.contains(byte)
    }
    guard !name.isEmpty, isName else { throw malformed }
    guard let number = Self.number(port, in: 1...65_535) else {
      throw Failure(.usage, "expected a port between 1 and 65535 in redis://host:port/database")
    }
    return (String(name), number)
  }

  private static func number(_ text: Substring, in range: ClosedRange<Int>) -> Int? {
    guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(text), range.contains(number)
    else { return nil }
    return number
  }

  /// Text with `%40` and the like read; nil where that is malformed.
  private static func decoded(_ text: Substring) -> String? {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      let digits = String(decoding: rest.prefix(2), as: UTF8.self)
      guard digits.utf8.count == 2, !digits.hasPrefix("+"), let value = UInt8(digits, radix: 16) else { return nil }
      bytes.append(value)
      rest = rest.dropFirst(2)
    }
    return String(validating: bytes, as: UTF8.self)
  }
}

extension StringProtocol where SubSequence == Substring {
  /// What stands before and behind the first occurrence; nil when there is none.
  fileprivate func split(at separator: String) -> (Substring, Substring)? {
    var start = startIndex
    while start < endIndex {
      let rest = self[start...]
      if rest.hasPrefix(separator) { return (self[..<start], rest.dropFirst(separator.count)) }
      start = index(after: start)
    }
    return nil
  }
}
