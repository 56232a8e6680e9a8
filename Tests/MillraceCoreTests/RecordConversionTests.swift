import Support
import Testing

@testable import MillraceCore

/// Bytes that come in pieces of the sizes given, over and over.
private final class PiecewiseSource: ByteSource, @unchecked Sendable {
  private var rest: ArraySlice<UInt8>
  private let sizes: [Int]
  private var turn = 0

  init(_ bytes: [UInt8], sizes: [Int] = [1 << 20]) {
    rest = bytes[...]
    self.sizes = sizes
  }

  func read(into buffer: ByteBuffer) throws(Failure) -> Int {
    let count = min(rest.count, sizes[turn % sizes.count], buffer.capacity - buffer.count)
    turn += 1
    buffer.append(Array(rest.prefix(count)))
    rest = rest.dropFirst(count)
    return count
  }
}

struct Conversion {
  var reading = ReadingOptions()
  var writing = WritingOptions()
  var jobs = 1
  var sizes = [1 << 20]
  var blockBytes = 512 << 10
  var dropsBadRows = false

  struct Result {
    var text: String
    var dropped: [String]
  }

  func run(_ bytes: [UInt8]) throws(Failure) -> Result {
    let pool = BufferPool(capacity: blockBytes)
    let reader = try BlockReader(
      PiecewiseSource(bytes, sizes: sizes), name: "in", options: reading, pool: pool)
    let schema = try OutputSchema(for: reader.table, options: writing, firstRecord: reader.copyOfFirstRecord())
    let pipeline = RowPipeline(jobs: jobs, schema: schema, ragged: reading.ragged, dropsBadRows: dropsBadRows)
    var output = schema.preamble
    var dropped: [String] = []
    try pipeline.run(
      BlocksFrom { () throws(Failure) in try reader.next() },
      makeTransform: { { (record, rows) throws(Failure) in try rows.write(record) } },
      write: { processed throws(Failure) in
        output += unsafe Array(processed.output.bytes)
        dropped += processed.dropped.map(\.failure.description)
      })
    return Result(text: String(decoding: output, as: UTF8.self), dropped: dropped)
  }

  func callAsFunction(_ text: String, to format: RecordFormat? = nil) throws(Failure) -> String {
    var conversion = self
    conversion.writing.format = format
    return try conversion.run(Array(text.utf8)).text
  }

  /// The failure that the input ends in, as a person reads it.
  func failure(_ text: String, to format: RecordFormat? = nil) -> String {
    do throws(Failure) {
      return "no failure: " + (try self(text, to: format))
    } catch {
      return error.description
    }
  }
}

@Suite struct RecordConversionTests {
  let convert = Conversion()

