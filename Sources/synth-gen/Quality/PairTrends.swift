import MillraceCore

/// How alike the dependence of pairs of columns is.
///
/// Two numbers or moments are compared by Pearson's correlation. Of other pairs the shares of all combinations are compared,
/// where a number stands in one of ten bins of equal width between its table's least and greatest value. A pair counts when
/// the real columns depend on each other: a correlation above 0.5, or Cramér's V above 0.3. All of this is as SDMetrics 0.32
/// has it, so that the figures can be put beside each other.
struct PairTrends: Sendable {
  static let correlationThreshold = 0.5
  static let associationThreshold = 0.3

  /// One pair's figures.
  struct Trend: Sendable {
    /// Positions of the columns.
    var first: Int
    var second: Int
    /// Whether both are numbers, so that `real` and `synthetic` are correlations; else they are Cramér's V.
    var isCorrelation: Bool
    var score: Double?
    var real: Double?
    var synthetic: Double?
    var isCounted: Bool
  }

  /// A column ready to be paired.
  private struct Side: Sendable {
    let numbers: [Double]
    /// Less their mean; empty when values are missing.
    var centred: [Double] = []
    var norm = 0.0
    /// Different values, as far as two tell it.
    let isConstant: Bool
    /// Categories, or numbers in bins.
    let codes: [UInt32]
    let codeCount: Int

    init(_ cells: ColumnCells, _ column: ComparedColumn) {
      numbers = cells.numbers
      guard column.type.isContinuous else {
        codes = cells.codes
        codeCount = column.categories.count
        isConstant = false
        return
      }
      codes = PairTrends.bins(cells.numbers)
      codeCount = 12
      let range = ColumnDiagnostics.range(numbers)
      isConstant = range.map { $0.lowerBound == $0.upperBound } ?? false
      guard cells.missingCount == 0, !numbers.isEmpty else { return }
      let mean = numbers.reduce(0, +) / Double(numbers.count)
      centred = numbers.map { $0 - mean }
      norm = centred.reduce(0) { $0 + $1 * $1 }.squareRoot()
    }
  }

  private let columns: [ComparedColumn]
  private let real: [Side?]
  private let synthetic: [Side?]

  init(_ columns: [ComparedColumn]) {
    self.columns = columns
    real = columns.map { $0.type.isCompared ? Side($0.real, $0) : nil }
    synthetic = columns.map { $0.type.isCompared ? Side($0.synthetic, $0) : nil }
  }

  /// All pairs of columns that are compared.
  var pairs: [(Int, Int)] {
    let compared = columns.indices.filter { columns[$0].type.isCompared }
    return compared.enumerated().flatMap { index, first in compared[(index + 1)...].map { (first, $0) } }
  }

  func trend(_ first: Int, _ second: Int) -> Trend? {
    guard let one = real[first], let other = real[second], let madeOne = synthetic[first],
      let madeOther = synthetic[second]
    else { return nil }
    if columns[first].type.isContinuous, columns[second].type.isContinuous {
      return correlationTrend(first, second, (one, other), (madeOne, madeOther))
    }
    let table = Contingency(one.codes, other.codes, one.codeCount, other.codeCount)
    let madeTable = Contingency(madeOne.codes, madeOther.codes, madeOne.codeCount, madeOther.codeCount)
    let association = table.association
    return Trend(
      first: first, second: second, isCorrelation: false, score: table.similarity(to: madeTable), real: association,
      synthetic: madeTable.association, isCounted: association.map { $0 > Self.associationThreshold } ?? false)
  }

  // MARK: Correlation

  private func correlationTrend(_ first: Int, _ second: Int, _ real: (Side, Side), _ synthetic: (Side, Side)) -> Trend {
    let correlation = Self.correlation(real.0, real.1)
    let madeCorrelation = Self.correlation(synthetic.0, synthetic.1)
    var score: Double?
    if let correlation, let madeCorrelation { score = 1 - abs(correlation - madeCorrelation) / 2 }
    return Trend(
      first: first, second: second, isCorrelation: true, score: score, real: correlation, synthetic: madeCorrelation,
      isCounted: score != nil && correlation.map { abs($0) > Self.correlationThreshold } ?? false)
  }

  /// Pearson's, of the rows that have both values; nil when a column is constant, or fewer than two rows have both.
  private static func correlation(_ one: Side, _ other: Side) -> Double? {
    guard !one.isConstant, !other.isConstant else { return nil }
    if !one.centred.isEmpty, !other.centred.isEmpty {
      guard one.centred.count > 1 else { return nil }
      return (dot(one.centred, other.centred) / (one.norm * other.norm)).clampedCorrelation
    }
    var pairs: [(Double, Double)] = []
    for index in one.numbers.indices where !one.numbers[index].isNaN && !other.numbers[index].isNaN {
      pairs.append((one.numbers[index], other.numbers[index]))
    }
    guard let first = pairs.first, pairs.count > 1, pairs.contains(where: { $0.0 != first.0 }),
      pairs.contains(where: { $0.1 != first.1 })
    else { return nil }
    let count = Double(pairs.count)
    var sums = (x: 0.0, y: 0.0)
    for pair in pairs {
      sums.x += pair.0
      sums.y += pair.1
    }
    var products = (xx: 0.0, yy: 0.0, xy: 0.0)
    for pair in pairs {
      let x = pair.0 - sums.x / count
      let y = pair.1 - sums.y / count
      products.xx += x * x
      products.yy += y * y
      products.xy += x * y
    }
    return (products.xy / (products.xx.squareRoot() * products.yy.squareRoot())).clampedCorrelation
  }

  private static func dot(_ one: [Double], _ other: [Double]) -> Double {
    // Four sums, which do not wait for each other.
    var sums = SIMD4<Double>()
    let count = min(one.count, other.count)
    var index = 0
    while index + 4 <= count {
      let left = SIMD4<Double>(one[index], one[index + 1], one[index + 2], one[index + 3])
      let right = SIMD4<Double>(other[index], other[index + 1], other[index + 2], other[index + 3])
      sums += left * right
      index += 4
    }
    var sum = sums.sum()
    while index < count {
      sum += one[index] * other[index]
      index += 1
    }
    return sum
  }

  // MARK: Bins

  /// Ten bins of equal width between the least and the greatest value, which is in an eleventh; so are missing values.
  static func bins(_ numbers: [Double]) -> [UInt32] {
    var range = ColumnDiagnostics.range(numbers) ?? 0...1
    if range.lowerBound == range.upperBound { range = range.lowerBound - 0.5...range.upperBound + 0.5 }
    let step = (range.upperBound - range.lowerBound) / 10
    var edges = (0...10).map { Double($0) * step + range.lowerBound }
    edges[10] = range.upperBound
    return numbers.map { number in
      if number.isNaN { return 11 }
      // Division finds the bin or one beside it; the edges decide.
      var bin = max(1, min(11, Int((number - range.lowerBound) / step) + 1))
      while bin < 11, number >= edges[bin] { bin += 1 }
      while bin > 1, number < edges[bin - 1] { bin -= 1 }
      return UInt32(bin)
    }
  }
}

extension Double {
  /// Between -1 and 1, whatever rounding has made of it; nil for none.
  fileprivate var clampedCorrelation: Double? { isNaN ? nil : Swift.min(1, Swift.max(-1, self)) }
}
