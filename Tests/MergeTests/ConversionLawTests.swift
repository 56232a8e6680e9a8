import Support
import Testing

private let merge = Executable("merge")

/// What holds for every table that goes through the executable.
struct ConversionLawTests {
  private func converted(_ arguments: [String], _ input: [UInt8], _ note: String) throws -> [UInt8] {
    let outcome = merge.run(["--no-provenance"] + arguments, input: .bytes(input))
    try #require(outcome.status == 0, "\(note), \(arguments): \(outcome.errorText)")
    return outcome.output
  }

  @Test func jobsDoNotChangeTheBytes() throws {
    var generator = TableGenerator(random: SeededGenerator(), isRagged: false)
    let seed = "seed \(generator.random.seed)"
    // Many blocks: a table again and again, behind its header.
    for kind in [TableGenerator.Kind.csv, .ndjson] {
      let table = try largeTable(kind, &generator)
      for way in [["--to", kind == .csv ? "ndjson" : "csv"], ["--on-error", "skip"]] {
        let one = try converted(way + ["--jobs", "1"], table, seed)
        for jobs in ["2", "7"] {
          let same = try converted(way + ["--jobs", jobs], table, seed) == one
          #expect(same, "\(seed), \(way), \(jobs) jobs")
        }
      }
    }
  }

  private func largeTable(
    _ kind: TableGenerator.Kind, _ generator: inout TableGenerator
  ) throws -> [UInt8] {
    var rows: [UInt8] = []
    while rows.count < 3_000_000 {
      let text = generator.records(kind, columns: 4, count: 500)
      rows += text
    }
    return (kind == .csv ? Array("a,b,c,d\n".utf8) : []) + rows
  }

  /// CSV as this toolkit writes it survives the way to NDJSON and back byte for byte.
  @Test func tablesComeBackFromNDJSON() throws {
    var generator = TableGenerator(random: SeededGenerator(), isRagged: false)
    let seed = "seed \(generator.random.seed)"
    for round in 0..<40 {
      let columns = 1 + round % 5
      let names = (0..<columns).map { "column \($0)" }.joined(separator: ",")
      let nasty = Array((names + "\n").utf8) + generator.records(.csv, columns: columns, count: 20)
      // The first way makes it canonical: quotes where they must be, LF.
      let json = try converted(["--to", "ndjson"], nasty, seed)
      let canonical = try converted(["--to", "csv"], json, seed)
      let again = try converted(["--to", "ndjson"], canonical, seed)
      #expect(again == json, "\(seed), round \(round)")
      let back = try converted(["--to", "csv"], again, seed)
      #expect(back == canonical, "\(seed), round \(round)")
    }
  }

  @Test func nestedValuesComeBackFromDottedColumns() throws {
    var random = SeededGenerator()
    for round in 0..<30 {
      var text = ""
      for _ in 0..<5 {
        let number = Int.random(in: -9...9, using: &random)
        text += "{\"id\":\(number),\"a\":{\"b\":{\"c\":\(number * 2),\"d\":\"x\"},\"e\":true},\"f\":[1,{\"g\":null}]}\n"
      }
      let note = "seed \(random.seed), round \(round)"
      let csv = try converted(["--to", "csv", "--flatten"], Array(text.utf8), note)
      #expect(csv.starts(with: "id,a.b.c,a.b.d,a.e,f.0,f.1.g\n".utf8), "\(note)")
      let back = try converted(["--to", "ndjson", "--unflatten", "--infer-types"], csv, note)
      #expect(String(decoding: back, as: UTF8.self) == text, "\(note)")
    }
  }

  /// Whatever order the columns of a file stand in, the rows are the same.
  @Test func orderOfColumnsDoesNotMatter() throws {
    var generator = TableGenerator(random: SeededGenerator(), isRagged: false)
    let seed = "seed \(generator.random.seed)"
    let folder = TemporaryFolder()
    for round in 0..<20 {
      let names = ["p", "q", "r", "s"]
      let order = names.shuffled(using: &generator.random)
      let rows = (0..<8).map { _ in
        Dictionary(uniqueKeysWithValues: names.map { ($0, "\(Int.random(in: 0...999, using: &generator.random))") })
      }
      func table(_ names: [String]) -> String {
        ([names] + rows.map { row in names.map { row[$0] ?? "" } }).map { $0.joined(separator: ",") + "\n" }.joined()
      }
      let empty = folder.write("empty.csv", "p,q,r,s\n")
      let outcome = merge.run(["--no-provenance", empty, folder.write("shuffled.csv", table(order))])
      #expect(outcome.outputText == table(names), "\(seed), round \(round)")
      let fewer = folder.write("fewer.csv", "q\n1\n")
      let union = merge.run(["--no-provenance", "--union", empty, fewer, folder("shuffled.csv")])
      #expect(
        union.outputText == "p,q,r,s\n,1,,\n" + table(names).dropFirst(8), "\(seed), round \(round)")
    }
  }
}
