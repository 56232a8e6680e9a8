import Glibc
import MillraceCore

/// Goods of a shop: name, department, material, price and article number of one product in each row.
let productGenerators: [GeneratorDescription] = [
  GeneratorDescription("product_name", "a product with an adjective or its material: Premium Oak Desk") { context in
    ProductNameGenerator(context)
  },
  GeneratorDescription("product", "the row's product in a word: Desk") { (context) throws(Failure) in
    try ProductEntries(context).entries.column()
  },
  GeneratorDescription("department", "the department of a shop that sells the row's product: Furniture") {
    (context) throws(Failure) in try ProductEntries(context).entries.column()
  },
  GeneratorDescription("material", "what the row's product is made of: Oak") { context in
    ProductWordGenerator(context, section: "materials", purpose: ProductEntries.materialPurpose)
  },
  GeneratorDescription("product_adjective", "what the row's product is said to be: Premium") { context in
    ProductWordGenerator(context, section: "product_adjectives", purpose: ProductEntries.adjectivePurpose)
  },
  GeneratorDescription(
    "price", "what the row's product costs in the locale's money: 34.99; price(min=5, max=80)",
    [.number("min"), .number("max"), .integer("decimals"), .text("symbol", "")]
  ) { (context) throws(Failure) in
    try PriceGenerator(context)
  },
  GeneratorDescription("sku", "the article number of a product, by its department: FUR-482137-QX") {
    (context) throws(Failure) in
    try context.unique(ArticleNumberGenerator(context), count: ArticleNumberGenerator.count)
  },
]

/// The products of a locale, those of a large department no more often than its weight says.
struct ProductEntries {
  static let adjectivePurpose: UInt64 = 1
  static let materialPurpose: UInt64 = 2
  static let formatPurpose: UInt64 = 3

  let entries: ThingEntries

  init(_ context: GeneratorContext) {
    let lists = context.locale
    let departments = Dictionary(
      lists.rows("departments").map { ($0[0], $0.count > 1 ? Double($0[1]) ?? 1 : 1) }
    ) { first, _ in first }
    let counts = Dictionary(lists.rows("products").map { ($0[1], 1.0) }, uniquingKeysWith: +)
    // A row that says a material has a product that is made of one.
    let needsMaterial = context.compiler.things.generators(of: context.thing(.product)).contains("material")
    entries = ThingEntries(.product, context) { row in
      if needsMaterial, !Self.hasMaterial(row) { return 0 }
      return departments[row[1], default: 1] / counts[row[1], default: 1]
    }
  }

  /// Whether a product is named after what it is made of.
  static func hasMaterial(_ row: [String]) -> Bool { row.count > 4 && row[4] == "yes" }
}

/// A product with what shops say of it.
struct ProductNameGenerator: Generator {
  private let draw: ThingDraw
  private let products: TextList
  private let hasMaterial: Constants<Bool>
  private let adjectives: WeightedTexts
  private let materials: WeightedTexts
  /// Where a product's material can be named, and where not.
  private let formats: TextPatterns
  private let plainFormats: TextPatterns

  private static let slots = ["adjective", "material", "product"]

  init(_ context: GeneratorContext) {
    let entries = ProductEntries(context).entries
    draw = entries.draw
    products = entries.texts(0)
    hasMaterial = context.arena.constants(entries.rows.map { ProductEntries.hasMaterial($0) })
    adjectives = context.locale.weighted("product_adjectives", in: context.arena)
    materials = context.locale.weighted("materials", in: context.arena)
    let rows = context.locale.rows("product_formats")
    func patterns(_ rows: [[String]]) -> TextPatterns {
      TextPatterns(
        rows.map { $0[0] }, weights: rows.map { $0.count > 1 ? Double($0[1]) ?? 1 : 1 }, slots: Self.slots,
        alphabet: .init(hasFills: false), in: context.arena)
    }
    formats = patterns(rows)
    plainFormats = patterns(rows.filter { !$0[0].contains("{material}") })
  }

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    let entry = draw.entry(draft)
    let patterns = hasMaterial[entry] ? formats : plainFormats
    patterns.append(patterns.index(for: draw.bits(draft, ProductEntries.formatPurpose)), to: draft.text, &random) {
      slot in
      switch slot {
      case 0:
        let number = adjectives.weights.index(for: draw.bits(draft, ProductEntries.adjectivePurpose))
        adjectives.texts.append(number, to: draft.text)
      case 1:
        let number = materials.weights.index(for: draw.bits(draft, ProductEntries.materialPurpose))
        materials.texts.append(number, to: draft.text)
      default: products.append(entry, to: draft.text)
      }
    }
    return .text
  }
}

/// The adjective or the material of the row's product.
struct ProductWordGenerator: Generator {
  private let draw: ThingDraw
  private let words: WeightedTexts
  private let purpose: UInt64

  init(_ context: GeneratorContext, section: String, purpose: UInt64) {
    draw = ProductEntries(context).entries.draw
    words = context.locale.weighted(section, in: context.arena)
    self.purpose = purpose
  }

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    words.texts.append(words.weights.index(for: draw.bits(draft, purpose)), to: draft.text)
    return .text
  }
}

