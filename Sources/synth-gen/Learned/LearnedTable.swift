import MillraceCore

/// Makes the rows of a learned model.
///
/// Each column's outcome is drawn by the inverse of its distribution given the outcomes of its parents; the same number then
/// places the value within the outcome. A row's numbers are made of its own number and the key: any row can be made alone.
final class LearnedTable: RowMaker {
  let columns: [OutputColumn]
  private let steps: [Step]
  private let points: StratifiedPoints
  private let copula: CopulaFactor?
  private let arena = Arena()

  /// How the value of one column is drawn.
  private struct Step: Sendable {
    /// Of the column: its cell.
    let cell: Int
    let table: OutcomeTable
    let outcomes: Constants<OutcomePlan>
    let bounds: Constants<Int>
    let texts: TextList
    let makers: [TextMaker]
    let grid: GridWriter
    /// The parents' cells; below zero for none.
    let firstParent: Int
    let secondParent: Int
    /// What an outcome of a parent adds to the context.
    let firstContext: Constants<UInt32>
    let secondContext: Constants<UInt32>
    let dimension: Int
    let seed: UInt32
    let key: RandomKey
    /// Of a column with many values and no parents: the values of the sample in another order.
    let ranks: PermutedIndex?
  }

  private struct OutcomePlan: BitwiseCopyable {
    enum Kind: UInt8, BitwiseCopyable { case null, text, json, yes, no, number, range, made }
    let kind: Kind
    /// A number's place on the grid; the index of a text or a maker; where a range's bounds begin.
    let value: Int
    let pieces: Int
  }

  /// - Parameters:
  ///   - key: of the table.
  init(_ model: LearnedModel, key: RandomKey) {
    let arena = arena
    points = StratifiedPoints(key: key.child("points"), in: arena)
    columns = model.columns.indices.map { OutputColumn(name: model.columns[$0].name, cell: $0) }
    copula = model.dependence == .copula ? CopulaFactor(model.correlations, count: model.columns.count, in: arena) : nil
    let order = copula == nil ? model.columns.dependenceOrder ?? [] : Array(model.columns.indices)
    steps = order.enumerated().map { place, index in
      Self.step(model, index, dimension: place, key: key.child(model.columns[index].name), arena)
    }
  }

  private static func step(
    _ model: LearnedModel, _ index: Int, dimension: Int, key: RandomKey, _ arena: Arena
  ) -> Step {
    let column = model.columns[index]
    var texts: [String] = []
    var bounds: [Int] = []
    var makers: [TextMaker] = []
    let plans = column.outcomes.map { outcome in
      switch outcome {
      case .null: return OutcomePlan(kind: .null, value: 0, pieces: 0)
      case .text(let text), .json(let text):
        texts.append(text)
        if case .json = outcome { return OutcomePlan(kind: .json, value: texts.count - 1, pieces: 0) }
        return OutcomePlan(kind: .text, value: texts.count - 1, pieces: 0)
      case .boolean(let value): return OutcomePlan(kind: value ? .yes : .no, value: 0, pieces: 0)
      case .number(let value): return OutcomePlan(kind: .number, value: value, pieces: 0)
      case .range(let ends):
        defer { bounds += ends }
        return OutcomePlan(kind: .range, value: bounds.count, pieces: ends.count - 1)
      case .made(let recipe):
        makers.append(TextMaker(recipe, key: key.child("made \(makers.count)"), in: arena))
        return OutcomePlan(kind: .made, value: makers.count - 1, pieces: 0)
      }
    }
    let condition = model.dependence == .bayes ? column.condition : nil
    let parents = condition?.parents ?? []
    var contexts: [[UInt32]] = [[], []]
    for (place, parent) in parents.enumerated() {
      let levels = model.columns[parent].levels ?? Levels(fine: [], coarse: [])
      let map = parents.count > 1 ? levels.fine.map { levels.coarse[$0] } : levels.fine
      let stride = place == 0 && parents.count > 1 ? model.columns[parents[1]].levels?.coarseCount ?? 1 : 1
      contexts[place] = map.map { UInt32($0 * stride) }
    }
    var stream = RandomStream(key, row: 0)
    let isListed = parents.isEmpty && model.dependence != .copula && column.outcomes.count > 64 && model.sampleRows > 64
    return Step(
      cell: index, table: OutcomeTable(condition?.weights ?? [column.weights], in: arena),
      outcomes: arena.constants(plans), bounds: arena.constants(bounds), texts: TextList(texts, in: arena),
      makers: makers,
      grid: GridWriter(column.grid), firstParent: parents.first ?? -1,
      secondParent: parents.count > 1 ? parents[1] : -1,
      firstContext: arena.constants(contexts[0]), secondContext: arena.constants(contexts[1]), dimension: dimension,
      seed: UInt32(truncatingIfNeeded: stream.next()), key: key,
      ranks: isListed ? PermutedIndex(count: UInt64(model.sampleRows), key: key.child("ranks")) : nil)
  }

  func makeDraft() -> RowDraft { RowDraft(cells: steps.count, entities: steps.count) }

