import MillraceCore

/// Prices and volumes as if splits and dividends had not been, seen from a day.
///
/// A split of factor f divides earlier prices by f and multiplies earlier volumes by it; f may be a fraction such as
/// 1.0460 (a spin-off). All splits and dividends after a day count for it, up to the day from which it is seen; the
/// factors multiply, the latest first.
///
/// A dividend D multiplies earlier prices by C ÷ (C + D), with the close C of the ex day: the growth of a holding that
/// buys shares for the dividend at that close. It is the total return of the Center for Research in Security Prices (CRSP
/// Data Descriptions Guide, "Holding Period Total Return": r = (p(t) f(t) + d(t)) ÷ p(t′) − 1), and what Alpha Vantage's
/// adjusted close shows to its last printed digit. Yahoo Finance's is another: by 1 − D ÷ P, with the close P of the
/// trading day before.
///
/// Where a split and a dividend fall on one day, the dividend is of a share after the split. Several dividends of a day
/// are one of their sum. A point of a weekly or monthly series is adjusted by its own date, so its open, high and low are
/// right where nothing happened within its week or month.
struct PriceAdjustment: Sendable, Equatable {
  enum Kind: String, Sendable {
    case split, dividend
  }

  /// One event, and by what earlier prices are multiplied for it.
  struct Factor: Sendable, Equatable {
    var day: CalendarDay
    var kind: Kind
    /// The split's factor or the dividend's amount as it came; several amounts of one day with + between.
    var amount: String
    var factor: Double
  }

  /// An event that cannot be reckoned with, so that prices before it cannot be adjusted.
  struct Missing: Sendable, Equatable {
    var day: CalendarDay
    var kind: Kind
    var amount: String
    /// Without a full stop.
    var reason: String
  }

  /// Oldest first, for the record of what was done.
  let factors: [Factor]
  /// Oldest first.
  let missing: [Missing]
  /// Of the days from one event to the next, ascending: up to `before` (exclusively), by what prices and volumes are
  /// multiplied. Behind the last by 1.
  private let steps: [Step]

  private struct Step: Equatable {
    var before: CalendarDay
    var price: Double
    var volume: Double
  }

  /// - Parameters:
  ///   - closes: Daily and not adjusted, over the days of the dividends and of the trading days before them.
  ///   - day: From which prices are seen; what happens later has not happened. (Dividends are announced.)
  ///   - unknown: Days whose closes nobody knows.
  init(
    _ actions: CorporateActions, closes: PriceSeries, unknown: [ClosedRange<CalendarDay>] = [],
    seenFrom day: CalendarDay
  ) {
    var factors: [Factor] = []
    var missing: [Missing] = []
    for split in actions.splits where split.day <= day {
      guard let number = Double(split.factor), number > 0, number.isFinite, number != 1 else { continue }
      factors.append(Factor(day: split.day, kind: .split, amount: split.factor, factor: 1 / number))
    }
    var dividends = actions.dividends.filter { $0.exDay <= day && Double($0.amount).map { $0 > 0 } ?? false }[...]
    while let first = dividends.first {
      let sameDay = dividends.prefix { $0.exDay == first.exDay }
      dividends = dividends.dropFirst(sameDay.count)
      let amount = sameDay.map(\.amount).joined(separator: "+")
      let sum = sameDay.reduce(0) { $0 + (Double($1.amount) ?? 0) }
      let factor = Self.factor(
        of: sum, on: first.exDay, closes: closes, unknown: unknown)
      switch factor {
      case .success(let factor):
        factors.append(Factor(day: first.exDay, kind: .dividend, amount: amount, factor: factor))
      case .failure(let problem):
        missing.append(Missing(day: first.exDay, kind: .dividend, amount: amount, reason: problem.reason))
      }
    }
    factors.sort { ($0.day, $0.kind.rawValue) < ($1.day, $1.kind.rawValue) }
    self.factors = factors
    self.missing = missing

    var steps: [Step] = []
    var (price, volume) = (1.0, 1.0)
    for factor in factors.reversed() {
      price *= factor.factor
      if factor.kind == .split { volume /= factor.factor }
      if steps.last?.before == factor.day { steps.removeLast() }
      steps.append(Step(before: factor.day, price: price, volume: volume))
    }
    self.steps = steps.reversed()
  }

  private struct NoFactor: Error {
    var reason: String
  }

  private static func factor(
    of dividend: Double, on day: CalendarDay, closes: PriceSeries, unknown: [ClosedRange<CalendarDay>]
  ) -> Result<Double, NoFactor> {
    // Should an exchange be closed on the ex day, the next price is the first without the dividend.
    guard let index = PriceAlignment.next.index(for: day, in: closes, interval: .daily),
      let close = closes.number(.close, at: index),
      !unknown.contains(where: { $0.overlaps(day...closes.days[index]) })
    else { return .failure(NoFactor(reason: "the close of \(day) is not known")) }
    guard close > 0 else { return .failure(NoFactor(reason: "the close of \(closes.days[index]) is not positive")) }
    return .success(close / (close + dividend))
  }

  // MARK: Applying

  /// What prices of a day are multiplied by.
  func priceFactor(on day: CalendarDay) -> Double { step(on: day)?.price ?? 1 }

  /// Events without which prices of this day and later ones cannot be adjusted.
  func missing(from day: CalendarDay) -> [Missing] { missing.filter { $0.day > day } }

  /// Events that changed prices of this day or later ones.
  func factors(from day: CalendarDay) -> [Factor] { factors.filter { $0.day > day } }

  /// A price or a volume, adjusted.
  ///
  /// Where nothing happened it is the text as it came. Else prices are written with 6 decimals, or with as many as make 8
  /// digits that count where 6 would show fewer; volumes, as whole shares; zeros at the end of decimals are left out.
  /// Amounts of dividends and splits, and closes that the service adjusted, stay as they came.
  func text(_ column: PriceColumn, at index: Int, of series: PriceSeries) -> String? {
    guard let text = series.text(column, at: index), let step = step(on: series.days[index]), let number = Double(text)
    else { return series.text(column, at: index) }
    switch column {
    case .open, .high, .low, .close:
      return step.price == 1 ? text : decimalText(number * step.price, digits: 8, decimals: 6)
    case .volume:
      return step.volume == 1 ? text : decimalText((number * step.volume).rounded(), digits: 0, decimals: 0)
    case .adjustedClose, .dividendAmount, .splitCoefficient: return text
    }
  }

  private func step(on day: CalendarDay) -> Step? { steps.first { day < $0.before } }
}
