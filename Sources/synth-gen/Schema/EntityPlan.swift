/// Which person, place or company of a row each field belongs to, where the schema does not say.
///
/// A field's name without the words that its generator is known by names the entity: `billing_city` and `billing_postcode`
/// are of `billing`, `name` and `email` of no particular one. A second field with the same generator under one name, such as
/// another `name`, has an entity of its own, and fields of no particular entity belong to the only one there is.
struct EntityPlan: Sendable {
  private var entities: [String: String] = [:]
  /// What fields say of the person that they belong to.
  private(set) var people: [String: PersonTraits] = [:]
  /// Places whose city is to be another in every row.
  private(set) var uniqueCities: Set<String> = []

  init(_ fields: [FieldSchema], catalogue: GeneratorCatalogue) {
    var known: [(field: String, generator: String, entity: String)] = []
    for field in fields {
      guard let generator = catalogue.resolve(field.spec.generator)?.name, Self.entityWords[generator] != nil else {
        continue
      }
      known.append((field.name, generator, Self.remainder(of: field.name, generator: generator)))
    }
    // The only named person takes the fields that name nobody.
    for kind in ["person", "place"] {
      let own = known.filter { Self.kinds[$0.generator] == kind }
      let names = Set(own.map(\.entity))
      if names.count == 2, names.contains(""), let only = names.first(where: { !$0.isEmpty }) {
        let clashes = Dictionary(grouping: own, by: \.generator).contains { $0.value.count > 1 }
        if !clashes {
          for index in known.indices where Self.kinds[known[index].generator] == kind { known[index].entity = only }
        }
      }
    }
    var seen: Set<String> = []
    let specs = Dictionary(fields.map { ($0.name, $0.spec) }) { first, _ in first }
    for (field, generator, remainder) in known {
      let spec = specs[field]
      var entity = spec?.entity ?? remainder
      // A woman's name and a man's are two people.
      let group = PersonTraits.group(of: generator, spec)
      if let group, let other = people[entity]?.group, other != group, spec?.entity == nil { entity += " \(group)" }
      // What can differ within one person or place, such as a phone number, may come twice.
      let isRepeatable = ["phone_number", "url", "password"].contains(generator)
      let isNew = isRepeatable || seen.insert("\(entity)\u{0}\(Self.property(generator))").inserted
      let name = isNew || spec?.entity != nil ? entity : "\(entity) \(field)"
      entities[field] = name
      if Self.kinds[generator] == "person" {
        people[name, default: PersonTraits()].add(generator, group, isUnique: spec?.isUnique == true)
      }
      if generator == "city", spec?.isUnique == true { uniqueCities.insert(name) }
    }
  }

  /// - Parameter kind: `person`, `place` …; today one name serves all kinds.
  func entity(of field: String, kind: String) -> String { entities[field] ?? "" }

  /// What of a person a generator shows: a name, a woman's name and a man's are the same of two people.
  private static func property(_ generator: String) -> String {
    for suffix in ["_female", "_male", "_nonbinary"] where generator.hasSuffix(suffix) {
      return String(generator.dropLast(suffix.count))
    }
    return generator
  }

  /// The words of a field's name that its generator does not account for.
  private static func remainder(of field: String, generator: String) -> String {
    let words = GeneratorDialect.plain(field).split(separator: "_").map(String.init)
    let own = Set(generator.split(separator: "_").map(String.init)).union(entityWords[generator] ?? [])
    return words.filter { !own.contains($0) }.joined(separator: "_")
  }

  /// Generators whose values belong to a person or a place, with the words that fields of theirs are named by.
  private static let entityWords: [String: Set<String>] = {
    var words: [String: Set<String>] = [:]
    for (generator, kind) in kinds { words[generator] = kind == "person" ? personWords : placeWords }
    return words
  }()

  private static let personWords: Set<String> = [
    "name", "full", "first", "last", "given", "family", "sur", "surname", "middle", "email", "mail", "e", "address",
    "user",
    "username", "login", "sex", "gender", "title", "prefix", "suffix", "male", "female", "fullname", "firstname",
    "lastname", "account", "handle", "id", "work",
  ]
  private static let placeWords: Set<String> = [
    "city", "town", "state", "region", "province", "county", "zip", "zipcode", "postcode", "postal", "code", "street",
    "address", "line", "1", "2", "phone", "number", "mobile", "telephone", "cell", "latitude", "longitude", "lat",
    "lng",
    "lon", "country", "location", "full", "building", "house", "timezone", "time", "zone",
  ]

  /// What each generator belongs to.
  static let kinds: [String: String] = {
    var kinds: [String: String] = [:]
    for generator in [
      "name", "first_name", "last_name", "prefix", "suffix", "email", "safe_email", "free_email", "company_email",
      "ascii_email", "ascii_safe_email", "user_name", "sex", "profile", "simple_profile", "name_male", "name_female",
      "first_name_male", "first_name_female", "last_name_male", "last_name_female", "first_name_nonbinary",
      "prefix_male", "prefix_female", "suffix_male", "suffix_female", "gender", "job",
    ] { kinds[generator] = "person" }
    for generator in [
      "city", "state", "state_abbr", "postcode", "zipcode", "postalcode", "zipcode_plus4", "street_address",
      "street_name",
      "building_number", "secondary_address", "address", "phone_number", "basic_phone_number", "mobile_number",
      "latitude", "longitude", "administrative_unit", "region",
    ] { kinds[generator] = "place" }
    return kinds
  }()
}

/// What the fields of a table say of one of its people.
struct PersonTraits: Sendable {
  /// Whose names it has; nil: a woman's or a man's.
  var group: NameGroup?
  var isNameUnique = false
  var isFirstNameUnique = false
  var isLastNameUnique = false

  /// Whose names a generator is for; nil when for all.
  static func group(of generator: String, _ spec: ValueSpec?) -> NameGroup? {
    if generator.hasSuffix("_female") { return .female }
    if generator.hasSuffix("_male") { return .male }
    if generator.hasSuffix("_nonbinary") { return .nonbinary }
    guard generator.hasSuffix("profile") else { return nil }
    switch (spec?["sex"]
      ?? (generator == "simple_profile" ? spec?.positional.first : spec?.positional.dropFirst().first))?
      .text?.lowercased()
    {
    case "f", "female": return .female
    case "m", "male": return .male
    default: return nil
    }
  }

  mutating func add(_ generator: String, _ group: NameGroup?, isUnique: Bool) {
    self.group = self.group ?? group
    guard isUnique else { return }
    switch generator {
    case "name", "name_female", "name_male": isNameUnique = true
    case "first_name", "first_name_female", "first_name_male", "first_name_nonbinary": isFirstNameUnique = true
    case "last_name", "last_name_female", "last_name_male": isLastNameUnique = true
    default: break
    }
  }
}
