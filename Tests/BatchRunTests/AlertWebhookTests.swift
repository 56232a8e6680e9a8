import MillraceCore
import Support
import Synchronization
import Testing

@testable import batch_run

@Suite struct AlertWebhookTests {
  private let secret = "/services/T0/B0/hidden?token=hidden"

  @Test func itIsPostedAsJSON() throws {
    let requests = Mutex<[ServerRequest]>([])
    let server = ScriptedServer { request in
      requests.withLock { $0.append(request) }
      return ServerResponse(type: "text/plain", text: "ok")
    }
    let channels = try quickChannels(urls: [server.url + secret])
    #expect(channels.send(failedAlert) == [AlertDelivery(channel: server.url, failure: nil, tries: 1)])
    let request = try #require(requests.withLock { $0.first })
    #expect(request.method == "POST")
    #expect(request.target == secret)
    #expect(request.header("Content-Type") == "application/json")
    #expect(String(decoding: request.body, as: UTF8.self) == failedAlert.json.json)
  }

  @Test func itIsTriedAgain() throws {
    let server = ScriptedServer { request in
      request.number <= 2 ? ServerResponse(500, type: "text/plain", text: "oops") : ServerResponse(204)
    }
    let channels = try quickChannels(urls: [server.url + secret])
    #expect(channels.send(failedAlert) == [AlertDelivery(channel: server.url, failure: nil, tries: 3)])
    #expect(server.requests == 3)
  }

  @Test func whatTheServerAsksForIsWaited() throws {
    let server = ScriptedServer { request in
      guard request.number == 1 else { return ServerResponse(200) }
      return ServerResponse(429, headers: [NamedValue("Retry-After", "1")])
    }
    let begun = monotonicSeconds()
    let deliveries = try quickChannels(urls: [server.url]).send(failedAlert)
    #expect(deliveries == [AlertDelivery(channel: server.url, failure: nil, tries: 2)])
    #expect(monotonicSeconds() - begun >= 1)
    // But not longer than an alert may take.
    let slow = ScriptedServer { _ in ServerResponse(503, headers: [NamedValue("Retry-After", "3600")]) }
    let refused = try quickChannels(urls: [slow.url]).send(failedAlert)
    #expect(refused == [AlertDelivery(channel: slow.url, failure: "it answered with status 503", tries: 1)])
    #expect(slow.requests == 1)
  }

  @Test func whatIsRefusedForGoodIsNotTriedAgain() throws {
    let server = ScriptedServer { request in
      ServerResponse(404, type: "text/plain", text: "no_service at \(request.target)")
    }
    let deliveries = try quickChannels(urls: [server.url + secret]).send(failedAlert)
    #expect(deliveries == [AlertDelivery(channel: server.url, failure: "it answered with status 404", tries: 1)])
    #expect(server.requests == 1)
  }

  @Test func aServerThatHangs() throws {
    let server = ScriptedServer { _ in
      var response = ServerResponse(200)
      response.ending = .stall(after: nil)
      return response
    }
    let delivery = try #require(try quickChannels(urls: [server.url + secret], tryLimit: 2).send(failedAlert).first)
    #expect(delivery.failure?.contains("no whole answer of 127.0.0.1:\(server.port) within 2 s") == true, "\(delivery)")
    #expect(delivery.tries == 4)
    #expect(delivery.failure?.contains("hidden") == false)
    // No try takes longer than what is left for the alert.
    let begun = monotonicSeconds()
    let short = try #require(try quickChannels(urls: [server.url + secret], timeLimit: 2).send(failedAlert).first)
    #expect(short.failure?.contains("no whole answer of 127.0.0.1:\(server.port) within ") == true, "\(short)")
    #expect(short.tries == 1)
    #expect(monotonicSeconds() - begun < 100)
  }

  @Test func nobodyListens() throws {
    let gone = ScriptedServer { _ in ServerResponse(200) }
    let url = gone.url
    gone.stop()
    let delivery = try #require(try quickChannels(urls: [url + secret]).send(failedAlert).first)
    #expect(delivery.channel == url)
    #expect(delivery.tries == 4)
    #expect(
      delivery.failure
        == "no connection to 127.0.0.1:\(gone.port): connection refused, at the last of 4 tries")
  }

  @Test func redirectsStayWithTheirHost() throws {
    let server = ScriptedServer { request in
      request.path == "/a" ? .redirect(307, to: "http://localhost:1/hidden") : ServerResponse(200)
    }
    let delivery = try #require(try quickChannels(urls: [server.url + "/a"]).send(failedAlert).first)
    #expect(delivery.failure == "127.0.0.1:\(server.port) redirects to localhost:1")
    #expect(delivery.tries == 1)
  }

  @Test func oneThatFailsDoesNotHoldUpTheOthers() throws {
    let folder = TemporaryFolder()
    let good = ScriptedServer { _ in ServerResponse(200) }
    let bad = ScriptedServer { _ in ServerResponse(400) }
    let channels = try quickChannels(
      urls: [bad.url, good.url], commands: ["sh -c 'cat > \"$0\"' \(folder("alert"))", "false", "no-such-command"],
      environment: ["PATH": "/usr/bin:/bin"])
    let deliveries = channels.send(failedAlert)
    #expect(
      deliveries == [
        AlertDelivery(channel: bad.url, failure: "it answered with status 400", tries: 1),
        AlertDelivery(channel: good.url, failure: nil, tries: 1),
        AlertDelivery(channel: "command sh", failure: nil, tries: 1),
        AlertDelivery(channel: "command false", failure: "it ended with status 1", tries: 1),
        AlertDelivery(
          channel: "command no-such-command",
          failure: "no-such-command: there is no such command (it is in no folder of PATH)", tries: 1),
      ])
    #expect(folder.text("alert") == failedAlert.json.json + "\n")
  }
}

@Suite struct AlertCommandTests {
  private let path = ["PATH": "/usr/bin:/bin"]

  @Test func itSeesEventAndJob() throws {
    let folder = TemporaryFolder()
    let script = folder.write(
      "tell", "#!/bin/sh\necho \"$MILLRACE_ALERT_EVENT $MILLRACE_JOB $1\" > '\(folder("told"))'\n")
    _ = chmodded(script)
    let deliveries = try quickChannels(commands: ["\(script) '$(id) ;'"], environment: path).send(failedAlert)
    #expect(deliveries == [AlertDelivery(channel: "command \(script)", failure: nil, tries: 1)])
    #expect(folder.text("told") == "failed 20261121-184503-k7q2 $(id) ;\n")
  }

  @Test func itFails() throws {
    let commands = ["sh -c 'echo no >&2; exit 3'", "sh -c 'kill -9 $$'", "sh -c 'exit 75'"]
    let deliveries = try quickChannels(commands: commands, environment: path).send(failedAlert)
    #expect(
      deliveries.map(\.failure) == [
        "it ended with status 3: no", "signal 9 ended it", "it ended with status 75, at the last of 4 tries",
      ])
  }

  @Test func itHangs() throws {
    let begun = monotonicSeconds()
    let channels = try quickChannels(commands: ["sleep 1000"], environment: path, tryLimit: 1)
    #expect(channels.send(failedAlert).map(\.failure) == ["sleep: no answer within 1 s"])
    #expect(monotonicSeconds() - begun < 300)
  }
}
