/// What was read of some symbols last, at hand for the next rows: one symbol often stands in many of them.
struct RecentlyRead<Value: Sendable>: Sendable {
  private var values: [Symbol: Value] = [:]
  private var points = 0

  /// Points of prices that are held; some 30 MB.
  private static var mostPoints: Int { 500_000 }
  /// What a symbol takes whatever is known of it.
  private static var pointsOfNothing: Int { 8 }

  subscript(symbol: Symbol) -> Value? { values[symbol] }

  /// - Parameter points: that the value has.
  mutating func keep(_ value: Value, of symbol: Symbol, points: Int) {
    let cost = points + Self.pointsOfNothing
    if self.points + cost > Self.mostPoints { self = RecentlyRead() }
    values[symbol] = value
    self.points += cost
  }

  mutating func forget(_ symbol: Symbol) { values[symbol] = nil }
}
