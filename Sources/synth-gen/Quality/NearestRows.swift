import MillraceCore

/// Rows as points: for each column a number, and how two of them are told apart.
///
/// The distance of two rows is the mean over the columns of the difference of numbers by the reference's range, at most 1,
/// and of 0 or 1 for categories (Gower: A general coefficient of similarity, 1971); a value and a missing one are 1 apart.
/// This is the distance that SDMetrics measures privacy with.
struct RowPoints: Sendable {
  /// Values, one row after the other: numbers (NaN is missing) and codes of categories (0 is missing).
  private(set) var values: [Double]
  let width: Int
  let count: Int

  /// - Parameters:
  ///   - columns: those that are compared.
  ///   - rows: of each column's cells.
  init(_ columns: [ComparedColumn], _ table: (ComparedColumn) -> ColumnCells, rows: [Int]) {
    width = columns.count
    count = rows.count
    values = [Double](repeating: 0, count: width * rows.count)
    for (position, column) in columns.enumerated() {
      let cells = table(column)
      for (index, row) in rows.enumerated() {
        values[index * width + position] = column.type.isContinuous ? cells.numbers[row] : Double(cells.codes[row])
      }
    }
  }

  /// Rows that have nothing of the real ones but each column's range, its categories and its share of missing values: every
  /// value between the least and the greatest is as likely, and every category.
  init(randomLike columns: [ComparedColumn], count: Int, key: RandomKey) {
    width = columns.count
    self.count = count
    values = [Double](repeating: 0, count: width * count)
    for (position, column) in columns.enumerated() {
      let cells = column.real
      let key = key.child(column.name)
      let missing = Double(cells.missingCount) / Double(cells.count)
      let range = ColumnDiagnostics.range(cells.numbers) ?? 0...0
      let known = column.type.isContinuous ? [] : Array(Set(cells.codes).subtracting([0])).sorted()
      for row in 0..<count {
        var stream = RandomStream(key, row: UInt64(row))
        let isMissing = stream.unit() < missing
        var value: Double
        if column.type.isContinuous {
          let unit = stream.unit()
          let width = range.upperBound - range.lowerBound
          value = cells.storage == .integer ? ((width + 1) * unit).rounded(.down) : width * unit
          value = isMissing ? .nan : range.lowerBound + value
        } else {
          value = isMissing || known.isEmpty ? 0 : Double(known[stream.below(known.count)])
        }
        values[row * width + position] = value
      }
    }
  }
}

/// The rows of a reference table, ready to be searched for those next to others.
struct NearestRows: Sendable {
  private let points: RowPoints
  /// For each column what a difference is divided by: how far its numbers reach, or next to nothing for categories and
  /// constant numbers, of which two are the same or 1 apart.
  private let scales: [Double]
  /// The column by which rows are sorted; its range is greater than 0. Nil when there is none.
  private let pivot: Int?
  /// Rows sorted by the pivot; those that miss it come last.
  private let order: [Int]
  private let pivotValues: [Double]

  /// The distances to the nearest row and to the one behind it.
  struct Neighbours: Sendable, Equatable {
    var first: Double
    /// Infinite when there is but one row.
    var second: Double
  }

  init(_ points: RowPoints, of columns: [ComparedColumn]) {
    self.points = points
    let width = points.width
    var scales: [Double] = []
    var best: (column: Int, distinct: Int)?
    for (position, column) in columns.enumerated() {
      guard column.type.isContinuous else {
        scales.append(.leastNormalMagnitude)
        continue
      }
      let numbers = (0..<points.count).map { points.values[$0 * width + position] }
      let range = ColumnDiagnostics.range(numbers)
      scales.append(max(range.map { $0.upperBound - $0.lowerBound } ?? 0, .leastNormalMagnitude))
      let distinct = Set(numbers.prefix(5000)).count
      if let range, range.upperBound > range.lowerBound, distinct > best?.distinct ?? 0 { best = (position, distinct) }
    }
    self.scales = scales
    pivot = best?.column
    guard let pivot else {
      order = Array(0..<points.count)
      pivotValues = []
      return
    }
    let numbers = (0..<points.count).map { points.values[$0 * width + pivot] }
    let present = numbers.indices.filter { !numbers[$0].isNaN }.sorted { numbers[$0] < numbers[$1] }
    order = present + numbers.indices.filter { numbers[$0].isNaN }
    pivotValues = present.map { numbers[$0] }
  }

  /// - Parameter excluded: a row of the reference that is the query itself.
  func neighbours(of query: Int, in queries: RowPoints, excluding excluded: Int? = nil) -> Neighbours {
    var search = Search(self, queries: queries, query: query, excluded: excluded)
    guard let pivot else {
      for row in order { search.visit(row) }
      return search.result
    }
    let value = queries.values[query * queries.width + pivot]
    let rest = order[pivotValues.count...]
    if value.isNaN {
      for row in rest { search.visit(row) }
      if search.second > 1 { for row in order[..<pivotValues.count] { search.visit(row) } }
      return search.result
    }
    var high = pivotValues.count
    var low = 0
    while low < high {
      let middle = (low + high) / 2
      if pivotValues[middle] < value { low = middle + 1 } else { high = middle }
    }
    low -= 1
    // Outwards from the query's own place, as long as the pivot alone does not put a row beyond those found.
    while low >= 0 || high < pivotValues.count {
      let below = low >= 0 ? value - pivotValues[low] : .infinity
      let above = high < pivotValues.count ? pivotValues[high] - value : .infinity
      if min(1, min(below, above) / scales[pivot]) > search.second { break }
      if below < above {
        search.visit(order[low])
        low -= 1
      } else {
        search.visit(order[high])
        high += 1
      }
    }
    if search.second >= 1 { for row in rest { search.visit(row) } }
    return search.result
  }

  /// One query on its way through the rows; distances are sums over the columns here.
  private struct Search {
    let values: [Double]
    let scales: [Double]
    /// The query's own values.
    let own: [Double]
    let excluded: Int?
    private(set) var first = Double.infinity
    private(set) var second = Double.infinity

    init(_ rows: NearestRows, queries: RowPoints, query: Int, excluded: Int?) {
      values = rows.points.values
      scales = rows.scales
      own = Array(queries.values[query * queries.width..<(query + 1) * queries.width])
      self.excluded = excluded
    }

    var result: Neighbours {
      Neighbours(first: first / Double(own.count), second: second / Double(own.count))
    }

    @inline(__always) mutating func visit(_ row: Int) {
      if row == excluded { return }
      let offset = row * own.count
      var sum = 0.0
      for column in own.indices {
        let (a, b) = (own[column], values[offset + column])
        let difference = abs(b - a) / scales[column]
        // What is not less than 1 may be no number, since a value is missing.
        sum += difference < 1 ? difference : a.isNaN && b.isNaN ? 0 : 1
        if sum >= second { return }
      }
      if sum < first {
        (first, second) = (sum, first)
      } else {
        second = sum
      }
    }
  }
}
