import MillraceCore

/// A table that is to be made, and which of its rows.
struct PlannedTable {
  let name: String
  let maker: any RowMaker
  let rows: Range<UInt64>
}

/// The tables of a schema, with what the command line says about them.
final class SchemaTables {
  let schema: Schema
  private let locales: LocaleStore
  private let catalogue: GeneratorCatalogue
  /// What relative dates count from.
  let asOf: AsOf
  let seed: UInt64

  /// Rows of a table when neither the schema nor the command line says how many.
  static let usualRows: UInt64 = 100

  /// - Parameters:
  ///   - locale: goes before what the schema says.
  ///   - asOf: likewise.
  ///   - seed: likewise; 0 when nobody says one.
  init(_ schema: Schema, locale: String?, asOf: AsOf?, seed: UInt64?) throws(Failure) {
    var schema = schema
    if let locale {
      schema.locale = LocaleData.canonicalName(locale)
      for index in schema.tables.indices { schema.tables[index].locale = nil }
    }
    self.schema = schema
    locales = try LocaleStore()
    catalogue = .ofThisProgram()
    self.seed = seed ?? schema.seed ?? 0
    if let asOf {
      self.asOf = asOf
    } else if let text = schema.asOf {
      guard let seconds = Moment.written(text) else {
        throw Failure(
          .badData, "as_of: \"\(printable(text))\" is no date", at: Place(file: schema.source),
          advice: "write 2026-01-31 or 2026-01-31T12:00:00")
      }
      self.asOf = AsOf(seconds: seconds)
    } else {
      self.asOf = .usual
    }
  }

  /// What the rows depend on, in 16 hexadecimal digits: the schema as it was understood, seed, day and locale, and the
  /// version of the program, whose lists and methods are a part of it.
  var fingerprint: String {
    let parts: [JSONValue] = [
      .string(Millrace.version), schema.json, .integer(seed), .integer(asOf.seconds),
    ]
    return String(SHA256Digest(of: JSONValue.array(parts).json).hex.prefix(16))
  }

  /// One table: the named, or the first.
  ///
  /// - Parameters:
  ///   - rows: instead of what the schema says.
  ///   - firstRow: 1 for the table's first.
  func table(named name: String?, rows: UInt64?, firstRow: UInt64) throws(Failure) -> PlannedTable {
    let name = name ?? schema.tables[0].name
    let plan = plan { table in
      guard table.name == name, let rows else { return nil }
      return firstRow - 1 + rows
    }
    let maker = try plan.table(name)
    let count = try plan.rowCount(of: name)
    guard rows != nil || count >= firstRow - 1 else {
      throw Failure(.usage, "--first-row \(firstRow), where the table \"\(name)\" has \(count) rows")
    }
    return PlannedTable(name: name, maker: maker, rows: firstRow - 1..<count)
  }

  /// All tables, in the schema's order.
  ///
  /// - Parameter rows: of the first; those whose numbers the schema says are multiplied likewise.
  func all(rows: UInt64?) throws(Failure) -> [PlannedTable] {
    let first = schema.tables[0]
    let plan = plan { table in
      guard let rows else { return nil }
      if table.name == first.name { return rows }
      guard case .fixed(let own) = table.rows ?? .fixed(Self.usualRows) else { return nil }
      guard case .fixed(let base) = first.rows ?? .fixed(Self.usualRows), base > 0 else { return own }
      return UInt64((Double(own) * Double(rows) / Double(base)).rounded())
    }
    return try schema.tables.map { (table) throws(Failure) in
      PlannedTable(name: table.name, maker: try plan.table(table.name), rows: 0..<(try plan.rowCount(of: table.name)))
    }
  }

  /// Compiles every table: what is wrong with the schema is told without making rows.
  func check() throws(Failure) { _ = try all(rows: nil) }

  private func plan(rows: @escaping (TableSchema) -> UInt64?) -> ParentTables {
    ParentTables(schema, seed: seed, rows: rows) { (table, field, parents) throws(Failure) in
      try TableCompiler(
        table, of: self.schema, catalogue: self.catalogue, locales: self.locales, asOf: self.asOf, seed: self.seed,
        rowCount: try parents.rowCount(of: table.name), parents: parents
      ).compile(only: field)
    }
  }
}
