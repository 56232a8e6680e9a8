import MillraceCore

/// All that is known of the prices of one security in one function of the service, gathered from answer after answer.
///
/// A free key is answered with the last 100 points only. What lies before them is known where an earlier answer reached
/// it, so answers are merged, and with them is noted of which days all is known: a day without a price inside a closed
/// span is a day without trade, and it is never asked for again. Behind the closed spans lies the open end: days whose
/// prices may still come or change, with the moment at which they were asked for.
///
/// The order in which answers are added does not matter as long as they agree on closed days.
struct PriceHistory: Sendable, Equatable {
  let function: PriceFunction
  /// The prices of closed days and of the open end.
  private(set) var series: PriceSeries
  /// Days of which all is known for ever.
  private(set) var closed = DaySpans()
  /// When the newest answer came, in whole seconds; nil before the first.
  private(set) var fetched: Timestamp?
  /// The first day of the open end, which reaches to the day of `fetched` in New York.
  private(set) var openStart: CalendarDay?
  /// When the newest answer came that may be all that there is, or its end: nothing in it tells (see `PriceAnswer`). Nil
  /// when it is known where the series begins, or nobody asked.
  private(set) var unprovenBeginning: Timestamp?

  /// Nothing is known.
  init(of function: PriceFunction) {
    self.function = function
    series = PriceSeries(columns: function.columns)
  }

  /// Before the first price of all: closed spans that reach back to the first listing begin here.
  static let beginning = CalendarDay(number: -62_091)  // 1800-01-01

  /// Days after which the service adds nothing behind its newest price any more: it has been weeks late.
  static let settlingDays = 30

  // MARK: Adding

  /// Merges an answer.
  ///
  /// A full answer, and a compact one of fewer than 100 points, is all that there is from the beginning; a compact one of
  /// 100 points, all from its oldest day. An answer with the service's adjusted closes is merged only with what agrees
  /// with it: each dividend changes these closes on all days before.
  /// - Parameters:
  ///   - answer: At least one day, in the function's columns.
  ///   - isWhole: False for an answer that may be cut (see `PriceAnswer`): nothing is concluded from what it lacks at its
  ///     front, until a second answer begins with the same day.
  /// - Returns: closed days whose prices are not those that were known; the newer ones hold now.
  mutating func add(
    _ answer: PriceSeries, size: OutputSize, fetched moment: Timestamp, isWhole: Bool = true
  ) -> [CalendarDay] {
    guard let span = answer.span else { return [] }
    let moment = Timestamp(seconds: moment.seconds)
    let end = function.interval.closedEnd(newest: span.upperBound, today: NewYork.day(at: moment))
    let reachesBack = reachesBack(answer, size: size)
    // Two answers that begin with the same day were hardly both cut there.
    let isProven = isWhole || (unprovenBeginning != nil && series.days.first == span.lowerBound)
    let start = isProven && reachesBack ? Self.beginning : span.lowerBound
    let answered = start <= end ? DaySpans(start...end) : DaySpans()
    let isNewer = fetched.map { moment.seconds >= $0.seconds } ?? true

    let changed = changedDays(answer, in: answered)
    // The service adjusted its closes anew: those of days beyond the answer are out of date, and unknown again.
    if function.isAdjusted, !closed.isEmpty, !agreesOnAdjustment(answer, in: answered) {
      guard isNewer else { return [] }
      closed = DaySpans()
      series = PriceSeries(columns: function.columns)
      openStart = nil
      unprovenBeginning = nil
    }

    if isNewer {
      let kept = closed.subtracting(answered)
      merge(
        series.indices.filter { kept.contains(series.days[$0]) },
        answer,
        answer.indices.filter {
          answered.contains(answer.days[$0]) || (answer.days[$0] > end && !kept.contains(answer.days[$0]))
        })
      fetched = moment
      openStart = end.advanced(by: 1)
      if reachesBack { unprovenBeginning = isProven ? nil : moment }
    } else {
      let filled = answered.subtracting(closed)
      merge(
        series.indices.filter { !filled.contains(series.days[$0]) }, answer,
        answer.indices.filter { filled.contains(answer.days[$0]) })
    }
    for span in answered.spans { closed.insert(span) }
    if let start = openStart, let closedSpan = closed.span(around: start) {
      openStart = closedSpan.upperBound.advanced(by: 1)
    }
    return changed
  }

