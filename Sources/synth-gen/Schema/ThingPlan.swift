/// Which thing of a row (a product, a diagnosis, an airport) each field says something about, where the schema does not say.
///
/// Fields of one kind are about one thing as long as none says the same twice. Where one does, as the airports of a flight,
/// the names tell what belongs together: `origin` and `origin_city`, `destination` and `destination_city`.
struct ThingPlan: Sendable {
  struct Thing: Hashable {
    var kind: String
    /// Empty for the first of its kind, which fields that name none belong to.
    var name: String
  }

  private struct Member {
    var field: String
    var generator: String
    var entity: String?
  }

  private var names: [String: String] = [:]
  private var generators: [Thing: Set<String>] = [:]
  private var uniqueGenerators: [Thing: Set<String>] = [:]

  init(_ fields: [FieldSchema], catalogue: GeneratorCatalogue) {
    var members: [String: [Member]] = [:]
    var unique: Set<String> = []
    for field in fields {
      guard let generator = catalogue.resolve(field.spec.generator)?.name, let kind = ThingKind.ofGenerator[generator]
      else { continue }
      members[kind, default: []].append(
        Member(field: field.name, generator: generator, entity: field.spec.entity))
      if field.spec.isUnique { unique.insert(field.name) }
    }
    for (kind, members) in members {
      name(members)
      for member in members {
        let thing = Thing(kind: kind, name: member.entity ?? names[member.field] ?? "")
        generators[thing, default: []].insert(member.generator)
        if unique.contains(member.field) { uniqueGenerators[thing, default: []].insert(member.generator) }
      }
    }
  }

  /// The name of the thing that a field is about; empty for a part of a field, such as one of a template.
  func name(of field: String) -> String { names[field] ?? "" }

  /// What a thing's fields are made by.
  func generators(of thing: Thing) -> Set<String> { generators[thing] ?? [] }

  /// Those of them that are to be another in every row.
  func uniqueGenerators(of thing: Thing) -> Set<String> { uniqueGenerators[thing] ?? [] }

  /// Names the things of one kind.
  private mutating func name(_ members: [Member]) {
    let free = members.filter { $0.entity == nil }
    let counts = Dictionary(free.map { ($0.generator, 1) }, uniquingKeysWith: +)
    func isRepeated(_ member: Member) -> Bool {
      counts[member.generator, default: 0] > 1 && !ThingKind.repeatable.contains(member.generator)
    }
    guard let first = free.first(where: isRepeated) else { return }
    let firstName = Self.remainder(of: first)
    let known = Set(free.filter(isRepeated).map { Self.remainder(of: $0) })
    var seen: Set<String> = []
    for member in free {
      let remainder = Self.remainder(of: member)
      var name = known.contains(remainder) && remainder != firstName ? remainder : ""
      let isNew = seen.insert("\(name)\u{0}\(member.generator)").inserted
      // The same words twice: each field is about a thing of its own.
      if isRepeated(member), !isNew { name = "\(name) \(member.field)" }
      names[member.field] = name
    }
  }

  /// The words of a field's name that its generator does not account for.
  private static func remainder(of member: Member) -> String {
    let own = Set(member.generator.split(separator: "_").map(String.init)).union(ThingKind.words)
    return GeneratorDialect.plain(member.field).split(separator: "_").map(String.init).filter { !own.contains($0) }
      .joined(separator: "_")
  }
}
