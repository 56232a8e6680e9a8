import MillraceCore

/// Which time step, and which of several series, each row of a table of time series is: `count` rows a step, one of each
/// series.
///
/// Steps may be missing. How many are missing before a row must be known without the rows before it: each block of rows has
/// as many gaps as are due by then, at places that are drawn for the block.
struct SeriesClock: Sendable {
  /// Series in the table.
  let count: UInt64
  /// Gaps of a step and more, for each row of one series; 0 for none.
  private let gapsPerStep: Double
  private let gapLength: UInt64
  private let key: RandomKey

  private static let stepsOfBlock: UInt64 = 128
  static let mostSeries = 1_000_000

  /// - Parameters:
  ///   - rate: the share of steps that are missing, below 1.
  ///   - gapLength: steps that are missing at a time.
  init(count: UInt64, rate: Double, gapLength: UInt64, key: RandomKey) {
    self.count = count
    self.gapLength = gapLength
    self.key = key
    gapsPerStep = rate / (1 - rate) / Double(gapLength)
  }

  /// The series of a row, 0 for the first.
  @inline(__always) func series(of row: UInt64) -> UInt64 { count == 1 ? 0 : row % count }

  /// The step of a row: the missing ones are counted.
  @inline(__always) func step(of row: UInt64) -> UInt64 {
    let number = count == 1 ? row : row / count
    return gapsPerStep == 0 ? number : number + missing(before: number)
  }

  private func missing(before number: UInt64) -> UInt64 {
    let (block, place) = number.quotientAndRemainder(dividingBy: Self.stepsOfBlock)
    let before = due(block)
    var random = RandomStream(key, row: block)
    var gaps = before
    for _ in before..<due(block + 1) where random.below(Self.stepsOfBlock) < place { gaps += 1 }
    return gaps * gapLength
  }

  /// Gaps before a block.
  private func due(_ block: UInt64) -> UInt64 {
    UInt64((Double(block) * Double(Self.stepsOfBlock) * gapsPerStep).rounded(.down))
  }
}

/// The time between two steps: so many seconds, or months of the calendar.
struct TimeStep: Sendable {
  var seconds: Int
  var months: Int

  /// - Parameter text: such as `15m`, `1h`, `1d`, `1M`; a number is of seconds.
  init?(_ text: String) {
    let plain = text.trimmed.drop { $0 == "+" }
    guard plain.first?.isNumber == true else { return nil }
    if let number = Int(plain) {
      self.init(seconds: number, months: 0)
      return
    }
    guard let moment = Moment("+\(plain)", asOf: AsOf(seconds: 0)) else { return nil }
    // Months are of different lengths: they are counted, and nothing with them.
    let units = plain.filter(\.isLetter)
    if ["M", "mo", "month", "months", "y", "year", "years"].contains(String(units)) {
      guard let number = Int(plain.prefix(while: \.isNumber)) else { return nil }
      self.init(seconds: 0, months: units.hasPrefix("y") ? 12 * number : number)
    } else {
      guard !units.contains("y"), !units.contains("M") else { return nil }
      self.init(seconds: moment.seconds, months: 0)
    }
  }

  private init(seconds: Int, months: Int) {
    self.seconds = seconds
    self.months = months
  }

  /// On average.
  var length: Double { Double(seconds) + Double(months) * 30.436875 * 86_400 }

  static let advice = "write 30s, 15m, 1h, 1d, 1w, 1M or 1y"
}

extension GeneratorContext {
  /// The clock of the table that the field is in: what its fields say of it, together.
  func clock() throws(Failure) -> SeriesClock {
    let plan = compiler.series
    if let own = arguments["count"]?.integer, let other = plan.count, other.number != own {
      throw failure(
        "count=\(own), where the field \"\(other.field)\" has count=\(other.number)",
        advice: "the series of one table are as many for all its fields")
    }
    let count = arguments["count"]?.integer ?? plan.count?.number ?? 1
    guard (1...SeriesClock.mostSeries).contains(count) else {
      throw failure("count=\(count), where 1 to \(SeriesClock.mostSeries) is possible")
    }
    // Gaps that are none, the field of the times refuses.
    let gaps = Self.gaps(plan.gaps)
    if gaps == nil, description.name == "timestamps" {
      throw failure(
        "gaps: expected a share from 0 to 0.9, or {rate, length}, found \(plan.gaps.json.prefix(80))")
    }
    return SeriesClock(
      count: UInt64(count), rate: gaps?.rate ?? 0, gapLength: UInt64(gaps?.length ?? 1), key: compiler.key.child("gaps")
    )
  }

  /// The share of missing steps, and how many are missing at a time.
  private static func gaps(_ value: JSONValue) -> (rate: Double, length: Int)? {
    if value == .null { return (0, 1) }
    let rate = value.double ?? value["rate"]?.double ?? value.text.flatMap { Double($0) } ?? .nan
    let length = value["length"]?.integer ?? 1
    return (0...0.9).contains(rate) && (1...1_000_000).contains(length) ? (rate, length) : nil
  }
}
