/// Gives a table's blocks in their order. One thread at a time asks.
public protocol BlockSource: Sendable {
  /// Nil at the end.
  func next() throws(Failure) -> Block?
}

/// A run of whole records, the unit of parallel work.
public struct Block: Sendable {
  public let table: Table
  /// The records with their line ends. Nothing changes the buffer as long as there are blocks of it.
  public let slice: ByteSlice
  /// Number of the block's first record, counted from 0 over all inputs.
  public let firstRecord: Int
  /// Line of its first byte, counted from 1 in its input.
  public let firstLine: Int
  /// Bytes of the decompressed input before it.
  public let byteOffset: Int
  public let recordCount: Int

  public init(
    table: Table, slice: ByteSlice, firstRecord: Int = 0, firstLine: Int = 1, byteOffset: Int = 0, recordCount: Int
  ) {
    self.table = table
    self.slice = slice
    self.firstRecord = firstRecord
    self.firstLine = firstLine
    self.byteOffset = byteOffset
    self.recordCount = recordCount
  }
}
