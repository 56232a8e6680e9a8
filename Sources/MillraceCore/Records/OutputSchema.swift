/// What a person said about how to write the output.
public struct WritingOptions: Sendable {
  /// Default: the input's format.
  public var format: RecordFormat?
  /// CSV to NDJSON: text that is a JSON number, true, false, an object or an array becomes that value, empty text null.
  public var infersTypes = false
  /// NDJSON to CSV: nested values become columns with dotted names.
  public var flattens = false
  /// CSV to NDJSON: columns with dotted names become nested values.
  public var unflattens = false
  /// NDJSON to CSV: the columns in order, instead of the first record's keys.
  public var columns: [FieldName]?

  public init() {}
}

/// What the output looks like: decided once, before the first record is written.
public struct OutputSchema: Sendable {
  public let dialect: Dialect
  /// CSV: all columns in order, those that are added last.
  public let columns: [FieldName]
  /// Fields that the tool adds to each row.
  public let added: [FieldName]
  /// What is written in front of the first record.
  public let preamble: [UInt8]
  /// What ends a line that nothing of the input ends.
  public let lineEnd: [UInt8]
  let options: WritingOptions

  /// - Parameters:
  ///   - firstRecord: The first record's bytes, of which an output as CSV takes its columns when the input is NDJSON.
  ///   - columns: The output's columns where they are not the first table's (several inputs, merged by name).
  /// - Throws: `.badData` when a field to be added is there already, or a name cannot be a key of JSON.
  public init(
    for table: Table, options: WritingOptions, adding added: [FieldName] = [], columns: [FieldName]? = nil,
    firstRecord: [UInt8] = []
  ) throws(Failure) {
    let format = options.format ?? table.dialect.format
    let isSameFormat = format == table.dialect.format
    dialect =
      isSameFormat
      ? table.dialect : Dialect(format: format, hasHeader: table.dialect.format == .ndjson || table.dialect.hasHeader)
    self.options = options
    self.added = added
    lineEnd = format == .ndjson ? [0x0a] : Table.lineEnd(behind: table.preamble)
    guard format != .ndjson else {
      for column in columns ?? table.columns where String(validating: column.bytes, as: UTF8.self) == nil {
        throw Failure(
          .badData, "the name of the column \"\(column)\" is not UTF-8", at: Place(file: table.name),
          advice: RecordCursor.encodingAdvice)
      }
      if table.dialect.format != .ndjson {
        try Self.check(added, areNotAmong: columns ?? table.columns, of: table, unflattened: options.unflattens)
      }
      self.columns = []
      // At most a byte order mark.
      preamble = isSameFormat ? table.preamble : []
      return
    }
    var own: [FieldName]
    if let columns {
      own = columns
    } else if table.dialect.format == .ndjson {
      if let columns = options.columns {
        own = columns
      } else {
        own = try Self.keys(of: firstRecord, of: table, flattened: options.flattens)
      }
    } else {
      own = table.columns
    }
    try Self.check(added, areNotAmong: own, of: table)
    own += added
    if own.isEmpty && !firstRecord.allSatisfy(Dialect.blank.contains) {
      throw Failure(
        .badData, "the first record has no fields, so there are no columns for CSV", at: Place(file: table.name),
        advice: "name all columns with --columns, in the order wanted")
    }
    self.columns = own
    if isSameFormat && own.dropLast(added.count) == table.columns[...] {
      // The header as it stands, with its byte order mark and quotes, and what is added behind it.
      preamble = dialect.hasHeader ? Self.extend(table.preamble, by: added, dialect, lineEnd) : table.preamble
    } else {
      preamble = dialect.hasHeader ? Self.header(own, dialect, lineEnd) : []
    }
  }

  /// - Parameter unflattened: columns with dotted names become one field of the name before the dot.
  private static func check(
    _ added: [FieldName], areNotAmong columns: [FieldName], of table: Table, unflattened: Bool = false
  ) throws(Failure) {
    for field in added
    where columns.contains(where: { $0 == field || (unflattened && $0.bytes.starts(with: field.bytes + [0x2e])) }) {
      throw Failure(
        .badData, "the input has a field \"\(field)\" already, which this tool adds", at: Place(file: table.name),
        advice: "rename the field of the input, or give what is added a --prefix")
    }
  }

  private static func extend(
    _ preamble: [UInt8], by added: [FieldName], _ dialect: Dialect, _ lineEnd: [UInt8]
  ) -> [UInt8] {
    if added.isEmpty { return preamble }
    let own = preamble.reversed().drop { $0 == 0x0a || $0 == 0x0d }.reversed()
    let end = preamble.count > own.count ? Array(preamble[own.count...]) : lineEnd
    return own + [dialect.delimiter] + header(added, dialect, end)
  }

  /// A header whose names are quoted only where they must be.
  private static func header(_ columns: [FieldName], _ dialect: Dialect, _ lineEnd: [UInt8]) -> [UInt8] {
    if columns.isEmpty { return [] }
    let buffer = ByteBuffer()
    let name = ByteBuffer()
    // A name that begins with a mark would lose it to the file's.
    if columns[0].bytes.starts(with: Table.byteOrderMark) { buffer.append(Table.byteOrderMark) }
    for (index, column) in columns.enumerated() {
      if index > 0 { buffer.append(dialect.delimiter) }
      name.removeAll()
      name.append(column.bytes)
      unsafe buffer.appendCSVField(name.bytes, delimiter: dialect.delimiter, isOnlyField: columns.count == 1)
    }
    buffer.append(lineEnd)
    return unsafe Array(buffer.bytes)
  }

  private static func keys(of record: [UInt8], of table: Table, flattened: Bool) throws(Failure) -> [FieldName] {
    let buffer = ByteBuffer(capacity: record.count)
    buffer.append(record)
    let cursor = RecordCursor()
    cursor.open(Block(table: table, slice: ByteSlice(buffer), recordCount: 1))
    guard try cursor.next() else { return [] }
    let names = try JSONCells(cursor, flattened: flattened).names
    var seen: Set<FieldName> = []
    for name in names where !seen.insert(name).inserted { throw cursor.repeatedKey(name) }
    return names
  }
}
