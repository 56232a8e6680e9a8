import MillraceCore

/// Mail, by the mail server that the environment names or else by sendmail.
struct MailChannel: AlertChannel {
  let name: String
  private let addresses: [String]
  private let sender: String
  private let way: Way

  private enum Way: Sendable {
    case server(MailServer)
    /// The environment in which it is looked for.
    case sendmail([String: String])
  }

  /// Where sendmail is when PATH does not have it.
  private static let folders = "/usr/sbin:/usr/lib"

  /// - Parameter environment: `MILLRACE_SMTP_URL` with `MILLRACE_SMTP_PASSWORD` or `MILLRACE_SMTP_PASSWORD_FILE`, and
  ///   `MILLRACE_MAIL_FROM`.
  init(_ addresses: [String], environment: [String: String]) throws(Failure) {
    for address in addresses where !isMailAddress(address) {
      throw Failure(
        .usage, "--notify-mail has what is no address of mail: \"\(printable(address))\"",
        advice: "it takes one such as name@example.org")
    }
    self.addresses = addresses
    name = "mail to \(addresses.joined(separator: ", "))"
    sender = try Self.sender(environment)
    guard let url = environment["MILLRACE_SMTP_URL"], !url.isEmpty else {
      way = .sendmail(environment)
      return
    }
    do throws(Failure) {
      way = .server(try MailServer(url, password: try Self.password(environment)))
    } catch {
      guard error.status == .badConfiguration, error.place == nil else { throw error }
      let cure = error.message.contains("password") ? "put it into MILLRACE_SMTP_PASSWORD" : error.advice
      throw Failure(error.status, "MILLRACE_SMTP_URL: \(error.message)", advice: cure)
    }
  }

  private static func sender(_ environment: [String: String]) throws(Failure) -> String {
    if let named = environment["MILLRACE_MAIL_FROM"], !named.isEmpty {
      guard isMailAddress(named) else {
        throw Failure(
          .badConfiguration, "MILLRACE_MAIL_FROM has what is no address of mail: \"\(printable(named))\"",
          advice: "it takes one such as name@example.org")
      }
      return named
    }
    let own = "\(environment["USER"] ?? environment["LOGNAME"] ?? "batch-run")@\(hostName())"
    return isMailAddress(own) ? own : "batch-run@localhost"
  }

  private static func password(_ environment: [String: String]) throws(Failure) -> String? {
    if let password = environment["MILLRACE_SMTP_PASSWORD"], !password.isEmpty { return password }
    guard let path = environment["MILLRACE_SMTP_PASSWORD_FILE"], !path.isEmpty else { return nil }
    let line = KernelFiles.system.text(path)?.split(separator: "\n").first.map { String($0).trimmed }
    guard let line, !line.isEmpty else {
      throw Failure(
        .badConfiguration, "expected a password in its first line", at: Place(file: path),
        advice: "MILLRACE_SMTP_PASSWORD_FILE names the file")
    }
    return String(line)
  }

  func deliver(_ alert: Alert, within seconds: Double) throws(AlertFault) {
    let message = MailMessage(alert: alert, sender: sender, recipients: addresses)
    switch way {
    case .server(let server):
      do throws(MailServer.Refusal) {
        try server.send(message.bytes(lineEnd: "\r\n"), from: sender, to: addresses, timeout: seconds)
      } catch {
        throw AlertFault(error.reason, isTransient: error.isTransient)
      }
    case .sendmail(let environment):
      let program: String
      do throws(Failure) {
        program = try ChildProcess.find("sendmail", in: environment, orIn: Self.folders)
      } catch {
        throw AlertFault(
          "there is no sendmail (MILLRACE_SMTP_URL names a mail server instead)", isTransient: false)
      }
      try run(
        ShortCommand(
          arguments: [program, "-i", "--"] + addresses, input: message.bytes(lineEnd: "\n"), environment: environment,
          timeLimit: seconds, outputLimit: 64 << 10))
    }
  }
}
