import MillraceCore

/// Writes the rows of drafts as CSV, TSV or NDJSON.
struct RowFormatter: Sendable {
  let dialect: Dialect
  private let columns: [OutputColumn]
  /// NDJSON: what stands in front of each value, such as `,"price":`.
  private let keys: TextList
  private let arena = Arena()

  init(_ columns: [OutputColumn], dialect: Dialect) {
    self.dialect = dialect
    self.columns = columns
    keys = TextList(
      columns.enumerated().map { (index, column) in
        (index == 0 ? "{" : ",") + JSONValue.string(column.name).json + ":"
      }, in: arena)
  }

  /// What is written in front of the first row.
  func appendHeader(to output: ByteBuffer) {
    guard dialect.hasHeader else { return }
    for (index, column) in columns.enumerated() {
      if index > 0 { output.append(dialect.delimiter) }
      let name = ByteBuffer(column.name)
      unsafe output.appendCSVField(name.bytes, delimiter: dialect.delimiter, isOnlyField: columns.count == 1)
    }
    output.append(UInt8(ascii: "\n"))
  }

  func append(_ draft: RowDraft, to output: ByteBuffer) {
    if dialect.format == .ndjson { appendObject(draft, to: output) } else { appendFields(draft, to: output) }
  }

  private func appendFields(_ draft: RowDraft, to output: ByteBuffer) {
    let (delimiter, isOnly) = (dialect.delimiter, columns.count == 1)
    for index in columns.indices {
      if index > 0 { output.append(delimiter) }
      let cell = unsafe draft.cells[columns[index].cell]
      unsafe output.appendCSVField(draft.text(of: cell), delimiter: delimiter, isOnlyField: isOnly)
    }
    output.append(UInt8(ascii: "\n"))
  }

  private func appendObject(_ draft: RowDraft, to output: ByteBuffer) {
    for index in columns.indices {
      keys.append(index, to: output)
      let cell = unsafe draft.cells[columns[index].cell]
      switch cell.content.kind {
      case .null: output.append("null")
      case .boolean, .integer, .number, .json: unsafe output.append(draft.text(of: cell))
      case .text, .date, .dateTime:
        output.append(UInt8(ascii: "\""))
        unsafe output.appendJSONEscaped(draft.text(of: cell))
        output.append(UInt8(ascii: "\""))
      }
    }
    output.append("}\n")
  }
}
