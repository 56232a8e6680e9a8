import MillraceCore

/// Credit cards: provider, number, security code and expiry of one card in each row.
let cardGenerators: [GeneratorDescription] = [
  GeneratorDescription(
    "credit_card_number", "the number of the row's card, with its check digit; credit_card_number(card_type=\"visa\")",
    [.text("card_type")]
  ) { (context) throws(Failure) in
    try CardGenerator.make(.number, context)
  },
  GeneratorDescription(
    "credit_card_provider", "the provider of the row's card: Mastercard", [.text("card_type")]
  ) { (context) throws(Failure) in
    try CardGenerator.make(.provider, context)
  },
  GeneratorDescription(
    "credit_card_security_code", "the security code of the row's card: 3 digits, 4 of American Express",
    [.text("card_type")]
  ) { (context) throws(Failure) in
    try CardGenerator.make(.securityCode, context)
  },
  GeneratorDescription(
    "credit_card_expire", "when the row's card expires: 08/29",
    [.moment("start", "now"), .moment("end", "+10y"), .text("date_format", "%m/%y")]
  ) { (context) throws(Failure) in
    let first = try context.day("start") ?? context.asOf.day
    let last = try context.day("end") ?? context.asOf.day
    try context.checkRange(first, last, secondsOfUnit: 86_400)
    let format = context.text("date_format") ?? "%m/%y"
    return ExpiryGenerator(
      draw: try CardEntries(context).draw, first: first, count: last - first + 1,
      pattern: try DatePattern(format, argument: "date_format", zone: nil, context))
  },
  GeneratorDescription(
    "credit_card_full", "the row's card on four lines: provider, owner, number and expiry, security code",
    [.text("card_type")]
  ) { (context) throws(Failure) in
    try CardGenerator.make(.all, context)
  },
]

extension ThingKind {
  static let card = ThingKind(
    "card", section: "credit_cards", weight: 4, columns: ["credit_card_provider": 0],
    others: ["credit_card_number", "credit_card_security_code", "credit_card_expire", "credit_card_full"])
}

/// The cards that a field's may be.
struct CardEntries {
  let rows: [[String]]
  let draw: ThingDraw

  /// - Throws: `.badData` when `card_type` is none.
  init(_ context: GeneratorContext) throws(Failure) {
    let all = context.locale.common.rows(ThingKind.card.section)
    var chosen = all
    let type = context.text("card_type")?.lowercased()
    if let type {
      // `visa` is any of several lengths.
      chosen = all.filter { $0[1] == type }
      if chosen.isEmpty { chosen = all.filter { $0[1].hasPrefix(type) || $0[0].lowercased() == type } }
      guard !type.isEmpty, !chosen.isEmpty else {
        throw context.failure(
          "card_type=\"\(printable(type))\"", advice: "it is visa, jcb, \(all.map { $0[1] }.joined(separator: ", "))")
      }
    }
    rows = chosen
    let weights = chosen.map { Double($0[4]) ?? 1 }
    draw = ThingDraw(.card, variant: type ?? "", weights: weights, context) { (generator, entry) in
      generator == "credit_card_provider" ? chosen[entry][0] : nil
    }
  }
}

/// Something of the row's card.
struct CardGenerator: Generator {
  enum Part: Sendable {
    case number, provider, securityCode, all
  }

  private struct Card: BitwiseCopyable {
    var firstPrefix: UInt32
    var prefixCount: UInt32
    var length: UInt8
    var isAmerican: Bool
  }

  private let draw: ThingDraw
  private let part: Part
  private let cards: Constants<Card>
  private let prefixes: TextList
  private let providers: TextList
  /// Of unique numbers: the digits behind the prefix, permuted.
  private let order: PermutedIndex?
  private let owner: GeneratorReference?
  private let expiry: ExpiryGenerator?

  /// Every card has so many digits between the longest prefix and its check digit.
  private static let uniqueDigits = 10

  static func make(_ part: Part, _ context: GeneratorContext) throws(Failure) -> any Generator {
    let entries = try CardEntries(context)
    if part == .provider {
      return try context.unique(
        ThingTextGenerator(draw: entries.draw, texts: TextList(entries.rows.map { $0[0] }, in: context.arena)),
        count: entries.draw.distinctCount)
    }
    let generator = try CardGenerator(part, entries, context)
    return try context.unique(generator, count: generator.order?.count)
  }

