import Glibc

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
    let start = surroundings.clock.now()
    let tables = tables(input)
    if let first = try tables.firstTable() { try augmenter.check(first) }
    guard let output = try openOutput(for: tables, writing: format, adding: augmenter.addedFields) else { return }
    let policy = RefusalPolicy(
      service: augmenter.origin.name, stopsEarly: input.onError == .fail,
      keepsAnswers: augmenter.service?.cache != nil)
    let rows = AnsweredRows(
      tables, ragged: input.ragged, requiresUTF8: output.schema.dialect.format == .ndjson,
      failsOnBadRows: input.onError == .fail, rowsAtFirst: augmenter.rowsAtFirst, rowsAtOnce: augmenter.rowsAtOnce,
      question: { row throws(Failure) in try augmenter.question(of: row) }
    ) { [isDryRun, writesToStandardOutput = outputPath == nil] questions throws(Failure) in
      if isDryRun, augmenter.service != nil { return augmenter.plannedAnswers(to: questions) }
      // Nobody is asked for rows that nobody reads any more.
      if writesToStandardOutput, readerIsGone(of: STDOUT_FILENO) { throw .brokenPipe }
      return try waiting { () throws(Failure) in try await augmenter.answers(to: questions, policy: policy) }
    }
    let account = AnswerAccount(
      origin: augmenter.origin, asksService: augmenter.service != nil, contexts: contextsOfRows,
      idField: input.idField.map { FieldName($0) },
      fields: augmenter.addedFields.map(\.description), quarantines: input.onError.quarantines)
    try transformRows(of: rows, into: output, ragged: input.ragged, dropping: input.onError) { () throws(Failure) in
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
    exitStatus = account.report(to: diagnostics, areKept: augmenter.service?.cache != nil, exitStatus)
    try finish(output, rowsIn: tables.records)
  }

  /// Context records are written for single rows only.
  public var contextsOfRows: ContextFormatter? {
    recorder.contextLevel == .rows ? recorder.contextFormatter : nil
  }
}

/// Whether the descriptor is a pipe that nobody will read from any more.
private func readerIsGone(of descriptor: Int32) -> Bool {
  var state = pollfd(fd: descriptor, events: 0, revents: 0)
  return unsafe poll(&state, 1, 0) == 1 && state.revents & Int16(POLLERR) != 0
}
