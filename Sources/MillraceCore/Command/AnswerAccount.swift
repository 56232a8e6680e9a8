import Synchronization

/// Writes rows with their answers and records, and counts what became of them, over all threads.
final class AnswerAccount: Sendable {
  private struct Counts {
    /// Seconds: of the oldest answer out of the cache.
    var oldest: Double?
    var failed = 0
    var refused = 0
    var spent = 0
    /// In order of the rows: the first one's.
    var reason: (row: Int, text: String)?
  }

  private let origin: AnswerOrigin
  private let asksService: Bool
  private let contexts: ContextFormatter?
  private let idField: FieldName?
  private let fields: [String]
  /// Rows that the service failed are bad rows, and do not go to the output with a status that says so.
  private let quarantines: Bool
  private let counts = Mutex(Counts())

  init(
    origin: AnswerOrigin, asksService: Bool, contexts: ContextFormatter?, idField: FieldName?, fields: [String],
    quarantines: Bool
  ) {
    self.origin = origin
    self.asksService = asksService
    self.contexts = contexts
    self.idField = idField
    self.fields = fields
    self.quarantines = quarantines
  }

  func write<Value: Sendable>(
    _ row: RecordCursor, _ answer: Answered<Value>, with writer: some AnswerWriter<Value>, to output: RowWriter
  ) throws(Failure) {
    let goesElsewhere = quarantines && answer.refusal != nil
    let details = try writer.write(row, answer, to: goesElsewhere ? nil : output)
    if let contexts { addContext(contexts, row, answer, details, fields: goesElsewhere ? [] : fields, to: output) }
    count(answer, row: row.recordNumber, isWritten: !goesElsewhere)
    // What was tried for a row that goes elsewhere stays on record.
    if goesElsewhere, let refusal = answer.refusal {
      throw Failure(.badData, "\(refusal.rowStatus): \(refusal.reason)", at: row.place())
    }
  }

  private func addContext<Value>(
    _ contexts: ContextFormatter, _ row: RecordCursor, _ answer: Answered<Value>, _ details: [JSONValue.Member],
    fields: [String], to output: RowWriter
  ) {
    let failure = answer.refusal.map { [JSONValue.Member("failure", .string($0.reason))] } ?? []
    output.addContext { buffer in
      contexts.append(
        to: buffer, item: row.item(idField), source: origin.address, fields: fields,
        details: .object(details + failure), attempts: answer.attempts,
        cache: answer.asksNothing || !asksService ? nil : answer.age.map { .hit(age: $0) } ?? .miss)
    }
  }

  private func count<Value>(_ answer: Answered<Value>, row: Int, isWritten: Bool) {
    counts.withLock { counts in
      if let age = answer.age { counts.oldest = max(age, counts.oldest ?? 0) }
      guard let refusal = answer.refusal else { return }
      switch refusal.kind {
      case .spent:
        counts.spent += 1
        if row < counts.reason?.row ?? .max { counts.reason = (row, refusal.reason) }
      case .permanent: if isWritten { counts.refused += 1 }
      case .transient, .fatal: if isWritten { counts.failed += 1 }
      }
    }
  }

  /// Seconds since the oldest of the answers was kept that came out of the cache; nil when none did.
  var oldestAge: Double? { counts.withLock { $0.oldest } }

  /// Tells how many rows got no answer.
  ///
  /// - Parameters:
  ///   - areKept: whether a cache has the answers that came.
  ///   - status: the exit status without that.
  /// - Returns: The exit status.
  func report(to diagnostics: Diagnostics, areKept: Bool, _ status: ExitStatus) -> ExitStatus {
    let counts = counts.withLock { $0 }
    if counts.refused > 0 { diagnostics.warning("\(origin.name) refuses \(counted(counts.refused, "row"))") }
    if counts.failed > 0 {
      let again = areKept ? " (the same command asks for these alone again: the others are in the cache)" : ""
      diagnostics.warning("\(origin.name) gave no answer for \(counted(counts.failed, "row"))\(again)")
    }
    if let reason = counts.reason {
      let again =
        areKept ? "the same command goes on from there" : "without a cache the same command asks for all again"
      diagnostics.warning("\(counted(counts.spent, "row")) without an answer: \(reason.text) (\(again))")
      return .stoppedEarly
    }
    return counts.failed + counts.refused > 0 ? .no : status
  }
}
