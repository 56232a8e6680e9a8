import AugmenterSupport
import Glibc
import MillraceCore
import Support
import Testing

/// Runs that are killed at random instants and started again until one ends.
///
/// MILLRACE_KILLS says how many kills there are; `make soak` takes more.
@Suite struct PriceKillTests {
  private static let kills = environmentVariable("MILLRACE_KILLS").flatMap { Int($0) } ?? 8
  /// Requests that a run has under way at once, and at its death has not taken the answers of.
  private static let underWay = 8

  @Test func killedAtAnyInstant() async throws {
    var random = SeededGenerator()
    let note = "seed \(random.seed)"
    // Three requests each: prices, splits, dividends.
    let symbols = FinanceDesk.symbols(1...150)
    let arguments = ["tickers.csv", "--field", "symbol", "--adjusted"] + FinanceDesk.patience + ["-o", "out.csv"]
    let undisturbed = FinanceDesk()
    undisturbed.writeSymbols(symbols)
    #expect(await undisturbed.run(arguments).status == 0)
    let expected = try #require(undisturbed.folder.read("out.csv"))

    let desk = FinanceDesk()
    desk.writeSymbols(symbols)
    var runs: [[LoggedRequest]] = []
    var seen = 0
    for _ in 0..<Self.kills {
      let running = desk.start(arguments, interval: 0.004)
      // After some requests, so that every run comes further than the one before it, and at any instant between them.
      let requestsBefore = seen + Int.random(in: 0..<max(1, 600 / Self.kills), using: &random)
      _ = eventually(within: 60) { running.hasEnded || desk.logLength >= requestsBefore }
      usleep(UInt32.random(in: 0..<(requestsBefore == seen ? 300_000 : 10_000), using: &random))
      running.send(SIGKILL)
      _ = running.wait()
      let requests = try desk.requests()
      runs.append(Array(requests[seen...]))
      seen = requests.count
      for name in desk.folder.names {
        #expect(
          ["tickers.csv", "log", "cache", "state", "store", "out.csv", "out.csv.prov"].contains(name), "\(name) \(note)"
        )
      }
      if let output = desk.folder.read("out.csv") {
        let isWhole = output == expected
        #expect(isWhole, "\(note)")
      }
    }
    let last = await desk.run(arguments)
    #expect(last.status == 0, "\(last.errorText) \(note)")
    let isSame = desk.folder.read("out.csv") == expected
    #expect(isSame, "\(note)")
    runs.append(Array(try desk.requests()[seen...]))

    #expect(runs.count { !$0.isEmpty } > runs.count / 3, "\(note)")
    // The server logs a request before it answers: of those in the log of a killed run, at most as many as were under way
    // did not come to be kept.
    for (number, run) in runs.enumerated() {
      let later = Set(runs[(number + 1)...].joined().map(\.question))
      #expect(run.count { later.contains($0.question) } <= Self.underWay, "\(note)")
      #expect(run.map(\.question).counts.values.allSatisfy { $0 == 1 }, "\(note)")
    }
    // No entry that a killed run wrote is damaged: none is asked for again.
    let sent = desk.logLength
    let offline = await desk.run(arguments.dropLast() + ["offline.csv", "--offline"])
    #expect(offline.status == 0, "\(offline.errorText) \(note)")
    let isSameAgain = desk.folder.read("offline.csv") == expected
    #expect(isSameAgain, "\(note)")
    #expect(desk.logLength == sent, "\(note)")
  }
}
