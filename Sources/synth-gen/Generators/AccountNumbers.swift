import MillraceCore

/// Account numbers, national ones and IBANs (ISO 13616), with the check digits of their countries.
struct AccountGenerator: Generator {
  private let country: Country
  private let isInternational: Bool
  /// Nil where the row's bank is of another country than the account.
  private let draw: ThingDraw?
  private let banks: TextList
  /// Of unique numbers: the account's digits, permuted.
  private let order: PermutedIndex?
  private let key: RandomKey

  /// How a country's accounts are put together.
  enum Country: String, Sendable {
    case GB, DE, FR, ES, IT, BR, NL, PL, US, JP, CN

    var hasIBAN: Bool { self != .US && self != .JP && self != .CN }

    /// Digits of the account that are free.
    var digits: Int {
      switch self {
      case .GB, .NL: 8
      case .DE, .ES, .BR, .US: 10
      case .FR: 11
      case .IT: 12
      case .PL, .CN: 16
      case .JP: 7
      }
    }
  }

  static func make(_ context: GeneratorContext, isInternational: Bool) throws(Failure) -> any Generator {
    let own = Country(rawValue: context.locale.fact("country") ?? "US") ?? .US
    let generator = AccountGenerator(
      own.hasIBAN || !isInternational ? own : .GB, isOfRow: own.hasIBAN || !isInternational,
      isInternational: isInternational, context)
    return try context.unique(generator, count: generator.order?.count)
  }

