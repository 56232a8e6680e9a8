import MillraceCore

/// A pattern of `strftime` (POSIX.1-2024, with the extensions of glibc that Python's users know), taken apart once.
struct DatePattern: Sendable {
  private struct Step: BitwiseCopyable {
    /// The directive's letter; 0: text.
    var directive: UInt8
    /// `%-d`: without zeros or blanks in front.
    var isPlain: Bool
    /// Among the texts.
    var text: UInt16
  }

  private let steps: Constants<Step>
  private let texts: TextList
  private let names: CalendarNames
  private let zone: FixedZone?
  /// Whether it shows different days, different seconds as different texts.
  let tellsDays: Bool
  let tellsSeconds: Bool

  private static let longest = 500
  private static let directives = Array("aAbBdefFHIjkLlmMnpsSTuUVwWyYzZCGgt%".utf8)
  /// Directives that stand for several.
  private static let compounds: [Character: String] = [
    "D": "%m/%d/%y", "F": "%Y-%m-%d", "T": "%H:%M:%S", "R": "%H:%M", "r": "%I:%M:%S %p", "c": "%a %b %e %H:%M:%S %Y",
    "x": "%m/%d/%y", "X": "%H:%M:%S", "h": "%b",
  ]

  /// - Parameter argument: its name, for errors.
  init(_ pattern: String, argument: String, zone: FixedZone?, _ context: GeneratorContext) throws(Failure) {
    guard pattern.utf8.count <= Self.longest else {
      throw context.failure("\(argument): a pattern of \(pattern.utf8.count) bytes, where \(Self.longest) are possible")
    }
    var steps: [Step] = []
    var texts: [String] = []
    var literal = ""
    func close() {
      if literal.isEmpty { return }
      steps.append(Step(directive: 0, isPlain: false, text: UInt16(texts.count)))
      texts.append(literal)
      literal = ""
    }
    var rest = Self.strftime(of: pattern)[...]
    while let character = rest.popFirst() {
      guard character == "%" else {
        literal.append(character)
        continue
      }
      var isPlain = false
      if let flag = rest.first, flag == "-" || flag == "#" {
        isPlain = true
        rest.removeFirst()
      }
      guard let directive = rest.popFirst() else {
        throw context.failure("\(argument)=\"\(printable(pattern))\" ends with %", advice: Self.advice)
      }
      if let compound = Self.compounds[directive] {
        rest = compound + rest
      } else if directive == "%" {
        literal.append("%")
      } else if directive == "n" || directive == "t" {
        literal.append(directive == "n" ? "\n" : "\t")
      } else if let byte = directive.asciiValue, Self.directives.contains(byte) {
        close()
        steps.append(Step(directive: byte, isPlain: isPlain, text: 0))
      } else {
        throw context.failure(
          "\(argument)=\"\(printable(pattern))\": %\(printable(String(directive))) is unknown", advice: Self.advice)
      }
    }
    close()
    self.steps = context.arena.constants(steps)
    self.texts = TextList(texts, in: context.arena)
    self.zone = zone
    names = CalendarNames(context)
    func has(_ letters: String...) -> Bool {
      letters.contains { group in steps.contains { step in group.utf8.contains(step.directive) } }
    }
    let isEpoch = has("s")
    tellsDays = isEpoch || has("Y") && (has("j") || has("mbB") && has("de"))
    tellsSeconds = isEpoch || tellsDays && (has("Hk") || has("Il") && has("p")) && has("M") && has("S")
  }

  private static let advice = "the directives are those of strftime, as in %Y-%m-%d %H:%M:%S"

  /// What a pattern without % means that is written in the letters of other tools: `YYYY-MM-DD HH:mm:ss`.
  private static func strftime(of pattern: String) -> String {
    guard !pattern.contains("%"), pattern.contains("yy") || pattern.contains("YY") || pattern.contains("HH") else {
      return pattern
    }
    let words: [(String, String)] = [
      ("YYYY", "%Y"), ("yyyy", "%Y"), ("YY", "%y"), ("yy", "%y"), ("MMMM", "%B"), ("MMM", "%b"), ("MM", "%m"),
      ("DD", "%d"), ("dd", "%d"), ("HH", "%H"), ("hh", "%I"), ("mm", "%M"), ("ss", "%S"), ("SSS", "%L"),
      ("M", "%-m"), ("D", "%-d"), ("d", "%-d"), ("H", "%-H"), ("h", "%-I"), ("A", "%p"), ("a", "%p"),
    ]
    var result = ""
    var rest = pattern[...]
    while let first = rest.first {
      if let word = words.first(where: { rest.hasPrefix($0.0) }) {
        result += word.1
        rest = rest.dropFirst(word.0.count)
      } else {
        result.append(first)
        rest = rest.dropFirst()
      }
    }
    return result
  }

