import MillraceCore

/// How the parts fit together, found from their headers before anything is written.
struct MergePlan {
  /// A part that is not empty.
  struct Input: Sendable {
    let part: Part
    let table: Table
    /// Standard input, which cannot be opened twice.
    let reader: BlockReader?
  }

  let inputs: [Input]
  /// The output's columns of CSV: the first part's, and with `--union` those that later parts add.
  let columns: [FieldName]
  /// Every part spells its records as the output does, so that bytes can be copied.
  let isUniform: Bool

  /// - Parameter isUnion: Columns that some parts lack are taken, and are empty there.
  /// - Throws: `.badData` where formats or sets of columns differ.
  init(_ parts: [Part], options: ReadingOptions, isUnion: Bool) throws(Failure) {
    var inputs: [Input] = []
    let headers = BufferPool(capacity: 64 << 10)
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
      inputs.append(Input(part: part, table: reader.table, reader: part.opened == nil ? nil : reader))
    }
    self.inputs = inputs
    guard let first = inputs.first?.table else {
      columns = []
      isUniform = true
      return
    }
    var columns = first.columns
    var isUniform = true
    for table in inputs.dropFirst().map(\.table) {
      guard (table.dialect.format == .ndjson) == (first.dialect.format == .ndjson) else {
        throw Failure(
          .badData, "\(table.dialect.format.rawValue), where \(first.name) is \(first.dialect.format.rawValue)",
          at: Place(file: table.name), advice: "bring all inputs into one format first")
      }
      if table.columns == first.columns {
        isUniform = isUniform && table.dialect.delimiter == first.dialect.delimiter
        continue
      }
      isUniform = false
      let added = Self.difference(table.columns, columns)
      if isUnion {
        columns += added
      } else if let column = added.first ?? Self.difference(columns, table.columns).first {
        let isMissing = added.isEmpty
        throw Failure(
          .badData, "the column \"\(column)\" is \(isMissing ? "missing" : "not in \(first.name)")",
          at: Place(file: table.name, line: 1),
          advice: "--union takes all columns, and leaves empty what a file lacks")
      }
    }
    self.columns = columns
    self.isUniform = isUniform && columns == first.columns
  }

  /// The columns of `some` that `others` does not have; a name that is there twice must be there twice.
  private static func difference(_ some: [FieldName], _ others: [FieldName]) -> [FieldName] {
    var left = others.reduce(into: [:]) { counts, name in counts[name, default: 0] += 1 }
    return some.filter { name in
      left[name, default: 0] -= 1
      return left[name, default: 0] < 0
    }
  }
}
