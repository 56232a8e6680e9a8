import MillraceCore

/// Currencies and prices.
let moneyGenerators: [GeneratorDescription] = [
  GeneratorDescription("currency", "code and name of a currency as a JSON list: [\"EUR\", \"Euro\"]") {
    (context) throws(Failure) in try CurrencyGenerator.make(context)
  },
  GeneratorDescription("currency_code", "the code of the row's currency: EUR") { (context) throws(Failure) in
    try ThingEntries(.currency, context).column()
  },
  GeneratorDescription("currency_name", "the name of the row's currency: Euro") { (context) throws(Failure) in
    try CurrencyGenerator.make(context)
  },
  GeneratorDescription(
    "currency_symbol", "the symbol of the row's currency: €; currency_symbol(code=\"JPY\")", [.text("code")]
  ) { (context) throws(Failure) in
    guard let code = context.text("code") else { return try ThingEntries(.currency, context).column() }
    let rows = context.locale.common.rows(ThingKind.currency.section)
    guard let row = rows.first(where: { $0[0] == code.uppercased() }) else {
      let near = nearestName(to: code.uppercased(), among: rows.map { $0[0] }).map { "did you mean \($0)?" }
      throw context.failure("there is no currency \"\(printable(code))\"", advice: near)
    }
    return ListGenerator([row[1]], in: context.arena)
  },
  GeneratorDescription("cryptocurrency", "code and name of a cryptocurrency as a JSON list: [\"BTC\", \"Bitcoin\"]") {
    (context) throws(Failure) in try CurrencyGenerator.make(context)
  },
  GeneratorDescription("cryptocurrency_code", "the code of the row's cryptocurrency: BTC") {
    (context) throws(Failure) in try ThingEntries(.cryptocurrency, context).column()
  },
  GeneratorDescription("cryptocurrency_name", "the name of the row's cryptocurrency: Bitcoin") {
    (context) throws(Failure) in try ThingEntries(.cryptocurrency, context).column()
  },
  GeneratorDescription(
    "pricetag", "a price as the locale writes it: $1,234.50; pricetag(min=5, max=80)", [.number("min"), .number("max")]
  ) { (context) throws(Failure) in
    try PriceTagGenerator(context)
  },
]

extension ThingKind {
  static let currency = ThingKind(
    "currency", section: "currencies", columns: ["currency_code": 0, "currency_symbol": 1],
    others: ["currency", "currency_name"])
  static let cryptocurrency = ThingKind(
    "cryptocurrency", section: "cryptocurrencies", columns: ["cryptocurrency_code": 0, "cryptocurrency_name": 1],
    others: ["cryptocurrency"])
}

/// Names of currencies in the locale's language, alone or in a list behind their codes.
enum CurrencyGenerator {
  static func make(_ context: GeneratorContext) throws(Failure) -> any Generator {
    let isCrypto = context.description.name == "cryptocurrency"
    let entries = ThingEntries(isCrypto ? .cryptocurrency : .currency, context)
    var names: [String: String] = [:]
    if !isCrypto {
      for row in context.locale.rows(ThingKind.currency.section) where row.count > 1 { names[row[0]] = row[1] }
    }
    let texts = entries.rows.map { row -> String in
      let name = names[row[0]] ?? row.last ?? row[0]
      return context.description.name == "currency_name"
        ? name : JSONValue.array([.string(row[0]), .string(name)]).json
    }
    let list = TextList(texts, in: context.arena)
    let generator: any Generator =
      context.description.name == "currency_name"
      ? ThingTextGenerator(draw: entries.draw, texts: list) : PairGenerator(draw: entries.draw, texts: list)
    return try context.unique(generator, count: entries.draw.distinctCount)
  }
}

/// The row's entry as JSON.
private struct PairGenerator: Generator {
  let draw: ThingDraw
  let texts: TextList

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    texts.append(draw.entry(draft), to: draft.text)
    return .json
  }
}

/// Prices as a locale writes them. Without a range each number of digits is as likely, from one to five in front of the point.
struct PriceTagGenerator: Generator {
  /// In front, behind; what groups digits, what stands in front of decimals.
  private let texts: TextList
  private let decimals: Int
  /// In the currency's smallest unit.
  private let range: ClosedRange<Int>?

  init(_ context: GeneratorContext) throws(Failure) {
    // `#.###,## €`: the last mark between digits is the decimal point, unless three digits follow.
    let format = context.locale.fact("price_format") ?? "#,###.##"
    let prefix = String(format.prefix { $0 != "#" })
    let rest = format.dropFirst(prefix.count)
    let body = rest.lastIndex(of: "#").map { rest[...$0] } ?? rest
    let marks = body.filter { $0 != "#" }
    let digits = body.split(separator: "#", omittingEmptySubsequences: true)
    let last = body.lastIndex { $0 != "#" }.map { body.distance(from: $0, to: body.endIndex) - 1 } ?? 0
    let hasDecimals = last > 0 && last != 3
    decimals = hasDecimals ? last : 0
    let point = hasDecimals ? String(digits.last ?? ".") : ""
    let group = marks.count > (hasDecimals ? 1 : 0) ? String(digits.first ?? "") : ""
    texts = TextList([prefix, String(rest.dropFirst(body.count)), group, point], in: context.arena)
    guard context.isGiven("min") || context.isGiven("max") else {
      range = nil
      return
    }
    let low = context.number("min") ?? 0
    let high = context.number("max") ?? max(low * 10, 100)
    let scale = ByteBuffer.powersOfTen[decimals]
    guard low >= 0, low <= high, high < 1e12 else {
      throw context.failure("min=\(low), max=\(high): expected a range from 0 to a million millions")
    }
    let (first, final) = ((low * scale).rounded(.up), (high * scale).rounded(.down))
    guard first <= final else { throw context.failure("no price lies between \(low) and \(high)") }
    range = Int(first)...Int(final)
  }

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    let text = draft.text
    let value: Int
    if let range {
      value = random.integer(in: range)
    } else {
      // Where there are no cents, prices have two digits more.
      let digits = random.below(5) + (decimals > 0 ? decimals : 2)
      let least = Int(ByteBuffer.wholePowerOfTen(digits))
      value = least + random.below(9 * least)
    }
    texts.append(0, to: text)
    let scale = Int(ByteBuffer.wholePowerOfTen(decimals))
    appendGrouped(value / scale, to: text)
    if decimals > 0 {
      texts.append(3, to: text)
      text.append(integer: value % scale, width: decimals)
    }
    texts.append(1, to: text)
    return .text
  }

  private func appendGrouped(_ value: Int, to text: ByteBuffer) {
    if value < 1000 { return text.append(integer: value) }
    appendGrouped(value / 1000, to: text)
    texts.append(2, to: text)
    text.append(integer: value % 1000, width: 3)
  }
}
