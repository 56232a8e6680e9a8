import MillraceCore

/// Numbers that states give people and firms. They are well formed, checksums included; whether one is anybody's is not known.
let nationalIdGenerators: [GeneratorDescription] = [
  GeneratorDescription(
    "ssn",
    "the number of a person in the locale's country, checksum included: 172-32-1176 of the USA, CPF, PESEL, codice fiscale …",
    [.text("taxpayer_identification_number_type", "SSN")]
  ) { (context) throws(Failure) in
    let kind = context.text("taxpayer_identification_number_type")?.uppercased() ?? "SSN"
    switch kind {
    case "SSN": return NationalIdGenerator(NationalId.ofPeople(in: context.locale.name), context)
    case "ITIN": return NationalIdGenerator(.itin, context)
    case "EIN": return NationalIdGenerator(.ein, context)
    default:
      throw context.failure(
        "taxpayer_identification_number_type=\"\(printable(kind))\"", advice: "it is SSN, ITIN or EIN")
    }
  },
  GeneratorDescription("ein", "a number of a firm in the USA: 20-1234567") { context in
    NationalIdGenerator(.ein, context)
  },
  GeneratorDescription("itin", "a taxpayer's number in the USA: 912-70-1234") { context in
    NationalIdGenerator(.itin, context)
  },
  GeneratorDescription("passport_number", "the number of a passport of the locale's country: C01X00T47") { context in
    PassportGenerator(context)
  },
]

/// Which number it is.
enum NationalId: Sendable {
  case ssn, ein, itin
  case nationalInsurance, taxNumber, nir, dni, fiscalCode, cpf, bsn, pesel, myNumber, residentId

  static func ofPeople(in locale: String) -> NationalId {
    switch locale {
    case "en_GB": .nationalInsurance
    case "de_DE": .taxNumber
    case "fr_FR": .nir
    case "es_ES": .dni
    case "it_IT": .fiscalCode
    case "pt_BR": .cpf
    case "nl_NL": .bsn
    case "pl_PL": .pesel
    case "ja_JP": .myNumber
    case "zh_CN": .residentId
    default: .ssn
    }
  }
}

/// Makes such a number of a plain one. What numbers say of sex and name is the row's person's, unless each is to be another.
struct NationalIdGenerator: CountableGenerator {
  private let kind: NationalId
  let count: UInt64
  /// The day that the youngest who has a number was born on; the oldest is so many days older.
  let youngest: Int
  /// Parts that come from a list: prefixes, regions.
  let parts: TextList
  /// For six letters of Italian names.
  let consonantList: Constants<UInt8>
  /// Nil where numbers say nothing of who has them.
  private let person: PersonSource?
  /// Three letters of each family name and of each first name; empty but in Italy.
  let nameLetters: (last: TextList, first: TextList)

  /// From 18 to 90 years old.
  private static let days = 72 * 365
  static let months = 72 * 12
  private static let employerPrefixes = [1...6, 10...16, 20...27, 30...48, 50...68, 71...77, 80...88, 90...95, 98...99]
  private static let taxpayerGroups = [70...88, 90...92, 94...99]
  private static let insuranceLetters = Array("ABCEGHJKLMNOPRSTWXYZ")

