import MillraceCore

/// Words of many trades: an entry of a list, by its frequency where that is known.
let listGenerators: [GeneratorDescription] = [
  // Shops.
  list("brand", "a made-up brand: Aldervane", "brands"),
  list("order_status", "delivered, shipped, pending …, most of them delivered", "order_statuses"),
  list("payment_method", "credit_card, paypal, bank_transfer …", "payment_methods"),
  list("shipping_method", "Standard, Express, Next Day …", "shipping_methods"),
  // Health and nature.
  list("allergy", "an allergy of a patient, mostly None known", "allergies"),
  list("blood_type", "O+, A+, AB- …, as frequent as they are", "blood_types"),
  list("gene", "the symbol of a human gene: BRCA1", "genes"),
  list("crop", "what a field is planted with: Wheat", "crops"),
  list("weather_condition", "Clear, Partly cloudy, Rain …", "weather_conditions"),
  // Culture, food, leisure, school.
  list("sport", "a sport: Badminton", "sports"),
  list("hobby", "a hobby: Astronomy", "hobbies"),
  list("music_genre", "a genre of music: Bossa Nova", "genres.music"),
  list("book_genre", "a genre of books: Biography", "genres.book"),
  list("film_genre", "a genre of films: Comedy", "genres.film"),
  GeneratorDescription(
    "genre", "a genre of films, books or music: genre(kind=\"music\")", [.text("kind", "film")]
  ) { (context) throws(Failure) in
    let kind = context.text("kind") ?? ""
    let names = ["movie": "film", "film": "film", "book": "book", "music": "music", "song": "music"]
    guard let section = names[kind.lowercased()] else {
      throw context.failure("there are no genres of kind=\"\(printable(kind))\"", advice: "it is film, book or music")
    }
    return ListGenerator(context.locale.common, "genres.\(section)", in: context.arena)
  },
  list("cuisine", "a style of cooking: Vietnamese", "cuisines"),
  list("dish", "a dish: Beef Stroganoff", "dishes"),
  list("subject", "a subject taught at school: Algebra", "subjects"),
  list("degree", "an academic degree: Bachelor of Science", "degrees"),
  // Work and services.
  list("company_department", "a department of a firm: Accounting", "departments_of_company"),
  list("job_level", "Junior, Senior, Director …, few of the highest", "job_levels"),
  list("property_type", "Apartment, Detached House …", "property_types"),
  list("insurance_type", "what a policy insures: Renters", "insurance_types"),
  list("energy_source", "what power is made of: Natural Gas, Wind …", "energy_sources"),
  list("hotel_room_type", "Standard Double, Suite …", "hotel_room_types"),
  // Software.
  list("issue_title", "the title of a fault in software: Export to CSV drops the last row", "issue_titles"),
  list("ticket_status", "open, in_progress, closed …, most of them closed", "ticket_statuses"),
  list("log_level", "INFO, DEBUG, WARN, ERROR …, as frequent as in logs", "log_levels"),
  list("browser", "Chrome, Safari, Edge …, as frequent as they are", "browsers"),
  list("operating_system", "Android, Windows 11, iOS …, as frequent as they are", "operating_systems"),
  // Codes.
  list("locale", "the code of a locale: pt_BR", "locales"),
  list("language_code", "the two-letter code of a language: pt", "language_codes"),
  list("emoji", "an emoji", "emoji"),
  list("safe_color_name", "one of sixteen basic colors: navy", "safe_color_names", isLocal: true),
  GeneratorDescription("unix_device", "a disk of a Unix system: /dev/sda", [.text("prefix")]) { (context) in
    let given = context.text("prefix").map { [$0] }
    let prefixes = given ?? context.locale.common.rows("unix_device_prefixes").map { $0[0] }
    let letters = (UInt8(ascii: "a")...UInt8(ascii: "z")).map { String(UnicodeScalar($0)) }
    return ListGenerator(prefixes.flatMap { prefix in letters.map { "/dev/\(prefix)\($0)" } }, in: context.arena)
  },
]

private func list(
  _ name: String, _ summary: String, _ section: String, isLocal: Bool = false
) -> GeneratorDescription {
  GeneratorDescription(name, summary) { context in
    ListGenerator(
      isLocal ? context.locale.sections(having: section) : context.locale.common, section, in: context.arena)
  }
}

/// An entry of a list, by its frequency.
struct ListGenerator: CountableGenerator {
  private let texts: TextList
  private let weights: AliasTable

  init(_ lists: Resource.Sections, _ section: String, in arena: Arena) {
    texts = lists.column(0, of: section, in: arena)
    weights = AliasTable(lists.weights(1, of: section), in: arena)
  }

  /// - Parameter texts: at least one, each as likely.
  init(_ texts: [String], in arena: Arena) {
    self.texts = TextList(texts, in: arena)
    weights = AliasTable(texts.map { _ in 1 }, in: arena)
  }

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    texts.append(weights.draw(&random), to: draft.text)
    return .text
  }

  var count: UInt64 { UInt64(texts.count) }

  func generate(_ index: UInt64, _ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    texts.append(Int(index), to: draft.text)
    return .text
  }
}
