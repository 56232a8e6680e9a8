/// Which person, place or company of a row each field belongs to, where the schema does not say.
///
/// A field's name without the words that its generator is known by names the entity: `billing_city` and `billing_postcode`
/// are of `billing`, `name` and `email` of no particular one. A second field with the same generator under one name, such as
/// another `name`, has an entity of its own, and fields of no particular entity belong to the only one there is.
struct EntityPlan: Sendable {
  private var entities: [String: String] = [:]
  /// What fields say of the person that they belong to.
  private(set) var people: [String: PersonTraits] = [:]
  /// What of a place is to be another in every row: `city`, `state`, `state_abbr`.
  private(set) var uniquePlaces: [String: Set<String>] = [:]
  /// Countries that are to be others in every row.
  private(set) var uniqueCountries: Set<String> = []
  /// Places of which a field says where they lie: a country beside it is that of the locale.
  private var addresses: Set<String> = []
  private var companies: Set<String> = []
  /// Companies that are to be others in every row.
  private(set) var uniqueCompanies: Set<String> = []

  init(_ fields: [FieldSchema], catalogue: GeneratorCatalogue) {
    var known: [(field: String, generator: String, entity: String)] = []
    for field in fields {
      guard let generator = catalogue.resolve(field.spec.generator)?.name, Self.entityWords[generator] != nil else {
        continue
      }
      known.append((field.name, generator, Self.remainder(of: field.name, generator: generator)))
    }
    // What is no role names nobody, unless fields share it: `st` is the state, `acme_city` and `acme_state` are of Acme.
    let shared = Dictionary(grouping: known) { $0.entity }.mapValues {
      Set($0.map { Self.property($0.generator) }).count
    }
    for index in known.indices where shared[known[index].entity] == 1 && !Self.isRole(known[index].entity) {
      known[index].entity = ""
    }
    // The only named person takes the fields that name nobody.
    for kind in ["person", "place", "company"] {
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
      let isRepeatable = ["phone_number", "mobile_number", "url", "password"].contains(generator)
      let isNew = isRepeatable || seen.insert("\(entity)\u{0}\(Self.property(generator))").inserted
      let name = isNew || spec?.entity != nil ? entity : "\(entity) \(field)"
      entities[field] = name
      if Self.kinds[generator] == "person" {
        people[name, default: PersonTraits()].add(generator, group, isUnique: spec?.isUnique == true)
      }
      if Self.kinds[generator] == "place", !generator.hasSuffix("_number") { addresses.insert(name) }
      if generator == "company" {
        companies.insert(name)
        if spec?.isUnique == true { uniqueCompanies.insert(name) }
      }
      guard spec?.isUnique == true else { continue }
      if ["city", "state", "state_abbr"].contains(generator) { uniquePlaces[name, default: []].insert(generator) }
      if Self.kinds[generator] == "country" { uniqueCountries.insert(name) }
    }
  }

  /// - Parameter kind: `person`, `place`, `company`, `country`: one name serves all, but where a row has only one.
  func entity(of field: String, kind: String) -> String {
    let name = entities[field] ?? ""
    return kind == "company" ? Self.only(name, among: companies) : name
  }

  /// Whether a country belongs to a place of which other fields say where it lies.
  func isOfAddress(_ country: String) -> Bool {
    addresses.contains(country) || (country.isEmpty && addresses.count == 1)
  }

  /// Whoever names nobody in particular means the only one there is.
  private static func only(_ name: String, among names: Set<String>) -> String {
    guard !names.contains(name), names.count == 1, let only = names.first else { return name }
    return name.isEmpty || only.isEmpty ? only : name
  }

  /// What of a person a generator shows: a name, a woman's name and a man's are the same of two people.
  private static func property(_ generator: String) -> String {
    for suffix in ["_female", "_male", "_nonbinary"] where generator.hasSuffix(suffix) {
      return String(generator.dropLast(suffix.count))
    }
    return generator
  }

