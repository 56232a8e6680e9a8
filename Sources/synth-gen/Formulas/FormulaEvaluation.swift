import Glibc
import MillraceCore

/// One evaluation of a formula for one row.
@safe struct FormulaEvaluation {
  let formula: Formula
  let draft: RowDraft
  private let stack: UnsafeMutablePointer<FormulaValue>
  var random: RandomStream
  /// Values on the stack.
  private var depth = 0

  init(formula: Formula, draft: RowDraft, stack: UnsafeMutablePointer<FormulaValue>, random: RandomStream) {
    self.formula = formula
    self.draft = draft
    unsafe self.stack = stack
    self.random = random
  }

  mutating func push(_ value: FormulaValue) {
    unsafe stack[depth] = value
    depth += 1
  }

  mutating func pop() -> FormulaValue {
    depth -= 1
    return unsafe stack[depth]
  }

  mutating func run() -> FormulaValue {
    var next = 0
    while next < formula.steps.count {
      let step = formula.steps[next]
      next += 1
      switch step {
      case .constant(let value): push(value)
      case .text(let number): push(text(Int(number)))
      case .field(let cell): push(field(Int(cell)))
      case .row: push(.number(Double(draft.row + 1)))
      case .negate:
        let value = pop()
        push([.number, .duration].contains(value.kind) ? FormulaValue(kind: value.kind, number: -value.number) : .null)
      case .not: push(pop().truth.map { .boolean(!$0) } ?? .null)
      case .truth: push(pop().truth.map { .boolean($0) } ?? .null)
      case .add, .subtract, .multiply, .divide, .remainder, .power:
        let right = pop()
        push(arithmetic(step, pop(), right))
      case .equal, .unequal, .less, .lessOrEqual, .greater, .greaterOrEqual:
        let right = pop()
        push(comparison(step, pop(), right))
      case .skipIfFalse(let target): if unsafe stack[depth - 1].truth == false { next = Int(target) }
      case .skipIfTrue(let target): if unsafe stack[depth - 1].truth == true { next = Int(target) }
      case .branchUnlessTrue(let target): if pop().truth != true { next = Int(target) }
      case .jump(let target): next = Int(target)
      case .drop: depth -= 1
      case .call(let function, let count):
        depth -= Int(count)
        let arguments = unsafe UnsafeBufferPointer(start: stack + depth, count: Int(count))
        push(unsafe call(function, arguments))
      }
    }
    return pop()
  }

  private func text(_ number: Int) -> FormulaValue {
    let start = draft.text.count
    formula.texts.append(number, to: draft.text)
    return FormulaValue(kind: .text, start: Int32(start), end: Int32(draft.text.count))
  }

  private func field(_ index: Int) -> FormulaValue {
    let cell = unsafe draft.cells[index]
    let kind: FormulaValue.Kind
    switch cell.content.kind {
    case .null: kind = .null
    case .boolean: kind = .boolean
    case .integer, .number: kind = .number
    case .text, .json: kind = .text
    case .date: kind = .date
    case .dateTime: kind = .dateTime
    }
    return FormulaValue(kind: kind, number: cell.content.number, start: cell.start, end: cell.end)
  }

  // MARK: Operators

  private func arithmetic(_ step: Formula.Step, _ left: FormulaValue, _ right: FormulaValue) -> FormulaValue {
    if left.kind == .null || right.kind == .null { return .null }
    if case .add = step, left.kind == .text || right.kind == .text { return joined(left, right) }
    switch (left.kind, right.kind, step) {
    case (.text, _, _), (_, .text, _): return .null
    case (.date, .date, .subtract): return .number(left.number - right.number)
    case (.date, .dateTime, .subtract), (.dateTime, .date, .subtract), (.dateTime, .dateTime, .subtract):
      return .number(left.seconds - right.seconds)
    case (.date, .duration, .add), (.date, .duration, .subtract):
      let seconds = isAddition(step) ? left.seconds + right.number : left.seconds - right.number
      return seconds.remainder(dividingBy: 86_400) == 0
        ? FormulaValue(kind: .date, number: seconds / 86_400) : FormulaValue(kind: .dateTime, number: seconds)
    case (.date, _, .add), (.dateTime, _, .add):
      return moved(left, by: right.number)
    case (.date, _, .subtract), (.dateTime, _, .subtract):
      return moved(left, by: -right.number)
    case (_, .date, .add), (_, .dateTime, .add):
      return right.kind == .date && left.kind == .duration
        ? arithmetic(.add, right, left) : moved(right, by: left.number)
    case (.duration, .duration, .add): return FormulaValue(kind: .duration, number: left.number + right.number)
    case (.duration, .duration, .subtract): return FormulaValue(kind: .duration, number: left.number - right.number)
    case (.duration, .number, .multiply), (.number, .duration, .multiply):
      return FormulaValue(kind: .duration, number: left.number * right.number)
    default: return .number(Self.result(step, left.number, right.number))
    }
  }

  private func isAddition(_ step: Formula.Step) -> Bool { if case .add = step { true } else { false } }

