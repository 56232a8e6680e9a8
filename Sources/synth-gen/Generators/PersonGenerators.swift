import MillraceCore

/// Names of people, and what tells of their sex: of one person in all fields of a row that belong together.
let personGenerators: [GeneratorDescription] = [
  GeneratorDescription("name", "a person's whole name") { (context) throws(Failure) in
    try PersonNameGenerator.make(context)
  },
  GeneratorDescription("name_female", "a woman's whole name; the row's person is a woman then") {
    (context) throws(Failure) in try PersonNameGenerator.make(context, group: .female)
  },
  GeneratorDescription("name_male", "a man's whole name; the row's person is a man then") {
    (context) throws(Failure) in try PersonNameGenerator.make(context, group: .male)
  },
  GeneratorDescription("first_name", "the person's first name") { (context) throws(Failure) in
    try PersonPartGenerator.make(.firstName, context)
  },
  GeneratorDescription("first_name_female", "a woman's first name") { (context) throws(Failure) in
    try PersonPartGenerator.make(.firstName, context, group: .female)
  },
  GeneratorDescription("first_name_male", "a man's first name") { (context) throws(Failure) in
    try PersonPartGenerator.make(.firstName, context, group: .male)
  },
  GeneratorDescription("first_name_nonbinary", "a first name that people of all sexes have") {
    (context) throws(Failure) in try PersonPartGenerator.make(.firstName, context, group: .nonbinary)
  },
  GeneratorDescription("last_name", "the person's family name") { (context) throws(Failure) in
    try PersonPartGenerator.make(.lastName, context)
  },
  GeneratorDescription("last_name_female", "a woman's family name, in the form that women have where there is one") {
    (context) throws(Failure) in try PersonPartGenerator.make(.lastName, context, group: .female)
  },
  GeneratorDescription("last_name_male", "a man's family name") { (context) throws(Failure) in
    try PersonPartGenerator.make(.lastName, context, group: .male)
  },
  GeneratorDescription("prefix", "how the person is addressed: Mr., Ms., Dr.") { context in
    PersonPartGenerator(.prefix, context)
  },
  GeneratorDescription("prefix_female", "how a woman is addressed") { context in
    PersonPartGenerator(.prefix, context, group: .female)
  },
  GeneratorDescription("prefix_male", "how a man is addressed") { context in
    PersonPartGenerator(.prefix, context, group: .male)
  },
  GeneratorDescription("suffix", "what stands behind the person's name: Jr., MD, PhD") { context in
    PersonPartGenerator(.suffix, context)
  },
  GeneratorDescription("suffix_female", "what stands behind a woman's name") { context in
    PersonPartGenerator(.suffix, context, group: .female)
  },
  GeneratorDescription("suffix_male", "what stands behind a man's name") { context in
    PersonPartGenerator(.suffix, context, group: .male)
  },
  GeneratorDescription(
    "sex", "the person's sex: F or M; sex(female=\"w\", male=\"m\")", [.text("female", "F"), .text("male", "M")]
  ) { context in SexGenerator(context) },
  GeneratorDescription(
    "gender", "the person's sex in a word: Female or Male", [.text("female", "Female"), .text("male", "Male")]
  ) { context in SexGenerator(context) },
  GeneratorDescription("language_name", "the name of a language") { context in
    ListedGenerator(context.locale.rows("languages").map { $0[1] }, context)
  },
]

/// Whole names.
struct PersonNameGenerator: Generator {
  private let source: PersonSource
  private let parts: PersonParts

  private init(_ source: PersonSource) {
    self.source = source
    parts = PersonParts(source)
  }

  static func make(_ context: GeneratorContext, group: NameGroup? = nil) throws(Failure) -> any Generator {
    let source = PersonSource(context, group: group)
    return try UniqueGenerator.selfMade(PersonNameGenerator(source), count: source.unique?.nameCount ?? 0, context)
  }

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    let person = source.person(of: draft)
    let formats = person.isMale ? source.tables.formats.male : source.tables.formats.female
    let text = draft.text
    var families = 0
    formats.append(person.format, to: text, &random) { slot in
      switch slot {
      case 0: source.tables.firstNames.append(person.firstName, to: text)
      case 1:
        if families == 0 {
          source.tables.appendLastName(person.lastName, isMale: person.isMale, to: text)
        } else {
          parts.appendSecondLastName(person, draft)
        }
        families += 1
      case 2: parts.appendPrefix(person, draft)
      default: parts.appendSuffix(person, draft)
      }
    }
    return .text
  }
}

