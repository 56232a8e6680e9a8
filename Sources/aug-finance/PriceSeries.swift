import MillraceCore

/// The prices of one security, a row a day (or week, or month), oldest first.
///
/// Values keep the very text in which they came: a row is one run of bytes with commas between, so that 25 years of 8
/// columns take some 450 kB and no object a value.
struct PriceSeries: Sendable, Equatable {
  /// What each row has, in this order. A file of the user's may lack some.
  let columns: [PriceColumn]
  /// Ascending, each once.
  let days: [CalendarDay]
  /// Where each row ends in `bytes`.
  private let rowEnds: [UInt32]
  private let bytes: [UInt8]

  /// No days.
  init(columns: [PriceColumn]) {
    self.columns = columns
    (days, rowEnds, bytes) = ([], [], [])
  }

  fileprivate init(columns: [PriceColumn], days: [CalendarDay], rowEnds: [UInt32], bytes: [UInt8]) {
    self.columns = columns
    self.days = days
    self.rowEnds = rowEnds
    self.bytes = bytes
  }

  var count: Int { days.count }
  var isEmpty: Bool { days.isEmpty }
  var indices: Range<Int> { days.indices }
  /// The first and the last day; nil without any.
  var span: ClosedRange<CalendarDay>? {
    guard let first = days.first, let last = days.last else { return nil }
    return first...last
  }

  // MARK: Values

  /// The row's values as they came, with commas between; a missing value is empty.
  func row(at index: Int) -> ArraySlice<UInt8> {
    bytes[(index == 0 ? 0 : Int(rowEnds[index - 1]))..<Int(rowEnds[index])]
  }

  /// The bytes of a value; nil where the series or the row has none.
  func value(_ column: PriceColumn, at index: Int) -> ArraySlice<UInt8>? {
    guard var skipped = columns.firstIndex(of: column) else { return nil }
    var rest = row(at: index)
    while skipped > 0, let comma = rest.firstIndex(of: Self.comma) {
      rest = rest[(comma + 1)...]
      skipped -= 1
    }
    let value = rest.prefix { $0 != Self.comma }
    return value.isEmpty ? nil : value
  }

  /// A value's text as it came.
  func text(_ column: PriceColumn, at index: Int) -> String? {
    value(column, at: index).map { String(decoding: $0, as: UTF8.self) }
  }

  /// The nearest number to a value.
  func number(_ column: PriceColumn, at index: Int) -> Double? {
    text(column, at: index).flatMap { Double($0) }
  }

  // MARK: Days

  /// The index of the first day that is not before `day`; `count` behind the last.
  func firstIndex(onOrAfter day: CalendarDay) -> Int {
    var (low, high) = (0, days.count)
    while low < high {
      let middle = (low + high) / 2
      if days[middle] < day { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// The index of the row of this very day.
  func index(of day: CalendarDay) -> Int? {
    let index = firstIndex(onOrAfter: day)
    return index < days.count && days[index] == day ? index : nil
  }

  /// The rows whose days lie in a span.
  func indices(in span: ClosedRange<CalendarDay>) -> Range<Int> {
    let first = firstIndex(onOrAfter: span.lowerBound)
    return first..<max(first, firstIndex(onOrAfter: span.upperBound.advanced(by: 1)))
  }

  /// The rows of a span alone.
  func rows(in span: ClosedRange<CalendarDay>) -> PriceSeries {
    var builder = PriceSeriesBuilder(columns: columns)
    for index in indices(in: span) { builder.append(days[index], row: row(at: index)) }
    return builder.ascending
  }

  private static let comma = UInt8(ascii: ",")
}

/// Gathers the rows of a series in whatever order they come.
struct PriceSeriesBuilder {
  let columns: [PriceColumn]
  private var days: [CalendarDay] = []
  private var rowEnds: [UInt32] = []
  private var bytes: [UInt8] = []

  /// More than there are days from 1800 to 2200.
  static let mostRows = 150_000
  /// Of one row; no number of a price is nearly as long.
  static let mostRowBytes = 1000

  init(columns: [PriceColumn]) { self.columns = columns }

  var count: Int { days.count }

  /// Adds a row of values in the order of `columns`, with commas between, as another series has it.
  mutating func append(_ day: CalendarDay, row: ArraySlice<UInt8>) {
    bytes += row
    days.append(day)
    rowEnds.append(UInt32(bytes.count))
  }

  /// Adds a row of values in the order of `columns`; a missing one is empty.
  mutating func append<Value: Collection>(_ day: CalendarDay, values: [Value]) where Value.Element == UInt8 {
    for (index, value) in values.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      bytes += value
    }
    days.append(day)
    rowEnds.append(UInt32(bytes.count))
  }

  /// The series of rows that were added in ascending order.
  var ascending: PriceSeries { PriceSeries(columns: columns, days: days, rowEnds: rowEnds, bytes: bytes) }

  /// The series of rows that were added in any order; throws the first day that comes twice.
  func sorted() throws(RepeatedDay) -> PriceSeries {
    if isAscending { return ascending }
    let unsorted = ascending
    var builder = PriceSeriesBuilder(columns: columns)
    builder.bytes.reserveCapacity(bytes.count)
    for index in days.indices.sorted(by: { days[$0] < days[$1] }) {
      if builder.days.last == days[index] { throw RepeatedDay(day: days[index]) }
      builder.append(days[index], row: unsorted.row(at: index))
    }
    return builder.ascending
  }

  private var isAscending: Bool { zip(days, days.dropFirst()).allSatisfy { $0 < $1 } }
}

/// A day that a series has twice.
struct RepeatedDay: Error, Equatable {
  let day: CalendarDay
}

/// Whether bytes are a number as JSON writes it, of finite size: what a value of a price must be.
func isPriceNumber(_ text: some Collection<UInt8>) -> Bool {
  guard (1...40).contains(text.count) else { return false }
  var rest = text[...]
  func digits() -> Int {
    let run = rest.prefix { (0x30...0x39).contains($0) }
    rest = rest.dropFirst(run.count)
    return run.count
  }
  func take(_ bytes: [UInt8]) -> Bool {
    guard let first = rest.first, bytes.contains(first) else { return false }
    rest = rest.dropFirst()
    return true
  }
  _ = take([UInt8(ascii: "-")])
  let startsWithZero = rest.first == UInt8(ascii: "0")
  let whole = digits()
  guard whole > 0, whole == 1 || !startsWithZero else { return false }
  if take([UInt8(ascii: ".")]), digits() == 0 { return false }
  if take([UInt8(ascii: "e"), UInt8(ascii: "E")]) {
    _ = take([UInt8(ascii: "+"), UInt8(ascii: "-")])
    guard digits() > 0, Double(String(decoding: text, as: UTF8.self))?.isFinite == true else { return false }
  }
  return rest.isEmpty
}
