import MillraceCore

/// How companies of a locale are called, and under which domains they are found.
struct CompanyTables: Sendable, BitwiseCopyable {
  let formats: TextPatterns
  /// The domain's name for each format.
  let domainFormats: TextPatterns
  let words: TextList
  let suffixes: WeightedTexts
  let topLevels: WeightedTexts
  private let storedPeople: Kept<PeopleTables>
  private let wordSpellings: TextList
  private let citySpellings: TextList
  private let spellings: NameSpellings

  var people: PeopleTables { @inline(__always) get { storedPeople.value } }

  static let slots = ["last_name", "company_word", "company_suffix", "city"]

  init(
    _ locale: LocaleData, people: Kept<PeopleTables>, spellings: NameSpellings, places: Kept<PlaceTables>,
    in arena: Arena
  ) {
    storedPeople = people
    self.spellings = spellings
    let alphabet = TextPatterns.Alphabet(hasFills: false)
    formats = TextPatterns(section: "company_formats", of: locale, slots: Self.slots, alphabet: alphabet, in: arena)
    words = TextList(locale.rows("company_words").map { $0[0] }, in: arena)
    suffixes = locale.weighted("company_suffixes", in: arena)
    let wordSlugs = words.texts.map { slugText(of: $0) }
    let citySlugs = places.value.cities.texts.map { slugText(of: $0) }
    wordSpellings = TextList(wordSlugs, in: arena)
    citySpellings = TextList(citySlugs, in: arena)
    var usable = ["{last_name}"]
    if wordSlugs.allSatisfy({ !$0.isEmpty }) { usable.append("{company_word}") }
    if citySlugs.allSatisfy({ !$0.isEmpty }) { usable.append("{city}") }
    let rows = locale.rows("company_formats")
    domainFormats = TextPatterns(
      rows.map { Self.domainFormat($0[0], usable: usable) }, weights: rows.map { _ in 1 }, slots: Self.slots,
      alphabet: alphabet, in: arena)
    let levels = Self.topLevels(of: locale)
    topLevels = WeightedTexts(
      texts: TextList(levels.map(\.0), in: arena), weights: AliasTable(levels.map(\.1), in: arena))
  }

  /// The parts of a company's name that its domain shows, in their order.
  private static func domainFormat(_ format: String, usable: [String]) -> String {
    var found: [String] = []
    var rest = format[...]
    while let start = rest.firstIndex(of: "{"), let end = rest[start...].firstIndex(of: "}") {
      let slot = String(rest[start...end])
      if usable.contains(slot), found.count < 3 { found.append(slot) }
      rest = rest[rest.index(after: end)...]
    }
    return found.isEmpty ? "{last_name}" : found.joined(separator: "-")
  }

  /// What domains of companies end with, in the country and all over the world.
  private static func topLevels(of locale: LocaleData) -> [(String, Double)] {
    let own = locale.fact("tld") ?? "com"
    // Where companies register below a second level.
    let national = ["uk": "co.uk", "jp": "co.jp", "br": "com.br"][own] ?? own
    return own == "us"
      ? [("com", 80), ("net", 8), ("io", 5), ("org", 4), ("us", 3)]
      : [(national, 62), ("com", 30), ("net", 4), ("org", 2), ("io", 2)]
  }

  /// - Parameter city: the company's, in the place tables.
  func appendName(of company: Company, city: Int, _ places: PlaceTables, to text: ByteBuffer) {
    var families = 0
    var words = 0
    formats.append(company.format, combination: 0, to: text) { slot in
      switch slot {
      case 0:
        people.appendLastName(company.family(families), isMale: true, to: text)
        families += 1
      case 1:
        self.words.append(words == 0 ? company.words.0 : company.words.1, to: text)
        words += 1
      case 2: suffixes.texts.append(company.suffix, to: text)
      default: places.cities.append(city, to: text)
      }
    }
  }

  func appendDomain(of company: Company, city: Int, to text: ByteBuffer) {
    var families = 0
    var words = 0
    domainFormats.append(company.format, combination: 0, to: text) { slot in
      switch slot {
      case 0:
        spellings.lastNames.append(company.family(families), to: text)
        families += 1
      case 1:
        wordSpellings.append(words == 0 ? company.words.0 : company.words.1, to: text)
        words += 1
      case 2: break
      default: citySpellings.append(city, to: text)
      }
    }
    text.append(UInt8(ascii: "."))
    topLevels.texts.append(company.topLevel, to: text)
  }
}

/// The company of a row that a field belongs to, by the places of its parts in the tables.
struct Company {
  var format: Int
  var families: (Int, Int, Int)
  var words: (Int, Int)
  var suffix: Int
  var topLevel: Int

  @inline(__always) func family(_ number: Int) -> Int {
    switch number {
    case 0: families.0
    case 1: families.1
    default: families.2
    }
  }
}

/// Draws the companies of rows, or finds the one that another field of the row has drawn.
struct CompanySource: Sendable {
  private let storedTables: Kept<CompanyTables>
  private let places: PlaceSource
  private let slot: Int
  private let key: RandomKey
  private let unique: Kept<UniqueCompanies>?

  var tables: CompanyTables { @inline(__always) get { storedTables.value } }
  /// How many rows can have different companies.
  var distinctCount: UInt64 { unique?.value.count ?? 0 }

  init(_ context: GeneratorContext) {
    let compiler = context.compiler
    storedTables = compiler.localeTables.companies(of: context.locale)
    places = PlaceSource(context)
    (slot, key) = compiler.entity("company", for: context)
    unique =
      compiler.hasUniqueCompany(context)
      ? context.arena.kept(
        UniqueCompanies(context.locale, storedTables.value, places.tables, key: key.child("unique"), context.arena))
      : nil
  }

