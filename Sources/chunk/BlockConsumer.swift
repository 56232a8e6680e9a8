import MillraceCore

/// What takes a table's blocks, in their order.
protocol BlockConsumer {
  mutating func append(_ block: Block) throws(Failure)
  mutating func finish() throws(Failure)
}
