import AugmenterSupport
import MillraceCore
import ScriptedAlphaVantage
import Support
import Testing

/// Adjusted prices, against what the service's own adjusted closes are.
@Suite struct AdjustedRowsTests {
  private static let arguments =
    [
      "tickers.csv", "--field", "symbol", "--adjusted", "--to", "ndjson", "--fields",
      "date,open,high,low,close,volume,factor,unadjusted_close", "-o", "out.ndjson",
    ] + FinanceDesk.patience

  /// Two-for-one and one-for-ten, 1.0460, dividends beside splits, and dividends that are still to come.
  private static let symbols = ["IBM", "SPLIT1", "SPLIT2", "DIV1", "DIV2", "PLAIN1", "AAA", "ABB", "HUGE1"]

  @Test(arguments: ["json", "csv"])
  func wholeHistoriesAreAdjustedAsTheServiceAdjustsThem(datatype: String) async throws {
    let desk = FinanceDesk(["--premium"])
    desk.writeSymbols(Self.symbols)
    let outcome = await desk.run(Self.arguments + ["--start", "2019-12-02", "--datatype", datatype])
    #expect(outcome.status == 0, "\(outcome.errorText)")
    let contexts = try desk.contexts("out.ndjson.prov")
    for (number, symbol) in Self.symbols.enumerated() {
      let history = desk.history(symbol)
      let points = history.points.filter { $0.day >= GregorianDay(2019, 12, 2) }
      try expectAdjusted(try JSONValue.parse(desk.rows("out.ndjson")[number]), points, history)
      try expectFactors(contexts[number], points, history, upTo: desk.moment.day, symbol)
    }
    // IBM's one split is a fraction.
    let factors = contexts[0]["details"]?["factors"]?.elements ?? []
    let split = factors.filter { $0["kind"]?.text == "split" }
    #expect(split.count == 1 && split[0]["date"]?.text == "2021-11-04" && split[0]["amount"]?.text == "1.0460")
    #expect(try desk.requests().count == 3 * Self.symbols.count)
  }

  @Test func theLastHundredDaysOfAFreeKeyAreAdjustedToo() async throws {
    let desk = FinanceDesk()
    desk.writeSymbols(Self.symbols)
    let outcome = await desk.run(Self.arguments)
    #expect(outcome.status == 0, "\(outcome.errorText)")
    for (row, symbol) in zip(desk.rows("out.ndjson"), Self.symbols) {
      let history = desk.history(symbol)
      try expectAdjusted(try JSONValue.parse(row), history.points.suffix(100), history)
    }
    #expect(try desk.requests().allSatisfy { $0.outputSize != "full" })
    // Prices as they were paid are the same requests' answers.
    let sent = desk.logLength
    let paid = await desk.run(["tickers.csv", "--field", "symbol", "--to", "ndjson", "-o", "paid.ndjson"])
    #expect(paid.status == 0)
    #expect(desk.holdsLatestRows("paid.ndjson", of: Self.symbols))
    #expect(desk.logLength == sent)
  }

  /// A span that ended years ago is seen from today: splits behind it count.
  @Test func whatHappenedBehindTheSpanCounts() async throws {
    let desk = FinanceDesk(["--premium"])
    desk.writeSymbols(Self.symbols)
    let outcome = await desk.run(Self.arguments + ["--start", "2020-03-02", "--end", "2020-05-29"])
    #expect(outcome.status == 0, "\(outcome.errorText)")
    for (row, symbol) in zip(desk.rows("out.ndjson"), Self.symbols) {
      let history = desk.history(symbol)
      let points = history.points.filter {
        (GregorianDay(2020, 3, 2)...GregorianDay(2020, 5, 29)).contains($0.day)
      }
      try expectAdjusted(try JSONValue.parse(row), points, history)
    }
  }

  @Test func aSpanThatAFreeKeyCannotKnowHasNoPrices() async throws {
    let desk = FinanceDesk()
    desk.writeSymbols(["DIV1"])
    #expect(await desk.run(Self.arguments + ["--start", "2020-03-02", "--end", "2020-05-29"]).status == 0)
    let row = try JSONValue.parse(desk.rows("out.ndjson")[0])
    #expect(row["status"]?.text == "partial")
    #expect(row["prices"]?.elements?.count == 0)
  }

