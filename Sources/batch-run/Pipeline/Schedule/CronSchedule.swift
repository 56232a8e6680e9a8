import MillraceCore

/// When something begins, as crontab(5) writes it: minute, hour, day of month, month, day of week; or `@daily` and its like.
struct CronSchedule: Sendable, Equatable {
  var minute: CronField
  var hour: CronField
  var dayOfMonth: CronField
  var month: CronField
  /// 0 for Sunday to 6.
  var dayOfWeek: CronField

  private static let shorthands = [
    "@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *",
  ]

  /// - Throws: `.badData` that names the field and what it allows.
  init(_ text: String) throws(Failure) {
    var text = text.trimmed[...]
    if text.hasPrefix("@") {
      guard let meaning = Self.shorthands[text.lowercased()] else {
        let near = nearestName(to: String(text), among: Self.shorthands.keys)
        throw Failure(
          .badData, "there is no schedule \"\(text)\"",
          advice: near.map { "did you mean \($0)?" }
            ?? "known are \(Self.shorthands.keys.sorted().joined(separator: ", "))")
      }
      text = meaning[...]
    }
    let fields = text.split { $0 == " " || $0 == "\t" }
    guard fields.count == 5 else {
      throw Failure(
        .badData, "expected five fields (minute, hour, day of month, month, day of week), found \(fields.count)",
        advice: "\"0 3 * * 1\" is each Monday at 3 o'clock; @daily is midnight")
    }
    minute = try CronField(fields[0], .minute)
    hour = try CronField(fields[1], .hour)
    dayOfMonth = try CronField(fields[2], .dayOfMonth)
    month = try CronField(fields[3], .month)
    dayOfWeek = try CronField(fields[4], .dayOfWeek)
    guard eitherDay || hasADay else {
      throw Failure(.badData, "such a day never comes: no month of the schedule has that day of the month")
    }
  }

  /// When both kinds of days are restricted, a day of either kind will do; when one of the two fields begins with a star, a
  /// day must be of both.
  var eitherDay: Bool { !dayOfMonth.beginsWithStar && !dayOfWeek.beginsWithStar }

  private var hasADay: Bool {
    // 2000 was a leap year.
    month.values.contains { month in
      dayOfMonth.values.contains { $0 <= CalendarDay.daysIn(month: month, of: 2000) }
    }
  }

  private var fields: [CronField] { [minute, hour, dayOfMonth, month, dayOfWeek] }

  /// The five fields in digits, as every cron reads them.
  var text: String { fields.map(\.text).joined(separator: " ") }
}

/// One of the five.
struct CronField: Sendable, Equatable {
  /// In order, each once.
  var values: [Int]
  /// Names replaced by their numbers.
  var text: String
  var beginsWithStar: Bool

  /// Which one it is, and what may stand there.
  struct Kind: Sendable {
    var name: String
    var allowed: ClosedRange<Int>
    /// Three letters each, for the numbers from the first allowed one on.
    var names: [String] = []

    static let minute = Kind(name: "minute", allowed: 0...59)
    static let hour = Kind(name: "hour", allowed: 0...23)
    static let dayOfMonth = Kind(name: "day of month", allowed: 1...31)
    static let month = Kind(
      name: "month", allowed: 1...12,
      names: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"])
    /// Sunday is 0 and 7.
    static let dayOfWeek = Kind(
      name: "day of week", allowed: 0...7, names: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"])

    var description: String {
      "\(allowed.lowerBound)-\(allowed.upperBound)" + (names.isEmpty ? "" : " or a name such as \(names[1])")
    }
  }

  init(_ text: Substring, _ kind: Kind) throws(Failure) {
    var all: Set<Int> = []
    var items: [String] = []
    for item in text.split(separator: ",", omittingEmptySubsequences: false) {
      let read = try Self.item(item, kind, field: text)
      all.formUnion(read.values)
      items.append(read.text)
    }
    if kind.allowed.upperBound == 7, all.remove(7) != nil { all.insert(0) }
    values = all.sorted()
    self.text = items.joined(separator: ",")
    beginsWithStar = text.hasPrefix("*")
  }

  private static func item(
    _ item: Substring, _ kind: Kind, field: Substring
  ) throws(Failure) -> (values: [Int], text: String) {
    let parts = item.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count <= 2, let first = parts.first, !first.isEmpty else { throw failure(kind, found: item) }
    let ends = first.split(separator: "-", omittingEmptySubsequences: false)
    var range = kind.allowed
    var text = "*"
    if first == "*" {
      // Sunday is there once.
      if kind.allowed.upperBound == 7 { range = 0...6 }
    } else {
      guard ends.count <= 2, let lower = number(ends[0], kind, isEnd: false),
        let upper = number(ends[ends.count - 1], kind, isEnd: ends.count == 2)
      else { throw failure(kind, found: item) }
      guard lower <= upper else {
        throw Failure(
          .badData, "\(kind.name): the range \"\(first)\" ends before it begins",
          advice: "write it as two, with a comma between them")
      }
      range = lower...upper
      text = lower == upper && ends.count == 1 ? "\(lower)" : "\(lower)-\(upper)"
    }
    guard parts.count == 2 else { return (Array(range), text) }
    guard let step = Int(digits: parts[1]), step > 0, step <= kind.allowed.upperBound else {
      throw Failure(
        .badData, "\(kind.name): expected a step of 1 to \(kind.allowed.upperBound) behind the /, found \"\(parts[1])\""
      )
    }
    guard first == "*" || ends.count == 2 else {
      throw Failure(
        .badData, "\(kind.name): a step needs a range before it, found \"\(item)\"",
        advice: "write \(text)-\(kind.allowed.upperBound)/\(step)")
    }
    return (Array(stride(from: range.lowerBound, through: range.upperBound, by: step)), "\(text)/\(step)")
  }

  private static func number(_ text: Substring, _ kind: Kind, isEnd: Bool) -> Int? {
    if let index = kind.names.firstIndex(of: text.lowercased()) {
      // `sat-sun` ends on the Sunday that follows.
      return isEnd && index == 0 && kind.allowed.lowerBound == 0 ? 7 : index + kind.allowed.lowerBound
    }
    guard let number = Int(digits: text), kind.allowed.contains(number) else { return nil }
    return number
  }

  private static func failure(_ kind: Kind, found: Substring) -> Failure {
    Failure(.badData, "\(kind.name): expected \(kind.description), found \"\(found)\"")
  }
}

extension Int {
  /// A number of digits alone, at most nine.
  init?(digits: some StringProtocol) {
    guard (1...9).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
      return nil
    }
    self.init(digits)
  }
}
