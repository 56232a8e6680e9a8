import Testing

@testable import aug_finance

/// What is at hand for the next rows.
@Suite struct RecentlyReadTests {
  @Test func itHoldsSoManyPointsAtMost() throws {
    var recent = RecentlyRead<Int>()
    let symbols = try (0..<200).map { try #require(Symbol("S\($0)")) }
    for (number, symbol) in symbols.enumerated() {
      recent.keep(number, of: symbol, points: 6000)
      #expect(recent[symbol] == number)
    }
    let held = symbols.filter { recent[$0] != nil }
    #expect((1...83).contains(held.count))
    // The last ones.
    #expect(held == symbols.suffix(held.count))
    recent.forget(symbols[199])
    #expect(recent[symbols[199]] == nil && recent[symbols[198]] == 198)
    // One alone may be larger than all.
    recent.keep(-1, of: symbols[0], points: 1_000_000)
    #expect(recent[symbols[0]] == -1 && recent[symbols[198]] == nil)
    // What has no points takes some room too.
    for number in 0..<100_000 { if let symbol = Symbol("N\(number)") { recent.keep(0, of: symbol, points: 0) } }
    #expect(recent[symbols[0]] == nil)
  }
}
