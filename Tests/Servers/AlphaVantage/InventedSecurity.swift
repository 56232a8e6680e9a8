import Support

/// An amount of money or a factor, in units of 1/10,000.
public struct FourPlaces: Sendable, Hashable, Comparable, CustomStringConvertible {
  public var units: Int

  public init(units: Int) { self.units = units }

  public var value: Double { Double(units) / 10_000 }

  /// With four decimals, `219.3000`.
  public var description: String { "\(units / 10_000).\(zeroPadded(units % 10_000, 4))" }

  /// Without zeros at the end, `1.69`.
  var shortest: String {
    var text = description
    while text.hasSuffix("0") { text.removeLast() }
    return text.hasSuffix(".") ? String(text.dropLast()) : text
  }

  public static func < (one: FourPlaces, other: FourPlaces) -> Bool { one.units < other.units }
}

public struct InventedSplit: Sendable, Hashable {
  /// The first day on which the new shares are traded.
  public var day: GregorianDay
  /// New shares for an old one.
  public var factor: FourPlaces
}

public struct InventedDividend: Sendable, Hashable {
  /// The first day on which the share is traded without it.
  public var exDay: GregorianDay
  public var declared: GregorianDay
  public var paid: GregorianDay
  public var amount: FourPlaces
}

/// What does not change about an invented security. All of it follows from the symbol and the seed.
///
/// Symbols that begin with `PLAIN` have no splits and dividends and are traded since 1999; `SPLIT` has a split a quarter,
/// `DIV` dividends, `HUGE` volumes beyond 2^31; `NEW` is listed since 2023 to 2025, `GONE` was delisted in 2024 or 2025.
/// IBM has quarterly dividends and a split of 1.0460 on 2021-11-04. With other symbols, chance decides.
struct InventedSecurity: Sendable {
  static let firstDay = GregorianDay(1999, 11, 1)

  let symbol: String
  /// The first day with a price.
  let listed: GregorianDay
  /// The last day with a price.
  let delisted: GregorianDay?
  let hasDividends: Bool
  let hasHugeVolumes: Bool
  private let splitting: Splitting
  /// What the price keeps coming back to, in 1/10,000.
  let anchor: Int
  let usualVolume: Int
  private let seed: UInt64

  private enum Splitting { case never, sometimes, quarterly, once }

  /// - Parameter symbol: in capitals.
  init(_ symbol: String, seed: UInt64) {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325 ^ seed
    for byte in symbol.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    self.seed = hash
    self.symbol = symbol
    var generator = SeededGenerator(seed: hash)
    func chance(_ percent: UInt64) -> Bool { generator.next() % 100 < percent }
    func day(_ years: ClosedRange<Int>) -> GregorianDay {
      InventedExchange.session(
        onOrAfter: GregorianDay(Int.random(in: years, using: &generator), Int.random(in: 1...12, using: &generator), 9))
    }
    let isOrdinary = !["PLAIN", "SPLIT", "DIV", "HUGE", "NEW", "GONE"].contains(where: symbol.hasPrefix)
    let (isLate, lateDay, isGone, lastDay) = (chance(25), day(2000...2020), chance(5), day(2021...2024))
    if symbol.hasPrefix("NEW") {
      listed = day(2023...2025)
    } else {
      listed = isOrdinary && isLate && symbol != "IBM" ? lateDay : Self.firstDay
    }
    if symbol.hasPrefix("GONE") {
      delisted = day(2024...2025)
    } else {
      delisted = isOrdinary && isGone && symbol != "IBM" ? lastDay : nil
    }
    let (splits, pays, isHuge) = (chance(40), chance(50), chance(5))
    if symbol == "IBM" {
      splitting = .once
    } else if symbol.hasPrefix("SPLIT") {
      splitting = .quarterly
    } else {
      splitting = splits && !symbol.hasPrefix("PLAIN") ? .sometimes : .never
    }
    hasDividends = symbol == "IBM" || symbol.hasPrefix("DIV") || (pays && isOrdinary)
    hasHugeVolumes = symbol.hasPrefix("HUGE") || (isHuge && isOrdinary)
    anchor = Int.random(in: 20_0000...400_0000, using: &generator)
    usualVolume =
      hasHugeVolumes
      ? Int.random(in: 2_500_000_000...6_000_000_000, using: &generator)
      : Int.random(in: 100_000...20_000_000, using: &generator)
  }

  /// Numbers of a day.
  func generator(_ day: GregorianDay) -> SeededGenerator {
    SeededGenerator(seed: seed ^ UInt64(bitPattern: Int64(day.number)) &* 0x9E37_79B9_7F4A_7C15)
  }

  private func isTraded(_ day: GregorianDay) -> Bool { day > listed && delisted.map { day <= $0 } ?? true }

  /// Splits up to that day, rising.
  func splits(through last: GregorianDay) -> [InventedSplit] {
    guard splitting != .once else {
      return [InventedSplit(day: GregorianDay(2021, 11, 4), factor: FourPlaces(units: 10_460))].filter {
        $0.day <= last
      }
    }
    guard splitting != .never, listed <= last else { return [] }
    let factors = [20_000, 5000, 10_460, 30_000, 3333, 15_000, 1000, 80_000]
    var splits: [InventedSplit] = []
    for quarter in (listed.parts.year * 4)...(last.parts.year * 4 + 3) {
      var generator = generator(GregorianDay(number: quarter))
      guard splitting == .quarterly || generator.next() % 20 == 0 else { continue }
      let date = Int.random(in: 1...27, using: &generator)
      // Never the month in which dividends are: no day has both.
      let day = InventedExchange.session(onOrAfter: GregorianDay(quarter / 4, quarter % 4 * 3 + 1, date))
      guard isTraded(day), day <= last else { continue }
      // In turn where there are many, so that prices stay prices.
      let factor = factors[
        splitting == .quarterly ? quarter % factors.count : Int.random(in: factors.indices, using: &generator)]
      splits.append(InventedSplit(day: day, factor: FourPlaces(units: factor)))
    }
    return splits
  }

  /// Dividends declared up to that day, rising; the last may be ahead.
  func dividends(through last: GregorianDay) -> [InventedDividend] {
    guard hasDividends, listed <= last else { return [] }
    var dividends: [InventedDividend] = []
    for quarter in (listed.parts.year * 4)...(last.parts.year * 4 + 3) {
      var generator = generator(GregorianDay(number: -quarter))
      let exDay = InventedExchange.session(
        onOrAfter: GregorianDay(quarter / 4, quarter % 4 * 3 + 2, Int.random(in: 5...11, using: &generator)))
      let declared = GregorianDay(number: exDay.number - Int.random(in: 10...20, using: &generator))
      guard isTraded(exDay), declared <= last else { continue }
      // About half a percent of the price; here and there a fraction of a cent.
      let cents = max(1, anchor / 20_000 + quarter / 8 % 7)
      let amount = cents * 100 + (generator.next() % 4 == 0 ? 75 : 0)
      dividends.append(
        InventedDividend(
          exDay: exDay, declared: declared, paid: GregorianDay(number: exDay.number + 30),
          amount: FourPlaces(units: amount)))
    }
    return dividends
  }
}
