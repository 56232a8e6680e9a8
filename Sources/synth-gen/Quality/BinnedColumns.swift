/// Columns in at most 32 bins each, for a learner: bin 0 is missing values, the others are quantiles of numbers, or
/// categories.
struct BinnedColumns: Sendable {
  static let mostBins = 32

  /// How one column is put into bins, learned from the rows that a model is trained on.
  struct Binning: Sendable {
    /// Upper ends of the bins of numbers, but for the last.
    private var edges: [Double] = []
    /// By code: the bin of a category. The most frequent ones have bins of their own.
    private var bins: [UInt32: UInt8] = [:]
    let isCategorical: Bool

    init(_ cells: ColumnCells, rows: [Int], isCategorical: Bool) {
      self.isCategorical = isCategorical
      if isCategorical {
        var counts: [UInt32: Int] = [:]
        for row in rows where cells.codes[row] != 0 { counts[cells.codes[row], default: 0] += 1 }
        let frequent = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(BinnedColumns.mostBins - 2)
        for (index, entry) in frequent.enumerated() { bins[entry.key] = UInt8(index + 1) }
      } else {
        let values = rows.map { cells.numbers[$0] }.filter { !$0.isNaN }.sorted()
        guard !values.isEmpty else { return }
        let most = BinnedColumns.mostBins - 2
        for index in 1...most {
          let edge = values[min(values.count - 1, index * values.count / (most + 1))]
          if edge > edges.last ?? -.infinity { edges.append(edge) }
        }
      }
    }

    func bin(_ cells: ColumnCells, _ row: Int) -> UInt8 {
      if isCategorical {
        let code = cells.codes[row]
        return code == 0 ? 0 : bins[code] ?? UInt8(BinnedColumns.mostBins - 1)
      }
      let value = cells.numbers[row]
      if value.isNaN { return 0 }
      var (low, high) = (0, edges.count)
      while low < high {
        let middle = (low + high) / 2
        if edges[middle] < value { low = middle + 1 } else { high = middle }
      }
      return UInt8(low + 1)
    }
  }

  /// For each column the bins of its rows.
  let bins: [[UInt8]]
  let isCategorical: [Bool]
  let count: Int

  init(_ cells: [ColumnCells], _ binnings: [Binning], rows: [Int]) {
    bins = zip(cells, binnings).map { cells, binning in rows.map { binning.bin(cells, $0) } }
    isCategorical = binnings.map(\.isCategorical)
    count = rows.count
  }

  init(bins: [[UInt8]], isCategorical: [Bool]) {
    self.bins = bins
    self.isCategorical = isCategorical
    count = bins.first?.count ?? 0
  }

  /// Some of the columns.
  func keeping(_ columns: [Int]) -> BinnedColumns {
    BinnedColumns(bins: columns.map { bins[$0] }, isCategorical: columns.map { isCategorical[$0] })
  }
}