  func make(row: UInt64, in draft: RowDraft) {
    draft.begin(row: row, attempt: 0)
    if let copula {
      unsafe withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * steps.count) { scores in
        for step in steps {
          unsafe scores[step.cell] = Double(number(step, row: row, pointIndex(step, row)) >> 11) * 0x1p-53
        }
        unsafe copula.correlate(scores)
        for step in steps { unsafe make(step, UInt64(scores[step.cell] * 0x1p53) << 11, draft) }
      }
      return
    }
    var (group, index) = (0, points.index(row: row, group: 0))
    unsafe steps.withUnsafeBufferPointer { steps in
      for place in 0..<steps.count {
        if place & (StratifiedPoints.dimensions - 1) == 0, place > 0 {
          group += 1
          index = points.index(row: row, group: group)
        }
        let bits = unsafe number(steps[place], row: row, index)
        unsafe make(steps[place], bits, draft)
      }
    }
  }

  private func pointIndex(_ step: Step, _ row: UInt64) -> UInt32 {
    points.index(row: row, group: step.dimension / StratifiedPoints.dimensions)
  }

  /// 64 bits for the column: the higher ones evenly distributed over rows, the lower at random.
  @inline(__always) private func number(_ step: Step, row: UInt64, _ index: UInt32) -> UInt64 {
    var random = RandomStream(step.key, row: row)
    if let ranks = step.ranks {
      let (round, place) = row.quotientAndRemainder(dividingBy: ranks.count)
      // Another round is in another order.
      let rank = (ranks(place) &+ RandomStream.mix(round) % ranks.count) % ranks.count
      return (rank &* (.max / ranks.count)) &+ random.below(.max / ranks.count)
    }
    let high = points.bits(index, dimension: step.dimension % StratifiedPoints.dimensions, seed: step.seed)
    return UInt64(high) << 32 | random.next() >> 32
  }

  @inline(__always) private func make(_ step: borrowing Step, _ number: UInt64, _ draft: RowDraft) {
    var context = 0
    if step.firstParent >= 0 {
      context = unsafe Int(step.firstContext[Int(draft.entities[step.firstParent].choices.0)])
      if step.secondParent >= 0 {
        context += unsafe Int(step.secondContext[Int(draft.entities[step.secondParent].choices.0)])
      }
    }
    let (outcome, rest) = step.table.draw(number, context: context)
    // What has been drawn lies where entities of other tables have their choices.
    unsafe draft.entities[step.cell].choices.0 = UInt32(truncatingIfNeeded: outcome)
    let plan = step.outcomes[outcome]
    let text = draft.text
    let start = text.count
    let content: CellContent
    switch plan.kind {
    case .null: content = .null
    case .text:
      step.texts.append(plan.value, to: text)
      content = .text
    case .json:
      step.texts.append(plan.value, to: text)
      content = .json
    case .yes:
      text.append("true")
      content = CellContent(.boolean, 1)
    case .no:
      text.append("false")
      content = CellContent(.boolean, 0)
    case .number: content = step.grid.append(plan.value, to: text)
    case .range:
      let scaled = rest * Double(plan.pieces)
      let piece = Int(scaled)
      let (low, end) = (step.bounds[plan.value + piece], step.bounds[plan.value + piece + 1])
      let offset = Int((scaled - Double(piece)) * Double(end - low))
      content = step.grid.append(min(low + offset, end - 1), to: text)
    case .made:
      var random = RandomStream(step.key.child("text"), row: draft.row)
      content = step.makers[plan.value].append(row: draft.row, &random, to: text)
    }
    unsafe draft.cells[step.cell] = Cell(
      content: content, start: Int32(truncatingIfNeeded: start), end: Int32(truncatingIfNeeded: text.count))
  }
}

/// Writes values of a grid; plain integers without a detour.
struct GridWriter: Sendable {
  private enum Spelling: Sendable {
    case integer
    case number(NumberSpelling)
    case moment(MomentFormat, MomentUnit)
  }

  private let spelling: Spelling
  private let origin: Int
  private let step: Int

  init(_ grid: ValueGrid?) {
    origin = grid?.origin ?? 0
    step = grid?.step ?? 1
    switch grid?.spelling {
    case .number(let number)? where number.decimals != 0: spelling = .number(number)
    case .moment(let format, let unit)?: spelling = .moment(format, unit)
    default: spelling = .integer
    }
  }

  @inline(__always) func append(_ index: Int, to text: ByteBuffer) -> CellContent {
    let units = origin &+ index &* step
    switch spelling {
    case .integer:
      text.append(integer: units)
      return CellContent(.integer, Double(units))
    case .number(let number):
      number.append(units, to: text)
      return CellContent(.number)
    case .moment(let format, let unit):
      let ticks = unit.ticks(units, format: format)
      format.append(ticks, to: text)
      return CellContent(format.hasDate ? format.hasTime ? .dateTime : .date : .text)
    }
  }
}

/// Gives numbers of a row the correlations of a copula.
struct CopulaFactor: Sendable {
  private let factor: Constants<Double>
  private let count: Int

  init(_ factor: [Double], count: Int, in arena: Arena) {
    self.factor = arena.constants(factor)
    self.count = count
  }

  /// - Parameter scores: the first half: numbers between 0 and 1, which become correlated ones; the second is for work.
  func correlate(_ scores: UnsafeMutableBufferPointer<Double>) {
    for column in 0..<count { unsafe scores[count + column] = normalQuantile(max(scores[column], 0x1p-54)) }
    var start = 0
    for row in 0..<count {
      var sum = 0.0
      for column in 0...row { unsafe sum += factor[start + column] * scores[count + column] }
      start += row + 1
      unsafe scores[row] = standardNormalProbability(sum)
    }
  }
}
