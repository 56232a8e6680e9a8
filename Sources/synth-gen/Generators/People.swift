import MillraceCore

/// Which names a person has.
enum NameGroup: UInt32, Sendable, BitwiseCopyable {
  case female, male
  /// First names of all sexes.
  case nonbinary
}

/// Names of people of a locale.
struct PeopleTables: Sendable, BitwiseCopyable {
  /// Those of women, of men, and those that all sexes have, one group behind the other.
  let firstNames: TextList
  private let firstWeights: (female: AliasTable, male: AliasTable, nonbinary: AliasTable)
  let maleStart: Int
  let nonbinaryStart: Int
  /// The form that men have; where women have another, theirs follow in the same order.
  let lastNames: TextList
  let lastNameCount: Int
  private let femaleLastStart: Int
  let lastWeights: AliasTable
  let prefixes: (female: WeightedTexts, male: WeightedTexts)
  let suffixes: (female: WeightedTexts, male: WeightedTexts)
  let formats: (female: TextPatterns, male: TextPatterns)

  /// What name formats have slots for.
  static let slots = ["first_name", "last_name", "prefix", "suffix"]

  init(_ locale: LocaleData, in arena: Arena) {
    func names(_ section: String) -> [String] { locale.rows(section).map { $0[0] } }
    let female = names("first_names.female")
    let male = names("first_names.male")
    firstNames = TextList(female + male + names("first_names.nonbinary"), in: arena)
    (maleStart, nonbinaryStart) = (female.count, female.count + male.count)
    func weights(_ section: String) -> AliasTable {
      AliasTable(locale.sections(having: section).weights(1, of: section), in: arena)
    }
    firstWeights = (weights("first_names.female"), weights("first_names.male"), weights("first_names.nonbinary"))
    let last = names("last_names")
    lastNameCount = last.count
    // Of the locale's own, or not at all: another language's forms would not fit line by line.
    let lastOfWomen = locale.has("last_names.female") ? names("last_names.female") : []
    femaleLastStart = lastOfWomen.count == last.count ? last.count : 0
    lastNames = TextList(femaleLastStart > 0 ? last + lastOfWomen : last, in: arena)
    lastWeights = weights("last_names")
    prefixes = (locale.weighted("prefixes.female", in: arena), locale.weighted("prefixes.male", in: arena))
    suffixes = (locale.weighted("suffixes.female", in: arena), locale.weighted("suffixes.male", in: arena))
    let alphabet = TextPatterns.Alphabet(hasFills: false)
    formats = (
      TextPatterns(section: "name_formats.female", of: locale, slots: Self.slots, alphabet: alphabet, in: arena),
      TextPatterns(section: "name_formats.male", of: locale, slots: Self.slots, alphabet: alphabet, in: arena)
    )
  }

  /// A first name of the group, by its number in `firstNames`.
  @inline(__always) func drawFirstName(_ group: NameGroup, _ random: inout RandomStream) -> Int {
    switch group {
    case .female: firstWeights.female.draw(&random)
    case .male: maleStart &+ firstWeights.male.draw(&random)
    case .nonbinary: nonbinaryStart &+ firstWeights.nonbinary.draw(&random)
    }
  }

  /// A group's numbers in `firstNames`.
  func range(of group: NameGroup) -> Range<Int> {
    switch group {
    case .female: 0..<maleStart
    case .male: maleStart..<nonbinaryStart
    case .nonbinary: nonbinaryStart..<firstNames.count
    }
  }

  func lastName(_ number: Int, isMale: Bool) -> String {
    lastNames.text(isMale ? number : number + femaleLastStart)
  }

  /// - Parameter number: below `lastNameCount`.
  @inline(__always) func appendLastName(_ number: Int, isMale: Bool, to text: ByteBuffer) {
    lastNames.append(isMale ? number : number &+ femaleLastStart, to: text)
  }
}

/// Names in lower case letters of ASCII, as addresses of e-mail have them.
struct NameSpellings: Sendable, BitwiseCopyable {
  /// In the order of `PeopleTables.firstNames`.
  let firstNames: TextList
  /// In the order of the locale's last names, in the form that men have.
  let lastNames: TextList

