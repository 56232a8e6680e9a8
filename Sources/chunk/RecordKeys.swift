import MillraceCore

/// Reads the key of each record: the text of one field.
struct RecordKeys {
  private let field: FieldName
  private let cursor = RecordCursor()
  private let text = ByteBuffer()

  /// - Throws: `.badData` for a table without the field.
  init(field: FieldName, of table: Table) throws(Failure) {
    self.field = field
    // Cutting a table does not judge its rows.
    cursor.ragged = .trim
    guard table.dialect.format != .ndjson, table.column(named: field) == nil else { return }
    throw Failure(
      .badData, "there is no column \"\(field)\"", at: Place(file: table.name, line: 1),
      advice: "--by takes one of \(table.columns.map(\.description).joined(separator: ", "))")
  }

  func open(_ block: Block) { cursor.open(block) }

  /// Goes to the block's next record; nil at its end.
  ///
  /// - Returns: Where the record stands in the block's slice.
  /// - Throws: `.badData` for a record of NDJSON that is no object or lacks the field.
  func next() throws(Failure) -> Range<Int>? {
    guard try cursor.next() else { return nil }
    text.removeAll()
    guard let value = cursor.value(of: field), value.appendText(to: text) else {
      throw Failure(.badData, "no key: --by needs the field in every record", at: cursor.place(field: field))
    }
    return cursor.spanInBlock
  }

  /// The current record's key. Valid until the next one is read.
  var key: UnsafeRawBufferPointer { unsafe text.bytes }

  var place: Place { cursor.place(field: field) }

  /// A number that stands for the key: FNV-1a (Fowler, Noll, Vo) with the last mixing of SplitMix64, so that its
  /// remainders are even too. The same on every machine, as chunks must be.
  var hash: UInt64 {
    var hash = unsafe key.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    hash = (hash ^ (hash >> 30)) &* 0xbf58_476d_1ce4_e5b9
    hash = (hash ^ (hash >> 27)) &* 0x94d0_49bb_1331_11eb
    return hash ^ (hash >> 31)
  }
}
