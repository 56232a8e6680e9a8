import MillraceCore

@testable import synth_gen

/// Schema files: what is read is printed and read the same again, and the rows of what compiles are rows, the same each time.
func fuzzSchema(_ bytes: UnsafeRawBufferPointer) {
  guard let schema = try? SchemaParser.parse(unsafe Array(bytes), file: "fuzz") else { return }
  guard let again = try? SchemaParser.parse(Array(schema.yaml.utf8), file: "fuzz") else {
    fatalError("a printed schema cannot be read: \(schema.yaml)")
  }
  require(again.json == schema.json, "printing changes a schema")
  checkRows(of: schema)
}

/// Answers of language models: whatever stands in one becomes a schema or a refusal.
func fuzzDescription(_ bytes: UnsafeRawBufferPointer) {
  let content = unsafe String(decoding: bytes, as: UTF8.self)
  guard let object = try? AnswerText.object(in: content),
    let document = try? SchemaAnswer.document(of: object, locale: "en_US"),
    let schema = try? SchemaParser.parse(Array(document.json.utf8), file: "answer")
  else { return }
  checkRows(of: schema)
}

private func checkRows(of schema: Schema) {
  guard let tables = try? SchemaTables(schema, locale: nil, asOf: nil, seed: 1),
    let table = try? tables.table(named: nil, rows: 5, firstRow: 1)
  else { return }
  let first = rows(of: table)
  require(first == rows(of: table), "the same rows differ")
  guard let lines = first else { return }
  for line in lines {
    let buffer = ByteBuffer(line)
    guard let value = try? unsafe JSONValue.parse(buffer.bytes, maximumDepth: 200) else {
      fatalError("a row is no JSON: \(String(decoding: line, as: UTF8.self))")
    }
    require(value.members?.count == table.maker.columns.count, "a row lacks a value")
  }
}

/// Five rows as NDJSON; nil where constraints allow none.
private func rows(of table: PlannedTable) -> [[UInt8]]? {
  let formatter = RowFormatter(table.maker.columns, dialect: Dialect(format: .ndjson))
  let draft = table.maker.makeDraft()
  var lines: [[UInt8]] = []
  for row in table.rows.prefix(5) {
    guard (try? table.maker.make(row: row, in: draft)) != nil else { return nil }
    let line = ByteBuffer()
    formatter.append(draft, to: line)
    lines.append(unsafe Array(line.bytes))
  }
  return lines
}

/// Formulas: what compiles has a value, on whatever row.
func fuzzFormula(_ bytes: UnsafeRawBufferPointer) {
  let text = unsafe String(decoding: bytes, as: UTF8.self)
  let arena = Arena()
  let names = ["a", "b", "t", "d"]
  guard
    let formula = try? FormulaParser.parse(
      text, fieldNames: names, asOf: .usual, in: arena, resolve: { names.firstIndex(of: $0) })
  else { return }
  let draft = RowDraft(cells: names.count, entities: 1)
  draft.begin(row: 6, attempt: 0)
  draft.text.append("7x2024-02-28")
  unsafe draft.cells[0] = Cell(content: CellContent(.integer, 7), start: 0, end: 1)
  unsafe draft.cells[1] = Cell(content: .null, start: 1, end: 1)
  unsafe draft.cells[2] = Cell(content: .text, start: 1, end: 2)
  unsafe draft.cells[3] = Cell(content: CellContent(.date, 19_781), start: 2, end: 12)
  var random = RandomStream(RandomKey(seed: 1), row: 6)
  let value = formula.value(in: draft, &random)
  require(value.kind == .null || value.number.isFinite, "a number that is none")
  value.append(to: draft)
  _ = formula.truth(in: draft)
}
