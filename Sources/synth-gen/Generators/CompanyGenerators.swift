import MillraceCore

/// Companies, what they say of themselves, and the jobs that they give.
let companyGenerators: [GeneratorDescription] = [
  GeneratorDescription("company", "a company's name") { (context) throws(Failure) in
    try CompanyGenerator.make(.name, context)
  },
  GeneratorDescription("company_suffix", "the legal form in the company's name: Inc., LLC") {
    (context) throws(Failure) in try CompanyGenerator.make(.suffix, context)
  },
  GeneratorDescription("catch_phrase", "a slogan: Adaptive 24-hour accounting") { context in
    PhraseGenerator(parts: "catch_phrases", formats: "catch_phrase_formats", isCapitalised: true, context)
  },
  GeneratorDescription("bs", "what consultants say: align agile assets") { context in
    PhraseGenerator(parts: "bs", formats: "bs_formats", isCapitalised: false, context)
  },
  GeneratorDescription("job", "a job, in the form for the person's sex") { (context) throws(Failure) in
    try JobGenerator.make(nil, context)
  },
  GeneratorDescription("job_female", "a job, in the form for women") { (context) throws(Failure) in
    try JobGenerator.make(.female, context)
  },
  GeneratorDescription("job_male", "a job, in the form for men") { (context) throws(Failure) in
    try JobGenerator.make(.male, context)
  },
]

/// A fact of the row's company.
struct CompanyGenerator: Generator {
  enum Part: Sendable { case name, suffix }

  private let part: Part
  private let source: CompanySource

  static func make(_ part: Part, _ context: GeneratorContext) throws(Failure) -> any Generator {
    let generator = CompanyGenerator(part: part, source: CompanySource(context))
    return try UniqueGenerator.selfMade(
      generator, count: part == .name ? generator.source.distinctCount : 0, context)
  }

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    switch part {
    case .name: source.appendName(draft)
    case .suffix: source.tables.suffixes.texts.append(source.company(of: draft).suffix, to: draft.text)
    }
    return .text
  }
}

/// A phrase put together of three lists.
struct PhraseGenerator: Generator {
  private let formats: TextPatterns
  private let first: TextList
  private let second: TextList
  private let third: TextList
  private let isCapitalised: Bool

  init(parts: String, formats section: String, isCapitalised: Bool, _ context: GeneratorContext) {
    self.isCapitalised = isCapitalised
    // The parts and their order are one language's.
    let isOwn = (["1", "2", "3"].map { "\(parts).\($0)" } + [section]).allSatisfy { context.locale.has($0) }
    let locale = isOwn ? context.locale : context.compiler.locale(LocaleData.usual)
    formats = TextPatterns(
      section: section, of: locale, slots: ["1", "2", "3"], alphabet: .init(hasFills: false),
      in: context.arena)
    func list(_ number: Int) -> TextList {
      var seen: Set<String> = []
      return TextList(
        locale.rows("\(parts).\(number)").map { $0[0] }.filter { seen.insert($0).inserted }, in: context.arena)
    }
    (first, second, third) = (list(1), list(2), list(3))
  }

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    append(
      formats.draw(&random), random.below(first.count), random.below(second.count), random.below(third.count), draft)
  }

  private func append(_ format: Int, _ one: Int, _ two: Int, _ three: Int, _ draft: RowDraft) -> CellContent {
    let text = draft.text
    let start = text.count
    formats.append(format, combination: 0, to: text) { slot in
      switch slot {
      case 0: first.append(one, to: text)
      case 1: second.append(two, to: text)
      default: third.append(three, to: text)
      }
    }
    if isCapitalised { text.capitalise(at: start) }
    return .text
  }
}

extension ByteBuffer {
  /// Makes the letter at a place a capital, when it is of ASCII or Latin-1.
  func capitalise(at place: Int) {
    guard place < count else { return }
    let first = unsafe base.load(fromByteOffset: place, as: UInt8.self)
    if first >= UInt8(ascii: "a"), first <= UInt8(ascii: "z") {
      unsafe base.storeBytes(of: first - 32, toByteOffset: place, as: UInt8.self)
    } else if first == 0xc3, place + 1 < count {
      // U+00E0 to U+00FE, of which the division sign is no letter.
      let second = unsafe base.load(fromByteOffset: place + 1, as: UInt8.self)
      if second >= 0xa0, second <= 0xbe, second != 0xb7 {
        unsafe base.storeBytes(of: second - 32, toByteOffset: place + 1, as: UInt8.self)
      }
    }
  }
}

/// Jobs, in the form for a woman or a man.
struct JobGenerator: Generator {
  private let forMen: TextList
  private let forWomen: TextList
  private let people: PersonSource
  private let form: NameGroup?
  private let order: Kept<PermutedIndex>?

  static func make(_ form: NameGroup?, _ context: GeneratorContext) throws(Failure) -> any Generator {
    let generator = JobGenerator(form, context)
    return try UniqueGenerator.selfMade(generator, count: UInt64(generator.forMen.count), context)
  }

  private init(_ form: NameGroup?, _ context: GeneratorContext) {
    self.form = form
    // Nobody's form may be the form of another job that somebody has.
    var seen: Set<String> = []
    let rows = context.locale.rows("jobs").filter { row in
      let forms = Set([row[0], row.last ?? row[0]])
      guard seen.isDisjoint(with: forms) else { return !context.spec.isUnique }
      seen.formUnion(forms)
      return true
    }
    forMen = TextList(rows.map { $0[0] }, in: context.arena)
    forWomen = TextList(rows.map { $0.count > 1 && !$0[1].isEmpty ? $0[1] : $0[0] }, in: context.arena)
    people = PersonSource(context)
    order =
      context.spec.isUnique
      ? context.arena.kept(PermutedIndex(count: UInt64(rows.count), key: context.key.child("unique"))) : nil
  }

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    let number = order.map { Int($0.value(draft.row % $0.value.count)) } ?? random.below(forMen.count)
    let isMale = form.map { $0 == .male } ?? people.person(of: draft).isMale
    (isMale ? forMen : forWomen).append(number, to: draft.text)
    return .text
  }
}
