import AugmenterSupport
import Glibc
import MillraceCore
import ScriptedAlphaVantage
import Support
import Testing

/// How many requests runs send, and how fast.
@Suite struct PriceRequestTests {
  /// `make soak` takes more.
  private static let rows = environmentVariable("MILLRACE_ROWS").flatMap { Int($0) } ?? 200

  @Test(arguments: ["json", "csv"])
  func theSecondRunAsksNothingAndWritesTheSame(datatype: String) async throws {
    let desk = FinanceDesk()
    let symbols = FinanceDesk.symbols(1...Self.rows)
    desk.writeSymbols(symbols)
    let arguments =
      ["tickers.csv", "--field", "symbol", "--to", "ndjson", "--datatype", datatype] + FinanceDesk.patience + ["-o"]
    let first = await desk.run(arguments + ["first.ndjson"])
    #expect(first.status == 0, "\(first.errorText)")
    #expect(desk.holdsLatestRows("first.ndjson", of: symbols))
    let requests = try desk.requests()
    #expect(requests.allSatisfy { $0.isAnswered })
    #expect(requests.map(\.question).sorted() == symbols.map { "TIME_SERIES_DAILY \($0) compact" }.sorted())

    for (number, options) in [["--jobs", "1"], ["--jobs", "4"], ["--offline"], ["--offline", "--jobs", "3"]]
      .enumerated()
    {
      let again = await desk.run(arguments + ["again\(number).ndjson"] + options)
      #expect(again.status == 0, "\(options): \(again.errorText)")
      let isSame = desk.folder.read("again\(number).ndjson") == desk.folder.read("first.ndjson")
      #expect(isSame, "\(options)")
    }
    #expect(desk.logLength == requests.count)
  }

  /// Whatever is asked for: what there is of a security begins with its listing, and what begins before is known not to be.
  @Test(arguments: ["json", "csv"], ["daily", "weekly", "monthly"])
  func whatThereIsNotIsAskedForOnceToo(datatype: String, period: String) async throws {
    let desk = FinanceDesk(["--premium"])
    desk.writeSymbols(["NEW1", "IBM", "NONE1", "GONE1", "PLAIN1"])
    let arguments =
      [
        "tickers.csv", "--field", "symbol", "--to", "ndjson", "--datatype", datatype, "--period", period, "--start",
        "1995-01-01",
      ] + FinanceDesk.patience + ["-o"]
    let first = await desk.run(arguments + ["first.ndjson"])
    #expect(first.status == 0, "\(first.errorText)")
    #expect(desk.logLength == 5)
    let again = await desk.run(arguments + ["again.ndjson"])
    #expect(again.status == 0, "\(again.errorText)")
    let isSame = desk.folder.read("again.ndjson") == desk.folder.read("first.ndjson")
    #expect(isSame)
    #expect(desk.logLength == 5)
  }

  /// In small letters too.
  @Test func aSymbolThatIsThereTwiceIsAskedForOnce() async throws {
    let desk = FinanceDesk()
    desk.writeSymbols((1...250).map { $0 % 2 == 0 ? "NEW\($0 % 7)" : "new\($0 % 7)" })
    #expect(await desk.run(["tickers.csv", "--field", "symbol", "-o", "out.csv"]).status == 0)
    #expect(Set(desk.statuses("out.csv")) == ["ok"])
    #expect(try desk.requests().map(\.symbol).sorted() == FinanceDesk.symbols(0...6))
  }