  /// - Parameter seconds: since 1970-01-01T00:00:00 of the wall clock.
  func append(seconds: Int, to text: ByteBuffer, _ random: inout RandomStream) {
    let day = CalendarDay(number: wholeDays(of: seconds))
    let parts = day.parts
    let clock = seconds - day.number * 86_400
    let weekday = day.weekday
    for index in 0..<steps.count {
      let step = steps[index]
      func two(_ value: Int) { text.append(integer: value, width: step.isPlain ? 1 : 2) }
      func padded(_ value: Int) {
        if value < 10, !step.isPlain { text.append(UInt8(ascii: " ")) }
        text.append(integer: value)
      }
      let hour = clock / 3600
      let hourOfTwelve = hour % 12 == 0 ? 12 : hour % 12
      switch step.directive {
      case 0: texts.append(Int(step.text), to: text)
      case UInt8(ascii: "Y"): text.append(integer: parts.year, width: step.isPlain ? 1 : 4)
      case UInt8(ascii: "m"): two(parts.month)
      case UInt8(ascii: "d"): two(parts.day)
      case UInt8(ascii: "e"): padded(parts.day)
      case UInt8(ascii: "H"): two(hour)
      case UInt8(ascii: "k"): padded(hour)
      case UInt8(ascii: "I"): two(hourOfTwelve)
      case UInt8(ascii: "l"): padded(hourOfTwelve)
      case UInt8(ascii: "M"): two(clock / 60 % 60)
      case UInt8(ascii: "S"): two(clock % 60)
      case UInt8(ascii: "f"): text.append(integer: random.below(1_000_000), width: 6)
      case UInt8(ascii: "L"): text.append(integer: random.below(1000), width: 3)
      case UInt8(ascii: "y"): two(parts.year % 100)
      case UInt8(ascii: "C"): two(parts.year / 100)
      case UInt8(ascii: "b"): names.shortMonths.append(parts.month - 1, to: text)
      case UInt8(ascii: "B"): names.months.append(parts.month - 1, to: text)
      case UInt8(ascii: "a"): names.shortDays.append(weekday - 1, to: text)
      case UInt8(ascii: "A"): names.days.append(weekday - 1, to: text)
      case UInt8(ascii: "p"): names.halves.append(hour / 12, to: text)
      case UInt8(ascii: "u"): text.append(integer: weekday)
      case UInt8(ascii: "w"): text.append(integer: weekday % 7)
      case UInt8(ascii: "s"): text.append(integer: seconds - (zone?.offset ?? 0))
      case UInt8(ascii: "z"): zone?.appendOffset(separator: false, to: text)
      case UInt8(ascii: "Z"): zone?.appendName(to: text)
      default: appendWeek(step.directive, day, isPlain: step.isPlain, to: text)
      }
    }
  }

  /// What is counted within the year.
  private func appendWeek(_ directive: UInt8, _ day: CalendarDay, isPlain: Bool, to text: ByteBuffer) {
    let year = day.year
    guard let newYear = CalendarDay(year: year, month: 1, day: 1) else { return }
    let dayOfYear = day.number - newYear.number
    let weekday = day.weekday
    switch directive {
    case UInt8(ascii: "j"): text.append(integer: dayOfYear + 1, width: isPlain ? 1 : 3)
    case UInt8(ascii: "U"): text.append(integer: (dayOfYear + 7 - weekday % 7) / 7, width: isPlain ? 1 : 2)
    case UInt8(ascii: "W"): text.append(integer: (dayOfYear + 8 - weekday) / 7, width: isPlain ? 1 : 2)
    default:
      // A week of ISO 8601 is of the year that its Thursday is in.
      let thursday = CalendarDay(number: day.number + 4 - weekday)
      let start = CalendarDay(year: thursday.year, month: 1, day: 1)?.number ?? thursday.number
      switch directive {
      case UInt8(ascii: "V"): text.append(integer: (thursday.number - start) / 7 + 1, width: isPlain ? 1 : 2)
      case UInt8(ascii: "g"): text.append(integer: thursday.year % 100, width: isPlain ? 1 : 2)
      default: text.append(integer: thursday.year, width: isPlain ? 1 : 4)
      }
    }
  }
}

/// Names of months, days and halves of a day in a locale.
struct CalendarNames: Sendable {
  let months: TextList
  let shortMonths: TextList
  /// Monday first.
  let days: TextList
  let shortDays: TextList
  let halves: TextList

  init(_ context: GeneratorContext) {
    func list(_ section: String, _ column: Int = 0) -> TextList {
      context.locale.sections(having: section).column(column, of: section, in: context.arena)
    }
    months = list("month_names")
    shortMonths = list("month_names", 1)
    days = list("day_names")
    shortDays = list("day_names", 1)
    halves = list("am_pm")
  }
}

/// A time zone that is the same all year.
struct FixedZone: Sendable {
  /// Seconds east of UTC.
  let offset: Int

  /// `UTC`, `Z`, `GMT`, `+02:00`, `-0530`, `UTC+2`.
  init?(_ text: String) {
    var rest = text.uppercased()[...]
    for name in ["UTC", "GMT", "ETC/UTC", "Z"] where rest.hasPrefix(name) {
      rest = rest.dropFirst(name.count)
      break
    }
    if rest.isEmpty, !text.isEmpty {
      offset = 0
      return
    }
    guard let sign = rest.popFirst(), sign == "+" || sign == "-" else { return nil }
    let digits = rest.filter { $0 != ":" }
    guard (1...4).contains(digits.count), digits.count != 3, digits.allSatisfy({ $0.isASCII && $0.isNumber }) else {
      return nil
    }
    let hours = Int(digits.prefix(2)) ?? 0
    let minutes = digits.count == 4 ? Int(digits.suffix(2)) ?? 0 : 0
    guard hours <= 14, minutes < 60 else { return nil }
    offset = (sign == "-" ? -1 : 1) * (hours * 3600 + minutes * 60)
  }

  /// `+0200` or `+02:00`.
  func appendOffset(separator: Bool, to text: ByteBuffer) {
    text.append(offset < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+"))
    text.append(twoDigits: abs(offset) / 3600)
    if separator { text.append(UInt8(ascii: ":")) }
    text.append(twoDigits: abs(offset) / 60 % 60)
  }

  /// As Python names it: `UTC`, `UTC+02:00`.
  func appendName(to text: ByteBuffer) {
    text.append("UTC")
    if offset != 0 { appendOffset(separator: true, to: text) }
  }
}

/// The day that a moment is in, counted from 1970-01-01.
func wholeDays(of seconds: Int) -> Int { seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400 }
