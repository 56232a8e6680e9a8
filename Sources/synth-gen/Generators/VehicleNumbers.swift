import MillraceCore

/// Numbers of vehicles.
let vehicleNumberGenerators: [GeneratorDescription] = [
  GeneratorDescription("vin", "the number of a vehicle's chassis with its check digit: 1FAFP40634F172825") { context in
    ChassisNumberGenerator(context)
  },
  GeneratorDescription("license_plate", "a number plate of the locale's country: ABC-1234") { context in
    LicensePlateGenerator(context)
  },
]

/// VINs (ISO 3779, 49 CFR 565): a maker, a check digit in the ninth place, a year of the last twenty.
struct ChassisNumberGenerator: NumberedGenerator {
  private let makers: TextList
  /// Letters and digits without I, O and Q; of each its value in the checksum.
  private let characters: Constants<UInt8>
  private let values: Constants<UInt8>
  private let weights: Constants<UInt8>
  private let newestYear: Int
  let count: UInt64

  private static let alphabet = "0123456789ABCDEFGHJKLMNPRSTUVWXYZ"
  /// What years are written as, 30 of them round and round.
  private static let years: StaticString = "ABCDEFGHJKLMNPRSTVWXY123456789"
  private static let span = 20

  init(_ context: GeneratorContext) {
    let arena = context.arena
    makers = context.locale.common.column(0, of: "vehicle_makers", in: arena)
    characters = arena.constants(Array(Self.alphabet.utf8))
    values = arena.constants((0...255).map { Self.value(of: UInt8($0)) })
    weights = arena.constants([8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2])
    newestYear = CalendarDay(number: context.asOf.day).year
    count = MixedRadix.product([makers.count, 33, 33, 33, 33, 10, Self.span, 33, 1_000_000])
  }

  /// A digit is itself; letters count from 1 to 9 in three rows, of which the third begins with S as 2.
  private static func value(of byte: UInt8) -> UInt8 {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - 0x30
    case UInt8(ascii: "A")...UInt8(ascii: "H"): byte - UInt8(ascii: "A") + 1
    case UInt8(ascii: "J")...UInt8(ascii: "R"): byte - UInt8(ascii: "J") + 1
    case UInt8(ascii: "S")...UInt8(ascii: "Z"): byte - UInt8(ascii: "S") + 2
    default: 0
    }
  }

  func generate(_ index: UInt64, _ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    let text = draft.text
    let start = text.count
    var code = MixedRadix(index)
    makers.append(code.take(makers.count), to: text)
    for _ in 0..<3 { text.append(characters[code.take(33)]) }
    let other = code.take(33)
    let seventh = code.take(10)
    let year = newestYear - code.take(Self.span)
    // Since 2010 a letter in the seventh place tells years from those thirty before.
    text.append(year >= 2010 ? characters[10 + 2 * seventh] : characters[seventh])
    text.append(characters[other])
    text.append(UInt8(ascii: "0"))
    text.append(unsafe Self.years.utf8Start[((year - 1980) % 30 + 30) % 30])
    text.append(characters[code.take(33)])
    text.append(integer: code.take(1_000_000), width: 6)
    var sum = 0
    for place in 0..<17 {
      let byte = unsafe text.base.load(fromByteOffset: start + place, as: UInt8.self)
      sum += Int(values[Int(byte)]) * Int(weights[place])
    }
    let check = sum % 11
    unsafe text.base.storeBytes(
      of: check == 10 ? UInt8(ascii: "X") : UInt8(ascii: "0") + UInt8(check), toByteOffset: start + 8, as: UInt8.self)
    return .text
  }
}

/// Number plates by the locale's patterns: `#` a digit, `%` one from 1 to 9, `@` a letter, `[ABC]` one of these.
struct LicensePlateGenerator: CountableGenerator {
  private let patterns: [FilledPattern]
  private let weights: AliasTable
  /// Where each pattern's numbers begin.
  private let starts: Constants<UInt64>
  let count: UInt64

  init(_ context: GeneratorContext) {
    let rows = context.locale.rows("license_plates")
    let patterns = rows.map { PatternText(plate: $0[0]).pattern(in: context.arena) }
    weights = AliasTable(rows.map { $0.count > 1 ? Double($0[1]) ?? 1 : 1 }, in: context.arena)
    var starts: [UInt64] = []
    var sum: UInt64 = 0
    for pattern in patterns {
      starts.append(sum)
      sum += pattern.count
    }
    self.patterns = patterns
    self.starts = context.arena.constants(starts)
    count = sum
  }

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    patterns[weights.draw(&random)].append(to: draft.text, &random)
    return .text
  }

  func generate(_ index: UInt64, _ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    var number = 0
    while number < starts.count - 1, index >= starts[number + 1] { number += 1 }
    patterns[number].append(index - starts[number], to: draft.text, &random)
    return .text
  }
}

extension PatternText {
  /// A pattern of the lists, with classes in brackets; these may be of any script.
  init(plate: String) {
    var classes: [Character: FilledPattern.CharacterClass] = [
      "#": .one(Alphabet.digits), "%": .one("123456789"), "@": .one(Alphabet.upper),
    ]
    // Each class in brackets gets a character of a private use area.
    var text = ""
    var rest = plate[...]
    var next: UInt32 = 0xe000
    while let character = rest.popFirst() {
      guard character == "[", let end = rest.firstIndex(of: "]"), let name = Unicode.Scalar(next) else {
        text.append(character)
        continue
      }
      classes[Character(name)] = .one(String(rest[..<end]))
      text.append(Character(name))
      rest = rest[rest.index(after: end)...]
      next += 1
    }
    self.init(text[...], classes)
  }
}
