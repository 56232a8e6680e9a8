/// How often each combination of two columns' values is there.
struct Contingency: Sendable {
  /// Rows.
  let total: Int
  private let width: Int
  private let height: Int
  /// Combinations that are there, in order, with their counts.
  private let cells: [(key: UInt64, count: Int)]

  /// Combinations that are counted in an array of their own, whether there or not.
  private static let mostDense = 1 << 16

  /// - Parameters:
  ///   - rows: the first column's codes, below `height`.
  ///   - columns: the second one's, below `width`.
  init(_ rows: [UInt32], _ columns: [UInt32], _ height: Int, _ width: Int) {
    total = rows.count
    self.width = width
    self.height = height
    let size = width.multipliedReportingOverflow(by: height)
    if !size.overflow, size.partialValue <= max(Self.mostDense, 4 * rows.count) {
      var counts = [UInt32](repeating: 0, count: size.partialValue)
      for (row, column) in zip(rows, columns) { counts[Int(row) * width + Int(column)] += 1 }
      cells = counts.enumerated().compactMap { $0.element > 0 ? (UInt64($0.offset), Int($0.element)) : nil }
    } else {
      var keys = zip(rows, columns).map { UInt64($0) * UInt64(width) + UInt64($1) }
      keys.sort()
      var cells: [(UInt64, Int)] = []
      for key in keys {
        if let last = cells.last, last.0 == key { cells[cells.count - 1].1 += 1 } else { cells.append((key, 1)) }
      }
      self.cells = cells
    }
  }

  /// Cramér's V (1946), without a correction for bias; nil when a column has fewer than two values.
  var association: Double? {
    var rows: [UInt64: Double] = [:]
    var columns: [UInt64: Double] = [:]
    for cell in cells {
      rows[cell.key / UInt64(width), default: 0] += Double(cell.count)
      columns[cell.key % UInt64(width), default: 0] += Double(cell.count)
    }
    let least = min(rows.count, columns.count)
    guard least > 1 else { return nil }
    // The sum over all cells of (observed - expected)² / expected, by the cells that are there alone.
    var sum = 0.0
    for cell in cells {
      let count = Double(cell.count)
      sum += count * count / ((rows[cell.key / UInt64(width)] ?? 1) * (columns[cell.key % UInt64(width)] ?? 1))
    }
    return (max(0, sum - 1) / Double(least - 1)).squareRoot()
  }

  /// 1 less half the sum of the differences of shares.
  func similarity(to other: Contingency) -> Double {
    var sum = 0.0
    var (i, j) = (0, 0)
    while i < cells.count || j < other.cells.count {
      let key = min(i < cells.count ? cells[i].key : .max, j < other.cells.count ? other.cells[j].key : .max)
      var (share, otherShare) = (0.0, 0.0)
      if i < cells.count, cells[i].key == key {
        share = Double(cells[i].count) / Double(total)
        i += 1
      }
      if j < other.cells.count, other.cells[j].key == key {
        otherShare = Double(other.cells[j].count) / Double(other.total)
        j += 1
      }
      sum += abs(share - otherShare)
    }
    return 1 - sum / 2
  }
}
