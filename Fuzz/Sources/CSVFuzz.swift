import CRecordIndex

@testable import MillraceCore

/// CSV: the same records in any pieces and on both paths; copied they keep their bytes, and taken to NDJSON and back
/// their values.
func fuzzCSV(_ bytes: UnsafeRawBufferPointer) {
  var input = unsafe FuzzInput(bytes)
  var options = ReadingOptions()
  options.format = .csv
  options.delimiter = Array(",\t;|".utf8)[input.choose(4)]
  options.hasHeader = input.choose(2) == 0
  let piece = 1 + input.choose(130)
  let isPortable = input.choose(2) == 1
  let content = input.content
  let dialect = Dialect(format: .csv, delimiter: options.delimiter)
  let ends = checkedRecordEnds(of: content, dialect: dialect, piece: piece)
  millrace_use_portable_path(isPortable)

  guard let source = TableBlocks(content, options: options, piece: piece) else { return }
  if source.failure == nil, !content.starts(with: [0xef, 0xbb, 0xbf]) {
    require(source.records == max(0, ends.count - (options.hasHeader ? 1 : 0)), "the reader loses records")
  }
  checkCopy(source, options: options)
  checkConversion(source)
  var inferring = WritingOptions()
  inferring.format = .ndjson
  inferring.infersTypes = true
  inferring.unflattens = input.choose(2) == 1
  if let inferred = source.formatted(inferring)?.bytes { checkLines(inferred) }
}

/// The values of all sound rows, as text.
private func rows(_ source: TableBlocks, requiresUTF8: Bool = false) -> [[[UInt8]]] {
  var rows: [[[UInt8]]] = []
  _ = source.forEachRecord(requiresUTF8: requiresUTF8) { (cursor) throws(Failure) in
    rows.append((0..<cursor.count).map { cursor[$0].textBytes ?? [] })
  }
  return rows
}

private func checkCopy(_ source: TableBlocks, options: ReadingOptions) {
  guard let copy = source.formatted(WritingOptions(), ragged: .fail) else { return }
  if copy.bad == 0 {
    // Nothing but blank lines may be missing.
    let isLineEnd: (UInt8) -> Bool = { $0 == 0x0a || $0 == 0x0d }
    let original = source.table.preamble + source.blocks.flatMap { unsafe Array($0.slice.bytes) }
    require(copy.bytes.count <= original.count, "the copy is longer")
    require(copy.bytes.filter { !isLineEnd($0) } == original.filter { !isLineEnd($0) }, "bytes changed")
  }
  guard let again = TableBlocks(copy.bytes, options: options, piece: .max) else { return }
  // Without the blank lines before it, a mark that began the first value begins the file.
  let mark: [UInt8] = [0xef, 0xbb, 0xbf]
  let losesMark = copy.bytes.starts(with: mark) && !source.table.preamble.starts(with: mark)
  if copy.bad == 0 && !losesMark { require(rows(again) == rows(source), "the copy has other values") }
}

private func checkConversion(_ source: TableBlocks) {
  var writing = WritingOptions()
  writing.format = .ndjson
  guard let converted = source.formatted(writing) else { return }
  let expected = rows(source, requiresUTF8: true)
  let names = source.table.distinctColumns
  require(Set(names).count == names.count, "two columns have one name")

  var reading = ReadingOptions()
  reading.format = .ndjson
  guard let objects = TableBlocks(converted.bytes, options: reading, piece: .max) else {
    fatalError("the output cannot be read")
  }
  require(objects.failure == nil && objects.records == expected.count, "rows are lost")
  checkLines(converted.bytes)
  var values: [[[UInt8]]] = []
  let bad = objects.forEachRecord { (cursor) throws(Failure) in
    require(cursor.count == names.count, "members are lost")
    for (index, name) in names.enumerated() { require(cursor.key(index, is: name), "a key changed") }
    values.append((0..<cursor.count).map { cursor[$0].textBytes ?? [] })
  }
  require(bad == 0 && values == expected, "values change on the way to NDJSON")

  var back = WritingOptions()
  back.format = .csv
  back.columns = names
  guard let tabulated = objects.formatted(back) else { fatalError("the way back fails") }
  require(tabulated.bad == 0, "the way back drops rows")
  reading.format = .csv
  guard !names.isEmpty, let again = TableBlocks(tabulated.bytes, options: reading, piece: .max)
  else { return }
  require(again.table.columns == names, "the header changed")
  require(rows(again) == expected, "values change on the way back")
}

/// Every line is one JSON object, as simdjson reads it.
func checkLines(_ ndjson: [UInt8]) {
  guard let parser = try? JSONParser() else { return }
  for line in ndjson.split(separator: 0x0a) {
    let buffer = Array(line).buffer
    do throws(JSONError) {
      try unsafe parser.parse(padded: buffer.bytes, maximumDepth: JSONParser.greatestDepth)
    } catch {
      // Text that names or infers nested values may be deeper than anyone reads.
      require(error.reason == .tooDeep, "the output is not JSON: \(error)")
    }
  }
}
