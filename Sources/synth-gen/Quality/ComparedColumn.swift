import MillraceCore

/// How a column's cells would be kept, whatever they mean: what a table's structure is made of.
enum StorageKind: String, Sendable {
  case integer, decimal, boolean, text, datetime
}

/// One table's cells of a column.
struct ColumnCells: Sendable {
  /// Of numbers, and of moments in nanoseconds since 1970; NaN is missing. Empty for other columns.
  var numbers: [Double] = []
  /// Of categories and texts; 0 is missing. Empty for numbers and moments.
  var codes: [UInt32] = []
  var storage = StorageKind.text
  /// Cells whose text is none of the column's type; they count as missing.
  var invalidCount = 0
  /// The first of these texts.
  var invalidText: String?
  var missingCount = 0

  var count: Int { max(numbers.count, codes.count) }
  var presentCount: Int { count - missingCount }
}

/// A column of the tables that are compared.
struct ComparedColumn: Sendable {
  let name: String
  var description: ColumnDescription
  /// By code: the categories; the first stands for missing values.
  var categories: [String]
  var real: ColumnCells
  var synthetic: ColumnCells
  var holdout: ColumnCells?

  var type: ColumnType { description.type }
}

extension EncodedTables {
  /// The columns of the real table with their cells in all tables.
  ///
  /// - Parameters:
  ///   - metadata: what somebody has said of columns; the rest is found out.
  ///   - types: what somebody has said of single columns, which counts more.
  /// - Throws: usage for a type that is given for a column that there is not; bad configuration for metadata of one.
  func comparedColumns(
    metadata: TableMetadata?, metadataFile: String?, types: [String: ColumnType]
  ) throws(Failure) -> [ComparedColumn] {
    let names = columns.map(\.description)
    let known = Set(names)
    if let unknown = types.keys.filter({ !known.contains($0) }).min() {
      throw unknownColumn(unknown, among: names, .usage, "--types", file: nil)
    }
    if let unknown = metadata?.columns.keys.filter({ !known.contains($0) }).min() {
      throw unknownColumn(unknown, among: names, .badConfiguration, "the metadata", file: metadataFile)
    }
    var result: [ComparedColumn] = []
    for (index, name) in names.enumerated() where tables[0].has[index] {
      var description = metadata?.columns[name]
      if let type = types[name], description?.type != type { description = ColumnDescription(type) }
      result.append(EncodedColumn(tables: tables, texts: texts[index], column: index, name: name).compared(description))
    }
    return result
  }

  private func unknownColumn(
    _ column: String, among names: [String], _ status: ExitStatus, _ source: String, file: String?
  ) -> Failure {
    let nearest = nearestName(to: column, among: names).map { "did you mean \"\(printable($0))\"? " } ?? ""
    return Failure(
      status, "\(source) names a column that the tables do not have: \"\(printable(column))\"",
      at: file.map { Place(file: $0) },
      advice: nearest + "the columns are " + namingFirst(names.map { printable($0) }))
  }
}

/// One column on its way from texts to values.
private struct EncodedColumn {
  let tables: [EncodedTable]
  let texts: DistinctTexts
  let column: Int
  let name: String

  /// For each table: whether each text is in it.
  private func textsUsed(in table: Int) -> [Bool] {
    var used = [Bool](repeating: false, count: texts.count)
    for number in tables[table].cells[column] { used[Int(number)] = true }
    return used
  }