  private init(_ part: Part, _ entries: CardEntries, _ context: GeneratorContext) throws(Failure) {
    self.part = part
    draw = entries.draw
    var prefixes: [String] = []
    var cards: [Card] = []
    for row in entries.rows {
      let own = row[2].split(separator: "|").map(String.init)
      cards.append(
        Card(
          firstPrefix: UInt32(prefixes.count), prefixCount: UInt32(own.count), length: UInt8(row[3]) ?? 16,
          isAmerican: row[1] == "amex"))
      prefixes += own
    }
    self.cards = context.arena.constants(cards)
    self.prefixes = TextList(prefixes, in: context.arena)
    providers = TextList(entries.rows.map { $0[0] }, in: context.arena)
    let thing = context.thing(.card)
    let isUnique = !context.compiler.things.uniqueGenerators(of: thing).isDisjoint(with: [
      "credit_card_number", "credit_card_full",
    ])
    let key = context.compiler.key.child("card number").child(thing.name)
    order = isUnique ? PermutedIndex(count: ByteBuffer.wholePowerOfTen(Self.uniqueDigits), key: key) : nil
    if part == .all {
      owner = context.arena.reference(to: try context.make(.string("name"), part: "owner"))
      let today = CalendarDay(number: context.asOf.day)
      expiry = ExpiryGenerator(
        draw: entries.draw, first: today.number, count: today.moved(months: 120).number - today.number + 1,
        pattern: try DatePattern("%m/%y", argument: "date_format", zone: nil, context))
    } else {
      (owner, expiry) = (nil, nil)
    }
  }

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    let text = draft.text
    let entry = draw.entry(draft)
    switch part {
    case .number: appendNumber(cards[entry], draft)
    case .provider: providers.append(entry, to: text)
    case .securityCode: appendSecurityCode(cards[entry], draft)
    case .all:
      providers.append(entry, to: text)
      text.append(UInt8(ascii: "\n"))
      _ = owner?.generate(draft, &random)
      text.append(UInt8(ascii: "\n"))
      appendNumber(cards[entry], draft)
      text.append(UInt8(ascii: " "))
      _ = expiry?.generate(draft, &random)
      if cards[entry].isAmerican { text.append("\nCID: ") } else { text.append("\nCVC: ") }
      appendSecurityCode(cards[entry], draft)
    }
    return .text
  }

  private func appendSecurityCode(_ card: Card, _ draft: RowDraft) {
    let code = Int(draw.bits(draft, 3).multipliedFullWidth(by: 10_000).high)
    if card.isAmerican {
      draft.text.append(integer: code, width: 4)
    } else {
      draft.text.append(integer: code / 10, width: 3)
    }
  }

  /// With the check digit of Luhn (ISO/IEC 7812-1).
  private func appendNumber(_ card: Card, _ draft: RowDraft) {
    let text = draft.text
    let start = text.count
    let (first, second) = (draw.bits(draft, 1), draw.bits(draft, 2))
    let prefix = Int(card.firstPrefix) + Int(first.multipliedFullWidth(by: UInt64(card.prefixCount)).high)
    prefixes.append(prefix, to: text)
    var left = Int(card.length) - 1 - (text.count - start)
    // The last ten digits tell rows apart where that is asked for.
    let last = min(left, Self.uniqueDigits)
    left -= last
    if left > 0 {
      let power = ByteBuffer.wholePowerOfTen(left)
      text.append(integer: Int(RandomStream.mix(first).multipliedFullWidth(by: power).high), width: left)
    }
    let digits = order.map { $0(draft.row % $0.count) }
    let power = ByteBuffer.wholePowerOfTen(last)
    text.append(integer: Int(digits ?? second.multipliedFullWidth(by: power).high), width: last)
    var sum = 0
    for place in 0..<text.count - start {
      let digit = text.digit(text.count - 1 - place)
      sum += place & 1 == 1 ? digit : digit < 5 ? 2 * digit : 2 * digit - 9
    }
    text.append(digit: (10 - sum % 10) % 10)
  }
}

/// When the row's card expires.
struct ExpiryGenerator: Generator {
  let draw: ThingDraw
  let first: Int
  let count: Int
  let pattern: DatePattern

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    let day = first + Int(draw.bits(draft, 4).multipliedFullWidth(by: UInt64(count)).high)
    pattern.append(seconds: day * 86_400, to: draft.text, &random)
    return .text
  }
}
