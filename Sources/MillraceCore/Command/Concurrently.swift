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
