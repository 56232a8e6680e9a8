import MillraceCore
import Support
import Testing

@testable import batch_run

@Suite struct AlertTests {
  @Test func theForm() {
    let text =
      #"{"text":"batch-run 20261121-184503-k7q2: failed\nchunk 00042 failed: status 3\n"#
      + #"11 of 12 chunks completed, 1 failed\nnode17, 2026-11-21T18:45:03.000Z","event":"failed","#
    let rest =
      #""job":"20261121-184503-k7q2","message":"chunk 00042 failed: status 3","#
      + #""chunks":{"total":12,"completed":11,"failed":1},"host":"node17","time":"2026-11-21T18:45:03.000Z","version":1}"#
    #expect(failedAlert.json.json == text + rest)
    var alert = failedAlert
    alert.event = .recoveryFailed
    alert.counts = nil
    #expect(alert.title == "batch-run 20261121-184503-k7q2: recovery failed")
    #expect(alert.json["event"]?.text == "recovery_failed")
    #expect(alert.json["chunks"] == nil)
  }

  @Test func textFromOutsideStaysText() {
    var alert = failedAlert
    alert.message = "a <!channel> & \u{1B}[2J\n\nb\r\nSubject: x " + String(repeating: "y", count: 5000)
    let text = alert.json["text"]?.text ?? ""
    #expect(text.contains("a &lt;!channel&gt; &amp; "))
    #expect(!text.contains("\u{1B}"))
    #expect(text.split(separator: "\n").count == 4)
    #expect(text.count < 2300)
    #expect(alert.json["message"]?.text?.hasSuffix("…") == true)
  }

  @Test func commandsAreSplitAsAShellWould() throws {
    #expect(try CommandWords.split("a b  c\t") == ["a", "b", "c"])
    #expect(try CommandWords.split(#"say 'it is' "a \"b\" \n" c\ d ''"#) == ["say", "it is", "a \"b\" \\n", "c d", ""])
    #expect(try CommandWords.split("echo $HOME `id` *;|&") == ["echo", "$HOME", "`id`", "*;|&"])
    let wrong: [(String, String)] = [
      ("", "the command is empty"), ("  ", "the command is empty"),
      ("a 'b", "the quote ' stands alone in the command: a 'b"),
      ("a \"", "the quote \" stands alone in the command: a \""),
      ("a\\", "the backslash at the end stands alone in the command: a\\"),
    ]
    for (text, message) in wrong {
      #expect {
        try CommandWords.split(text)
      } throws: { ($0 as? Failure)?.message == message && ($0 as? Failure)?.status == .usage }
    }
  }

  @Test(arguments: [
    ("ftp://h/x", "--notify has what is not the URL of a webhook"),
    ("hooks.example/secret", "--notify has what is not the URL of a webhook"),
    ("https:///secret", "--notify has what is not the URL of a webhook"),
    ("https://h/a b", "--notify has what is not the URL of a webhook"),
    ("https://h/a\r\nX: y", "--notify has what is not the URL of a webhook"),
  ])
  func badURLs(_ url: String, _ message: String) {
    #expect {
      try quickChannels(urls: [url])
    } throws: { error in
      let failure = error as? Failure
      return failure?.status == .usage && failure?.message == message
        && failure?.description.contains("secret") == false
    }
  }

  struct BadChannel: Sendable {
    var addresses: [String] = []
    var commands: [String] = []
    var environment: [String: String] = [:]
    var status = MillraceCore.ExitStatus.usage
    var text: String
  }

  private static let noAddress = "--notify-mail has what is no address of mail: "
  private static let anAddress = " (it takes one such as name@example.org)"

  static let badChannels: [BadChannel] = [
    BadChannel(addresses: ["a b"], text: noAddress + "\"a b\"" + anAddress),
    BadChannel(addresses: ["a@b\r\nBcc: c"], text: noAddress + "\"a@b\\r\\nBcc: c\"" + anAddress),
    BadChannel(addresses: ["-oQ"], text: noAddress + "\"-oQ\"" + anAddress),
    BadChannel(commands: ["'x"], text: "--notify-command: the quote ' stands alone in the command: 'x"),
    BadChannel(
      addresses: ["a@b"], environment: ["MILLRACE_MAIL_FROM": "x y"], status: .badConfiguration,
      text: "MILLRACE_MAIL_FROM has what is no address of mail: \"x y\"" + anAddress),
    BadChannel(
      addresses: ["a@b"], environment: ["MILLRACE_SMTP_URL": "http://h"], status: .badConfiguration,
      text: "MILLRACE_SMTP_URL: not the URL of a mail server"
        + " (it has the form smtp://user@host:port or smtps://user@host)"),
    BadChannel(
      addresses: ["a@b"], environment: ["MILLRACE_SMTP_URL": "smtp://u:hidden@h"], status: .badConfiguration,
      text: "MILLRACE_SMTP_URL: the URL of the mail server holds a password (put it into MILLRACE_SMTP_PASSWORD)"),
    BadChannel(
      addresses: ["a@b"],
      environment: ["MILLRACE_SMTP_URL": "smtp://u@h", "MILLRACE_SMTP_PASSWORD_FILE": "/nowhere"],
      status: .badConfiguration,
      text: "/nowhere: expected a password in its first line (MILLRACE_SMTP_PASSWORD_FILE names the file)"),
  ]

  @Test(arguments: badChannels)
  func badChannelsOfOtherKinds(_ bad: BadChannel) {
    do {
      _ = try quickChannels(addresses: bad.addresses, commands: bad.commands, environment: bad.environment)
      Issue.record("taken")
    } catch {
      #expect((error as? Failure)?.description == bad.text)
      #expect((error as? Failure)?.status == bad.status)
    }
  }

  @Test func optionsAndEnvironmentAreTakenTogether() throws {
    let options = try AlertOptions.parse([
      "--notify", "https://u:p@a.example:8443/services/secret?token=1", "--notify-mail", "me@b.example",
      "--notify-command", "logger -t 'my job'",
    ])
    let environment = ["MILLRACE_NOTIFY_URL": "https://c.example/hidden http://d.example"]
    let channels = try options.channels(environment: environment)
    #expect(
      channels.channels.map(\.name) == [
        "https://a.example:8443", "https://c.example", "http://d.example", "mail to me@b.example", "command logger",
      ])
    #expect(try AlertOptions.parse([]).channels(environment: [:]).isEmpty)
  }
}
