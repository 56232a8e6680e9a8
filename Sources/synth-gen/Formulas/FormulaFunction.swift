import Glibc
import MillraceCore

/// A function of formulas.
enum FormulaFunction: String, CaseIterable, BitwiseCopyable {
  case abs, ceil, floor, round, sqrt, exp, log, log10, pow, sin, cos, min, max, clamp
  case length, upper, lower, concat, substring, left, right, contains, startsWith = "starts_with",
    endsWith = "ends_with", slug, number, text
  case year, month, day, hour, weekday, date, datetime, today, now, age, seconds, minutes, hours, days, weeks
  case isNull = "is_null", coalesce
  case random, uniform, normal

  /// How many arguments it takes.
  var arguments: ClosedRange<Int> {
    switch self {
    case .today, .now, .random: 0...0
    case .round: 1...2
    case .pow, .left, .right, .contains, .startsWith, .endsWith, .uniform, .normal: 2...2
    case .clamp, .substring: 3...3
    case .min, .max, .concat, .coalesce: 1...50
    default: 1...1
    }
  }

  /// For the manual and for who is told of a wrong number of arguments.
  var form: String {
    switch self {
    case .round: "round(number, decimals)"
    case .pow: "pow(base, exponent)"
    case .clamp: "clamp(number, lowest, highest)"
    case .substring: "substring(text, first, length)"
    case .left, .right: "\(rawValue)(text, length)"
    case .contains, .startsWith, .endsWith: "\(rawValue)(text, part)"
    case .uniform: "uniform(lowest, highest)"
    case .normal: "normal(mean, sd)"
    case .min, .max, .concat, .coalesce: "\(rawValue)(a, b, …)"
    case .today, .now, .random: "\(rawValue)()"
    case .year, .month, .day, .hour, .weekday, .age: "\(rawValue)(date)"
    case .length, .upper, .lower, .slug, .number, .date, .datetime: "\(rawValue)(text)"
    case .text, .isNull: "\(rawValue)(value)"
    default: "\(rawValue)(number)"
    }
  }
}

extension FormulaEvaluation {
  mutating func call(_ function: FormulaFunction, _ values: UnsafeBufferPointer<FormulaValue>) -> FormulaValue {
    switch function {
    case .random: return .number(random.unit())
    case .today: return FormulaValue(kind: .date, number: Double(formula.asOf.day))
    case .now: return FormulaValue(kind: .dateTime, number: Double(formula.asOf.seconds))
    case .isNull: return unsafe .boolean(values[0].kind == .null)
    case .coalesce: return unsafe values.first { $0.kind != .null } ?? .null
    case .concat:
      let start = draft.text.count
      for value in unsafe values { append(value) }
      return FormulaValue(kind: .text, start: Int32(start), end: Int32(draft.text.count))
    default: break
    }
    if unsafe values.contains(where: { $0.kind == .null }) { return .null }
    switch function {
    case .length, .upper, .lower, .substring, .left, .right, .contains, .startsWith, .endsWith, .slug, .number, .text,
      .date, .datetime:
      return unsafe textual(function, values)
    case .year, .month, .day, .hour, .weekday, .age: return unsafe calendar(function, values[0])
    case .seconds, .minutes, .hours, .days, .weeks:
      let unit: Double =
        switch function {
        case .seconds: 1
        case .minutes: 60
        case .hours: 3600
        case .days: 86_400
        default: 604_800
        }
      return unsafe FormulaValue(kind: .duration, number: values[0].number * unit)
    case .min, .max:
      // Dates stay dates.
      let best =
        unsafe function == .min
        ? values.min { $0.seconds < $1.seconds } : values.max { $0.seconds < $1.seconds }
      return best ?? .null
    case .uniform:
      let unit = random.unit()
      return unsafe .number(values[0].number + (values[1].number - values[0].number) * unit)
    case .normal:
      let draw = random.normal()
      return unsafe .number(values[0].number + values[1].number * draw)
    default:
      let first = unsafe values[0]
      guard [.number, .boolean, .duration].contains(first.kind) else { return .null }
      return unsafe .number(Self.numeric(function, first.number, values))
    }
  }

