import MillraceCore

/// Writes the name under which a row's person has accounts: `mary.smith`, `msmith42`. The e-mail address and the user name
/// of a person have the same one.
struct AccountNames: Sendable {
  private let source: PersonSource
  private let spellings: NameSpellings
  private let formats: TextPatterns
  private let key: RandomKey
  /// Nil where two rows may have the same.
  private let numbers: Kept<GrowingPermutation>?

  private static let slots = ["first", "last", "f", "l"]
  private static let usual: [(String, Double)] = [
    ("{first}.{last}", 22), ("{first}{last}", 9), ("{f}{last}", 9), ("{first}.{last}%#", 12), ("{first}{last}%#", 8),
    ("{f}{last}%#", 9), ("{first}_{last}", 5), ("{last}.{first}", 4), ("{first}%##", 5), ("{first}.{last}%", 4),
    ("{last}{f}%#", 3), ("{first}{l}%#", 4), ("{first}-{last}", 2), ("{f}.{last}", 4), ("{first}_{last}%#", 3),
    ("{first}{last}19[56789]#", 2), ("{first}.{last}19[56789]#", 2),
  ]
  /// Forms whose end is no digit: a number behind tells rows apart.
  private static let numbered: [(String, Double)] = [
    ("{first}.{last}", 40), ("{first}{last}", 16), ("{f}{last}", 20), ("{first}_{last}", 8), ("{first}", 8),
    ("{last}.{first}", 5), ("{first}{l}", 5), ("{last}{f}", 4),
  ]

  init(_ context: GeneratorContext) {
    source = PersonSource(context)
    spellings = context.compiler.localeTables.spellings(of: context.locale)
    let forms = context.spec.isUnique ? Self.numbered : Self.usual
    formats = TextPatterns(forms.map(\.0), weights: forms.map(\.1), slots: Self.slots, in: context.arena)
    key = source.key.child("account name")
    numbers = context.spec.isUnique ? context.arena.kept(GrowingPermutation(key: key.child("unique"))) : nil
  }

  @inline(__always) func append(_ draft: RowDraft) {
    let person = source.person(of: draft)
    var random = draft.random(key)
    let text = draft.text
    formats.append(formats.draw(&random), to: text, &random) { slot in
      let start = text.count
      switch slot {
      case 0: spellings.firstNames.append(person.firstName, to: text)
      case 1: spellings.lastNames.append(person.lastName, to: text)
      case 2:
        spellings.firstNames.append(person.firstName, to: text)
        text.count = start + 1
      default:
        spellings.lastNames.append(person.lastName, to: text)
        text.count = start + 1
      }
    }
    if let numbers { text.append(integer: Int(truncatingIfNeeded: numbers.value(draft.row))) }
  }
}

/// The natural numbers in a random order in which small ones come early: the first thousand rows have the numbers below a
/// thousand, the rows up to a million those below a million, and so on.
struct GrowingPermutation: Sendable, BitwiseCopyable {
  private let small: PermutedIndex
  private let middle: PermutedIndex
  private let large: PermutedIndex

  private static let (smallEnd, middleEnd, largeEnd): (UInt64, UInt64, UInt64) = (1000, 1_000_000, 1_000_000_000_000)

  init(key: RandomKey) {
    small = PermutedIndex(count: Self.smallEnd, key: key.child("small"))
    middle = PermutedIndex(count: Self.middleEnd - Self.smallEnd, key: key.child("middle"))
    large = PermutedIndex(count: Self.largeEnd - Self.middleEnd, key: key.child("large"))
  }

  /// Another number for every row.
  func callAsFunction(_ row: UInt64) -> UInt64 {
    if row < Self.smallEnd { return small(row) }
    if row < Self.middleEnd { return Self.smallEnd + middle(row - Self.smallEnd) }
    return row < Self.largeEnd ? Self.middleEnd + large(row - Self.middleEnd) : row
  }
}
