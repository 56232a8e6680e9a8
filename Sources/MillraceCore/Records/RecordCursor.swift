import Glibc

/// Walks over the records of a block and shows their values where they stand, without copying or decoding them.
///
/// ```swift
/// cursor.open(block)
/// while try cursor.next() {
///   if let value = cursor.value(of: FieldName("pmid")) { … }
/// }
/// ```
/// A cursor belongs to one thread and is used for block after block.
@safe public final class RecordCursor {
  /// The block's table; set by `open`.
  public private(set) var table: Table
  /// What becomes of rows of CSV that do not have as many values as the header has names.
  public var ragged = RaggedRows.fail
  /// Text of CSV must be UTF-8, since it is to be written as JSON. (JSON must be so always.)
  public var requiresUTF8 = false
  /// A JSON object is looked into only when somebody asks for what is in it; `fault` tells then what was wrong.
  var checksObjectsWhenRead = false
  /// Why the current record, which `next` let pass unread, is not valid after all.
  private(set) var fault: Failure?

  /// Values of the current record.
  public var count: Int {
    if !isIndexed { indexUnreadObject() }
    return valueCount
  }
  private var valueCount = 0
  /// False as long as nobody has asked what is in the current record, a JSON object.
  private var isIndexed = true
  /// The current record's number, counted from 0 over all inputs.
  public private(set) var recordNumber = -1
  /// In the block: the current record without and with its line end, and where the next one is looked for.
  private var start = 0
  private var contentEnd = 0
  private var nextStart = 0

  private var buffer = ByteBuffer(capacity: 0)
  private var base: UnsafePointer<UInt8>
  private var range = 0..<0
  private var block: Block?
  /// Nil when nobody has looked yet.
  private var isWholeBlockUTF8: Bool? = true

  private let csv = CSVIndex()
  /// In `csv`: the current record's first separator, and the next record's.
  private var firstSeparator = 0
  private var nextSeparator = 0
  /// Values that really stand in the record.
  private var presentCount = 0
  private var lookup: (name: FieldName, column: Int?)?
  /// A record's offset and line that were told last: the next place is counted from there.
  private var lastPlace = (offset: 0, line: 1)

  private let members = JSONMembers()
  /// The text of a value, for `withText`.
  private let text = ByteBuffer(capacity: 256)

  public init() {
    unsafe base = UnsafePointer(buffer.base.assumingMemoryBound(to: UInt8.self))
    table = Table(name: "", dialect: Dialect(format: .ndjson))
  }

  /// Goes to the front of a block.
  public func open(_ block: Block) {
    self.block = block
    if block.table !== table {
      table = block.table
      lookup = nil
    }
    recordNumber = block.firstRecord - 1
    lastPlace = (0, block.firstLine)
    open(block.slice.buffer, range: block.slice.range)
    if table.dialect.format == .ndjson {
      unsafe members.open(base)
    } else {
      indexCSV(delimiter: table.dialect.delimiter)
    }
    isWholeBlockUTF8 = requiresUTF8 || table.dialect.format == .ndjson ? nil : true
  }

  private func open(_ buffer: ByteBuffer, range: Range<Int>) {
    self.buffer = buffer
    self.range = range
    unsafe base = UnsafePointer((buffer.base + range.lowerBound).assumingMemoryBound(to: UInt8.self))
    nextStart = 0
  }

  private func indexCSV(delimiter: UInt8) {
    unsafe csv.index(UnsafeRawBufferPointer(start: base, count: range.count), delimiter: delimiter)
    nextSeparator = 0
  }

  /// Goes to the next record; false at the block's end.
  ///
  /// Throws for a record that is not valid; the cursor has gone past it then, and `next` goes on behind it.
  public func next() throws(Failure) -> Bool {
    if table.dialect.format == .ndjson { return try nextObject() }
    guard nextCSV() else { return false }
    recordNumber += 1
    if valueCount != table.columns.count { try mendRaggedRow() }
    try checkUTF8()
    return true
  }

  // MARK: The record

