import MillraceCore

/// How the numbers of people are put together, with their checksums.
extension NationalIdGenerator {
  /// Letters of Italian names that are no vowels.
  static let consonants = Array("BCDFGLMNPQRSTVZ".utf8)

  /// Land registry codes of large towns (Agenzia delle Entrate).
  static let italianPlaces = [
    "H501", "F205", "L219", "F839", "G273", "D969", "A944", "D612", "A662", "C351", "L736", "L781", "F158", "G224",
    "L424", "B157", "G337", "L049", "G999", "F257", "H224", "H223", "G478", "E625", "H199", "B354", "D643", "H294",
    "H703", "D548",
  ]

  /// Codes of counties and districts (GB/T 2260).
  static let chineseCounties = [
    "110101", "110105", "110108", "120101", "130102", "140105", "150102", "210102", "220102", "230102", "310101",
    "310104", "310115", "320102", "320505", "330102", "330106", "340102", "350102", "350203", "360102", "370102",
    "370202", "410102", "420102", "420106", "430102", "440103", "440106", "440304", "440305", "450102", "460105",
    "500103", "510104", "510107", "520102", "530102", "540102", "610102", "620102", "630102", "640104", "650102",
  ]

  /// Germany (§ 139b AO): ten digits of which one comes twice, and a check digit of ISO 7064, MOD 11,10.
  func appendTaxNumber(_ code: inout MixedRadix, to text: ByteBuffer) {
    let start = text.count
    // The digits that are left, in half bytes.
    var left: UInt64 = 0x98_7654_3210
    func removeDigit(_ place: Int) -> UInt64 {
      let digit = (left >> UInt64(4 * place)) & 0xf
      let below = left & ((1 << UInt64(4 * place)) &- 1)
      left = below | (left >> UInt64(4 * place + 4)) << UInt64(4 * place)
      return digit
    }
    for place in 0..<10 {
      // Nought does not stand first.
      let choice = place == 0 ? 1 + code.take(9) : code.take(10 - place)
      text.append(UInt8(ascii: "0") + UInt8(removeDigit(choice)))
    }
    // A later digit becomes the same as an earlier one.
    var pair = code.take(45)
    var later = 1
    while pair >= later { (pair, later) = (pair - later, later + 1) }
    unsafe text.base.storeBytes(
      of: UInt8(ascii: "0") + UInt8(text.digit(start + pair)), toByteOffset: start + later, as: UInt8.self)
    var product = 10
    for place in 0..<10 {
      let sum = (text.digit(start + place) + product) % 10
      product = (sum == 0 ? 10 : sum) * 2 % 11
    }
    text.append(digit: (11 - product) % 10)
  }

  /// France: sex, year, month, department, commune, number, and a key modulo 97.
  func appendNIR(_ code: inout MixedRadix, of person: Person?, to text: ByteBuffer) {
    let start = text.count
    let sex = code.take(1...2)
    text.append(digit: person.map { $0.isMale ? 1 : 2 } ?? sex)
    let month = code.take(Self.months)
    let birth = CalendarDay(number: youngest).moved(months: -month).parts
    text.append(twoDigits: birth.year % 100)
    text.append(twoDigits: birth.month)
    parts.append(code.take(parts.count), to: text)
    text.append(integer: code.take(1...990), width: 3)
    text.append(integer: code.take(1...999), width: 3)
    var number = 0
    for place in 0..<13 {
      let byte = unsafe text.base.load(fromByteOffset: start + place, as: UInt8.self)
      // Corsica's departments 2A and 2B count as 19 and 18.
      switch byte {
      case UInt8(ascii: "A"): number = (number - 1) * 10 + 9
      case UInt8(ascii: "B"): number = (number - 1) * 10 + 8
      default: number = number * 10 + Int(byte) - 0x30
      }
    }
    text.append(twoDigits: 97 - number % 97)
  }

  /// Spain: a number with a letter modulo 23; one in eleven begins with a letter, as those of foreigners.
  func appendDNI(_ number: Int, to text: ByteBuffer) {
    let letters: StaticString = "TRWAGMYFPDXBNJZSQVHLCKE"
    var remainder = number % 23
    if number < 100_000_000 {
      text.append(integer: number, width: 8)
    } else {
      let own = number - 100_000_000
      let first = own % 3
      text.append(UInt8(ascii: "X") + UInt8(first))
      text.append(integer: own, width: 7)
      remainder = (first * 10_000_000 + own) % 23
    }
    text.append(unsafe letters.utf8Start[remainder])
  }

