import MillraceCore

/// What makes fields go together: the Cholesky factor of each matrix of correlations.
enum CorrelationFactors {
  struct Member {
    /// Of the group.
    let key: RandomKey
    /// The field's row of the factor, up to the diagonal.
    let factors: [Double]
  }

  /// - Throws: `.badData` for a matrix that is none of correlations, or fields that are not there.
  static func members(of table: TableSchema, source: String, key: RandomKey) throws(Failure) -> [String: Member] {
    var members: [String: Member] = [:]
    for (number, correlation) in table.correlations.enumerated() {
      func failure(_ message: String, advice: String? = nil) -> Failure {
        Failure(
          .badData, "correlations: \(message)",
          at: Place(file: source, line: correlation.line > 0 ? correlation.line : nil), advice: advice)
      }
      for name in correlation.fields {
        guard table.fields.contains(where: { $0.name == name }) else {
          let near = nearestName(to: name, among: table.fields.map(\.name)).map { "did you mean \"\($0)\"?" }
          throw failure("there is no field \"\(printable(name))\"", advice: near)
        }
        guard members[name] == nil, correlation.fields.count(where: { $0 == name }) == 1 else {
          throw failure("the field \"\(name)\" is named twice", advice: "put what goes together into one matrix")
        }
      }
      let matrix = correlation.matrix
      for row in matrix.indices {
        for column in matrix.indices {
          guard (-1...1).contains(matrix[row][column]), matrix[row][column] == matrix[column][row],
            row != column || matrix[row][column] == 1
          else {
            throw failure(
              "the matrix at row \(row + 1), column \(column + 1) is \(matrix[row][column])",
              advice: "a matrix of correlations is symmetric, has 1 on its diagonal and numbers from -1 to 1 elsewhere")
          }
        }
      }
      guard let factor = cholesky(matrix) else {
        throw failure(
          "no variables have these correlations (the matrix is not positive semidefinite)",
          advice: "bring the numbers nearer to zero: what goes with one field cannot go against what goes with it")
      }
      let groupKey = key.child("correlation").child("\(number)")
      for (index, name) in correlation.fields.enumerated() {
        members[name] = Member(key: groupKey, factors: Array(factor[index][...index]))
      }
    }
    return members
  }

  /// The lower triangular factor of a positive semidefinite matrix.
  private static func cholesky(_ matrix: [[Double]]) -> [[Double]]? {
    var factor = matrix.map { $0.map { _ in 0.0 } }
    for row in matrix.indices {
      for column in 0...row {
        var sum = matrix[row][column]
        for index in 0..<column { sum -= factor[row][index] * factor[column][index] }
        if row == column {
          guard sum > -1e-9 else { return nil }
          factor[row][row] = max(0, sum).squareRoot()
        } else if factor[column][column] > 1e-9 {
          factor[row][column] = sum / factor[column][column]
        } else if abs(sum) > 1e-9 {
          return nil
        }
      }
    }
    return factor
  }
}
