import MillraceCore

/// Whether the values of single columns are such as the real table has: coverage, adherence, missing values, keys.
enum ColumnDiagnostics {
  // MARK: Coverage

  /// How much of the real range, or of the real categories, the synthetic column reaches.
  static func coverage(_ column: ComparedColumn) -> QualityRecord? {
    if column.type.isContinuous {
      let score = rangeCoverage(column)
      return QualityRecord(
        .coverage, "RangeCoverage", column: column.name, score: score,
        note: score == nil
          ? column.real.presentCount > 0 && column.synthetic.presentCount > 0
            ? "constant in the real table" : ColumnShapes.noValues(column) : nil)
    }
    guard column.type.isDiscrete else { return nil }
    let real = ColumnShapes.counts(column.real, column).dropFirst()
    let synthetic = ColumnShapes.counts(column.synthetic, column).dropFirst()
    let known = real.count { $0 > 0 }
    let reached = zip(real, synthetic).count { $0 > 0 && $1 > 0 }
    return QualityRecord(
      .coverage, "CategoryCoverage", column: column.name, score: known > 0 ? Double(reached) / Double(known) : nil,
      real: Double(known), synthetic: Double(reached), note: known > 0 ? nil : ColumnShapes.noValues(column))
  }

  private static func rangeCoverage(_ column: ComparedColumn) -> Double? {
    guard let real = range(column.real.numbers), let synthetic = range(column.synthetic.numbers),
      real.lowerBound < real.upperBound
    else { return nil }
    let width = real.upperBound - real.lowerBound
    let below = max((synthetic.lowerBound - real.lowerBound) / width, 0)
    let above = max((real.upperBound - synthetic.upperBound) / width, 0)
    return max(1 - (below + above), 0)
  }

  /// The least and the greatest number; nil when all are missing.
  static func range(_ numbers: [Double]) -> ClosedRange<Double>? {
    var least = Double.infinity
    var greatest = -Double.infinity
    for number in numbers where !number.isNaN {
      least = min(least, number)
      greatest = max(greatest, number)
    }
    return least <= greatest ? least...greatest : nil
  }

  // MARK: Validity

  /// The share of the synthetic column that lies within the real range, or in the real categories. Missing values are
  /// valid when the real column has some.
  static func adherence(_ column: ComparedColumn) -> QualityRecord? {
    if column.type.isContinuous { return boundaryAdherence(column) }
    guard column.type.isDiscrete else { return nil }
    var isValid = ColumnShapes.counts(column.real, column).map { $0 > 0 }
    if let values = column.description.rangeValues {
      let stated = Set(values.map { canonical($0) })
      isValid = column.categories.map { stated.contains(canonical($0)) }
    }
    isValid[0] = column.description.rangeIsNullable ?? (column.real.missingCount > 0)
    let counts = ColumnShapes.counts(column.synthetic, column)
    let valid = zip(counts, isValid).reduce(0) { $0 + ($1.1 ? $1.0 : 0) }
    return QualityRecord(
      .dataValidity, "CategoryAdherence", column: column.name, score: Double(valid) / Double(column.synthetic.count))
  }

  private static func canonical(_ text: String) -> String {
    NumberReading.number(text).map { String($0 + 0) } ?? NumberReading.boolean(text).map { String($0) } ?? text
  }

  private static func boundaryAdherence(_ column: ComparedColumn) -> QualityRecord {
    func bound(_ text: String?) -> Double? {
      guard let text else { return nil }
      return column.type == .numerical
        ? NumberReading.number(text)
        : column.description.datetimeFormat?.nanoseconds(text) ?? DatetimeFormat.iso8601.nanoseconds(text)
    }
    let found = range(column.real.numbers)
    let least = bound(column.description.rangeMinimum) ?? found?.lowerBound ?? .nan
    let greatest = bound(column.description.rangeMaximum) ?? found?.upperBound ?? .nan
    let leavesOutMissing = column.description.rangeIsNullable ?? (column.real.missingCount > 0)
    let valid = column.synthetic.numbers.count { $0 >= least && $0 <= greatest }
    let total = leavesOutMissing ? column.synthetic.presentCount : column.synthetic.count
    return QualityRecord(
      .dataValidity, "BoundaryAdherence", column: column.name,
      score: total > 0 ? Double(valid) / Double(total) : nil, note: total > 0 ? nil : ColumnShapes.noValues(column))
  }

