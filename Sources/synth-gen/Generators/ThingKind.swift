import MillraceCore

/// A kind of thing that a list knows more than a name of: what fields of a row say of one such thing is of one entry.
struct ThingKind: Sendable {
  let name: String
  /// Of the lists that all locales share, or of a locale's own.
  let section: String
  let isLocal: Bool
  /// The column of the entries' frequencies; nil where all are alike.
  let weight: Int?
  /// Generators that show a column, with its number.
  let columns: [String: Int]
  /// Generators that make something of the entry.
  let others: [String]

  init(
    _ name: String, section: String, isLocal: Bool = false, weight: Int? = nil, columns: [String: Int],
    others: [String] = []
  ) {
    self.name = name
    self.section = section
    self.isLocal = isLocal
    self.weight = weight
    self.columns = columns
    self.others = others
  }

  static let diagnosis = ThingKind(
    "diagnosis", section: "diagnoses", weight: 2, columns: ["icd10_code": 0, "diagnosis": 1])
  static let medication = ThingKind(
    "medication", section: "medications", columns: ["medication": 0], others: ["dosage"])
  static let labTest = ThingKind(
    "lab test", section: "lab_tests", columns: ["lab_test": 0, "lab_unit": 1],
    others: ["lab_value", "lab_reference_range", "lab_flag"])
  static let airport = ThingKind(
    "airport", section: "airports",
    columns: ["airport_code": 0, "airport": 1, "airport_city": 2, "airport_country_code": 3])
  static let airline = ThingKind(
    "airline", section: "airlines", columns: ["airline_code": 0, "airline": 1], others: ["flight_number"])
  static let element = ThingKind(
    "element", section: "chemical_elements", columns: ["chemical_symbol": 0, "chemical_element": 1],
    others: ["atomic_number"])
  static let organism = ThingKind(
    "organism", section: "organisms", columns: ["organism": 0, "organism_common_name": 1])
  static let animal = ThingKind("animal", section: "animals", columns: ["animal": 0, "animal_species": 1])
  static let vehicle = ThingKind(
    "vehicle", section: "vehicles", weight: 3, columns: ["vehicle_make": 0, "vehicle_model": 1, "vehicle_type": 2],
    others: ["vehicle"])
  static let sensor = ThingKind(
    "sensor", section: "sensor_types", columns: ["sensor_type": 0, "sensor_unit": 1], others: ["sensor_value"])
  static let stock = ThingKind("stock", section: "stock_tickers", columns: ["stock_ticker": 0, "stock_company": 1])
  static let ingredient = ThingKind(
    "ingredient", section: "ingredients", columns: ["ingredient": 0, "ingredient_unit": 1],
    others: ["ingredient_quantity"])
  static let color = ThingKind(
    "color", section: "color_names", isLocal: true, columns: ["color_name": 0, "hex_color": 1], others: ["rgb_color"])
  static let product = ThingKind(
    "product", section: "products", isLocal: true, columns: ["product": 0, "department": 1],
    others: ["product_name", "product_adjective", "material", "price", "sku"])
  static let review = ThingKind(
    "review", section: "review_titles", columns: [:], others: ["rating", "review_title"])
  static let file = ThingKind(
    "file", section: "file_extensions", columns: [:], others: ["file_name", "file_extension", "file_path", "mime_type"])

  static let all = [
    diagnosis, medication, labTest, airport, airline, element, organism, animal, vehicle, sensor, stock, ingredient,
    color, product, review, file, currency, cryptocurrency, card, bank,
  ]

  /// The kind that each generator belongs to.
  static let ofGenerator: [String: String] = {
    var kinds: [String: String] = [:]
    for kind in all { for generator in Array(kind.columns.keys) + kind.others { kinds[generator] = kind.name } }
    return kinds
  }()

  /// What is another for each entry, without being a column.
  static let wholeEntry: Set<String> = [
    "vehicle", "atomic_number", "currency", "currency_name", "cryptocurrency",
  ]

  /// What one thing may have twice.
  static let repeatable: Set<String> = ["price", "sku", "flight_number", "dosage", "rating"]

  /// Words of fields' names that tell no thing from another.
  static let words: Set<String> = [
    "name", "code", "id", "type", "kind", "title", "label", "iata", "icao", "icd", "icd10", "symbol", "description",
    "number", "value", "unit",
  ]
}

/// Draws an entry of a kind once a row, for all fields that are about the same thing.
struct ThingDraw: Sendable {
  private let slot: Int
  private let key: RandomKey
  private let weights: AliasTable
  /// Where a field is to be another in every row: the entries that differ in it, in a random order.
  private let order: PermutedIndex?
  private let distinct: Constants<UInt32>

  /// How many entries there are when each comes once; nil where no field asks for that.
  var distinctCount: UInt64? { order?.count }