  /// Days are added to a date, seconds to a moment; both stay whole, and within what a calendar is written for.
  private func moved(_ moment: FormulaValue, by amount: Double) -> FormulaValue {
    let number = (moment.number + amount).rounded(.down)
    let limit = moment.kind == .date ? 3e6 : 3e6 * 86_400
    return abs(number) <= limit ? FormulaValue(kind: moment.kind, number: number) : .null
  }

  private static func result(_ step: Formula.Step, _ left: Double, _ right: Double) -> Double {
    switch step {
    case .add: left + right
    case .subtract: left - right
    case .multiply: left * right
    case .divide: left / right
    // The sign of the divisor, as in the mathematics of remainders.
    case .remainder: left - right * (left / right).rounded(.down)
    default: pow(left, right)
    }
  }

  private func comparison(_ step: Formula.Step, _ left: FormulaValue, _ right: FormulaValue) -> FormulaValue {
    if left.kind == .null || right.kind == .null { return .null }
    let order: Int
    if left.kind == .text && right.kind == .text {
      order = compare(left, right)
    } else if left.kind == .text || right.kind == .text {
      // A date beside a text that is written as one: `ordered > '2024-01-01'`.
      guard let (one, other) = asMoments(left, right) else {
        if case .unequal = step { return .boolean(true) }
        if case .equal = step { return .boolean(false) }
        return .null
      }
      order = one < other ? -1 : one > other ? 1 : 0
    } else {
      let areMoments = left.kind == .date || left.kind == .dateTime
      let (one, other) = areMoments ? (left.seconds, right.seconds) : (left.number, right.number)
      order = one < other ? -1 : one > other ? 1 : 0
    }
    switch step {
    case .equal: return .boolean(order == 0)
    case .unequal: return .boolean(order != 0)
    case .less: return .boolean(order < 0)
    case .lessOrEqual: return .boolean(order <= 0)
    case .greater: return .boolean(order > 0)
    default: return .boolean(order >= 0)
    }
  }

  private func asMoments(_ left: FormulaValue, _ right: FormulaValue) -> (Double, Double)? {
    let (text, moment) = left.kind == .text ? (left, right) : (right, left)
    guard moment.kind == .date || moment.kind == .dateTime, let parsed = parsedMoment(text) else { return nil }
    return left.kind == .text ? (parsed.seconds, moment.seconds) : (moment.seconds, parsed.seconds)
  }

  private func compare(_ left: FormulaValue, _ right: FormulaValue) -> Int {
    let (one, other) = unsafe (bytes(of: left), bytes(of: right))
    let common = min(one.count, other.count)
    if common > 0, let a = unsafe one.baseAddress, let b = unsafe other.baseAddress {
      let order = unsafe memcmp(a, b, common)
      if order != 0 { return Int(order) }
    }
    return one.count - other.count
  }

  // MARK: Texts

  /// Valid until the draft's text grows.
  func bytes(of value: FormulaValue) -> UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(rebasing: draft.text.bytes[Int(value.start)..<Int(value.end)])
  }

  /// The texts of values one behind the other.
  func joined(_ values: FormulaValue...) -> FormulaValue {
    let start = draft.text.count
    for value in values { append(value) }
    return FormulaValue(kind: .text, start: Int32(start), end: Int32(draft.text.count))
  }

  /// Appends what a value is written as.
  func append(_ value: FormulaValue) { value.append(to: draft) }

  func parsedMoment(_ value: FormulaValue) -> FormulaValue? {
    let text = unsafe bytes(of: value)
    guard text.count >= 10, let day = unsafe CalendarDay(digits: UnsafeRawBufferPointer(rebasing: text.prefix(10)))
    else { return nil }
    if text.count == 10 { return FormulaValue(kind: .date, number: Double(day.number)) }
    // As in 2024-05-06T07:08:09, with seconds or without.
    guard text.count >= 16, unsafe text[13] == UInt8(ascii: ":") else { return nil }
    func digits(_ at: Int) -> Int? {
      let (tens, ones) = unsafe (text[at], text[at + 1])
      guard (48...57).contains(tens), (48...57).contains(ones) else { return nil }
      return Int(tens - 48) * 10 + Int(ones - 48)
    }
    guard let hours = digits(11), let minutes = digits(14), hours < 24, minutes < 60 else { return nil }
    let seconds = text.count >= 19 ? digits(17) ?? 0 : 0
    let total: Int = day.number * 86_400 + hours * 3600 + minutes * 60 + seconds
    return FormulaValue(kind: .dateTime, number: Double(total))
  }
}

extension FormulaValue {
  /// Appends what the value is written as to the draft's text.
  func append(to draft: RowDraft) {
    let text = draft.text
    switch kind {
    case .null: break
    case .boolean: text.append(number == 0 ? "false" : "true")
    case .number, .duration: text.append(shortest: number)
    case .text:
      let count = Int(end - start)
      text.reserve(count)
      unsafe text.append(text.base + Int(start), count: count)
    case .date: text.append(day: CalendarDay(number: Int(number)))
    case .dateTime: text.append(moment: Int(number))
    }
  }
}
