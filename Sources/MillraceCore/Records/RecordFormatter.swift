import Glibc

/// Writes records in the output's format: untouched ones byte for byte where the format stays, others value by value.
///
/// A formatter belongs to one thread.
public final class RecordFormatter {
  private let schema: OutputSchema
  private let addedKeys: [[UInt8]]
  private var table: Table?
  private var way = Way.copy
  /// NDJSON to CSV: for each column of the input's own the member that has its value, -1 for none.
  private var memberOfColumn: [Int]
  /// NDJSON to CSV: the cursor, and its key order, under which records have just the columns' keys in the columns' order.
  private var keyOrderOfColumns: (cursor: ObjectIdentifier, order: Int)?
  /// NDJSON to CSV: the input's own columns by name, for records that have them in another order.
  private let columnOfName: [FieldName: Int]
  /// NDJSON to CSV: the names of the input's own columns, one behind the other, and where each ends.
  private let columnKeys = ByteBuffer()
  private let columnKeyEnds: [Int]
  private let scratch = ByteBuffer()

  /// How a record of one table gets to the output.
  private enum Way {
    /// As it is, with what is added behind it or before its closing brace.
    case copy
    /// CSV: the output's columns in their order; nil where the table lacks one.
    case project([Int?])
    /// CSV to NDJSON.
    case fill(RowTemplate)
    /// NDJSON to CSV.
    case tabulate
  }

  public init(_ schema: OutputSchema) {
    self.schema = schema
    addedKeys = schema.added.map { [UInt8(ascii: ",")] + $0.json + [UInt8(ascii: ":")] }
    let ownColumns = schema.columns.dropLast(schema.added.count)
    memberOfColumn = Array(repeating: -1, count: ownColumns.count)
    var ends: [Int] = []
    for column in ownColumns {
      columnKeys.append(column.bytes)
      ends.append(columnKeys.count)
    }
    columnKeyEnds = ends
    columnOfName = Dictionary(zip(ownColumns, 0...), uniquingKeysWith: { first, _ in first })
  }

  /// Writes the cursor's record with the values of the fields that the schema adds, in their order.
  ///
  /// Throws `.badData` for what the output's format cannot hold.
  public func append(_ cursor: RecordCursor, adding values: [FieldValue] = [], to out: ByteBuffer) throws(Failure) {
    if cursor.table !== table {
      table = cursor.table
      way = chooseWay(for: cursor.table)
    }
    switch way {
    case .copy where schema.dialect.format == .ndjson: try copyObject(cursor, adding: values, to: out)
    case .copy: try copyRow(cursor, adding: values, to: out)
    case .project(let columns): try project(cursor, columns: columns, adding: values, to: out)
    case .fill(let template): try fill(template, from: cursor, adding: values, to: out)
    case .tabulate: try tabulate(cursor, adding: values, to: out)
    }
  }

  private func chooseWay(for table: Table) -> Way {
    let own = schema.columns.dropLast(schema.added.count)
    switch (table.dialect.format == .ndjson, schema.dialect.format == .ndjson) {
    case (true, true): return .copy
    case (true, false): return .tabulate
    case (false, true):
      return .fill(RowTemplate(columns: table.distinctColumns, unflattened: schema.options.unflattens))
    case (false, false):
      if table.dialect.delimiter == schema.dialect.delimiter && table.columns == Array(own) { return .copy }
      // Where a name occurs more than once, its first column of the output takes the first of the table, and so on.
      var places = Dictionary(grouping: table.columns.indices.reversed(), by: { table.columns[$0] })
      return .project(own.map { places[$0]?.popLast() })
    }
  }

  // MARK: The same format

  private func copyRow(
    _ cursor: RecordCursor, adding values: [FieldValue], to out: ByteBuffer
  ) throws(Failure) {
    let surplus = cursor.surplusBytes
    unsafe out.append(UnsafeRawBufferPointer(rebasing: cursor.record.dropLast(surplus)))
    for _ in 0..<cursor.missingValues { out.append(schema.dialect.delimiter) }
    for (index, value) in values.enumerated() {
      out.append(schema.dialect.delimiter)
      try appendCell(value, of: cursor, column: schema.columns.count - schema.added.count + index, to: out)
    }
    appendLineEnd(of: cursor, to: out)
  }

