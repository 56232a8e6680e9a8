import MillraceCore

/// Makes a table of a schema ready to be made: finds generators, checks arguments, puts fields into an order in which each
/// finds what it refers to.
///
/// One thread uses it while a schema is compiled; the compiled table knows nothing of it.
final class TableCompiler {
  let table: TableSchema
  let catalogue: GeneratorCatalogue
  let asOf: AsOf
  /// The rows that will be made; nil where nobody knows.
  let rowCount: UInt64?
  let arena = Arena()
  /// People, places and streets of the locales, for the generators of the table.
  let localeTables: LocaleTables
  private let schema: Schema
  private let locales: LocaleStore
  private let seed: UInt64
  let key: RandomKey
  let parents: ParentTables

  private var steps: [CompiledTable.Step] = []
  private var cells: [String: Int] = [:]
  /// Fields that are being compiled, for cycles.
  private var inProgress: [String] = []
  private let fields: [String: FieldSchema]
  /// What generators read other rows from, in the order of a draft's parents.
  private var projections: [CompiledTable] = []
  /// People, places and companies by kind, name and locale.
  private var entities: [EntityName: Int] = [:]
  private let entityPlan: EntityPlan
  /// Products, diagnoses, airports of a row.
  let things: ThingPlan
  /// Time series of the table.
  let series: SeriesPlan
  private var cellCount = 0
  private var correlations: [String: CorrelationFactors.Member] = [:]

  struct EntityName: Hashable {
    var kind: String
    var name: String
    var locale: String
  }

  init(
    _ table: TableSchema, of schema: Schema, catalogue: GeneratorCatalogue, locales: LocaleStore, asOf: AsOf,
    seed: UInt64, rowCount: UInt64?, parents: ParentTables
  ) {
    self.table = table
    self.schema = schema
    self.catalogue = catalogue
    self.locales = locales
    self.asOf = asOf
    self.rowCount = rowCount
    self.parents = parents
    self.seed = seed
    key = RandomKey(seed: seed).child("table").child(table.name)
    fields = Dictionary(table.fields.map { ($0.name, $0) }) { first, _ in first }
    entityPlan = EntityPlan(table.fields, catalogue: catalogue)
    things = ThingPlan(table.fields, catalogue: catalogue)
    series = SeriesPlan(table.fields, catalogue: catalogue)
    localeTables = LocaleTables(arena: arena)
  }

  /// - Parameter only: the one field that is wanted; constraints are kept whatever it is, since they choose the rows.
  /// - Throws: `.badData` with all that is wrong.
  func compile(only: String? = nil) throws(Failure) -> CompiledTable {
    correlations = try CorrelationFactors.members(of: table, source: schema.source, key: key)
    var errors: [Failure] = []
    for field in table.fields where only == nil || field.name == only {
      do throws(Failure) {
        _ = try cell(of: field)
      } catch {
        errors.append(error)
      }
    }
    guard errors.isEmpty else { throw Failure(combining: errors) }
    let constraints = try table.constraints.map { (condition) throws(Failure) in try constraint(condition) }
    let columns = table.fields.filter { only == nil ? !$0.isHidden : $0.name == only }
      .map { OutputColumn(name: $0.name, cell: cells[$0.name] ?? 0) }
    guard !columns.isEmpty else {
      throw Failure(.badData, "all fields are hidden", at: Place(file: schema.source, line: table.line))
    }
    return CompiledTable(
      name: table.name, steps: steps, columns: columns, constraints: constraints, parents: projections,
      entityCount: entities.count, arena: arena)
  }

  private func place(_ line: Int, field: String? = nil) -> Place {
    Place(file: schema.source, line: line > 0 ? line : nil, field: field)
  }

