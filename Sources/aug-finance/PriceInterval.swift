import MillraceCore

/// What one point of a series stands for.
enum PriceInterval: String, Sendable, CaseIterable {
  case daily, weekly, monthly

  /// The day, the week from Monday to Sunday, or the month in which a day lies.
  func period(of day: CalendarDay) -> ClosedRange<CalendarDay> {
    switch self {
    case .daily: return day...day
    case .weekly:
      let monday = day.advanced(by: 1 - day.weekday)
      return monday...monday.advanced(by: 6)
    case .monthly:
      let (year, month, number) = day.parts
      let first = day.advanced(by: 1 - number)
      return first...first.advanced(by: CalendarDay.daysIn(month: month, of: year) - 1)
    }
  }

  /// Days in a year of this many points, by which volatility is told for a year.
  var pointsPerYear: Double {
    switch self {
    case .daily: 252
    case .weekly: 52
    case .monthly: 12
    }
  }

  /// How many days away from a day asked for the next or the previous price may be dated: over the longest closings of an
  /// exchange (ten days, as of the Chinese New Year, with the weekends around), or over a period that has no point yet.
  var alignmentLimit: Int {
    switch self {
    case .daily: 10
    case .weekly: 17
    case .monthly: 45
    }
  }
}
