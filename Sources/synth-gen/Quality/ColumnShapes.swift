import MillraceCore

/// How alike the distributions of single columns are.
enum ColumnShapes {
  static func record(_ column: ComparedColumn) -> QualityRecord? {
    switch column.type {
    case .numerical, .datetime:
      let distance = kolmogorovSmirnov(column.real.numbers, column.synthetic.numbers)
      return QualityRecord(
        .columnShapes, "KSComplement", column: column.name, score: distance.map { 1 - $0 },
        note: distance == nil ? noValues(column) : nil)
    case .categorical, .boolean:
      let score = totalVariationComplement(column)
      return QualityRecord(
        .columnShapes, "TVComplement", column: column.name, score: score, note: score == nil ? noValues(column) : nil)
    case .id, .text: return nil
    }
  }

  static func noValues(_ column: ComparedColumn) -> String {
    let isMissing = (column.real.presentCount == 0, column.synthetic.presentCount == 0)
    return switch isMissing {
    case (true, true): "no values in either table"
    case (true, false): "no values in the real table"
    case (false, true): "no values in the synthetic table"
    case (false, false): "not defined"
    }
  }

  /// The greatest difference of the two empirical distribution functions (Kolmogorov 1933, Smirnov 1939), of values
  /// rounded to fourteen decimals. Missing values are left out.
  ///
  /// - Returns: nil when one of the samples is empty.
  static func kolmogorovSmirnov(_ one: [Double], _ other: [Double]) -> Double? {
    let (one, other) = (sortedRounded(one), sortedRounded(other))
    guard !one.isEmpty, !other.isEmpty else { return nil }
    var (i, j) = (0, 0)
    var greatest = 0.0
    while i < one.count, j < other.count {
      let value = min(one[i], other[j])
      while i < one.count, one[i] == value { i += 1 }
      while j < other.count, other[j] == value { j += 1 }
      greatest = max(greatest, abs(Double(i) / Double(one.count) - Double(j) / Double(other.count)))
    }
    return greatest
  }

  private static func sortedRounded(_ values: [Double]) -> [Double] {
    var result: [Double] = []
    result.reserveCapacity(values.count)
    for value in values where !value.isNaN {
      let scaled = value * 1e14
      result.append(scaled.isFinite ? scaled.rounded(.toNearestOrEven) / 1e14 : value)
    }
    result.sort()
    return result
  }

  /// 1 less half the sum of the differences of shares. A category that the real table lacks is given a millionth of a row
  /// there, as SDMetrics does, so that the figures agree to the last digits.
  private static func totalVariationComplement(_ column: ComparedColumn) -> Double? {
    let (real, synthetic) = (counts(column.real, column), counts(column.synthetic, column))
    var realTotal = 0.0
    var syntheticTotal = 0.0
    for index in 1..<max(1, real.count) {
      realTotal += Double(real[index]) + (real[index] == 0 && synthetic[index] > 0 ? 1e-6 : 0)
      syntheticTotal += Double(synthetic[index])
    }
    guard column.real.presentCount > 0, syntheticTotal > 0 else { return nil }
    var sum = 0.0
    for index in 1..<real.count {
      let expected = Double(real[index]) + (real[index] == 0 && synthetic[index] > 0 ? 1e-6 : 0)
      sum += abs(Double(synthetic[index]) / syntheticTotal - expected / realTotal)
    }
    return 1 - 0.5 * sum
  }

  /// How often each category is there; the first is missing values.
  static func counts(_ cells: ColumnCells, _ column: ComparedColumn) -> [Int] {
    var counts = [Int](repeating: 0, count: column.categories.count)
    for code in cells.codes { counts[Int(code)] += 1 }
    return counts
  }
}