  private func copyObject(
    _ cursor: RecordCursor, adding values: [FieldValue], to out: ByteBuffer
  ) throws(Failure) {
    if values.isEmpty {
      unsafe out.append(cursor.record)
    } else {
      for field in schema.added where (0..<cursor.count).contains(where: { cursor.key($0, is: field) }) {
        throw Failure(
          .badData, "the row has this field already, which this tool adds", at: cursor.place(field: field),
          advice: "rename the field of the input, or give what is added a --prefix")
      }
      unsafe out.append(cursor.beforeClosingBrace)
      appendMembers(values, toEmptyObject: cursor.count == 0, to: out)
      unsafe out.append(cursor.fromClosingBrace)
    }
    appendLineEnd(of: cursor, to: out)
  }

  private func appendMembers(_ values: [FieldValue], toEmptyObject isEmpty: Bool, to out: ByteBuffer) {
    for (index, value) in values.enumerated() {
      out.append(index == 0 && isEmpty ? Array(addedKeys[index].dropFirst()) : addedKeys[index])
      value.appendJSON(to: out)
    }
  }

  private func appendLineEnd(of cursor: RecordCursor, to out: ByteBuffer) {
    // The input's last record may have none: then neither has the output's.
    unsafe out.append(cursor.lineEnd)
  }

  // MARK: CSV to CSV

  private func project(
    _ cursor: RecordCursor, columns: [Int?], adding values: [FieldValue], to out: ByteBuffer
  ) throws(Failure) {
    let keepsSpelling = cursor.table.dialect.delimiter == schema.dialect.delimiter
    for (index, column) in columns.enumerated() {
      if index > 0 { out.append(schema.dialect.delimiter) }
      guard let column else {
        appendMissingCell(to: out)
        continue
      }
      if keepsSpelling {
        unsafe out.append(cursor.csvSpelling(column))
      } else {
        try appendCell(cursor[column], of: cursor, column: index, to: out)
      }
    }
    for (index, value) in values.enumerated() {
      out.append(schema.dialect.delimiter)
      try appendCell(value, of: cursor, column: schema.columns.count - schema.added.count + index, to: out)
    }
    appendLineEnd(of: cursor, to: out)
  }

  // MARK: CSV to NDJSON

  private func fill(
    _ template: RowTemplate, from cursor: RecordCursor, adding values: [FieldValue], to out: ByteBuffer
  ) throws(Failure) {
    unsafe template.text.withUnsafeBytes { text in
      // Text grows sixfold at most; a vector store may go a padding's length over the end of a value.
      unsafe out.reserve(6 * cursor.record.count + text.count + 4 * template.cells.count + ByteBuffer.padding)
      for cell in template.cells {
        unsafe out.appendWithinReserve(text, cell.text)
        let value = cursor[cell.column]
        if schema.options.infersTypes {
          appendInferred(value, to: out)
        } else {
          value.appendJSONWithinReserve(to: out)
        }
      }
      if values.isEmpty {
        unsafe out.append(UnsafeRawBufferPointer(rebasing: text[template.tail...]))
      } else {
        unsafe out.append(UnsafeRawBufferPointer(rebasing: text[template.tail...].dropLast()))
        appendMembers(values, toEmptyObject: template.cells.isEmpty, to: out)
        out.append(UInt8(ascii: "}"))
      }
    }
    out.append(UInt8(ascii: "\n"))
  }

  /// Text as the JSON value that it spells, or as a string.
  private func appendInferred(_ value: FieldValue, to out: ByteBuffer) {
    if value.isEmpty {
      out.append("null")
      return
    }
    scratch.removeAll()
    _ = value.appendText(to: scratch)
    let isValue =
      switch unsafe FieldValue.Spelling(ofJSON: scratch.bytes) {
      case .number, .boolean: true
      // JSON that is written over several lines would end the record: it stays text.
      case .object, .array: unsafe !scratch.bytes.contains { $0 == 0x0a || $0 == 0x0d }
      default: false
      }
    if isValue {
      unsafe out.append(scratch.bytes)
    } else {
      value.appendJSON(to: out)
    }
  }

  // MARK: NDJSON to CSV

  private func tabulate(
    _ cursor: RecordCursor, adding values: [FieldValue], to out: ByteBuffer
  ) throws(Failure) {
    let delimiter = schema.dialect.delimiter
    if schema.options.flattens {
      let cells = try JSONCells(cursor, flattened: true)
      try assign(cells.names.count, of: cursor) {
        cells.names[$0] == schema.columns[$1]
      } name: {
        cells.names[$0]
      }
      for (column, member) in memberOfColumn.enumerated() {
        if column > 0 { out.append(delimiter) }
        guard member >= 0 else {
          appendMissingCell(to: out)
          continue
        }
        try appendCell(cells.values[member], of: cursor, column: column, to: out)
      }
    } else {
      try assignMembers(of: cursor)
      for (column, member) in memberOfColumn.enumerated() {
        if column > 0 { out.append(delimiter) }
        guard member >= 0 else {
          appendMissingCell(to: out)
          continue
        }
        try appendCell(cursor.memberValue(member), of: cursor, column: column, to: out)
      }
    }
    for (index, value) in values.enumerated() {
      if !memberOfColumn.isEmpty || index > 0 { out.append(delimiter) }
      try appendCell(value, of: cursor, column: schema.columns.count - schema.added.count + index, to: out)
    }
    out.append(UInt8(ascii: "\n"))
  }