  init(_ kind: NationalId, _ context: GeneratorContext) {
    self.kind = kind
    youngest = CalendarDay(number: context.asOf.day).moved(months: -12 * 18).number
    let parts: [String]
    switch kind {
    case .ein: parts = Self.employerPrefixes.flatMap { $0 }.map { padded($0, 2) }
    case .itin: parts = Self.taxpayerGroups.flatMap { $0 }.map { padded($0, 2) }
    case .nationalInsurance:
      // The second letter is no O, and some pairs are never given.
      parts = Self.insuranceLetters.flatMap { first in
        Self.insuranceLetters.filter { $0 != "O" }.map { "\(first)\($0)" }
      }.filter { !["BG", "GB", "KN", "NK", "NT", "TN", "ZZ"].contains($0) }
    case .nir: parts = (1...95).filter { $0 != 20 }.map { padded($0, 2) } + ["2A", "2B"]
    case .fiscalCode: parts = Self.italianPlaces
    case .residentId: parts = Self.chineseCounties
    default: parts = []
    }
    self.parts = TextList(parts, in: context.arena)
    consonantList = context.arena.constants(Self.consonants)
    switch kind {
    case .nir, .fiscalCode, .pesel, .residentId: person = context.spec.isUnique ? nil : PersonSource(context)
    default: person = nil
    }
    var letters: (last: [String], first: [String]) = ([], [])
    if kind == .fiscalCode, let tables = person?.tables {
      letters.last = (0..<tables.lastNameCount).map {
        Self.italianLetters(tables.lastName($0, isMale: true), isFirst: false)
      }
      letters.first = tables.firstNames.texts.map { Self.italianLetters($0, isFirst: true) }
    }
    nameLetters = (TextList(letters.last, in: context.arena), TextList(letters.first, in: context.arena))
    let bases: [Int] =
      switch kind {
      case .ssn: [898, 99, 9999]
      case .ein: [parts.count, 9_999_999]
      case .itin: [100, parts.count, 10_000]
      case .nationalInsurance: [parts.count, 1_000_000, 4]
      case .taxNumber: [9, 362_880, 45]
      case .nir: [2, Self.months, parts.count, 990, 999]
      case .dni: [110_000_000]
      case .fiscalCode: Array(repeating: Self.consonants.count, count: 6) + [Self.days, 2, parts.count]
      case .cpf: [999_999_990]
      case .bsn: [9_000_000]
      case .pesel: [Self.days, 10_000]
      case .myNumber: [100_000_000_000]
      case .residentId: [parts.count, Self.days, 999]
      }
    count = MixedRadix.product(bases)
  }

  func birthday(_ code: inout MixedRadix) -> (year: Int, month: Int, day: Int) {
    CalendarDay(number: youngest - code.take(Self.days)).parts
  }

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    append(random.below(count), of: person?.person(of: draft), draft, &random)
  }

  func generate(_ index: UInt64, _ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    append(index, of: nil, draft, &random)
  }

  private func append(
    _ index: UInt64, of person: Person?, _ draft: RowDraft, _ random: inout RandomStream
  ) -> CellContent {
    let text = draft.text
    let dash = UInt8(ascii: "-")
    var code = MixedRadix(index)
    switch kind {
    case .ssn:
      // No area 000, 666 or above 899.
      let area = code.take(1...898)
      text.append(integer: area < 666 ? area : area + 1, width: 3)
      text.append(dash)
      text.append(twoDigits: code.take(1...99))
      text.append(dash)
      text.append(integer: code.take(1...9999), width: 4)
    case .ein:
      parts.append(code.take(parts.count), to: text)
      text.append(dash)
      text.append(integer: code.take(1...9_999_999), width: 7)
    case .itin:
      text.append(integer: 900 + code.take(100))
      text.append(dash)
      parts.append(code.take(parts.count), to: text)
      text.append(dash)
      text.append(integer: code.take(10_000), width: 4)
    case .nationalInsurance:
      parts.append(code.take(parts.count), to: text)
      text.append(integer: code.take(1_000_000), width: 6)
      text.append(UInt8(ascii: "A") + UInt8(code.take(4)))
    case .taxNumber: appendTaxNumber(&code, to: text)
    case .nir: appendNIR(&code, of: person, to: text)
    case .dni: appendDNI(code.take(110_000_000), to: text)
    case .fiscalCode: appendFiscalCode(&code, of: person, to: text)
    case .cpf: appendCPF(code.take(999_999_990), to: text)
    case .bsn: appendBSN(1_000_000 + code.take(9_000_000), to: text, &random)
    case .pesel: appendPESEL(&code, of: person, to: text)
    case .myNumber: appendMyNumber(code.take(100_000_000_000), to: text)
    case .residentId: appendResidentId(&code, of: person, to: text)
    }
    return .text
  }
}