  /// The record as it stands, without its line end.
  public var record: UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(start: base + start, count: contentEnd - start)
  }

  /// The line end as it stands: empty for the last record of an input that has none.
  public var lineEnd: UnsafeRawBufferPointer {
    var end = contentEnd
    if end < range.count, unsafe base[end] == 0x0d { end += 1 }
    if end < range.count, unsafe base[end] == 0x0a { end += 1 }
    return unsafe UnsafeRawBufferPointer(start: base + contentEnd, count: end - contentEnd)
  }

  /// Where the record stands in its block's slice, its line end included.
  public var spanInBlock: Range<Int> { start..<contentEnd + (unsafe lineEnd.count) }

  /// The record's place, for diagnostics.
  public func place(field: FieldName? = nil, byte: Int? = nil) -> Place {
    guard let block else { return Place(file: table.name) }
    if lastPlace.offset > start { lastPlace = (0, block.firstLine) }
    let passed = unsafe UnsafeRawBufferPointer(start: base + lastPlace.offset, count: start - lastPlace.offset)
    lastPlace = unsafe (start, lastPlace.line + lineEndCount(passed))
    return Place(
      file: table.name, line: lastPlace.line, byteOffset: byte.map { block.byteOffset + $0 }, field: field?.description)
  }

  /// The value with this position, which is less than `count`: by column in CSV, by member in JSON.
  @inline(__always) public subscript(index: Int) -> FieldValue {
    guard table.dialect.format == .ndjson else { return csvValue(index) }
    // To count the members is to look for them, where nobody has yet.
    precondition(index < count, "there is no such member")
    return memberValue(index)
  }

  /// The value of the field with this name; of the last one when JSON repeats a key, of the first one when a header does.
  public func value(of name: FieldName) -> FieldValue? {
    if table.dialect.format == .ndjson {
      for index in (0..<count).reversed() where key(index, is: name) { return memberValue(index) }
      return nil
    }
    if lookup?.name != name { lookup = (name, table.column(named: name)) }
    return lookup?.column.map { csvValue($0) }
  }

  /// Shows the text of a field as UTF-8, which is valid within the call. Nothing is allocated.
  ///
  /// - Throws: what `body` throws; bad data with the row's place when the row lacks the field, or its text cannot be had.
  public func withText<Result>(
    of name: FieldName, _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    guard let value = value(of: name) else {
      throw Failure(.badData, "the row has no such field", at: place(field: name))
    }
    text.removeAll()
    guard value.appendText(to: text) else {
      throw Failure(.badData, "half a surrogate pair, which is no text", at: place(field: name))
    }
    return try unsafe body(text.bytes.bindMemory(to: UInt8.self).span)
  }

  /// The text of a field that a tool asks something for.
  ///
  /// - Throws: bad data with the row's place when the row lacks the field, or it holds a list, an object or no UTF-8.
  public func text(of name: FieldName) throws(Failure) -> String {
    guard let value = value(of: name) else {
      throw Failure(.badData, "the row has no such field", at: place(field: name))
    }
    let buffer = ByteBuffer(capacity: 256)
    guard value.spelling != .object, value.spelling != .array, value.appendText(to: buffer),
      let text = unsafe String(validating: buffer.bytes, as: UTF8.self)
    else {
      throw Failure(.badData, "not text that a query can hold", at: place(field: name))
    }
    return text
  }

  /// The row's identity in context records: the text of its id field, else its number.
  public func item(_ idField: FieldName?) -> String {
    guard let idField, let value = value(of: idField) else { return String(recordNumber) }
    let text = ByteBuffer()
    guard value.appendText(to: text) else { return String(recordNumber) }
    return unsafe String(decoding: text.bytes, as: UTF8.self)
  }

  // MARK: CSV

  /// Goes to the next record of CSV, whatever its number of values.
  func nextCSV() -> Bool {
    start = nextStart
    while start < range.count, unsafe base[start] == 0x0a || base[start] == 0x0d { start += 1 }
    guard nextSeparator < csv.count else { return false }
    firstSeparator = nextSeparator
    while !csv.endsRecord(nextSeparator) { nextSeparator += 1 }
    contentEnd = csv.end(nextSeparator)
    nextStart = contentEnd
    nextSeparator += 1
    presentCount = nextSeparator - firstSeparator
    valueCount = presentCount
    return true
  }

  @inline(__always) func csvValue(_ index: Int) -> FieldValue {
    guard index < presentCount else { return unsafe FieldValue(.init(start: base, count: 0), .plain) }
    let separator = firstSeparator + index
    let first = index == 0 ? start : csv.end(separator - 1) + 1
    let end = csv.end(separator)
    if first < end, unsafe base[first] == UInt8(ascii: "\"") {
      return unsafe FieldValue(.init(start: base + first + 1, count: end - first - 1), .quoted)
    }
    return unsafe FieldValue(.init(start: base + first, count: end - first), .plain)
  }

  private func mendRaggedRow() throws(Failure) {
    let expected = table.columns.count
    let isShort = valueCount < expected
    let found = valueCount
    valueCount = expected
    if isShort ? ragged != .fail : ragged == .trim { return }
    throw Failure(
      .badData, "\(counted(found, "value")), where the header names \(expected)", at: place(),
      advice: isShort ? "--ragged fill takes the missing ones as empty" : "--ragged trim drops the surplus ones")
  }

  /// A value of CSV as it stands, with its quotes; empty where a short row lacks it.
  func csvSpelling(_ index: Int) -> UnsafeRawBufferPointer {
    guard index < presentCount else { return unsafe UnsafeRawBufferPointer(start: base, count: 0) }
    let first = index == 0 ? start : csv.end(firstSeparator + index - 1) + 1
    return unsafe UnsafeRawBufferPointer(start: base + first, count: csv.end(firstSeparator + index) - first)
  }

  /// Bytes at the record's end that hold values without a column.
  var surplusBytes: Int {
    valueCount > 0 && presentCount > valueCount ? contentEnd - csv.end(firstSeparator + valueCount - 1) : 0
  }

  /// How many delimiters a short row lacks to have a value for each column.
  var missingValues: Int { max(0, valueCount - presentCount) }

  /// Reads the one header record that `buffer` holds.
  func openCSV(_ buffer: ByteBuffer, delimiter: UInt8) {
    open(buffer, range: 0..<buffer.count)
    indexCSV(delimiter: delimiter)
  }

  // MARK: NDJSON

  private func nextObject() throws(Failure) -> Bool {
    while nextStart < range.count {
      start = nextStart
      let rest = range.count - start
      if let lineFeed = unsafe memchr(base + start, 0x0a, rest) {
        contentEnd = unsafe UnsafeRawPointer(base).distance(to: UnsafeRawPointer(lineFeed))
        nextStart = contentEnd + 1
      } else {
        contentEnd = range.count
        nextStart = contentEnd
      }
      if contentEnd > start, unsafe base[contentEnd - 1] == 0x0d { contentEnd -= 1 }
      if isBlank(start..<contentEnd) { continue }
      recordNumber += 1
      if checksObjectsWhenRead {
        isIndexed = false
        fault = nil
      } else {
        try indexObject()
      }
      return true
    }
    return false
  }

  private func isBlank(_ range: Range<Int>) -> Bool {
    range.allSatisfy { unsafe base[$0] == 0x20 || base[$0] == 0x09 || base[$0] == 0x0d }
  }

  private func indexUnreadObject() {
    do throws(Failure) {
      try indexObject()
    } catch {
      fault = error
    }
  }

  private func indexObject() throws(Failure) {
    isIndexed = true
    valueCount = 0
    try checkUTF8()
    do throws(JSONMembers.Fault) {
      try members.indexObject(in: start..<contentEnd)
      valueCount = members.count
    } catch {
      throw Failure(.badData, error.reason, at: place(byte: error.offset))
    }
  }

  @inline(__always) func memberValue(_ index: Int) -> FieldValue { members.value(index) }

  /// The key of a member as it stands between its quotes.
  @inline(__always) public func rawKey(_ index: Int) -> FieldValue { members.key(index) }

  /// Stays the same from record to record as long as these have the same keys in the same order.
  public var keyOrder: Int { count > 0 ? members.keyOrder : -1 }

  /// Bytes of the current record in front of its closing brace, for adding members there.
  var beforeClosingBrace: UnsafeRawBufferPointer {
    if !isIndexed { indexUnreadObject() }
    guard fault == nil else { return unsafe record }
    return unsafe UnsafeRawBufferPointer(start: base + start, count: members.closingBrace - start)
  }

  /// From the closing brace to the end of the record; asked for after what is before it.
  var fromClosingBrace: UnsafeRawBufferPointer {
    guard fault == nil else { return unsafe UnsafeRawBufferPointer(start: base + contentEnd, count: 0) }
    return unsafe UnsafeRawBufferPointer(start: base + members.closingBrace, count: contentEnd - members.closingBrace)
  }

  @inline(__always) func key(_ index: Int, is name: FieldName) -> Bool {
    let key = rawKey(index)
    if key.spelling == .string { return unsafe name.matches(key.bytes) }
    let text = ByteBuffer(capacity: unsafe key.bytes.count)
    guard key.appendText(to: text) else { return false }
    return unsafe name.matches(text.bytes)
  }

  static let encodingAdvice = "iconv -f ISO-8859-1 -t UTF-8 converts the commonest other encoding"

  private func checkUTF8() throws(Failure) {
    if isWholeBlockUTF8 == nil {
      isWholeBlockUTF8 =
        unsafe validUTF8Count(UnsafeRawBufferPointer(start: base, count: range.count)) == range.count
    }
    if isWholeBlockUTF8 == true { return }
    let valid = unsafe validUTF8Count(record)
    guard valid < contentEnd - start else { return }
    let byte = unsafe base[start + valid]
    valueCount = 0
    throw Failure(
      .badData, "not UTF-8: byte 0x\(String(byte, radix: 16))", at: place(byte: start + valid),
      advice: Self.encodingAdvice)
  }
}