  /// `assign` for the members of the record as they stand.
  private func assignMembers(of cursor: RecordCursor) throws(Failure) {
    // The columns' members are still those of the record that was looked at last.
    let order = (ObjectIdentifier(cursor), cursor.keyOrder)
    if let known = keyOrderOfColumns, known == order { return }
    keyOrderOfColumns = hasColumnsInOrder(cursor) ? order : nil
    if keyOrderOfColumns != nil {
      for column in memberOfColumn.indices { memberOfColumn[column] = column }
      return
    }
    try assign(cursor.count, of: cursor) {
      cursor.key($0, is: schema.columns[$1])
    } name: { index in
      let name = ByteBuffer()
      _ = cursor.rawKey(index).appendText(to: name)
      return FieldName(bytes: unsafe Array(name.bytes))
    }
  }

  /// Whether the record has just the columns' keys in the columns' order, as most records have: told without touching
  /// the names, whose reference counts would cost more than the comparison.
  private func hasColumnsInOrder(_ cursor: RecordCursor) -> Bool {
    guard cursor.count == memberOfColumn.count else { return false }
    var offset = 0
    for member in 0..<cursor.count {
      let key = cursor.rawKey(member)
      let end = columnKeyEnds[member]
      guard key.spelling == .string, unsafe key.bytes.count == end - offset, let start = unsafe key.bytes.baseAddress,
        unsafe memcmp(start, columnKeys.base + offset, end - offset) == 0
      else { return false }
      offset = end
    }
    return true
  }

  /// Finds for each column the one of `count` members that has its value.
  private func assign(
    _ count: Int, of cursor: RecordCursor, matches: (Int, Int) -> Bool, name: (Int) -> FieldName
  ) throws(Failure) {
    let columns = memberOfColumn.indices
    for column in columns { memberOfColumn[column] = -1 }
    var expected = 0
    for member in 0..<count {
      var column = expected
      if column >= columns.count || !matches(member, column) {
        let name = name(member)
        guard let found = columnOfName[name] else {
          throw Failure(
            .badData, "a field that the first record does not have and the output has no column for",
            at: cursor.place(field: name), advice: "name all columns with --columns, in the order wanted")
        }
        column = found
      }
      guard memberOfColumn[column] < 0 else { throw cursor.repeatedKey(name(member)) }
      memberOfColumn[column] = member
      expected = column + 1
    }
  }

  private func appendMissingCell(to out: ByteBuffer) {
    unsafe out.appendCSVField(
      UnsafeRawBufferPointer(start: nil, count: 0), delimiter: schema.dialect.delimiter,
      isOnlyField: schema.columns.count == 1)
  }

  private func appendCell(
    _ value: FieldValue, of cursor: RecordCursor, column: Int, to out: ByteBuffer
  ) throws(Failure) {
    let isOnlyField = schema.columns.count == 1
    switch value.spelling {
    case .null where !isOnlyField: break
    case .plain, .string, .object, .array:
      unsafe out.appendCSVField(value.bytes, delimiter: schema.dialect.delimiter, isOnlyField: isOnlyField)
    case .number, .boolean: unsafe out.append(value.bytes)
    case .quoted, .escapedString, .null:
      scratch.removeAll()
      guard value.appendText(to: scratch) else { throw cursor.loneSurrogate(field: schema.columns[column]) }
      unsafe out.appendCSVField(scratch.bytes, delimiter: schema.dialect.delimiter, isOnlyField: isOnlyField)
    }
  }
}

extension ByteBuffer {
  /// Appends a part of `text` where room is known to be.
  @inline(__always) func appendWithinReserve(_ text: UnsafeRawBufferPointer, _ range: Range<Int>) {
    guard let start = text.baseAddress else { return }
    assert(count + range.count <= capacity, "less room than was reckoned")
    unsafe memcpy(base + count, start + range.lowerBound, range.count)
    count += range.count
  }
}
