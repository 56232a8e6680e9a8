import MillraceCore

/// Values of rows of other tables: foreign keys, and what belongs to them.
let referenceGenerators: [GeneratorDescription] = [
  GeneratorDescription(
    "reference",
    "a field of a row of another table: reference(\"customers.id\"); several to one table are of the same row",
    [.text("to"), .text("field"), .text("distribution", "uniform"), .number("exponent", 1.1)]
  ) { (context) throws(Failure) in
    try ReferenceGenerator(context)
  }
]

/// A field of a row of another table, or of an earlier row of its own.
struct ReferenceGenerator: Generator {
  /// Which row of the other table a row refers to.
  private enum Choice: Sendable {
    case uniform(UInt64)
    /// Some rows often, most of them rarely.
    case zipf(ZipfSampler, PermutedIndex)
    case unique(PermutedIndex)
    /// The row that this one belongs to.
    case parent(ChildRows)
    /// One before this row in the same table.
    case earlier
  }

  private let choice: Choice
  private let slot: Int
  private let key: RandomKey
  /// Among the draft's parents.
  private let parent: Int
  private let table: CompiledTable
  private let cell: Int

  init(_ context: GeneratorContext) throws(Failure) {
    guard let target = context.text("to"), !target.isEmpty else {
      throw context.failure("it needs the table and field to refer to", advice: "as in {reference: customers.id}")
    }
    let parts = target.split(separator: ".", maxSplits: 1).map(String.init)
    let name = parts.first ?? ""
    guard let field = context.text("field") ?? (parts.count == 2 ? parts[1] : nil) else {
      throw context.failure("\"\(printable(target))\" names no field", advice: "as in {reference: customers.id}")
    }
    let compiler = context.compiler
    let rows = try compiler.parents.rowCount(of: name, referredToBy: context)
    // The row that is referred to is drawn once for all fields of it.
    let entity = context.spec.entity ?? ""
    slot = compiler.entity("reference to \(name)", named: entity, for: context)
    key = compiler.key.child("reference").child(name).child(entity)
    let isOwn = name == compiler.table.name
    let isUnique = context.spec.isUnique
    if isOwn {
      guard !isUnique else { throw context.failure("a reference to the same table cannot be unique") }
      choice = .earlier
    } else if case .per(let rule)? = compiler.table.rows, rule.table == name {
      guard !isUnique else {
        throw context.failure("several rows belong to one row of \"\(name)\": their references cannot be unique")
      }
      choice = .parent(try compiler.parents.children(of: compiler.table.name, by: rule))
    } else {
      guard rows > 0 else { throw context.failure("the table \"\(name)\" has no rows to refer to") }
      if isUnique {
        let own = context.rowCount ?? 0
        guard rows >= own else {
          throw context.failure("the table \"\(name)\" has \(rows) rows, and \(own) unique references are to be made")
        }
        choice = .unique(PermutedIndex(count: rows, key: key))
      } else {
        switch context.text("distribution") {
        case "uniform": choice = .uniform(rows)
        case "zipf":
          let exponent = context.number("exponent") ?? 1.1
          guard exponent > 0, exponent <= 20 else {
            throw context.failure("exponent=\(exponent), where more than 0 up to 20 is possible")
          }
          choice = .zipf(ZipfSampler(count: Double(rows), exponent: exponent), PermutedIndex(count: rows, key: key))
        default:
          throw context.failure(
            "distribution=\"\(printable(context.text("distribution") ?? ""))\"", advice: "it is uniform or zipf")
        }
      }
    }
    let projection = try compiler.parents.table(name, field: field, referredToBy: context)
    table = projection
    cell = projection.columns[0].cell
    parent = compiler.addParent(projection)
  }

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    guard let row = row(for: draft) else { return .null }
    let other = draft.parents[parent]
    do throws(Failure) {
      try table.make(row: row, in: other)
    } catch {
      draft.failure = error
      return .null
    }
    let value = unsafe other.cells[cell]
    unsafe draft.text.append(other.text(of: value))
    return value.content
  }

  /// The row that this row refers to; nil for the first of a table that refers to itself.
  private func row(for draft: RowDraft) -> UInt64? {
    if case .earlier = choice, draft.row == 0 { return nil }
    let choices = unsafe draft.entities[slot].choices
    let drawn = UInt64(choices.0) | UInt64(choices.1) << 32
    if unsafe draft.entities[slot].stamp == draft.stamp { return drawn }
    // Constraints that refuse a row do not change what it belongs to.
    var random = RandomStream(key, row: draft.row)
    let row: UInt64
    switch choice {
    case .uniform(let rows): row = random.below(rows)
    case .zipf(let sampler, let order): row = order(UInt64(sampler.draw(&random)) - 1)
    case .unique(let order): row = order(draft.row)
    case .earlier: row = random.below(draft.row)
    case .parent(let children):
      // The last row's parent is this one's, or the next: its number and its first child are kept.
      let first = UInt64(choices.2) | UInt64(choices.3) << 32
      let hint = unsafe draft.entities[slot].stamp > 0 ? (parent: drawn, firstChild: first) : nil
      let found = children.parent(of: draft.row, near: hint)
      unsafe draft.entities[slot].choices.2 = UInt32(truncatingIfNeeded: found.firstChild)
      unsafe draft.entities[slot].choices.3 = UInt32(truncatingIfNeeded: found.firstChild >> 32)
      row = found.parent
    }
    unsafe draft.entities[slot].choices.0 = UInt32(truncatingIfNeeded: row)
    unsafe draft.entities[slot].choices.1 = UInt32(truncatingIfNeeded: row >> 32)
    unsafe draft.entities[slot].stamp = draft.stamp
    return row
  }
}
