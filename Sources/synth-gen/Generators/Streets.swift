import MillraceCore

/// How streets, numbers and whole addresses are written in a locale.
struct StreetTables: Sendable, BitwiseCopyable {
  let names: WeightedTexts
  let suffixes: WeightedTexts
  let formats: TextPatterns
  let numbers: TextPatterns
  let addressFormats: TextPatterns
  let secondary: TextPatterns
  let postalFormats: TextPatterns
  private let storedPeople: Kept<PeopleTables>

  var people: PeopleTables { @inline(__always) get { storedPeople.value } }

  init(_ locale: LocaleData, people: Kept<PeopleTables>, in arena: Arena) {
    storedPeople = people
    names = locale.weighted("street_names", in: arena)
    suffixes = locale.weighted("street_suffixes", in: arena)
    let slotsOnly = TextPatterns.Alphabet(hasFills: false)
    formats = TextPatterns(
      section: "street_formats", of: locale, slots: ["street_name", "street_suffix", "last_name"], alphabet: slotsOnly,
      in: arena)
    numbers = TextPatterns(section: "building_number_formats", of: locale, in: arena)
    addressFormats = TextPatterns(
      section: "street_address_formats", of: locale, slots: ["street", "building_number", "secondary_address"],
      alphabet: slotsOnly, in: arena)
    secondary = TextPatterns(section: "secondary_address_formats", of: locale, in: arena)
    postalFormats = TextPatterns(
      section: "address_formats", of: locale,
      slots: ["street_address", "secondary_address", "postcode", "city", "region", "region_code"], alphabet: slotsOnly,
      in: arena)
  }
}

/// Writes the parts of a row's address: the same in every field that shows them.
struct AddressSource: Sendable {
  let places: PlaceSource
  private let storedTables: Kept<StreetTables>
  private let (streetKey, numberKey, secondaryKey, formatKey): (RandomKey, RandomKey, RandomKey, RandomKey)

  init(_ context: GeneratorContext) {
    places = PlaceSource(context)
    storedTables = context.compiler.localeTables.streets(of: context.locale)
    let key = places.key
    (streetKey, numberKey) = (key.child("street"), key.child("building number"))
    (secondaryKey, formatKey) = (key.child("secondary address"), key.child("address format"))
  }

  private var tables: StreetTables { @inline(__always) get { storedTables.value } }

  @inline(__always) func appendStreet(_ draft: RowDraft) {
    var random = draft.random(streetKey)
    let format = tables.formats.draw(&random)
    let choice = random.next()
    let text = draft.text
    tables.formats.append(format, to: text, &random) { slot in
      switch slot {
      case 0: tables.names.texts.append(tables.names.weights.index(for: choice), to: text)
      case 1:
        tables.suffixes.texts.append(tables.suffixes.weights.index(for: RandomStream.mix(choice)), to: text)
      default: tables.people.appendLastName(tables.people.lastWeights.index(for: choice), isMale: true, to: text)
      }
    }
  }

  @inline(__always) func appendNumber(_ draft: RowDraft) {
    var random = draft.random(numberKey)
    tables.numbers.append(tables.numbers.draw(&random), to: draft.text, &random)
  }

  @inline(__always) func appendSecondary(_ draft: RowDraft) {
    var random = draft.random(secondaryKey)
    tables.secondary.append(tables.secondary.draw(&random), to: draft.text, &random)
  }

  @inline(__always) func appendStreetAddress(_ draft: RowDraft) {
    var random = draft.random(formatKey)
    tables.addressFormats.append(tables.addressFormats.draw(&random), to: draft.text, &random) { slot in
      switch slot {
      case 0: appendStreet(draft)
      case 1: appendNumber(draft)
      default: appendSecondary(draft)
      }
    }
  }

  /// The whole address, in lines.
  func appendPostalAddress(_ draft: RowDraft, _ random: inout RandomStream) {
    let place = places.place(of: draft)
    let text = draft.text
    tables.postalFormats.append(tables.postalFormats.draw(&random), to: text, &random) { slot in
      switch slot {
      case 0: appendStreetAddress(draft)
      case 1: appendSecondary(draft)
      case 2: places.tables.appendPostcode(of: place.number, place.postcode, to: text)
      case 3: places.tables.cities.append(place.number, to: text)
      case 4: places.tables.regions.append(place.number, to: text)
      default: places.tables.regionCodes.append(place.number, to: text)
      }
    }
  }
}
