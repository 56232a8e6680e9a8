import Glibc

/// How much two columns tell of each other, counted over levels.
struct Association {
  /// Mutual information in nats, less what columns that know nothing of each other would show in as many rows
  /// (Miller: Note on the bias of information estimates, 1955).
  var information: Double
  /// Could hardly be chance.
  var isSignificant: Bool

  static let none = Association(information: 0, isSignificant: false)

  /// - Parameters:
  ///   - counts: rows of each combination, the levels of the second column innermost.
  ///   - columns: number of its levels.
  init(_ counts: [Int32], columns: Int, rows total: Int) {
    guard columns > 0, total > 0 else {
      self = .none
      return
    }
    let rows = counts.count / columns
    var ofRow = Array(repeating: 0.0, count: rows)
    var ofColumn = Array(repeating: 0.0, count: columns)
    var (sum, cells) = (0.0, 0)
    for row in 0..<rows {
      for column in 0..<columns where counts[row * columns + column] > 0 {
        let count = Double(counts[row * columns + column])
        ofRow[row] += count
        ofColumn[column] += count
        sum += count * log(count)
        cells += 1
      }
    }
    let n = Double(total)
    func entropySum(_ counts: [Double]) -> Double { counts.reduce(0) { $0 + ($1 > 0 ? $1 * log($1) : 0) } }
    let found = max(0, (sum - entropySum(ofRow) - entropySum(ofColumn)) / n + log(n))
    let usedRows = ofRow.count { $0 > 0 }
    let usedColumns = ofColumn.count { $0 > 0 }
    information = found - Double(cells - usedRows - usedColumns + 1) / (2 * n)
    // The likelihood ratio is about chi-square, whose mean is the freedom and whose variance twice that.
    let freedom = Double((usedRows - 1) * (usedColumns - 1))
    isSignificant = 2 * n * found > freedom + 3 * (2 * freedom).squareRoot() && freedom > 0
  }

  private init(information: Double, isSignificant: Bool) {
    self.information = information
    self.isSignificant = isSignificant
  }
}
