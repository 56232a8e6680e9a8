import Glibc
import MillraceCore

/// What a summary needs of one day: texts as they came, or as they were adjusted.
struct PricePoint: Sendable, Equatable {
  var day: CalendarDay
  var close: String
  var volume: String?
}

/// A span of prices in a few numbers, by its closes.
struct PriceSummary: Sendable, Equatable {
  /// Points: days, weeks or months with a price.
  let days: Int
  let firstDate: CalendarDay
  /// Closes, exactly as the points have them; of equal ones, the first.
  let first: String
  let lastDate: CalendarDay
  let last: String
  let min: String
  let max: String
  let mean: Double
  /// last ÷ first − 1; nil when the first is not positive.
  let `return`: Double?
  /// The sample standard deviation of the logarithms of close ÷ close before, times the root of the points in a year (252
  /// days, 52 weeks, 12 months); nil for fewer than three points, and when a close is not positive.
  let volatility: Double?
  /// The greatest loss from a highest close so far, as a positive part of it; nil when a close is negative or none is
  /// positive.
  let maxDrawdown: Double?
  /// The exact sum; nil when a point has none.
  let totalVolume: String?

  /// Nil for no points, and for closes that are no numbers.
  /// - Parameter points: Ascending.
  init?(_ points: [PricePoint], interval: PriceInterval) {
    let closes = points.compactMap { Double($0.close) }
    guard let first = points.first, let last = points.last, closes.count == points.count, closes.allSatisfy(\.isFinite),
      let least = closes.indices.min(by: { closes[$0] < closes[$1] }),
      let greatest = closes.indices.max(by: { closes[$0] < closes[$1] || (closes[$0] == closes[$1] && $0 > $1) })
    else { return nil }
    days = points.count
    (firstDate, lastDate) = (first.day, last.day)
    (self.first, self.last) = (first.close, last.close)
    (min, max) = (points[least].close, points[greatest].close)
    mean = CompensatedSum(closes).value / Double(closes.count)
    `return` = closes[0] > 0 ? closes[closes.count - 1] / closes[0] - 1 : nil
    volatility = Self.volatility(closes, interval: interval)
    maxDrawdown = Self.maxDrawdown(closes)
    var volume = DecimalSum()
    totalVolume = points.allSatisfy { $0.volume.map { volume.add($0) } ?? false } ? volume.text : nil
  }

  private static func volatility(_ closes: [Double], interval: PriceInterval) -> Double? {
    guard closes.count >= 3, closes.allSatisfy({ $0 > 0 }) else { return nil }
    // Of a quotient near 1 the logarithm loses digits that log1p keeps.
    let returns = zip(closes, closes.dropFirst()).map { log1p(($1 - $0) / $0) }
    let mean = CompensatedSum(returns).value / Double(returns.count)
    let squares = CompensatedSum(returns.map { ($0 - mean) * ($0 - mean) }).value
    return (squares / Double(returns.count - 1)).squareRoot() * interval.pointsPerYear.squareRoot()
  }

  private static func maxDrawdown(_ closes: [Double]) -> Double? {
    guard closes.allSatisfy({ $0 >= 0 }), closes.contains(where: { $0 > 0 }) else { return nil }
    var (peak, deepest) = (0.0, 0.0)
    for close in closes {
      peak = Swift.max(peak, close)
      if peak > 0 { deepest = Swift.max(deepest, (peak - close) / peak) }
    }
    return deepest
  }
}

/// A sum that keeps what addition rounds away (Neumaier, Zeitschrift für Angewandte Mathematik und Mechanik 54, 1974).
struct CompensatedSum: Sendable {
  private var sum = 0.0
  private var lost = 0.0

  init(_ numbers: some Sequence<Double>) { for number in numbers { add(number) } }

  var value: Double { sum + lost }

  mutating func add(_ number: Double) {
    let total = sum + number
    lost += sum.magnitude >= number.magnitude ? (sum - total) + number : (number - total) + sum
    sum = total
  }
}
