import AugmenterSupport
import MillraceCore
import ScriptedAlphaVantage
import Support
import Testing

/// A service that fails now and then, and one that fails much.
@Suite struct PriceFaultTests {
  /// `make soak` takes more.
  private static let rows = environmentVariable("MILLRACE_ROWS").flatMap { Int($0) } ?? 200
  private static let interval = 0.02

  /// What a service on a bad day does.
  private static let badDay = [
    "429=0.02", "429-retry-after=0.015", "429-date=0.015", "500=0.02", "reset=0.005", "reset-midway=0.005",
    "stall=0.005", "stall-midway=0.005", "cut=0.005", "cut-agreeing=0.005",
  ].flatMap { ["--fault", $0] }

  @Test(arguments: ["json", "csv"])
  func onABadDayEveryRowIsRightOrMarkedAndEveryTryOnRecord(datatype: String) async throws {
    var random = SeededGenerator()
    let note = "seed \(random.seed)"
    let desk = FinanceDesk(Self.badDay, seed: UInt64.random(in: 1...1_000_000, using: &random))
    let symbols = FinanceDesk.symbols(1...Self.rows)
    desk.writeSymbols(symbols)
    let arguments = [
      "tickers.csv", "--field", "symbol", "--on-error", "skip", "--to", "ndjson", "--datatype", datatype, "-o",
    ]
    let outcome = await desk.run(arguments + ["out.ndjson"], interval: Self.interval)
    let requests = try desk.requests()
    let questions = Dictionary(grouping: requests, by: \.question)
    #expect(questions.count == symbols.count, "\(note)")

    let rows = desk.rows("out.ndjson")
    #expect(rows.count == symbols.count, "\(outcome.errorText) \(note)")
    var (failed, shortened): (Set<String>, Set<String>) = ([], [])
    for (symbol, row) in zip(symbols, rows) where row != desk.latestRow(symbol) {
      let tries = requests.filter { $0.symbol == symbol }
      if row == FinanceDesk.row(symbol, "failed_transient"), tries.count == 4, !tries.contains(where: \.isAnswered) {
        failed.insert(symbol)
      } else if datatype == "csv", tries.last?.misbehaviour == "cut-agreeing", row == shortenedRow(symbol, desk) {
        shortened.insert(symbol)
      } else {
        Issue.record("\(row.prefix(200)) \(note)")
      }
    }
    #expect(outcome.status == (failed.isEmpty ? 0 : 1), "\(outcome.errorText) \(note)")

    let troubled = questions.values.filter { tries in tries.contains { !$0.isAnswered } }
    let recovered = troubled.filter { tries in tries.contains { $0.isAnswered } }
    #expect(troubled.count > Self.rows / 50, "\(note)")
    #expect(recovered.count * 100 >= troubled.count * 80, "\(recovered.count) of \(troubled.count), \(note)")
    expectPoliteness(requests, note)
    let seen = requests.map { request in
      let isBelieved = request.misbehaviour == "cut-agreeing" && shortened.contains(request.symbol)
      return "\(request.function) \(isBelieved ? "200" : request.word)"
    }
    #expect(try desk.attemptCounts("out.ndjson.prov") == seen.counts, "\(note)")

    // On a better day the same command asks for what is missing, and for nothing else.
    desk.replaceServer()
    let again = await desk.run(arguments + ["again.ndjson"] + (shortened.isEmpty ? [] : ["--refresh"]))
    #expect(again.status == 0, "\(again.errorText) \(note)")
    #expect(desk.holdsLatestRows("again.ndjson", of: symbols), "\(note)")
    let later = try desk.requests().dropFirst(requests.count)
    if shortened.isEmpty { #expect(Set(later.map(\.symbol)) == failed && later.count == failed.count, "\(note)") }
  }

  /// CSV that was cut just behind a line end, with a Content-Length that agrees, cannot be told from the prices of a
  /// security that is listed since that day. The row has what came, and says that it is not all.
  private func shortenedRow(_ symbol: String, _ desk: FinanceDesk) -> String? {
    let points = Array(desk.history(symbol).points.suffix(100))
    let lines =
      ["timestamp,open,high,low,close,volume"]
      + points.reversed().map { "\($0.day.text),\($0.open),\($0.high),\($0.low),\($0.close),\($0.volume)" }
    let text = lines.map { "\($0)\n" }.joined()
    let half = text.utf8.prefix(text.utf8.count / 2)
    guard half.last == UInt8(ascii: "\n") else { return nil }
    return FinanceDesk.row(symbol, "partial", points.suffix(half.count { $0 == UInt8(ascii: "\n") } - 1))
  }

  private func expectPoliteness(_ requests: [LoggedRequest], _ note: String) {
    #expect(requests.hurry(interval: Self.interval) == nil, "\(note)")
    // After a refusal nobody sends for the second that it asks for, or that is usual; the first part of it is for the
    // answer, the last for clocks. Some were on their way. At the usual pace there would be twenty-seven.
    for refusal in requests where refusal.status == 429 {
      let early = requests.count { $0.time > refusal.time + 0.4 && $0.time < refusal.time + 0.95 }
      #expect(early <= 8, "\(refusal) \(note)")
    }
  }

  @Test func onAWorseDayRowsAreMarkedAndTheSameCommandCompletes() async throws {
    let desk = FinanceDesk(["--fault", "500=0.25", "--fault", "reset=0.2", "--fault", "html-200=0.2"])
    let symbols = ["SPLIT", "DIV", "IBM"].flatMap { name in (1...6).map { "\(name)\($0)" } }
    desk.writeSymbols(symbols)
    let arguments = ["tickers.csv", "--field", "symbol", "--adjusted", "--on-error", "skip", "--to", "ndjson", "-o"]
    let outcome = await desk.run(arguments + ["out.ndjson"])
    #expect(outcome.status == 1)
    let requests = try desk.requests()
    let failed = try desk.statusCounts("out.ndjson")["failed_transient"] ?? 0
    #expect(failed > 0)
    #expect(
      outcome.errorText.contains(
        "Alpha Vantage gave no answer for \(failed) row\(failed == 1 ? "" : "s") (the same command asks for these alone again"
      ), "\(outcome.errorText)")
    #expect(try desk.attemptCounts("out.ndjson.prov") == requests.map { "\($0.function) \($0.word)" }.counts)

    desk.replaceServer()
    #expect(await desk.run(arguments + ["again.ndjson"]).status == 0)
    let later = try desk.requests().dropFirst(requests.count)
    #expect(later.allSatisfy { $0.isAnswered })
    #expect(Set(requests.filter(\.isAnswered).map(\.question)).isDisjoint(with: later.map(\.question)))
    #expect(await desk.run(arguments + ["right.ndjson", "--no-cache"]).status == 0)
    let right = desk.rows("right.ndjson")
    #expect(desk.rows("again.ndjson") == right)
    for (row, (symbol, right)) in zip(desk.rows("out.ndjson"), zip(symbols, right)) where row != right {
      #expect(row == FinanceDesk.row(symbol, "failed_transient"))
    }
    #expect(try desk.statusCounts("again.ndjson") == ["ok": symbols.count])
  }
}
