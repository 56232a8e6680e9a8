import AugmenterSupport
import ScriptedAlphaVantage
import Support
import Testing

/// The desk that tests of the network share.
@Suite struct FinanceDeskTests {
  private func ask(_ desk: FinanceDesk, _ query: String) -> String {
    let port = desk.url.split(separator: "/")[1].split(separator: ":")[1]
    let head = "GET /query?\(query)&apikey=\(FinanceDesk.key) HTTP/1.0\\r\\n\\r\\n"
    let outcome = desk.shell("exec 3<>/dev/tcp/127.0.0.1/\(port); printf '\(head)' >&3; cat <&3")
    #expect(outcome.status == 0, "\(outcome.errorText)")
    return outcome.outputText
  }

  @Test func itsServerKnowsWhatItsHistoryKnows() throws {
    let desk = FinanceDesk(seed: 7)
    let answer = ask(desk, "function=TIME_SERIES_DAILY&symbol=SPLITA&datatype=csv")
    let rows = answer.split(whereSeparator: \.isNewline).filter { $0.first?.isNumber ?? false }
    let points = desk.history("SPLITA").points.suffix(100).reversed()
    #expect(rows.count == 100)
    #expect(
      rows.map { $0.split(separator: ",").dropFirst().joined(separator: ",") }
        == points.map { "\($0.open),\($0.high),\($0.low),\($0.close),\($0.volume)" })
    #expect(FinanceDesk().history("SPLITA").points.map(\.close) != desk.history("SPLITA").points.map(\.close))

    desk.replaceServer(["--always", "day-quota"])
    #expect(ask(desk, "function=SPLITS&symbol=IBM").contains("We have detected your API key as \(FinanceDesk.key) and"))
    let requests = try desk.requests()
    #expect(requests.map(\.question) == ["TIME_SERIES_DAILY SPLITA ", "SPLITS IBM "])
    #expect(requests.map(\.isAnswered) == [true, false])
    #expect(requests.map(\.word) == ["200", "200, "])
    #expect(desk.logLength == 2)
    desk.stopServer()
    let port = desk.url.split(separator: "/")[1].split(separator: ":")[1]
    #expect(desk.shell("exec 3<>/dev/tcp/127.0.0.1/\(port)").status != 0)
  }
}
