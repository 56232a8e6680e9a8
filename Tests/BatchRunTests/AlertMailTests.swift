import Glibc
import MillraceCore
import Support
import Testing

@testable import batch_run

func chmodded(_ path: String) -> String {
  unsafe chmod(path, 0o755)
  return path
}

@Suite struct AlertMailTests {
  private func channels(
    _ server: ScriptedMailServer, _ more: [String: String] = [:], user: String = "", timeLimit: Double = 400
  ) throws -> AlertChannels {
    let environment = [
      "MILLRACE_SMTP_URL": "smtp://\(user)127.0.0.1:\(server.port)", "MILLRACE_MAIL_FROM": "jobs@lab.example",
    ]
    return try quickChannels(
      addresses: ["me@lab.example", "you@lab.example"], environment: environment.merging(more) { $1 },
      timeLimit: timeLimit)
  }

  @Test func itIsMailed() throws {
    let server = ScriptedMailServer()
    let deliveries = try channels(server).send(failedAlert)
    #expect(deliveries == [AlertDelivery(channel: "mail to me@lab.example, you@lab.example", failure: nil, tries: 1)])
    let mail = try #require(server.mails.first)
    #expect(mail.sender == "<jobs@lab.example>")
    #expect(mail.recipients == ["<me@lab.example>", "<you@lab.example>"])
    #expect(mail.login == nil)
    let lines = mail.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    #expect(lines.contains("From: jobs@lab.example"))
    #expect(mail.text.contains("\nTo: me@lab.example,\n you@lab.example\n"))
    #expect(lines.contains("Subject: batch-run 20261121-184503-k7q2: failed"))
    #expect(lines.contains("Date: Sat, 21 Nov 2026 18:45:03 +0000"))
    #expect(
      mail.text.contains("\n\nbatch-run 20261121-184503-k7q2: failed\nchunk 00042 failed: status 3\n11 of 12 chunks"))
  }

  @Test func theServerAsksForALogin() throws {
    let folder = TemporaryFolder()
    let file = folder.write("password", "open sesame\nsecond line\n")
    for more in [["MILLRACE_SMTP_PASSWORD": "open sesame"], ["MILLRACE_SMTP_PASSWORD_FILE": file]] {
      let server = ScriptedMailServer()
      #expect(try channels(server, more, user: "ali%40b@").send(failedAlert).first?.failure == nil)
      // NUL ali@b NUL open sesame
      #expect(server.mails.first?.login == "AGFsaUBiAG9wZW4gc2VzYW1l")
    }
    let server = ScriptedMailServer(replies: ["AUTH": ["535 no"]])
    let delivery = try channels(server, ["MILLRACE_SMTP_PASSWORD": "wrong"], user: "ali@").send(failedAlert).first
    #expect(delivery?.tries == 1)
    #expect(delivery?.failure?.hasPrefix("127.0.0.1:\(server.port): ") == true)
    #expect(delivery?.failure?.contains("wrong") == false)
  }

  @Test func aServerThatIsBusyIsAskedAgain() throws {
    let server = ScriptedMailServer(replies: ["RCPT": ["451 later"], "text": ["452 full"]])
    #expect(
      try channels(server).send(failedAlert) == [
        AlertDelivery(channel: "mail to me@lab.example, you@lab.example", failure: nil, tries: 3)
      ])
    // The one that was not taken, and the one that was.
    #expect(server.mails.count == 2)
  }

  @Test func aServerThatRefuses() throws {
    let server = ScriptedMailServer(replies: ["MAIL": Array(repeating: "550 not you", count: 9)])
    let delivery = try #require(try channels(server).send(failedAlert).first)
    #expect(delivery.tries == 1)
    #expect(delivery.failure?.contains("550") == true, "\(delivery)")
    #expect(server.mails.isEmpty)
  }

  @Test func aServerThatHangsOrIsNotThere() throws {
    let silent = ScriptedMailServer(greeting: "")
    let begun = monotonicSeconds()
    let slow = try #require(try channels(silent, timeLimit: 3).send(failedAlert).first)
    #expect(slow.failure != nil)
    #expect(slow.tries == 1)
    #expect((2..<100).contains(monotonicSeconds() - begun))
    let gone = ScriptedServer { _ in ServerResponse(200) }
    gone.stop()
    let environment = ["MILLRACE_SMTP_URL": "smtp://127.0.0.1:\(gone.port)"]
    let refused = try quickChannels(addresses: ["me"], environment: environment).send(failedAlert).first
    #expect(refused?.tries == 4)
    #expect(refused?.failure?.hasPrefix("127.0.0.1:\(gone.port): Failed to connect to 127.0.0.1 port") == true)
  }

  @Test func aPasswordIsNotSentInTheClear() throws {
    // A name that is not loopback's, of this machine.
    let server = ScriptedMailServer()
    let environment = [
      "MILLRACE_SMTP_URL": "smtp://ali@0.0.0.0:\(server.port)", "MILLRACE_SMTP_PASSWORD": "sesame",
      "MILLRACE_MAIL_FROM": "a@b",
    ]
    let delivery = try quickChannels(addresses: ["me"], environment: environment).send(failedAlert).first
    #expect(delivery?.failure != nil)
    #expect(delivery?.tries == 1)
    #expect(server.mails.isEmpty)
    #expect(!server.commands.contains { $0.hasPrefix("AUTH") })
  }

  @Test func sendmail() throws {
    let folder = TemporaryFolder()
    let script = "#!/bin/sh\nprintf '%s\\n' \"$@\" > '\(folder("arguments"))'\ncat > '\(folder("mail"))'\n"
    _ = chmodded(folder.write("sendmail", script))
    let environment = ["PATH": "\(folder.path):/usr/bin:/bin", "USER": "ali"]
    let deliveries = try quickChannels(addresses: ["me@lab.example", "root"], environment: environment).send(
      failedAlert)
    #expect(deliveries == [AlertDelivery(channel: "mail to me@lab.example, root", failure: nil, tries: 1)])
    #expect(folder.text("arguments") == "-i\n--\nme@lab.example\nroot\n")
    #expect(folder.text("mail")?.contains("\nSubject: batch-run 20261121-184503-k7q2: failed\n") == true)
    #expect(folder.text("mail")?.contains("\r") == false)
    _ = chmodded(folder.write("sendmail", "#!/bin/sh\necho 'no such user' >&2\nexit 67\n"))
    let refused = try quickChannels(addresses: ["nobody"], environment: environment).send(failedAlert)
    #expect(refused.map(\.failure) == ["it ended with status 67: no such user"])
  }

  @Test func nothingBecomesAHeader() {
    var alert = failedAlert
    alert.job = "x\r\nBcc: evil@example.org\n\nbody"
    alert.message = ".\r\n.\r\nRCPT TO:<evil@example.org>\nümlaut = \u{0}" + String(repeating: "wört ", count: 100)
    let text = String(
      decoding: MailMessage(alert: alert, sender: "a@b", recipients: ["c@d"]).bytes(lineEnd: "\n"), as: UTF8.self)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(!lines.contains { $0.hasPrefix("Bcc") || $0.hasPrefix("RCPT") || $0 == "." })
    #expect(lines.allSatisfy { $0.utf8.count <= 78 && $0.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7f } })
    #expect(text.contains("=C3=BCmlaut =3D "))
  }

  @Test func headersOfOtherLetters() {
    #expect(MailMessage.headerText("plain: text", lineEnd: "\n") == "plain: text")
    #expect(
      MailMessage.headerText("Lauf für Überblick", lineEnd: "\n")
        == "=?utf-8?Q?Lauf_f=C3=BCr_=C3=9Cberb?=\n =?utf-8?Q?lick?=")
    #expect(MailMessage.headerText("=?x?Q?y?=", lineEnd: "\n") == "=?utf-8?Q?=3D=3Fx=3FQ=3Fy=3F=3D?=")
    #expect(MailMessage.quotedPrintable(Array("a ".utf8)) == ["a=20"])
    #expect(
      MailMessage.quotedPrintable(Array(repeating: 0x61, count: 80)) == [
        String(repeating: "a", count: 75) + "=", "aaaaa",
      ])
  }

  @Test func addresses() {
    for text in ["me", "me@lab.example", "a.b+c@d-e.f"] { #expect(isMailAddress(text)) }
    for text in [
      "", "@", "a@", "@b", "a@b@c", "a b", "a,b", "<a@b>", "-a", "a\n", "|cmd", "/file", "ü@b", "a;b", "\"a\"@b",
    ] {
      #expect(!isMailAddress(text), "\(text)")
    }
  }
}
