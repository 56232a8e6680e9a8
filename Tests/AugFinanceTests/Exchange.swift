import MillraceCore
import Support

@testable import aug_finance

/// A security that is traded on some days, and the service that publishes its prices as the real one does: newest first,
/// the running day (week, month) with what there is of it, and some days late.
struct Exchange {
  let first: CalendarDay
  let last: CalendarDay
  private let trading: [CalendarDay]
  private let late: Set<CalendarDay>

  init(from first: CalendarDay, to last: CalendarDay, using random: inout SeededGenerator) {
    (self.first, self.last) = (first, last)
    var trading: [CalendarDay] = []
    var late: Set<CalendarDay> = []
    for number in first.number...last.number {
      let day = CalendarDay(number: number)
      // A listing begins with a price; holidays are days without one.
      guard day == first || (day.weekday <= 5 && Int.random(in: 0..<30, using: &random) > 0) else { continue }
      trading.append(day)
      if Int.random(in: 0..<10, using: &random) == 0 { late.insert(day) }
    }
    self.trading = trading
    self.late = late
  }

  /// A moment of a day in New York; hours of winter, which suffices.
  static func moment(_ day: CalendarDay, hour: Int) -> Timestamp {
    Timestamp(seconds: day.number * 86_400 + (hour + 5) * 3600)
  }

  /// The final row of a day.
  static func row(_ day: CalendarDay, columns: [PriceColumn]) -> [UInt8] {
    columns.indices.map { "\(day.number % 977).\(day.number % 89)\($0)" }.joined(separator: ",").bytes
  }

  private static func partial(_ day: CalendarDay, columns: [PriceColumn]) -> [UInt8] {
    columns.map { _ in "0.\(day.number)" }.joined(separator: ",").bytes
  }

  /// All points that are published at a moment, the running one with another text than its final one.
  func published(_ function: PriceFunction, at moment: Timestamp) -> PriceSeries {
    let today = NewYork.day(at: moment)
    let hour = (moment.seconds - 5 * 3600) / 3600 % 24
    var builder = PriceSeriesBuilder(columns: function.columns)
    var points: [(day: CalendarDay, isFinal: Bool)] = []
    for day in trading where day <= today {
      if day == today, hour < 10 { break }
      // Late prices come on the evening of the next day, and no later ones before them.
      if late.contains(day), day >= today.advanced(by: -1), day == today || hour < 18 { break }
      let period = function.interval.period(of: day)
      let isFinal = day < today && period.upperBound < today
      if let last = points.last, period.contains(last.day) { points.removeLast() }
      points.append((day, function.interval == .daily ? day < today : isFinal))
    }
    for point in points {
      // A week's price is that of its last day, and is not final while a day of it is late.
      let row =
        point.isFinal
        ? Self.row(point.day, columns: function.columns) : Self.partial(point.day, columns: function.columns)
      builder.append(point.day, row: row[...])
    }
    return builder.ascending
  }

  func answer(_ function: PriceFunction, size: OutputSize, at moment: Timestamp) -> PriceSeries {
    let all = published(function, at: moment)
    guard size == .compact, function.hasOutputSizes, all.count > OutputSize.compactPoints else { return all }
    return all.rows(in: all.days[all.count - OutputSize.compactPoints]...all.days[all.count - 1])
  }

  /// The final points of all periods that end before a day.
  func final(_ function: PriceFunction, before day: CalendarDay) -> [CalendarDay] {
    published(function, at: Self.moment(last.advanced(by: 40), hour: 23)).days.filter {
      function.interval.period(of: $0).upperBound < day
    }
  }
}
