import MillraceCore

/// Times of day, parts of dates, durations, series.
let timeGenerators: [GeneratorDescription] =
  [
    GeneratorDescription(
      "time", "a time of day, in a pattern of strftime: time(pattern=\"%H:%M\")",
      [.text("pattern", "%H:%M:%S"), .moment("end_datetime")]
    ) { (context) throws(Failure) in
      try TimeOfDayGenerator(context, pattern: context.text("pattern") ?? "%H:%M:%S")
    },
    GeneratorDescription("time_object", "a time of day", [.moment("end_datetime")]) { (context) throws(Failure) in
      try TimeOfDayGenerator(context, pattern: "%H:%M:%S")
    },
    GeneratorDescription(
      "unix_time", "seconds since 1970", [.moment("end_datetime", "now"), .moment("start_datetime")]
    ) { (context) throws(Failure) in
      let (first, last) = (try context.seconds("start_datetime") ?? 0, try context.seconds("end_datetime") ?? 0)
      try context.checkRange(first, last, secondsOfUnit: 1)
      return GridGenerator(from: first, through: last)
    },
    GeneratorDescription("year", "a year since 1970") { context in
      GridGenerator(from: 1970, through: max(1970, CalendarDay(number: context.asOf.day).year))
    },
    GeneratorDescription("month", "the number of a month, from 01 to 12") { context in
      TwoDigitGenerator(range: 1...12)
    },
    GeneratorDescription("day_of_month", "the number of a day in a month, from 01 to 31") { context in
      TwoDigitGenerator(range: 1...31)
    },
    named("month_name", "the name of a month", "month_names"), named("day_of_week", "the name of a day", "day_names"),
    named("am_pm", "AM or PM", "am_pm"),
    GeneratorDescription("century", "a century in Roman numerals: XVIII") { context in
      ListGenerator(centuries, in: context.arena)
    },
    GeneratorDescription("timezone", "the name of a time zone: Europe/Berlin") { context in
      ListGenerator(context.locale.common, "timezones", in: context.arena)
    },
    GeneratorDescription(
      "time_delta", "a duration of up to a moment from now: 3 days, 4:05:06; time_delta(end_datetime=\"+2w\")",
      [.moment("end_datetime", "+30d")]
    ) { (context) throws(Failure) in
      DurationGenerator(span: (try context.seconds("end_datetime") ?? 0) - context.asOf.seconds)
    },
    GeneratorDescription(
      "time_series",
      "moments in equal steps with numbers, as JSON: time_series(start_date=\"-7d\", precision=\"1h\")",
      [
        .moment("start_date", "-30d"), .moment("end_date", "now"), .text("precision"), .any("distrib"), .text("tzinfo"),
      ]
    ) { (context) throws(Failure) in
      try SeriesListGenerator(context)
    },
  ]

private let centuries = [
  "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV", "XVI", "XVII", "XVIII",
  "XIX", "XX", "XXI",
]

private func named(_ name: String, _ summary: String, _ section: String) -> GeneratorDescription {
  GeneratorDescription(name, summary) { context in
    ListGenerator(context.locale.sections(having: section), section, in: context.arena)
  }
}

/// A number with two digits, as text.
struct TwoDigitGenerator: NumberedGenerator {
  let range: ClosedRange<Int>

  var count: UInt64 { UInt64(range.count) }

  func generate(_ index: UInt64, _ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    draft.text.append(twoDigits: range.lowerBound + Int(index))
    return .text
  }
}

/// A second of a day.
struct TimeOfDayGenerator: NumberedGenerator {
  private let pattern: DatePattern?
  let count: UInt64 = 86_400

  init(_ context: GeneratorContext, pattern: String) throws(Failure) {
    if pattern == "%H:%M:%S" {
      self.pattern = nil
    } else {
      self.pattern = try DatePattern(pattern, argument: "pattern", zone: nil, context)
      // Days are not asked for: only their times are told apart.
      if context.spec.isUnique { throw context.failure("with a pattern its values cannot be made unique") }
    }
  }

  func generate(_ index: UInt64, _ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    if let pattern {
      pattern.append(seconds: random.below(20_000) * 86_400 + Int(index), to: draft.text, &random)
    } else {
      draft.text.append(timeOfDay: Int(index))
    }
    return .text
  }
}

