/// Does something with each item, a few at a time, and takes the results as they come.
///
/// - Parameters:
///   - limit: items in work at once.
///   - take: called on the caller's task for one result after the other; false cancels what is left.
public func forEachConcurrently<Item: Sendable, Outcome: Sendable>(
  _ items: [Item], limit: Int, _ body: @escaping @Sendable (Item) async -> Outcome, take: (Outcome) -> Bool
) async {
  await withTaskGroup(of: Outcome.self) { group in
    var waiting = items[...]
    for item in waiting.prefix(limit) { group.addTask { await body(item) } }
    waiting = waiting.dropFirst(limit)
    while let result = await group.next() {
      guard take(result) else {
        group.cancelAll()
        return
      }
      if let item = waiting.popFirst() { group.addTask { await body(item) } }
    }
  }
}

/// Asks each different question once, a few at a time.
///
/// - Parameters:
///   - limit: questions in work at once.
///   - reasonToStop: looks at one outcome after the other; a failure cancels what is left.
/// - Throws: that failure.
public func askEachOnce<Question: Hashable & Sendable, Outcome: Sendable>(
  _ questions: some Sequence<Question>, limit: Int = 8, _ ask: @escaping @Sendable (Question) async -> Outcome,
  reasonToStop: (Question, Outcome) -> Failure?
) async throws(Failure) -> [Question: Outcome] {
  var seen: Set<Question> = []
  var outcomes: [Question: Outcome] = [:]
  var failure: Failure?
  await forEachConcurrently(questions.filter { seen.insert($0).inserted }, limit: limit) { question in
    (question, await ask(question))
  } take: { question, outcome in
    outcomes[question] = outcome
    failure = reasonToStop(question, outcome)
    return failure == nil
  }
  if let failure { throw failure }
  return outcomes
}
