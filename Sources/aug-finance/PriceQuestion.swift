import MillraceCore

/// What a row asks: the prices of a symbol on some days.
enum PriceQuestion: Sendable, Equatable {
  case prices(Symbol, PriceSpan)
  /// The price as of a day, in a span around it.
  case price(Symbol, at: CalendarDay, PriceSpan)
  /// The row's symbol, or its day, is empty.
  case nothing(RowStatus)

  /// The symbol, and the days that must be known.
  var wanted: (symbol: Symbol, span: PriceSpan)? {
    switch self {
    case .prices(let symbol, let span), .price(let symbol, at: _, let span): (symbol, span)
    case .nothing: nil
    }
  }
}

/// Reads from a row what it asks. Any thread may use it.
struct PriceAsking: Sendable {
  /// A day that is the same for all rows, or stands in each.
  enum Day: Sendable {
    case always(CalendarDay)
    case field(FieldName)
  }

  var symbol: FieldName
  var start: Day?
  var end: Day?
  var at: FieldName?
  var alignment: PriceAlignment
  var interval: PriceInterval
  /// In New York.
  var today: CalendarDay

  func check(_ table: Table) throws(Failure) {
    var fields = [symbol]
    for case .field(let field) in [start, end].compactMap(\.self) { fields.append(field) }
    if let at { fields.append(at) }
    for field in fields { try table.requireColumn(field) }
  }

  /// - Throws: bad data with the row's place when the row lacks a field, holds no symbol or no date, asks for days that
  ///   are still to come, or begins behind its end.
  func question(of row: RecordCursor) throws(Failure) -> PriceQuestion {
    let text = try row.text(of: symbol).trimmed
    if text.isEmpty { return .nothing(.noSymbol) }
    guard let symbol = Symbol(text) else {
      throw Failure(
        .badData, "not a ticker symbol: \"\(printable(String(text.prefix(60))))\"", at: row.place(field: symbol),
        advice: "a symbol is one such as IBM, BRK.B or TSCO.LON")
    }
    if let at {
      guard let day = try self.day(at, of: row) else { return .nothing(.noDate) }
      try check(day, isIn: at, of: row)
      return .price(symbol, at: day, .days(daysToKnow(for: day)))
    }
    guard let span = try span(of: row) else { return .nothing(.noDate) }
    return .prices(symbol, span)
  }

  /// The days among which the price as of a day may be.
  private func daysToKnow(for day: CalendarDay) -> ClosedRange<CalendarDay> {
    let days = alignment.daysLookedAt(for: day, found: nil, interval: interval)
    return days.lowerBound...max(day, min(days.upperBound, today))
  }

  /// Nil when a day's field is empty.
  private func span(of row: RecordCursor) throws(Failure) -> PriceSpan? {
    if start == nil, end == nil { return .latest }
    guard let first = try day(start, of: row, otherwise: PriceHistory.beginning),
      let last = try day(end, of: row, otherwise: today)
    else { return nil }
    if case .field(let field) = start { try check(first, isIn: field, of: row) }
    guard first <= last else {
      throw Failure(
        .badData, "the start \(first) lies behind the end \(last)", at: row.place(field: startField ?? endField))
    }
    return .days(first...max(first, min(last, today)))
  }

  private var startField: FieldName? { if case .field(let field) = start { field } else { nil } }
  private var endField: FieldName? { if case .field(let field) = end { field } else { nil } }

  private func day(_ day: Day?, of row: RecordCursor, otherwise: CalendarDay) throws(Failure) -> CalendarDay? {
    switch day {
    case nil: otherwise
    case .always(let day): day
    case .field(let field): try self.day(field, of: row)
    }
  }

  private func day(_ field: FieldName, of row: RecordCursor) throws(Failure) -> CalendarDay? {
    let text = try row.text(of: field).trimmed
    if text.isEmpty { return nil }
    do throws(Failure) {
      return try CalendarDay(inRow: String(text))
    } catch {
      throw Failure(error.status, error.message, at: row.place(field: field), advice: error.advice)
    }
  }

  private func check(_ day: CalendarDay, isIn field: FieldName, of row: RecordCursor) throws(Failure) {
    guard day > today else { return }
    throw Failure(
      .badData, "\(day) is still to come: in New York it is \(today)", at: row.place(field: field))
  }
}
