import Support

/// A function of the service, and how it writes its answers.
enum SeriesFunction: String, CaseIterable {
  case daily = "TIME_SERIES_DAILY"
  case dailyAdjusted = "TIME_SERIES_DAILY_ADJUSTED"
  case weekly = "TIME_SERIES_WEEKLY"
  case weeklyAdjusted = "TIME_SERIES_WEEKLY_ADJUSTED"
  case monthly = "TIME_SERIES_MONTHLY"
  case monthlyAdjusted = "TIME_SERIES_MONTHLY_ADJUSTED"
  case splits = "SPLITS"
  case dividends = "DIVIDENDS"

  /// What the request says about the answer.
  struct Wish {
    /// As the request has it, in its case.
    var symbol: String
    var isFull: Bool
    var isCSV: Bool
    /// Lines of CSV end with CR LF.
    var hasCarriageReturns: Bool
    /// Days of JSON come in no order.
    var isUnordered = false
  }

  /// The most days of a compact answer.
  static let compactCount = 100

  /// - Returns: the document and the number of its rows; nil when there is none of the security yet.
  func answer(_ history: InventedHistory, at moment: InventedMoment, _ wish: Wish) -> (text: String, rows: Int)? {
    guard !history.points.isEmpty else { return nil }
    let lineEnd = wish.hasCarriageReturns ? "\r\n" : "\n"
    switch self {
    case .splits, .dividends:
      let rows = self == .splits ? Self.rows(history.splits) : Self.rows(history.dividends)
      let columns = self == .splits ? Self.splitColumns : Self.dividendColumns
      return (wish.isCSV ? Self.csv(columns, rows, lineEnd) : Self.json(wish.symbol, columns, rows), rows.count)
    default:
      let period: InventedHistory.Period =
        switch self {
        case .weekly, .weeklyAdjusted: .week
        case .monthly, .monthlyAdjusted: .month
        default: .day
        }
      var points = Array(history.points(by: period).reversed())
      if period == .day, !wish.isFull { points = Array(points.prefix(Self.compactCount)) }
      let rows = points.map { point in [written(point.day)] + columns.map { value(point, $0) } }
      if wish.isCSV { return (Self.csv(["timestamp"] + columns.map(csvName), rows, lineEnd), rows.count) }
      return (json(wish, refreshed: refreshed(history, moment), rows), rows.count)
    }
  }

  // MARK: Columns

  private enum Column: String {
    case open, high, low, close
    case adjustedClose = "adjusted close"
    case volume
    case dividendAmount = "dividend amount"
    case splitCoefficient = "split coefficient"
  }

  private static let splitColumns = ["effective_date", "split_factor"]
  private static let dividendColumns = [
    "ex_dividend_date", "declaration_date", "record_date", "payment_date", "amount",
  ]

  private var columns: [Column] {
    switch self {
    case .dailyAdjusted: [.open, .high, .low, .close, .adjustedClose, .volume, .dividendAmount, .splitCoefficient]
    case .weeklyAdjusted, .monthlyAdjusted: [.open, .high, .low, .close, .adjustedClose, .volume, .dividendAmount]
    default: [.open, .high, .low, .close, .volume]
    }
  }

  /// The daily series alone has no spaces in its names.
  private func csvName(_ column: Column) -> String {
    self == .dailyAdjusted ? String(column.rawValue.map { $0 == " " ? "_" : $0 }) : column.rawValue
  }

  private func value(_ point: InventedPoint, _ column: Column) -> String {
    switch column {
    case .open: point.open.description
    case .high: point.high.description
    case .low: point.low.description
    case .close: point.close.description
    case .adjustedClose: point.adjustedClose.description
    case .volume: String(point.volume)
    case .dividendAmount: point.dividend.description
    case .splitCoefficient: point.split.description
    }
  }

  private static func rows(_ splits: [InventedSplit]) -> [[String]] {
    splits.reversed().map { [written($0.day), $0.factor.description] }
  }

