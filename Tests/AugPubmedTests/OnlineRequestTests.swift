import Support
import Testing

@testable import MillraceCore

/// How many requests runs send, and how fast.
@Suite(.serialized) struct OnlineRequestTests {
  /// `make soak` takes more.
  private static let rows = environmentVariable("MILLRACE_ROWS").flatMap { Int($0) } ?? 1000

  @Test func aThousandGenesTakeATenthMoreRequestsAndTheSecondRunNone() async throws {
    let desk = OnlineDesk()
    desk.writeGenes(1...Self.rows)
    let first = await desk.run(["genes.csv", "--field", "gene", "-o", "first.csv"])
    #expect(first.status == 0, "\(first.errorText)")
    let requests = try desk.requests()
    #expect(requests.count * 10 <= Self.rows * 11, "\(requests.count) requests")
    #expect(requests.allSatisfy { $0.isAnswered })
    #expect(requests.count { $0.utility == "esearch" } == Self.rows)
    // Every article once, in as few requests as the windows of rows allow.
    #expect(requests.flatMap(\.pmids).counts.values.allSatisfy { $0 == 1 })
    expectAnswers(desk.statuses("first.csv"), Self.rows)

    for (number, options) in [["--jobs", "1"], ["--jobs", "4"], ["--offline"], ["--offline", "--jobs", "3"]]
      .enumerated()
    {
      let again = await desk.run(["genes.csv", "--field", "gene", "-o", "again\(number).csv"] + options)
      #expect(again.status == 0, "\(options): \(again.errorText)")
      let isSame = desk.folder.read("again\(number).csv") == desk.folder.read("first.csv")
      #expect(isSame, "\(options)")
    }
    #expect(try desk.requests().count == requests.count)
  }

  @Test func wordsWithManyHitsTakeATenthMoreRequestsAlso() async throws {
    let desk = OnlineDesk()
    let rows = Self.rows / 5
    desk.writeGenes(21...20 + rows, prefix: "huge")
    let first = await desk.run([
      "genes.csv", "--field", "gene", "--max-articles", "20", "--fields", "pmid,title", "-o", "1.csv",
    ])
    #expect(first.status == 0, "\(first.errorText)")
    let requests = try desk.requests()
    #expect(requests.count * 10 <= rows * 11, "\(requests.count) requests")
    #expect(Set(requests.flatMap(\.pmids)).count > rows * 19)
    #expect(requests.allSatisfy { $0.pmids.count <= 200 })
    let again = await desk.run([
      "genes.csv", "--field", "gene", "--max-articles", "20", "--fields", "pmid,title", "-o", "2.csv",
    ])
    #expect(again.status == 0, "\(again.errorText)")
    let isSame = desk.folder.read("1.csv") == desk.folder.read("2.csv")
    #expect(isSame)
    #expect(try desk.requests().count == requests.count)
  }

  @Test func tenEqualRunsAtOnceAskEverythingOnce() async throws {
    let desk = OnlineDesk()
    desk.writeGenes(1...80)
    let programs = (0..<10).map { desk.start(["genes.csv", "--field", "gene", "-o", "\($0).csv"]) }
    for program in programs {
      let outcome = await program.end()
      #expect(outcome.status == 0, "\(outcome.errorText)")
    }
    for number in 1..<10 {
      let isSame = desk.folder.read("\(number).csv") == desk.folder.read("0.csv")
      #expect(isSame, "\(number)")
    }
    expectAnswers(desk.statuses("0.csv"), 80)
    let requests = try desk.requests()
    #expect(requests.compactMap(\.term).counts.filter { $0.value > 1 } == [:])
    #expect(requests.compactMap(\.term).count == 80)
    #expect(requests.flatMap(\.pmids).counts.filter { $0.value > 1 } == [:])
  }

  /// All rows have articles, but for the few whose words happen to have none.
  private func expectAnswers(_ statuses: [String], _ count: Int) {
    let found = statuses.count { $0 == "ok" }
    #expect(found >= count * 95 / 100)
    #expect(found + statuses.count { $0 == "no_hits" } == count)
  }

  // MARK: The pace

  /// Runs of as many genes each, no gene twice, all at the same time.
  private func runTenProcesses(_ desk: OnlineDesk, genes: Int, interval: Double) async {
    let programs = (0..<10).map { number in
      desk.writeGenes(number * 100..<number * 100 + genes, to: "genes\(number).csv")
      return desk.start(
        ["genes\(number).csv", "--field", "gene", "--fields", "pmids,status", "-o", "\(number).csv"], interval: interval
      )
    }
    for program in programs {
      let outcome = await program.end()
      #expect(outcome.status == 0, "\(outcome.errorText)")
    }
  }

  @Test func tenProcessesTogetherKeepTheInterval() async throws {
    let desk = OnlineDesk()
    let interval = 0.03
    await runTenProcesses(desk, genes: 15, interval: interval)
    let requests = try desk.requests()
    #expect(requests.count == 150)
    #expect(requests.hurry(interval: interval) == nil)
  }

  @Test func oneRefusalHoldsTenProcessesBack() async throws {
    let before = Array(repeating: "ok", count: 30).joined(separator: ",")
    let desk = OnlineDesk(["--script", "\(before),429-retry-after"])
    let interval = 0.03
    await runTenProcesses(desk, genes: 10, interval: interval)
    let requests = try desk.requests()
    #expect(requests.count == 101)
    #expect(requests.count { $0.status == 429 } == 1)
    let name = try #require(desk.folder.names(in: "state/limits").first)
    let state = try #require(LimiterState(text: desk.folder.text("state/limits/\(name)") ?? ""))
    // For a second from the report on nobody has a turn; some were on their way. At the usual pace there would be twenty.
    let end = Double(state.gate) / 1e9
    let early = requests.count { $0.time > end - 0.6 && $0.time < end - 0.001 }
    #expect(early <= 5)
    #expect(requests.contains { $0.time > end })
  }
}
