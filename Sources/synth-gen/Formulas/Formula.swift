import Glibc
import MillraceCore

/// An expression over the fields of a row, compiled to steps of a stack machine: no tree is walked and nothing is allocated
/// for a row. It has no loops and reaches nothing but the row.
struct Formula: Sendable {
  /// One step. What is on the stack is consumed from the top.
  enum Step: BitwiseCopyable {
    case constant(FormulaValue)
    /// A text of the formula, by its number.
    case text(UInt32)
    /// The value of a cell.
    case field(UInt32)
    /// The row's number, 1 for the first.
    case row
    case negate, not
    case add, subtract, multiply, divide, remainder, power
    case equal, unequal, less, lessOrEqual, greater, greaterOrEqual
    /// Goes on at a step if the top, which stays, is false (or true).
    case skipIfFalse(UInt32), skipIfTrue(UInt32)
    /// Consumes the top and goes on at a step unless it is true.
    case branchUnlessTrue(UInt32)
    case jump(UInt32)
    case drop
    /// The top as true, false or null.
    case truth
    case call(FormulaFunction, UInt8)
  }

  static let mostSteps = 2000
  static let deepestStack = 64

  let steps: Constants<Step>
  let texts: TextList
  /// Day and second that `today()` and `now()` stand for.
  let asOf: AsOf
  /// Cells whose values it reads.
  let fields: [Int]

  /// The value for the row in the draft, whose fields must have been made.
  ///
  /// Texts that it makes are appended to the draft's text.
  func value(in draft: RowDraft, _ random: inout RandomStream) -> FormulaValue {
    unsafe withUnsafeTemporaryAllocation(of: FormulaValue.self, capacity: Self.deepestStack + 1) { stack in
      var evaluation = unsafe FormulaEvaluation(
        formula: self, draft: draft, stack: stack.baseAddress.unsafelyUnwrapped, random: random)
      let value = evaluation.run()
      random = evaluation.random
      return value
    }
  }

  /// Whether it is true of the row; nil when a missing value leaves it open.
  func truth(in draft: RowDraft) -> Bool? {
    var random = draft.random(RandomKey(seed: 0))
    let length = draft.text.count
    defer { draft.text.count = length }
    return value(in: draft, &random).truth
  }
}

/// A value of a formula. Texts lie in the draft's text.
struct FormulaValue: BitwiseCopyable {
  enum Kind: UInt8, BitwiseCopyable {
    case null, boolean, number, text
    /// Days since 1970-01-01.
    case date
    /// Seconds since 1970-01-01T00:00:00 of the wall clock.
    case dateTime
    /// Seconds.
    case duration
  }

  var kind: Kind
  var number: Double = 0
  var start: Int32 = 0
  var end: Int32 = 0

  static let null = FormulaValue(kind: .null)

  static func number(_ value: Double) -> FormulaValue {
    value.isFinite ? FormulaValue(kind: .number, number: value) : .null
  }

  static func boolean(_ value: Bool) -> FormulaValue { FormulaValue(kind: .boolean, number: value ? 1 : 0) }

  /// Numbers but zero, and texts that are not empty, are true; missing values are neither.
  var truth: Bool? {
    switch kind {
    case .null: nil
    case .text: end > start
    default: number != 0
    }
  }

  /// Seconds of a date or a moment.
  var seconds: Double { kind == .date ? number * 86_400 : number }
}