  /// - Parameters:
  ///   - variant: what tells the entries from others of the kind.
  ///   - weights: of the entries; one at least is above zero.
  ///   - texts: of an entry, by generator, where the entry alone decides them.
  init(
    _ kind: ThingKind, variant: String = "", weights: [Double], _ context: GeneratorContext,
    texts: (_ generator: String, _ entry: Int) -> String?
  ) {
    let thing = context.thing(kind)
    // Entries of different locales are different things.
    let name = "\(thing.name)\u{0}\(kind.isLocal ? context.locale.name : variant)"
    slot = context.compiler.entity(kind.name, named: name, for: context)
    key = context.compiler.key.child("entity").child(kind.name).child(thing.name).child(variant)
    self.weights = AliasTable(weights, in: context.arena)
    let unique = context.compiler.things.uniqueGenerators(of: thing)
    var seen: [String: Set<String>] = [:]
    var entries: [UInt32] = []
    let generators = unique.filter { texts($0, 0) != nil }.sorted()
    for entry in weights.indices where !generators.isEmpty && weights[entry] > 0 {
      let own = generators.map { ($0, texts($0, entry) ?? "") }
      guard own.allSatisfy({ !(seen[$0.0]?.contains($0.1) ?? false) }) else { continue }
      for (generator, text) in own { seen[generator, default: []].insert(text) }
      entries.append(UInt32(entry))
    }
    distinct = context.arena.constants(entries)
    order = entries.isEmpty ? nil : PermutedIndex(count: UInt64(entries.count), key: key.child("unique"))
  }

  /// The row's entry.
  @inline(__always) func entry(_ draft: RowDraft) -> Int {
    if unsafe draft.entities[slot].stamp != draft.stamp { draw(draft) }
    return unsafe Int(draft.entities[slot].choices.0)
  }

  /// Random bits that belong to the row's thing, for what fields about it must agree in.
  ///
  /// - Parameter purpose: another for what is independent.
  @inline(__always) func bits(_ draft: RowDraft, _ purpose: UInt64) -> UInt64 {
    if unsafe draft.entities[slot].stamp != draft.stamp { draw(draft) }
    let choices = unsafe draft.entities[slot].choices
    return RandomStream.mix((UInt64(choices.1) | UInt64(choices.2) << 32) &+ purpose &* RandomStream.increment)
  }

  private func draw(_ draft: RowDraft) {
    var random = draft.random(key)
    let entry: Int
    if let order {
      // A table that is made without a limit comes round again behind its last entry.
      entry = Int(distinct[Int(order(draft.row % order.count))])
    } else {
      entry = weights.draw(&random)
    }
    let bits = random.next()
    unsafe draft.entities[slot].choices.0 = UInt32(truncatingIfNeeded: entry)
    unsafe draft.entities[slot].choices.1 = UInt32(truncatingIfNeeded: bits)
    unsafe draft.entities[slot].choices.2 = UInt32(truncatingIfNeeded: bits >> 32)
    unsafe draft.entities[slot].stamp = draft.stamp
  }
}

/// The entries of a kind, as a field's generator is made of them.
struct ThingEntries {
  let kind: ThingKind
  let rows: [[String]]
  let draw: ThingDraw
  private let context: GeneratorContext

  /// - Parameter weight: of an entry; what the kind says when it is nil.
  init(_ kind: ThingKind, _ context: GeneratorContext, weight: (([String]) -> Double)? = nil) {
    let lists = kind.isLocal ? context.locale.sections(having: kind.section) : context.locale.common
    let rows = lists.rows(kind.section)
    self.kind = kind
    self.rows = rows
    self.context = context
    let weights = rows.map { row in
      weight?(row) ?? kind.weight.flatMap { $0 < row.count ? Double(row[$0]) : nil } ?? 1
    }
    draw = ThingDraw(kind, weights: weights, context) { (generator, entry) in
      if let column = kind.columns[generator] { return rows[entry][column] }
      return ThingKind.wholeEntry.contains(generator) ? "\(entry)" : nil
    }
  }

  /// A column, of every entry.
  func texts(_ column: Int) -> TextList {
    TextList(rows.map { column < $0.count ? $0[column] : "" }, in: context.arena)
  }

  func number(_ column: Int, of row: [String]) -> Double { column < row.count ? Double(row[column]) ?? 0 : 0 }

  /// Shows the column that the field's generator is named for.
  func column() throws(Failure) -> any Generator {
    try context.unique(
      ThingTextGenerator(draw: draw, texts: texts(kind.columns[context.description.name] ?? 0)),
      count: draw.distinctCount)
  }
}

/// A column of the row's entry.
struct ThingTextGenerator: Generator {
  let draw: ThingDraw
  let texts: TextList

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    texts.append(draw.entry(draft), to: draft.text)
    return .text
  }
}

extension GeneratorContext {
  /// The thing that the field is about.
  func thing(_ kind: ThingKind) -> ThingPlan.Thing {
    ThingPlan.Thing(kind: kind.name, name: spec.entity ?? compiler.things.name(of: fieldName))
  }

  /// A generator that keeps its rows apart itself, where that is asked for.
  ///
  /// - Parameter count: how many different values it has; nil where it cannot keep them apart.
  func unique(_ generator: any Generator, count: UInt64?) throws(Failure) -> any Generator {
    guard spec.isUnique else { return generator }
    // A part of another value is not planned for: its field has no thing of its own.
    guard let count else { return generator }
    return try UniqueGenerator.selfMade(generator, count: count, self)
  }
}
