import MillraceCore

/// A table that a model is learned from, in memory.
struct Sample {
  let columns: [SampleColumn]
  let rowCount: Int
}

/// Reads the rows of tables into a sample.
final class SampleReader {
  /// Rows that were left out because they are bad, with their reasons.
  private(set) var dropped: [Failure] = []
  private(set) var droppedCount = 0

  private var columns: [SampleColumn] = []
  private var rowCount = 0
  private let cursor = RecordCursor()
  private let seed: UInt64
  private let dropsBadRows: Bool
  private let mostRows: Int
  /// Of objects: the column of each key. The keys of the last object are looked up first by their position.
  private var columnOfKey: [String: Int] = [:]
  private var keys: [(bytes: [UInt8], column: Int)] = []
  /// For each column the number of rows that have it.
  private let scratch = ByteBuffer(capacity: 1024)

  static let mostColumns = 100_000
  /// Of all columns together: what fits into memory with room to spare.
  static let mostCells = 1 << 31

  /// - Parameters:
  ///   - seed: of hashes.
  ///   - mostRows: Later rows are not looked at.
  init(seed: UInt64, ragged: RaggedRows, dropsBadRows: Bool, mostRows: Int) {
    self.seed = seed
    self.dropsBadRows = dropsBadRows
    self.mostRows = mostRows
    cursor.ragged = ragged
    cursor.requiresUTF8 = true
  }

  func read(_ tables: TableSequence) throws(Failure) -> Sample {
    if let first = try tables.firstTable() {
      if first.columns.count > Self.mostColumns { throw tooManyColumns(first.columns.count, of: first.name) }
      columns = first.distinctColumns.map { SampleColumn(name: $0.description, seed: seed) }
    }
    while let block = try tables.next() { try read(block) }
    return Sample(columns: columns, rowCount: rowCount)
  }

  private func tooManyColumns(_ count: Int, of name: String) -> Failure {
    Failure(
      .badData, "\(counted(count, "column")), where a model has at most \(Self.mostColumns)", at: Place(file: name),
      advice: "learn from the columns that you need")
  }

  private func read(_ block: Block) throws(Failure) {
    cursor.open(block)
    let isCSV = block.table.dialect.format != .ndjson
    // Columns of a later input may stand in another order.
    let order = isCSV ? columnOrder(of: block.table) : []
    while true {
      do throws(Failure) {
        guard try cursor.next() else { return }
        if rowCount == mostRows { continue }
        if isCSV { try readFields(order) } else { try readObject() }
        rowCount += 1
      } catch {
        guard dropsBadRows, error.status == .badData else { throw error }
        droppedCount += 1
        if dropped.count < 10 { dropped.append(error) }
      }
      if (rowCount + 1).multipliedReportingOverflow(by: max(1, columns.count)).partialValue > Self.mostCells {
        throw Failure(
          .badData, "more than \(Self.mostCells) values, which is more than a model is learned from",
          at: Place(file: block.table.name), advice: "--sample-rows N learns from the first N rows")
      }
    }
  }

  private func columnOrder(of table: Table) -> [Int] {
    var places: [String: Int] = [:]
    for (index, column) in columns.enumerated() { places[column.name] = index }
    return table.distinctColumns.map { places[$0.description] ?? 0 }
  }

  private func readFields(_ order: [Int]) throws(Failure) {
    for (index, column) in order.enumerated() { try append(cursor[index], to: columns[column]) }
  }

  private func readObject() throws(Failure) {
    for index in 0..<cursor.count {
      let column = try column(of: index)
      // The last one of a repeated key counts, as `value(of:)` has it; the first is kept here, since rows are never changed.
      guard columns[column].rows.count == rowCount else { continue }
      try append(cursor[index], to: columns[column])
    }
    for column in columns where column.rows.count == rowCount { unsafe column.append(kind: .null, noBytes) }
  }

  private var noBytes: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(start: nil, count: 0) }

  private func column(of index: Int) throws(Failure) -> Int {
    let key = cursor.rawKey(index)
    if index < keys.count, unsafe keys[index].bytes.elementsEqual(key.bytes) { return keys[index].column }
    scratch.removeAll()
    guard key.appendText(to: scratch) else {
      throw Failure(.badData, "a key with half a surrogate pair, which is no text", at: cursor.place())
    }
    let name = unsafe String(decoding: scratch.bytes, as: UTF8.self)
    let column = columnOfKey[name] ?? columns.count
    if column == columns.count {
      if columns.count == Self.mostColumns { throw tooManyColumns(columns.count + 1, of: cursor.table.name) }
      columnOfKey[name] = column
      columns.append(SampleColumn(name: name, seed: seed, isTyped: true, missing: rowCount))
    }
    if index == keys.count {
      keys.append((unsafe Array(key.bytes), column))
    } else if index < keys.count {
      keys[index] = (unsafe Array(key.bytes), column)
    }
    return column
  }

  private func append(_ value: FieldValue, to column: SampleColumn) throws(Failure) {
    switch value.spelling {
    case .plain: unsafe column.append(kind: value.bytes.isEmpty ? .null : .text, value.bytes)
    case .null: unsafe column.append(kind: .null, noBytes)
    case .number: unsafe column.append(kind: .number, value.bytes)
    case .boolean: unsafe column.append(kind: .boolean, value.bytes)
    case .object, .array: unsafe column.append(kind: .json, value.bytes)
    case .string: unsafe column.append(kind: .text, value.bytes)
    case .quoted, .escapedString:
      scratch.removeAll()
      guard value.appendText(to: scratch) else {
        throw Failure(.badData, "half a surrogate pair, which is no text", at: cursor.place())
      }
      // CSV cannot tell an empty text from none.
      let isNothing = value.spelling == .quoted && scratch.count == 0
      unsafe column.append(kind: isNothing ? .null : .text, scratch.bytes)
    }
  }
}
