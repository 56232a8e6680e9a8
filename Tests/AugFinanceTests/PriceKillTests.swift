import AugmenterSupport
import Testing

@Suite struct PriceKillTests {
  @Test func killedAtAnyInstant() async throws {
    // Three requests each: prices, splits, dividends.
    let symbols = FinanceDesk.symbols(1...150)
    let runs = try await KilledRuns(
      ["tickers.csv", "--field", "symbol", "--adjusted"] + FinanceDesk.patience, reading: "tickers.csv", requests: 600
    ) {
      let desk = FinanceDesk()
      desk.writeSymbols(symbols)
      return desk
    } answers: {
      [$0.question]
    }
    #expect(runs.problems == [])
  }
}
