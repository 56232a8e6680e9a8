import Synchronization

extension Stage {
  /// Adds to all rows of the inputs what an augmenter knows of them, and finishes the output: the whole of a tool that asks
  /// a service.
  ///
  /// Rows that the service failed are written with a status that says so and make the exit status 1, or go to quarantine
  /// where that was asked for. When the service's budget is spent the exit status is 75, and the same command goes on
  /// from there.
  ///
  /// - Throws: what ended the run.
  public func augment<Source: Augmenter>(
    _ augmenter: Source, reading input: InputOptions, writing format: FormatOptions
  ) throws(Failure) {
    let start = Surroundings.ofThisProcess().clock.now()
    let tables = TableSequence(input.paths, options: input.reading) { [opener] path throws(Failure) in
      try opener(path)
    }
    if let first = try tables.firstTable() { try augmenter.check(first) }
    let output = try openOutput(
      for: tables, writing: format.writing, compression: format.compress.compression, adding: augmenter.addedFields)
    guard let output else { return }
    let rows = AnsweredRows(
      tables, ragged: input.ragged, failsOnBadRows: input.onError == .fail, rowsAtFirst: augmenter.rowsAtFirst,
      rowsAtOnce: augmenter.rowsAtOnce,
      question: { row throws(Failure) in try augmenter.question(of: row) }
    ) { [self] questions throws(Failure) in
      if isDryRun, augmenter.service != nil { return augmenter.plannedAnswers(to: questions) }
      // Nobody is asked for rows that nobody reads any more.
      if outputIsGone { throw .brokenPipe }
      return try waiting { () throws(Failure) in try await augmenter.answers(to: questions) }
    }
    let account = AnswerAccount(
      origin: augmenter.origin, asksService: augmenter.service != nil, contexts: contextsOfRows,
      idField: input.idField.map { FieldName($0) },
      fields: augmenter.addedFields.map(\.description), quarantines: input.onError.quarantines)
    let written = try transformRows(
      of: { () throws(Failure) in try rows.next() }, into: output, ragged: input.ragged, dropping: input.onError
    ) { () throws(Failure) in
      let writer = try augmenter.makeWriter()
      return { (row, output) throws(Failure) in
        guard let answer = rows.answer(for: row) else {
          // The question failed; asked once more it tells why.
          _ = try augmenter.question(of: row)
          throw Failure(.internalError, "a row was not asked for", at: row.place())
        }
        try account.write(row, answer, with: writer, to: output)
      }
    }
    if let service = augmenter.service {
      if isDryRun { diagnostics.note(augmenter.plan) } else { service.cache?.evictWhenDue() }
    }
    if let service = augmenter.service, let age = service.service.requestCount > 0 ? 0 : account.oldestAge {
      recorder.addSource(
        url: augmenter.origin.address, licence: augmenter.origin.licence,
        time: Timestamp(seconds: start.seconds - Int(age), nanoseconds: start.nanoseconds))
    }
    augmenter.report(to: diagnostics)
    answer = account.report(to: diagnostics, areKept: augmenter.service?.cache != nil, answer)
    try finish(output.file, rowsIn: tables.records, rowsOut: written)
  }

  /// Context records are written for single rows only.
  public var contextsOfRows: ContextFormatter? {
    recorder.contextLevel == .rows ? recorder.contextFormatter : nil
  }
}

/// Writes rows with their answers and records, and counts what became of them, over all threads.
private final class AnswerAccount: Sendable {
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
    func rows(_ count: Int) -> String { count == 1 ? "1 row" : "\(count) rows" }
    if counts.refused > 0 { diagnostics.warning("\(origin.name) refuses \(rows(counts.refused))") }
    if counts.failed > 0 {
      let again = areKept ? " (the same command asks for these alone again: the others are in the cache)" : ""
      diagnostics.warning("\(origin.name) gave no answer for \(rows(counts.failed))\(again)")
    }
    if let reason = counts.reason {
      let again =
        areKept ? "the same command goes on from there" : "without a cache the same command asks for all again"
      diagnostics.warning("\(rows(counts.spent)) without an answer: \(reason.text) (\(again))")
      return .stoppedEarly
    }
    return counts.failed + counts.refused > 0 ? .no : status
  }
}
