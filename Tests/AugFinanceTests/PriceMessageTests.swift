import AugmenterSupport
import Glibc
import MillraceCore
import ScriptedAlphaVantage
import Support
import Testing

@testable import aug_finance

/// What becomes of rows and runs when the service says something instead of giving data: always with status 200.
@Suite struct PriceMessageTests {
  /// What a message means.
  enum Meaning: Sendable {
    /// This row gets nothing, ever.
    case refused
    case wrongKey
    /// Nothing more today.
    case spent
    /// The same request again after a second, or after a minute.
    case again(seconds: Double)
    case noData
  }

  private static func meaning(_ message: ServedMessage) -> Meaning {
    switch message {
    case .invalidCall, .unknownFunction, .premiumEndpoint, .premiumOutputSize: .refused
    case .invalidKey, .demoKey: .wrongKey
    case .dayQuota, .dayQuotaWithoutKey: .spent
    case .burst, .premiumBurst: .again(seconds: 1)
    case .minuteNote, .minuteInformation, .volume, .premiumMinute: .again(seconds: 60)
    case .nothing: .noData
    }
  }

  @Test(arguments: ServedMessage.allCases, ["json", "csv"])
  func eachMessageHasItsOutcome(message: ServedMessage, datatype: String) async throws {
    let meaning = Self.meaning(message)
    let isPassing = if case .again = meaning { true } else { false }
    let desk = FinanceDesk(isPassing ? ["--script", message.rawValue] : ["--always", message.rawValue])
    try await expect(meaning, of: desk, datatype: datatype)
  }

  /// Bodies that were recorded.
  private static let recorded: [String: Meaning] = [
    "empty_object": .noData, "err_apikey_missing": .wrongKey, "err_invalid_call": .refused,
    "info_daily_limit_key_echoed": .spent, "info_premium_endpoint": .refused, "note_5_per_minute": .again(seconds: 60),
  ]

  @Test(.enabled(if: Recorded.isThere, "MILLRACE_FIXTURES names no folder of real input"), arguments: ["json", "csv"])
  func eachRecordedMessageHasItsOutcome(datatype: String) async throws {
    let folder = try #require(Recorded.folder) + "/alphavantage-messages"
    let names = names(ofFolder: folder).filter { $0.hasSuffix(".json") }
    #expect(names.count >= Self.recorded.count)
    for name in names {
      let body = try #require(readFile("\(folder)/\(name)"))
      guard let meaning = Self.recorded[String(name.dropLast(5))] else {
        // One that came later is at least no data.
        #expect(AlphaVantageMessage(body: body, key: nil) != nil, "\(name)")
        continue
      }
      let desk = FinanceDesk()
      desk.stopServer()
      let server = ScriptedServer(port: desk.port) { _ in
        ServerResponse(headers: [NamedValue("Content-Type", "application/json")], body: body)
      }
      try await expect(meaning, of: desk, datatype: datatype) {
        server.stop()
        desk.replaceServer()
      }
      server.stop()
    }
  }

  // MARK: Expectations