/// What few names show of a person: drawn where it is asked for, the same in every field.
struct PersonParts: Sendable {
  private let source: PersonSource
  private let (prefixKey, suffixKey, familyKey): (RandomKey, RandomKey, RandomKey)

  init(_ source: PersonSource) {
    self.source = source
    (prefixKey, suffixKey) = (source.key.child("prefix"), source.key.child("suffix"))
    familyKey = source.key.child("second last name")
  }

  private var tables: PeopleTables { @inline(__always) get { source.tables } }

  func appendPrefix(_ person: Person, _ draft: RowDraft) {
    Self.append(person.isMale ? tables.prefixes.male : tables.prefixes.female, prefixKey, draft)
  }

  func appendSuffix(_ person: Person, _ draft: RowDraft) {
    Self.append(person.isMale ? tables.suffixes.male : tables.suffixes.female, suffixKey, draft)
  }

  private static func append(_ texts: WeightedTexts, _ key: RandomKey, _ draft: RowDraft) {
    var random = draft.random(key)
    texts.texts.append(texts.draw(&random), to: draft.text)
  }

  func appendSecondLastName(_ person: Person, _ draft: RowDraft) {
    var random = draft.random(familyKey)
    var number = tables.lastWeights.draw(&random)
    // Two families of one name would look like a slip.
    if number == person.lastName { number = (number + 1) % tables.lastNameCount }
    tables.appendLastName(number, isMale: person.isMale, to: draft.text)
  }
}

/// One part of a name.
struct PersonPartGenerator: Generator {
  enum Part: Sendable { case firstName, lastName, prefix, suffix }

  private let part: Part
  private let source: PersonSource
  private let parts: PersonParts

  init(_ part: Part, _ context: GeneratorContext, group: NameGroup? = nil) {
    self.part = part
    source = PersonSource(context, group: group)
    parts = PersonParts(source)
  }

  static func make(
    _ part: Part, _ context: GeneratorContext, group: NameGroup? = nil
  ) throws(Failure) -> any Generator {
    let generator = PersonPartGenerator(part, context, group: group)
    let unique = generator.source.unique
    return try UniqueGenerator.selfMade(
      generator, count: (part == .firstName ? unique?.firstNameCount : unique?.lastNameCount) ?? 0, context)
  }

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    let person = source.person(of: draft)
    switch part {
    case .firstName: source.tables.firstNames.append(person.firstName, to: draft.text)
    case .lastName: source.tables.appendLastName(person.lastName, isMale: person.isMale, to: draft.text)
    case .prefix: parts.appendPrefix(person, draft)
    case .suffix: parts.appendSuffix(person, draft)
    }
    return .text
  }
}

/// A word for the person's sex.
struct SexGenerator: Generator {
  private let source: PersonSource
  /// For women, for men.
  private let words: TextList

  init(_ context: GeneratorContext) {
    source = PersonSource(context)
    words = TextList([context.text("female") ?? "F", context.text("male") ?? "M"], in: context.arena)
  }

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    words.append(source.person(of: draft).isMale ? 1 : 0, to: draft.text)
    return .text
  }
}

/// One of a list, by weights.
struct ListedGenerator: CountableGenerator {
  private let texts: TextList
  private let weights: AliasTable?
  private let content: CellContent

  /// The first column of a section by the weights in its second.
  init(section: String, _ context: GeneratorContext) {
    let sections = context.locale.sections(having: section)
    self.init(sections.rows(section).map { $0[0] }, weights: sections.weights(1, of: section), context)
  }

  /// - Parameters:
  ///   - texts: at least one; those that are there twice count once where values are to be unique.
  ///   - weights: nil when all are as likely.
  init(
    _ texts: [String], weights: [Double]? = nil, content: CellContent = .text, _ context: GeneratorContext
  ) {
    self.content = content
    var texts = texts
    if context.spec.isUnique {
      var seen: Set<String> = []
      texts = texts.filter { seen.insert($0).inserted }
      self.weights = nil
    } else {
      self.weights = weights.map { AliasTable($0, in: context.arena) }
    }
    self.texts = TextList(texts, in: context.arena)
  }

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    texts.append(weights?.draw(&random) ?? random.below(texts.count), to: draft.text)
    return content
  }

  var count: UInt64 { UInt64(texts.count) }

  func generate(_ index: UInt64, _ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    texts.append(Int(index), to: draft.text)
    return content
  }
}