  /// Notes that the service knows nothing of the security: what was known stays.
  mutating func addNothing(fetched moment: Timestamp) {
    guard closed.isEmpty else { return }
    fetched = Timestamp(seconds: moment.seconds)
    openStart = Self.beginning
  }

  /// Why an answer cannot be whole, from what is known: it lacks the first or the last of these days. Nil when nothing
  /// speaks against it. An answer that comes again unchanged is to be believed: the service may have dropped days. (The
  /// first answer of a security that was cut at a line end cannot be doubted.)
  func doubt(about answer: PriceSeries, size: OutputSize) -> String? {
    guard let span = answer.span, let known = series.days.first, let last = series.days.last(where: closed.contains)
    else {
      return nil
    }
    if reachesBack(answer, size: size), known < span.lowerBound {
      return "it begins at \(span.lowerBound), and the price of \(known) is known"
    }
    if span.upperBound < last { return "it ends at \(span.upperBound), and the price of \(last) is known" }
    return nil
  }

  /// Whether an answer holds all that there is before its newest day.
  private func reachesBack(_ answer: PriceSeries, size: OutputSize) -> Bool {
    size == .full || !function.hasOutputSizes || answer.count < OutputSize.compactPoints
  }

  private mutating func merge(_ own: [Int], _ answer: PriceSeries, _ taken: [Int]) {
    var builder = PriceSeriesBuilder(columns: function.columns)
    var rest = taken[...]
    for index in own {
      while let next = rest.first, answer.days[next] < series.days[index] {
        builder.append(answer.days[next], row: answer.row(at: next))
        rest = rest.dropFirst()
      }
      builder.append(series.days[index], row: series.row(at: index))
    }
    for next in rest { builder.append(answer.days[next], row: answer.row(at: next)) }
    series = builder.ascending
  }

  /// Closed days on which the answer and what is known differ in more than the service's adjustment.
  private func changedDays(_ answer: PriceSeries, in answered: DaySpans) -> [CalendarDay] {
    let columns = function.columns.filter { $0 != .adjustedClose }
    var changed: [CalendarDay] = []
    for span in answered.spans {
      for both in closed.intersection(span).spans {
        let (own, new) = (series.indices(in: both), answer.indices(in: both))
        let days = Set(own.map { series.days[$0] }).union(new.map { answer.days[$0] })
        for day in days {
          guard let old = series.index(of: day), let new = answer.index(of: day) else {
            changed.append(day)
            continue
          }
          if columns.contains(where: { series.value($0, at: old) != answer.value($0, at: new) }) { changed.append(day) }
        }
      }
    }
    return changed.sorted()
  }

  /// Whether a day that both know shows that no adjustment lies between them, and none shows that one does.
  private func agreesOnAdjustment(_ answer: PriceSeries, in answered: DaySpans) -> Bool {
    var isShown = false
    for index in answer.indices where answered.contains(answer.days[index]) && closed.contains(answer.days[index]) {
      guard let own = series.index(of: answer.days[index]) else { continue }
      guard series.value(.adjustedClose, at: own) == answer.value(.adjustedClose, at: index) else { return false }
      isShown = true
    }
    return isShown
  }

  // MARK: Asking

  /// The days of a span that must be asked for, now.
  ///
  /// Closed days never are, nor days to come. A day of the open end is asked for again when the newest answer is older
  /// than `maximumAge`, or came before the day was over and the day is over now.
  func gaps(in span: ClosedRange<CalendarDay>, now: Timestamp, maximumAge: TimeSpan) -> [ClosedRange<CalendarDay>] {
    guard var missing = past(of: span, now: now) else { return [] }
    missing = missing.subtracting(closed)
    if isFresh(now: now, maximumAge: maximumAge), let open = openSpan {
      let today = NewYork.day(at: now)
      let last = open.upperBound >= today ? open.upperBound : open.upperBound.advanced(by: -1)
      if open.lowerBound <= last { missing.remove(open.lowerBound...last) }
    }
    return missing.spans
  }

  /// The days of a span up to today of which nothing is known.
  func unknown(in span: ClosedRange<CalendarDay>, now: Timestamp) -> [ClosedRange<CalendarDay>] {
    guard var missing = past(of: span, now: now) else { return [] }
    missing = missing.subtracting(closed)
    if let open = openSpan { missing.remove(open) }
    return missing.spans
  }

