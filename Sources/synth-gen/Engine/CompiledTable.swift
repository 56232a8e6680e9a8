import MillraceCore

/// What can make the rows of a table: in any order, and on any number of threads.
protocol RowMaker: Sendable {
  var columns: [OutputColumn] { get }

  /// What one thread makes its rows in.
  func makeDraft() -> RowDraft

  /// Makes a row: its cells are the draft's afterwards.
  ///
  /// - Parameter row: 0 for the first. The same number makes the same row.
  func make(row: UInt64, in draft: RowDraft) throws(Failure)
}

/// A column of the output.
struct OutputColumn: Sendable {
  let name: String
  /// Which cell of the draft holds its value.
  let cell: Int
}

/// A table of a schema, ready to be made.
final class CompiledTable: RowMaker {
  /// One step of a row: a generator, and the cell that its value goes to.
  struct Step: BitwiseCopyable {
    let cell: Int
    let generator: GeneratorReference
    let key: RandomKey
  }

  let name: String
  /// In an order in which each finds what it refers to.
  let steps: Constants<Step>
  let columns: [OutputColumn]
  let constraints: [Constraint]
  /// Tables that rows of this one refer to; a draft has a draft of each.
  let parents: [CompiledTable]
  let entityCount: Int
  /// What the generators read.
  private let arena: Arena

  /// Rows that constraints refuse are made again this often before the table counts as impossible.
  static let mostAttempts: UInt64 = 10_000

  init(
    name: String, steps: [Step], columns: [OutputColumn], constraints: [Constraint], parents: [CompiledTable],
    entityCount: Int, arena: Arena
  ) {
    self.name = name
    self.steps = arena.constants(steps)
    self.columns = columns
    self.constraints = constraints
    self.parents = parents
    self.entityCount = entityCount
    self.arena = arena
  }

  func makeDraft() -> RowDraft {
    RowDraft(cells: steps.count, entities: entityCount, parents: parents.map { $0.makeDraft() })
  }

  /// - Throws: `.badData` when no attempt satisfies the constraints; it names the one that refused most.
  func make(row: UInt64, in draft: RowDraft) throws(Failure) {
    make(row: row, attempt: 0, in: draft)
    if let failure = draft.failure { throw failure }
    if constraints.isEmpty || firstBroken(in: draft) == nil { return }
    try makeAgain(row: row, in: draft)
  }

  private func makeAgain(row: UInt64, in draft: RowDraft) throws(Failure) {
    var refusals = Array(repeating: 0, count: constraints.count)
    for attempt in 1...Self.mostAttempts {
      make(row: row, attempt: attempt, in: draft)
      guard let broken = firstBroken(in: draft) else { return }
      refusals[broken] += 1
    }
    let worst = refusals.indices.max { refusals[$0] < refusals[$1] } ?? 0
    throw Failure(
      .badData,
      "no row of \"\(name)\" satisfies the constraint \"\(constraints[worst].text)\": row \(row + 1) was made \(Self.mostAttempts) times",
      at: constraints[worst].place, advice: "see whether the ranges of its fields can satisfy it at all")
  }

  @inline(__always) private func make(row: UInt64, attempt: UInt64, in draft: RowDraft) {
    draft.begin(row: row, attempt: attempt)
    let text = draft.text
    for index in 0..<steps.count {
      let step = steps[index]
      let start = text.count
      var random = RandomStream(step.key, row: row, attempt: attempt)
      let content = step.generator.generate(draft, &random)
      unsafe draft.cells[step.cell] = Cell(
        content: content, start: Int32(truncatingIfNeeded: start), end: Int32(truncatingIfNeeded: text.count))
    }
  }

  private func firstBroken(in draft: RowDraft) -> Int? {
    constraints.firstIndex { !$0.holds(in: draft) }
  }
}

/// What must be true of every row.
struct Constraint: Sendable {
  /// As it is written in the schema.
  let text: String
  let place: Place?
  let condition: Formula

  /// A condition about values of which one is missing holds, as in SQL's CHECK.
  func holds(in draft: RowDraft) -> Bool { condition.truth(in: draft) ?? true }
}