  private static func isRole(_ name: String) -> Bool {
    name.split(separator: "_").contains { roles.contains(String($0)) }
  }

  /// Words for people and places by what they are to a row.
  private static let roles: Set<String> = [
    "agent", "applicant", "approver", "arrival", "assignee", "attendee", "author", "beneficiary", "billing", "birth",
    "borrower", "boss", "bride", "broker", "buyer", "candidate", "caregiver", "carrier", "cashier", "child", "citizen",
    "claimant", "client", "coach", "colleague", "consignee", "contact", "courier", "creator", "current", "customer",
    "dealer", "delivery", "departure", "dest", "destination", "director", "dispatcher", "doctor", "donor", "driver",
    "editor", "emergency", "employee", "engineer", "examiner", "father", "friend", "from", "groom", "guardian", "guest",
    "head", "home", "hospital", "host", "husband", "insured", "instructor", "investigator", "invoice", "judge",
    "landlord", "lawyer", "lead", "lecturer", "librarian", "manager", "manufacturer", "member", "merchant", "mother",
    "nurse", "office", "operator", "organizer", "origin", "owner", "parent", "passenger", "patient", "payee", "payer",
    "permanent", "physician", "pickup", "player", "prescriber", "previous", "primary", "professor", "provider",
    "receiver", "recipient", "reference", "referrer", "registered", "rep", "reporter", "representative", "requester",
    "responsible", "reviewer", "sales", "school", "secondary", "seller", "sender", "ship", "shipper", "shipping",
    "source", "spouse", "store", "student", "supervisor", "supplier", "surgeon", "target", "teacher", "technician",
    "temporary", "tenant", "therapist", "to", "trainer", "user", "vendor", "venue", "visitor", "volunteer", "warehouse",
    "wife", "witness",
  ]

  /// The words of a field's name that its generator does not account for.
  private static func remainder(of field: String, generator: String) -> String {
    let words = GeneratorDialect.plain(field).split(separator: "_").map(String.init)
    let own = Set(generator.split(separator: "_").map(String.init)).union(entityWords[generator] ?? [])
    return words.filter { !own.contains($0) }.joined(separator: "_")
  }

  /// Generators whose values belong to a person or a place, with the words that fields of theirs are named by.
  private static let entityWords: [String: Set<String>] = {
    var words: [String: Set<String>] = [:]
    for (generator, kind) in kinds {
      words[generator] = kind == "person" ? personWords : kind == "company" ? companyWords : placeWords
    }
    return words
  }()

  private static let personWords: Set<String> = [
    "name", "full", "first", "last", "given", "family", "sur", "surname", "middle", "email", "mail", "e", "address",
    "user",
    "username", "login", "sex", "gender", "title", "prefix", "suffix", "male", "female", "fullname", "firstname",
    "lastname", "account", "handle", "id", "work", "job", "position", "occupation", "profession", "role",
    "national", "social", "security", "tax",
  ]
  private static let companyWords: Set<String> = [
    "company", "name", "employer", "organization", "organisation", "business", "firm", "legal", "website", "web",
    "site",
    "url", "homepage", "page", "domain", "link", "suffix", "type",
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
      "prefix_male", "prefix_female", "suffix_male", "suffix_female", "gender", "job", "ssn",
    ] { kinds[generator] = "person" }
    for generator in [
      "city", "state", "state_abbr", "postcode", "zipcode", "postalcode", "zipcode_plus4", "street_address",
      "street_name",
      "building_number", "secondary_address", "address", "phone_number", "basic_phone_number", "mobile_number",
      "latitude", "longitude", "administrative_unit", "region", "latlng",
    ] { kinds[generator] = "place" }
    for generator in ["company", "company_suffix", "domain_name", "url"] { kinds[generator] = "company" }
    for generator in ["country", "country_code", "country_calling_code"] { kinds[generator] = "country" }
    return kinds
  }()
}
