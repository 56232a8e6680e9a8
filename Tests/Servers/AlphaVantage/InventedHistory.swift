import Support

/// A row of a series: a day, a week or a month.
public struct InventedPoint: Sendable, Hashable {
  /// The last day with a price.
  public var day: GregorianDay
  public var open, high, low, close: FourPlaces
  public var volume: Int
  /// Paid without from this day on, or the sum of such payments.
  public var dividend = FourPlaces(units: 0)
  public var split = FourPlaces(units: 10_000)
  /// The close as it compares with the last: without splits, and with dividends invested again.
  public var adjustedClose: FourPlaces
}

/// The prices of an invented security up to a moment: a random walk that does not depend on when it is looked at, but for
/// the adjusted closes and the point of a session that is not over.
public struct InventedHistory: Sendable {
  public let symbol: String
  /// Rising.
  public private(set) var points: [InventedPoint] = []
  /// Splits up to the moment, rising.
  public let splits: [InventedSplit]
  /// Dividends declared up to the moment, rising.
  public let dividends: [InventedDividend]

  /// - Parameter symbol: in any case; prices are those of the capitals.
  public init(_ symbol: String, at moment: InventedMoment, seed: UInt64 = 1) {
    let security = InventedSecurity(symbol.uppercased(), seed: seed)
    self.symbol = security.symbol
    let hasSession = moment.progress != nil && InventedExchange.isOpen(moment.day)
    let last = hasSession ? moment.day : InventedExchange.session(before: moment.day)
    splits = security.splits(through: last)
    dividends = security.dividends(through: moment.day)
    let factors = Dictionary(uniqueKeysWithValues: splits.map { ($0.day, $0.factor) })
    let amounts = Dictionary(uniqueKeysWithValues: dividends.map { ($0.exDay, $0.amount) })
    var base = security.anchor
    var day = security.listed
    let end = security.delisted.map { min($0, last) } ?? last
    while day <= end {
      if InventedExchange.isOpen(day) {
        let point = Self.point(security, day, base: base, split: factors[day], dividend: amounts[day])
        base = point.close.units
        points.append(point)
      }
      day.number += 1
    }
    if let progress = moment.progress, progress < 1, let final = points.last, final.day == moment.day {
      points[points.count - 1] = Self.partial(final, progress)
    }
    adjust()
  }

  /// - Parameter base: the close of the day before, in 1/10,000.
  private static func point(
    _ security: InventedSecurity, _ day: GregorianDay, base: Int, split: FourPlaces?, dividend: FourPlaces?
  ) -> InventedPoint {
    var generator = security.generator(day)
    /// -1 to 1.
    func draw() -> Double { Double(Int64(bitPattern: generator.next()) >> 11) / Double(1 << 52) }
    let split = split ?? FourPlaces(units: 10_000)
    let base = Double(base) * 10_000 / Double(split.units) - Double(dividend?.units ?? 0)
    let anchor = Double(security.anchor)
    let pull = (anchor - base) / max(anchor, base) * 0.01
    /// To the cent, or now and then to its hundredth.
    func rounded(_ price: Double) -> Int {
      let unit = generator.next() % 8 == 0 ? 1 : 100
      return max(unit, Int((max(100, price) / Double(unit)).rounded()) * unit)
    }
    let close = max(100, Int((base * (1 + pull + (draw() + draw()) * 0.015) / 100).rounded()) * 100)
    let open = rounded(base * (1 + draw() * 0.01))
    let high = max(open, close, rounded(Double(max(open, close)) * (1 + abs(draw()) * 0.012)))
    let low = min(open, close, rounded(Double(min(open, close)) * (1 - abs(draw()) * 0.012)))
    let volume = Int(Double(security.usualVolume) * (1 + draw() * 0.4))
    return InventedPoint(
      day: day, open: FourPlaces(units: open), high: FourPlaces(units: high), low: FourPlaces(units: low),
      close: FourPlaces(units: close), volume: volume, dividend: dividend ?? FourPlaces(units: 0), split: split,
      adjustedClose: FourPlaces(units: close))
  }

  /// The point as it looks while its session goes on.
  private static func partial(_ whole: InventedPoint, _ progress: Double) -> InventedPoint {
    var point = whole
    let part = Double(whole.close.units - whole.open.units) * progress
    point.close = FourPlaces(units: whole.open.units + Int(part / 100) * 100)
    point.high = min(whole.high, max(whole.open, point.close))
    point.low = max(whole.low, min(whole.open, point.close))
    point.volume = Int(Double(whole.volume) * progress)
    return point
  }

  /// A day's return is (close x split + dividend) / close of the day before, as CRSP has it. Recorded answers of the
  /// service agree with that to the last decimal, and not with 1 - dividend / close of the day before.
  private mutating func adjust() {
    var factor = 1.0
    for index in points.indices.reversed() {
      let point = points[index]
      points[index].adjustedClose = FourPlaces(units: Int((Double(point.close.units) * factor).rounded()))
      factor /= point.split.value
      factor *= point.close.value / (point.close.value + point.dividend.value)
    }
  }

  public enum Period: Sendable { case day, week, month }

  /// The points joined by weeks from Monday or by months, rising. The last week or month may go on.
  public func points(by period: Period) -> [InventedPoint] {
    guard period != .day else { return points }
    func number(_ day: GregorianDay) -> Int {
      period == .week ? (day.number + 3) / 7 : day.parts.year * 12 + day.parts.month
    }
    var joined: [InventedPoint] = []
    for point in points {
      guard let last = joined.last, number(last.day) == number(point.day) else {
        joined.append(point)
        continue
      }
      var whole = point
      whole.open = last.open
      whole.high = max(last.high, point.high)
      whole.low = min(last.low, point.low)
      whole.volume += last.volume
      whole.dividend.units += last.dividend.units
      joined[joined.count - 1] = whole
    }
    return joined
  }
}
