import Glibc
import MillraceCore

/// Numbers of a distribution.
let numberGenerators: [GeneratorDescription] = [
  GeneratorDescription(
    "integer", "whole numbers of a distribution: integer(min=1, max=90), integer(distribution=poisson, mean=3)",
    distributionParameters
  ) { (context) throws(Failure) in
    try NumberGenerator(context, decimals: 0)
  },
  GeneratorDescription(
    "number", "numbers of a distribution: number(distribution=lognormal, mean=20, sd=15, min=0, decimals=2)",
    distributionParameters
  ) { (context) throws(Failure) in
    try NumberGenerator(context, decimals: try context.integer("decimals", 0...15, else: 2))
  },
]

let distributionParameters: [GeneratorDescription.Parameter] = [
  .number("min"), .number("max"), .text("distribution"), .number("mean"), .number("sd"), .number("median"),
  .number("rate"), .number("shape"), .number("alpha"), .number("beta"), .number("exponent"), .number("mode"),
  .number("probability"), .number("trials"), .number("step"), .integer("decimals"), .list("parts"),
]

/// Draws from a distribution, cut to a range, on a grid of decimals or steps.
struct NumberGenerator: CountableGenerator {
  private let distribution: Distribution
  private let low: Double
  private let high: Double
  private let step: Double?
  private let decimals: Int
  /// Uniform numbers on a grid are drawn as whole numbers of it: every one is as likely.
  private let grid: ClosedRange<Int>?
  /// Of a distribution without a formula for them, where the field goes together with others.
  private let table: QuantileTable?

  init(_ context: GeneratorContext, decimals: Int) throws(Failure) {
    self.decimals = decimals
    let least = context.number("min")
    let greatest = context.number("max")
    distribution = try Distribution(context, min: least, max: greatest)
    table =
      context.isCorrelated && distribution.quantile(0.5) == nil
      ? QuantileTable(distribution, key: context.key.child("quantiles"), in: context.arena) : nil
    low = least ?? -.infinity
    high = greatest ?? .infinity
    guard low <= high else { throw context.failure("min=\(low) is above max=\(high)") }
    if let step = context.number("step"), step != 1 || decimals > 0 {
      guard step > 0 else { throw context.failure("step=\(step), where more than 0 is possible") }
      self.step = step
    } else {
      step = nil
    }
    let scale = ByteBuffer.powersOfTen[decimals]
    if case .uniform(let from, let to) = distribution, step == nil {
      let (first, last) = ((from * scale).rounded(.up), (to * scale).rounded(.down))
      guard first <= last else {
        throw context.failure(
          "no number with \(counted(decimals, "decimal")) lies between \(from) and \(to)")
      }
      guard abs(first) < 0x1p62, abs(last) < 0x1p62 else { throw context.failure("numbers of more than 18 digits") }
      grid = Int(first)...Int(last)
    } else {
      grid = nil
    }
  }

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    if let grid { return append(onGrid: random.integer(in: grid), draft) }
    // Outside the range it is drawn again, and cut to it when luck does not help.
    var value = distribution.draw(&random)
    var tries = 0
    while !(low...high).contains(value), tries < 100 {
      value = distribution.draw(&random)
      tries += 1
    }
    return append(value, draft)
  }

  private func append(onGrid value: Int, _ draft: RowDraft) -> CellContent {
    draft.text.append(scaled: value, decimals: decimals)
    if decimals == 0 { return CellContent(.integer, Double(value)) }
    return CellContent(.number, Double(value) / ByteBuffer.powersOfTen[decimals])
  }

  private func append(_ drawn: Double, _ draft: RowDraft) -> CellContent {
    var value = drawn
    if let step { value = (value / step).rounded() * step }
    value = min(max(value, low), high)
    let scale = ByteBuffer.powersOfTen[decimals]
    if decimals == 0, step == nil {
      // Cutting at a bound with a fraction must not leave the range.
      value = min(max(value.rounded(), low.rounded(.up)), high.rounded(.down))
    }
    draft.text.append(number: value, decimals: decimals)
    return CellContent(decimals == 0 ? .integer : .number, (value * scale).rounded(.toNearestOrAwayFromZero) / scale)
  }

  // MARK: Unique

  var count: UInt64 { grid.map { UInt64($0.upperBound - $0.lowerBound) + 1 } ?? 0 }

  func generate(_ index: UInt64, _ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    append(onGrid: (grid?.lowerBound ?? 0) + Int(index), draft)
  }
}

extension NumberGenerator: QuantileGenerator {
  func generate(at probability: Double, _ draft: RowDraft) -> CellContent {
    append(distribution.quantile(probability) ?? table?(probability) ?? 0, draft)
  }
}
