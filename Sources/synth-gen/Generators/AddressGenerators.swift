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
  GeneratorDescription("postcode", "one of the city's own postcodes") { (context) throws(Failure) in
    try PlaceGenerator.make(.postcode, context)
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
  enum Part: Sendable { case city, region, regionCode, postcode }

  private let part: Part
  private let places: PlaceSource

  static func make(_ part: Part, _ context: GeneratorContext) throws(Failure) -> any Generator {
    let generator = PlaceGenerator(part, context)
    return try UniqueGenerator.selfMade(generator, count: part == .city ? generator.places.cityCount : 0, context)
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
    }
    return .text
  }
}
