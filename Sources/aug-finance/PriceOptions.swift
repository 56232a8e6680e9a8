import ArgumentParser
import MillraceCore

/// What is asked for a row.
struct QuestionOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The field that holds the ticker symbol, such as IBM.", valueName: "name"))
  var field: String

  @Option(help: ArgumentHelp("Prices from this day on.", valueName: "date"), transform: readDay)
  var start: CalendarDay?

  @Option(
    help: ArgumentHelp("Prices up to this day, which is today by default.", valueName: "date"), transform: readDay)
  var end: CalendarDay?

  @Option(help: ArgumentHelp("The field that holds each row's first day.", valueName: "name"))
  var startField: String?

  @Option(help: ArgumentHelp("The field that holds each row's last day.", valueName: "name"))
  var endField: String?

  @Option(
    help: ArgumentHelp(
      "Add the price as of the day in this field, with its date, instead of a list.", valueName: "name"))
  var atField: String?

  @Option(
    help: ArgumentHelp(
      "With --at-field, on a day without trading: the price of the day before, of the day after, or none. previous by default.",
      valueName: "previous|next|exact"))
  var align: PriceAlignment?

  @Option(help: ArgumentHelp("What one price stands for.", valueName: "daily|weekly|monthly"))
  var period = PriceInterval.daily

  func validate() throws {
    for (name, value) in [
      ("field", field), ("start-field", startField), ("end-field", endField), ("at-field", atField),
    ] where value == "" {
      throw ValidationError("--\(name) must name a field")
    }
    if start != nil, startField != nil { throw ValidationError("--start and --start-field exclude each other") }
    if end != nil, endField != nil { throw ValidationError("--end and --end-field exclude each other") }
    if atField != nil, start != nil || end != nil || startField != nil || endField != nil {
      throw ValidationError("--at-field names the one day itself: --start and --end do not go with it")
    }
    if align != nil, atField == nil { throw ValidationError("--align needs --at-field") }
    if let start, let end, start > end { throw ValidationError("--start \(start) lies behind --end \(end)") }
  }

  /// - Throws: a usage failure for a start that is still to come.
  func asking(today: CalendarDay) throws(Failure) -> PriceAsking {
    if let start, start > today {
      throw Failure(.usage, "--start \(start) is still to come: in New York it is \(today)")
    }
    func day(_ day: CalendarDay?, _ field: String?) -> PriceAsking.Day? {
      day.map { .always($0) } ?? field.map { .field(FieldName($0)) }
    }
    return PriceAsking(
      symbol: FieldName(field), start: day(start, startField), end: day(end, endField),
      at: atField.map { FieldName($0) }, alignment: align ?? .previous, interval: period, today: today)
  }

  var parameters: [JSONValue.Member] {
    let texts: [(String, String?)] = [
      ("field", field), ("start", start?.text), ("end", end?.text), ("start-field", startField),
      ("end-field", endField), ("at-field", atField), ("align", atField == nil ? nil : (align ?? .previous).rawValue),
      ("period", period.rawValue),
    ]
    return texts.compactMap { name, text in text.map { .init(name, .string($0)) } }
  }
}

@Sendable private func readDay(_ text: String) throws -> CalendarDay {
  guard let day = CalendarDay(text) else {
    throw Failure(.usage, "expected a date such as 2021-03-05, not \"\(printable(text))\"")
  }
  return day
}

/// Where prices come from.
struct SourceOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Where prices come from: alphavantage, or csv:FOLDER with a file SYMBOL.csv for each symbol.",
      valueName: "alphavantage|csv:FOLDER"))
  var source = PriceSourceName.alphaVantage

  @Option(
    help: ArgumentHelp(
      "How Alpha Vantage is to write its answers. A JSON text that was cut off is always found out.",
      valueName: "json|csv"))
  var datatype = AlphaVantage.DataType.json

  @Option(
    help: ArgumentHelp("Requests a minute that the key allows, or none for no limit.", valueName: "number|none"))
  var requestsPerMinute = RequestLimit(most: 5)

  @Option(
    help: ArgumentHelp("Requests a day that the key allows, or none for no limit.", valueName: "number|none"))
  var requestsPerDay = RequestLimit(most: 25)

  /// At most so many in any minute and any day.
  var budgets: [RequestBudget] {
    [(requestsPerMinute.most, 60.0), (requestsPerDay.most, 86_400.0)].compactMap { most, seconds in
      most.map { RequestBudget(requests: $0, seconds: seconds, margin: 1) }
    }
  }

  /// Seconds between requests: one, or less for a key that allows more than sixty a minute.
  var usualInterval: Double {
    min(AlphaVantage.usualInterval, requestsPerMinute.most.map { 60 / Double($0) } ?? 0)
  }

  /// Whether a day's requests may be spent before all is there.
  var isLimited: Bool { source == .alphaVantage && requestsPerDay.most != nil }

  /// Whether any option was said that files do not heed.
  var saysHowToAsk: Bool {
    datatype != .json || requestsPerMinute != RequestLimit(most: 5) || requestsPerDay != RequestLimit(most: 25)
  }

  var parameters: [JSONValue.Member] {
    let name = JSONValue.Member("source", .string(source.defaultValueDescription))
    guard case .alphaVantage = source else { return [name] }
    return [
      name, .init("datatype", .string(datatype.rawValue)),
      .init("requests-per-minute", .string(requestsPerMinute.defaultValueDescription)),
      .init("requests-per-day", .string(requestsPerDay.defaultValueDescription)),
    ]
  }
}

