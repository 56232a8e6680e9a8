import Glibc

/// How the columns of a sample rise and fall together: correlations of their normal scores.
struct RankCorrelations {
  /// The lower triangle with the diagonal, row by row, of the matrix whose product with its transpose are the correlations.
  let factor: [Double]

  init(_ columns: [LearnedRows], rows: Int) {
    let scores = columns.map(Self.scores)
    let count = columns.count
    var matrix = Array(repeating: 0.0, count: count * count)
    let spread = scores.map { column in
      (column.reduce(0) { $0 + $1 * $1 } / Double(max(1, rows))).squareRoot()
    }
    // A little less than was found: no matrix of a small sample is then singular.
    let shrink = 1 - 1 / Double(rows + 10)
    for one in 0..<count {
      matrix[one * count + one] = 1
      for other in 0..<one where spread[one] > 0 && spread[other] > 0 {
        var sum = 0.0
        for row in 0..<rows { sum += scores[one][row] * scores[other][row] }
        matrix[one * count + other] = shrink * max(-1, min(1, sum / Double(rows) / spread[one] / spread[other]))
      }
    }
    factor = Self.cholesky(matrix, count)
  }

  /// For each row the middle of its outcome's share, as a normal score.
  private static func scores(_ learned: LearnedRows) -> [Double] {
    let shares = shares(learned.counts)
    var below = 0.0
    let ofOutcome = shares.map { share in
      defer { below += share }
      return normalQuantile(below + share / 2)
    }
    return learned.outcomes.map { ofOutcome[Int($0)] }
  }

  private static func cholesky(_ matrix: [Double], _ count: Int) -> [Double] {
    var factor = Array(repeating: 0.0, count: count * count)
    for row in 0..<count {
      for column in 0...row {
        var sum = matrix[row * count + column]
        for index in 0..<column { sum -= factor[row * count + index] * factor[column * count + index] }
        factor[row * count + column] =
          row == column ? max(1e-6, sum).squareRoot() : sum / factor[column * count + column]
      }
      // Rounding must not change the spread.
      let length = (0...row).reduce(0) { $0 + factor[row * count + $1] * factor[row * count + $1] }.squareRoot()
      for column in 0...row { factor[row * count + column] /= length }
    }
    return (0..<count).flatMap { row in (0...row).map { factor[row * count + $0] } }
  }
}
