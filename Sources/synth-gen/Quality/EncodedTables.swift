import MillraceCore

/// A table whose cells are numbers of texts, column by column.
struct EncodedTable: Sendable {
  /// As the user named it.
  let name: String
  var rows = 0
  /// For each column of `EncodedTables` the numbers of its cells; empty where the table lacks the column.
  var cells: [[UInt32]] = []
  /// For each column whether the table has it.
  var has: [Bool] = []
}

/// Several tables read into columns that share their texts: the real one first.
struct EncodedTables {
  /// A table with more columns would have more pairs of them than anybody looks at.
  static let mostColumns = 10_000

  private(set) var columns: [FieldName] = []
  private(set) var texts: [DistinctTexts] = []
  private(set) var tables: [EncodedTable] = []
  private var positions: [FieldName: Int] = [:]
  private let missing: Set<String>

  /// - Parameter missing: spellings of a missing value beside the empty text.
  init(missing: Set<String>) { self.missing = missing }

  /// How many texts each column had when the tables so far were read.
  var textCounts: [Int] { texts.map(\.count) }

  /// Reads one more table to its end.
  ///
  /// - Parameter open: opens the input.
  /// - Throws: bad data for a row that is none, for text that is not UTF-8, and for a table without rows.
  mutating func read(
    _ path: String, options: ReadingOptions, open: @escaping (String) throws(Failure) -> any TableInput
  ) throws(Failure) {
    let sequence = TableSequence([path], options: options, open: open)
    let first = try sequence.firstTable()
    var table = EncodedTable(name: first?.name ?? (path == "-" ? "standard input" : path))
    let cursor = RecordCursor()
    cursor.requiresUTF8 = true
    let scratch = ByteBuffer(capacity: 256)
    var order = -1
    // By position in the record: the column.
    var targets: [Int] = []
    if let first, first.dialect.format != .ndjson {
      for name in first.distinctColumns { targets.append(try position(of: name, in: &table)) }
    }
    while let block = try sequence.next() {
      cursor.open(block)
      while try cursor.next() {
        if cursor.table.dialect.format == .ndjson, cursor.keyOrder != order {
          order = cursor.keyOrder
          targets = []
          for index in 0..<cursor.count { targets.append(try position(of: key(index, of: cursor), in: &table)) }
        }
        append(cursor, to: &table, targets, scratch)
      }
    }
    guard table.rows > 0 else {
      throw Failure(
        .badData, "no rows", at: Place(file: table.name), advice: "a comparison needs at least one row on either side")
    }
    pad(&table)
    tables.append(table)
  }

  private mutating func append(
    _ cursor: RecordCursor, to table: inout EncodedTable, _ targets: [Int], _ scratch: ByteBuffer
  ) {
    let row = table.rows
    for index in 0..<min(targets.count, cursor.count) {
      let column = targets[index]
      let value = cursor[index]
      let number: UInt32
      if value.spelling == .plain || value.spelling == .string {
        number = unsafe texts[column].number(of: value.bytes)
      } else {
        scratch.removeAll()
        // Half a surrogate pair has no text: the value is as good as missing.
        number = value.appendText(to: scratch) ? unsafe texts[column].number(of: scratch.bytes) : 0
      }
      // A key that a record lacks is a missing value; of one that it repeats the last counts.
      while table.cells[column].count < row { table.cells[column].append(0) }
      if table.cells[column].count == row {
        table.cells[column].append(number)
      } else {
        table.cells[column][row] = number
      }
    }
    table.rows += 1
  }

  private func key(_ index: Int, of cursor: RecordCursor) -> FieldName {
    let text = ByteBuffer(capacity: 64)
    guard cursor.rawKey(index).appendText(to: text) else { return FieldName("\u{FFFD}") }
    return unsafe FieldName(String(decoding: text.bytes, as: UTF8.self))
  }

  private mutating func position(of name: FieldName, in table: inout EncodedTable) throws(Failure) -> Int {
    let position: Int
    if let known = positions[name] {
      position = known
    } else {
      guard columns.count < Self.mostColumns else {
        throw Failure(
          .badData, "more than \(Self.mostColumns) columns", at: Place(file: table.name),
          advice: "take the columns that matter out of both tables first")
      }
      position = columns.count
      positions[name] = position
      columns.append(name)
      texts.append(DistinctTexts(missing: missing))
    }
    while table.cells.count <= position {
      table.cells.append([])
      table.has.append(false)
    }
    table.has[position] = true
    return position
  }

  private func pad(_ table: inout EncodedTable) {
    for column in table.cells.indices where table.has[column] && table.cells[column].count < table.rows {
      table.cells[column] += [UInt32](repeating: 0, count: table.rows - table.cells[column].count)
    }
  }

  /// - Throws: bad data that names the columns which one table has and the real one has not, or the other way round.
  func requireSameColumns() throws(Failure) {
    guard let real = tables.first else { return }
    func has(_ table: EncodedTable, _ column: Int) -> Bool { column < table.has.count && table.has[column] }
    for other in tables.dropFirst() {
      var reasons: [String] = []
      let lacking = columns.indices.filter { has(real, $0) && !has(other, $0) }
      let added = columns.indices.filter { !has(real, $0) && has(other, $0) }
      for (names, words) in [(lacking, "only in \(real.name)"), (added, "only in \(other.name)")] where !names.isEmpty {
        reasons.append("\(words): " + namingFirst(names.map { "\"\(printable(columns[$0].description))\"" }, most: 10))
      }
      guard reasons.isEmpty else {
        throw Failure(
          .badData, "the columns differ: " + reasons.joined(separator: "; "), at: Place(file: other.name, line: 1),
          advice: "the tables must have the same columns, in any order")
      }
    }
  }
}
