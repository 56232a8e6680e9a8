import MillraceCore

/// Banks and accounts: name, code and account number of one bank in each row.
let bankGenerators: [GeneratorDescription] = [
  GeneratorDescription("bank", "the name of the row's bank, one of the locale's country") {
    (context) throws(Failure) in try ThingEntries(.bank, context).column()
  },
  GeneratorDescription("bank_country", "the code of the country that the locale's banks are in: DE") { context in
    ListGenerator([context.locale.fact("country") ?? "US"], in: context.arena)
  },
  GeneratorDescription(
    "iban",
    "an account of the row's bank with its check digits: DE89370400440532013000; of a British one where a country has none"
  ) { (context) throws(Failure) in
    try AccountGenerator.make(context, isInternational: true)
  },
  GeneratorDescription("bban", "an account of the row's bank as its country writes it") { (context) throws(Failure) in
    try AccountGenerator.make(context, isInternational: false)
  },
  GeneratorDescription("aba", "the routing number of an American bank with its check digit: 021000021") { context in
    RoutingNumberGenerator()
  },
  GeneratorDescription(
    "swift", "the BIC of the row's bank, of 8 or 11 characters: swift(length=8)",
    [.integer("length"), .boolean("primary", false), .boolean("use_dataset", false)]
  ) { (context) throws(Failure) in
    guard context.isGiven("length") else { return BankCodeGenerator(context, lengths: [8, 11]) }
    let length = try context.integer("length", 8...11, else: 8)
    guard length == 8 || length == 11 else { throw context.failure("length=\(length), where 8 or 11 is possible") }
    return BankCodeGenerator(context, lengths: [length])
  },
  GeneratorDescription("swift8", "the BIC of the row's bank: DEUTDEFF", [.boolean("use_dataset", false)]) { context in
    BankCodeGenerator(context, lengths: [8])
  },
  GeneratorDescription(
    "swift11", "the BIC of a branch of the row's bank: DEUTDEFF500; primary=true for that of the bank itself",
    [.boolean("primary", false), .boolean("use_dataset", false)]
  ) { context in
    BankCodeGenerator(context, lengths: [11])
  },
]

extension ThingKind {
  static let bank = ThingKind(
    "bank", section: "banks", isLocal: true, columns: ["bank": 0],
    others: ["iban", "bban", "swift", "swift8", "swift11"])
}

/// BICs (ISO 9362): the bank's letters, its country, and a place and branch that belong to the row's bank.
struct BankCodeGenerator: Generator {
  private let draw: ThingDraw
  /// Bank and country.
  private let codes: TextList
  private let hasShort: Bool
  private let hasLong: Bool
  private let isPrimary: Bool
  private let characters: Constants<UInt8>

  init(_ context: GeneratorContext, lengths: [Int]) {
    let entries = ThingEntries(.bank, context)
    let country = context.locale.fact("country") ?? "US"
    draw = entries.draw
    codes = TextList(entries.rows.map { $0[1] + country }, in: context.arena)
    (hasShort, hasLong) = (lengths.contains(8), lengths.contains(11))
    isPrimary = context.boolean("primary") ?? false
    // A second character of 0 or 1 would tell of tests and of banks that are not connected.
    characters = context.arena.constants(Array("23456789ABCDEFGHIJKLMNPQRSTUVWXYZ".utf8))
  }

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    let text = draft.text
    codes.append(draw.entry(draft), to: text)
    var code = MixedRadix(draw.bits(draft, 11) >> 8)
    text.append(UInt8(ascii: "A") + UInt8(code.take(26)))
    text.append(characters[code.take(characters.count)])
    guard hasLong, !hasShort || random.next() >> 63 == 1 else { return .text }
    if isPrimary {
      text.append("XXX")
    } else {
      for _ in 0..<3 { text.append(characters[code.take(characters.count)]) }
    }
    return .text
  }
}

/// Routing numbers of the American Bankers Association: a district of the Federal Reserve, six digits, a check digit.
struct RoutingNumberGenerator: NumberedGenerator {
  var count: UInt64 { 36_000_000 }

  func generate(_ index: UInt64, _ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    let text = draft.text
    let start = text.count
    var code = MixedRadix(index)
    // 01 to 12, the same for thrifts from 21 and for electronic payments from 61.
    let district = code.take(1...12)
    let kind = code.take(3)
    text.append(twoDigits: district + 20 * (kind == 2 ? 3 : kind))
    text.append(integer: code.take(1_000_000), width: 6)
    var sum = 0
    for place in 0..<8 { sum += text.digit(start + place) * (place % 3 == 0 ? 3 : place % 3 == 1 ? 7 : 1) }
    text.append(digit: (10 - sum % 10) % 10)
    return .text
  }
}
