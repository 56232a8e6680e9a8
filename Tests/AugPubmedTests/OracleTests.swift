import MillraceCore
import Support
import Testing

@testable import aug_pubmed

/// Rows against those of an independent pass over a full tree, Tests/Support/pubmed_oracle.py: byte for byte, every
/// field of every record.
@Suite(.enabled(if: Oracle.isAvailable, "python3 with lxml is not here")) struct OracleTests {
  @Test(arguments: Markup.allCases)
  func recordsWithEveryTrap(markup: Markup) throws {
    let folder = TemporaryFolder()
    let path = folder.write("own.xml", inventedRecords)
    #expect(try Oracle.compare([path], markup) == 7)
  }

  @Test(.enabled(if: fixtures != nil, "MILLRACE_FIXTURES names no folder of real input"), arguments: Markup.allCases)
  func realRecords(markup: Markup) throws {
    let folders = ["baseline", "efetch-xml", "hand-made-xml", "recorded-http"].map { "\(fixtures ?? "")/pubmed/\($0)" }
    let files = folders.flatMap { folder in
      names(ofFolder: folder).filter { $0.hasSuffix(".xml") || $0.hasSuffix(".xml.gz") }.sorted().map {
        "\(folder)/\($0)"
      }
    }
    let records = try Oracle.compare(files, markup)
    #expect(records > 1000)
  }

  /// Every character below U+A000 and its raised and lowered counterparts, against Unicode's own data.
  @Test func scriptCharacters() throws {
    let table = try Oracle.run(["scripts"]).split(separator: "\n").map(String.init)
    var own: [String] = []
    for scalar in UInt32(0)..<0xA000 {
      if let raised = ScriptCharacters.superscript(scalar) { own.append("sup \(scalar) \(raised)") }
      if let lowered = ScriptCharacters.subscript(scalar) { own.append("sub \(scalar) \(lowered)") }
    }
    #expect(own.count > 100)
    #expect(own.sorted() == table.sorted())
  }
}

enum Oracle {
  static let isAvailable = Executable("/usr/bin/env").run(["python3", "-c", "import lxml.etree"]).status == 0

  /// The oracle's program, in the folder beside this file's.
  private static let program: String = {
    let parts = #filePath.split(separator: "/").dropLast(2)
    return "/" + parts.joined(separator: "/") + "/Support/pubmed_oracle.py"
  }()

  static func run(_ arguments: [String]) throws -> String {
    let outcome = Executable("/usr/bin/env").run(["python3", program] + arguments, timeLimit: 300)
    try #require(outcome.status == 0, "\(outcome.errorText)")
    return outcome.outputText
  }

  /// Compares the rows of files and returns how many there were.
  static func compare(_ files: [String], _ markup: Markup) throws -> Int {
    var records = 0
    var expected: [Substring] = []
    var path: String?
    for line in try run([markup.rawValue] + files).split(separator: "\n") + [Substring("# ")] {
      if line.hasPrefix("# ") {
        if let path { records += try compare(path, expected, markup) }
        path = String(line.dropFirst(2))
        expected = []
      } else {
        expected.append(line)
      }
    }
    return records
  }

  private static func compare(_ path: String, _ expected: [Substring], _ markup: Markup) throws -> Int {
    let source = try FileSource(path: path)
    let bytes = try DecompressedSource(source, name: path)
    let parser = ArticleParser(source: path, markup: markup)
    let chunk = ByteBuffer(capacity: 1 << 16)
    let parse = {
      while try bytes.read(into: chunk) > 0 {
        try unsafe parser.parse(chunk.bytes)
        chunk.removeAll()
      }
      try parser.finish()
    }
    if expected.count == 1, let reason = expected.first, reason.hasPrefix("not PubMed: ") {
      let failure = #expect(throws: Failure.self) { try parse() }
      #expect(failure?.message == "not PubMed XML: its root element is <\(reason.dropFirst(12))>", "\(path)")
      return 0
    }
    try parse()
    let rows = unsafe String(decoding: parser.output.bytes, as: UTF8.self).split(separator: "\n")
    #expect(rows.count == expected.count, "\(path)")
    for (row, wanted) in zip(rows, expected) where row != wanted {
      let got = try JSONValue.parse(String(row))
      let want = try JSONValue.parse(String(wanted))
      for field in ArticleField.allCases {
        #expect(got[field.name] == want[field.name], "\(path): \(got["pmid"]?.text ?? "?"): \(field.name)")
      }
      #expect(row == wanted, "\(path)")
    }
    return rows.count
  }
}
