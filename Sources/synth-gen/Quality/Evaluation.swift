import MillraceCore

/// A synthetic table beside the real one: all figures.
struct Evaluation: Sendable {
  struct Options: Sendable {
    var seed: UInt64 = 0
    var jobs = 1
    /// Pairs of columns that are compared, at most.
    var mostPairs = 20_000
    var measuresPrivacy = true
    var measuresEfficacy = true
    /// Targets of models; empty for the best few.
    var targets: [String] = []
  }

  let columns: [ComparedColumn]
  /// Of the pairs that were compared, in the order of their columns.
  let trends: [PairTrends.Trend]
  /// Pairs that there are.
  let pairCount: Int
  let privacy: Privacy.Outcome
  /// Overall figures first, then the averages, then all others by property.
  let records: [QualityRecord]

  /// - Throws: usage for a target that cannot be one.
  init(_ columns: [ComparedColumn], keys: [[String]]?, options: Options) throws(Failure) {
    self.columns = columns
    let key = RandomKey(seed: options.seed)
    let single = try onWorkers(columns.count, jobs: options.jobs) { index in
      let column = columns[index]
      return [
        ColumnShapes.record(column), ColumnDiagnostics.coverage(column), ColumnDiagnostics.adherence(column),
        ColumnDiagnostics.formatAdherence(column), ColumnDiagnostics.missingValues(column),
      ].compactMap { $0 }
    }
    var details = Array(single.joined())
    details += Self.keyColumns(columns, keys).compactMap { ColumnDiagnostics.keyUniqueness($0) }
    details.append(ColumnDiagnostics.structure(columns))
    (trends, pairCount) = try Self.trends(columns, key.child("pairs"), options)
    details += trends.map { Self.record($0, columns) }
    privacy =
      options.measuresPrivacy
      ? try Privacy(columns, key: key.child("privacy"), jobs: options.jobs).outcome() : Privacy.Outcome()
    details += privacy.records
    if options.measuresEfficacy {
      details += try Efficacy(columns, key: key.child("efficacy"), jobs: options.jobs).records(options.targets)
    }
    records = Self.averages(details, trends, pairCount, columns) + Self.ordered(details)
  }

  /// The figure that says most, between 0 and 1; nil when nothing could be compared.
  var overall: Double? { score(.overall, "QualityReport") }

  /// A score that is there once.
  func score(_ property: QualityRecord.Property, _ metric: String) -> Double? {
    records.first { $0.property == property && $0.metric == metric }?.score
  }

  func records(_ property: QualityRecord.Property) -> [QualityRecord] {
    records.filter { $0.property == property && $0.metric != Self.average }
  }

  static let average = "average"

  // MARK: Keys

  /// What is looked at for uniqueness: the keys that metadata name, where they are no values that are compared as such;
  /// without metadata, identifiers that are unique in the real table.
  private static func keyColumns(_ columns: [ComparedColumn], _ keys: [[String]]?) -> [[ComparedColumn]] {
    guard let keys else {
      return columns.filter { column in
        column.type == .id && column.real.missingCount == 0 && Set(column.real.codes).count == column.real.count
      }.map { [$0] }
    }
    return keys.compactMap { key in
      let found = columns.filter { key.contains($0.name) }
      return found.count > 1 || found.first.map { !$0.type.isCompared } ?? false ? found : nil
    }
  }

  // MARK: Pairs

  private static func trends(
    _ columns: [ComparedColumn], _ key: RandomKey, _ options: Options
  ) throws(Failure) -> ([PairTrends.Trend], Int) {
    let trends = PairTrends(columns)
    let pairs = trends.pairs
    let chosen = key.sample(options.mostPairs, of: pairs.count)
    let found = try onWorkers(chosen.count, jobs: options.jobs) { index in
      let (first, second) = pairs[chosen[index]]
      return trends.trend(first, second)
    }
    return (found.compactMap { $0 }, pairs.count)
  }

  private static func record(_ trend: PairTrends.Trend, _ columns: [ComparedColumn]) -> QualityRecord {
    QualityRecord(
      .columnPairTrends, trend.isCorrelation ? "CorrelationSimilarity" : "ContingencySimilarity",
      column: columns[trend.first].name, otherColumn: columns[trend.second].name, score: trend.score,
      real: trend.real, synthetic: trend.synthetic, isCounted: trend.isCounted,
      note: trend.score == nil ? "a column is constant, or no rows have both values" : nil)
  }

  // MARK: Averages

  private static func averages(
    _ details: [QualityRecord], _ trends: [PairTrends.Trend], _ pairCount: Int, _ columns: [ComparedColumn]
  ) -> [QualityRecord] {
    func average(_ property: QualityRecord.Property, note: String? = nil) -> QualityRecord {
      let scores = details.filter { $0.property == property && $0.isCounted != false }.map(\.score)
      return QualityRecord(property, Self.average, score: mean(scores), note: note)
    }
    let counted = trends.count { $0.isCounted }
    var pairNote =
      "\(counted) of \(counted == 1 && trends.count == 1 ? "1 pair counts" : "\(trends.count) pairs count"): "
      + "a real correlation above \(PairTrends.correlationThreshold), or association above "
      + "\(PairTrends.associationThreshold)"
    if trends.count < pairCount { pairNote += "; \(trends.count) pairs were drawn from \(pairCount)" }
    let shapes = average(.columnShapes)
    let pairs = average(.columnPairTrends, note: pairNote)
    let validity = average(.dataValidity)
    let structure = average(.dataStructure)
    var result = [
      QualityRecord(
        .overall, "QualityReport", score: mean([shapes.score, pairs.score]),
        note: overallNote(shapes.score, pairs.score)),
      QualityRecord(
        .overall, "DiagnosticReport", score: mean([validity.score, structure.score]),
        note: "mean of data_validity and data_structure"),
      shapes, pairs, average(.coverage), validity, structure, average(.missingValues),
    ]
    if details.contains(where: { $0.property == .efficacy }) { result.append(average(.efficacy)) }
    let left = columns.filter { !$0.type.isCompared }
    if !left.isEmpty {
      let names = namingFirst(left.map { "\"\($0.name)\" (\($0.type.rawValue))" }, most: 10)
      result[2].note = "not compared: " + names
    }
    return result
  }

  private static func overallNote(_ shapes: Double?, _ pairs: Double?) -> String {
    if pairs != nil { return "mean of column_shapes and column_pair_trends" }
    return shapes == nil
      ? "no column could be compared" : "column_shapes alone: no pair of columns counts"
  }

  private static func ordered(_ details: [QualityRecord]) -> [QualityRecord] {
    QualityRecord.Property.allCases.flatMap { property in details.filter { $0.property == property } }
  }
}