/// A duration as Python writes one: `3 days, 4:05:06`.
struct DurationGenerator: NumberedGenerator {
  private let isNegative: Bool
  let count: UInt64

  /// - Parameter span: the longest, in seconds; a negative one makes durations into the past.
  init(span: Int) {
    isNegative = span < 0
    count = UInt64(span.magnitude) + 1
  }

  func generate(_ index: UInt64, _ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    let seconds = isNegative ? -Int(index) : Int(index)
    let days = wholeDays(of: seconds)
    if days != 0 {
      draft.text.append(integer: days)
      if abs(days) == 1 { draft.text.append(" day, ") } else { draft.text.append(" days, ") }
    }
    let clock = seconds - days * 86_400
    draft.text.append(integer: clock / 3600)
    draft.text.append(UInt8(ascii: ":"))
    draft.text.append(twoDigits: clock / 60 % 60)
    draft.text.append(UInt8(ascii: ":"))
    draft.text.append(twoDigits: clock % 60)
    return .text
  }
}

/// Moments in equal steps, each with a number: `[["2024-01-01T00:00:00", 17.5], …]`.
struct SeriesListGenerator: Generator {
  private let first: Int
  private let last: Int
  private let step: Int
  private let values: GeneratorReference
  private let zone: FixedZone?

  private static let mostPoints = 100_000

  init(_ context: GeneratorContext) throws(Failure) {
    first = try context.seconds("start_date") ?? 0
    last = try context.seconds("end_date") ?? 0
    try context.checkRange(first, last, secondsOfUnit: 1)
    let span = last - first
    if let text = context.text("precision") {
      guard let step = Self.seconds(text) else {
        throw context.failure(
          "precision=\"\(printable(text))\" is no duration", advice: "write seconds, or 15m, 1h, 1d, 1w")
      }
      self.step = step
    } else {
      step = max(1, span / 30)
    }
    guard span / step < Self.mostPoints else {
      throw context.failure("\(span / step + 1) points, where \(Self.mostPoints) are possible")
    }
    let distribution = context.value("distrib")
    // Faker's numbers lie between nothing and the step.
    let values: any Generator =
      distribution == .null
      ? try GridGenerator(from: 0, through: Double(min(step, 1 << 40)), decimals: 2, context)
      : try context.make(distribution, part: "value")
    self.values = context.arena.reference(to: values)
    let name = context.text("tzinfo")
    zone = name.flatMap { FixedZone($0) }
    if let name, zone == nil {
      throw context.failure("tzinfo=\"\(printable(name))\"", advice: "it is UTC or an offset such as +02:00")
    }
  }

  private static func seconds(_ text: String) -> Int? {
    let units = ["s": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400, "w": 604_800]
    let plain = text.hasPrefix("+") ? text.dropFirst() : text[...]
    let digits = plain.prefix { $0.isASCII && $0.isNumber }
    guard let number = Int(digits), number > 0, number <= 1_000_000_000 else { return nil }
    let unit = String(plain.dropFirst(digits.count))
    return unit.isEmpty ? number : units[unit].map { number * $0 }
  }

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    let text = draft.text
    text.append(UInt8(ascii: "["))
    var moment = first
    while moment <= last {
      if moment > first { text.append(", ") }
      text.append("[\"")
      text.append(moment: moment, separator: UInt8(ascii: "T"))
      zone?.appendOffset(separator: true, to: text)
      text.append("\", ")
      let start = text.count
      let content = values.generate(draft, &random)
      switch content.kind {
      case .integer, .number, .boolean, .json: break
      case .null: text.append("null")
      case .text, .date, .dateTime: text.quoteAsJSON(from: start)
      }
      text.append(UInt8(ascii: "]"))
      moment += step
    }
    text.append(UInt8(ascii: "]"))
    return .json
  }
}

extension ByteBuffer {
  /// Makes a JSON string of what stands behind a place.
  func quoteAsJSON(from start: Int) {
    let copy = ByteBuffer(capacity: count - start)
    unsafe copy.append(UnsafeRawBufferPointer(rebasing: bytes[start...]))
    count = start
    append(UInt8(ascii: "\""))
    unsafe appendJSONEscaped(copy.bytes)
    append(UInt8(ascii: "\""))
  }
}
