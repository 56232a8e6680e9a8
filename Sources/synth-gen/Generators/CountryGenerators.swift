import MillraceCore

/// Countries: the one that the row's address lies in, else any; all fields of a row that belong together are of one.
let countryGenerators: [GeneratorDescription] = [
  GeneratorDescription("country", "a country's name: that of the address where the row has one, else any") {
    (context) throws(Failure) in try CountryGenerator.make(.name, context)
  },
  GeneratorDescription(
    "country_code", "the country's code of ISO 3166-1: country_code(representation=\"alpha-3\")",
    [.text("representation", "alpha-2")]
  ) { (context) throws(Failure) in
    let representation = context.text("representation") ?? "alpha-2"
    guard let part = CountryGenerator.Part(representation: representation) else {
      throw context.failure(
        "representation=\"\(printable(representation))\", where alpha-2, alpha-3 and numeric are possible")
    }
    return try CountryGenerator.make(part, context)
  },
  GeneratorDescription("country_calling_code", "the country's telephone code: +44") { (context) throws(Failure) in
    try CountryGenerator.make(.callingCode, context)
  },
  GeneratorDescription("current_country", "the name of the locale's own country") { (context) throws(Failure) in
    try CountryGenerator.make(.name, context, isCurrent: true)
  },
  GeneratorDescription("current_country_code", "the code of the locale's own country") { (context) throws(Failure) in
    try CountryGenerator.make(.alpha2, context, isCurrent: true)
  },
]

/// A fact of the row's country.
struct CountryGenerator: Generator {
  enum Part: Sendable {
    case name, alpha2, alpha3, numeric, callingCode

    init?(representation: String) {
      switch representation.lowercased() {
      case "alpha-2", "alpha2": self = .alpha2
      case "alpha-3", "alpha3": self = .alpha3
      case "numeric": self = .numeric
      default: return nil
      }
    }
  }

  private let texts: TextList
  private let slot: Int
  private let key: RandomKey
  /// The only country there is; nil: any.
  private let fixed: Int?
  private let order: Kept<PermutedIndex>?

  static func make(
    _ part: Part, _ context: GeneratorContext, isCurrent: Bool = false
  ) throws(Failure) -> any Generator {
    let generator = CountryGenerator(part, context, isCurrent: isCurrent)
    let count = generator.order == nil || part == .callingCode ? 0 : generator.texts.count
    return try UniqueGenerator.selfMade(generator, count: UInt64(count), context)
  }

  private init(_ part: Part, _ context: GeneratorContext, isCurrent: Bool) {
    let rows = context.locale.common.rows("countries").filter { $0.count > 3 }
    let names = Dictionary(context.locale.rows("countries").map { ($0[0], $0[1]) }) { first, _ in first }
    texts = TextList(
      rows.map { row in
        switch part {
        case .name: names[row[0]] ?? row[0]
        case .alpha2: row[0]
        case .alpha3: row[1]
        case .numeric: row[2]
        case .callingCode: "+" + row[3].replacing(" ", with: "")
        }
      }, in: context.arena)
    (slot, key) = context.compiler.entity("country", for: context)
    let own = context.locale.fact("country")
    let isUnique = context.compiler.hasUniqueCountry(context)
    fixed =
      isCurrent || (context.compiler.hasAddress(context) && !isUnique) ? rows.firstIndex { $0[0] == own } : nil
    order =
      isUnique && !isCurrent
      ? context.arena.kept(PermutedIndex(count: UInt64(rows.count), key: key.child("unique"))) : nil
  }

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    texts.append(fixed ?? country(of: draft), to: draft.text)
    return .text
  }

  private func country(of draft: RowDraft) -> Int {
    let entity = unsafe draft.entities + slot
    if unsafe entity.pointee.stamp != draft.stamp {
      var random = draft.random(key)
      let number = order.map { Int($0.value(draft.row % $0.value.count)) } ?? random.below(texts.count)
      unsafe entity.pointee.choices.0 = UInt32(truncatingIfNeeded: number)
      unsafe entity.pointee.stamp = draft.stamp
    }
    return unsafe Int(entity.pointee.choices.0)
  }
}
