/// A series of prices that Alpha Vantage offers, under the name by which it is asked for.
enum PriceFunction: String, Sendable, CaseIterable {
  case daily = "TIME_SERIES_DAILY"
  case dailyAdjusted = "TIME_SERIES_DAILY_ADJUSTED"
  case weekly = "TIME_SERIES_WEEKLY"
  case weeklyAdjusted = "TIME_SERIES_WEEKLY_ADJUSTED"
  case monthly = "TIME_SERIES_MONTHLY"
  case monthlyAdjusted = "TIME_SERIES_MONTHLY_ADJUSTED"

  var interval: PriceInterval {
    switch self {
    case .daily, .dailyAdjusted: .daily
    case .weekly, .weeklyAdjusted: .weekly
    case .monthly, .monthlyAdjusted: .monthly
    }
  }

  /// Whether it has a close adjusted by the service for splits and dividends, which changes for all past days when there
  /// is another.
  var isAdjusted: Bool { columns.contains(.adjustedClose) }

  /// Whether one asks for the last points or for all; weekly and monthly answers always hold all.
  var hasOutputSizes: Bool { interval == .daily }

  /// The columns that every answer has.
  var columns: [PriceColumn] {
    switch self {
    case .daily, .weekly, .monthly: [.open, .high, .low, .close, .volume]
    case .weeklyAdjusted, .monthlyAdjusted:
      [.open, .high, .low, .close, .adjustedClose, .volume, .dividendAmount]
    case .dailyAdjusted: PriceColumn.allCases
    }
  }

  /// The member of the service's JSON that holds the days.
  var member: String {
    switch self {
    case .daily, .dailyAdjusted: "Time Series (Daily)"
    case .weekly: "Weekly Time Series"
    case .weeklyAdjusted: "Weekly Adjusted Time Series"
    case .monthly: "Monthly Time Series"
    case .monthlyAdjusted: "Monthly Adjusted Time Series"
    }
  }
}

/// How much of a daily series is asked for.
enum OutputSize: String, Sendable {
  /// The last 100 points.
  case compact
  case full

  /// Points that a compact answer holds, unless the security is younger.
  static let compactPoints = 100
}

/// A value of a day, in the order in which rows have them.
enum PriceColumn: String, Sendable, CaseIterable {
  case open, high, low, close
  case adjustedClose = "adjusted_close"
  case volume
  case dividendAmount = "dividend_amount"
  case splitCoefficient = "split_coefficient"
}
