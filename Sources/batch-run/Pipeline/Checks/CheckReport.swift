import MillraceCore

/// What a check of a table has found.
struct CheckReport: Sendable, Equatable {
  var rows = 0
  /// Rows that break at least one rule.
  var failedRows = 0
  /// In the order in which they were asked for; those that all rows keep are not there.
  var broken: [BrokenRule] = []
  /// Rows that may break rules.
  var maximumFailures = 0

  struct BrokenRule: Sendable, Equatable {
    /// As in `types: price`.
    var rule: String
    var count = 0
    /// Where it is broken, the first few.
    var first: [Failure] = []
    /// It is about the table, not about rows: no number of failures is allowed.
    var isOfTable = false
  }

  static let placesTold = 3

  var isGood: Bool { failedRows <= maximumFailures && !broken.contains { $0.isOfTable } }

  /// One sentence, for who asks how the step ended.
  var summary: String {
    guard !broken.isEmpty else { return "\(rows) rows" }
    let rules = broken.map { $0.isOfTable ? $0.rule : "\($0.rule) (\($0.count))" }
    let rows = failedRows == 0 ? "" : "\(failedRows) of \(rows) rows fail: "
    return "\(rows)\(namingFirst(rules, most: 5))"
  }

  /// A line for each place.
  var lines: [String] {
    broken.flatMap { rule in
      let rest = rule.count - rule.first.count
      return rule.first.map { "\(rule.rule): \($0.description)" }
        + (rest > 0 ? ["\(rule.rule): and \(rest) more"] : [])
    }
  }
}
