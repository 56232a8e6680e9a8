import Synchronization

/// A server that takes mail over SMTP on 127.0.0.1, keeps it for the test, and refuses as it is told.
public final class ScriptedMailServer: Sendable {
  public struct Mail: Sendable {
    /// With their brackets.
    public var sender = ""
    public var recipients: [String] = []
    /// As sent, with dots taken off again.
    public var text = ""
    /// What a client said after AUTH, in base64.
    public var login: String?
  }

  private struct Session {
    var unread: [UInt8] = []
    var mail = Mail()
    var isInText = false
    var isInLogin = false
  }

  private final class State: Sendable {
    let mails = Mutex<[Mail]>([])
    let sessions = Mutex<[ObjectIdentifier: Session]>([:])
    let commands = Mutex<[String]>([])
    /// Replies to commands of a name, used up one by one before the usual ones.
    let replies: Mutex<[String: [String]]>

    init(_ replies: [String: [String]]) { self.replies = Mutex(replies) }
  }

  private let state: State
  private let server: RawServer

  /// - Parameters:
  ///   - replies: instead of the usual ones, in order, by the command's first word; "text" for the end of a message.
  ///   - greeting: the first line; empty for a server that says nothing.
  public init(replies: [String: [String]] = [:], greeting: String = "220 mail.test ESMTP\r\n") {
    let state = State(replies)
    self.state = state
    server = RawServer.ofBytes(greeting: greeting) { bytes, connection in
      guard !greeting.isEmpty else { return }
      Self.take(bytes, connection, state)
    }
  }

  public var port: Int { server.port }
  public var url: String { "smtp://127.0.0.1:\(port)" }
  public var mails: [Mail] { state.mails.withLock { $0 } }
  public var connections: Int { server.connectionCount }
  /// All lines that clients sent outside of messages.
  public var commands: [String] { state.commands.withLock { $0 } }

  private static func take(_ bytes: [UInt8], _ connection: RawServer.Connection, _ state: State) {
    let key = ObjectIdentifier(connection)
    var session = state.sessions.withLock { $0[key] ?? Session() }
    session.unread += bytes
    while let end = session.unread.firstIndex(of: 10) {
      let line = String(decoding: session.unread[..<end].filter { $0 != 13 }, as: UTF8.self)
      session.unread.removeFirst(end + 1)
      if session.isInText {
        if line == "." {
          session.isInText = false
          connection.write(reply("text", state) ?? "250 taken\r\n")
          let mail = session.mail
          state.mails.withLock { $0.append(mail) }
        } else {
          session.mail.text += (line.hasPrefix(".") ? String(line.dropFirst()) : line) + "\n"
        }
      } else if session.isInLogin {
        session.isInLogin = false
        session.mail.login = line
        connection.write("235 welcome\r\n")
      } else {
        state.commands.withLock { $0.append(line) }
        answer(line, &session, connection, state)
      }
    }
    let kept = session
    state.sessions.withLock { $0[key] = kept }
  }

  private static func answer(
    _ line: String, _ session: inout Session, _ connection: RawServer.Connection, _ state: State
  ) {
    let word = line.prefix { $0 != " " && $0 != ":" }.uppercased()
    let scripted = reply(word, state)
    switch word {
    case "EHLO": connection.write(scripted ?? "250-mail.test\r\n250-8BITMIME\r\n250 AUTH PLAIN\r\n")
    case "AUTH":
      session.isInLogin = scripted == nil
      connection.write(scripted ?? "334 \r\n")
    case "MAIL":
      session.mail.sender = bracketed(line)
      connection.write(scripted ?? "250 ok\r\n")
    case "RCPT":
      session.mail.recipients.append(bracketed(line))
      connection.write(scripted ?? "250 ok\r\n")
    case "DATA":
      session.isInText = scripted == nil
      connection.write(scripted ?? "354 go on\r\n")
    case "QUIT":
      connection.write("221 bye\r\n")
      connection.end()
    default: connection.write(scripted ?? "502 unknown\r\n")
    }
  }

  private static func reply(_ word: String, _ state: State) -> String? {
    state.replies.withLock { replies in
      guard let first = replies[word]?.first else { return nil }
      replies[word]?.removeFirst()
      return first + "\r\n"
    }
  }

  private static func bracketed(_ line: String) -> String {
    guard let open = line.firstIndex(of: "<"), let close = line.firstIndex(of: ">") else { return "" }
    return String(line[open...close])
  }
}