  /// The day of record is that on which the share is first without it, as since 2024; of old payments it is not known.
  private static func rows(_ dividends: [InventedDividend]) -> [[String]] {
    dividends.reversed().map { dividend in
      let isOld = dividend.exDay.parts.year < 2001
      let days = [dividend.declared, dividend.exDay, dividend.paid].map { isOld ? "None" : written($0) }
      return [written(dividend.exDay)] + days + [dividend.amount.shortest]
    }
  }

  // MARK: CSV

  private static func csv(_ names: [String], _ rows: [[String]], _ lineEnd: String) -> String {
    ([names] + rows).map { $0.joined(separator: ",") + lineEnd }.joined()
  }

  // MARK: JSON

  private static func json(_ symbol: String, _ names: [String], _ rows: [[String]]) -> String {
    let elements = rows.map { row in
      let members = zip(names, row).map { "            \"\($0)\": \"\($1)\"" }
      return "        {\n\(members.joined(separator: ",\n"))\n        }"
    }
    let list = elements.isEmpty ? "[]" : "[\n\(elements.joined(separator: ",\n"))\n    ]"
    return "{\n    \"symbol\": \"\(jsonQuoted(symbol))\",\n    \"data\": \(list)\n}"
  }

  private var information: String {
    switch self {
    case .dailyAdjusted: "Daily Time Series with Splits and Dividend Events"
    case .weekly: "Weekly Prices (open, high, low, close) and Volumes"
    case .weeklyAdjusted: "Weekly Adjusted Prices and Volumes"
    case .monthly: "Monthly Prices (open, high, low, close) and Volumes"
    case .monthlyAdjusted: "Monthly Adjusted Prices and Volumes"
    default: "Daily Prices (open, high, low, close) and Volumes"
    }
  }

  private var seriesName: String {
    switch self {
    case .weekly: "Weekly Time Series"
    case .weeklyAdjusted: "Weekly Adjusted Time Series"
    case .monthly: "Monthly Time Series"
    case .monthlyAdjusted: "Monthly Adjusted Time Series"
    default: "Time Series (Daily)"
    }
  }

  private var isDaily: Bool { self == .daily || self == .dailyAdjusted }

  private func refreshed(_ history: InventedHistory, _ moment: InventedMoment) -> String {
    guard let last = history.points.last?.day else { return written(moment.day) }
    guard last == moment.day, moment.progress.map({ $0 < 1 }) ?? false else { return written(last) }
    let second = moment.second
    return "\(written(last)) \(zeroPadded(second / 3600)):\(zeroPadded(second / 60 % 60)):\(zeroPadded(second % 60))"
  }

  private func json(_ wish: Wish, refreshed: String, _ rows: [[String]]) -> String {
    var heads = [("Information", information), ("Symbol", wish.symbol), ("Last Refreshed", refreshed)]
    if isDaily { heads.append(("Output Size", wish.isFull ? "Full size" : "Compact")) }
    heads.append(("Time Zone", "US/Eastern"))
    let meta = heads.enumerated().map { "        \"\($0 + 1). \($1.0)\": \"\(jsonQuoted($1.1))\"" }
    let names = columns.enumerated().map { "\($0 + 1). \($1.rawValue)" }
    var days = rows.map { row in
      let members = zip(names, row.dropFirst()).map { "            \"\($0)\": \"\($1)\"" }
      return "        \"\(row.first ?? "")\": {\n\(members.joined(separator: ",\n"))\n        }"
    }
    if wish.isUnordered {
      var generator = SeededGenerator(seed: UInt64(days.count))
      days.shuffle(using: &generator)
    }
    return "{\n    \"Meta Data\": {\n\(meta.joined(separator: ",\n"))\n    },\n    \"\(seriesName)\": {\n"
      + "\(days.joined(separator: ",\n"))\n    }\n}"
  }
}

/// `2026-05-15`.
func written(_ day: GregorianDay) -> String {
  let (year, month, date) = day.parts
  return "\(zeroPadded(year, 4))-\(zeroPadded(month))-\(zeroPadded(date))"
}
