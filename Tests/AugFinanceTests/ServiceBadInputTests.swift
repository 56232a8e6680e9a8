import AugmenterSupport
import Glibc
import MillraceCore
import ScriptedAlphaVantage
import Support
import Testing

/// Keys and symbols that Alpha Vantage does not know.
@Suite struct KeyBadInputTests {
  private static let variable = "ALPHAVANTAGE_API_KEY"

  private func run(_ desk: FinanceDesk, key: String?, _ options: String...) async -> Outcome {
    await desk.start(["t.csv", "--field", "symbol"] + options, environment: [Self.variable: key]).end()
  }

  private func desk(_ arguments: String...) -> FinanceDesk {
    let desk = FinanceDesk(arguments)
    desk.writeSymbols(["PLAIN1", "PLAIN2"], to: "t.csv")
    return desk
  }

  /// Looks for the key in all that a run left, but the server's own log.
  private func expectNoKey(_ key: String, in desk: FinanceDesk, _ outcome: Outcome) {
    #expect(!outcome.errorText.contains(key) && !outcome.outputText.contains(key))
    let found = Executable("/bin/grep").run(["-rlaF", "--exclude=log", "-e", key, desk.folder.path])
    #expect(found.outputText == "", "in \(found.outputText)")
    #expect(!Executable("/usr/bin/find").run([desk.folder.path]).outputText.contains(key))
  }

  @Test(arguments: [nil, "", " \r"] as [String?]) func noKey(key: String?) async throws {
    let desk = desk()
    for policy in ["fail", "skip"] {
      let outcome = await run(desk, key: key, "--on-error", policy, "-o", "out")
      #expect(outcome.status == 78)
      #expect(
        outcome.errorText
          == "aug-finance: no key is set for Alpha Vantage, which answers nobody without one (set ALPHAVANTAGE_API_KEY; "
          + "https://www.alphavantage.co/support/#api-key gives free ones)\n")
    }
    #expect(desk.folder.read("out") == nil)
    #expect(try desk.requests().isEmpty)
  }

  @Test func noKeyIsNeededForWhatIsKeptOrNotAsked() async throws {
    let desk = desk()
    let options = ["--explode", "--fields", "date,close"]
    let first = await desk.start(["t.csv", "--field", "symbol"] + options).end()
    #expect(first.status == 0)
    #expect(desk.logLength == 2)
    for more in [[], ["--offline"]] {
      let again = await desk.start(
        ["t.csv", "--field", "symbol"] + options + more, environment: [Self.variable: nil]
      ).end()
      #expect(again.status == 0)
      #expect(again.output == first.output)
      #expect(again.errorText == "")
    }
    #expect(await run(desk, key: nil, "--dry-run").status == 0)
    desk.writeSymbols([" ", "\t"], to: "t.csv")
    #expect(await run(desk, key: nil).outputText == "symbol,status,prices\n ,no_symbol,[]\n\t,no_symbol,[]\n")
    #expect(desk.logLength == 2)
  }

  @Test(arguments: ["ab cd", "schlüssel", "a\nb", "a\u{7f}"]) func whatIsNoKey(key: String) async throws {
    let desk = desk()
    let outcome = await run(desk, key: key)
    #expect(outcome.status == 78)
    #expect(
      outcome.errorText
        == "aug-finance: ALPHAVANTAGE_API_KEY holds characters that are in no key (see the letter that came with it for the "
        + "right one, or unset it)\n")
    #expect(try desk.requests().isEmpty)
  }

  @Test(arguments: ["a&b=c+d%20e<>\"'#?/", "REDACTED", "symbol"]) func keysOfAnyCharactersAreSent(key: String)
    async throws
  {
    let desk = desk("--api-key", key)
    let outcome = await run(desk, key: " \(key)\r", "--summarise", "--fields", "days", "-o", "out")
    #expect(outcome.status == 0, "\(outcome.errorText)")
    #expect(try desk.requests().map { $0.parameters["apikey"] } == [key, key])
    if key.count > 10 { expectNoKey(key, in: desk, outcome) }
  }

  @Test func theKeyIsNotSentInTheClear() async {
    let desk = desk()
    let outcome = await run(desk, key: "S3CRETKEY", "--base-url", "http://alphavantage.example.org/")
    #expect(outcome.status == 78)
    #expect(
      outcome.errorText
        == "aug-finance: the key in ALPHAVANTAGE_API_KEY would be sent to alphavantage.example.org without encryption "
        + "(--base-url takes an address with https; or unset the key)\n")
  }

  @Test(arguments: [
    (
      "WR0NGKEY12345678",
      "the parameter apikey is invalid or missing. Please claim your free API key on (https://www.alphavantage.co/support/"
    ),
    ("demo", "The **demo** API key is for demo purposes only. "),
  ])
  func aKeyThatIsRefusedEndsTheRun(key: String, words: String) async throws {
    let desk = desk()
    for policy in ["fail", "skip", "quarantine=bad"] {
      let outcome = await run(desk, key: key, "--on-error", policy, "-o", "out")
      #expect(outcome.status == 78)
      #expect(
        outcome.errorText.hasPrefix(
          "aug-finance: Alpha Vantage refuses the key in ALPHAVANTAGE_API_KEY: the service says \"\(words)"),
        "\(outcome.errorText)")
      #expect(
        outcome.errorText.hasSuffix("(https://www.alphavantage.co/support/#api-key gives free ones)\n"),
        "\(outcome.errorText)")
      #expect(outcome.errorText.split(separator: "\n").count == 1)
      if key != "demo" { expectNoKey(key, in: desk, outcome) }
    }
    #expect(desk.folder.read("out") == nil)
    // With two symbols at once at most two are on their way before the first is refused.
    #expect((3...6).contains(desk.logLength))
  }
}