  /// The share of synthetic texts that are days or moments in the stated form.
  static func formatAdherence(_ column: ComparedColumn) -> QualityRecord? {
    guard column.type == .datetime, column.description.datetimeFormat?.pattern != nil else { return nil }
    let cells = column.synthetic
    return QualityRecord(
      .dataValidity, "DatetimeFormatAdherence", column: column.name,
      score: 1 - Double(cells.invalidCount) / Double(cells.count))
  }

  /// The share of synthetic rows whose key is neither missing nor that of a row before.
  ///
  /// - Parameter columns: that together are the key.
  static func keyUniqueness(_ columns: [ComparedColumn]) -> QualityRecord? {
    guard let rows = columns.first?.synthetic.count else { return nil }
    // Of all columns so far the combinations that there are, each with a number; 0 is one that misses all values.
    var numbers = [UInt64](repeating: 0, count: rows)
    var count = 0
    for column in columns {
      var known: [Combination: UInt64] = [Combination(before: 0, value: 0): 0]
      for row in 0..<rows {
        let combination = Combination(before: numbers[row], value: value(column.synthetic, row))
        let number = known[combination] ?? UInt64(known.count)
        known[combination] = number
        numbers[row] = number
      }
      count = known.count - 1
    }
    return QualityRecord(
      .dataValidity, "KeyUniqueness", column: columns.map(\.name).joined(separator: ", "),
      score: Double(count) / Double(rows))
  }

  private struct Combination: Hashable {
    var before: UInt64
    var value: UInt64
  }

  /// What tells a cell's value from others; 0 where it is missing.
  private static func value(_ cells: ColumnCells, _ row: Int) -> UInt64 {
    guard !cells.numbers.isEmpty else { return UInt64(cells.codes[row]) }
    return cells.numbers[row].isNaN ? 0 : (cells.numbers[row] + 0).bitPattern &+ 1
  }

  // MARK: Missing values and structure

  static func missingValues(_ column: ComparedColumn) -> QualityRecord {
    let real = Double(column.real.missingCount) / Double(column.real.count)
    let synthetic = Double(column.synthetic.missingCount) / Double(column.synthetic.count)
    var note: String?
    if let text = column.synthetic.invalidText {
      note = invalid(column.synthetic.invalidCount, text, of: column.type, in: "synthetic")
    } else if let text = column.real.invalidText {
      note = invalid(column.real.invalidCount, text, of: column.type, in: "real")
    }
    return QualityRecord(
      .missingValues, "MissingValueSimilarity", column: column.name, score: 1 - abs(real - synthetic), real: real,
      synthetic: synthetic, note: note)
  }

  private static func invalid(_ count: Int, _ text: String, of type: ColumnType, in table: String) -> String {
    let kind = type == .numerical ? "no number" : "no date in the column's form"
    return "\(counted(count, "value")) of the \(table) table \(count == 1 ? "is" : "are") \(kind), and "
      + "\(count == 1 ? "counts" : "count") as missing: \"\(printable(String(text.prefix(40))))\""
  }

  /// The share of columns whose values are kept in the same way in both tables.
  static func structure(_ columns: [ComparedColumn]) -> QualityRecord {
    let differing = columns.filter { $0.real.storage != $0.synthetic.storage }
    // Of a column that differs, both forms are in the union.
    let score = Double(columns.count - differing.count) / Double(columns.count + differing.count)
    let notes = differing.prefix(5).map {
      "\"\($0.name)\" is \($0.real.storage.rawValue) in the real table and \($0.synthetic.storage.rawValue) in the other"
    }
    return QualityRecord(
      .dataStructure, "TableStructure", score: score,
      note: notes.isEmpty ? nil : notes.joined(separator: "; ") + (differing.count > 5 ? " …" : ""))
  }
}
