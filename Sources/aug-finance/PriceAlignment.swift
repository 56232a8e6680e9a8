import MillraceCore

/// Which price is the one as of a day on which there may be none.
enum PriceAlignment: String, Sendable, CaseIterable {
  /// Of this day, or else of the last one before.
  case previous
  /// Of this day, or else of the first one behind.
  case next
  /// Of this very day: for a weekly or monthly series, of the day by which a point is dated.
  case exact

  /// The row as of a day; nil when there is none within `PriceInterval.alignmentLimit`.
  func index(for day: CalendarDay, in series: PriceSeries, interval: PriceInterval) -> Int? {
    let next = series.firstIndex(onOrAfter: day)
    if next < series.count, series.days[next] == day { return next }
    switch self {
    case .exact: return nil
    case .next:
      return next < series.count && series.days[next].number - day.number <= interval.alignmentLimit ? next : nil
    case .previous:
      return next > 0 && day.number - series.days[next - 1].number <= interval.alignmentLimit ? next - 1 : nil
    }
  }

  /// The days that must be known for an answer: those between the day and the price that was found, or all that are looked
  /// at when none was. With a gap among them the price may be another.
  func daysLookedAt(
    for day: CalendarDay, found: CalendarDay?, interval: PriceInterval
  ) -> ClosedRange<CalendarDay> {
    switch self {
    case .exact: day...day
    case .next: day...max(day, found ?? day.advanced(by: interval.alignmentLimit))
    case .previous: min(day, found ?? day.advanced(by: -interval.alignmentLimit))...day
    }
  }
}
