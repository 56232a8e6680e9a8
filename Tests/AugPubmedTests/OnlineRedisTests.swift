import AugmenterSupport
import MillraceCore
import Support
import Testing

/// Answers that a Redis server keeps, for aug-pubmed as a person runs it.
@Suite(.enabled(if: RedisProgram.isInstalled, "redis-server is not installed"))
struct OnlineRedisTests {
  let server = RedisProgram()

  @Test func aSecondRunSendsNothing() async throws {
    let desk = OnlineDesk()
    desk.writeGenes(1...30)
    let arguments = ["genes.csv", "--field", "gene", "--cache", "\(server.url)/2"]
    let first = await desk.run(arguments + ["-o", "first.csv"])
    #expect(first.status == 0 && first.errorText == "", "\(first.errorText)")
    let sent = try desk.requests().count
    #expect(sent > 30)
    let second = await desk.run(arguments + ["-o", "second.csv"])
    #expect(second.status == 0 && second.errorText == "", "\(second.errorText)")
    #expect(desk.folder.read("second.csv") == desk.folder.read("first.csv"))
    #expect(try desk.requests().count == sent)
    for context in try desk.contexts("second.csv.prov") {
      #expect(context["cache"]?["hit"] == .bool(true))
    }
    desk.stopServer()
    let offline = await desk.run(arguments + ["-o", "offline.csv", "--offline"])
    #expect(offline.status == 0, "\(offline.errorText)")
    #expect(desk.folder.read("offline.csv") == desk.folder.read("first.csv"))
    #expect(!desk.folder.names.contains("cache"), "no folder is made")
    #expect((Int(server.ask("-n", "2", "dbsize")) ?? 0) > 30)
    #expect(server.ask("-n", "2", "keys", "*:claim:*") == "", "nothing is held after the end")
  }

  @Test func tenProcessesAskEachThingOnce() async throws {
    let desk = OnlineDesk()
    desk.writeGenes(1...40)
    let programs = (0..<10).map {
      desk.start(["genes.csv", "--field", "gene", "-o", "\($0).csv", "--cache", server.url])
    }
    for program in programs {
      let outcome = await program.end()
      #expect(outcome.status == 0 && outcome.errorText == "", "\(outcome.errorText)")
    }
    let requests = try desk.requests()
    #expect(requests.compactMap(\.term).counts.values.allSatisfy { $0 == 1 })
    #expect(requests.compactMap(\.term).count == 40)
    #expect(requests.flatMap(\.pmids).counts.values.allSatisfy { $0 == 1 })
    let first = try #require(desk.folder.read("0.csv"))
    for number in 1..<10 { #expect(desk.folder.read("\(number).csv") == first) }
  }

  @Test func theSecretIsNowhere() async throws {
    let server = RedisProgram(["--requirepass", "SECRET-WORD"])
    let desk = OnlineDesk()
    desk.writeGenes(1...3)
    let arguments = ["genes.csv", "--field", "gene", "--cache", server.url, "-v"]
    let right = await desk.run(arguments + ["-o", "out.csv"], environment: ["REDISCLI_AUTH": "SECRET-WORD"])
    #expect(right.status == 0 && !right.errorText.contains("warning"), "\(right.errorText)")
    let sidecar = try #require(desk.folder.text("out.csv.prov"))
    #expect(sidecar.contains(server.url))
    let refused = await desk.run(
      ["genes.csv", "--field", "gene", "--cache", "redis://me:SECRET-WORD@127.0.0.1:\(server.port)"])
    #expect(refused.status == 64)
    #expect(
      refused.errorText.hasPrefix(
        "aug-pubmed: --cache: the URL of the cache has a password, which every user of this machine could read (put it "
          + "into REDISCLI_AUTH in the environment)"), "\(refused.errorText)")
    for text in [right.errorText, refused.errorText, sidecar] { #expect(!text.contains("SECRET-WORD")) }
  }

  @Test func withoutTheServerARunGoesOnAndOfflineItFails() async throws {
    let desk = OnlineDesk()
    desk.writeGenes(1...5)
    let arguments = ["genes.csv", "--field", "gene", "--cache", "redis://127.0.0.1:1"]
    let warning =
      "aug-pubmed: warning: redis://127.0.0.1:1: the cache cannot be used, so answers are fetched anew: no connection: "
      + "connection refused (check that a Redis server runs there)\n"
    let online = await desk.run(arguments + ["-o", "out.csv"])
    #expect(online.status == 0 && online.errorText == warning, "\(online.errorText)")
    #expect(desk.statuses("out.csv").count == 5)
    let sent = try desk.requests().count
    let offline = await desk.run(arguments + ["-o", "offline.csv", "--offline"])
    #expect(offline.status == 69)
    #expect(offline.errorText.hasPrefix(warning))
    #expect(offline.errorText.contains("the cache has no answer, and --offline sends no request"))
    #expect(try desk.requests().count == sent)
  }

  @Test func aServerThatDiesMidwayIsDoneWithout() {
    let desk = OnlineDesk()
    desk.writeGenes(1...60)
    let run = desk.start(
      ["genes.csv", "--field", "gene", "-o", "out.csv", "--cache", server.url], interval: 0.2)
    let isUnderWay = eventually { desk.logLength >= 15 }
    #expect(isUnderWay && !run.hasEnded)
    server.stop()
    let outcome = run.wait()
    #expect(outcome.status == 0)
    #expect(outcome.errorText.split(separator: "\n").count == 1, "\(outcome.errorText)")
    #expect(outcome.errorText.hasPrefix("aug-pubmed: warning: \(server.url): the cache cannot be used"))
    #expect(desk.statuses("out.csv").count == 60)
  }
}
