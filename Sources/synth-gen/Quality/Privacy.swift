import MillraceCore

/// How near synthetic rows are to real ones.
struct Privacy: Sendable {
  /// Rows of a table that others are compared with, at most.
  static let mostRows = 50_000
  /// Cells that one search compares, at most, if no row could be passed over.
  private static let mostCells = 500_000_000
  /// Of rows made at random, which are near to none, so that few can be passed over.
  private static let mostRandomCells = 200_000_000

  let columns: [ComparedColumn]
  let key: RandomKey
  let jobs: Int

  /// - Parameter columns: of all types.
  init(_ columns: [ComparedColumn], key: RandomKey, jobs: Int) {
    self.columns = columns.filter { $0.type.isCompared }
    self.key = key
    self.jobs = jobs
  }

  /// What the page shows beside the figures.
  struct Outcome: Sendable {
    var records: [QualityRecord] = []
    /// Distances to the closest real row, in order: of synthetic rows, and of the rows they are put beside.
    var distances: [Double] = []
    var baselineDistances: [Double] = []
    /// What the baseline is: other real rows, or the holdout's.
    var baseline = ""
  }

  func outcome() throws(Failure) -> Outcome {
    var outcome = Outcome()
    guard let first = columns.first else { return outcome }
    outcome.records.append(try newRows(first.synthetic.count))
    try measureDistances(into: &outcome, first)
    return outcome
  }

  private func newRows(_ count: Int) throws(Failure) -> QualityRecord {
    guard let search = NewRows(columns) else { return QualityRecord(.privacy, "NewRowSynthesis", score: nil) }
    let rows = key.child("new rows").sample(Self.mostRows, of: count)
    let chunks = (rows.count + 511) / 512
    let found = try onWorkers(chunks, jobs: jobs) { chunk in
      rows[chunk * 512..<min(rows.count, (chunk + 1) * 512)].count { search.isNew($0) }
    }
    let new = found.reduce(0, +)
    return QualityRecord(
      .privacy, "NewRowSynthesis", score: Double(new) / Double(rows.count),
      note: "\(new) of \(rows.count) rows\(rows.count < count ? ", drawn from \(count)," : "") match no real row")
  }

  // MARK: Distances

  private func measureDistances(into outcome: inout Outcome, _ first: ComparedColumn) throws(Failure) {
    let realRows = key.child("real").sample(Self.mostRows, of: first.real.count)
    let real = RowPoints(columns, \.real, rows: realRows)
    let reference = NearestRows(real, of: columns)
    let cells = max(1, realRows.count * columns.count)
    let most = max(100, Self.mostCells / cells)
    let rows = key.child("synthetic").sample(most, of: first.synthetic.count)
    let synthetic = RowPoints(columns, \.synthetic, rows: rows)
    let found = try search(reference, synthetic)
    outcome.distances = found.map(\.first).sorted()

    var baseline: [NearestRows.Neighbours]
    if let holdout = first.holdout {
      let held = key.child("holdout").sample(Self.mostRows, of: holdout.count)
      let points = RowPoints(columns, { $0.holdout ?? $0.real }, rows: held)
      let sampled = key.child("holdout queries").sample(most, of: held.count)
      baseline = try search(reference, RowPoints(columns, { $0.holdout ?? $0.real }, rows: sampled.map { held[$0] }))
      outcome.baseline = "rows of the holdout"
      let distances = try search(NearestRows(points, of: columns), synthetic).map(\.first)
      outcome.records.append(overfitting(found.map(\.first), distances, rows.count, first.synthetic.count))
    } else {
      let sampled = key.child("real queries").sample(most, of: realRows.count)
      baseline = try search(
        reference, RowPoints(columns, \.real, rows: sampled.map { realRows[$0] }), excluding: sampled)
      outcome.baseline = "other real rows"
      let count = min(first.synthetic.count, max(100, Self.mostRandomCells / cells))
      let random = RowPoints(randomLike: columns, count: count, key: key.child("random"))
      let distances = try search(reference, random).map(\.first).sorted()
      outcome.records.append(randomBaseline(outcome.distances, distances))
    }
    outcome.baselineDistances = baseline.map(\.first).filter(\.isFinite).sorted()
    outcome.records += closest(outcome) + ratio(found, baseline, outcome.baseline)
    for index in outcome.records.indices where outcome.records[index].metric != "NewRowSynthesis" {
      let sizes =
        sampling(rows.count, of: first.synthetic.count, "synthetic")
        + sampling(realRows.count, of: first.real.count, "real")
      let note = outcome.records[index].note
      if !sizes.isEmpty {
        outcome.records[index].note = ([note].compactMap { $0 } + sizes).joined(separator: "; ")
      }
    }
  }