  @Test(arguments: ["weekly", "monthly", "daily"], ["json", "csv"])
  func theServicesAdjustedCloseIsTakenAsItIs(period: String, datatype: String) async throws {
    let desk = FinanceDesk(period == "daily" ? ["--premium"] : [])
    desk.writeSymbols(Self.symbols)
    let outcome = await desk.run(
      Self.arguments + ["--start", "2019-12-02", "--period", period, "--datatype", datatype]
        + (period == "daily" ? ["--adjusted-by", "service"] : []))
    #expect(outcome.status == 0, "\(outcome.errorText)")
    for (row, symbol) in zip(desk.rows("out.ndjson"), Self.symbols) {
      let unit: InventedHistory.Period = period == "weekly" ? .week : period == "monthly" ? .month : .day
      let points = desk.history(symbol).points(by: unit).filter { $0.day >= GregorianDay(2019, 12, 2) }
      let prices = try JSONValue.parse(row)["prices"]?.elements ?? []
      #expect(prices.map { $0["date"]?.text } == points.map(\.day.text), "\(symbol)")
      #expect(prices.map { $0["close"]?.json } == points.map(\.adjustedClose.description), "\(symbol)")
      #expect(prices.map { $0["unadjusted_close"]?.json } == points.map(\.close.description), "\(symbol)")
      for (price, point) in zip(prices, points) {
        let factor = point.adjustedClose.value / point.close.value
        #expect(abs(Self.number(price, "factor") - factor) < 1e-12, "\(symbol)")
        #expect(abs(Self.number(price, "high") - point.high.value * factor) <= 1e-5 * factor + 1e-6, "\(symbol)")
      }
    }
    let function = "TIME_SERIES_\(period.uppercased())_ADJUSTED"
    #expect(try desk.requests().map(\.function).counts == [function: Self.symbols.count])
  }

  // MARK: Expectations

  private static func number(_ value: JSONValue, _ name: String) -> Double {
    value[name].flatMap { Double($0.json) } ?? .nan
  }

  /// The service prints adjusted closes with four decimals.
  private func expectAdjusted(
    _ row: JSONValue, _ points: some BidirectionalCollection<InventedPoint>, _ history: InventedHistory
  ) throws {
    let symbol = history.symbol
    #expect(row["status"]?.text == (points.isEmpty ? "no_prices" : "ok"), "\(symbol)")
    let prices = row["prices"]?.elements ?? []
    #expect(prices.map { $0["date"]?.text } == points.map(\.day.text), "\(symbol)")
    #expect(prices.map { $0["unadjusted_close"]?.json } == points.map(\.close.description), "\(symbol)")
    var wrong: [String] = []
    for (price, point) in zip(prices, points) {
      let factor = Self.number(price, "factor")
      if !(abs(Self.number(price, "close") - point.adjustedClose.value) <= 0.000_051) { wrong.append(price.json) }
      for (name, paid) in [("open", point.open), ("high", point.high), ("low", point.low)]
      where !(abs(Self.number(price, name) - paid.value * factor) <= 0.000_001) { wrong.append(price.json) }
      let later = history.splits.filter { $0.day > point.day }
      let volume = (Double(point.volume) * later.reduce(1) { $0 * $1.factor.value }).rounded()
      if !(abs(Self.number(price, "volume") - volume) <= 1) { wrong.append(price.json) }
    }
    #expect(wrong.isEmpty, "\(symbol): \(wrong.count) such as \(wrong.first ?? "")")
    // A price behind the last event is told as it came.
    for (price, point) in zip(prices, points) where point.day == history.points.last?.day {
      #expect(
        price["close"]?.json == point.close.description && price["volume"]?.json == "\(point.volume)", "\(symbol)")
    }
  }

  /// The record names every event behind the first day and up to today, and no dividend that is still to come.
  private func expectFactors(
    _ context: JSONValue, _ points: [InventedPoint], _ history: InventedHistory, upTo today: GregorianDay,
    _ symbol: String
  ) throws {
    guard let first = points.first else { return }
    let told = context["details"]?["factors"]?.elements ?? []
    let events =
      history.splits.filter { $0.day > first.day }.map { "\($0.day.text) split \($0.factor.value)" }
      + history.dividends.filter { $0.exDay > first.day && $0.exDay <= today }.map {
        "\($0.exDay.text) dividend \($0.amount.value)"
      }
    let toldEvents = told.map { factor in
      let amount = Double(factor["amount"]?.text ?? "") ?? .nan
      return "\(factor["date"]?.text ?? "") \(factor["kind"]?.text ?? "") \(amount)"
    }
    #expect(toldEvents == events.sorted(), "\(symbol)")
    let product = told.reduce(1) { $0 * Self.number($1, "factor") }
    #expect(abs(product - first.adjustedClose.value / first.close.value) < 1e-4, "\(symbol)")
  }
}
