/// What became of a row that was answered, in its field `status`; of others `Service.Refusal.rowStatus` tells.
enum RowStatus: String, Sendable, CaseIterable {
  case ok
  /// Some of the days that were asked for cannot be known.
  case partial
  /// There was no trading on the days that were asked for.
  case noPrices = "no_prices"
  /// The source knows nothing of the symbol.
  case unmatched
  /// The row's symbol is empty.
  case noSymbol = "no_symbol"
  /// The row's date is empty.
  case noDate = "no_date"
}