  private func sampling(_ count: Int, of total: Int, _ table: String) -> [String] {
    count < total ? ["from \(count) of \(total) \(table) rows"] : []
  }

  private func search(
    _ reference: NearestRows, _ queries: RowPoints, excluding excluded: [Int]? = nil
  ) throws(Failure) -> [NearestRows.Neighbours] {
    let parts = try onWorkers((queries.count + 63) / 64, jobs: jobs) { part in
      (part * 64..<min(queries.count, (part + 1) * 64)).map { query in
        reference.neighbours(of: query, in: queries, excluding: excluded?[query])
      }
    }
    return Array(parts.joined())
  }

  /// Whether synthetic rows are nearer to those that were learned from than to those that were not: half of them are, by
  /// chance.
  private func overfitting(_ real: [Double], _ holdout: [Double], _ count: Int, _ total: Int) -> QualityRecord {
    let closer = Double(zip(real, holdout).count { $0 < $1 }) / Double(real.count)
    return QualityRecord(
      .privacy, "DCROverfittingProtection", score: min((1 - closer) * 2, 1), synthetic: closer,
      note: "share of synthetic rows closer to a real row than to one of the holdout")
  }

  /// The median distance beside that of rows made at random.
  private func randomBaseline(_ synthetic: [Double], _ random: [Double]) -> QualityRecord {
    let (median, baseline) = (quantile(synthetic, 0.5), quantile(random, 0.5))
    var score: Double?
    if let median, let baseline, baseline > 0 { score = min(median / baseline, 1) }
    return QualityRecord(
      .privacy, "DCRBaselineProtection", score: score, real: baseline, synthetic: median,
      note: "median distance to the closest real row; real: of \(random.count) rows made at random")
  }

  private func closest(_ outcome: Outcome) -> [QualityRecord] {
    [("median", 0.5), ("5th percentile", 0.05)].map { name, share in
      let real = quantile(outcome.baselineDistances, share)
      let synthetic = quantile(outcome.distances, share)
      var score: Double?
      if let real, let synthetic, real > 0 { score = min(synthetic / real, 1) }
      return QualityRecord(
        .privacy, "DistanceToClosestRecord", score: score, real: real, synthetic: synthetic,
        note: "\(name); real: of \(outcome.baseline)\(score == nil ? ", which have copies" : "")")
    }
  }

  /// The distance to the closest real row by that to the next one: near 0 where a row sits on a single real one.
  private func ratio(
    _ synthetic: [NearestRows.Neighbours], _ baseline: [NearestRows.Neighbours], _ name: String
  ) -> [QualityRecord] {
    // Of two real rows that are the same, none is singled out.
    func ratios(_ found: [NearestRows.Neighbours]) -> [Double] {
      found.filter(\.second.isFinite).map { $0.second > 0 ? $0.first / $0.second : 1 }.sorted()
    }
    let (made, known) = (ratios(synthetic), ratios(baseline))
    return [("median", 0.5), ("5th percentile", 0.05)].map { words, share in
      let (real, value) = (quantile(known, share), quantile(made, share))
      var score: Double?
      if let real, let value, real > 0 { score = min(value / real, 1) }
      return QualityRecord(
        .privacy, "NearestNeighbourDistanceRatio", score: score, real: real, synthetic: value,
        note: "\(words); real: of \(name)")
    }
  }
}

/// Between the values at both sides, as most programs interpolate; nil of nothing.
///
/// - Parameter sorted: values in order.
func quantile(_ sorted: [Double], _ share: Double) -> Double? {
  guard let last = sorted.indices.last else { return nil }
  let position = share * Double(last)
  let index = Int(position)
  let rest = position - Double(index)
  return rest > 0 && index < last ? sorted[index] + (sorted[index + 1] - sorted[index]) * rest : sorted[index]
}
