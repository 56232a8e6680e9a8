import MillraceCore

/// Telephone numbers, with the area code of the row's place.
let phoneGenerators: [GeneratorDescription] = [
  GeneratorDescription("phone_number", "a telephone number with an area code of the row's place") {
    (context) throws(Failure) in try PhoneGenerator.make(context)
  },
  GeneratorDescription("basic_phone_number", "a national telephone number, without a country code") {
    (context) throws(Failure) in try PhoneGenerator.make(context, isBasic: true)
  },
  GeneratorDescription("mobile_number", "a number of a mobile telephone") { (context) throws(Failure) in
    try MobileNumberGenerator.make(context, isInternational: false)
  },
  GeneratorDescription("msisdn", "a mobile number in digits alone, country code first: 4915112345678") {
    (context) throws(Failure) in try MobileNumberGenerator.make(context, isInternational: true)
  },
]

/// Numbers of fixed lines.
struct PhoneGenerator: Generator {
  private let places: PlaceSource
  private let formats: TextPatterns
  /// For each area code of the place tables, which formats go with it.
  private let choices: Constants<UInt8>
  private let byLength: Constants<FormatChoice>
  private let unique: Kept<UniquePhones>?

  /// The formats for area codes of one length.
  private struct FormatChoice: BitwiseCopyable {
    let numbers: Constants<UInt32>
    let weights: AliasTable
  }

  static func make(_ context: GeneratorContext, isBasic: Bool = false) throws(Failure) -> any Generator {
    let generator = PhoneGenerator(context, isBasic: isBasic)
    return try UniqueGenerator.selfMade(generator, count: generator.unique?.value.count ?? 0, context)
  }

  private init(_ context: GeneratorContext, isBasic: Bool) {
    let rows = Self.formats(context.locale, isBasic: isBasic)
    let arena = context.arena
    let places = PlaceSource(context)
    self.places = places
    let formats = TextPatterns(rows.map { $0[1] }, weights: rows.map { _ in 1 }, slots: ["area"], in: arena)
    self.formats = formats
    unique =
      context.spec.isUnique
      ? UniquePhones(
        rows, formats, areas: places.tables.areas.texts, key: context.key.child("unique"), arena
      ).map { arena.kept($0) } : nil
    let lengths = Array(Set(rows.map { Int($0[0]) ?? 0 })).sorted()
    byLength = arena.constants(
      lengths.map { length in
        let numbers = rows.indices.filter { Int(rows[$0][0]) == length }
        return FormatChoice(
          numbers: arena.constants(numbers.map { UInt32($0) }),
          weights: AliasTable(numbers.map { rows[$0].count > 2 ? Double(rows[$0][2]) ?? 1 : 1 }, in: arena))
      })
    // A length without a format of its own takes that of the nearest.
    choices = arena.constants(
      places.tables.areas.texts.map { area in
        let nearest = lengths.indices.min { abs(lengths[$0] - area.count) < abs(lengths[$1] - area.count) }
        return UInt8(nearest ?? 0)
      })
  }

  /// Lengths of area codes, patterns and weights.
  private static func formats(_ locale: LocaleData, isBasic: Bool) -> [[String]] {
    let rows = locale.rows("phone_formats").filter { $0.count > 1 }
    guard isBasic else { return rows }
    let national = rows.filter { !$0[1].contains("+") }
    let lengths = Set(rows.map { $0[0] })
    if Set(national.map { $0[0] }) == lengths { return national }
    // Where people write the country code in front always, what follows it is the national number.
    let code = "+" + (locale.fact("calling_code") ?? "")
    return rows.map { row in
      row[1].hasPrefix(code) ? [row[0], String(row[1].dropFirst(code.count).trimmed)] + row.dropFirst(2) : row
    }
  }

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    let place = places.place(of: draft)
    let text = draft.text
    if let unique {
      let (pattern, combination) = unique.value.choice(row: draft.row, area: place.area)
      formats.append(pattern, combination: combination, to: text) { _ in
        places.tables.areas.append(place.area, to: text)
      }
      return .text
    }
    let choice = byLength[Int(choices[place.area])]
    let number = Int(choice.numbers[choice.weights.draw(&random)])
    formats.append(number, to: text, &random) { _ in places.tables.areas.append(place.area, to: text) }
    return .text
  }
}

/// Numbers of mobile telephones.
struct MobileNumberGenerator: Generator {
  private let places: PlaceSource
  private let formats: TextPatterns
  private let areas: TextList
  private let unique: Kept<UniquePhones>?

  static func make(_ context: GeneratorContext, isInternational: Bool) throws(Failure) -> any Generator {
    let generator = MobileNumberGenerator(context, isInternational: isInternational)
    return try UniqueGenerator.selfMade(generator, count: generator.unique?.value.count ?? 0, context)
  }

  private init(_ context: GeneratorContext, isInternational: Bool) {
    let rows = context.locale.rows("mobile_formats")
    places = PlaceSource(context)
    areas = places.tables.areas
    let weights = rows.map { $0.count > 1 ? Double($0[1]) ?? 1 : 1 }
    let callingCode = context.locale.fact("calling_code") ?? ""
    let patterns = rows.map {
      isInternational
        ? Self.digits(of: $0[0], callingCode: callingCode, keepsZero: context.locale.name == "it_IT") : $0[0]
    }
    let formats = TextPatterns(patterns, weights: weights, slots: ["area"], in: context.arena)
    self.formats = formats
    guard context.spec.isUnique else {
      unique = nil
      return
    }
    let key = context.key.child("unique")
    if patterns.contains(where: { $0.contains("{area}") }) {
      // Where mobile numbers have area codes too, all of these have one length.
      let length = "\(areas.texts.first?.count ?? 0)"
      let rows = patterns.map { [length, $0] }.filter { $0[1].contains("{area}") }
      unique =
        rows.count == patterns.count
        ? UniquePhones(rows, formats, areas: areas.texts, key: key, context.arena).map { context.arena.kept($0) } : nil
    } else {
      unique = context.arena.kept(UniquePhones(patterns, formats, key: key, context.arena))
    }
  }

  /// A format's digits behind the country code, without the zero that is dialled within the country.
  private static func digits(of format: String, callingCode: String, keepsZero: Bool) -> String {
    var rest = format.replacing("(0)", with: "")
    if rest.hasPrefix("+" + callingCode) { rest = String(rest.dropFirst(callingCode.count + 1)) }
    var national = ""
    var inBraces = false
    for character in rest {
      if character == "{" { inBraces = true }
      if inBraces || "0123456789#%[]".contains(character) { national.append(character) }
      if character == "}" { inBraces = false }
    }
    if !keepsZero, national.hasPrefix("0") { national.removeFirst() }
    return callingCode + national
  }

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    let place = places.place(of: draft)
    let text = draft.text
    if let unique {
      let (pattern, combination) = unique.value.choice(row: draft.row, area: place.area)
      formats.append(pattern, combination: combination, to: text) { _ in areas.append(place.area, to: text) }
      return .text
    }
    formats.append(formats.draw(&random), to: text, &random) { _ in areas.append(place.area, to: text) }
    return .text
  }
}
