/// An input that a table is read from.
public protocol TableInput: ByteSource {
  /// As the user named it; "standard input" for stdin.
  var name: String { get }
  /// Called when it was read to its end.
  func finish(records: Int?) throws(Failure)
  /// Called when what was read is of no use, and the run goes on: the rest is read as it lies there, for the record alone.
  func finishUnread() throws(Failure)
}

extension TableInput {
  public func finishUnread() throws(Failure) {}
}

/// Several inputs read as one table, one after the other.
///
/// Unchecked Sendable: one thread at a time reads.
public final class TableSequence: BlockSource, @unchecked Sendable {
  /// Records given so far.
  public private(set) var records = 0

  private var paths: ArraySlice<String>
  let options: ReadingOptions
  private let open: (String) throws(Failure) -> any TableInput
  private let pool = BufferPool(capacity: BlockReader.blockBytes)
  private var input: (any TableInput)?
  private var reader: BlockReader?
  private var firstOfAll: Table?

  /// - Parameter open: Opens an input; called when its turn comes.
  public init(
    _ paths: [String], options: ReadingOptions, open: @escaping (String) throws(Failure) -> any TableInput
  ) {
    self.paths = paths[...]
    self.options = options
    self.open = open
  }

  /// The first input that is not empty; nil when all are. Call before `next`.
  public func firstTable() throws(Failure) -> Table? { try first()?.table }

  /// The reader of the first input that is not empty; nil when all are. Call before `next`.
  func first() throws(Failure) -> BlockReader? {
    while reader == nil {
      guard try openNext() else { return nil }
    }
    return reader
  }

  /// The next records.
  ///
  /// - Throws: `.badData` for an input whose format or columns are not those of the first.
  public func next() throws(Failure) -> Block? {
    while true {
      if let reader {
        if let block = try reader.next(recordsBefore: records) { return block }
        try close(reader)
      }
      if reader == nil, try !openNext() { return nil }
    }
  }

  private func openNext() throws(Failure) -> Bool {
    guard let path = paths.popFirst() else { return false }
    let input = try open(path)
    let reader = try BlockReader(input, name: input.name, options: options, pool: pool)
    if reader.isEmpty {
      try input.finish(records: 0)
      return true
    }
    if let firstOfAll {
      try reader.table.requireFormat(of: firstOfAll, advice: "bring all inputs into one format first")
      try reader.table.requireColumns(
        firstOfAll.columns, of: firstOfAll, advice: "all inputs must have the same columns, in any order")
    }
    firstOfAll = firstOfAll ?? reader.table
    self.input = input
    self.reader = reader
    return true
  }

  private func close(_ reader: BlockReader) throws(Failure) {
    try input?.finish(records: reader.records)
    records += reader.records
    input = nil
    self.reader = nil
  }
}
