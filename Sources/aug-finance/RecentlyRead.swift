/// What was read of some symbols last, at hand for the next rows: one symbol often stands in many of them, in any order.
///
/// Symbols are in two halves. When the newer one is full, the older one goes, but for what was used meanwhile.
struct RecentlyRead<Value: Sendable>: Sendable {
  private typealias Entry = (value: Value, cost: Int)
  private var newer: [Symbol: Entry] = [:]
  private var older: [Symbol: Entry] = [:]
  /// Of the newer half.
  private var points = 0

  /// Points of prices that are held, some 100 MB: a thousand symbols with eight years each.
  private static var mostPoints: Int { 2_000_000 }
  /// What a symbol takes whatever is known of it.
  private static var pointsOfNothing: Int { 8 }

  subscript(symbol: Symbol) -> Value? {
    mutating get {
      if let known = newer[symbol] { return known.value }
      guard let known = older.removeValue(forKey: symbol) else { return nil }
      insert(known, of: symbol)
      return known.value
    }
  }

  /// - Parameter points: that the value has.
  mutating func keep(_ value: Value, of symbol: Symbol, points: Int) {
    forget(symbol)
    insert((value, points + Self.pointsOfNothing), of: symbol)
  }

  mutating func forget(_ symbol: Symbol) {
    older[symbol] = nil
    points -= newer.removeValue(forKey: symbol)?.cost ?? 0
  }

  private mutating func insert(_ entry: Entry, of symbol: Symbol) {
    if points + entry.cost > Self.mostPoints / 2 { (older, newer, points) = (newer, [:], 0) }
    newer[symbol] = entry
    points += entry.cost
  }
}
