import MillraceCore

/// Addresses: all fields of a row that belong together are of one place.
let addressGenerators: [GeneratorDescription] = [
  GeneratorDescription("street_address", "street and number in the row's place") { context in
    AddressGenerator(.streetAddress, context)
  },
  GeneratorDescription("street_name", "the street's name") { context in AddressGenerator(.street, context) },
  GeneratorDescription("building_number", "the building's number") { context in
    AddressGenerator(.buildingNumber, context)
  },
  GeneratorDescription("secondary_address", "flat, floor or unit: Apt 12") { context in
    AddressGenerator(.secondary, context)
  },
  GeneratorDescription("address", "the whole postal address, in lines") { context in
    AddressGenerator(.postal, context)
  },
  GeneratorDescription("city", "the city, a real one") { (context) throws(Failure) in
    try PlaceGenerator.make(.city, context)
  },
  GeneratorDescription("state", "the city's state, province or region") { (context) throws(Failure) in
    try PlaceGenerator.make(.region, context)
  },
  GeneratorDescription("administrative_unit", "the same as state") { (context) throws(Failure) in
    try PlaceGenerator.make(.region, context)
  },
  GeneratorDescription(
    "state_abbr", "the short form of the city's state: CA", [.boolean("include_territories", true)]
  ) { (context) throws(Failure) in try PlaceGenerator.make(.regionCode, context) },
  GeneratorDescription("postcode", "one of the city's own postcodes") { (context) throws(Failure) in
    try PlaceGenerator.make(.postcode, context)
  },
  GeneratorDescription("zipcode", "the same as postcode") { (context) throws(Failure) in
    try PlaceGenerator.make(.postcode, context)
  },
  GeneratorDescription("postalcode", "the same as postcode") { (context) throws(Failure) in
    try PlaceGenerator.make(.postcode, context)
  },
  GeneratorDescription("zipcode_plus4", "a ZIP code with four more digits: 10001-4356; elsewhere the postcode") {
    (context) throws(Failure) in
    try PlaceGenerator.make(context.locale.fact("country") == "US" ? .zipPlus4 : .postcode, context)
  },
  GeneratorDescription(
    "zipcode_in_state", "a postcode of a state: zipcode_in_state(state_abbr=\"CA\"); of the row's own without it",
    [.text("state_abbr")]
  ) { (context) throws(Failure) in
    guard let code = context.text("state_abbr") else { return try PlaceGenerator.make(.postcode, context) }
    return try PostcodeInRegionGenerator(code, context)
  },
  GeneratorDescription("city_prefix", "what names of cities begin with: North") { context in
    ListedGenerator(section: "city_prefixes", context)
  },
  GeneratorDescription("city_suffix", "what names of cities end with: ville") { context in
    ListedGenerator(section: "city_suffixes", context)
  },
  GeneratorDescription("street_suffix", "what names of streets end with: Avenue") { context in
    ListedGenerator(section: "street_suffixes", context)
  },
]

/// What lies in a street of the row's place.
struct AddressGenerator: Generator {
  enum Part: Sendable { case streetAddress, street, buildingNumber, secondary, postal }

  private let part: Part
  private let source: AddressSource

  init(_ part: Part, _ context: GeneratorContext) {
    self.part = part
    source = AddressSource(context)
  }

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    switch part {
    case .streetAddress: source.appendStreetAddress(draft)
    case .street: source.appendStreet(draft)
    case .buildingNumber: source.appendNumber(draft)
    case .secondary: source.appendSecondary(draft)
    case .postal: source.appendPostalAddress(draft, &random)
    }
    return .text
  }
}

/// A fact of the row's place.
struct PlaceGenerator: Generator {
  enum Part: Sendable { case city, region, regionCode, postcode, zipPlus4 }

  private let part: Part
  private let places: PlaceSource

  static func make(_ part: Part, _ context: GeneratorContext) throws(Failure) -> any Generator {
    let generator = PlaceGenerator(part, context)
    let isListed = part == .city || part == .region || part == .regionCode
    return try UniqueGenerator.selfMade(generator, count: isListed ? generator.places.distinctCount : 0, context)
  }

  private init(_ part: Part, _ context: GeneratorContext) {
    self.part = part
    places = PlaceSource(context)
  }

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    let place = places.place(of: draft)
    switch part {
    case .city: places.tables.cities.append(place.number, to: draft.text)
    case .region: places.tables.regions.append(place.number, to: draft.text)
    case .regionCode: places.tables.regionCodes.append(place.number, to: draft.text)
    case .postcode: places.tables.appendPostcode(of: place.number, place.postcode, to: draft.text)
    case .zipPlus4:
      places.tables.appendPostcode(of: place.number, place.postcode, to: draft.text)
      draft.text.append(UInt8(ascii: "-"))
      draft.text.append(integer: random.integer(in: 1...9999), width: 4)
    }
    return .text
  }
}

/// Postcodes of the cities of one region.
struct PostcodeInRegionGenerator: Generator {
  private let tables: Kept<PlaceTables>
  private let places: Constants<UInt32>
  private let weights: AliasTable

  init(_ code: String, _ context: GeneratorContext) throws(Failure) {
    let tables = context.compiler.localeTables.places(of: context.locale)
    self.tables = tables
    let codes = tables.value.regionCodes.texts
    let names = tables.value.regions.texts
    let wanted = code.lowercased()
    let own = codes.indices.filter { codes[$0].lowercased() == wanted || names[$0].lowercased() == wanted }
    guard !own.isEmpty else {
      throw context.failure(
        "state_abbr=\"\(printable(code))\" is no state of \(context.locale.name)",
        advice: "there are \(Set(codes).sorted().joined(separator: ", "))")
    }
    places = context.arena.constants(own.map { UInt32($0) })
    weights = AliasTable(own.map { Double(tables.value.entries[$0].postcodes) }, in: context.arena)
  }

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    let place = Int(places[weights.draw(&random)])
    tables.value.appendPostcode(of: place, UInt32(truncatingIfNeeded: random.next()), to: draft.text)
    return .text
  }
}
