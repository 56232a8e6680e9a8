/// Which person, place or company of a row each field belongs to, where the schema does not say.
///
/// A field's name without the words that its generator is known by names the entity: `billing_city` and `billing_postcode`
/// are of `billing`, `name` and `email` of no particular one. A second field with the same generator under one name, such as
/// another `name`, has an entity of its own, and fields of no particular entity belong to the only one there is.
struct EntityPlan: Sendable {
  private var entities: [String: String] = [:]

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
    for (field, generator, entity) in known {
      // What can differ within one person or place, such as a phone number, may come twice.
      let isRepeatable = ["phone_number", "url", "password"].contains(generator)
      let isNew = isRepeatable || seen.insert("\(entity)\u{0}\(generator)").inserted
      entities[field] = isNew ? entity : "\(entity) \(field)"
    }
  }

  /// - Parameter kind: `person`, `place` …; today one name serves all kinds.
  func entity(of field: String, kind: String) -> String { entities[field] ?? "" }

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
      "first_name_male", "first_name_female", "last_name_male", "last_name_female",
    ] { kinds[generator] = "person" }
    for generator in [
      "city", "state", "state_abbr", "postcode", "zipcode", "postalcode", "zipcode_plus4", "street_address",
      "street_name",
      "building_number", "address", "phone_number", "latitude", "longitude", "administrative_unit", "region",
    ] { kinds[generator] = "place" }
    return kinds
  }()
}
