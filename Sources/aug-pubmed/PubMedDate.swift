import MillraceCore

/// A day, month or year as PubMed's searches take it.
struct PubMedDate: Sendable, Equatable {
  /// `YYYY/MM/DD`, `YYYY/MM` or `YYYY`.
  let text: String
  /// The first and the last day that it stands for.
  let days: ClosedRange<CalendarDay>

  /// PubMed writes 3000 for "and later".
  private static let years = 1...3000

  /// A day as the searches take it.
  static func text(of day: CalendarDay) -> String { day.text(separator: "/") }

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
    guard Self.years.contains(numbers[0]),
      let first = CalendarDay(year: numbers[0], month: month ?? 1, day: day ?? 1)
    else { throw wrong }
    let lastMonth = month ?? 12
    guard
      let last = CalendarDay(
        year: numbers[0], month: lastMonth, day: day ?? CalendarDay.daysIn(month: lastMonth, of: numbers[0]))
    else { throw wrong }
    days = first...last
    self.text = String(Self.text(of: first).prefix(4 + 3 * (numbers.count - 1)))
  }
}
