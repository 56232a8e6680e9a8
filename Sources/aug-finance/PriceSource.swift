import MillraceCore

/// Where prices come from: a service, files. A source is one type in one file; `PriceAugmenter` does the rest.
protocol PriceSource: Sendable {
  var origin: AnswerOrigin { get }
  /// Nil where nothing is sent.
  var service: CachedService? { get }

  /// What is known of one symbol in a span of days that does not reach into the future.
  ///
  /// Called for several symbols at once, and for each symbol once at a time.
  func prices(of symbol: Symbol, in span: PriceSpan) async throws(Service.Refusal)
    -> CachedService.Answer<SourcedPrices>

  /// The order in which symbols are best asked for.
  func inOrder(_ symbols: [Symbol]) -> [Symbol]

  /// Tells in the end what a person should know of the source.
  func report(to diagnostics: Diagnostics)
}

extension PriceSource {
  func inOrder(_ symbols: [Symbol]) -> [Symbol] { symbols }
  func report(to diagnostics: Diagnostics) {}
}

/// What a source knows of a symbol.
struct SourcedPrices: Sendable {
  /// False when the source knows nothing of the symbol.
  var isKnown = true
  /// At least the points in the span, and for adjusted prices as many behind it as there are.
  var series: PriceSeries
  /// Splits and dividends, where prices are to be adjusted by them.
  var actions: CorporateActions?
  /// Spans of days of which nothing can be known.
  var unknown: [ClosedRange<CalendarDay>] = []
  /// From which day splits and dividends are seen: those that come later are not in the list.
  var seenFrom: CalendarDay?
  /// Days up to then whose closes nobody knows.
  var unknownCloses: [ClosedRange<CalendarDay>] = []
  /// Why this is not all: the budget is spent.
  var shortfall: Service.Refusal?
  /// The file, where the source has one for each symbol.
  var file: String?
}

/// Which days are asked for.
enum PriceSpan: Sendable, Hashable {
  /// The last hundred points.
  case latest
  case days(ClosedRange<CalendarDay>)

  static let latestPoints = 100
  /// Days in which a hundred points of a daily series lie for certain.
  private static let latestDays = PriceHistory.leastCompactDays

  /// The days that must be known.
  func days(today: CalendarDay) -> ClosedRange<CalendarDay> {
    switch self {
    case .latest: today.advanced(by: -Self.latestDays)...today
    case .days(let days): days
    }
  }

  /// The points of a series that are in the span.
  func indices(in series: PriceSeries) -> Range<Int> {
    switch self {
    case .latest: max(0, series.count - Self.latestPoints)..<series.count
    case .days(let days): series.indices(in: days)
    }
  }

  /// The shortest span that holds both.
  func union(_ other: PriceSpan, today: CalendarDay) -> PriceSpan {
    if self == other { return self }
    let (one, two) = (days(today: today), other.days(today: today))
    return .days(min(one.lowerBound, two.lowerBound)...max(one.upperBound, two.upperBound))
  }
}

/// The ticker symbol of a security, in upper case.
struct Symbol: Sendable, Hashable, CustomStringConvertible {
  let text: String

  private static let longest = 32
  private static let marks = Set(".-^=:_/&+".utf8)

  /// Nil for what is no symbol: a name with spaces, a sentence.
  init?(_ text: some StringProtocol) {
    let upper = text.uppercased()
    guard (1...Self.longest).contains(upper.utf8.count),
      upper.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x41...0x5a).contains($0) || Self.marks.contains($0) })
    else { return nil }
    self.text = upper
  }

  var description: String { text }
}

extension Set<Symbol> {
  /// The first of them in order, for a message.
  var named: String { namingFirst(map(\.text).sorted()) }
}