  private static func numeric(
    _ function: FormulaFunction, _ value: Double, _ values: UnsafeBufferPointer<FormulaValue>
  ) -> Double {
    switch function {
    case .abs: return Swift.abs(value)
    case .ceil: return value.rounded(.up)
    case .floor: return value.rounded(.down)
    case .round:
      let decimals = unsafe values.count > 1 ? Swift.max(0, Swift.min(15, Int(values[1].number.rounded()))) : 0
      let scale = ByteBuffer.powersOfTen[decimals]
      return (value * scale).rounded(.toNearestOrAwayFromZero) / scale
    case .sqrt: return value.squareRoot()
    case .exp: return Glibc.exp(value)
    case .log: return Glibc.log(value)
    case .log10: return Glibc.log10(value)
    case .pow: return unsafe Glibc.pow(value, values[1].number)
    case .sin: return Glibc.sin(value)
    case .cos: return Glibc.cos(value)
    case .clamp: return unsafe Swift.max(values[1].number, Swift.min(values[2].number, value))
    default: return .nan
    }
  }

  private func calendar(_ function: FormulaFunction, _ value: FormulaValue) -> FormulaValue {
    var moment = value
    if value.kind == .text, let parsed = parsedMoment(value) { moment = parsed }
    guard moment.kind == .date || moment.kind == .dateTime else { return .null }
    let seconds = moment.seconds
    let day = CalendarDay(number: Int((seconds / 86_400).rounded(.down)))
    switch function {
    case .year: return .number(Double(day.year))
    case .month: return .number(Double(day.month))
    case .day: return .number(Double(day.day))
    case .hour: return .number(((seconds - Double(day.number) * 86_400) / 3600).rounded(.down))
    case .weekday:
      return .number(Double((day.number + 3) % 7 < 0 ? (day.number + 3) % 7 + 8 : (day.number + 3) % 7 + 1))
    default:
      // Whole years, at the moment that relative dates count from.
      let now = CalendarDay(number: formula.asOf.day)
      let hadBirthday = (now.month, now.day) >= (day.month, day.day)
      return .number(Double(now.year - day.year - (hadBirthday ? 0 : 1)))
    }
  }

  private func textual(_ function: FormulaFunction, _ values: UnsafeBufferPointer<FormulaValue>) -> FormulaValue {
    // What is not a text is written out first.
    let subject = unsafe values[0].kind == .text ? values[0] : joined(values[0])
    let text = draft.text
    switch function {
    case .text: return subject
    case .number: return unsafe Double(String(decoding: bytes(of: subject), as: UTF8.self)).map { .number($0) } ?? .null
    case .date:
      guard let moment = unsafe [.date, .dateTime].contains(values[0].kind) ? values[0] : parsedMoment(subject) else {
        return .null
      }
      return FormulaValue(kind: .date, number: (moment.seconds / 86_400).rounded(.down))
    case .datetime:
      guard let moment = unsafe [.date, .dateTime].contains(values[0].kind) ? values[0] : parsedMoment(subject) else {
        return .null
      }
      return FormulaValue(kind: .dateTime, number: moment.seconds)
    case .contains, .startsWith, .endsWith:
      let part = unsafe values[1].kind == .text ? values[1] : joined(values[1])
      let (whole, wanted) = unsafe (Array(bytes(of: subject)), Array(bytes(of: part)))
      switch function {
      case .contains: return .boolean(wanted.isEmpty || whole.contains(wanted))
      case .startsWith: return .boolean(whole.starts(with: wanted))
      default: return .boolean(whole.reversed().starts(with: wanted.reversed()))
      }
    default: break
    }
    let string = unsafe String(decoding: bytes(of: subject), as: UTF8.self)
    let start = text.count
    switch function {
    case .length: return .number(Double(string.count))
    case .upper: text.append(string.uppercased())
    case .lower: text.append(string.lowercased())
    case .slug: text.append(slugText(of: string))
    case .left: text.append(String(string.prefix(unsafe count(values[1]))))
    case .right: text.append(String(string.suffix(unsafe count(values[1]))))
    default:
      // From the first character, 1, on.
      text.append(unsafe String(string.dropFirst(Swift.max(0, count(values[1]) - 1)).prefix(count(values[2]))))
    }
    return FormulaValue(kind: .text, start: Int32(start), end: Int32(text.count))
  }

  private func count(_ value: FormulaValue) -> Int { Int(Swift.max(0, Swift.min(1e6, value.number))) }
}
