import MillraceCore

/// Days and moments of a range. The only today and now are the run's.
let dateGenerators: [GeneratorDescription] =
  [
    days(
      "date_between", "a day of a range, ends included: date_between(start_date=\"-2y\", end_date=\"today\")",
      [.moment("start_date", "-30y"), .moment("end_date", "today"), .text("pattern")]
    ) { (context) throws(Failure) in (try context.day("start_date"), try context.day("end_date")) },
    days(
      "date_between_dates", "a day of a range: date_between_dates(date_start=\"2024-01-01\", date_end=\"2024-12-31\")",
      [.moment("date_start", "-30y"), .moment("date_end", "today"), .text("pattern")]
    ) { (context) throws(Failure) in (try context.day("date_start"), try context.day("date_end")) },
    days(
      "date", "a day since 1970, in a pattern of strftime: date(pattern=\"%d/%m/%Y\")",
      [.text("pattern", "%Y-%m-%d"), .moment("end_datetime", "today")]
    ) { (context) throws(Failure) in (0, try context.day("end_datetime")) },
    days("date_object", "a day since 1970", [.moment("end_datetime", "today")]) { (context) throws(Failure) in
      (0, try context.day("end_datetime"))
    },
    days(
      "date_of_birth", "the birthday of a person of an age: date_of_birth(minimum_age=18, maximum_age=65)",
      [.integer("minimum_age", 0), .integer("maximum_age", 115), .text("pattern")]
    ) { (context) throws(Failure) in
      let least = try context.integer("minimum_age", 0...1000, else: 0)
      let greatest = try context.integer("maximum_age", 0...1000, else: 115)
      guard least <= greatest else {
        throw context.failure("minimum_age=\(least) is above maximum_age=\(greatest)")
      }
      let today = CalendarDay(number: context.asOf.day)
      return (today.moved(months: -12 * (greatest + 1)).number + 1, today.moved(months: -12 * least).number)
    },
    days(
      "past_date", "a day before today: past_date(start_date=\"-1y\")",
      [.moment("start_date", "-30d"), .text("pattern")]
    ) { (context) throws(Failure) in (try context.day("start_date"), context.asOf.day - 1) },
    days(
      "future_date", "a day after today: future_date(end_date=\"+90d\")",
      [.moment("end_date", "+30d"), .text("pattern")]
    ) { (context) throws(Failure) in (context.asOf.day + 1, try context.day("end_date")) },
    moments(
      "date_time", "a moment since 1970",
      [.text("tzinfo"), .moment("end_datetime", "now"), .text("pattern")]
    ) { (context) throws(Failure) in (0, try context.seconds("end_datetime")) },
    moments(
      "date_time_ad", "a moment since the year 1",
      [.text("tzinfo"), .moment("end_datetime", "now"), .moment("start_datetime"), .text("pattern")]
    ) { (context) throws(Failure) in
      (try context.seconds("start_datetime") ?? MomentGenerator.earliest, try context.seconds("end_datetime"))
    },
    moments(
      "date_time_between", "a moment of a range: date_time_between(start_date=\"-1y\", end_date=\"now\")",
      [.moment("start_date", "-30y"), .moment("end_date", "now"), .text("tzinfo"), .text("pattern")]
    ) { (context) throws(Failure) in (try context.seconds("start_date"), try context.seconds("end_date")) },
    moments(
      "date_time_between_dates",
      "a moment of a range: date_time_between_dates(datetime_start=\"2024-01-01\", datetime_end=\"2024-12-31T23:59:59\")",
      [.moment("datetime_start", "-30y"), .moment("datetime_end", "now"), .text("tzinfo"), .text("pattern")]
    ) { (context) throws(Failure) in (try context.seconds("datetime_start"), try context.seconds("datetime_end")) },
    moments(
      "past_datetime", "a moment before now: past_datetime(start_date=\"-7d\")",
      [.moment("start_date", "-30d"), .text("tzinfo"), .text("pattern")]
    ) { (context) throws(Failure) in (try context.seconds("start_date"), context.asOf.seconds - 1) },
    moments(
      "future_datetime", "a moment after now: future_datetime(end_date=\"+7d\")",
      [.moment("end_date", "+30d"), .text("tzinfo"), .text("pattern")]
    ) { (context) throws(Failure) in (context.asOf.seconds + 1, try context.seconds("end_date")) },
    GeneratorDescription(
      "iso8601", "a moment as ISO 8601: 2024-01-31T17:05:09; iso8601(tzinfo=\"UTC\", timespec=\"milliseconds\")",
      [.text("tzinfo"), .moment("end_datetime", "now"), .text("sep", "T"), .text("timespec", "auto")]
    ) { (context) throws(Failure) in
      let clocks = [
        "auto": "%H:%M:%S", "hours": "%H", "minutes": "%H:%M", "seconds": "%H:%M:%S", "milliseconds": "%H:%M:%S.%L",
        "microseconds": "%H:%M:%S.%f",
      ]
      let precision = context.text("timespec") ?? "auto"
      guard let clock = clocks[precision] else {
        throw context.failure(
          "timespec=\"\(printable(precision))\"",
          advice: "it is auto, hours, minutes, seconds, milliseconds or microseconds")
      }
      let separator = (context.text("sep") ?? "T").replacing("%", with: "%%")
      return try MomentGenerator(
        from: 0, through: try context.seconds("end_datetime") ?? context.asOf.seconds,
        pattern: "%Y-%m-%d\(separator)\(clock)", context)
    },
  ]
  + CalendarPeriod.allCases.flatMap { period in
    [
      days(
        "date_this_\(period)", "a day of this \(period), up to today",
        [.boolean("before_today", true), .boolean("after_today", false), .text("pattern")]
      ) { (context) throws(Failure) in
        let (first, last) = period.range(around: context.asOf.day)
        return (
          context.boolean("before_today") ?? true ? first : context.asOf.day,
          context.boolean("after_today") ?? false ? last : context.asOf.day
        )
      },
      moments(
        "date_time_this_\(period)", "a moment of this \(period), up to now",
        [.boolean("before_now", true), .boolean("after_now", false), .text("tzinfo"), .text("pattern")]
      ) { (context) throws(Failure) in
        let (first, last) = period.range(around: context.asOf.day)
        return (
          context.boolean("before_now") ?? true ? first * 86_400 : context.asOf.seconds,
          context.boolean("after_now") ?? false ? last * 86_400 + 86_399 : context.asOf.seconds
        )
      },
    ]
  }

