import Synchronization

/// Values that rows bring, each once, whichever thread comes upon it.
public final class DistinctValues<Value: Hashable & Sendable>: Sendable {
  private let values = Mutex(Set<Value>())

  public init() {}

  public func add(_ values: some Sequence<Value>) {
    for value in values { self.values.withLock { _ = $0.insert(value) } }
  }

  public var count: Int { values.withLock { $0.count } }

  /// All of them, in no order.
  public var all: Set<Value> { values.withLock { $0 } }
}