  /// Italy: six letters, birthday and sex, place, and a check letter.
  func appendFiscalCode(_ code: inout MixedRadix, of person: Person?, to text: ByteBuffer) {
    let start = text.count
    for _ in 0..<6 { text.append(consonantList[code.take(consonantList.count)]) }
    let birth = birthday(&code)
    var isFemale = code.take(2) == 1
    if let person {
      text.count = start
      nameLetters.last.append(person.lastName, to: text)
      nameLetters.first.append(person.firstName, to: text)
      isFemale = !person.isMale
    }
    let months: StaticString = "ABCDEHLMPRST"
    text.append(twoDigits: birth.year % 100)
    text.append(unsafe months.utf8Start[birth.month - 1])
    text.append(twoDigits: birth.day + (isFemale ? 40 : 0))
    parts.append(code.take(parts.count), to: text)
    text.append(UInt8(ascii: "A") + UInt8(text.italianSum(from: start, count: 15) % 26))
  }

  /// Three letters of a name: its consonants, of a first name with more than three all but the second, then its vowels, then X.
  static func italianLetters(_ name: String, isFirst: Bool) -> String {
    let letters = asciiLetters(of: name).uppercased().filter { $0.isASCII && $0.isLetter }
    var consonants = Array(letters.filter { !"AEIOU".contains($0) })
    if isFirst, consonants.count > 3 { consonants.remove(at: 1) }
    return String((consonants + letters.filter { "AEIOU".contains($0) } + "XXX").prefix(3))
  }

  /// Brazil: nine digits and two of a checksum modulo 11, written with points.
  func appendCPF(_ index: Int, to text: ByteBuffer) {
    // Not nine times the same digit.
    let number = index + 1 + index / 111_111_110
    let start = text.count
    text.append(integer: number, width: 9)
    for length in 9...10 {
      var sum = 0
      for place in 0..<length { sum += text.digit(start + place) * (length + 1 - place) }
      text.append(digit: sum % 11 < 2 ? 0 : 11 - sum % 11)
    }
    let checks = (text.digit(start + 9), text.digit(start + 10))
    text.count = start
    for (part, end) in [(number / 1_000_000, "."), (number / 1000 % 1000, "."), (number % 1000, "-")]
      as [(Int, StaticString)]
    {
      text.append(integer: part, width: 3)
      text.append(end)
    }
    text.append(digit: checks.0)
    text.append(digit: checks.1)
  }

  /// The Netherlands: nine digits whose weighted sum is a multiple of eleven.
  func appendBSN(_ number: Int, to text: ByteBuffer, _ random: inout RandomStream) {
    let start = text.count
    text.append(integer: number, width: 7)
    var sum = 0
    for place in 0..<7 { sum += text.digit(start + place) * (9 - place) }
    // Of the eighth digits, at most one has no ninth.
    var eighth = random.below(10)
    if (sum + 2 * eighth) % 11 == 10 { eighth = (eighth + 1) % 10 }
    text.append(digit: eighth)
    text.append(digit: (sum + 2 * eighth) % 11)
  }

  /// Poland: birthday, whose month tells the century too, number, and a check digit.
  func appendPESEL(_ code: inout MixedRadix, of person: Person?, to text: ByteBuffer) {
    let start = text.count
    let birth = birthday(&code)
    let century = birth.year < 1900 ? 80 : (birth.year - 1900) / 100 % 5 * 20
    text.append(twoDigits: birth.year % 100)
    text.append(twoDigits: birth.month + century)
    text.append(twoDigits: birth.day)
    // The last digit is even for women.
    let number = code.take(10_000)
    text.append(integer: person.map { $0.isMale ? number | 1 : number & ~1 } ?? number, width: 4)
    let weights = (1, 3, 7, 9)
    var sum = 0
    for place in 0..<10 {
      let weight =
        switch place & 3 {
        case 0: weights.0
        case 1: weights.1
        case 2: weights.2
        default: weights.3
        }
      sum += text.digit(start + place) * weight
    }
    text.append(digit: (10 - sum % 10) % 10)
  }

  /// Japan: eleven digits and one of a checksum modulo 11.
  func appendMyNumber(_ number: Int, to text: ByteBuffer) {
    let start = text.count
    text.append(integer: number, width: 11)
    var sum = 0
    for place in 1...11 {
      // Counted from the last digit.
      sum += text.digit(start + 11 - place) * (place <= 6 ? place + 1 : place - 5)
    }
    text.append(digit: sum % 11 < 2 ? 0 : 11 - sum % 11)
  }