/// Symbols that the service does not know.
@Suite struct SymbolBadInputTests {
  let desk = FinanceDesk()

  private func run(_ options: String...) async -> Outcome {
    await desk.start(["t.csv", "--field", "symbol", "--summarise", "--fields", "days"] + options).end()
  }

  private static let words =
    "the service says \"Invalid API call. Please retry or visit the documentation "
    + "(https://www.alphavantage.co/documentation/) for TIME_SERIES_DAILY.\""

  @Test func aSymbolThatIsNoneStopsTheRun() async {
    desk.writeSymbols(["BADX"], to: "t.csv")
    let outcome = await run("-o", "out")
    #expect(outcome.status == 65)
    #expect(
      outcome.errorText
        == "aug-finance: Alpha Vantage refuses the symbol BADX: \(Self.words) (--on-error skip marks such rows and goes on)\n"
    )
    #expect(desk.folder.read("out") == nil)
    #expect(desk.logLength == 1, "it is not tried again")
  }

  @Test func skipMarksTheRows() async throws {
    desk.writeSymbols(["PLAIN1", "BADX", "NONEY", "badx"], to: "t.csv")
    let outcome = await run("--on-error", "skip", "-o", "out.csv")
    #expect(outcome.status == 1)
    #expect(
      outcome.errorText
        == "aug-finance: warning: Alpha Vantage does not know 1 symbol: NONEY\n"
        + "aug-finance: warning: Alpha Vantage refuses 2 rows\n")
    #expect(
      desk.folder.text("out.csv")
        == "symbol,status,days\nPLAIN1,ok,100\nBADX,failed_permanent,\nNONEY,unmatched,\nbadx,failed_permanent,\n"
    )
    let failures = try desk.contexts("out.csv.prov").map { $0["details"]?["failure"]?.text }
    #expect(failures == [nil, Self.words, nil, Self.words])
    #expect(desk.logLength == 3)
    let quarantine = await run("--on-error", "quarantine=bad", "-o", "good.csv")
    #expect(quarantine.status == 1)
    #expect(desk.folder.text("good.csv") == "symbol,status,days\nPLAIN1,ok,100\nNONEY,unmatched,\n")
    let bad = try (desk.folder.text("bad") ?? "").split(separator: "\n").map { try JSONValue.parse(String($0)) }
    #expect(bad.map { $0["line"]?.integer } == [3, 5])
    #expect(bad.map { $0["reason"]?.text } == Array(repeating: "failed_permanent: \(Self.words)", count: 2))
  }

  @Test func whatIsNotKeptIsNotToBeHadOffline() async {
    desk.writeSymbols(["PLAIN1"], to: "t.csv")
    let outcome = await run("--offline", "-o", "out")
    #expect(outcome.status == 69)
    #expect(
      outcome.errorText
        == "aug-finance: Alpha Vantage gives no answer for the symbol PLAIN1: the cache has no answer, and --offline sends no "
        + "request (run it once without --offline)\n")
    let skip = await run("--offline", "--on-error", "skip")
    #expect(skip.status == 1)
    #expect(skip.outputText == "symbol,status,days\nPLAIN1,failed_transient,\n")
    #expect(desk.logLength == 0)
  }
}

