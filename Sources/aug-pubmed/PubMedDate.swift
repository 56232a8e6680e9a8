import MillraceCore

/// A day, month or year as PubMed's searches take it.
struct PubMedDate: Sendable, Equatable {
  /// `YYYY/MM/DD`, `YYYY/MM` or `YYYY`.
  let text: String
  /// The first and the last day that it stands for.
  let days: ClosedRange<PubMedDay>

  /// Reads `2021`, `2021-05` or `2021-05-17`, with dashes or slashes.
  init(_ text: String) throws(Failure) {
    let parts = text.split(separator: text.contains("/") ? "/" : "-", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { part in
      part.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(part) : nil
    }
    let wrong = Failure(.usage, "not a date: \"\(text)\"", advice: "write 2021, 2021-05 or 2021-05-17")
    guard (1...3).contains(parts.count), numbers.count == parts.count, parts[0].utf8.count == 4,
      parts.dropFirst().allSatisfy({ (1...2).contains($0.utf8.count) })
    else { throw wrong }
    let month = numbers.count > 1 ? numbers[1] : nil
    let day = numbers.count > 2 ? numbers[2] : nil
    guard let first = PubMedDay(year: numbers[0], month: month ?? 1, day: day ?? 1) else { throw wrong }
    let lastMonth = month ?? 12
    guard
      let last = PubMedDay(
        year: numbers[0], month: lastMonth, day: day ?? PubMedDay.daysIn(month: lastMonth, of: numbers[0]))
    else { throw wrong }
    days = first...last
    self.text = String(first.text.prefix(4 + 3 * (numbers.count - 1)))
  }
}

/// A day of the Gregorian calendar, for cutting spans of time in two.
struct PubMedDay: Sendable, Comparable {
  /// Days since 0000-03-01.
  let number: Int

  init(number: Int) { self.number = number }

  /// Nil for a day that no calendar has, and beyond the years 1 to 3000.
  init?(year: Int, month: Int, day: Int) {
    guard (1...3000).contains(year), (1...12).contains(month), (1...Self.daysIn(month: month, of: year)).contains(day)
    else { return nil }
    // Years that begin in March have their leap day at the end, and months of 153 days in five.
    let shifted = month > 2 ? year : year - 1
    let monthsSinceMarch = (month + 9) % 12
    number = 365 * shifted + shifted / 4 - shifted / 100 + shifted / 400 + (153 * monthsSinceMarch + 2) / 5 + day - 1
  }

  /// `YYYY/MM/DD`.
  var text: String {
    let era = number / 146_097
    let dayOfEra = number % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthsSinceMarch = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * monthsSinceMarch + 2) / 5 + 1
    let month = monthsSinceMarch < 10 ? monthsSinceMarch + 3 : monthsSinceMarch - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return "\(padded(year, 4))/\(padded(month, 2))/\(padded(day, 2))"
  }

  static func daysIn(month: Int, of year: Int) -> Int {
    switch month {
    case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  static func < (one: PubMedDay, other: PubMedDay) -> Bool { one.number < other.number }
}