/// What days and moments of now's surroundings lie in.
enum CalendarPeriod: String, CaseIterable, Sendable, CustomStringConvertible {
  case month, year, decade, century

  var description: String { rawValue }

  /// The first and the last day of the period that a day is in.
  func range(around day: Int) -> (first: Int, last: Int) {
    let parts = CalendarDay(number: day).parts
    let years: Int
    switch self {
    case .month:
      let first = day - parts.day + 1
      return (first, first + CalendarDay.daysIn(month: parts.month, of: parts.year) - 1)
    case .year: years = 1
    case .decade: years = 10
    case .century: years = 100
    }
    let first = max(1, parts.year - parts.year % years)
    let last = parts.year - parts.year % years + years - 1
    return (
      CalendarDay(year: first, month: 1, day: 1)?.number ?? day,
      CalendarDay(year: min(9999, last), month: 12, day: 31)?.number ?? day
    )
  }
}

private func days(
  _ name: String, _ summary: String, _ parameters: [GeneratorDescription.Parameter],
  _ range: @escaping @Sendable (GeneratorContext) throws(Failure) -> (Int?, Int?)
) -> GeneratorDescription {
  GeneratorDescription(name, summary, parameters) { (context) throws(Failure) in
    let (first, last) = try range(context)
    return try DayGenerator.make(
      from: first ?? context.asOf.day, through: last ?? context.asOf.day, pattern: context.text("pattern"), context)
  }
}

private func moments(
  _ name: String, _ summary: String, _ parameters: [GeneratorDescription.Parameter],
  _ range: @escaping @Sendable (GeneratorContext) throws(Failure) -> (Int?, Int?)
) -> GeneratorDescription {
  GeneratorDescription(name, summary, parameters) { (context) throws(Failure) in
    let (first, last) = try range(context)
    return try MomentGenerator(
      from: first ?? context.asOf.seconds, through: last ?? context.asOf.seconds, pattern: context.text("pattern"),
      context)
  }
}

extension GeneratorContext {
  /// The day that a moment is in.
  func day(_ name: String) throws(Failure) -> Int? { try seconds(name).map { wholeDays(of: $0) } }

  /// - Throws: `.badData` when a range has nothing in it.
  func checkRange(_ first: Int, _ last: Int, secondsOfUnit: Int) throws(Failure) {
    func text(_ value: Int) -> String {
      let seconds = value * secondsOfUnit
      let day = CalendarDay(number: wholeDays(of: seconds))
      return secondsOfUnit == 1 ? "\(day) \(clockTimeOfDay(seconds - day.number * 86_400))" : "\(day)"
    }
    guard first <= last else { throw failure("it begins on \(text(first)), after its end on \(text(last))") }
  }
}