/// What answers is no Alpha Vantage, or nothing answers at all.
@Suite struct ServiceBadInputTests {
  private func start(_ desk: FinanceDesk, _ base: String, _ options: String...) -> RunningProgram {
    desk.start(["t.csv", "--field", "symbol", "--summarise", "--fields", "days", "--base-url", base] + options)
  }

  /// All at once, as each takes the pauses of three retries.
  @Test func whatMayPassIsTriedAgainAndTold() async {
    let pages = ScriptedServer { _ in
      ServerResponse(200, type: "text/html", text: "<!DOCTYPE html><html>sign in first</html>")
    }
    let failing = ScriptedServer { _ in ServerResponse(503, type: "text/html", text: "<html>later</html>") }
    let desk = FinanceDesk()
    desk.writeSymbols(["PLAIN1"], to: "t.csv")
    let started = [
      start(desk, pages.url), start(desk, "http://127.0.0.1:1/"), start(desk, failing.url),
      start(desk, failing.url, "--datatype", "csv", "--on-error", "skip"),
    ]
    var runs: [Outcome] = []
    for program in started { runs.append(await program.end()) }
    let reasons = [
      "the answer cannot be read: ", "no connection to 127.0.0.1:1: connection refused (tried 4 times) ",
      "status 503 (tried 4 times) ",
    ]
    for (outcome, reason) in zip(runs, reasons) {
      #expect(outcome.status == 69)
      #expect(
        outcome.errorText.hasPrefix("aug-finance: Alpha Vantage gives no answer for the symbol PLAIN1: \(reason)"),
        "\(outcome.errorText)")
      #expect(
        outcome.errorText.hasSuffix(
          "(tried 4 times) (what was answered is kept, so the same command goes on from here; --on-error skip marks such "
            + "rows and goes on)\n"), "\(outcome.errorText)")
    }
    #expect(runs[3].status == 1)
    #expect(runs[3].outputText == "symbol,status,days\nPLAIN1,failed_transient,\n")
    #expect(
      runs[3].errorText
        == "aug-finance: warning: Alpha Vantage gave no answer for 1 row (the same command asks for these alone again: the "
        + "others are in the cache)\n")
    #expect(pages.requests == 4 && failing.requests == 8)
  }

  @Test(arguments: [
    (404, "answers with status 404 (--base-url names the folder that query lies in)"),
    (
      403,
      ", or a proxy before it, forbids the request: status 403 (ask who runs it; --base-url, http_proxy and https_proxy say "
        + "who is asked)"
    ),
  ])
  func whatIsNoServiceEndsTheRun(status: Int, text: String) async {
    let other = ScriptedServer { _ in ServerResponse(status, type: "text/html", text: "<html>no</html>") }
    let desk = FinanceDesk()
    desk.writeSymbols(["PLAIN1"], to: "t.csv")
    for policy in ["fail", "skip"] {
      let outcome = await start(desk, other.url, "--on-error", policy, "-o", "out").end()
      #expect(outcome.status == 69)
      #expect(outcome.errorText == "aug-finance: \(other.url)/\(status == 404 ? " " : "")\(text)\n")
    }
    #expect(desk.folder.read("out") == nil)
    #expect(other.requests == 2)
  }
}