  private func constraint(_ condition: TableSchema.Condition) throws(Failure) -> Constraint {
    do throws(Failure) {
      let formula = try FormulaParser.parse(condition.text, fieldNames: fieldNames, asOf: asOf, in: arena) {
        (name) throws(Failure) in try fields[name].map { (field) throws(Failure) in try cell(of: field) }
      }
      return Constraint(text: condition.text, place: place(condition.line), condition: formula)
    } catch {
      throw Failure(error.status, error.message, at: place(condition.line), advice: error.advice)
    }
  }

  // MARK: Fields

  var fieldNames: [String] { table.fields.map(\.name) }

  func hasField(_ name: String) -> Bool { fields[name] != nil }

  func locale(_ name: String?) -> LocaleData { locales[name ?? table.locale ?? schema.locale ?? LocaleData.usual] }

  func cell(of name: String, for context: GeneratorContext) throws(Failure) -> Int {
    guard let field = fields[name] else {
      let near = nearestName(to: name, among: fieldNames).map { "did you mean \"\($0)\"?" }
      throw context.failure(
        "there is no field \"\(printable(name))\"", advice: near ?? "the fields are \(namingFirst(fieldNames))")
    }
    return try cell(of: field)
  }

  private func cell(of field: FieldSchema) throws(Failure) -> Int {
    if let cell = cells[field.name] { return cell }
    if let start = inProgress.firstIndex(of: field.name) {
      let circle = (inProgress[start...] + [field.name]).joined(separator: " → ")
      throw Failure(
        .badData, "fields refer to each other in a circle: \(circle)", at: place(field.line, field: field.name),
        advice: "one of them must be made without the others")
    }
    inProgress.append(field.name)
    defer { inProgress.removeLast() }
    do throws(Failure) {
      let fieldKey = key.child("field").child(field.name)
      let generator = try make(field.spec, key: fieldKey, fieldName: field.name, inherits: nil)
      let cell = cellCount
      cellCount += 1
      steps.append(CompiledTable.Step(cell: cell, generator: arena.reference(to: generator), key: fieldKey))
      cells[field.name] = cell
      return cell
    } catch {
      if error.place != nil { throw error }
      throw Failure(error.status, error.message, at: place(field.line, field: field.name), advice: error.advice)
    }
  }

  /// A table within a field of this one, such as the objects of a JSON value.
  func inner(_ fields: [FieldSchema], of context: GeneratorContext) throws(Failure) -> CompiledTable {
    var inner = TableSchema(name: "\(table.name) \(context.fieldName)", fields: fields, line: 0)
    inner.locale = context.spec.locale ?? table.locale
    return try TableCompiler(
      inner, of: schema, catalogue: catalogue, locales: locales, asOf: asOf, seed: seed, rowCount: nil, parents: parents
    ).compile()
  }

  /// What another field's generator is made of, for one that must agree with it.
  func context(ofField name: String, for context: GeneratorContext) throws(Failure) -> GeneratorContext {
    guard let field = fields[name], let description = catalogue.resolve(field.spec.generator) else {
      let near = nearestName(to: name, among: fieldNames).map { "did you mean \"\($0)\"?" }
      throw context.failure(
        "there is no field \"\(printable(name))\"", advice: near ?? "the fields are \(namingFirst(fieldNames))")
    }
    return GeneratorContext(
      compiler: self, description: description, arguments: try ArgumentReader.read(field.spec, for: description),
      spec: field.spec, key: key.child("field").child(name), isCorrelated: false, fieldName: name)
  }

