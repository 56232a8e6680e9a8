import MillraceCore
import Support
import Testing

@testable import aug_pubmed

/// Queries made of rows.
@Suite struct QueryTemplateTests {
  private func queries(_ template: QueryTemplate, _ rows: String) throws -> [String?] {
    let folder = TemporaryFolder()
    let path = folder.write("rows", rows)
    let tables = TableSequence([path], options: ReadingOptions()) { path throws(Failure) in try RowInput(path) }
    let cursor = RecordCursor()
    var queries: [String?] = []
    while let block = try tables.next() {
      cursor.open(block)
      while try cursor.next() { queries.append(try template.query(for: cursor)) }
    }
    return queries
  }

  @Test(arguments: [
    ("{g}", ["g"], "A"), ("{g}[Gene] AND {h}", ["g", "h"], "A[Gene] AND B"), ("{g}{g}", ["g", "g"], "AA"),
    ("{{x}} {g} }}", ["g"], "{x} A }"), ("{a b}", ["a b"], "C"), ("é{g}日", ["g"], "éA日"),
    ("\"{g}\"[ti]", ["g"], "\"A\"[ti]"),
    ("{{{g}}}", ["g"], "{A}"),
  ])
  func templatesAreFilled(template: String, fields: [String], query: String) throws {
    let read = try QueryTemplate(template)
    #expect(read.fields.map(\.description) == fields)
    #expect(try queries(read, #"{"g":"A","h":"B","a b":"C"}"# + "\n") == [query])
  }

  @Test func fieldsMayHaveTheNameOfAnything() throws {
    #expect(try queries(QueryTemplate(field: "a{b}"), #"{"a{b}":"x y"}"# + "\n") == ["x y"])
  }

  @Test func whatIsEmptyAsksNothing() throws {
    let rows = "g,h\n,x\n\" \t\",x\nx,\"\"\nx,y\n\"\"\"\",y\n"
    #expect(try queries(try QueryTemplate("{g} AND {h}"), rows) == [nil, nil, nil, "x AND y", nil])
    #expect(
      try queries(QueryTemplate(field: "g"), "{\"g\":null}\n{\"g\":\"\"}\n{\"g\":\" \\u0000 \"}\n") == [nil, nil, nil])
    // Alone, quotes are a part of the query.
    #expect(try queries(QueryTemplate(field: "g"), "{\"g\":\"\\\"\\\"\"}\n") == ["\"\""])
  }

  @Test func everyValueIsOneLineWithoutControlCharacters() throws {
    var random = SeededGenerator()
    let template = try QueryTemplate("{v}[ti]")
    for _ in 0..<300 {
      let scalars = (0..<Int.random(in: 1..<12, using: &random)).compactMap { _ in
        Unicode.Scalar(UInt32.random(in: 0..<0x3000, using: &random))
      }
      let value = String(String.UnicodeScalarView(scalars))
      let row = JSONValue.object([.init("v", .string(value))]).json + "\n"
      guard let query = try queries(template, row)[0] else { continue }
      let words = query.unicodeScalars.dropLast(4)
      let isClean = words.allSatisfy { scalar in
        scalar == " "
          || !scalar.properties.isWhitespace && scalar.properties.generalCategory != .control && scalar != "\""
      }
      #expect(
        isClean && query.unicodeScalars.suffix(4).elementsEqual("[ti]".unicodeScalars) && words.first != " ",
        "seed \(random.seed)")
      let kept = scalars.filter {
        !$0.properties.isWhitespace && $0.properties.generalCategory != .control && $0 != "\""
      }
      #expect(Array(words.filter { $0 != " " }) == kept, "seed \(random.seed)")
    }
  }
}

/// A file as an input of rows.
private final class RowInput: TableInput {
  let name = "rows"
  private let source: FileSource

  init(_ path: String) throws(Failure) { source = try FileSource(path: path) }

  func read(into buffer: ByteBuffer) throws(Failure) -> Int { try source.read(into: buffer) }
  func finish(records: Int?) {}
}