  @Test func csvBecomesNDJSON() throws {
    let csv = "id,name,note\r\n1,\"a \"\"b\"\", c\",\n2,\"two\nlines\",\\ \t\u{1}é\n\n3,x,y"
    #expect(
      try convert(csv, to: .ndjson) == """
        {"id":"1","name":"a \\"b\\", c","note":""}
        {"id":"2","name":"two\\nlines","note":"\\\\ \\t\\u0001é"}
        {"id":"3","name":"x","note":"y"}

        """)
  }

  @Test func ndjsonBecomesCSV() throws {
    let ndjson = """
      {"id":1.50,"name":"a \\"b\\", c","x":null,"nested":{"k":[1,2]}}

      {"name":"l\\u00e9\\n\\ud83d\\ude00","id":-0,"nested":[],"x":true}
      """
    #expect(
      try convert(ndjson, to: .csv) == """
        id,name,x,nested
        1.50,"a ""b"", c",,"{""k"":[1,2]}"
        -0,"lé
        😀",true,[]

        """)
  }

  @Test func untouchedBytesStay() throws {
    let csv = "\u{FEFF}a,a,\r\n 1 ,\"2\",\"x\"y\r\n\n\"\",,5\" disk\rlast,,"
    #expect(try convert(csv) == "\u{FEFF}a,a,\r\n 1 ,\"2\",\"x\"y\r\n\"\",,5\" disk\rlast,,")
    let ndjson = "{ \"a\" : 1.0e+2 , \"a\":\"\\u0041\" }\r\n{\"b\":[ ]}"
    #expect(try convert(ndjson) == ndjson)
  }

  @Test func emptyAndRepeatedNamesBecomeDistinctKeys() throws {
    #expect(
      try convert("a,,a,a_2,a\n1,2,3,4,5\n", to: .ndjson)
        == "{\"a\":\"1\",\"column_2\":\"2\",\"a_3\":\"3\",\"a_2\":\"4\",\"a_4\":\"5\"}\n")
  }

  @Test func numbersAsNamesStillMakeObjects() throws {
    #expect(try convert("0,1\na,b\n", to: .ndjson) == "{\"0\":\"a\",\"1\":\"b\"}\n")
    var convert = convert
    convert.writing.unflattens = true
    #expect(try convert("0,1\na,b\n", to: .ndjson) == "{\"0\":\"a\",\"1\":\"b\"}\n")
  }

  /// An empty line would be no record.
  @Test func theOnlyColumnIsNeverAnEmptyLine() throws {
    #expect(try convert("{\"a\":1}\n{}\n{\"a\":null}\n{\"a\":\"\"}\n", to: .csv) == "a\n1\n\"\"\n\"\"\n\"\"\n")
    var convert = convert
    convert.writing.flattens = true
    #expect(try convert("{\"a\":1}\n{}\n", to: .csv) == "a\n1\n\"\"\n")
  }

  /// The file's own mark is taken off when the CSV is read.
  @Test func aNameThatBeginsWithAMarkKeepsIt() throws {
    let ndjson = "{\"\u{FEFF}a\":\"1\"}\n"
    let csv = try convert(ndjson, to: .csv)
    #expect(Array(csv.utf8) == Array("\u{FEFF}\u{FEFF}a\n1\n".utf8))
    #expect(try convert(csv, to: .ndjson) == ndjson)
  }

  @Test func aFirstRecordWithoutFieldsMakesNoColumns() throws {
    #expect(
      convert.failure("{}\n{\"a\":1}\n", to: .csv)
        == "in: the first record has no fields, so there are no columns for CSV"
        + " (name all columns with --columns, in the order wanted)")
    var convert = convert
    convert.reading.format = .ndjson
    #expect(try convert(" \n\n", to: .csv) == "")
  }

  @Test func namesThatAreNotUTF8AreNoKeys() {
    var conversion = convert
    conversion.writing.format = .ndjson
    #expect(
      throws: Failure(
        .badData, "the name of the column \"M\u{FFFD}laga\" is not UTF-8", at: Place(file: "in"),
        advice: "iconv -f ISO-8859-1 -t UTF-8 converts the commonest other encoding")
    ) { try conversion.run(Array("a,M".utf8) + [0xe1] + Array("laga\n1,2\n".utf8)) }
  }

  @Test func typesAreInferredOnlyWhenAsked() throws {
    var convert = convert
    let csv = "a,b,c,d,e,f,g\n1.50,007,true,,NaN,\"[1, {\"\"k\"\":2}]\",null\n"
    #expect(
      try convert(csv, to: .ndjson)
        == "{\"a\":\"1.50\",\"b\":\"007\",\"c\":\"true\",\"d\":\"\",\"e\":\"NaN\",\"f\":\"[1, {\\\"k\\\":2}]\",\"g\":\"null\"}\n"
    )
    convert.writing.infersTypes = true
    #expect(
      try convert(csv, to: .ndjson)
        == "{\"a\":1.50,\"b\":\"007\",\"c\":true,\"d\":null,\"e\":\"NaN\",\"f\":[1, {\"k\":2}],\"g\":\"null\"}\n")
  }

  @Test func nestedValuesFlattenAndComeBack() throws {
    var flatten = convert
    flatten.writing.flattens = true
    let ndjson = "{\"id\":\"1\",\"at\":{\"x\":\"2\",\"y\":{\"z\":\"3\"}},\"l\":[\"a\",{\"b\":\"c\"}]}\n"
    let csv = try flatten(ndjson, to: .csv)
    #expect(csv == "id,at.x,at.y.z,l.0,l.1.b\n1,2,3,a,c\n")
    var unflatten = convert
    unflatten.writing.unflattens = true
    #expect(try unflatten(csv, to: .ndjson) == ndjson)
    #expect(try flatten("{\"a\":{},\"b\":[[]]}\n", to: .csv) == "a,b.0\n{},[]\n")
  }

  @Test func raggedRowsFollowThePolicy() throws {
    let csv = "a,b,c\n1,2\n1,2,3\n1,2,3,4\n"
    #expect(
      convert.failure(csv)
        == "in:2: 2 values, where the header names 3 (--ragged fill takes the missing ones as empty)")
    var ragged = convert
    ragged.reading.ragged = .fill
    #expect(
      ragged.failure(csv) == "in:4: 4 values, where the header names 3 (--ragged trim drops the surplus ones)")
    ragged.reading.ragged = .trim
    #expect(try ragged(csv) == "a,b,c\n1,2,\n1,2,3\n1,2,3\n")
    #expect(try ragged(csv, to: .ndjson).hasSuffix("{\"a\":\"1\",\"b\":\"2\",\"c\":\"3\"}\n"))
  }

  @Test func badRowsAreLeftOutWhenAsked() throws {
    var skip = convert
    skip.dropsBadRows = true
    let result = try skip.run(Array("{\"a\":1}\n{\"a\":}\n{\"a\":2}\n{\"a\":\"\u{1}\"}\n".utf8))
    #expect(result.text == "{\"a\":1}\n{\"a\":2}\n")
    #expect(
      result.dropped == [
        "in:2: byte 13: not a JSON value (true, false, null, a number, a string, an object or an array)",
        "in:4: byte 29: a control character stands unescaped in a string",
      ])
  }

  @Test func aRowThatIsNotWrittenDoesNotDecideHowTheNextOneIs() throws {
    let ndjson = Array("{\"a\":1,\"b\":2}\n{\"b\":3,\"a\":4}\n{\"b\":5,\"a\":6}\n{\"a\":7,\"b\":8}\n".utf8)
    var options = WritingOptions()
    options.format = .csv
    let reader = try BlockReader(
      MemorySource(ndjson), name: "in", options: ReadingOptions(), pool: BufferPool(capacity: 512 << 10))
    let schema = try OutputSchema(for: reader.table, options: options, firstRecord: reader.copyOfFirstRecord())
    let pipeline = RowPipeline(jobs: 1, schema: schema, ragged: .fail, dropsBadRows: false)
    var text = ""
    try pipeline.run(
      BlocksFrom { () throws(Failure) in try reader.next() },
      makeTransform: { { (row, rows) throws(Failure) in if row.recordNumber != 1 { try rows.write(row) } } },
      write: { processed throws(Failure) in text += unsafe String(decoding: processed.output.bytes, as: UTF8.self) })
    #expect(text == "1,2\n6,5\n7,8\n")
  }

  @Test func failuresNamePlaceAndCure() {
    #expect(
      convert.failure("a,b\n1,\"2\n3\n4")
        == "in:2: a quote is opened on this line and never closed (write a quote within a quoted field twice: \"\")")
    #expect(
      convert.failure("{\"a\":1}\n{\"b\":2}\n", to: .csv)
        == "in:2: field \"b\": a field that the first record does not have and the output has no column for (name all columns with --columns, in the order wanted)"
    )
    #expect(
      convert.failure("{\"a\":1,\"a\":2}\n", to: .csv)
        == "in:1: field \"a\": the key stands twice in this record, and CSV has one column for it")
    #expect(
      convert.failure("{\"a\":\"\\ud800\"}\n", to: .csv)
        == "in:1: field \"a\": an escape \\uD800…\\uDFFF without its other half, which no text can hold")
    #expect(
      convert.failure("[{\"a\":1}]\n")
        == "in:1: a JSON array, where NDJSON (one object a line) was expected (jq -c '.[]' makes NDJSON of it; --from csv reads it as CSV)"
    )
    #expect(
      convert.failure("a\u{0}b\n")
        == "in: byte 1: binary data (a zero byte), where CSV or NDJSON was expected (--from csv reads it nevertheless)")
    var small = Conversion()
    small.reading.maximumRecordBytes = 1000
    small.blockBytes = 70_000
    #expect(
      small.failure("a,b\n1,\"" + String(repeating: "x", count: 200_000) + "\"\n")
        == "in:2: the record that starts here is longer than 1000 bytes; it ends within quotes, so a quote may not be closed (--max-record-bytes allows longer ones)"
    )
  }

  /// What spreadsheet programs save as "Unicode text".
  @Test(arguments: [[0xff, 0xfe, 0x61, 0x00, 0x0a, 0x00], [0xfe, 0xff, 0x00, 0x61, 0x00, 0x0a]])
  func textInUTF16IsToldApartFromBinaryData(bytes: [UInt8]) throws {
    let failure = try #require(throws: Failure.self) { try Conversion().run(bytes) }
    #expect(
      failure.description == "in: text in UTF-16, where UTF-8 was expected (iconv -f UTF-16 -t UTF-8 converts it)")
  }

  @Test func invalidUTF8IsNamedByItsByte() throws {
    let latin1: [UInt8] = Array("a\nx\n".utf8) + [0x47, 0xe9, 0x6e, 0x65, 0x0a]
    var toJSON = Conversion()
    toJSON.writing.format = .ndjson
    #expect(throws: Failure.self) { try toJSON.run(latin1) }
    do throws(Failure) {
      _ = try toJSON.run(latin1)
    } catch {
      #expect(
        error.description
          == "in:3: byte 5: not UTF-8: byte 0xe9 (iconv -f ISO-8859-1 -t UTF-8 converts the commonest other encoding)")
    }
    // As CSV the bytes pass as they are.
    let pool = try Conversion().run(latin1)
    #expect(pool.text.utf8.count > 0)
  }

  @Test func headersAlonePass() throws {
    #expect(try convert("a,b\r\n") == "a,b\r\n")
    #expect(try convert("a,b") == "a,b")
    #expect(try convert("a,b\n", to: .ndjson) == "")
    #expect(try convert("") == "")
    #expect(try convert("\n\n", to: .ndjson) == "")
  }

  @Test func noHeaderNumbersTheColumns() throws {
    var plain = convert
    plain.reading.hasHeader = false
    #expect(try plain("1,2\n3,4\n") == "1,2\n3,4\n")
    #expect(try plain("1,2\n", to: .ndjson) == "{\"column_1\":\"1\",\"column_2\":\"2\"}\n")
  }

  @Test func tabsAndOtherDelimiters() throws {
    #expect(try convert("a\tb\n1\t\"2\t3\"\n", to: .csv) == "a,b\n1,2\t3\n")
    #expect(try convert("a,b\n1,2\t3\n", to: .tsv) == "a\tb\n1\t\"2\t3\"\n")
    var semicolon = convert
    semicolon.reading.delimiter = UInt8(ascii: ";")
    #expect(try semicolon("a;b\n1,5;2\n", to: .ndjson) == "{\"a\":\"1,5\",\"b\":\"2\"}\n")
  }

  // MARK: Laws

  /// CSV as people and programs write it: quoted or not, any line end, some text in several scripts.
  private func table(_ random: inout SeededGenerator) -> (csv: String, cells: [[String]]) {
    let columns = Int.random(in: 1...6, using: &random)
    let words = [
      "", "a", "1.5", "x,y", "\"", "\"\"", "two\nlines", "\r\n", "größe", "данные", "東京", " ", "\\", "\t", "😀",
    ]
    let lineEnd = ["\n", "\r\n"].randomElement(using: &random) ?? "\n"
    var cells = [(0..<columns).map { "c\($0)" }]
    for _ in 0..<Int.random(in: 0...40, using: &random) {
      cells.append(
        (0..<columns).map { _ in
          (0..<Int.random(in: 0...3, using: &random)).map { _ in words[Int.random(in: words.indices, using: &random)] }
            .joined()
        })
    }
    let text = cells.map { row in
      row.map { cell in
        let needsQuotes = cell.contains { "\",\n\r\r\n".contains($0) } || (cell.isEmpty && columns == 1)
        return needsQuotes || Bool.random(using: &random)
          ? "\"" + cell.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\"" : cell
      }.joined(separator: ",") + lineEnd
    }.joined()
    return (text, cells)
  }

  @Test func anyNumberOfJobsAndAnyReadsGiveTheSameBytes() throws {
    var random = SeededGenerator()
    for _ in 0..<150 {
      let (csv, _) = table(&random)
      let expected = try convert(csv, to: .ndjson)
      var other = convert
      other.jobs = Int.random(in: 1...4, using: &random)
      other.sizes = (0..<3).map { _ in Int.random(in: 1...100, using: &random) }
      other.blockBytes = Int.random(in: 70_000...80_000, using: &random)
      #expect(try other(csv, to: .ndjson) == expected)
      #expect(try other(csv) == csv)
    }
  }

  @Test func csvToNDJSONAndBackKeepsEveryValue() throws {
    var random = SeededGenerator()
    for _ in 0..<300 {
      let (csv, cells) = table(&random)
      guard cells.count > 1 else { continue }
      let there = try convert(csv, to: .ndjson)
      let back = try convert(there, to: .csv)
      // Written plainly: quotes only where they must be.
      let expected = cells.map { row in
        row.map { cell in
          let isSpecial = cell.utf8.contains { [34, 44, 10, 13].contains($0) } || (cell.isEmpty && row.count == 1)
          return isSpecial
            ? "\"" + cell.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
            : cell
        }.joined(separator: ",") + "\n"
      }.joined()
      #expect(back == expected)
    }
  }

  @Test func blocksOfAnySizeGiveTheSameRows() throws {
    let rows = (0..<20_000).map { "\($0),\"quoted \($0)\nline\",\(String(repeating: "é", count: $0 % 50))" }
    let csv = "n,q,t\n" + rows.joined(separator: "\n") + "\n"
    var small = convert
    small.blockBytes = 66_000
    small.jobs = 3
    small.sizes = [7919]
    #expect(try small(csv) == csv)
    let ndjson = try convert(csv, to: .ndjson)
    #expect(try small(csv, to: .ndjson) == ndjson)
    #expect(try small(ndjson, to: .csv) == convert(ndjson, to: .csv))
  }
}