  /// The generator of a spec, with its modifiers.
  ///
  /// - Parameter inherits: the spec that this one is a part of: it has its locale and entity where it says nothing else.
  func make(
    _ spec: ValueSpec, key: RandomKey, fieldName: String, inherits outer: ValueSpec?
  ) throws(Failure) -> any Generator {
    guard let description = catalogue.resolve(spec.generator) else {
      let near = catalogue.namesNear(spec.generator)
      let names =
        near.isEmpty
        ? "synth-gen generators lists them"
        : "near it are \(near.joined(separator: ", ")); synth-gen generators lists all"
      throw Failure(
        .badData, "unknown generator \"\(printable(spec.generator))\"",
        advice: names + (outer == nil ? "" : "; a text that is always the same is {constant: …}"))
    }
    var spec = spec
    spec.locale = spec.locale ?? outer?.locale
    spec.entity = spec.entity ?? outer?.entity
    let correlation = outer == nil ? correlations[fieldName] : nil
    let arguments = try ArgumentReader.read(spec, for: description)
    let context = GeneratorContext(
      compiler: self, description: description, arguments: arguments, spec: spec, key: key,
      isCorrelated: correlation != nil, fieldName: fieldName)
    var generator = try description.make(context)
    if let correlation { generator = try correlated(generator, correlation, context) }
    if spec.isUnique, !(generator is ReferenceGenerator) {
      generator = try UniqueGenerator.make(of: generator, context)
    }
    if spec.nullRate > 0 {
      generator = NullableGenerator(rate: spec.nullRate, generator: arena.reference(to: generator))
    }
    return generator
  }

  private func correlated(
    _ generator: any Generator, _ member: CorrelationFactors.Member, _ context: GeneratorContext
  ) throws(Failure) -> any Generator {
    guard let quantiles = generator as? any QuantileGenerator else {
      throw context.failure(
        "its values cannot go together with those of other fields",
        advice: "correlations are of fields made by integer or number")
    }
    if context.spec.isUnique { throw context.failure("a field that goes together with others cannot be unique") }
    return CorrelatedGenerator(generator: quantiles, key: member.key, factors: arena.constants(member.factors))
  }

  // MARK: What rows share

  /// The place in a draft of an entity, such as the person that a field belongs to, and the key of what it draws.
  ///
  /// - Parameter kind: `person`, `place`, `company` …
  func entity(_ kind: String, for context: GeneratorContext) -> (slot: Int, key: RandomKey) {
    let name = entityName(context, kind: kind)
    let identity = EntityName(kind: kind, name: name, locale: context.locale.name)
    let slot = entities[identity] ?? entities.count
    entities[identity] = slot
    return (slot, key.child("entity").child(kind).child(name))
  }

  private func entityName(_ context: GeneratorContext, kind: String) -> String {
    context.spec.entity ?? entityPlan.entity(of: context.fieldName, kind: kind)
  }

  /// What the fields of the table say of the person that a field belongs to.
  func traits(ofPersonOf context: GeneratorContext) -> PersonTraits {
    entityPlan.people[entityName(context, kind: "person")] ?? .init()
  }

  /// What of the place that a field belongs to is to be different in every row.
  func uniqueProperties(ofPlaceOf context: GeneratorContext) -> Set<String> {
    entityPlan.uniquePlaces[entityName(context, kind: "place")] ?? []
  }

  /// Whether the country that a field belongs to is to be another in every row.
  func hasUniqueCountry(_ context: GeneratorContext) -> Bool {
    entityPlan.uniqueCountries.contains(entityName(context, kind: "country"))
  }

  func hasUniqueCompany(_ context: GeneratorContext) -> Bool {
    entityPlan.uniqueCompanies.contains(entityName(context, kind: "company"))
  }

  /// Whether other fields say where the place lies whose country a field shows.
  func hasAddress(_ context: GeneratorContext) -> Bool {
    entityPlan.isOfAddress(entityName(context, kind: "country"))
  }

  /// The place in a draft of an entity that the generator itself names.
  func entity(_ kind: String, named name: String, for context: GeneratorContext) -> Int {
    let identity = EntityName(kind: kind, name: name, locale: "")
    let slot = entities[identity] ?? entities.count
    entities[identity] = slot
    return slot
  }

  /// Takes up a table that a generator reads rows of; the number is that of its draft among a draft's parents.
  func addParent(_ table: CompiledTable) -> Int {
    projections.append(table)
    return projections.count - 1
  }
}
