import CRecordIndex
import Support
import Testing

@testable import MillraceCore

/// The records of a file, whatever their number of fields: their values as text.
struct RawRecords: Equatable {
  var records: [[[UInt8]]] = []
  /// What ended the reading early.
  var failure: String?

  /// - Parameter piece: Bytes that a read gives.
  init(_ content: [UInt8], delimiter: UInt8, piece: Int = .max) {
    var options = ReadingOptions()
    options.format = .csv
    options.delimiter = delimiter
    options.hasHeader = false
    do throws(Failure) {
      let reader = try BlockReader(
        MemorySource(content, piece: piece), name: "in", options: options,
        pool: BufferPool(capacity: BlockReader.blockBytes))
      let cursor = RecordCursor()
      while let block = try reader.next() {
        cursor.open(block)
        while cursor.nextCSV() {
          records.append(
            (0..<cursor.count).map { index in
              let text = ByteBuffer(capacity: 0)
              _ = cursor.csvValue(index).appendText(to: text)
              return unsafe Array(text.bytes)
            })
        }
      }
    } catch {
      failure = error.description
    }
  }

  /// `records fields digest`, as Tests/Support/csv_oracle.py writes it.
  var summary: String {
    let hasher = SHA256Hasher()
    let all = ByteBuffer()
    for record in records {
      for field in record {
        let count = UInt64(field.count)
        all.append((0..<8).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) })
        all.append(field)
      }
      all.append([UInt8](repeating: 0xff, count: 8))
    }
    unsafe hasher.update(all.bytes)
    return "\(records.count) \(records.reduce(0) { $0 + $1.count }) \(hasher.finish().hex.prefix(16))"
  }
}

/// The suites of CSV: every file has its decision, which is Python's wherever both read it.
///
/// Serialized: the portable path is switched for the whole process.
@Suite(
  .serialized, .enabled(if: conformanceSuites != nil, "MILLRACE_FIXTURES names no folder of real input"))
struct CSVConformanceTests {
  struct Case {
    var path: String
    var content: [UInt8]
    var delimiter: UInt8
    var raw: RawRecords

    init(_ path: String) throws {
      self.path = path
      content = try ConformanceTable.content(path)
      // As it would be sniffed if nothing forbade that.
      let line = content.prefix { $0 != 0x0a && $0 != 0x0d }
      delimiter = UInt8(ascii: line.contains(0x09) && !line.contains(0x2c) ? "\t" : ",")
      raw = RawRecords(content, delimiter: delimiter)
    }

    /// The end of `merge --to ndjson FILE`, and how many lines it writes.
    var conversion: String {
      do throws(Failure) {
        var conversion = Conversion()
        conversion.writing.format = .ndjson
        let lines = try conversion.run(content).text.utf8.count { $0 == 0x0a }
        return "\(lines) rows"
      } catch {
        return error.description
      }
    }
  }

  static let cases = try? ConformanceTable.files(below: ["csv", "csvfuzz", "csvw"]) { !$0.hasSuffix(".json") }.map {
    try Case($0)
  }

  @Test func everyCaseHasItsOutcome() throws {
    let cases = try #require(Self.cases)
    #expect(cases.count > 500)
    try ConformanceTable.check(
      cases.map { item in
        (item.path, [item.raw.failure ?? item.raw.summary, item.conversion].map(tableCell))
      }, against: "csv")
  }

  @Test func bothPathsAndAllPiecesAgree() throws {
    defer { millrace_use_portable_path(false) }
    for item in try #require(Self.cases) {
      millrace_use_portable_path(true)
      #expect(RawRecords(item.content, delimiter: item.delimiter) == item.raw, "\(item.path)")
      millrace_use_portable_path(false)
      if item.content.count < 100_000 {
        #expect(RawRecords(item.content, delimiter: item.delimiter, piece: 1) == item.raw, "\(item.path)")
      }
    }
  }

  /// Python takes a quote that is never closed as closed at the end; we do not.
  @Test(.enabled(if: Executable("/usr/bin/env").run(["python3", "--version"]).status == 0, "python3 is not here"))
  func pythonReadsTheSame() throws {
    let cases = try #require(Self.cases)
    let list = cases.map { "\($0.delimiter) \(conformanceSuites ?? "")/\($0.path)\n" }.joined()
    let program = "/" + #filePath.split(separator: "/").dropLast(2).joined(separator: "/") + "/Support/csv_oracle.py"
    let outcome = Executable("/usr/bin/env").run(["python3", program], input: .text(list))
    try #require(outcome.status == 0, "\(outcome.errorText)")
    let summaries = outcome.outputText.split(separator: "\n").map(String.init)
    try #require(summaries.count == cases.count)
    for (item, summary) in zip(cases, summaries) where item.raw.failure == nil {
      #expect(item.raw.summary == summary, "\(item.path)")
    }
    for item in cases {
      guard let failure = item.raw.failure else { continue }
      #expect(failure.contains("a quote is opened on this line and never closed"), "\(item.path)")
    }
  }

  /// Where we read a file otherwise than its suite says.
  static let differences = [
    "csv/max-mapper+csv-spectrum/csvs/location_coordinates.csv": "its JSON has another telephone number than the file",
    "csv/sineemore+csv-test-data/csv/all-empty.csv": "two blank lines: to us, as to Python, no records",
  ]

  /// csv-spectrum and csv-test-data say in JSON what their files mean.
  @Test func theSuitesOwnExpectationsAreMet() throws {
    var compared = 0
    for item in try #require(Self.cases) {
      let parts = item.path.split(separator: "/")
      guard parts.count == 4, parts[0] == "csv", parts[2].hasPrefix("csv") else { continue }
      let expectation = "csv/\(parts[1])/json/\(parts[3].dropLast(4)).json"
      guard Self.differences[item.path] == nil, let bytes = readFile("\(conformanceSuites ?? "")/\(expectation)") else {
        continue
      }
      let document = ByteBuffer()
      document.append(bytes)
      let expected = try unsafe JSONValue.parse(document.bytes, maximumDepth: 8)
      let records = item.raw.records.map { $0.map { JSONValue.string(String(decoding: $0, as: UTF8.self)) } }
      let objects = records.dropFirst().map { record in
        JSONValue.object(zip(records[0], record).map { .init($0.text ?? "", $1) })
      }
      if case .array(let elements) = expected, case .array = elements.first {
        #expect(.array(records.map { .array($0) }) == expected, "\(item.path)")
      } else {
        #expect(.array(objects) == expected, "\(item.path)")
      }
      compared += 1
    }
    #expect(compared == 9)
  }
}
