import Synchronization

/// Counts what a dry run would ask for: each question once, whichever thread comes upon it.
public final class DistinctQuestions<Question: Hashable & Sendable>: Sendable {
  private let questions = Mutex(Set<Question>())

  public init() {}

  public func add(_ questions: some Sequence<Question>) {
    for question in questions { self.questions.withLock { _ = $0.insert(question) } }
  }

  public var count: Int { questions.withLock { $0.count } }
}
