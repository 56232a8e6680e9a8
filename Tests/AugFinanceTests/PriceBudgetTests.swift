import AugmenterSupport
import ScriptedAlphaVantage
import Support
import Testing

@testable import MillraceCore
@testable import aug_finance

/// The requests of a day: counted over processes and runs, told when they are spent, and gone on with when they are there
/// again.
@Suite struct PriceBudgetTests {
  private static let day = 86_401.0
  private static let arguments = ["tickers.csv", "--field", "symbol", "--to", "ndjson"] + FinanceDesk.patience + ["-o"]
  private static let free = ["--requests-per-day", "25"]
  private let symbols = FinanceDesk.symbols(1...40)

  private func desk(_ arguments: [String] = []) -> FinanceDesk {
    let desk = FinanceDesk(arguments)
    desk.writeSymbols(symbols)
    return desk
  }

  @Test func aSpentBudgetEndsWith75AndTheSameCommandGoesOnTheNextDay() async throws {
    let desk = desk()
    let first = await desk.run(Self.arguments + ["out.ndjson"] + Self.free)
    #expect(first.status == 75)
    let requests = try desk.requests()
    #expect(requests.count == 25)
    let asked = Set(requests.map(\.symbol))
    let expected = symbols.map { asked.contains($0) ? desk.latestRow($0) : FinanceDesk.row($0, "quota") }
    #expect(desk.rows("out.ndjson") == expected)
    let until = LimiterState.timestamp(try #require(try desk.limits().log.first)).advanced(by: Self.day)
    let told = "the budget of 25 requests in 24 h is spent; it is refilled at \(until.localMinute)"
    #expect(
      first.errorText
        == "aug-finance: warning: 15 rows without an answer: \(told) (the same command goes on from there)\n")
    let failures = try desk.contexts("out.ndjson.prov").compactMap { $0["details"]?["failure"]?.text }
    #expect(failures == Array(repeating: told, count: 15))

    // On the same day another process sends nothing, for these symbols or others.
    let second = await desk.run(Self.arguments + ["second.ndjson"] + Self.free)
    #expect(second.status == 75)
    #expect(desk.rows("second.ndjson") == expected)
    desk.writeSymbols(["NEW900"], to: "others.csv")
    let other = await desk.run(["others.csv", "--field", "symbol", "--to", "ndjson", "-o", "o.ndjson"] + Self.free)
    #expect(other.status == 75)
    #expect(desk.rows("o.ndjson") == [FinanceDesk.row("NEW900", "quota")])
    #expect(desk.logLength == 25)

    // Before it is refilled there is nothing; afterwards the rest is asked for alone.
    try desk.ageLimits(by: Self.day - 300 - (Self.seconds(since: requests)) - 600)
    #expect(await desk.run(Self.arguments + ["early.ndjson"] + Self.free).status == 75)
    #expect(desk.logLength == 25)
    try desk.ageLimits(by: 900 + Self.seconds(since: requests))
    let third = await desk.run(Self.arguments + ["third.ndjson"] + Self.free)
    #expect(third.status == 0, "\(third.errorText)")
    #expect(third.errorText == "")
    #expect(desk.holdsLatestRows("third.ndjson", of: symbols))
    #expect(try desk.requests().dropFirst(25).map(\.symbol).sorted() == symbols.filter { !asked.contains($0) }.sorted())

    let unlimited = self.desk()
    #expect(await unlimited.run(Self.arguments + ["out.ndjson"]).status == 0)
    let isSame = unlimited.folder.read("out.ndjson") == desk.folder.read("third.ndjson")
    #expect(isSame)
  }

  private static func seconds(since requests: [LoggedRequest]) -> Double {
    let now = Clock.system.now()
    return Double(now.seconds) - (requests.map(\.time).min() ?? 0)
  }

  @Test func skippingAndSettingAsideKeepWhatIsThere() async throws {
    let skipping = desk()
    let skipped = await skipping.run(Self.arguments + ["out.ndjson", "--on-error", "skip"] + Self.free)
    #expect(skipped.status == 75)
    #expect(try skipping.statusCounts("out.ndjson") == ["ok": 25, "quota": 15])

    let desk = desk()
    let aside = await desk.run(Self.arguments + ["out.ndjson", "--on-error", "quarantine=aside.ndjson"] + Self.free)
    #expect(aside.status == 75, "\(aside.errorText)")
    #expect(try desk.statusCounts("out.ndjson") == ["ok": 25])
    let lines = desk.rows("aside.ndjson")
    #expect(lines.count == 15)
    #expect(
      lines.allSatisfy {
        $0.contains(#""reason":"quota: the budget of 25 requests in 24 h is spent; it is refilled at "#)
      })
    #expect(aside.errorText.contains("15 rows without an answer: the budget of 25 requests in 24 h is spent"))
    #expect(desk.logLength == 25)
  }

