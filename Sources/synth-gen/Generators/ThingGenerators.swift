import MillraceCore

/// Things that have more than a name: what the fields of a row say of a diagnosis, an airport, a sensor is of the same one.
let thingGenerators: [GeneratorDescription] = [
  column("diagnosis", "a diagnosis: Essential (primary) hypertension", .diagnosis),
  column("icd10_code", "the ICD-10 code of the row's diagnosis: I10", .diagnosis),
  column("medication", "a medication by its generic name: Atorvastatin", .medication),
  GeneratorDescription("dosage", "a strength that the row's medication is sold in: 20 mg") { context in
    let entries = ThingEntries(.medication, context)
    let strengths = entries.rows.map { $0.count > 1 ? $0[1].split(separator: "|").map(String.init) : [""] }
    return ThingPartGenerator(draw: entries.draw, parts: strengths, in: context.arena)
  },
  column("lab_test", "a test of a laboratory: Haemoglobin", .labTest),
  column("lab_unit", "the unit of the row's lab_test: g/dl", .labTest),
  measure("lab_value", "a result of the row's lab_test, mostly within its reference range: 13.9", .labTest, .value),
  measure("lab_reference_range", "the reference range of the row's lab_test: 12-17.5", .labTest, .range),
  measure("lab_flag", "low, normal or high, as the row's lab_value is", .labTest, .flag),
  column("sensor_type", "what a sensor measures: Relative humidity", .sensor),
  column("sensor_unit", "the unit of the row's sensor_type: %", .sensor),
  measure("sensor_value", "a reading of the row's sensor_type: 54.2", .sensor, .reading),
  column("airport", "an airport: Los Angeles International", .airport),
  column("airport_code", "the IATA code of the row's airport: LAX", .airport),
  column("airport_city", "the city of the row's airport: Los Angeles", .airport),
  column("airport_country_code", "the country of the row's airport: US", .airport),
  column("airline", "an airline: Delta Air Lines", .airline),
  column("airline_code", "the IATA code of the row's airline: DL", .airline),
  GeneratorDescription("flight_number", "a flight of the row's airline: DL1042") { context in
    let entries = ThingEntries(.airline, context)
    return FlightNumberGenerator(draw: entries.draw, codes: entries.texts(0))
  },
  column("chemical_element", "a chemical element: Helium", .element),
  column("chemical_symbol", "the symbol of the row's chemical_element: He", .element),
  GeneratorDescription("atomic_number", "the number of the row's chemical_element: 2") { (context) throws(Failure) in
    let entries = ThingEntries(.element, context)
    return try context.unique(AtomicNumberGenerator(draw: entries.draw), count: entries.draw.distinctCount)
  },
  column("organism", "an organism by its Latin name: Mus musculus", .organism),
  column("organism_common_name", "the English name of the row's organism: House mouse", .organism),
  column("animal", "an animal: Arctic Fox", .animal),
  column("animal_species", "the Latin name of the row's animal: Vulpes lagopus", .animal),
  GeneratorDescription("vehicle", "the make and model of the row's vehicle: Toyota Corolla") {
    (context) throws(Failure) in
    let entries = ThingEntries(.vehicle, context)
    return try context.unique(
      ThingTextGenerator(
        draw: entries.draw, texts: TextList(entries.rows.map { "\($0[0]) \($0[1])" }, in: context.arena)),
      count: entries.draw.distinctCount)
  },
  column("vehicle_make", "the make of the row's vehicle: Toyota", .vehicle),
  column("vehicle_model", "the model of the row's vehicle: Corolla", .vehicle),
  column("vehicle_type", "the type of the row's vehicle: Sedan", .vehicle),
  column("stock_ticker", "the symbol of a stock: MSFT", .stock),
  column("stock_company", "the company of the row's stock_ticker: Microsoft", .stock),
  column("ingredient", "an ingredient of a recipe: Brown sugar", .ingredient),
  column("ingredient_unit", "the unit of the row's ingredient: g", .ingredient),
  GeneratorDescription("ingredient_quantity", "how much of the row's ingredient, in its unit: 150") { context in
    let entries = ThingEntries(.ingredient, context)
    return QuantityGenerator(
      draw: entries.draw,
      steps: context.arena.constants(entries.rows.map { QuantityGenerator.steps(of: $0.count > 1 ? $0[1] : "") }))
  },
  GeneratorDescription(
    "rating", "a rating in stars, most of them high: rating(min=1, max=5), rating(decimals=1) for averages",
    [.integer("min", 1), .integer("max", 5), .integer("decimals", 0)]
  ) { (context) throws(Failure) in
    try RatingGenerator.make(context)
  },
  GeneratorDescription("review_title", "the title of a review that goes with the row's rating: Great value") {
    context in ReviewTitleGenerator(context)
  },
]

private func column(_ name: String, _ summary: String, _ kind: ThingKind) -> GeneratorDescription {
  GeneratorDescription(name, summary) { (context) throws(Failure) in try ThingEntries(kind, context).column() }
}

private func measure(
  _ name: String, _ summary: String, _ kind: ThingKind, _ aspect: MeasureGenerator.Aspect
) -> GeneratorDescription {
  GeneratorDescription(name, summary) { context in MeasureGenerator(ThingEntries(kind, context), aspect, context) }
}

