import Glibc
import MillraceCore
import Support
import Testing

@Suite struct AlphaVantageProgramTests {
  let folder = TemporaryFolder()

  private func port(_ url: String) -> Int { Int(url.split(separator: "/")[1].split(separator: ":")[1]) ?? 0 }

  @Test func servesAndLogs() throws {
    let server = ServerProgram(
      "alphavantage-server",
      [
        "--per-second", "0", "--today", "2026-05-15", "--session", "0.5", "--log", folder("log"),
        "--script", "MSFT:502,ok", "--fault", "SPLITS:html-200=1", "--api-key", "K", "--carriage-returns",
      ])
    #expect(server.url.hasPrefix("http://127.0.0.1:"))
    #expect(server.url.hasSuffix("/"))
    let client = try #require(RawClient(port: port(server.url)))
    func get(_ query: String) -> RawAnswer? {
      client.send("GET /query?\(query)&apikey=K HTTP/1.1\r\nHost: x\r\n\r\n")
      let answer = client.answer()
      // The line is there when the answer is.
      #expect(
        folder.text("log")?.split(separator: "\n").last?.contains(query.split(separator: "=").last ?? "-") == true)
      return answer
    }
    #expect(get("function=TIME_SERIES_DAILY&symbol=MSFT")?.status == 502)
    let answer = get("function=TIME_SERIES_DAILY&outputsize=compact&symbol=MSFT")
    #expect(answer?.text.contains("\"3. Last Refreshed\": \"2026-05-15 12:45:00\"") == true)
    #expect(get("function=SPLITS&symbol=IBM")?.text.contains("<html") == true)
    let csv = get("function=TIME_SERIES_DAILY&symbol=IBM&datatype=csv")
    #expect(csv?.text.hasPrefix("timestamp,open,high,low,close,volume\r\n2026-05-15,") == true)
    #expect(csv?.headers["content-disposition"] == "attachment; filename=IBM.csv")
    let records = try #require(folder.text("log")).split(separator: "\n").map { try JSONValue.parse(String($0)) }
    #expect(records.map { $0["status"] } == [.number("502"), .number("200"), .number("200"), .number("200")])
    #expect(records.map { $0["misbehaviour"] } == [.string("502"), .null, .string("html-200"), .null])
    #expect(records.map { $0["returned"] } == [.number("0"), .number("100"), .number("0"), .number("100")])
    let first = records.first?["parameters"]?.elements?.map { $0.elements?.compactMap(\.text) ?? [] }
    #expect(first == [["function", "TIME_SERIES_DAILY"], ["symbol", "MSFT"], ["apikey", "K"]])
  }

  @Test func todayIsThatOfTheClock() throws {
    let server = ServerProgram("alphavantage-server", ["--premium"])
    let client = try #require(RawClient(port: port(server.url)))
    client.send("GET /query?function=TIME_SERIES_DAILY&symbol=PLAIN&datatype=csv&apikey=K HTTP/1.1\r\nHost: x\r\n\r\n")
    let answer = try #require(client.answer())
    let rows = answer.text.split(separator: "\n").dropFirst()
    #expect(rows.count == 100)
    let newest = try #require(rows.first?.split(separator: ",").first)
    let day = try #require(GregorianDay.range(newest.split(separator: "-").joined(separator: "/"))).lowerBound
    var now = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &now)
    let age = now.tv_sec / 86_400 - day.number
    // Weekends, holidays and the mornings of New York leave some days without a price.
    #expect((0...5).contains(age))
  }

  @Test func endsWithItsInput() {
    let server = ServerProgram("alphavantage-server")
    let port = port(server.url)
    #expect(RawClient(port: port) != nil)
    _ = consume server
    #expect(RawClient(port: port) == nil)
  }

  @Test(arguments: [
    ["--fault", "nonsense=0.1"], ["--fault", "502=2"], ["--fault", "502=0.1,reset"], ["--script", "502,nonsense"],
    ["--always", "ok"], ["--always", "502,reset"], ["--per-day", "-1"], ["--port", "70000"], ["--today", "2026"],
    ["--today", "2026-02-30"], ["--today", "1999-10-30"], ["--session", "0.5"],
    ["--session", "2", "--today", "2026-05-15"], ["--minute-length", "0"],
  ])
  func wrongArguments(_ arguments: [String]) {
    let outcome = Executable("alphavantage-server").run(arguments)
    #expect(outcome.status == 64)
    #expect(outcome.output.isEmpty)
    #expect(outcome.errorText.contains(arguments[0]) || outcome.errorText.contains(arguments[1]))
  }

  @Test func faultsCanBeGivenTogether() throws {
    let server = ServerProgram(
      "alphavantage-server",
      [
        "--per-second", "0", "--per-minute", "0", "--per-day", "0", "--fault", "503=0.3,404=0.3", "--log",
        folder("log"),
      ])
    let client = try #require(RawClient(port: port(server.url)))
    var statuses: [Int: Int] = [:]
    for _ in 0..<200 {
      client.send("GET /query?function=SPLITS&symbol=IBM&apikey=K HTTP/1.1\r\nHost: x\r\n\r\n")
      statuses[client.answer()?.status ?? 0, default: 0] += 1
    }
    #expect(Set(statuses.keys) == [200, 404, 503])
    #expect((30...90).contains(statuses[503] ?? 0) && (30...90).contains(statuses[404] ?? 0))
  }

  @Test func helpNamesEveryFault() {
    let outcome = Executable("alphavantage-server").run(["--help"])
    #expect(outcome.status == 0)
    for fault in ["429-retry-after", "cut-agreeing", "day-quota", "premium-outputsize", "nothing"] {
      #expect(outcome.outputText.contains("  \(fault): "))
    }
  }
}
