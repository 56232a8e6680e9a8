import CRecordIndex

@testable import MillraceCore

/// NDJSON: the same records in any pieces and on both paths, the members that simdjson finds, and values that survive
/// the way to CSV.
func fuzzNDJSON(_ bytes: UnsafeRawBufferPointer) {
  var input = unsafe FuzzInput(bytes)
  let piece = 1 + input.choose(130)
  let isPortable = input.choose(2) == 1
  let content = input.content
  let ends = checkedRecordEnds(of: content, dialect: Dialect(format: .ndjson), piece: piece)
  millrace_use_portable_path(isPortable)

  var options = ReadingOptions()
  options.format = .ndjson
  guard let source = TableBlocks(content, options: options, piece: piece) else { return }
  if !content.starts(with: [0xef, 0xbb, 0xbf]) {
    require(source.records == ends.count, "the reader loses records")
  }
  _ = source.forEachRecord { (cursor) throws(Failure) in checkMembers(cursor) }
  if let copy = source.formatted(WritingOptions()), copy.bad == 0 {
    require(copy.bytes.filter { $0 != 0x0a } == nonBlankContent(source), "bytes changed")
  }
  checkTable(source)
  checkFlattening(source)
}

/// The lines that hold a record, without their line ends.
private func nonBlankContent(_ source: TableBlocks) -> [UInt8] {
  let blank: [UInt8] = [0x20, 0x09, 0x0d]
  return source.blocks.flatMap { block in
    unsafe Array(block.slice.bytes).split(separator: 0x0a).filter { !$0.allSatisfy(blank.contains) }.joined()
  }
}

/// The cursor's members are those of the object as simdjson reads it.
private func checkMembers(_ cursor: RecordCursor) {
  guard let value = try? unsafe JSONValue.parse(cursor.record, maximumDepth: JSONParser.greatestDepth) else {
    // Half a surrogate pair in a nested value: bytes of a row, but no text; or deeper than values may be.
    return
  }
  guard let members = value.members else { fatalError("not an object") }
  require(members.count == cursor.count, "members are lost")
  for (index, member) in members.enumerated() {
    require(cursor.rawKey(index).textBytes == Array(member.name.utf8), "a key differs")
    let own = cursor[index]
    switch (member.value, own.spelling) {
    case (.null, .null): break
    case (.bool(let value), .boolean): require(own.textBytes == Array((value ? "true" : "false").utf8))
    case (.number(let text), .number): require(own.textBytes == Array(text.utf8))
    case (.string(let text), .string), (.string(let text), .escapedString):
      require(own.textBytes == Array(text.utf8), "a text differs")
    case (.array, .array), (.object, .object):
      let parsed = try? unsafe JSONValue.parse(own.bytes, maximumDepth: JSONParser.greatestDepth)
      require(parsed == member.value, "a nested value differs")
    default: fatalError("a value's kind differs")
    }
  }
}

/// NDJSON to CSV keeps each value's text.
private func checkTable(_ source: TableBlocks) {
  var options = WritingOptions()
  options.format = .csv
  guard let table = source.formatted(options), !table.bytes.isEmpty else { return }
  var reading = ReadingOptions()
  reading.format = .csv
  guard let rows = TableBlocks(table.bytes, options: reading, piece: .max) else {
    fatalError("the output cannot be read")
  }
  require(rows.failure == nil && rows.records == source.records - table.bad, "rows are lost")
  let columns = rows.table.columns
  guard table.bad == 0, Set(columns).count == columns.count else { return }
  var expected: [[[UInt8]]] = []
  _ = source.forEachRecord { (cursor) throws(Failure) in
    expected.append(columns.map { cursor.value(of: $0)?.textBytes ?? [] })
  }
  var values: [[[UInt8]]] = []
  let bad = rows.forEachRecord(ragged: .fail) { (cursor) throws(Failure) in
    values.append((0..<cursor.count).map { cursor[$0].textBytes ?? [] })
  }
  require(bad == 0 && values == expected, "values change on the way to CSV")
}

/// Flattened rows are CSV, and what is made of it again are objects.
private func checkFlattening(_ source: TableBlocks) {
  var options = WritingOptions()
  options.format = .csv
  options.flattens = true
  guard let table = source.formatted(options), !table.bytes.isEmpty else { return }
  var reading = ReadingOptions()
  reading.format = .csv
  guard let rows = TableBlocks(table.bytes, options: reading, piece: .max) else {
    fatalError("the output cannot be read")
  }
  require(rows.failure == nil && rows.records == source.records - table.bad, "rows are lost")
  options.format = .ndjson
  options.unflattens = true
  options.infersTypes = true
  guard let nested = rows.formatted(options, ragged: .fail) else { return }
  require(nested.bad == 0, "flattened rows are ragged")
  checkLines(nested.bytes)
}