  private init(_ country: Country, isOfRow: Bool, isInternational: Bool, _ context: GeneratorContext) {
    self.country = country
    self.isInternational = isInternational
    var rows: [[String]]
    if isOfRow {
      let entries = ThingEntries(.bank, context)
      (rows, draw) = (entries.rows, entries.draw)
    } else {
      rows = context.compiler.locale("en_GB").rows(ThingKind.bank.section)
      draw = nil
    }
    // The code that an account begins with: letters in the Netherlands, letters and digits in Britain.
    let codes = rows.map { row -> String in
      let national = row.count > 2 ? row[2] : ""
      switch country {
      case .GB: return row[1] + national
      case .NL: return row[1]
      default: return national
      }
    }
    banks = TextList(codes, in: context.arena)
    let thing = context.thing(.bank)
    key = context.compiler.key.child("account").child(thing.name)
    let isUnique = !context.compiler.things.uniqueGenerators(of: thing).isDisjoint(with: ["iban", "bban"])
    order =
      isUnique ? PermutedIndex(count: ByteBuffer.wholePowerOfTen(country.digits), key: key.child("unique")) : nil
  }

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    let text = draft.text
    let start = text.count
    var (first, second): (UInt64, UInt64)
    let bank: Int
    if let draw {
      bank = draw.entry(draft)
      (first, second) = (draw.bits(draft, 12), draw.bits(draft, 13))
    } else {
      var own = draft.random(key)
      bank = own.below(banks.count)
      (first, second) = (own.next(), own.next())
    }
    let account =
      order.map { $0(draft.row % $0.count) }
      ?? first.multipliedFullWidth(by: ByteBuffer.wholePowerOfTen(country.digits)).high
    if isInternational {
      switch country {
      case .DE: text.append("DE00")
      case .FR: text.append("FR00")
      case .ES: text.append("ES00")
      case .IT: text.append("IT00")
      case .BR: text.append("BR00")
      case .NL: text.append("NL00")
      case .PL: text.append("PL00")
      default: text.append("GB00")
      }
    }
    appendAccount(Int(account), of: bank, branch: MixedRadix(second >> 16), to: text)
    if isInternational { text.setCheckDigits(from: start) }
    return .text
  }

  private func appendAccount(_ account: Int, of bank: Int, branch: MixedRadix, to text: ByteBuffer) {
    var branch = branch
    let start = text.count
    let digits = country.digits
    switch country {
    case .GB, .DE, .PL, .US, .CN:
      banks.append(bank, to: text)
      text.append(integer: account, width: digits)
    case .JP:
      banks.append(bank, to: text)
      text.append(integer: branch.take(1000), width: 3)
      text.append(integer: account, width: digits)
    case .BR:
      banks.append(bank, to: text)
      text.append(integer: branch.take(100_000), width: 5)
      text.append(integer: account, width: digits)
      // A current account, of its first owner.
      text.append("C1")
    case .NL:
      banks.append(bank, to: text)
      let first = text.count
      text.append(integer: account, width: digits)
      var sum = 0
      for place in 0..<8 { sum += text.digit(first + place) * (10 - place) }
      // The weighted sum is a multiple of eleven: at most one ninth digit has no tenth.
      var ninth = branch.take(10)
      if (sum + 2 * ninth) % 11 == 1 { ninth = (ninth + 1) % 10 }
      text.append(digit: ninth)
      text.append(digit: (11 - (sum + 2 * ninth) % 11) % 11)
    case .ES:
      banks.append(bank, to: text)
      text.append(integer: branch.take(10_000), width: 4)
      let office = Self.spanishDigit(text, from: start, count: 8, firstWeight: 2)
      text.append(digit: office)
      // Its place until the digits are there that it is made of.
      text.append(UInt8(ascii: "0"))
      text.append(integer: account, width: digits)
      let check = Self.spanishDigit(text, from: start + 10, count: 10, firstWeight: 0)
      unsafe text.base.storeBytes(of: UInt8(ascii: "0") + UInt8(check), toByteOffset: start + 9, as: UInt8.self)
    case .FR:
      banks.append(bank, to: text)
      let counter = branch.take(100_000)
      text.append(integer: counter, width: 5)
      text.append(integer: account, width: digits)
      var code = 0
      for place in 0..<5 { code = code * 10 + text.digit(start + place) }
      text.append(twoDigits: 97 - (89 * code + 15 * counter + 3 * account) % 97)
    case .IT:
      text.append(UInt8(ascii: "A"))
      banks.append(bank, to: text)
      text.append(integer: branch.take(100_000), width: 5)
      text.append(integer: account, width: digits)
      let letter = UInt8(ascii: "A") + UInt8(text.italianSum(from: start + 1, count: 22) % 26)
      unsafe text.base.storeBytes(of: letter, toByteOffset: start, as: UInt8.self)
    }
  }

  /// A check digit of Spanish accounts: powers of two modulo eleven weigh the digits.
  private static func spanishDigit(_ text: ByteBuffer, from start: Int, count: Int, firstWeight: Int) -> Int {
    var weight = 1
    for _ in 0..<firstWeight { weight = weight * 2 % 11 }
    var sum = 0
    for place in 0..<count {
      sum += text.digit(start + place) * weight
      weight = weight * 2 % 11
    }
    let check = 11 - sum % 11
    return check == 11 ? 0 : check == 10 ? 1 : check
  }
}

extension ByteBuffer {
  /// Puts the check digits of an IBAN in the place of the noughts behind its country.
  func setCheckDigits(from start: Int) {
    var remainder = 0
    func add(_ place: Int) {
      let byte = unsafe base.load(fromByteOffset: place, as: UInt8.self)
      // Letters count as two digits, from 10 on.
      let isLetter = byte >= UInt8(ascii: "A")
      let value = isLetter ? Int(byte) - 0x41 + 10 : Int(byte) - 0x30
      remainder = (remainder * (isLetter ? 100 : 10) + value) % 97
    }
    for place in start + 4..<count { add(place) }
    for place in start..<start + 4 { add(place) }
    let check = 98 - remainder
    unsafe base.storeBytes(of: UInt8(ascii: "0") + UInt8(check / 10), toByteOffset: start + 2, as: UInt8.self)
    unsafe base.storeBytes(of: UInt8(ascii: "0") + UInt8(check % 10), toByteOffset: start + 3, as: UInt8.self)
  }
}
