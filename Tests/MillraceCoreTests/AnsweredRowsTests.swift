import Support
import Testing

@testable import MillraceCore

/// Bytes as an input of a table.
private final class GivenInput: TableInput {
  let name: String
  private let source: DecompressedSource

  init(_ file: String, _ name: String) throws(Failure) {
    self.name = name
    source = try DecompressedSource(try FileSource(path: file), name: name)
  }

  func read(into buffer: ByteBuffer) throws(Failure) -> Int { try source.read(into: buffer) }
  func finish(records: Int?) {}
}

/// Rows that wait for answers are the rows that there are.
@Suite struct AnsweredRowsTests {
  private static let id = FieldName("id")

  private struct Result: Equatable {
    var text = ""
    var dropped: [String] = []
    var failure: String?
    /// Questions that were put, in order; the numbers of rows.
    var windows: [[Int]] = []
  }

  private let folder = TemporaryFolder()

  /// A row that is bad to ask about, though it can be read.
  private static func check(_ row: RecordCursor) throws(Failure) -> String {
    let text = ByteBuffer()
    guard let value = row.value(of: id), value.appendText(to: text) else {
      throw Failure(.badData, "no id", at: row.place(field: id))
    }
    let id = unsafe String(decoding: text.bytes, as: UTF8.self)
    if id.hasPrefix("bad") { throw Failure(.badData, "a bad id", at: row.place(field: Self.id)) }
    return id
  }

  private func tables(_ paths: [String]) -> TableSequence {
    TableSequence(paths, options: ReadingOptions()) { path throws(Failure) in try GivenInput(path, "in") }
  }

  /// Adds to each row its answer, which is twice its id, with windows or without.
  private func run(_ paths: [String], answered: Bool, drops: Bool, jobs: Int) -> Result {
    var result = Result()
    do throws(Failure) {
      let tables = tables(paths)
      guard let first = try tables.first() else { return result }
      let schema = try OutputSchema(
        for: first.table, options: WritingOptions(), adding: [FieldName("answer")],
        firstRecord: first.copyOfFirstRecord())
      let windows = Windows()
      let rows = AnsweredRows<(Int, String), String>(
        tables, ragged: .fail, requiresUTF8: false, failsOnBadRows: !drops, rowsAtOnce: 500,
        question: { (row) throws(Failure) in (row.recordNumber, try Self.check(row)) },
        answers: { questions in
          windows.add(questions.map(\.0))
          return questions.map { $0.1 + $0.1 }
        })
      let pipeline = RowPipeline(jobs: jobs, schema: schema, ragged: .fail, dropsBadRows: drops)
      result.text = String(decoding: schema.preamble, as: UTF8.self)
      var (text, dropped) = (result.text, result.dropped)
      defer { (result.text, result.dropped, result.windows) = (text, dropped, windows.all) }
      try pipeline.run(
        BlocksFrom { () throws(Failure) in answered ? try rows.next() : try tables.next() },
        makeTransform: {
          let buffer = ByteBuffer()
          return { (row, writer) throws(Failure) in
            let id = try Self.check(row)
            let answer = answered ? rows.answer(for: row) ?? "none" : id + id
            buffer.removeAll()
            buffer.append(answer)
            try writer.write(row, adding: [unsafe FieldValue(buffer.bytes, .string)])
          }
        },
        write: { processed throws(Failure) in
          text += unsafe String(decoding: processed.output.bytes, as: UTF8.self)
          dropped += processed.dropped.map(\.failure.description)
        })
    } catch {
      result.failure = error.description
    }
    return result
  }

  private final class Windows: @unchecked Sendable {
    // Only the thread that reads blocks adds to it, and the test looks when that has ended.
    var all: [[Int]] = []
    func add(_ numbers: [Int]) { all.append(numbers) }
  }

  private func table(_ random: inout SeededGenerator, rows: Int, isJSON: Bool, badShare: Double) -> String {
    let lineEnd = Bool.random(using: &random) ? "\n" : "\r\n"
    var text = isJSON ? "" : "x,id\(lineEnd)"
    for number in 0..<rows {
      if Int.random(in: 0..<20, using: &random) == 0 { text += lineEnd }
      let isBad = Double.random(in: 0..<1, using: &random) < badShare
      let kind = isBad ? Int.random(in: 0..<3, using: &random) : 3
      let filler = String(repeating: "y", count: Int.random(in: 0..<40, using: &random))
      text += isJSON ? jsonRow(kind, number, filler) : csvRow(kind, number, filler, &random)
      text += lineEnd
    }
    if Bool.random(using: &random), !text.isEmpty { text.removeLast() }
    return text
  }

  /// - Parameter kind: of three kinds of bad row, or a good one.
  private func jsonRow(_ kind: Int, _ number: Int, _ filler: String) -> String {
    switch kind {
    case 0: #"{"x":1}"#
    case 1: #"{"id":"bad\#(number)"}"#
    case 2: #"{"id":"\#(number)" oops"#
    default: #"{"x":"\#(filler)","id":"\#(number)"}"#
    }
  }

  private func csvRow(_ kind: Int, _ number: Int, _ filler: String, _ random: inout SeededGenerator) -> String {
    switch kind {
    case 0: "1,2,3,4"
    case 1: "\"a\nb\",bad\(number)"
    case 2: "short"
    default: Bool.random(using: &random) ? "\"\(filler)\n,\"\"\",\(number)" : "\(filler),\(number)"
    }
  }

  @Test func windowsChangeNothing() {
    var random = SeededGenerator()
    for round in 0..<20 {
      let isJSON = Bool.random(using: &random)
      let badShare = [0, 0.01, 0.3, 1][Int.random(in: 0..<4, using: &random)]
      let sizes = [0, 1, 499, 500, 501, 1000, 1501]
      let paths = (0..<Int.random(in: 1...3, using: &random)).map { index in
        let rows = sizes[Int.random(in: 0..<sizes.count, using: &random)]
        return folder.write("\(index)", table(&random, rows: rows, isJSON: isJSON, badShare: badShare))
      }
      for drops in [true, false] {
        var plain = run(paths, answered: false, drops: drops, jobs: 1)
        for jobs in [1, 3] {
          var answered = run(paths, answered: true, drops: drops, jobs: jobs)
          let windows = answered.windows
          (plain.windows, answered.windows) = ([], [])
          // Rows before the bad one are there as far as their block, or window, is free of it.
          if plain.failure != nil, !drops {
            #expect(answered.failure == plain.failure, "seed \(random.seed), round \(round)")
            let isBeginning = plain.text.hasPrefix(answered.text) || answered.text.hasPrefix(plain.text)
            #expect(isBeginning, "seed \(random.seed), round \(round)")
          } else {
            let isSame = plain == answered
            #expect(isSame, "seed \(random.seed), round \(round), \(drops), \(jobs)")
          }
          #expect(windows.allSatisfy { $0.count <= 500 && !$0.isEmpty })
          let numbers = windows.flatMap { $0 }
          #expect(numbers == numbers.sorted() && Set(numbers).count == numbers.count)
        }
      }
    }
  }

  @Test func everyRowIsAskedForInWindows() {
    folder.write("t", "id\n" + (1...1234).map { "\($0)\n" }.joined())
    let result = run([folder("t")], answered: true, drops: false, jobs: 2)
    #expect(result.failure == nil)
    #expect(result.windows.map(\.count) == [20, 40, 80, 160, 320, 500, 114])
    #expect(result.windows.flatMap { $0 } == Array(0..<1234))
    #expect(result.text.split(separator: "\n").last == "1234,12341234")
  }
}