/// What a product costs: cheap ones are more, and most prices end as those in shops do.
struct PriceGenerator: Generator {
  private struct Range: BitwiseCopyable {
    var low: Double
    var high: Double
  }

  /// How the last digits are chosen.
  private enum Ending: Sendable {
    /// `.99`, `.95`, `.00`, or any.
    case cents
    /// Tens of a currency without smaller units.
    case tens
    case any
  }

  private let draw: ThingDraw?
  /// Of each product; one where the schema says it.
  private let ranges: Constants<Range>
  private let decimals: Int
  private let ending: Ending
  private let symbol: TextList
  private let hasSymbol: Bool

  init(_ context: GeneratorContext) throws(Failure) {
    let currency = context.locale.fact("currency") ?? ""
    let row = context.locale.common.rows("currencies").first { $0[0] == currency }
    let usual = row.flatMap { $0.count > 2 ? Int($0[2]) : nil } ?? 2
    decimals = try context.integer("decimals", 0...6, else: usual)
    ending = decimals != usual ? .any : decimals == 2 ? .cents : decimals == 0 ? .tens : .any
    symbol = TextList([context.text("symbol") ?? ""], in: context.arena)
    hasSymbol = context.text("symbol") ?? "" != ""
    if context.isGiven("min") || context.isGiven("max") {
      let low = context.number("min") ?? 0
      let high = context.number("max") ?? max(low, 1) * 100
      guard low >= 0, low <= high, high <= 1e12 else {
        throw context.failure("min=\(low) and max=\(high), where 0 <= min <= max <= 1000000000000 is possible")
      }
      draw = nil
      ranges = context.arena.constants([Range(low: low, high: high)])
    } else {
      let entries = ProductEntries(context).entries
      draw = entries.draw
      ranges = context.arena.constants(
        entries.rows.map { Range(low: entries.number(2, of: $0), high: entries.number(3, of: $0)) })
    }
  }

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    let range = ranges[draw?.entry(draft) ?? 0]
    // Evenly over the logarithm, from a tenth of a percent of the greatest price on.
    let base = max(range.low, range.high / 1000)
    let share = random.unit()
    var value = base > 0 ? base * pow(range.high / base, share) : 0
    if range.low < base { value = range.low + (value - base) * (range.high - range.low) / (range.high - base) }
    let factor = ByteBuffer.powersOfTen[decimals]
    let ended = end(value, random.unit())
    if (range.low...range.high).contains(ended) { value = ended }
    value = (value * factor).rounded() / factor
    // On the grid of the decimals, within the range.
    if value < range.low { value = (range.low * factor).rounded(.up) / factor }
    if value > range.high { value = (range.high * factor).rounded(.down) / factor }
    if hasSymbol { symbol.append(0, to: draft.text) }
    draft.text.append(number: value, decimals: decimals)
    if hasSymbol { return CellContent(.text, value) }
    return CellContent(decimals == 0 ? .integer : .number, value)
  }

  private func end(_ value: Double, _ chance: Double) -> Double {
    switch ending {
    case .any: return value
    case .tens: return value < 1000 ? (value / 10).rounded() * 10 : (value / 100).rounded(.down) * 100 + 80
    case .cents:
      let whole = value.rounded(.down)
      return chance < 0.6 ? whole + 0.99 : chance < 0.75 ? whole + 0.95 : chance < 0.9 ? max(whole, 1) : value
    }
  }
}

/// A number by which a shop knows a product.
struct ArticleNumberGenerator: Generator {
  /// Six digits and two letters that no digit looks like.
  static let count: UInt64 = 1_000_000 * 24 * 24
  private static let letters = Array("ABCDEFGHJKLMNPQRSTUVWXYZ".utf8)

  private let draw: ThingDraw
  private let prefixes: TextList
  private let letters: Constants<UInt8>
  /// Of a field that is another in every row.
  private let order: PermutedIndex?

  init(_ context: GeneratorContext) {
    let entries = ProductEntries(context).entries
    draw = entries.draw
    letters = context.arena.constants(Self.letters)
    let departments = context.locale.rows("departments").map { $0[0] }
    prefixes = TextList(
      entries.rows.map { Self.prefix(of: $0[1], number: departments.firstIndex(of: $0[1]) ?? 0) }, in: context.arena)
    order =
      context.spec.isUnique ? PermutedIndex(count: Self.count, key: context.key.child("unique")) : nil
  }

  /// The first letters of a department; where they are not Latin, letters that stand for its number.
  private static func prefix(of department: String, number: Int) -> String {
    let name = asciiLetters(of: department).uppercased().filter { $0.isLetter && $0.isASCII }
    if name.count >= 3 { return String(name.prefix(3)) + "-" }
    let own = [number / 24 % 24, number % 24, (number * 7 + 5) % 24].map { Character(UnicodeScalar(letters[$0])) }
    return String(own) + "-"
  }

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    let number = order.map { $0(draft.row % Self.count) } ?? random.below(Self.count)
    prefixes.append(draw.entry(draft), to: draft.text)
    draft.text.append(integer: Int(number / 576), width: 6)
    draft.text.append(UInt8(ascii: "-"))
    draft.text.append(letters[Int(number / 24 % 24)])
    draft.text.append(letters[Int(number % 24)])
    return .text
  }
}