  /// Rows are answered a hundred at a time. What was answered, or refused for good, among the first is not asked for among
  /// the next ones.
  @Test(arguments: [[], ["--no-cache"], ["--refresh"]])
  func noRequestIsMadeTwiceInARun(options: [String]) async throws {
    let desk = FinanceDesk()
    let symbols = ["BAD1", "NONE1", "DIV1", "SPLIT1"]
    desk.writeSymbols((0..<250).map { symbols[$0 % 4] })
    let outcome = await desk.run(
      ["tickers.csv", "--field", "symbol", "--adjusted", "--on-error", "skip", "-o", "out.csv"] + options
        + FinanceDesk.patience)
    #expect(outcome.status == 1, "\(outcome.errorText)")
    #expect(desk.statuses("out.csv").counts == ["failed_permanent": 63, "unmatched": 63, "ok": 124])
    let requests = try desk.requests()
    #expect(requests.count == 8)
    #expect(requests.map(\.question).counts.values.allSatisfy { $0 == 1 })
    #expect(
      try desk.attemptCounts("out.csv.prov")
        == ["TIME_SERIES_DAILY 200": 3, "TIME_SERIES_DAILY 200, ": 1, "SPLITS 200": 2, "DIVIDENDS 200": 2])
  }

  /// Days that are over are never asked for again, the running ones when their answer is too old.
  @Test func onlyDaysThatMayChangeAreAskedForAgain() async throws {
    let desk = FinanceDesk()
    desk.writeSymbols(["NEW1", "IBM"])
    let arguments = ["tickers.csv", "--field", "symbol", "--cache-age", "1s", "--to", "ndjson"] + FinanceDesk.patience
    #expect(await desk.run(arguments + ["-o", "first.ndjson"]).status == 0)
    #expect(desk.logLength == 2)
    try await Task.sleep(for: .milliseconds(2100))
    let days = desk.history("NEW1").points.suffix(90)
    let (start, end) = (try #require(days.first?.day), try #require(days.dropLast(20).last?.day))
    let closed = await desk.run(arguments + ["--start", start.text, "--end", end.text, "-o", "closed.ndjson"])
    #expect(closed.status == 0, "\(closed.errorText)")
    #expect(
      desk.rows("closed.ndjson")
        == ["NEW1", "IBM"].map { FinanceDesk.row($0, "ok", desk.history($0).points.suffix(90).dropLast(20)) })
    #expect(desk.logLength == 2)
    let contexts = try desk.contexts("closed.ndjson.prov")
    #expect(contexts.allSatisfy { $0["cache"]?["hit"] == .bool(true) && $0["attempts"] == nil })
    #expect(contexts.allSatisfy { ($0["cache"]?["age"].flatMap { Double($0.json) } ?? 0) >= 2 })

    #expect(await desk.run(arguments + ["-o", "second.ndjson"]).status == 0)
    #expect(desk.logLength == 4)
    #expect(desk.rows("second.ndjson") == desk.rows("first.ndjson"))
    let asked = try desk.contexts("second.ndjson.prov")
    #expect(asked.allSatisfy { $0["cache"]?["hit"] == .bool(false) && $0["attempts"]?.elements?.count == 1 })
  }

  /// That a key gets no whole histories is found out once, by ten runs that begin with a symbol of their own each.
  @Test(arguments: [true, false])
  func tenRunsFindOutOnceWhatTheKeyMayAskFor(haveOwnSymbols: Bool) async throws {
    let desk = FinanceDesk()
    let programs = (0..<10).map { number in
      desk.writeSymbols(FinanceDesk.symbols(haveOwnSymbols ? [number, 99] : [1, 99]), to: "tickers\(number).csv")
      return desk.start(
        ["tickers\(number).csv", "--field", "symbol", "--start", "2010-01-04", "-o", "\(number).csv"]
          + FinanceDesk.patience)
    }
    for (number, program) in programs.enumerated() {
      let outcome = await program.end()
      #expect(outcome.status == 0, "\(outcome.errorText)")
      #expect(outcome.errorText.contains("gives whole histories to premium keys alone"), "\(outcome.errorText)")
      #expect(desk.statuses("\(number).csv") == ["partial", "partial"])
    }
    let requests = try desk.requests()
    #expect(requests.count { $0.outputSize == "full" } == 1)
    #expect(requests.map(\.question).counts.values.allSatisfy { $0 == 1 })
    #expect(Set(requests.filter { $0.outputSize == "compact" }.map(\.symbol)).count == (haveOwnSymbols ? 11 : 2))
  }

  @Test func tenEqualRunsAtOnceAskEverythingOnce() async throws {
    let desk = FinanceDesk()
    let symbols = FinanceDesk.symbols(1...60)
    desk.writeSymbols(symbols)
    let arguments =
      ["tickers.csv", "--field", "symbol", "--adjusted", "--to", "ndjson"] + FinanceDesk.patience + ["-o"]
    let programs = (0..<10).map { desk.start(arguments + ["\($0).ndjson"]) }
    for program in programs {
      let outcome = await program.end()
      #expect(outcome.status == 0, "\(outcome.errorText)")
    }
    for number in 1..<10 {
      let isSame = desk.folder.read("\(number).ndjson") == desk.folder.read("0.ndjson")
      #expect(isSame, "\(number)")
    }
    #expect(try desk.statusCounts("0.ndjson") == ["ok": 60])
    let requests = try desk.requests()
    #expect(requests.count == 180)
    #expect(requests.map(\.question).counts.filter { $0.value > 1 } == [:])
    // Each request is on record with the run that sent it.
    let told = try (0..<10).flatMap { try desk.attempts("\($0).ndjson.prov") }
    #expect(told.counts == ["TIME_SERIES_DAILY 200": 60, "SPLITS 200": 60, "DIVIDENDS 200": 60])
  }

  // MARK: The pace

  @Test func tenProcessesTogetherKeepTheInterval() async throws {
    let desk = FinanceDesk()
    let interval = 0.03
    let programs = start(ten: desk, symbolsEach: 12, interval: interval)
    for program in programs {
      let outcome = await program.end()
      #expect(outcome.status == 0, "\(outcome.errorText)")
    }
    let requests = try desk.requests()
    #expect(requests.count == 120)
    #expect(requests.hurry(interval: interval) == nil)
  }

  @Test func tenProcessesTogetherKeepTheDaysBudget() async throws {
    let desk = FinanceDesk()
    let programs = start(ten: desk, symbolsEach: 10, interval: 0.001, ["--requests-per-day", "37"])
    var answered = 0
    for (number, program) in programs.enumerated() {
      let outcome = await program.end()
      let counts = try desk.statusCounts("\(number).ndjson")
      #expect((counts["ok"] ?? 0) + (counts["quota"] ?? 0) == 10)
      #expect(outcome.status == (counts["quota"] == nil ? 0 : 75), "\(outcome.errorText)")
      answered += counts["ok"] ?? 0
    }
    #expect(answered == 37)
    #expect(try desk.requests().count == 37)
  }

  /// A minute's budget is waited for, by all processes together. Here the minute is over as soon as the test says so.
  @Test func tenProcessesTogetherKeepTheMinutesBudget() async throws {
    let desk = FinanceDesk()
    let programs = start(ten: desk, symbolsEach: 1, interval: 0.001, ["--requests-per-minute", "4"])
    for sent in [4, 8, 10] {
      let isSent = eventually { desk.logLength >= sent }
      #expect(isSent)
      // Time in which a run that does not wait would send. This test keeps its thread: where others have all threads for a
      // minute, that minute is over.
      usleep(400_000)
      #expect(desk.logLength == sent)
      try desk.ageLimits(by: 61.5)
    }
    var told = 0
    for program in programs {
      let outcome = await program.end()
      #expect(outcome.status == 0, "\(outcome.errorText)")
      if outcome.errorText.contains(" s: 4 requests in 60 s are allowed") { told += 1 }
    }
    #expect(told >= 2)
    #expect(desk.logLength == 10)
  }

  /// Ten runs with symbols of their own.
  private func start(
    ten desk: FinanceDesk, symbolsEach: Int, interval: Double, _ options: [String] = []
  ) -> [RunningProgram] {
    (0..<10).map { number in
      desk.writeSymbols(FinanceDesk.symbols(number * 100..<number * 100 + symbolsEach), to: "tickers\(number).csv")
      return desk.start(
        ["tickers\(number).csv", "--field", "symbol", "--to", "ndjson", "-o", "\(number).ndjson"] + FinanceDesk.patience
          + options,
        interval: interval)
    }
  }
}