/// One of the texts that the row's entry has.
struct ThingPartGenerator: Generator {
  private let draw: ThingDraw
  private let texts: TextList
  /// Where the texts of each entry begin; one more than there are entries.
  private let starts: Constants<UInt32>

  init(draw: ThingDraw, parts: [[String]], in arena: Arena) {
    self.draw = draw
    texts = TextList(parts.flatMap { $0 }, in: arena)
    var start: UInt32 = 0
    starts = arena.constants(
      [0]
        + parts.map { own in
          start += UInt32(own.count)
          return start
        })
  }

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    let entry = draw.entry(draft)
    let start = Int(starts[entry])
    texts.append(start + random.below(Int(starts[entry + 1]) - start), to: draft.text)
    return .text
  }
}

/// What is measured: a value on the scale of the row's entry, or what goes with it.
struct MeasureGenerator: Generator {
  enum Aspect: Sendable {
    /// About the middle of a range that holds most of them.
    case value
    /// Within a range.
    case reading
    case range
    case flag
  }

  private struct Scale: BitwiseCopyable {
    var low: Double
    var high: Double
    var decimals: Int
  }

  private let draw: ThingDraw
  private let aspect: Aspect
  private let scales: Constants<Scale>
  private let ranges: TextList
  private let flags: TextList

  /// - Parameter entries: with the range in the third and fourth column.
  init(_ entries: ThingEntries, _ aspect: Aspect, _ context: GeneratorContext) {
    draw = entries.draw
    self.aspect = aspect
    scales = context.arena.constants(
      entries.rows.map { row in
        let (low, high) = (entries.number(2, of: row), entries.number(3, of: row))
        let written = row.dropFirst(2).map { $0.split(separator: ".").dropFirst().first?.count ?? 0 }.max() ?? 0
        let width = high - low
        let usual = aspect == .reading ? (width >= 500 ? 0 : width >= 20 ? 1 : 2) : (width < 10 ? 1 : 0)
        return Scale(low: low, high: high, decimals: max(written, usual))
      })
    ranges = TextList(entries.rows.map { $0.count > 3 ? "\($0[2])-\($0[3])" : "" }, in: context.arena)
    flags = TextList(["low", "normal", "high"], in: context.arena)
  }

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    let entry = draw.entry(draft)
    let scale = scales[entry]
    let factor = ByteBuffer.powersOfTen[scale.decimals]
    switch aspect {
    case .range:
      ranges.append(entry, to: draft.text)
      return .text
    case .reading:
      let share = (random.unit() + random.unit()) / 2
      return append(((scale.low + (scale.high - scale.low) * share) * factor).rounded() / factor, scale, draft)
    case .value: return append(value(scale, factor, draft), scale, draft)
    case .flag:
      let value = value(scale, factor, draft)
      flags.append(value < scale.low ? 0 : value > scale.high ? 2 : 1, to: draft.text)
      return .text
    }
  }

  /// A reference range holds the middle 95 of a hundred healthy people; of patients fewer are within it.
  private func value(_ scale: Scale, _ factor: Double, _ draft: RowDraft) -> Double {
    let unit = (Double(draw.bits(draft, 1) >> 12) + 0.5) * 0x1p-52
    let middle = (scale.low + scale.high) / 2
    let drawn = middle + (scale.high - scale.low) / 3 * standardNormalQuantile(unit)
    return (min(max(drawn, scale.low / 3), scale.high * 3) * factor).rounded() / factor
  }

  private func append(_ value: Double, _ scale: Scale, _ draft: RowDraft) -> CellContent {
    draft.text.append(number: value, decimals: scale.decimals)
    return CellContent(scale.decimals == 0 ? .integer : .number, value)
  }
}

/// A flight of the row's airline.
struct FlightNumberGenerator: Generator {
  let draw: ThingDraw
  let codes: TextList

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    codes.append(draw.entry(draft), to: draft.text)
    draft.text.append(integer: random.integer(in: 1...9999))
    return .text
  }
}

/// The elements are listed in the order of their numbers.
struct AtomicNumberGenerator: Generator {
  let draw: ThingDraw

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    let number = draw.entry(draft) + 1
    draft.text.append(integer: number)
    return CellContent(.integer, Double(number))
  }
}

/// How much of an ingredient a recipe takes.
struct QuantityGenerator: Generator {
  /// Multiples of a least quantity.
  struct Steps: BitwiseCopyable {
    var size: Int
    var most: Int
  }

  let draw: ThingDraw
  let steps: Constants<Steps>

  static func steps(of unit: String) -> Steps {
    switch unit {
    case "g": Steps(size: 25, most: 20)
    case "ml": Steps(size: 50, most: 10)
    case "piece": Steps(size: 1, most: 6)
    case "tbsp", "tsp", "clove", "sprig": Steps(size: 1, most: 4)
    default: Steps(size: 1, most: 2)
    }
  }

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    let own = steps[draw.entry(draft)]
    let quantity = own.size * random.integer(in: 1...own.most)
    draft.text.append(integer: quantity)
    return CellContent(.integer, Double(quantity))
  }
}
