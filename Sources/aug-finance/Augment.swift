import ArgumentParser
import MillraceCore

/// Adds the prices of a symbol to each row.
struct Augment: FilterCommand {
  static let configuration = CommandConfiguration(
    abstract: "Add prices to rows (the default).",
    discussion: """
      Each row gets two fields: status, and prices, which lists date, open, high, low, close and volume of each day. \
      Without --start and --end these are the last hundred. --explode writes a row for each day, --summarise adds columns \
      that sum the days up, and --at-field adds the price as of one day:
        $ aug-finance tickers.csv -o out.csv --field symbol \\
            --start 2021-01-01 --end 2021-12-31 --explode
      Prices come from Alpha Vantage, whose key stands in ALPHAVANTAGE_API_KEY, or from files of yours with --source. A free \
      key may ask 25 times a day and 5 times a minute. All processes of a user keep to that together, today's answers are \
      kept for a day, and those about days that are over for ever: when the day's requests are spent, the run writes what it \
      has, marks the other rows, ends with status 75, and the same command goes on from there on the next day.
      Numbers stand as the source spells them. Dates are those of the exchange; there are no prices on its weekends and \
      holidays.
      """)
  static let defaultContext = ContextLevel.rows
  /// How long an answer about days that may still change is believed.
  static let usualCacheAge = TimeSpan(seconds: 86_400)

  @OptionGroup(title: "Input") var input: InputOptions
  @OptionGroup(title: "Question") var question: QuestionOptions
  @OptionGroup(title: "Source") var source: SourceOptions
  @OptionGroup(title: "Prices") var added: AddedOptions
  @OptionGroup(title: "Network") var network: NetworkOptions
  @OptionGroup(title: "Format") var format: FormatOptions
  @OptionGroup var common: CommonOptions

  var parameters: [JSONValue.Member] {
    let sending = source.source == .alphaVantage ? network.parameters(usualAge: Self.usualCacheAge) : []
    return input.parameters + question.parameters + source.parameters + sending + added.parameters + format.parameters
  }

  func validate() throws {
    if source.source != .alphaVantage, network.isUsed || source.saysHowToAsk {
      throw ValidationError("--source csv: sends nothing: the options of the network do not go with it")
    }
    if question.atField != nil, added.explode || added.summarise {
      throw ValidationError("--at-field adds one price: --explode and --summarise do not go with it")
    }
    if added.adjustedBy == .actions, question.period != .daily, source.source == .alphaVantage {
      throw ValidationError("--adjusted-by actions goes with daily prices: others are adjusted by the service")
    }
  }

  func run(in stage: Stage) throws(Failure) {
    let today = NewYork.day(at: stage.surroundings.clock.now())
    let asking = try question.asking(today: today)
    let layout = try added.layout(isAsOf: question.atField != nil)
    if let end = question.end, end > today {
      stage.diagnostics.warning("--end \(end) is still to come: prices are known up to \(today) at most")
    }
    try stage.augment(
      PriceAugmenter(
        source: priceSource(today: today, in: stage), asking: asking, layout: layout, isLimited: source.isLimited),
      reading: input, writing: format)
  }

  private func priceSource(today: CalendarDay, in stage: Stage) throws(Failure) -> any PriceSource {
    switch source.source {
    case .folder(let path):
      return FolderPrices(
        try PriceFolder(path), interval: question.period, stopsAtBadFile: input.onError == .fail, open: stage.opener)
    case .alphaVantage:
      let alphaVantage = try AlphaVantage(
        base: network.baseUrl ?? AlphaVantage.usualBase, key: stage.surroundings.environment[AlphaVantage.keyVariable],
        dataType: source.datatype)
      let service = network.service(
        named: AlphaVantage.serviceName, folder: AugFinance.cachedService, host: alphaVantage.host,
        key: alphaVantage.budgetKey,
        usualInterval: source.usualInterval, budgets: source.budgets, usualAge: Self.usualCacheAge,
        limits: AugFinance.cacheLimits, in: stage)
      return AlphaVantagePrices(
        alphaVantage, service: service, function: function,
        asksForActions: function == .daily && added.adjusted, clock: stage.surroundings.clock, today: today,
        maximumAge: network.cacheAge ?? Self.usualCacheAge)
    }
  }

  private var function: PriceFunction {
    switch question.period {
    case .daily: added.adjusted && added.adjustedBy == .service ? .dailyAdjusted : .daily
    case .weekly: added.adjusted ? .weeklyAdjusted : .weekly
    case .monthly: added.adjusted ? .monthlyAdjusted : .monthly
    }
  }
}
