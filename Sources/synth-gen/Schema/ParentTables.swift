import MillraceCore

/// The tables of a schema while they are compiled, each when first something refers to it.
final class ParentTables {
  private let schema: Schema
  private let compile: (TableSchema, ParentTables) throws(Failure) -> CompiledTable
  /// What is said about a table's rows elsewhere than in the schema.
  private let rows: (TableSchema) -> UInt64?
  private var compiled: [String: CompiledTable] = [:]
  private var inProgress: [String] = []

  init(
    _ schema: Schema, rows: @escaping (TableSchema) -> UInt64?,
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

  /// How many rows a table has.
  func rowCount(of name: String) throws(Failure) -> UInt64 {
    guard let table = schema.tables.first(where: { $0.name == name }) else { return 0 }
    if let count = rows(table) { return count }
    switch table.rows {
    case nil: return SchemaTables.usualRows
    case .fixed(let count): return count
    case .per: return SchemaTables.usualRows
    }
  }
}
