import MillraceCore

/// Numbers of books and articles.
let bookNumberGenerators: [GeneratorDescription] = [
  GeneratorDescription("isbn10", "the old number of a book: 0-306-40615-2", [.text("separator", "-")]) {
    (context) throws(Failure) in try BookNumberGenerator(context, isOld: true)
  },
  GeneratorDescription("isbn13", "the number of a book: 978-0-306-40615-7", [.text("separator", "-")]) {
    (context) throws(Failure) in try BookNumberGenerator(context, isOld: false)
  },
  GeneratorDescription("doi", "the identifier of an article: 10.1000/kx7p2m9q") { context in
    ArticleIdentifierGenerator(context)
  },
]

/// ISBNs of the locale's language, hyphenated as the registrants' ranges are.
struct BookNumberGenerator: NumberedGenerator {
  /// Registrants with numbers of one length.
  private struct Range: BitwiseCopyable {
    var group: Int
    var firstRegistrant: Int
    var registrantDigits: Int
    var titleDigits: Int
    /// Books of all registrants before, and of these.
    var start: Int
    var count: Int
  }

  private let ranges: Constants<Range>
  private let separator: TextList
  private let isOld: Bool
  let count: UInt64

  /// Group and ranges of registrants that have been given for long (ISBN International: range message).
  private static let groups: [String: (Int, [(String, String)])] = [
    "en": (
      0, [("00", "19"), ("250", "360"), ("400", "630"), ("7000", "8499"), ("85000", "89999"), ("900000", "949999")]
    ),
    "de": (
      3, [("04", "19"), ("200", "389"), ("400", "685"), ("7000", "8499"), ("85000", "89999"), ("900000", "949999")]
    ),
    "fr": (2, [("00", "19"), ("200", "349"), ("400", "486"), ("7000", "8399"), ("84000", "89999")]),
    "es": (84, [("200", "699"), ("7000", "8499")]),
    "it": (88, [("00", "19"), ("363", "548"), ("6000", "8499"), ("85000", "89999")]),
    "pt": (85, [("00", "19"), ("200", "454"), ("7000", "8499")]),
    "nl": (90, [("00", "19"), ("200", "499"), ("5000", "6999"), ("70000", "79999")]),
    "pl": (83, [("00", "19"), ("200", "599"), ("7000", "8499")]),
    "ja": (4, [("00", "19"), ("200", "699"), ("7000", "8499"), ("85000", "89999"), ("900000", "949999")]),
    "zh": (7, [("00", "09"), ("100", "499"), ("5000", "7999"), ("80000", "89999"), ("900000", "999999")]),
  ]

  init(_ context: GeneratorContext, isOld: Bool) throws(Failure) {
    let language = String(context.locale.name.prefix(2))
    let (group, registrants) = Self.groups[language] ?? (0, [("00", "19")])
    var start = 0
    var ranges: [Range] = []
    for (first, last) in registrants {
      let titleDigits = 9 - "\(group)".count - first.count
      let number = (Int(last) ?? 0) - (Int(first) ?? 0) + 1
      let count = number * Int(ByteBuffer.wholePowerOfTen(titleDigits))
      ranges.append(
        Range(
          group: group, firstRegistrant: Int(first) ?? 0, registrantDigits: first.count, titleDigits: titleDigits,
          start: start, count: count))
      start += count
    }
    let separator = context.text("separator") ?? "-"
    guard separator.utf8.count <= 16 else { throw context.failure("separator: expected at most 16 bytes") }
    self.ranges = context.arena.constants(ranges)
    self.separator = TextList([separator], in: context.arena)
    self.isOld = isOld
    count = UInt64(start)
  }

  func generate(_ index: UInt64, _ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    let text = draft.text
    var number = 0
    while number < ranges.count - 1, Int(index) >= ranges[number + 1].start { number += 1 }
    let range = ranges[number]
    var code = MixedRadix(index - UInt64(range.start))
    let title = code.take(Int(ByteBuffer.wholePowerOfTen(range.titleDigits)))
    let registrant = range.firstRegistrant + Int(code.rest)
    if !isOld {
      text.append("978")
      separator.append(0, to: text)
    }
    text.append(integer: range.group)
    separator.append(0, to: text)
    text.append(integer: registrant, width: range.registrantDigits)
    separator.append(0, to: text)
    text.append(integer: title, width: range.titleDigits)
    separator.append(0, to: text)
    // The nine digits in one number: what stands between them does not count.
    let titles = Int(ByteBuffer.wholePowerOfTen(range.titleDigits))
    let registrants = Int(ByteBuffer.wholePowerOfTen(range.registrantDigits))
    var digits = (range.group * registrants + registrant) * titles + title
    var sum = isOld ? 0 : 9 + 3 * 7 + 8
    for place in 0..<9 {
      let digit = digits % 10
      digits /= 10
      sum += digit * (isOld ? place + 2 : place & 1 == 0 ? 3 : 1)
    }
    let check = isOld ? (11 - sum % 11) % 11 : (10 - sum % 10) % 10
    text.append(check == 10 ? UInt8(ascii: "X") : UInt8(ascii: "0") + UInt8(check))
    return .text
  }
}

/// A registrant's prefix, and eight letters and digits.
struct ArticleIdentifierGenerator: NumberedGenerator {
  private let prefixes: TextList
  private let alphabet: Constants<UInt8>
  let count: UInt64

  init(_ context: GeneratorContext) {
    prefixes = context.locale.common.column(0, of: "doi_prefixes", in: context.arena)
    alphabet = context.arena.constants(Array((Alphabet.lower + Alphabet.digits).utf8))
    count = MixedRadix.product([prefixes.count] + Array(repeating: alphabet.count, count: 8))
  }

  func generate(_ index: UInt64, _ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    var code = MixedRadix(index)
    prefixes.append(code.take(prefixes.count), to: draft.text)
    draft.text.append(UInt8(ascii: "/"))
    for _ in 0..<8 { draft.text.append(alphabet[code.take(alphabet.count)]) }
    return .text
  }
}