  private func expect(
    _ meaning: Meaning, of desk: FinanceDesk, datatype: String, onceItPaused getWell: () -> Void = {}
  ) async throws {
    desk.writeSymbols(["IBM"])
    let arguments = ["tickers.csv", "--field", "symbol", "--to", "ndjson", "--datatype", datatype]
    switch meaning {
    case .refused:
      let skipped = await desk.run(arguments + ["-o", "out.ndjson", "--on-error", "skip"])
      #expect(skipped.status == 1)
      #expect(desk.rows("out.ndjson") == [FinanceDesk.row("IBM", "failed_permanent")])
      #expect(skipped.errorText == "aug-finance: warning: Alpha Vantage refuses 1 row\n")
      #expect(try desk.attempts("out.ndjson.prov").count == 1, "what will never be answered is not tried again")
      let failed = await desk.run(arguments + ["-o", "failed.ndjson"])
      #expect(failed.status == 65)
      #expect(failed.errorText.hasPrefix("aug-finance: Alpha Vantage refuses the symbol IBM: the service "))
      #expect(!desk.folder.names.contains("failed.ndjson"))
    case .wrongKey:
      for mode in ["fail", "skip"] {
        let outcome = await desk.run(arguments + ["-o", "out.ndjson", "--on-error", mode])
        #expect(outcome.status == 78)
        #expect(
          outcome.errorText.hasPrefix(
            "aug-finance: Alpha Vantage refuses the key in ALPHAVANTAGE_API_KEY: the service says \""),
          "\(outcome.errorText)")
        #expect(!desk.folder.names.contains("out.ndjson"))
      }
    case .spent:
      let outcome = await desk.run(arguments + ["-o", "out.ndjson"])
      #expect(outcome.status == 75)
      #expect(desk.rows("out.ndjson") == [FinanceDesk.row("IBM", "quota")])
      #expect(outcome.errorText.contains("; it is refilled at "))
      for key in [FinanceDesk.key, "ABC123"] {
        #expect(!outcome.errorText.contains(key))
        #expect(desk.files(holding: key) == [])
      }
    case .again(let seconds): try expectAgain(after: seconds, desk, arguments, getWell)
    case .noData:
      let outcome = await desk.run(arguments + ["-o", "out.ndjson"])
      #expect(outcome.status == 0, "\(outcome.errorText)")
      #expect(desk.rows("out.ndjson") == [FinanceDesk.row("IBM", "unmatched")])
    }
  }

  /// A pause of a minute is over when the test says so: meanwhile the run is stopped.
  private func expectAgain(
    after seconds: Double, _ desk: FinanceDesk, _ arguments: [String], _ getWell: () -> Void
  ) throws {
    let program = desk.start(arguments + FinanceDesk.patience + ["-o", "out.ndjson"])
    if seconds > 5 {
      let start = "aug-finance: note: Alpha Vantage calls for a pause: waiting "
      let isTold = eventually { program.errorTextSoFar.hasSuffix(" s\n") }
      #expect(isTold && program.errorTextSoFar.hasPrefix(start), "\(program.errorTextSoFar)")
      let pause = Int(program.errorTextSoFar.dropFirst(start.count).prefix { $0.isNumber }) ?? 0
      #expect((30...60).contains(pause), "some of it may be over when it is told")
      usleep(300_000)
      program.send(SIGSTOP)
      #expect(!program.hasEnded)
      #expect(desk.logLength <= 1)
      getWell()
      // As if the minute were over.
      try desk.ageLimits(by: 60)
      program.send(SIGCONT)
    }
    let outcome = program.wait()
    #expect(outcome.status == 0, "\(outcome.errorText)")
    #expect(desk.rows("out.ndjson") == [desk.latestRow("IBM")])
    let attempts = try desk.attempts("out.ndjson.prov")
    #expect(attempts.count == 2 && attempts.last == "TIME_SERIES_DAILY 200", "\(attempts)")
    #expect(attempts.first?.hasPrefix("TIME_SERIES_DAILY 200, the service says \"") ?? false, "\(attempts)")
    let times = try desk.requests().map(\.time)
    if seconds < 5 { #expect(times.count == 2 && times[1] - times[0] >= 1) }
  }

  // MARK: Whole histories

  /// `outputsize=full` is refused: the last hundred days are taken, and it is said that these are not all. Nobody asks for
  /// the whole again, for another symbol or in another run.
  @Test(arguments: ["json", "csv"])
  func aRefusedWholeHistoryIsTheLastHundredDays(datatype: String) async throws {
    let desk = FinanceDesk()
    let symbols = ["IBM", "PLAIN1", "DIV1"]
    desk.writeSymbols(symbols)
    let arguments = [
      "tickers.csv", "--field", "symbol", "--start", "2010-01-04", "--to", "ndjson", "--datatype", datatype, "-o",
    ]
    let first = await desk.run(arguments + ["out.ndjson"])
    #expect(first.status == 0, "\(first.errorText)")
    #expect(
      first.errorText
        == "aug-finance: warning: Alpha Vantage gives whole histories to premium keys alone, and others the last 100 days: "
        + "earlier ones of DIV1, IBM, PLAIN1 are not known\n")
    #expect(
      desk.rows("out.ndjson")
        == symbols.map { FinanceDesk.row($0, "partial", desk.history($0).points.suffix(100)) })
    #expect(
      try desk.requests().map(\.question).sorted() == [
        "TIME_SERIES_DAILY DIV1 compact", "TIME_SERIES_DAILY IBM compact", "TIME_SERIES_DAILY IBM full",
        "TIME_SERIES_DAILY PLAIN1 compact",
      ])
    let contexts = try desk.contexts("out.ndjson.prov")
    let taken = desk.history("IBM").points.suffix(100)
    let (start, end) = (try #require(taken.first?.day), try #require(taken.last?.day))
    let details = try #require(contexts.first?["details"])
    #expect(details["taken"]?.json == #"["\#(start.text)","\#(end.text)"]"#)
    #expect(
      details["unknown"]?.json == #"[["2010-01-04","\#(GregorianDay(number: start.number - 1).text)"]]"#)
    let attempts = contexts.map { $0["attempts"]?.elements?.count }
    #expect(attempts == [2, 1, 1])

    let second = await desk.run(arguments + ["again.ndjson"])
    #expect(second.status == 0)
    #expect(second.errorText == first.errorText)
    #expect(desk.rows("again.ndjson") == desk.rows("out.ndjson"))
    #expect(desk.logLength == 4)
    desk.writeSymbols(["SPLIT1"])
    #expect(await desk.run(arguments + ["other.ndjson"]).status == 0)
    #expect(try desk.requests().dropFirst(4).map(\.question) == ["TIME_SERIES_DAILY SPLIT1 compact"])
  }
}
