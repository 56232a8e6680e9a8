import MillraceCore

@testable import aug_finance

/// Answers with prices, a user's files and what a cache held: what is read has its days in order and numbers for values,
/// survives being written and merged, and messages do not repeat the key.
func fuzzPrices(_ bytes: UnsafeRawBufferPointer) {
  var input = unsafe FuzzInput(bytes)
  let key = "s3cretk3y"
  let function = PriceFunction.allCases[input.choose(UInt32(PriceFunction.allCases.count))]
  let moment = Timestamp(seconds: 1_700_000_000 + input.choose(1 << 16) * 10_000)
  let isWhole = input.choose(2) == 0

  if let message = AlphaVantageMessage(status: input.choose(2) == 0 ? 200 : 503, body: input.content, key: key) {
    require(!message.text.contains(key), "the key comes out")
    require(message.text.count < 3000, "a message without end")
  }
  if let answer = try? PriceAnswer(input.content, of: function, key: key) {
    require(!answer.series.isEmpty, "an answer without a day")
    checkPrices(answer.series, mayLackValues: false)
    var history = PriceHistory(of: function)
    _ = history.add(answer.series, size: .compact, fetched: moment, isWhole: isWhole)
    checkHistory(history)
    let once = history
    let change = history.add(answer.series, size: .compact, fetched: moment, isWhole: isWhole)
    require(change.changedDays.isEmpty && !change.isForgetful || function.isAdjusted, "an answer disagrees with itself")
    if !function.isAdjusted { require(history == once, "the same answer twice changes a history") }
  }
  if let series = try? PriceFolder.series(in: input.content, of: "fuzz") { checkPrices(series, mayLackValues: true) }
  if let splits = try? CorporateActions.splits(in: input.content, key: key) {
    require(splits.allSatisfy { (Double($0.factor) ?? 0) > 0 }, "a split by nothing")
  }
  if let dividends = try? CorporateActions.dividends(in: input.content, key: key) {
    require(zip(dividends, dividends.dropFirst()).allSatisfy { $0.exDay <= $1.exDay }, "dividends out of order")
  }
  if let history = PriceHistory(undigested: input.content) { checkHistory(history) }
  _ = PriceHistory(bytes: input.content)
}

private func checkPrices(_ series: PriceSeries, mayLackValues: Bool) {
  require(zip(series.days, series.days.dropFirst()).allSatisfy { $0 < $1 }, "days out of order")
  for index in series.indices {
    for column in series.columns {
      guard let value = series.value(column, at: index) else {
        require(mayLackValues && column != .close, "a value is lacking")
        continue
      }
      require(isPriceNumber(value), "a value that is no number")
    }
  }
  let points = series.points(series.indices)
  require(points.count == series.count, "a row without a close")
  let summary = PriceSummary(points, interval: .daily)
  require((summary == nil) == points.isEmpty, "prices that cannot be summed up")
  let actions = CorporateActions(in: series)
  guard let last = series.days.last else { return }
  for method in PriceAdjustment.Method.allCases {
    let adjustment = PriceAdjustment(actions, closes: series, method: method, seenFrom: last)
    require(adjustment.factors.allSatisfy { $0.factor > 0 || $0.factor == 0 }, "a factor below zero")
    for index in series.indices.prefix(50) { _ = adjustment.text(.close, at: index, of: series) }
  }
}

private func checkHistory(_ history: PriceHistory) {
  checkPrices(history.series, mayLackValues: false)
  require(PriceHistory(bytes: history.bytes) == history, "writing changes a history")
  guard let fetched = history.fetched else { return }
  let today = NewYork.day(at: fetched)
  let span = today.advanced(by: -1000)...today.advanced(by: 1000)
  let gaps = history.gaps(in: span, now: fetched, maximumAge: TimeSpan(seconds: 60))
  require(
    gaps.allSatisfy { $0.upperBound <= today && $0.lowerBound >= span.lowerBound }, "a gap outside what was asked")
  for day in history.series.days {
    require(!gaps.contains { $0.contains(day) } || day > today, "a day that is known is missing")
  }
}