  func company(of draft: RowDraft) -> Company {
    let entity = unsafe draft.entities + slot
    if unsafe entity.pointee.stamp != draft.stamp { draw(draft) }
    let choices = unsafe entity.pointee.choices
    return Company(
      format: Int(choices.0), families: (Int(choices.1), Int(choices.2), Int(choices.3)),
      words: (Int(choices.4), Int(choices.7)),
      suffix: Int(choices.5), topLevel: Int(choices.6))
  }

  private func draw(_ draft: RowDraft) {
    var random = draft.random(key)
    let people = tables.people
    var company = Company(
      format: tables.formats.draw(&random),
      families: (
        people.lastWeights.draw(&random), people.lastWeights.draw(&random), people.lastWeights.draw(&random)
      ), words: (random.below(tables.words.count), random.below(tables.words.count)),
      suffix: tables.suffixes.draw(&random),
      topLevel: tables.topLevels.draw(&random))
    // "Smith & Smith" would look like a slip.
    if company.families.1 == company.families.0 { company.families.1 = (company.families.0 + 1) % people.lastNameCount }
    if company.words.1 == company.words.0 { company.words.1 = (company.words.0 + 1) % tables.words.count }
    if let unique { unique.value.choose(draft.row, &company) }
    let entity = unsafe draft.entities + slot
    func index(_ number: Int) -> UInt32 { UInt32(truncatingIfNeeded: number) }
    unsafe entity.pointee.choices = (
      index(company.format), index(company.families.0), index(company.families.1), index(company.families.2),
      index(company.words.0), index(company.suffix), index(company.topLevel), index(company.words.1)
    )
    unsafe entity.pointee.stamp = draft.stamp
  }

  func appendName(_ draft: RowDraft) {
    let company = company(of: draft)
    tables.appendName(of: company, city: places.place(of: draft).number, places.tables, to: draft.text)
  }

  func appendDomain(_ draft: RowDraft) {
    let company = company(of: draft)
    tables.appendDomain(of: company, city: places.place(of: draft).number, to: draft.text)
  }
}

/// Companies no two of which have the same name, in a random order.
private struct UniqueCompanies: Sendable, BitwiseCopyable {
  /// What the parts of a company are made of.
  private struct Form: BitwiseCopyable {
    /// Of the first of its companies.
    var start: UInt32
    var format: UInt32
    /// How many families, words and second words it can have: 1 where it shows none.
    var families: UInt32
    var words: UInt32
    var secondWords: UInt32
  }

  private let forms: Constants<Form>
  /// Of all that the forms can have, those whose names are different.
  private let numbers: Constants<UInt32>
  private let order: PermutedIndex
  private let suffixes: AliasTable

  var count: UInt64 { UInt64(numbers.count) }

  /// More would take too long to tell apart.
  private static let most: UInt32 = 200_000

  init(
    _ locale: LocaleData, _ tables: CompanyTables, _ places: PlaceTables, key: RandomKey, _ arena: Arena
  ) {
    let (families, words) = (UInt32(tables.people.lastNameCount), UInt32(tables.words.count))
    var forms: [Form] = []
    var total: UInt32 = 0
    for (format, row) in locale.rows("company_formats").enumerated() {
      func count(_ slot: String) -> Int { row[0].ranges(of: "{\(slot)}").count }
      // Names with several families are too many, and those with a city are the place's.
      let form = Form(
        start: total, format: UInt32(format), families: count("last_name") == 1 ? families : 1,
        words: count("company_word") >= 1 ? words : 1, secondWords: count("company_word") == 2 ? words : 1)
      let size = form.families * form.words * form.secondWords
      guard count("last_name") <= 1, count("company_word") <= 2, count("city") == 0, total + size <= Self.most else {
        continue
      }
      forms.append(form)
      total += size
    }
    self.forms = arena.constants(forms)
    suffixes = tables.suffixes.weights
    let text = ByteBuffer(capacity: 256)
    var seen: Set<UInt64> = []
    var distinct: [UInt32] = []
    for number in 0..<total {
      text.removeAll()
      var company = Company(format: 0, families: (0, 0, 0), words: (0, 0), suffix: 0, topLevel: 0)
      Self.choose(number, &company, self.forms, suffixes)
      // The city stands in none of these formats: any place will do.
      tables.appendName(of: company, city: 0, places, to: text)
      var hash: UInt64 = 0xcbf2_9ce4_8422_2325
      for byte in unsafe text.bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
      // Two names with one hash are taken for the same: one of them is never used.
      if seen.insert(hash).inserted { distinct.append(number) }
    }
    numbers = arena.constants(distinct)
    order = PermutedIndex(count: UInt64(max(1, distinct.count)), key: key)
  }

  private static func choose(
    _ number: UInt32, _ company: inout Company, _ forms: Constants<Form>, _ suffixes: AliasTable
  ) {
    var form = forms[0]
    for index in 0..<forms.count where forms[index].start <= number { form = forms[index] }
    let (rest, word) = (number - form.start).quotientAndRemainder(dividingBy: form.words)
    let (second, family) = rest.quotientAndRemainder(dividingBy: form.families)
    company.format = Int(form.format)
    company.families.0 = Int(family)
    company.words = (Int(word), Int(second))
    company.suffix = suffixes.index(for: RandomStream.mix(UInt64(number) &* RandomStream.increment))
  }

  func choose(_ row: UInt64, _ company: inout Company) {
    guard numbers.count > 0 else { return }
    Self.choose(numbers[Int(order(row % count))], &company, forms, suffixes)
  }
}