/// A source by its name.
enum PriceSourceName: Sendable, Equatable, ExpressibleByArgument {
  case alphaVantage
  case folder(String)

  init?(argument: String) {
    if argument == "alphavantage" {
      self = .alphaVantage
    } else if argument.hasPrefix("csv:"), argument != "csv:" {
      self = .folder(String(argument.dropFirst("csv:".count)))
    } else {
      return nil
    }
  }

  var defaultValueDescription: String {
    switch self {
    case .alphaVantage: "alphavantage"
    case .folder(let path): "csv:\(path)"
    }
  }
}

/// A number of requests, or none at all as a limit.
struct RequestLimit: Sendable, Equatable, ExpressibleByArgument {
  var most: Int?

  private static let range = 1...10_000

  init(most: Int?) { self.most = most }

  init?(argument: String) {
    if argument == "none" {
      most = nil
    } else if let number = Int(argument), Self.range.contains(number) {
      most = number
    } else {
      return nil
    }
  }

  var defaultValueDescription: String { most.map { String($0) } ?? "none" }
}

/// What goes into a row.
struct AddedOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Fields of a price, or of a summary, beside status. Of a price: \(PriceField.allCases.map(\.rawValue).joined(separator: ", ")); of a summary: \(SummaryField.allCases.map(\.rawValue).joined(separator: ", ")).",
      valueName: "a,b,c"),
    transform: { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) })
  var fields: [String]?

  @Flag(help: "Write a row for each day, with the day's prices as the row's fields.")
  var explode = false

  @Flag(
    help:
      "Add what sums the prices up: the first, last, lowest, highest and mean close, return, volatility, the largest fall, the volume."
  )
  var summarise = false

  @Flag(
    help:
      "Adjust prices and volumes for the splits and dividends behind their day, so that they compare. As they were paid by default."
  )
  var adjusted = false

  @Option(
    help: ArgumentHelp(
      "With --adjusted: by splits and dividends, which is the default for daily prices, or by the service's adjusted close, which it gives for weekly and monthly prices, and for daily ones to premium keys.",
      valueName: "actions|service"))
  var adjustedBy: AdjustmentBasis?

  @Option(help: ArgumentHelp("What the names of the added fields begin with.", valueName: "text"))
  var prefix = ""

  func validate() throws {
    if adjustedBy != nil, !adjusted { throw ValidationError("--adjusted-by needs --adjusted") }
    if explode, summarise { throw ValidationError("--explode and --summarise exclude each other") }
    if let fields {
      do throws(Failure) {
        _ = try PriceLayout.fields(named: fields, summarises: summarise, isAdjusted: adjusted)
      } catch {
        throw ValidationError("--fields: \(error.description)")
      }
    }
  }

  func layout(isAsOf: Bool) throws(Failure) -> PriceLayout {
    try PriceLayout(
      shape: summarise ? .summary : isAsOf ? .asOf : explode ? .exploded : .nested, fields: fields,
      isAdjusted: adjusted, basis: adjustedBy, prefix: prefix)
  }

  var parameters: [JSONValue.Member] {
    (fields.map { [.init("fields", .array($0.map { .string($0) }))] } ?? []) + [
      .init("explode", .bool(explode)), .init("summarise", .bool(summarise)), .init("adjusted", .bool(adjusted)),
      .init("prefix", .string(prefix)),
    ] + (adjustedBy.map { [.init("adjusted-by", .string($0.rawValue))] } ?? [])
  }
}

extension AdjustmentBasis: ExpressibleByArgument {}
extension PriceAlignment: ExpressibleByArgument {}
extension PriceInterval: ExpressibleByArgument {}
extension AlphaVantage.DataType: ExpressibleByArgument {}
