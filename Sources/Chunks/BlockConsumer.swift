import MillraceCore

/// What takes a table's blocks, in their order.
public protocol BlockConsumer {
  mutating func append(_ block: Block) throws(Failure)
  mutating func finish() throws(Failure)
}
