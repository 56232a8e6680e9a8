/// A regression tree on binned columns, grown by gradients: one step of boosting.
///
/// Splits are found on histograms, and for categories among those that are sorted by their gradients (Ke and others: LightGBM,
/// NeurIPS 2017; Fisher: On grouping for maximum homogeneity, 1958).
struct RegressionTree: Sendable {
  struct Limits: Sendable {
    var depth = 4
    /// Rows in a leaf at least.
    var leafRows = 5
    /// Added to the second derivatives of a leaf.
    var regularisation = 1.0
    /// Added to those of a category when categories are sorted, so that rare ones do not lead.
    var categorySmoothing = 10.0
  }

  private struct Node: Sendable {
    var column = -1
    /// The bins whose rows go to the left.
    var left: UInt32 = 0
    var children = (left: 0, right: 0)
    var value = 0.0
  }

  private struct Split {
    var gain: Double
    var column: Int
    var left: UInt32
  }

  private struct Sums {
    var gradient = 0.0
    var curvature = 0.0
    var count = 0

    static func + (one: Sums, other: Sums) -> Sums {
      Sums(
        gradient: one.gradient + other.gradient, curvature: one.curvature + other.curvature,
        count: one.count + other.count)
    }

    static func - (one: Sums, other: Sums) -> Sums {
      Sums(
        gradient: one.gradient - other.gradient, curvature: one.curvature - other.curvature,
        count: one.count - other.count)
    }
  }

  private var nodes: [Node] = []
  private let limits: Limits

  /// - Parameters:
  ///   - gradients, curvatures: first and second derivatives of the loss at each row's present prediction.
  init(_ columns: BinnedColumns, gradients: [Double], curvatures: [Double], limits: Limits = Limits()) {
    self.limits = limits
    var rows = (0..<columns.count).map { Int32($0) }
    grow(columns, gradients, curvatures, &rows, 0..<rows.count, depth: 0)
  }

  /// How much the best split by one column alone would gain.
  static func gain(
    _ columns: BinnedColumns, _ column: Int, gradients: [Double], curvatures: [Double]
  ) -> Double {
    let tree = RegressionTree(limits: Limits())
    let rows = (0..<columns.count).map { Int32($0) }
    let histogram = tree.histogram(columns.bins[column], gradients, curvatures, rows[...])
    return tree.bestSplit(histogram, column, columns.isCategorical[column])?.gain ?? 0
  }

  private init(limits: Limits) { self.limits = limits }

  func value(_ columns: BinnedColumns, row: Int) -> Double {
    var node = nodes[0]
    while node.column >= 0 {
      let goesLeft = node.left >> UInt32(columns.bins[node.column][row]) & 1 == 1
      node = nodes[goesLeft ? node.children.left : node.children.right]
    }
    return node.value
  }

  // MARK: Growing

  /// Grows the node for a range of the rows, and those below it.
  ///
  /// - Returns: its position.
  @discardableResult
  private mutating func grow(
    _ columns: BinnedColumns, _ gradients: [Double], _ curvatures: [Double], _ rows: inout [Int32],
    _ range: Range<Int>, depth: Int
  ) -> Int {
    let position = nodes.count
    nodes.append(Node())
    var total = Sums()
    for row in rows[range] {
      total.gradient += gradients[Int(row)]
      total.curvature += curvatures[Int(row)]
    }
    nodes[position].value = -total.gradient / (total.curvature + limits.regularisation)
    guard depth < limits.depth, range.count >= 2 * limits.leafRows else { return position }
    var best: Split?
    for column in columns.bins.indices {
      let histogram = histogram(columns.bins[column], gradients, curvatures, rows[range])
      if let split = bestSplit(histogram, column, columns.isCategorical[column]), split.gain > best?.gain ?? 1e-9 {
        best = split
      }
    }
    guard let best else { return position }
    let bins = columns.bins[best.column]
    var middle = range.lowerBound
    // In their order on both sides: what a run adds up stays the same from run to run.
    var right: [Int32] = []
    for index in range {
      let row = rows[index]
      if best.left >> UInt32(bins[Int(row)]) & 1 == 1 {
        rows[middle] = row
        middle += 1
      } else {
        right.append(row)
      }
    }
    rows.replaceSubrange(middle..<range.upperBound, with: right)
    nodes[position].column = best.column
    nodes[position].left = best.left
    let left = grow(columns, gradients, curvatures, &rows, range.lowerBound..<middle, depth: depth + 1)
    let other = grow(columns, gradients, curvatures, &rows, middle..<range.upperBound, depth: depth + 1)
    nodes[position].children = (left, other)
    return position
  }

  private func histogram(
    _ bins: [UInt8], _ gradients: [Double], _ curvatures: [Double], _ rows: ArraySlice<Int32>
  ) -> [Sums] {
    var sums = [Sums](repeating: Sums(), count: BinnedColumns.mostBins)
    for row in rows {
      let row = Int(row)
      let bin = Int(bins[row])
      sums[bin].gradient += gradients[row]
      sums[bin].curvature += curvatures[row]
      sums[bin].count += 1
    }
    return sums
  }

  private func bestSplit(_ histogram: [Sums], _ column: Int, _ isCategorical: Bool) -> Split? {
    let total = histogram.reduce(Sums(), +)
    var order = histogram.indices.filter { histogram[$0].count > 0 && (isCategorical || $0 > 0) }
    if isCategorical {
      func slope(_ bin: Int) -> Double {
        histogram[bin].gradient / (histogram[bin].curvature + limits.categorySmoothing)
      }
      order.sort { (slope($0), $0) < (slope($1), $1) }
    }
    var best: Split?
    func consider(_ left: Sums, _ mask: UInt32) {
      let right = total - left
      guard left.count >= limits.leafRows, right.count >= limits.leafRows else { return }
      let gain = strength(left) + strength(right) - strength(total)
      if gain > best?.gain ?? 1e-9 { best = Split(gain: gain, column: column, left: mask) }
    }
    // Rows that miss a number go to whichever side is better for them.
    let missing = isCategorical ? [Sums()] : histogram[0].count > 0 ? [Sums(), histogram[0]] : [Sums()]
    for (index, start) in missing.enumerated() {
      var left = start
      var mask: UInt32 = index == 1 ? 1 : 0
      if index == 1 { consider(left, mask) }
      for bin in order {
        left = left + histogram[bin]
        mask |= 1 << UInt32(bin)
        consider(left, mask)
      }
    }
    return best
  }

  private func strength(_ sums: Sums) -> Double {
    sums.gradient * sums.gradient / (sums.curvature + limits.regularisation)
  }
}
