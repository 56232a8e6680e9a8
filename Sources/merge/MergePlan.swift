import MillraceCore

/// How the parts fit together, found from their headers before anything is written.
struct MergePlan {
  /// A part that is not empty.
  struct Input: Sendable {
    let part: Part
    /// Bytes in front of its first record.
    let headerBytes: Int
    /// Standard input, which cannot be opened twice.
    let reader: BlockReader?
  }

  let inputs: [Input]
  /// The first of them as a table; nil when there is none.
  let first: Table?
  /// The output's columns of CSV: the first part's, and with `--union` those that later parts add.
  let columns: [FieldName]
  /// Every part spells its records as the output does, so that bytes can be copied.
  let isUniform: Bool

  /// - Parameter isUnion: Columns that some parts lack are taken, and are empty there.
  /// - Throws: `.badData` where formats or sets of columns differ.
  init(_ parts: [Part], options: ReadingOptions, isUnion: Bool) throws(Failure) {
    var inputs: [Input] = []
    var first: Table?
    var columns: [FieldName] = []
    var isUniform = true
    let headers = BufferPool(capacity: 32 << 10)
    for part in parts {
      let source: OpenedInput
      if let opened = part.opened { source = opened } else { source = try OpenedInput(part.openFile()) }
      // A file without a byte has no format that could differ.
      if source.start.count == 0 {
        try part.opened?.recorded?.finish(records: 0)
        continue
      }
      let pool = part.opened == nil ? headers : BufferPool(capacity: BlockReader.blockBytes)
      let reader = try BlockReader(source, name: part.name, options: options, pool: pool)
      // Nor has one with blank lines alone, or a byte order mark; beside others it adds nothing.
      if reader.isEmpty && part.chunk == nil && parts.count > 1 {
        try part.opened?.recorded?.finish(records: 0)
        continue
      }
      let table = reader.table
      inputs.append(
        Input(
          part: part, headerBytes: part.headerBytes ?? table.preamble.count, reader: part.opened == nil ? nil : reader))
      guard let first else {
        first = table
        columns = table.columns
        continue
      }
      let added = try Self.columns(that: table, addsTo: columns, first: first, isUnion: isUnion)
      columns += added
      isUniform =
        isUniform && table.columns == first.columns && table.dialect.delimiter == first.dialect.delimiter
    }
    self.inputs = inputs
    self.first = first
    self.columns = columns
    self.isUniform = isUniform
  }

  /// - Throws: `.badData` where formats differ, and without `--union` where sets of columns do.
  private static func columns(
    that table: Table, addsTo columns: [FieldName], first: Table, isUnion: Bool
  ) throws(Failure) -> [FieldName] {
    try table.requireFormat(
      of: first, advice: "bring all inputs into one format first: merge --to ndjson FILE")
    // Nearly always: nothing to count then.
    if table.columns == columns { return [] }
    if isUnion { return Table.difference(table.columns, columns) }
    try table.requireColumns(
      columns, of: first, advice: "--union takes all columns, and leaves empty what a file lacks")
    return []
  }
}