  func compared(_ stated: ColumnDescription?) -> ComparedColumn {
    let used = tables.indices.map { textsUsed(in: $0) }
    let all = (0..<texts.count).map { $0 == 0 ? "" : texts.text(UInt32($0)) }
    var description =
      stated
      ?? TypeInference(
        texts: (1..<max(1, all.count)).filter { used[0][$0] }.map { all[$0] },
        count: tables[0].cells[column].reduce(0) { $0 + ($1 == 0 ? 0 : 1) }, name: name
      ).description()
    if description.type == .datetime, description.datetimeFormat == nil {
      description.datetimeFormat =
        TypeInference(texts: all.indices.filter { $0 > 0 && used[0][$0] }.map { all[$0] }, count: 1, name: name)
        .datetimeFormat() ?? .iso8601
    }
    var result = ComparedColumn(
      name: name, description: description, categories: [""], real: ColumnCells(), synthetic: ColumnCells())
    var cells: [ColumnCells] = []
    if description.type.isContinuous {
      let format = description.datetimeFormat ?? .iso8601
      let values = all.map { text in
        (description.type == .numerical ? NumberReading.number(text) : format.nanoseconds(text)) ?? .nan
      }
      for table in tables.indices { cells.append(numbers(table, values, all, used[table], description.type)) }
    } else {
      let (codes, categories) = categories(all, used, of: description.type)
      result.categories = categories
      for table in tables.indices { cells.append(self.codes(table, codes, all, used[table])) }
    }
    result.real = cells[0]
    result.synthetic = cells[1]
    result.holdout = cells.count > 2 ? cells[2] : nil
    return result
  }

  private func numbers(
    _ table: Int, _ values: [Double], _ all: [String], _ used: [Bool], _ type: ColumnType
  ) -> ColumnCells {
    var cells = ColumnCells()
    cells.numbers.reserveCapacity(tables[table].rows)
    for number in tables[table].cells[column] {
      let value = values[Int(number)]
      cells.numbers.append(value)
      if value.isNaN {
        cells.missingCount += 1
        if number > 0 {
          cells.invalidCount += 1
          cells.invalidText = cells.invalidText ?? all[Int(number)]
        }
      }
    }
    cells.storage = type == .datetime && cells.invalidCount == 0 ? .datetime : storage(all, used)
    return cells
  }

  private func codes(_ table: Int, _ codes: [UInt32], _ all: [String], _ used: [Bool]) -> ColumnCells {
    var cells = ColumnCells()
    cells.codes.reserveCapacity(tables[table].rows)
    for number in tables[table].cells[column] {
      cells.codes.append(codes[Int(number)])
      if number == 0 { cells.missingCount += 1 }
    }
    cells.storage = storage(all, used)
    return cells
  }

  /// For each text its category, and the categories: `8` and `8.0` are one where all are numbers, as are `True` and `true`
  /// where all are one or the other.
  private func categories(_ all: [String], _ used: [[Bool]], of type: ColumnType) -> (codes: [UInt32], [String]) {
    let present = all.indices.filter { index in index > 0 && used.contains { $0[index] } }
    let identity = ((0..<UInt32(all.count)).map { $0 }, all)
    guard type.isDiscrete else { return identity }
    var numbers: [Double] = []
    var isBoolean = true
    for index in present {
      if let number = NumberReading.number(all[index]) { numbers.append(number) }
      if isBoolean { isBoolean = NumberReading.boolean(all[index]) != nil }
    }
    let isNumeric = numbers.count == present.count
    guard isNumeric || isBoolean else { return identity }
    var codes = [UInt32](repeating: 0, count: all.count)
    var categories = [""]
    var known: [String: UInt32] = [:]
    for (position, index) in present.enumerated() {
      // Adding zero makes zero of what is less than it by its sign alone.
      let key = isNumeric ? String(numbers[position] + 0) : all[index].lowercased()
      if let code = known[key] {
        codes[index] = code
      } else {
        codes[index] = UInt32(categories.count)
        known[key] = codes[index]
        categories.append(all[index])
      }
    }
    return (codes, categories)
  }

  /// As pandas would choose: what misses values has no integers and no booleans.
  private func storage(_ all: [String], _ used: [Bool]) -> StorageKind {
    let present = (1..<max(1, all.count)).filter { used[$0] }
    if present.isEmpty { return .decimal }
    let misses = used[0]
    if present.allSatisfy({ NumberReading.isInteger(all[$0]) }) { return misses ? .decimal : .integer }
    if present.allSatisfy({ NumberReading.number(all[$0]) != nil }) { return .decimal }
    if !misses, present.allSatisfy({ NumberReading.boolean(all[$0]) != nil }) { return .boolean }
    return .text
  }
}