  init(_ locale: LocaleData, in arena: Arena) {
    func spellings(_ section: String) -> [String] { locale.rows(section).map { Self.spelling($0) } }
    let first = ["female", "male", "nonbinary"].flatMap { spellings("first_names.\($0)") }
    firstNames = TextList(first, in: arena)
    lastNames = TextList(spellings("last_names"), in: arena)
  }

  /// - Parameter row: name, weight, and the name in Latin letters where it has none itself.
  private static func spelling(_ row: [String]) -> String {
    let given = row.count > 2 && !row[2].isEmpty ? row[2] : row[0]
    let letters = asciiLetters(of: given).lowercased().filter { $0.isASCII && $0.isLetter }
    // A name none of whose letters is known is still somebody's.
    return letters.isEmpty ? "user" : letters
  }
}

/// The person of a row that a field belongs to.
struct Person {
  /// In `PeopleTables.firstNames`.
  let firstName: Int
  /// Of `PeopleTables.lastNameCount`.
  let lastName: Int
  let isMale: Bool
  /// Of the name formats of the sex.
  let format: Int
}

/// Draws the persons of rows, or finds the one that another field of the row has drawn.
struct PersonSource: Sendable {
  private let storedTables: Kept<PeopleTables>
  private let slot: Int
  let key: RandomKey
  /// Nil: a woman or a man, as often.
  private let group: NameGroup?
  private let storedUnique: Kept<UniqueNames>?

  var tables: PeopleTables { @inline(__always) get { storedTables.value } }
  /// What is to be different in every row; nil where nothing is.
  var unique: UniqueNames? { storedUnique?.value }

  /// - Parameter group: what the field itself says of the person.
  init(_ context: GeneratorContext, group: NameGroup? = nil) {
    let compiler = context.compiler
    storedTables = compiler.localeTables.people(of: context.locale)
    let traits = compiler.traits(ofPersonOf: context)
    if let group, traits.group != group {
      // A part of a field, such as a name in a template: who it is, no field's name says.
      (slot, key) = compiler.entity("person \(group)", for: context)
      self.group = group
      storedUnique = nil
      return
    }
    (slot, key) = compiler.entity("person", for: context)
    self.group = traits.group
    let unique = UniqueNames(traits, storedTables.value, key: key, context)
    storedUnique = unique.map { context.arena.kept($0) }
  }

  /// The person that the draft's row has.
  @inline(__always) func person(of draft: RowDraft) -> Person {
    let entity = unsafe draft.entities + slot
    if unsafe entity.pointee.stamp != draft.stamp { draw(draft) }
    let choices = unsafe entity.pointee.choices
    return Person(
      firstName: Int(choices.0), lastName: Int(choices.1), isMale: choices.2 != 0, format: Int(choices.3))
  }

  @inline(never) private func choose(
    _ row: UInt64, _ first: inout Int, _ last: inout Int, _ isMale: inout Bool, _ format: inout Int
  ) {
    guard let unique else { return }
    unique.choose(row, &first, &last, &isMale)
    format = unique.format(isMale: isMale) ?? format
  }

  private func draw(_ draft: RowDraft) {
    var random = draft.random(key)
    let bits = random.next()
    var isMale = bits >> 63 != 0
    switch group {
    case .male: isMale = true
    case .female: isMale = false
    case .nonbinary, nil: break
    }
    var first = tables.drawFirstName(group ?? (isMale ? .male : .female), &random)
    var last = tables.lastWeights.draw(&random)
    var format = isMale ? tables.formats.male.index(for: bits << 1) : tables.formats.female.index(for: bits << 1)
    if storedUnique != nil { choose(draft.row, &first, &last, &isMale, &format) }
    let entity = unsafe draft.entities + slot
    unsafe entity.pointee.choices.0 = UInt32(truncatingIfNeeded: first)
    unsafe entity.pointee.choices.1 = UInt32(truncatingIfNeeded: last)
    unsafe entity.pointee.choices.2 = isMale ? 1 : 0
    unsafe entity.pointee.choices.3 = UInt32(truncatingIfNeeded: format)
    unsafe entity.pointee.stamp = draft.stamp
  }
}
