import MillraceCore

/// The tables of a schema while they are compiled, each when first something refers to it.
final class ParentTables {
  private let schema: Schema
  private let key: RandomKey
  /// What is said about a table's rows elsewhere than in the schema.
  private let rows: (TableSchema) -> UInt64?
  private let compile: (TableSchema, _ field: String?, ParentTables) throws(Failure) -> CompiledTable
  /// By table and field.
  private var compiled: [[String]: CompiledTable] = [:]
  private var inProgress: [[String]] = []
  private var children: [String: ChildRows] = [:]
  private var counting: [String] = []

  /// - Parameter field: the one that is wanted; nil for all.
  init(
    _ schema: Schema, seed: UInt64, rows: @escaping (TableSchema) -> UInt64?,
    compile: @escaping (TableSchema, _ field: String?, ParentTables) throws(Failure) -> CompiledTable
  ) {
    self.schema = schema
    key = RandomKey(seed: seed).child("children")
    self.rows = rows
    self.compile = compile
  }

  /// The whole table.
  func table(_ name: String) throws(Failure) -> CompiledTable { try table(find(name), field: nil) }

  /// A table for the sake of one of its fields.
  func table(_ name: String, field: String, referredToBy context: GeneratorContext) throws(Failure) -> CompiledTable {
    let table = try find(name)
    guard table.fields.contains(where: { $0.name == field }) else {
      let names = table.fields.map(\.name)
      let near = nearestName(to: field, among: names).map { "did you mean \"\($0)\"?" }
      throw context.failure(
        "the table \"\(name)\" has no field \"\(printable(field))\"", advice: near ?? "it has \(namingFirst(names))")
    }
    return try self.table(table, field: field)
  }

  private func table(_ table: TableSchema, field: String?) throws(Failure) -> CompiledTable {
    let identity = [table.name] + (field.map { [$0] } ?? [])
    if let table = compiled[identity] { return table }
    if let start = inProgress.firstIndex(of: identity) {
      let circle = (inProgress[start...] + [identity]).map { $0.joined(separator: ".") }.joined(separator: " → ")
      throw Failure(
        .badData, "tables refer to each other in a circle: \(circle)", at: place(of: table),
        advice: "one of them must be made without the others")
    }
    inProgress.append(identity)
    defer { inProgress.removeLast() }
    let made = try compile(table, field, self)
    compiled[identity] = made
    return made
  }

  private func place(of table: TableSchema) -> Place {
    Place(file: schema.source, line: table.line > 0 ? table.line : nil)
  }

  private func find(_ name: String) throws(Failure) -> TableSchema {
    if let table = schema.tables.first(where: { $0.name == name }) { return table }
    let names = schema.tables.map(\.name)
    let near = nearestName(to: name, among: names).map { "did you mean \"\($0)\"?" }
    throw Failure(
      .badData, "there is no table \"\(printable(name))\"", at: Place(file: schema.source),
      advice: near ?? "the tables are \(namingFirst(names))")
  }

  // MARK: Rows

  /// How many rows a table has.
  func rowCount(of name: String) throws(Failure) -> UInt64 {
    let table = try find(name)
    if let count = rows(table) { return count }
    switch table.rows {
    case nil: return SchemaTables.usualRows
    case .fixed(let count): return count
    case .per(let rule): return try children(of: name, by: rule).total
    }
  }

  func rowCount(of name: String, referredToBy context: GeneratorContext) throws(Failure) -> UInt64 {
    do throws(Failure) {
      return try rowCount(of: name)
    } catch {
      throw error.place?.line != nil ? error : context.failure(error.message, advice: error.advice)
    }
  }

  /// The rows of a table that belong to those of another.
  func children(of name: String, by rule: TableSchema.PerParent) throws(Failure) -> ChildRows {
    if let known = children[name] { return known }
    let table = try find(name)
    guard !counting.contains(name), rule.table != name else {
      let circle = (counting + [name]).joined(separator: " → ")
      throw Failure(
        .badData, "the numbers of rows depend on each other in a circle: \(circle)", at: place(of: table),
        advice: "give one of the tables a number of rows")
    }
    counting.append(name)
    defer { counting.removeLast() }
    let made = ChildRows(rule, parents: try rowCount(of: rule.table), key: key.child(name))
    children[name] = made
    return made
  }
}