  /// China (GB 11643): county, birthday, number, and a check character of ISO 7064, MOD 11-2.
  func appendResidentId(_ code: inout MixedRadix, of person: Person?, to text: ByteBuffer) {
    let start = text.count
    parts.append(code.take(parts.count), to: text)
    let birth = birthday(&code)
    text.append(integer: birth.year, width: 4)
    text.append(twoDigits: birth.month)
    text.append(twoDigits: birth.day)
    // Even for women.
    let number = code.take(1...999)
    text.append(integer: person.map { $0.isMale ? number | 1 : max(2, number & ~1) } ?? number, width: 3)
    var sum = 0
    for place in 0..<17 { sum = (sum + text.digit(start + place)) * 2 % 11 }
    let check = (12 - sum) % 11
    text.append(check == 10 ? UInt8(ascii: "X") : UInt8(ascii: "0") + UInt8(check))
  }
}

extension ByteBuffer {
  @inline(__always) func append(digit: Int) { append(UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: digit)) }

  /// The digit that stands at a place.
  @inline(__always) func digit(_ place: Int) -> Int {
    unsafe Int(base.load(fromByteOffset: place, as: UInt8.self)) - 0x30
  }

  /// The sum that check letters of Italy are made of: of letters and digits from a place on, those at odd places by a table.
  func italianSum(from start: Int, count: Int) -> Int {
    var sum = 0
    for place in 0..<count {
      let byte = unsafe base.load(fromByteOffset: start + place, as: UInt8.self)
      let value = byte >= UInt8(ascii: "A") ? Int(byte - UInt8(ascii: "A")) : Int(byte) - 0x30
      sum += place & 1 == 1 ? value : Self.italianOddValues[value]
    }
    return sum
  }

  private static let italianOddValues = [
    1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
  ]
}

/// Numbers of passports, as the locale's country writes them.
struct PassportGenerator: CountableGenerator {
  private let pattern: FilledPattern
  /// Poland's have a check digit behind their letters.
  private let hasCheckDigit: Bool

  /// What stands for what in the patterns.
  private static let classes: [Character: FilledPattern.CharacterClass] = [
    "#": .one(Alphabet.digits), "%": .one("123456789"), "@": .one(Alphabet.upper), "&": .one("123456789A"),
    "!": .one("CFGHJK"), "$": .one("0123456789CFGHJKLMNPRTVWXYZ"), "?": .one("ABC"),
    "*": .one("ABCDEFGHIJKLMNPQRSTUVWXYZ"), "+": .one("0123456789ABCDEFGHIJKLMNPQRSTUVWXYZ"),
    "^": .one("0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"),
  ]
  private static let patterns = [
    "en_US": "&########", "en_GB": "%########", "de_DE": "!$$$$$$$$", "fr_FR": "##@@#####", "es_ES": "@@@######",
    "it_IT": "Y?#######", "pt_BR": "@@######", "nl_NL": "**++++++#", "pl_PL": "@@######", "ja_JP": "T@#######",
    "zh_CN": "E^#######",
  ]

  init(_ context: GeneratorContext) {
    let locale = context.locale.name
    pattern = PatternText((Self.patterns[locale] ?? "&########")[...], Self.classes).pattern(in: context.arena)
    hasCheckDigit = locale == "pl_PL"
  }

  var count: UInt64 { pattern.count }

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    let start = draft.text.count
    pattern.append(to: draft.text, &random)
    return check(from: start, draft)
  }

  func generate(_ index: UInt64, _ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    let start = draft.text.count
    pattern.append(index, to: draft.text, &random)
    return check(from: start, draft)
  }

  private func check(from start: Int, _ draft: RowDraft) -> CellContent {
    guard hasCheckDigit else { return .text }
    let text = draft.text
    var sum = 0
    for place in 0..<2 {
      let letter = unsafe text.base.load(fromByteOffset: start + place, as: UInt8.self)
      sum += (Int(letter - UInt8(ascii: "A")) + 10) * (place == 0 ? 7 : 3)
    }
    // Weights 1, 7, 3 of the six digits.
    for place in 0..<6 { sum += text.digit(start + 2 + place) * (place % 3 == 0 ? 1 : place % 3 == 1 ? 7 : 3) }
    // The check digit's own weight is 9, which is -1.
    text.insert(UInt8(ascii: "0") + UInt8(sum % 10), at: start + 2)
    return .text
  }
}

extension ByteBuffer {
  /// Puts a byte in front of what stands at a place.
  func insert(_ byte: UInt8, at place: Int) {
    reserve(1)
    let source = unsafe base + place
    unsafe (source + 1).copyMemory(from: source, byteCount: count - place)
    unsafe source.storeBytes(of: byte, as: UInt8.self)
    count += 1
  }
}