private func clockTimeOfDay(_ seconds: Int) -> String {
  [seconds / 3600, seconds / 60 % 60, seconds % 60].map { padded($0, 2) }.joined(separator: ":")
}

/// A day of a range, each as likely.
struct DayGenerator: NumberedGenerator, QuantileGenerator {
  private let first: Int
  let count: UInt64

  /// With a pattern, text that may be the same for different days.
  static func make(
    from first: Int, through last: Int, pattern: String?, _ context: GeneratorContext
  ) throws(Failure) -> any Generator {
    try context.checkRange(first, last, secondsOfUnit: 86_400)
    let days = DayGenerator(first: first, count: UInt64(last - first) + 1)
    guard let pattern, pattern != "%Y-%m-%d" else { return days }
    let dates = DatedGenerator(
      days: days, pattern: try DatePattern(pattern, argument: "pattern", zone: nil, context))
    return context.spec.isUnique && !dates.pattern.tellsDays
      ? UncountedGenerator(generator: context.arena.reference(to: dates)) : dates
  }

  func generate(_ index: UInt64, _ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    append(index, draft)
  }

  func generate(at probability: Double, _ draft: RowDraft) -> CellContent {
    append(min(count - 1, UInt64(probability * Double(count))), draft)
  }

  @inline(__always) fileprivate func day(_ index: UInt64) -> Int { first &+ Int(truncatingIfNeeded: index) }

  @inline(__always) private func append(_ index: UInt64, _ draft: RowDraft) -> CellContent {
    let day = day(index)
    draft.text.append(day: CalendarDay(number: day))
    return CellContent(.date, Double(day))
  }
}

/// A day of a range in a pattern; what it shows of the time of day is drawn.
struct DatedGenerator: NumberedGenerator {
  let days: DayGenerator
  let pattern: DatePattern

  var count: UInt64 { days.count }

  func generate(_ index: UInt64, _ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    let day = days.day(index)
    pattern.append(seconds: day * 86_400 + random.below(86_400), to: draft.text, &random)
    return CellContent(.date, Double(day))
  }
}

/// A second of a range, each as likely.
struct MomentGenerator: NumberedGenerator, QuantileGenerator {
  private let first: Int
  /// Nil: `YYYY-MM-DD hh:mm:ss`.
  private let pattern: DatePattern?
  let count: UInt64

  /// 0001-01-01T00:00:00.
  static let earliest = -62_135_596_800

  /// - Parameter pattern: nil: `YYYY-MM-DD hh:mm:ss` with the zone's offset, if one is given.
  init(from first: Int, through last: Int, pattern: String?, _ context: GeneratorContext) throws(Failure) {
    try context.checkRange(first, last, secondsOfUnit: 1)
    let zone = try Self.zone(context)
    self.first = first
    if pattern == nil, zone == nil {
      self.pattern = nil
    } else {
      let offset = zone.map { zone in
        let text = ByteBuffer(capacity: 8)
        zone.appendOffset(separator: true, to: text)
        return unsafe String(decoding: text.bytes, as: UTF8.self)
      }
      let isWritten = context.isGiven("pattern")
      let whole = (pattern ?? "%Y-%m-%d %H:%M:%S") + (isWritten ? "" : offset ?? "")
      self.pattern = try DatePattern(whole, argument: "pattern", zone: zone, context)
    }
    // Of texts that are the same for different seconds there is no number.
    count = context.spec.isUnique && self.pattern?.tellsSeconds == false ? 0 : UInt64(last - first) + 1
  }

  private static func zone(_ context: GeneratorContext) throws(Failure) -> FixedZone? {
    guard let name = context.text("tzinfo") else { return nil }
    guard let zone = FixedZone(name) else {
      throw context.failure(
        "tzinfo=\"\(printable(name))\"",
        advice: "it is UTC or an offset such as +02:00; rules of summer time are not known")
    }
    return zone
  }

  func generate(_ index: UInt64, _ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    let seconds = first &+ Int(truncatingIfNeeded: index)
    if let pattern {
      pattern.append(seconds: seconds, to: draft.text, &random)
    } else {
      draft.text.append(moment: seconds)
    }
    return CellContent(.dateTime, Double(seconds))
  }

  func generate(at probability: Double, _ draft: RowDraft) -> CellContent {
    var random = RandomStream(RandomKey(seed: 0), row: draft.row)
    return generate(min(count - 1, UInt64(probability * Double(count))), draft, &random)
  }
}
