import MillraceCore

/// The calendar of the exchanges in New York, by which the service dates its prices and counts its days.
///
/// The rule is that of the Energy Policy Act of 2005 (Pub. L. 109-58, section 110; 15 U.S.C. 260a), in force since 2007:
/// clocks are four hours behind UTC from the second Sunday in March, 02:00, to the first Sunday in November, 02:00, and five
/// hours at other times. Moments before 2007 are taken by the same rule, which was another then.
enum NewYork {
  /// The day there at a moment.
  static func day(at moment: Timestamp) -> CalendarDay {
    CalendarDay(utc: Timestamp(seconds: moment.seconds + offset(at: moment.seconds)))
  }

  /// The first moment of the day after.
  static func nextMidnight(after moment: Timestamp) -> Timestamp {
    let next = day(at: moment).advanced(by: 1)
    // Clocks are changed two hours after midnight, so what is in force then was in force on the evening before.
    let inSummer = next.number * 86_400 - summer
    return Timestamp(seconds: offset(at: inSummer) == summer ? inSummer : next.number * 86_400 - winter)
  }

  private static let summer = -4 * 3600
  private static let winter = -5 * 3600

  /// Seconds to add to UTC.
  private static func offset(at seconds: Int) -> Int {
    let year = CalendarDay(utc: Timestamp(seconds: seconds)).year
    guard let march = CalendarDay(year: year, month: 3, day: 8),
      let november = CalendarDay(year: year, month: 11, day: 1)
    else { return winter }
    // The second Sunday is the first on or after the 8th; 02:00 is told by the clocks that are about to be changed.
    let begin = sunday(onOrAfter: march).number * 86_400 + 2 * 3600 - winter
    let end = sunday(onOrAfter: november).number * 86_400 + 2 * 3600 - summer
    return (begin..<end).contains(seconds) ? summer : winter
  }

  private static func sunday(onOrAfter day: CalendarDay) -> CalendarDay { day.advanced(by: 7 - day.weekday) }
}
