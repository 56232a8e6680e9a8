import MillraceCore

/// Writes rows with the prices that are known for them. One thread uses a writer.
final class PriceRowWriter: AnswerWriter {
  private let layout: PriceLayout
  private let asking: PriceAsking
  private let values = AddedValues()

  init(_ layout: PriceLayout, asking: PriceAsking) {
    self.layout = layout
    self.asking = asking
  }

  func write(
    _ row: RecordCursor, _ answer: Answered<PriceReply>, to writer: RowWriter?
  ) throws(Failure) -> [JSONValue.Member] {
    let question = answer.value.question
    guard let prices = answer.value.prices else {
      let status = answer.refusal?.rowStatus ?? Self.status(of: question).rawValue
      if let writer { try writeEmpty(row, status, to: writer) }
      return details(of: question, status)
    }
    let points: PricePoints
    do throws(Failure) {
      points = try PricePoints(
        prices, taking: indices(of: question, in: prices.series), isAdjusted: layout.isAdjusted,
        by: layout.basis, today: asking.today)
    } catch {
      let file = error.place.map { "\($0.file): " } ?? ""
      throw Failure(error.status, file + error.message, at: row.place(), advice: error.advice)
    }
    let unknown = unknown(to: question, points, prices)
    // What is kept is there, but it is not all: the row is told to be incomplete.
    let status = answer.refusal?.rowStatus ?? Self.status(of: points, prices, unknown: unknown).rawValue
    if let writer { try write(row, points, status, to: writer) }
    return details(of: question, status) + details(of: points, prices, unknown: unknown)
  }

  // MARK: What is written

  private func indices(of question: PriceQuestion, in series: PriceSeries) -> Range<Int> {
    switch question {
    case .prices(_, let span): return span.indices(in: series)
    case .price(_, at: let day, _):
      guard let index = asking.alignment.index(for: day, in: series, interval: asking.interval) else { return 0..<0 }
      return index..<index + 1
    case .nothing: return 0..<0
    }
  }

  /// Days that the row asks for and nobody knows; for the price as of a day, those on which there may be a nearer one.
  private func unknown(
    to question: PriceQuestion, _ points: PricePoints, _ prices: SourcedPrices
  ) -> [ClosedRange<CalendarDay>] {
    guard let span = question.wanted?.span else { return [] }
    var days = span.days(today: asking.today)
    if case .price(_, at: let day, _) = question {
      let found = points.indices.first.map { points.series.days[$0] }
      days = asking.alignment.daysLookedAt(for: day, found: found, interval: asking.interval)
    }
    return prices.unknown.filter { $0.overlaps(days) }.map { $0.clamped(to: days) }
  }

  private static func status(of question: PriceQuestion) -> RowStatus {
    if case .nothing(let status) = question { status } else { .noPrices }
  }

  private static func status(
    of points: PricePoints, _ prices: SourcedPrices, unknown: [ClosedRange<CalendarDay>]
  ) -> RowStatus {
    if !prices.isKnown { return .unmatched }
    if !unknown.isEmpty || !points.missing.isEmpty { return .partial }
    return points.indices.isEmpty ? .noPrices : .ok
  }

  private func write(
    _ row: RecordCursor, _ points: PricePoints, _ status: String, to writer: RowWriter
  ) throws(Failure) {
    switch layout.shape {
    case .nested:
      begin(status)
      values.append(.array) { buffer in
        Self.appendList(of: points, layout.priceFields, to: buffer)
        return true
      }
      try writer.write(row, adding: values.all)
    case .summary:
      guard let summary = PriceSummary(points.closes, interval: asking.interval) else {
        return try writeEmpty(row, status, to: writer)
      }
      begin(status)
      for field in layout.summaryFields { append(summary, field) }
      try writer.write(row, adding: values.all)
    case .exploded, .asOf:
      // A row without prices stays one row.
      if points.indices.isEmpty { return try writeEmpty(row, status, to: writer) }
      for index in points.indices {
        begin(status)
        for field in layout.priceFields {
          values.append(field == .date ? .string : .number) { points.append(field, at: index, to: $0) }
        }
        try writer.write(row, adding: values.all)
      }
    }
  }

