import Synchronization

/// Rows that come with an answer each: some hundred are taken at a time, what they ask is answered together, and then they
/// go on. This is how a tool that asks a service merges the requests of many rows and still streams.
///
/// ```swift
/// let rows = AnsweredRows(tables, …, question: { row in … }, answers: { questions in … })
/// try stage.transformRows(of: rows, into: output) {
///   { (row, writer) in try writer.write(row, adding: [rows.answer(for: row)…]) }
/// }
/// ```
/// Unchecked Sendable: one thread at a time asks for blocks; the answers, which workers ask for, are behind a mutex.
final class AnsweredRows<Question: Sendable, Answer: Sendable>: BlockSource, @unchecked Sendable {
  /// Windows grow to so many rows.
  private let rowsAtOnce: Int

  /// Gives what a row asks. A row that throws bad data gets no answer, and throws again when it is transformed.
  typealias Asking = (RecordCursor) throws(Failure) -> Question
  /// Gives an answer for each question, in their order. May block.
  typealias Answering = ([Question]) throws(Failure) -> [Answer]

  private struct Window {
    var rows: Range<Int>
    var answers: [Int: Answer]
  }

  private let tables: TableSequence
  private let failsOnBadRows: Bool
  private let asking: Asking
  private let answering: Answering
  private let cursor = RecordCursor()
  private var windowRows: Int
  private var block: Block?
  /// In `block`: bytes, records and lines given away.
  private var start = 0
  private var records = 0
  private var lines = 0
  private let windows = Mutex<[Window]>([])

  /// - Parameters:
  ///   - failsOnBadRows: a bad row stops the run before its window is asked for.
  ///   - rowsAtFirst: rows of the first window; each next one has twice as many, up to `rowsAtOnce`.
  ///   - ragged: as the rows are going to be read again by the transform; so is `requiresUTF8`.
  init(
    _ tables: TableSequence, ragged: RaggedRows, requiresUTF8: Bool, failsOnBadRows: Bool, rowsAtFirst: Int = 20,
    rowsAtOnce: Int, question: @escaping Asking, answers: @escaping Answering
  ) {
    self.rowsAtOnce = rowsAtOnce
    windowRows = min(rowsAtFirst, rowsAtOnce)
    self.tables = tables
    self.failsOnBadRows = failsOnBadRows
    asking = question
    answering = answers
    cursor.ragged = ragged
    cursor.requiresUTF8 = requiresUTF8
  }

  /// The next rows, whose answers are there; nil at the end.
  func next() throws(Failure) -> Block? {
    if block == nil {
      guard let next = try tables.next() else { return nil }
      block = next
      (start, records, lines) = (0, 0, 0)
      cursor.open(next)
    }
    guard let whole = block else { return nil }
    var numbers: [Int] = []
    var questions: [Question] = []
    var end = start
    var rows = 0
    while rows < windowRows {
      do throws(Failure) {
        guard try cursor.next() else { break }
        questions.append(try asking(cursor))
        numbers.append(cursor.recordNumber)
      } catch {
        if failsOnBadRows || error.status != .badData { throw error }
      }
      rows += 1
      end = cursor.spanInBlock.upperBound
    }
    let isLast = rows < windowRows
    windowRows = min(2 * windowRows, rowsAtOnce)
    if isLast { end = whole.slice.count }
    if !questions.isEmpty {
      let window = Window(
        rows: whole.firstRecord + records..<whole.firstRecord + records + rows,
        answers: Dictionary(uniqueKeysWithValues: zip(numbers, try answering(questions))))
      windows.withLock { $0.append(window) }
    }
    return take(whole, upTo: end, rows: rows, isLast: isLast)
  }

  /// The answer to what the row asked; nil for a row whose question failed. A transform asks once for each row.
  func answer(for row: RecordCursor) -> Answer? {
    let number = row.recordNumber
    return windows.withLock { windows in
      guard let index = windows.firstIndex(where: { $0.rows.contains(number) }) else { return nil }
      let answer = windows[index].answers.removeValue(forKey: number)
      if windows[index].answers.isEmpty { windows.remove(at: index) }
      return answer
    }
  }

  private func take(_ whole: Block, upTo end: Int, rows: Int, isLast: Bool) -> Block {
    let range = whole.slice.range.lowerBound + start..<whole.slice.range.lowerBound + end
    let part = Block(
      table: whole.table, slice: ByteSlice(whole.slice.buffer, range), firstRecord: whole.firstRecord + records,
      firstLine: whole.firstLine + lines, byteOffset: whole.byteOffset + start, recordCount: rows)
    start = end
    records += rows
    lines += unsafe lineEndCount(part.slice.bytes)
    if isLast { block = nil }
    return part
  }
}
