import Testing

@testable import aug_finance

/// What is at hand for the next rows.
@Suite struct RecentlyReadTests {
  private func symbols(_ count: Int) throws -> [Symbol] { try (0..<count).map { try #require(Symbol("S\($0)")) } }

  @Test func itHoldsSoManyPointsAtMost() throws {
    var recent = RecentlyRead<Int>()
    let symbols = try symbols(800)
    for (number, symbol) in symbols.enumerated() {
      recent.keep(number, of: symbol, points: 6000)
      #expect(recent[symbol] == number)
    }
    let held = symbols.indices.filter { recent[symbols[$0]] != nil }
    #expect((167...333).contains(held.count))
    #expect(held.last == 799)
    recent.forget(symbols[799])
    #expect(recent[symbols[799]] == nil && recent[symbols[798]] == 798)
    // One alone may be larger than all; it goes with what comes behind it.
    recent.keep(-1, of: symbols[0], points: 3_000_000)
    #expect(recent[symbols[0]] == -1)
    for number in 0..<260_000 { if let symbol = Symbol("N\(number)") { recent.keep(0, of: symbol, points: 0) } }
    #expect(recent[symbols[0]] == nil && recent[symbols[798]] == nil)
  }

  /// A thousand symbols in any order are each read once.
  @Test func whatIsUsedStays() throws {
    var recent = RecentlyRead<Int>()
    let symbols = try symbols(1000)
    var reads = 0
    for round in 0..<5 {
      for number in symbols.indices {
        let symbol = symbols[(number * 617 + round * 31) % 1000]
        if recent[symbol] == nil {
          reads += 1
          recent.keep(number, of: symbol, points: 900)
        }
      }
    }
    #expect(reads == 1000)
    // One that is asked for again and again outlives those that are not.
    for number in 0..<10_000 {
      if let symbol = Symbol("N\(number)") { recent.keep(0, of: symbol, points: 900) }
      #expect(number % 100 != 0 || recent[symbols[7]] != nil)
    }
    #expect(recent[symbols[8]] == nil)
  }
}
