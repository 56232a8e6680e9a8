import MillraceCore

/// A set of days, held as spans in ascending order that neither overlap nor touch.
struct DaySpans: Sendable, Equatable {
  private(set) var spans: [ClosedRange<CalendarDay>] = []

  init() {}

  init(_ span: ClosedRange<CalendarDay>) { spans = [span] }

  /// Nil unless the spans are in order and apart.
  init?(inOrder spans: [ClosedRange<CalendarDay>]) {
    for (one, next) in zip(spans, spans.dropFirst()) where one.upperBound.number + 1 >= next.lowerBound.number {
      return nil
    }
    self.spans = spans
  }

  var isEmpty: Bool { spans.isEmpty }

  func contains(_ day: CalendarDay) -> Bool { span(around: day) != nil }

  /// The span in which a day lies.
  func span(around day: CalendarDay) -> ClosedRange<CalendarDay>? {
    var (low, high) = (0, spans.count)
    while low < high {
      let middle = (low + high) / 2
      if spans[middle].upperBound < day { low = middle + 1 } else { high = middle }
    }
    return low < spans.count && spans[low].contains(day) ? spans[low] : nil
  }

  mutating func insert(_ span: ClosedRange<CalendarDay>) {
    var merged = span
    var others: [ClosedRange<CalendarDay>] = []
    for other in spans {
      if other.upperBound.number + 1 < merged.lowerBound.number
        || merged.upperBound.number + 1 < other.lowerBound.number
      {
        others.append(other)
      } else {
        merged = min(other.lowerBound, merged.lowerBound)...max(other.upperBound, merged.upperBound)
      }
    }
    others.insert(merged, at: others.firstIndex { $0.lowerBound > merged.upperBound } ?? others.count)
    spans = others
  }

  mutating func remove(_ span: ClosedRange<CalendarDay>) {
    var rest: [ClosedRange<CalendarDay>] = []
    for other in spans {
      guard other.overlaps(span) else {
        rest.append(other)
        continue
      }
      if other.lowerBound < span.lowerBound { rest.append(other.lowerBound...span.lowerBound.advanced(by: -1)) }
      if other.upperBound > span.upperBound { rest.append(span.upperBound.advanced(by: 1)...other.upperBound) }
    }
    spans = rest
  }

  func subtracting(_ other: DaySpans) -> DaySpans {
    var rest = self
    for span in other.spans { rest.remove(span) }
    return rest
  }

  func intersection(_ span: ClosedRange<CalendarDay>) -> DaySpans {
    var result = DaySpans()
    result.spans = spans.filter { $0.overlaps(span) }.map { $0.clamped(to: span) }
    return result
  }
}