  @Test func withoutACacheItIsToldThatNothingIsKept() async throws {
    let desk = desk()
    let outcome = await desk.run(Self.arguments + ["out.ndjson", "--no-cache"] + Self.free)
    #expect(outcome.status == 75)
    #expect(outcome.errorText.hasSuffix("(without a cache the same command asks for all again)\n"))
    #expect(desk.logLength == 25)
  }

  /// The service counts what other machines sent with the key too, and says so in words that repeat the key.
  @Test(arguments: ["fail", "skip", "quarantine=aside.ndjson"])
  func theServicesOwnQuotaIsBelievedAndTheKeyIsNowhere(mode: String) async throws {
    let answered = Array(repeating: "ok", count: 10).joined(separator: ",")
    let desk = desk(["--script", answered, "--always", "day-quota"])
    let before = Clock.system.now()
    let first = await desk.run(Self.arguments + ["out.ndjson", "--on-error", mode])
    let after = Clock.system.now()
    #expect(first.status == 75, "\(first.errorText)")
    let requests = try desk.requests()
    // Those that were on their way when the first was refused.
    #expect((11...18).contains(requests.count), "\(requests.count)")
    let midnights = [before, after].map { NewYork.nextMidnight(after: $0).localMinute }
    let quote = "We have detected your API key as REDACTED and our standard API rate limit is 25 requests per day."
    #expect(first.errorText.contains("aug-finance: warning: 30 rows without an answer: "), "\(first.errorText)")
    #expect(midnights.contains { first.errorText.contains("; it is refilled at \($0) (the same command goes on") })
    let records = try desk.contexts("out.ndjson.prov")
    #expect(records.count == 40)
    #expect(records.contains { $0["details"]?["failure"]?.text?.contains(quote) ?? false })
    #expect(try desk.attempts("out.ndjson.prov").counts.values.reduce(0, +) == requests.count)
    #expect(
      try desk.attemptCounts("out.ndjson.prov") == requests.map { "\($0.function) \($0.word)" }.counts)

    let rows = Set(desk.rows("out.ndjson"))
    let expected = symbols.map { symbol in
      requests.contains { $0.isAnswered && $0.symbol == symbol }
        ? desk.latestRow(symbol) : FinanceDesk.row(symbol, "quota")
    }
    #expect(rows == Set(mode.hasPrefix("quarantine") ? expected.filter { !$0.contains("quota") } : expected))

    let second = await desk.run(Self.arguments + ["second.ndjson", "--on-error", mode, "--verbose"])
    #expect(second.status == 75)
    #expect(desk.logLength == requests.count, "on this day nothing is sent any more")
    for outcome in [first, second] {
      #expect(!outcome.errorText.contains(FinanceDesk.key))
      #expect(!outcome.outputText.contains(FinanceDesk.key))
    }
    #expect(desk.files(holding: FinanceDesk.key) == [])
    #expect(desk.files(holding: "REDACTED") != [], "the search looks into sidecars")

    // On the next day the service answers again.
    desk.replaceServer()
    try desk.ageLimits(by: 86_400)
    let third = await desk.run(Self.arguments + ["third.ndjson", "--on-error", mode])
    #expect(third.status == 0, "\(third.errorText)")
    #expect(desk.holdsLatestRows("third.ndjson", of: symbols))
    #expect(desk.logLength == requests.count + 30)
  }

  /// Adjusted prices take three requests a symbol. A row whose splits are not to be had today has no prices that look
  /// adjusted, and what was answered is not asked for again.
  @Test func aBudgetThatEndsWithinASymbol() async throws {
    let desk = FinanceDesk()
    let symbols = ["SPLIT1", "DIV1", "SPLIT2", "DIV2"]
    desk.writeSymbols(symbols)
    let arguments = Self.arguments.dropLast() + ["--adjusted", "-o"]
    let first = await desk.run(arguments + ["out.ndjson", "--requests-per-day", "7"])
    #expect(first.status == 75)
    let requests = try desk.requests()
    #expect(requests.count == 7)
    let answered = requests.map(\.symbol).counts.count { $0.value == 3 }
    let statuses = try desk.statusCounts("out.ndjson")
    #expect(statuses["quota"] == 4 - answered && (statuses["ok"] ?? 0) == answered)
    for row in desk.rows("out.ndjson") where row.contains("quota") { #expect(row.hasSuffix(#""prices":[]}"#)) }

    try desk.ageLimits(by: Self.day)
    #expect(await desk.run(arguments + ["again.ndjson", "--requests-per-day", "7"]).status == 0)
    let all = try desk.requests()
    #expect(all.count == 12)
    #expect(all.map(\.question).counts.values.allSatisfy { $0 == 1 })
    #expect(try desk.statusCounts("again.ndjson") == ["ok": 4])
  }
}

extension Timestamp {
  fileprivate func advanced(by seconds: Double) -> Timestamp {
    Timestamp(seconds: self.seconds + Int(seconds), nanoseconds: nanoseconds)
  }
}
