import MillraceCore

/// A table that is to be made, and how many rows of it.
struct PlannedTable {
  let name: String
  let maker: any RowMaker
  let rows: UInt64
}

/// The tables of a schema with what the command line says about them.
final class SchemaTables {
  private let schema: Schema
  private let options: RowOptions
  private let locales: LocaleStore
  let asOf: AsOf
  let seed: UInt64
  private let catalogue: GeneratorCatalogue

  init(_ schema: Schema, rows: RowOptions, locale: String?, asOf: AsOf?, seed: UInt64?) throws(Failure) {
    var schema = schema
    if let locale {
      // What the command line says goes before what the file says.
      schema.locale = LocaleData.canonicalName(locale)
      for index in schema.tables.indices { schema.tables[index].locale = nil }
    }
    self.schema = schema
    options = rows
    locales = try LocaleStore()
    self.seed = seed ?? schema.seed ?? 0
    catalogue = .ofThisProgram()
    if let asOf {
      self.asOf = asOf
    } else if let text = schema.asOf {
      guard let moment = Moment(text, asOf: .usual) else {
        throw Failure(
          .badData, "as_of: \"\(printable(text))\" is no date", at: Place(file: schema.source),
          advice: "write 2026-01-31 or 2026-01-31T12:00:00")
      }
      self.asOf = AsOf(seconds: moment.seconds)
    } else {
      self.asOf = .usual
    }
  }

  /// The table of this name, or the first.
  func main(named name: String?) throws(Failure) -> PlannedTable {
    let parents = ParentTables(schema) { (table) throws(Failure) in
      try self.rowCount(of: table)
    } compile: { (table, parents) throws(Failure) in
      try self.compile(table, parents)
    }
    let name = name ?? schema.tables[0].name
    let table = try parents.table(name)
    return PlannedTable(name: name, maker: table, rows: try parents.rowCount(of: name))
  }

  private func compile(_ table: TableSchema, _ parents: ParentTables) throws(Failure) -> CompiledTable {
    let compiler = TableCompiler(
      table, of: schema, catalogue: catalogue, locales: locales, asOf: asOf, seed: seed,
      rowCount: try rowCount(of: table) + (options.firstRow - 1), parents: parents)
    return try compiler.compile()
  }

  private func rowCount(of table: TableSchema) throws(Failure) -> UInt64 {
    if let rows = options.rows { return rows }
    if case .fixed(let count) = table.rows { return count }
    return RowOptions.usual
  }
}
