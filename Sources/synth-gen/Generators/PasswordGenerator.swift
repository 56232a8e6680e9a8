import MillraceCore

/// Secrets that people choose.
let passwordGenerators: [GeneratorDescription] = [
  GeneratorDescription(
    "password", "a password with at least one character of each kind: password(length=12, special_chars=false)",
    [
      .integer("length", 10), .boolean("special_chars", true), .boolean("digits", true), .boolean("upper_case", true),
      .boolean("lower_case", true),
    ]
  ) { (context) throws(Failure) in
    try PasswordGenerator(context)
  }
]

/// Characters of several kinds, at least one of each.
struct PasswordGenerator: CountableGenerator {
  /// All kinds one behind the other.
  private let characters: Constants<UInt8>
  /// Where each kind begins, and the end of the last.
  private let bounds: Constants<Int>
  private let length: Int
  /// Of unique passwords: so many characters that are not chosen for their kind tell them apart.
  private let codeLength: Int
  let count: UInt64

  init(_ context: GeneratorContext) throws(Failure) {
    let kinds = [
      ("special_chars", "!@#$%^&*()_+"), ("digits", Alphabet.digits), ("upper_case", Alphabet.upper),
      ("lower_case", Alphabet.lower),
    ].filter { context.boolean($0.0) ?? true }.map { Array($0.1.utf8) }
    guard !kinds.isEmpty else { throw context.failure("all kinds of characters are switched off") }
    length = try context.integer("length", 1...10_000, else: 10)
    guard length >= kinds.count else {
      throw context.failure("length=\(length) is too short for one character of each of \(kinds.count) kinds")
    }
    characters = context.arena.constants(kinds.flatMap { $0 })
    var bounds = [0]
    for kind in kinds { bounds.append((bounds.last ?? 0) + kind.count) }
    self.bounds = context.arena.constants(bounds)
    codeLength = min(length - kinds.count, 10)
    count =
      codeLength == 0 ? 0 : MixedRadix.product(repeatElement(bounds[bounds.count - 1], count: codeLength))
  }

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    let start = draft.text.count
    draft.text.reserve(length)
    for _ in 0..<length { draft.text.append(characters[random.below(characters.count)]) }
    // One of each kind, at places of which none is taken twice: each is drawn among those that are free.
    let kinds = bounds.count - 1
    var places: (Int, Int, Int, Int) = (-1, -1, -1, -1)
    for kind in 0..<kinds {
      var place = random.below(length - kind)
      // The places that are taken, in rising order.
      let taken = Self.sorted(places, kind)
      if kind > 0, place >= taken.0 { place += 1 }
      if kind > 1, place >= taken.1 { place += 1 }
      if kind > 2, place >= taken.2 { place += 1 }
      switch kind {
      case 0: places.0 = place
      case 1: places.1 = place
      case 2: places.2 = place
      default: places.3 = place
      }
      let character = characters[bounds[kind] + random.below(bounds[kind + 1] - bounds[kind])]
      unsafe draft.text.base.storeBytes(of: character, toByteOffset: start + place, as: UInt8.self)
    }
    return .text
  }

  private static func sorted(_ places: (Int, Int, Int, Int), _ count: Int) -> (Int, Int, Int) {
    var (one, two, three) = (places.0, count > 1 ? places.1 : .max, count > 2 ? places.2 : .max)
    if one > two { swap(&one, &two) }
    if two > three { swap(&two, &three) }
    if one > two { swap(&one, &two) }
    return (one, two, three)
  }

  /// One of each kind in front, where the number's characters do not shift it.
  func generate(_ index: UInt64, _ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    for kind in 0..<bounds.count - 1 {
      draft.text.append(characters[bounds[kind] + random.below(bounds[kind + 1] - bounds[kind])])
    }
    var code = MixedRadix(index)
    for _ in 0..<codeLength { draft.text.append(characters[code.take(characters.count)]) }
    for _ in 0..<length - codeLength - (bounds.count - 1) {
      draft.text.append(characters[random.below(characters.count)])
    }
    return .text
  }
}