  /// How much must be asked for to fill gaps; nil when there is none that an answer could fill: the full series is
  /// refused, and the last 100 points do not reach them; or an answer within `maximumAge` was to reach back to the
  /// beginning and did not reach them.
  func outputSize(
    toFill gaps: [ClosedRange<CalendarDay>], now: Timestamp, maximumAge: TimeSpan, fullIsRefused: Bool = false
  ) -> OutputSize? {
    guard let first = gaps.first, let last = gaps.last else { return nil }
    if let moment = unprovenBeginning, let beginning = series.days.first, last.upperBound < beginning,
      Self.isWithin(maximumAge, from: moment, to: now)
    {
      return nil
    }
    guard function.hasOutputSizes else { return .full }
    let today = NewYork.day(at: now)
    if first.lowerBound >= today.advanced(by: -Self.leastCompactDays) { return .compact }
    if fullIsRefused {
      guard fetched != nil, let openStart else { return .compact }
      let isFresh = isFresh(now: now, maximumAge: maximumAge)
      let isReached = gaps.contains { gap in
        gap.upperBound >= today.advanced(by: -Self.mostCompactDays) && !(isFresh && gap.upperBound < openStart)
      }
      return isReached ? .compact : nil
    }
    return .full
  }

  /// From the oldest of 100 points to today: 19 weeks and 4 days at least, more with each holiday.
  static let leastCompactDays = 137
  /// With all holidays of an exchange.
  private static let mostCompactDays = 170

  private var openSpan: ClosedRange<CalendarDay>? {
    guard let fetched, let openStart, openStart <= NewYork.day(at: fetched) else { return nil }
    return openStart...NewYork.day(at: fetched)
  }

  private func isFresh(now: Timestamp, maximumAge: TimeSpan) -> Bool {
    fetched.map { Self.isWithin(maximumAge, from: $0, to: now) } ?? false
  }

  private static func isWithin(_ span: TimeSpan, from moment: Timestamp, to now: Timestamp) -> Bool {
    span.seconds.map { Double(now.seconds - moment.seconds) <= $0 } ?? true
  }

  private func past(of span: ClosedRange<CalendarDay>, now: Timestamp) -> DaySpans? {
    let today = NewYork.day(at: now)
    return span.lowerBound <= today ? DaySpans(span.lowerBound...min(span.upperBound, today)) : nil
  }
}

extension PriceHistory {
  /// What a cache held; nil unless it holds together.
  init?(
    function: PriceFunction, series: PriceSeries, closed: DaySpans, fetched: Timestamp?, openStart: CalendarDay?,
    unprovenBeginning: Timestamp? = nil
  ) {
    guard series.columns == function.columns, (fetched == nil) == (openStart == nil) else { return nil }
    if fetched == nil, !series.isEmpty || !closed.isEmpty { return nil }
    if let openStart {
      guard !closed.contains(openStart), series.days.allSatisfy({ $0 >= openStart || closed.contains($0) }) else {
        return nil
      }
    }
    self.init(of: function)
    self.series = series
    self.closed = closed
    self.fetched = fetched
    self.openStart = openStart
    self.unprovenBeginning = unprovenBeginning
  }
}

extension PriceInterval {
  /// The last day that is closed for ever, seen from an answer and the day on which it came.
  ///
  /// A point is closed when a later one follows it, or when its day is over and nothing of its week or month can follow;
  /// and everything is that ended `settlingDays` ago. Nothing of the running day, week or month is.
  func closedEnd(newest: CalendarDay, today: CalendarDay) -> CalendarDay {
    let running = period(of: today).lowerBound
    let latest = running.advanced(by: -1)
    let settled = period(of: today.advanced(by: 1 - PriceHistory.settlingDays)).lowerBound.advanced(by: -1)
    if newest >= running { return latest }
    let last = period(of: newest)
    let isComplete = self == .daily || newest >= Self.lastWeekday(of: last)
    let closed = isComplete ? last.upperBound : last.lowerBound.advanced(by: -1)
    return min(latest, max(closed, settled))
  }

  private static func lastWeekday(of period: ClosedRange<CalendarDay>) -> CalendarDay {
    period.upperBound.advanced(by: -max(0, period.upperBound.weekday - 5))
  }
}
