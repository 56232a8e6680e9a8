import MillraceCore

/// The times of time series.
let timestampGenerators: [GeneratorDescription] = [
  GeneratorDescription(
    "timestamps",
    "times in order, a step a row: timestamps(start=\"2026-01-01\", step=\"15m\", jitter=\"30s\", gaps=0.02); count=4 for 4 series",
    [
      .moment("start", "-30d"), .text("step", "1h"), .text("jitter", "0s"), .any("gaps"), .integer("count"),
      .text("format", "datetime"),
    ]
  ) { (context) throws(Failure) in
    try TimestampGenerator.make(context)
  },
  GeneratorDescription(
    "series_number", "which of a table's series a row is of: 1, 2, 3, 1 …; series_number(count=3, prefix=\"sensor-\")",
    [.integer("count"), .text("prefix", ""), .integer("width", 0)]
  ) { (context) throws(Failure) in
    let prefix = context.text("prefix") ?? ""
    let width = try context.integer("width", 0...30, else: 0)
    return SeriesNumberGenerator(
      clock: try context.clock(), prefix: TextList([prefix], in: context.arena), width: width,
      isText: !prefix.isEmpty || width > 0)
  },
]

/// Times in order, regular but for what is said to be missing or late.
struct TimestampGenerator: Generator {
  private enum Format: String, CaseIterable, Sendable {
    case datetime, iso8601, date, unix
  }

  private let clock: SeriesClock
  /// Seconds since 1970.
  private let start: Int
  private let step: TimeStep
  private let jitter: Int
  private let format: Format

  static func make(_ context: GeneratorContext) throws(Failure) -> any Generator {
    let generator = try TimestampGenerator(context)
    // A series has no time twice; several have all of them.
    let isUnique = generator.clock.count == 1 && generator.format != .date
    return try context.unique(generator, count: isUnique ? 1 << 62 : nil)
  }

  private init(_ context: GeneratorContext) throws(Failure) {
    clock = try context.clock()
    start = try context.seconds("start") ?? context.asOf.seconds
    let text = context.text("step") ?? ""
    guard let step = TimeStep(text), step.length > 0, step.length < 1e10 else {
      throw context.failure("step=\"\(printable(text))\" is no time", advice: TimeStep.advice)
    }
    self.step = step
    let late = context.text("jitter") ?? ""
    guard let jitter = TimeStep(late), jitter.months == 0 else {
      throw context.failure("jitter=\"\(printable(late))\" is no time", advice: TimeStep.advice)
    }
    // Times stay in order.
    guard Double(jitter.seconds) * 2 < step.length || jitter.seconds == 0 else {
      throw context.failure("jitter=\(late), where less than half a step of \(text) is possible")
    }
    self.jitter = jitter.seconds
    guard let format = Format(rawValue: context.text("format")?.lowercased() ?? "") else {
      throw context.failure(
        "there is no format=\"\(printable(context.text("format") ?? ""))\"",
        advice: "it is \(Format.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    self.format = format
  }

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    // Beyond the year 9999 no date is written.
    let number = Int(min(clock.step(of: draft.row), 1 << 40))
    var seconds = start
    if step.months > 0 {
      let day = (start >= 0 ? start : start - 86_399) / 86_400
      seconds += (CalendarDay(number: day).moved(months: min(number * step.months, 1 << 20)).number - day) * 86_400
    } else {
      seconds += number.multipliedReportingOverflow(by: step.seconds).overflow ? 1 << 40 : number * step.seconds
    }
    if jitter > 0 { seconds += random.integer(in: -jitter...jitter) }
    let text = draft.text
    switch format {
    case .datetime: text.append(moment: min(seconds, Self.last))
    case .iso8601:
      text.append(moment: min(seconds, Self.last), separator: UInt8(ascii: "T"))
      text.append(UInt8(ascii: "Z"))
    case .date:
      let day = (min(seconds, Self.last) >= 0 ? min(seconds, Self.last) : seconds - 86_399) / 86_400
      text.append(day: CalendarDay(number: day))
      return CellContent(.date, Double(day))
    case .unix:
      text.append(integer: seconds)
      return CellContent(.integer, Double(seconds))
    }
    return CellContent(.dateTime, Double(min(seconds, Self.last)))
  }

  /// 9999-12-31T23:59:59.
  private static let last = 253_402_300_799
}

/// The number or the name of a row's series.
struct SeriesNumberGenerator: Generator {
  let clock: SeriesClock
  let prefix: TextList
  let width: Int
  let isText: Bool

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    let number = Int(clock.series(of: draft.row)) + 1
    prefix.append(0, to: draft.text)
    draft.text.append(integer: number, width: width)
    return isText ? .text : CellContent(.integer, Double(number))
  }
}
