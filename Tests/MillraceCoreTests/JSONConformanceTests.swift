import CRecordIndex
import Support
import Testing

@testable import MillraceCore

/// The suites of JSON, through both of our readers: each file as a document by simdjson, and as the value of a field of an
/// NDJSON record by our own index.
///
/// Serialized: the portable path is switched for the whole process.
@Suite(
  .serialized, .enabled(if: conformanceSuites != nil, "MILLRACE_FIXTURES names no folder of real input"))
struct JSONConformanceTests {
  struct Case {
    var path: String
    var content: [UInt8]
    /// The document as a value.
    var document: String
    /// The document on one line within a record.
    var record: String
    /// The file read as NDJSON.
    var lines: String

    init(_ path: String) throws {
      self.path = path
      content = try ConformanceTable.content(path)
      document = Self.outcomeOfDocument(content)
      record = Self.outcomeOfRecords(Array("{\"value\":".utf8) + content + Array("}\n".utf8))
      lines = Self.outcomeOfRecords(content)
    }

    /// Line feeds are white space in JSON and end records in NDJSON.
    var isOneLine: Bool { !content.contains(0x0a) }

    /// Whether the suite says that it must, or must not, be JSON.
    var expectation: Bool? {
      guard path.contains("JSONTestSuite/test_parsing/"), let name = path.split(separator: "/").last else { return nil }
      return name.hasPrefix("y_") ? true : name.hasPrefix("n_") ? false : nil
    }

    static func outcomeOfDocument(_ content: [UInt8]) -> String {
      let buffer = ByteBuffer(capacity: content.count)
      buffer.append(content)
      do throws(Failure) {
        let value = try unsafe JSONValue.parse(buffer.bytes, maximumDepth: JSONParser.greatestDepth)
        return "value \(digest(Array(value.json.utf8)))"
      } catch {
        return error.description
      }
    }

    /// How many records there are, with what they hold; or the first failure.
    static func outcomeOfRecords(_ content: [UInt8]) -> String {
      var options = ReadingOptions()
      options.format = .ndjson
      do throws(Failure) {
        let reader = try BlockReader(
          MemorySource(content), name: "in", options: options, pool: BufferPool(capacity: BlockReader.blockBytes))
        let cursor = RecordCursor()
        let members = ByteBuffer()
        var records = 0
        while let block = try reader.next() {
          cursor.open(block)
          while try cursor.next() {
            records += 1
            for index in 0..<cursor.count {
              unsafe members.append(cursor.rawKey(index).bytes)
              members.append("\(cursor[index].spelling)")
              unsafe members.append(cursor[index].bytes)
            }
          }
        }
        return "\(records) \(records == 1 ? "record" : "records") \(digest(unsafe Array(members.bytes)))"
      } catch {
        return error.description
      }
    }

    private static func digest(_ bytes: [UInt8]) -> String {
      let hasher = SHA256Hasher()
      unsafe bytes.withUnsafeBytes { unsafe hasher.update($0) }
      return String(hasher.finish().hex.prefix(16))
    }
  }

  static let cases = try? ConformanceTable.files(below: ["json"]) { $0.hasSuffix(".json") }.map { try Case($0) }

  @Test func everyCaseHasItsOutcome() throws {
    let cases = try #require(Self.cases)
    #expect(cases.count > 150)
    try ConformanceTable.check(
      cases.map { ($0.path, [$0.document, $0.record, $0.lines].map(tableCell)) }, against: "json")
  }

  @Test func whatTheSuiteDemandsIsMet() throws {
    var demands = 0
    for item in try #require(Self.cases) {
      guard let mustParse = item.expectation else { continue }
      demands += 1
      #expect(item.document.hasPrefix("value ") == mustParse, "\(item.path)")
      // A line feed within the document cuts the record: that is bad whatever the document is.
      #expect(item.record.hasPrefix("1 record ") == (mustParse && item.isOneLine), "\(item.path)")
    }
    #expect(demands > 120)
  }

  @Test func bothPathsAgree() throws {
    defer { millrace_use_portable_path(false) }
    for item in try #require(Self.cases) {
      millrace_use_portable_path(true)
      let record = Case.outcomeOfRecords(Array("{\"value\":".utf8) + item.content + Array("}\n".utf8))
      let lines = Case.outcomeOfRecords(item.content)
      millrace_use_portable_path(false)
      #expect(record == item.record && lines == item.lines, "\(item.path)")
    }
  }
}
