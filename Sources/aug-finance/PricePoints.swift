import MillraceCore

/// What prices are adjusted by.
enum AdjustmentBasis: String, CaseIterable, Sendable {
  /// Splits and dividends.
  case actions
  /// The adjusted close that comes with the prices.
  case service
}

/// The points of a series that a row gets, as they were paid or adjusted.
struct PricePoints {
  let series: PriceSeries
  let indices: Range<Int>
  private let basis: Basis

  private enum Basis {
    case asPaid
    case actions(PriceAdjustment)
    /// The adjusted close that comes with the prices.
    case adjustedClose
  }

  /// Digits and decimals of numbers that are reckoned out, as `PriceAdjustment` writes them.
  private static let (digits, decimals) = (8, 6)

  /// - Parameter wanted: by what prices are to be adjusted; nil for the adjusted close where there is one.
  /// - Throws: bad data when prices are to be adjusted and nothing says by what.
  init(
    _ prices: SourcedPrices, taking indices: Range<Int>, isAdjusted: Bool, by wanted: AdjustmentBasis?,
    today: CalendarDay
  ) throws(Failure) {
    series = prices.series
    self.indices = indices
    if !isAdjusted || indices.isEmpty {
      basis = .asPaid
    } else if wanted != .actions, series.columns.contains(.adjustedClose) {
      basis = .adjustedClose
    } else if wanted != .service, let actions = prices.actions {
      basis = .actions(
        PriceAdjustment(
          actions, closes: series, unknown: prices.unknownCloses, seenFrom: prices.seenFrom ?? today))
    } else {
      throw Failure(
        .badData, "the prices come without what they could be adjusted by",
        at: prices.file.map { Place(file: $0) },
        advice: "a file needs a column \"Adj Close\", or columns \"Dividends\" and \"Stock Splits\"")
    }
  }

  /// Splits and dividends by which a price of a row could not be adjusted, since a close is not known.
  var missing: [PriceAdjustment.Missing] {
    guard case .actions(let adjustment) = basis, let first = indices.first else { return [] }
    return adjustment.missing(from: series.days[first])
  }

  /// What prices of the row were multiplied by, for the record; nil when they are as they were paid.
  var factors: [JSONValue]? {
    guard case .actions(let adjustment) = basis, let first = indices.first else { return nil }
    return adjustment.factors(from: series.days[first]).map { factor in
      .object([
        .init("date", .string(factor.day.text)), .init("kind", .string(factor.kind.rawValue)),
        .init("amount", .string(factor.amount)),
        .init("factor", factor.factor.isFinite ? .number("\(factor.factor)") : .null),
      ])
    }
  }

  /// A price or a volume as it goes into a row; nil where there is none, or it cannot be adjusted.
  func text(_ column: PriceColumn, at index: Int) -> String? {
    switch basis {
    case .asPaid: return series.text(column, at: index)
    case .actions(let adjustment):
      guard adjustment.missing(from: series.days[index]).isEmpty else { return nil }
      return adjustment.text(column, at: index, of: series).flatMap(Self.finite)
    case .adjustedClose:
      switch column {
      case .close: return series.text(.adjustedClose, at: index)
      case .open, .high, .low:
        guard let text = series.text(column, at: index), let number = Double(text), let factor = factor(at: index)
        else {
          return nil
        }
        return factor == 1
          ? text : Self.finite(decimalText(number * factor, digits: Self.digits, decimals: Self.decimals))
      case .volume, .adjustedClose, .dividendAmount, .splitCoefficient: return series.text(column, at: index)
      }
    }
  }

  /// What the prices of a day were multiplied by; nil when that cannot be known.
  func factor(at index: Int) -> Double? {
    switch basis {
    case .asPaid: return 1
    case .actions(let adjustment):
      let day = series.days[index]
      let factor = adjustment.priceFactor(on: day)
      return adjustment.missing(from: day).isEmpty && factor.isFinite ? factor : nil
    case .adjustedClose:
      guard let paid = series.number(.close, at: index), paid > 0,
        let adjusted = series.number(.adjustedClose, at: index)
      else { return nil }
      let factor = adjusted / paid
      return factor.isFinite ? factor : nil
    }
  }

  /// Beyond the largest number there is none that can be written.
  private static func finite(_ text: String) -> String? { Double(text).map(\.isFinite) == true ? text : nil }

  /// The closes and volumes, for a summary; points without a close are left out.
  var closes: [PricePoint] {
    indices.compactMap { index in
      text(.close, at: index).map { PricePoint(day: series.days[index], close: $0, volume: text(.volume, at: index)) }
    }
  }

  /// Appends the text of a field; false where there is none.
  func append(_ field: PriceField, at index: Int, to buffer: ByteBuffer) -> Bool {
    if case .asPaid = basis, let column = field.column {
      // No text is made where none changes.
      guard let value = series.value(column, at: index) else { return false }
      unsafe value.withUnsafeBytes { unsafe buffer.append($0) }
      return true
    }
    guard let text = text(of: field, at: index) else { return false }
    buffer.append(text)
    return true
  }

  private func text(of field: PriceField, at index: Int) -> String? {
    switch field {
    case .date: series.days[index].text
    case .factor: factor(at: index).map { "\($0)" }
    case .unadjustedClose: series.text(.close, at: index)
    case .open, .high, .low, .close, .volume: field.column.flatMap { text($0, at: index) }
    }
  }
}

extension PriceField {
  /// The column of the same name.
  fileprivate var column: PriceColumn? {
    switch self {
    case .open: .open
    case .high: .high
    case .low: .low
    case .close: .close
    case .volume: .volume
    case .date, .factor, .unadjustedClose: nil
    }
  }
}
