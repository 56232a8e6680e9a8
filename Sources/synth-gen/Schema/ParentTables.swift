import MillraceCore

/// The tables of a schema, each compiled when first something refers to it.
final class ParentTables {
  private let schema: Schema
  private let compile: (TableSchema, ParentTables) throws(Failure) -> CompiledTable
  private let rows: (TableSchema) throws(Failure) -> UInt64
  private var compiled: [String: CompiledTable] = [:]
  private var inProgress: [String] = []

  init(
    _ schema: Schema, rows: @escaping (TableSchema) throws(Failure) -> UInt64,
    compile: @escaping (TableSchema, ParentTables) throws(Failure) -> CompiledTable
  ) {
    self.schema = schema
    self.rows = rows
    self.compile = compile
  }

  func table(_ name: String) throws(Failure) -> CompiledTable {
    if let table = compiled[name] { return table }
    guard let table = schema.tables.first(where: { $0.name == name }) else {
      let names = schema.tables.map(\.name)
      let near = nearestName(to: name, among: names).map { "did you mean \"\($0)\"?" }
      throw Failure(
        .badData, "there is no table \"\(printable(name))\"", at: Place(file: schema.source),
        advice: near ?? "the tables are \(namingFirst(names))")
    }
    if let start = inProgress.firstIndex(of: name) {
      let circle = (inProgress[start...] + [name]).joined(separator: " → ")
      throw Failure(
        .badData, "tables refer to each other in a circle: \(circle)",
        at: Place(file: schema.source, line: table.line > 0 ? table.line : nil),
        advice: "one of them must be made without the others")
    }
    inProgress.append(name)
    defer { inProgress.removeLast() }
    let made = try compile(table, self)
    compiled[name] = made
    return made
  }

  func rowCount(of name: String) throws(Failure) -> UInt64 {
    guard let table = schema.tables.first(where: { $0.name == name }) else { return 0 }
    return try rows(table)
  }
}
