import MillraceCore

/// Numbers of goods: GTINs with their check digits.
let tradeNumberGenerators: [GeneratorDescription] = [
  GeneratorDescription(
    "ean", "a bar code with its check digit, whose first digits are the locale's: ean(length=13), ean(length=8)",
    [.integer("length", 13), .list("prefixes")]
  ) { (context) throws(Failure) in
    let length = try context.integer("length", 8...13, else: 13)
    guard length == 8 || length == 13 else { throw context.failure("length=\(length), where 8 or 13 is possible") }
    return try TradeNumberGenerator(context, length: length)
  },
  GeneratorDescription("ean8", "a bar code of 8 digits", [.list("prefixes")]) { (context) throws(Failure) in
    try TradeNumberGenerator(context, length: 8)
  },
  GeneratorDescription(
    "ean13", "a bar code of 13 digits; leading_zero says whether its first is 0",
    [.boolean("leading_zero"), .list("prefixes")]
  ) { (context) throws(Failure) in
    try TradeNumberGenerator(context, length: 13, leadingZero: context.boolean("leading_zero"))
  },
  GeneratorDescription(
    "upc_a", "a bar code of 12 digits, as the USA and Canada have them", [.integer("number_system_digit")]
  ) { (context) throws(Failure) in
    let system =
      context.isGiven("number_system_digit")
      ? [try context.integer("number_system_digit", 0...9, else: 0)]
      : [0, 1, 6, 7, 8, 9]
    return try TradeNumberGenerator(context, length: 12, prefixes: system.map { "\($0)" })
  },
]

/// Digits behind a prefix, and a check digit (GS1 General Specifications, 7.9).
struct TradeNumberGenerator: NumberedGenerator {
  private let prefixes: TextList
  /// With the check digit.
  private let length: Int
  /// 10 to the power of how many digits lie between prefix and check digit.
  private let span: Int
  let count: UInt64

  /// Prefixes of the organisations of countries (GS1); of the USA those that are no coupons and in-store numbers.
  private static let countries: [String: [ClosedRange<Int>]] = [
    "en_US": [1...19, 30...39, 60...139], "en_GB": [500...509], "de_DE": [400...440], "fr_FR": [300...379],
    "es_ES": [840...849], "it_IT": [800...839], "pt_BR": [789...790], "nl_NL": [870...879], "pl_PL": [590...590],
    "ja_JP": [450...459, 490...499], "zh_CN": [690...699],
  ]

  init(_ context: GeneratorContext, length: Int, leadingZero: Bool? = nil) throws(Failure) {
    var prefixes: [String]
    if let given = context.list("prefixes"), !given.isEmpty {
      prefixes = given.map { $0.text ?? $0.json }
    } else {
      prefixes = (Self.countries[context.locale.name] ?? [1...19]).flatMap { $0 }.map { padded($0, 3) }
      // Short numbers that begin with 0 are for use within one shop.
      if length == 8 { prefixes = prefixes.filter { !$0.hasPrefix("0") } }
    }
    if let leadingZero {
      let fitting = prefixes.filter { $0.hasPrefix("0") == leadingZero }
      // A country that has none with or without 0 gets what it asks for all the same.
      prefixes = !fitting.isEmpty ? fitting : leadingZero ? ["0"] : (1...9).map { "\($0)" }
    }
    try self.init(context, length: length, prefixes: prefixes)
  }

  init(_ context: GeneratorContext, length: Int, prefixes: [String]) throws(Failure) {
    self.length = length
    let sizes = Set(prefixes.map(\.utf8.count))
    guard let size = sizes.first, sizes.count == 1, size < length, prefixes.count <= 10_000,
      prefixes.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } })
    else { throw context.failure("prefixes: expected digits, all of one length below \(length)") }
    var seen: Set<String> = []
    self.prefixes = TextList(prefixes.filter { seen.insert($0).inserted }, in: context.arena)
    span = Int(ByteBuffer.wholePowerOfTen(length - 1 - size))
    count = UInt64(seen.count) * UInt64(span)
  }

  func generate(_ index: UInt64, _ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    let text = draft.text
    let start = text.count
    var code = MixedRadix(index)
    let prefix = code.take(prefixes.count)
    prefixes.append(prefix, to: text)
    let middle = length - 1 - (text.count - start)
    if middle > 0 { text.append(integer: code.take(span), width: middle) }
    text.appendTradeCheckDigit(from: start)
    return .text
  }
}

extension ByteBuffer {
  /// The check digit of all digits from a place on: weights 3 and 1, 3 for the last.
  func appendTradeCheckDigit(from start: Int) {
    var sum = 0
    var weight = 3
    for place in stride(from: count - 1, through: start, by: -1) {
      sum += digit(place) * weight
      weight = 4 - weight
    }
    append(digit: (10 - sum % 10) % 10)
  }
}
