import MillraceCore

/// What was learned from a sample: enough to make rows like its own, and none of its rows.
struct LearnedModel {
  /// Rows of the sample.
  var sampleRows: Int
  var dependence: Dependence
  var columns: [LearnedColumn]
  /// How the privacy of the sample was seen to; nil when nothing was asked for.
  var privacy: PrivacyRecord?
  /// Normal scores of the columns' correlations, lower triangle row by row without the diagonal; for `.copula` alone.
  var correlations: [Double] = []

  static let version = 1
}

/// How the values of one row hang together.
enum Dependence: String, CaseIterable, Sendable {
  /// A Bayesian network: each column depends on up to two others.
  case bayes
  /// A Gaussian copula over ranks.
  case copula
  /// Each column by itself.
  case none
}

/// A column of a model.
struct LearnedColumn {
  var name: String
  /// For people: number, integer, date, category, text, identifier, constant, empty or mixed.
  var type: String
  /// How numbers or moments are spelled; nil when the column has none.
  var grid: ValueGrid?
  /// What a value can be: numbers first and in order, then texts, then none.
  var outcomes: [ColumnOutcome]
  /// Of the outcomes, together 1.
  var weights: [Double]
  /// The parametric distribution that is nearest to the numbers, for people.
  var fit: ParametricFit?
  /// Which of few levels an outcome counts to when other columns depend on this one.
  var levels: Levels?
  /// What the outcomes depend on.
  var condition: Condition?
}

/// What a value of a column can be.
enum ColumnOutcome: Equatable {
  case null
  /// Always the same text.
  case text(String)
  case boolean(Bool)
  /// The text of a JSON array or object.
  case json(String)
  /// Always the same number; in steps of the grid.
  case number(Int)
  /// Any of a range; the pieces between these bounds are equally likely. The last bound lies one behind the last value.
  case range([Int])
  /// A text that is made anew, with the index of its recipe.
  case made(TextRecipe)
}

/// The values that numbers or moments of a column can have: `origin` + n × `step` units.
struct ValueGrid: Equatable {
  enum Spelling: Equatable {
    case number(NumberSpelling)
    case moment(MomentFormat, MomentUnit)
  }

  var spelling: Spelling
  var origin: Int
  var step: Int

  func append(_ index: Int, to buffer: ByteBuffer) {
    let units = origin &+ index &* step
    switch spelling {
    case .number(let spelling): spelling.append(units, to: buffer)
    case .moment(let format, let unit): format.append(unit.ticks(units, format: format), to: buffer)
    }
  }

  func text(_ index: Int) -> String {
    let buffer = ByteBuffer(capacity: 40)
    append(index, to: buffer)
    return unsafe String(decoding: buffer.bytes, as: UTF8.self)
  }

  /// The index of a value that was spelled in this column's way; nil when it is none, or lies beside the grid.
  func index(of text: String) -> Int? {
    guard let units = units(of: text) else { return nil }
    let (difference, overflow) = units.subtractingReportingOverflow(origin)
    guard !overflow, step > 0, difference % step == 0 else { return nil }
    return difference / step
  }

  /// The first index at or behind a value, which may lie beside the grid.
  func index(atOrBehind text: String) -> Int? {
    guard let units = units(of: text), step > 0 else { return nil }
    let (difference, overflow) = units.subtractingReportingOverflow(origin)
    if overflow { return nil }
    let (quotient, remainder) = floorDivided(difference, by: step)
    return remainder == 0 ? quotient : quotient + 1
  }

  private func units(of text: String) -> Int? {
    switch spelling {
    case .number(let spelling): return spelling.units(text)
    case .moment(let format, let unit):
      let buffer = ByteBuffer(text)
      return unsafe format.ticks(of: buffer.bytes).flatMap { unit.units($0, format: format) }
    }
  }
}

/// What moments of a column are counted in, from 1970 or midnight on: the widest unit that all of them are whole numbers of.
enum MomentUnit: String, CaseIterable {
  case tick, second, minute, hour, day, month, year

  /// - Returns: nil for a moment that is no whole number of units.
  func units(_ ticks: Int, format: MomentFormat) -> Int? {
    let perSecond = format.ticks
    if let seconds {
      let (quotient, remainder) = floorDivided(ticks, by: seconds * perSecond)
      return remainder == 0 ? quotient : nil
    }
    guard self != .tick else { return ticks }
    let (day, remainder) = floorDivided(ticks, by: 86_400 * perSecond)
    let parts = CalendarDay(number: day).parts
    guard remainder == 0, parts.day == 1 else { return nil }
    if self == .month { return parts.year * 12 + parts.month - 1 }
    return parts.month == 1 ? parts.year : nil
  }

  func ticks(_ units: Int, format: MomentFormat) -> Int {
    let perSecond = format.ticks
    if let seconds { return units * seconds * perSecond }
    guard self != .tick else { return units }
    let (year, month) = self == .month ? floorDivided(units, by: 12) : (units, 0)
    return (CalendarDay(year: year, month: month + 1, day: 1)?.number ?? 0) * 86_400 * perSecond
  }

  private var seconds: Int? {
    switch self {
    case .tick, .month, .year: nil
    case .second: 1
    case .minute: 60
    case .hour: 3600
    case .day: 86_400
    }
  }
}

/// A column's outcomes put together to levels that other columns depend on.
struct Levels: Equatable {
  /// For each outcome its level, when the column is the only one that is depended on.
  var fine: [Int]
  /// For each fine level its coarse one, when there are two.
  var coarse: [Int]

  var fineCount: Int { coarse.count }
  var coarseCount: Int { (coarse.max() ?? -1) + 1 }
}

/// What the outcomes of a column depend on: the levels of one or two other columns.
struct Condition {
  /// Indexes of columns, the first the more important.
  var parents: [Int]
  /// For each combination of levels, those of the first parent outermost, the weights of the outcomes; together 1.
  var weights: [[Double]]
}

/// What was done for the privacy of the people in the sample.
struct PrivacyRecord: Equatable {
  /// What fewer rows have is not in the model.
  var k: Int?
  /// Of the Laplace mechanism over all counts; nil when no noise was added.
  var epsilon: Double?
  /// Tables of counts that the budget was spent on, in equal parts.
  var noisyTables = 0
}