/// Inputs that once gave wrong rows, took for ever or wrote beyond a buffer.
@Suite struct RecordRegressionTests {
  let convert = Conversion()

  @Test func missingValuesThatBecomeNullHaveRoom() throws {
    var wide = Conversion()
    wide.reading.ragged = .fill
    wide.writing.infersTypes = true
    let header = (0..<9_999).map { "c\($0)" }.joined(separator: ",") + "," + String(repeating: "L", count: 400_000)
    let json = try wide(header + "\n1\n2\n", to: .ndjson)
    #expect(json.split(separator: "\n").allSatisfy { $0.hasSuffix("L\":null}") })
    #expect(json.split(separator: "\n").count == 2)
  }

  @Test func jsonOverSeveralLinesStaysText() throws {
    var infer = convert
    infer.writing.infersTypes = true
    #expect(
      try infer("a,b\n\"{\"\"x\"\":\n1}\",2\n", to: .ndjson) == "{\"a\":\"{\\\"x\\\":\\n1}\",\"b\":2}\n")
  }

  @Test func aCarriageReturnAtTheEndOfABufferEndsItsRecord() throws {
    var small = convert
    small.blockBytes = 70_000
    let text = "a\r" + String(repeating: "x", count: 70_000 - 3) + "\r" + "y\r" + "z\r"
    #expect(try small(text, to: .ndjson).split(separator: "\n").count == 3)
    #expect(try small(text) == text)
  }

  @Test func unflattenedColumnsNeverRepeatAKey() throws {
    var unflatten = convert
    unflatten.writing.unflattens = true
    #expect(try unflatten("a.b,a\n1,2\n", to: .ndjson) == "{\"a.b\":\"1\",\"a\":\"2\"}\n")
    #expect(try unflatten("a.b.c,a.b\n1,2\n", to: .ndjson) == "{\"a.b.c\":\"1\",\"a\":{\"b\":\"2\"}}\n")
    let dots = String(repeating: ".", count: 20_000)
    #expect(try unflatten("a\(dots)\n1\n", to: .ndjson) == "{\"a\(dots)\":\"1\"}\n")
  }

  @Test func manyEqualNamesAndManyBadRowsTakeNoSquareOfTheTime() throws {
    let names = Array(repeating: "a", count: 20_000).joined(separator: ",")
    let values = Array(repeating: "1", count: 20_000).joined(separator: ",")
    #expect(try convert("\(names)\n\(values)\n", to: .ndjson).hasSuffix("\"a_20000\":\"1\"}\n"))
    var skip = convert
    skip.dropsBadRows = true
    let dropped = try skip.run(Array(("a,b\n" + String(repeating: "x\n", count: 100_000)).utf8)).dropped
    #expect(dropped.count == 100_000)
    #expect(dropped.last?.hasPrefix("in:100001: ") == true)
  }

  @Test func namesOfFlattenedValuesAreBounded() {
    var flatten = convert
    flatten.writing.flattens = true
    let deep =
      String(repeating: "{\"kkkkkkkk\":", count: 900) + "[" + Array(repeating: "1", count: 4_000).joined(separator: ",")
      + "]" + String(repeating: "}", count: 900)
    #expect(
      flatten.failure("{\"a\":\(deep)}\n", to: .csv)
        == "in:1: the names of its flattened values have more than 16777216 bytes (without --flatten nested values stay JSON)"
    )
  }

  @Test func blankLinesAreNoLongRecord() throws {
    var small = Conversion()
    small.reading.maximumRecordBytes = 1000
    small.blockBytes = 70_000
    let blank = String(repeating: "\n", count: 300_000)
    #expect(try small("a\n1\n\(blank)2\n", to: .ndjson) == "{\"a\":\"1\"}\n{\"a\":\"2\"}\n")
  }

  @Test func keysInAnyOrderFindTheirColumns() throws {
    let keys = (0..<3_000).map { "k\($0)" }
    func record(_ keys: [String]) -> String {
      "{" + keys.map { "\"\($0)\":\"v\($0)\"" }.joined(separator: ",") + "}\n"
    }
    let csv = try convert(record(keys) + record(keys.reversed()) + record(keys), to: .csv)
    let lines = csv.split(separator: "\n")
    #expect(lines.count == 4)
    #expect(lines[1] == lines[2] && lines[2] == lines[3])
  }
}