  private func begin(_ status: String) {
    values.removeAll()
    values.append(text: status)
  }

  private func writeEmpty(_ row: RecordCursor, _ status: String, to writer: RowWriter) throws(Failure) {
    begin(status)
    if layout.shape == .nested {
      values.append(.array) { buffer in
        buffer.append("[]")
        return true
      }
    } else {
      for _ in layout.names.dropFirst() { values.append(text: nil) }
    }
    try writer.write(row, adding: values.all)
  }

  private static func appendList(of points: PricePoints, _ fields: [PriceField], to text: ByteBuffer) {
    text.append("[")
    for index in points.indices {
      if index > points.indices.lowerBound { text.append(",") }
      text.append("{")
      for (number, field) in fields.enumerated() {
        if number > 0 { text.append(",") }
        text.append("\"\(field.rawValue)\":")
        let isText = field == .date
        if isText { text.append("\"") }
        if !points.append(field, at: index, to: text) { text.append("null") }
        if isText { text.append("\"") }
      }
      text.append("}")
    }
    text.append("]")
  }

  private func append(_ summary: PriceSummary, _ field: SummaryField) {
    func number(_ value: Double?) -> String? { value.flatMap { $0.isFinite ? "\($0)" : nil } }
    switch field {
    case .days: values.append(number: String(summary.days))
    case .firstDate: values.append(text: summary.firstDate.text)
    case .first: values.append(number: summary.first)
    case .lastDate: values.append(text: summary.lastDate.text)
    case .last: values.append(number: summary.last)
    case .min: values.append(number: summary.min)
    case .max: values.append(number: summary.max)
    case .mean: values.append(number: number(summary.mean))
    case .periodReturn: values.append(number: number(summary.return))
    case .volatility: values.append(number: number(summary.volatility))
    case .maximumDrawdown: values.append(number: number(summary.maxDrawdown))
    case .totalVolume: values.append(number: summary.totalVolume)
    }
  }

  // MARK: What the record tells

  private func details(of question: PriceQuestion, _ status: String) -> [JSONValue.Member] {
    var details: [JSONValue.Member] = [.init("status", .string(status))]
    guard let (symbol, span) = question.wanted else { return details }
    details.append(.init("symbol", .string(symbol.text)))
    details.append(.init("period", .string(asking.interval.rawValue)))
    if case .price(_, at: let day, _) = question { details.append(.init("at", .string(day.text))) }
    if case .days(let days) = span { details.append(.init("span", Self.list(days))) }
    return details
  }

  private func details(
    of points: PricePoints, _ prices: SourcedPrices, unknown: [ClosedRange<CalendarDay>]
  ) -> [JSONValue.Member] {
    var details: [JSONValue.Member] = []
    if let file = prices.file { details.append(.init("file", .string(file))) }
    details.append(.init("points", .integer(points.indices.count)))
    if let first = points.indices.first, let last = points.indices.last {
      details.append(.init("taken", Self.list(prices.series.days[first]...prices.series.days[last])))
    }
    if !unknown.isEmpty { details.append(.init("unknown", .array(unknown.map(Self.list)))) }
    if !points.missing.isEmpty {
      let missing = points.missing.map { JSONValue.string("\($0.kind.rawValue) of \($0.day): \($0.reason)") }
      details.append(.init("not_adjusted", .array(missing)))
    }
    if let factors = points.factors { details.append(.init("factors", .array(factors))) }
    return details
  }

  private static func list(_ days: ClosedRange<CalendarDay>) -> JSONValue {
    .array([.string(days.lowerBound.text), .string(days.upperBound.text)])
  }
}
