import MillraceCore
import YAMLDocuments

/// Reads a schema from a document, and takes down all that is wrong with it, not only the first error.
struct SchemaParser {
  static let mostFields = 20_000
  static let mostTables = 200
  static let topKeys = [
    "schema", "name", "description", "locale", "as_of", "seed", "rows", "fields", "constraints", "correlations",
    "tables",
  ]
  static let tableKeys = ["name", "rows", "locale", "fields", "constraints", "correlations", "description"]

  let file: String
  private(set) var errors: [Failure] = []

  init(file: String) { self.file = file }

  /// Reads YAML or JSON.
  ///
  /// - Throws: the first error; `errors` has all of them.
  static func parse(_ text: [UInt8], file: String) throws(Failure) -> Schema {
    var parser = SchemaParser(file: file)
    let schema = parser.schema(try SchemaDocument.read(text, file: file))
    guard let schema, parser.errors.isEmpty else { throw Failure(combining: parser.errors) }
    return schema
  }

  private mutating func report(_ message: String, _ line: Int, field: String? = nil, advice: String? = nil) {
    errors.append(
      Failure(.badData, message, at: Place(file: file, line: line > 0 ? line : nil, field: field), advice: advice))
  }

  mutating func schema(_ node: SchemaNode) -> Schema? {
    guard let top = map(node, "the schema", keys: Self.topKeys) else { return nil }
    var schema = Schema(tables: [], isSingleTable: true, source: file)
    if let version = top["schema"], version.value.integer != 1 {
      report("schema: expected 1, found \(version.shown)", version.line, advice: "this synth-gen knows version 1 alone")
    }
    schema.name = text(top["name"], "name")
    schema.description = text(top["description"], "description")
    schema.locale = locale(top["locale"], "locale")
    schema.asOf = text(top["as_of"], "as_of")
    if let seed = top["seed"], !seed.value.isNull {
      if let number = seed.value.integer, number >= 0 {
        schema.seed = UInt64(number)
      } else {
        report("seed: expected a whole number from 0 on, found \(seed.shown)", seed.line)
      }
    }
    if let tables = top["tables"] {
      for key in ["fields", "constraints", "correlations", "rows"] {
        if let own = top[key] {
          report("\(key) stands beside tables", own.line, advice: "move it into one of the tables")
        }
      }
      schema.isSingleTable = false
      schema.tables = self.tables(tables)
    } else if top["fields"] == nil {
      report("the key \"fields\" is missing", node.line, advice: "a schema has fields, or tables that have them")
    } else if let table = table(node, name: schema.name ?? "rows", what: "the schema", members: top) {
      schema.tables = [table]
    }
    return schema
  }

  private mutating func tables(_ node: SchemaNode) -> [TableSchema] {
    var named: [(String, SchemaNode)] = []
    if let elements = node.elements {
      for element in elements {
        guard let name = element["name"]?.value.text else {
          report("a table without a name", element.line)
          continue
        }
        named.append((name, element))
      }
    } else if let members = node.members {
      named = members.map { ($0.name, $0.node) }
    } else {
      report("tables: expected names with tables, found \(node.shown)", node.line)
    }
    if named.isEmpty, errors.isEmpty { report("tables: there is none", node.line) }
    if named.count > Self.mostTables {
      report("\(named.count) tables, where \(Self.mostTables) is the most", node.line)
    }
    var seen: Set<String> = []
    var tables: [TableSchema] = []
    for (name, node) in named.prefix(Self.mostTables) {
      if !seen.insert(name).inserted { report("the table \"\(printable(name))\" is there twice", node.line) }
      if !Self.isFileName(name) {
        report(
          "the table \"\(printable(name))\": a table's name is a file's name too", node.line,
          advice: "use letters, digits, - and _")
      }
      guard let members = map(node, "the table \"\(printable(name))\"", keys: Self.tableKeys) else { continue }
      if let table = table(node, name: name, what: "the table \"\(printable(name))\"", members: members) {
        tables.append(table)
      }
    }
    return tables
  }

  static func isFileName(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.count <= 100
      && name.allSatisfy { $0 == "_" || $0 == "-" || $0.isLetter || $0.isNumber } && !name.hasPrefix("-")
  }

  private mutating func table(
    _ node: SchemaNode, name: String, what: String, members: [String: SchemaNode]
  ) -> TableSchema? {
    var table = TableSchema(name: name, fields: [], line: node.line)
    table.locale = locale(members["locale"], "locale")
    table.rows = members["rows"].flatMap { rows($0) }
    guard let fields = members["fields"] else {
      report("\(what) has no fields", node.line)
      return nil
    }
    table.fields = self.fields(fields, what)
    table.constraints = conditions(members["constraints"])
    table.correlations = correlations(members["correlations"])
    return table
  }

  private mutating func rows(_ node: SchemaNode) -> TableSchema.Rows? {
    if let count = node.value.integer, count >= 0 { return .fixed(UInt64(count)) }
    guard node.members != nil,
      let rule = map(node, "rows", keys: ["per", "min", "max", "mean"])
    else {
      report("rows: expected a number, or per, min and max, found \(node.shown)", node.line)
      return nil
    }
    guard let parent = rule["per"]?.value.text else {
      report("rows: \"per\" names the table that each of these rows belongs to", node.line)
      return nil
    }
    let minimum = rule["min"]?.value.integer ?? 0
    let maximum = rule["max"]?.value.integer ?? max(minimum, 5)
    let mean = rule["mean"]?.value.double
    guard minimum >= 0, maximum >= minimum, maximum <= 1_000_000 else {
      report("rows: min \(minimum) and max \(maximum): expected 0 ≤ min ≤ max ≤ 1000000", node.line)
      return nil
    }
    if let mean, !(Double(minimum)...Double(maximum)).contains(mean) {
      report("rows: the mean \(mean) is not between min \(minimum) and max \(maximum)", node.line)
    }
    return .per(.init(table: parent, minimum: minimum, maximum: maximum, mean: mean))
  }

  private mutating func fields(_ node: SchemaNode, _ what: String) -> [FieldSchema] {
    var named: [(name: String, node: SchemaNode)] = []
    if let elements = node.elements {
      for element in elements {
        if let name = element["name"]?.value.text {
          named.append((name, element.without("name")))
        } else if let members = element.members, members.count == 1 {
          // A list of `name: generator`.
          named.append((members[0].name, members[0].node))
        } else if let word = element.value.text {
          // A word is a field that is called as its generator is.
          named.append((word, element))
        } else {
          report("a field without a name", element.line)
        }
      }
    } else if let members = node.members {
      named = members.map { ($0.name, $0.node) }
    } else {
      report("fields: expected names with generators, found \(node.shown)", node.line)
    }
    if named.isEmpty, errors.isEmpty { report("\(what) has no fields", node.line) }
    guard named.count <= Self.mostFields else {
      report("\(named.count) fields, where \(Self.mostFields) is the most", node.line)
      return []
    }
    var seen: Set<String> = []
    let read = named.compactMap { (name, node) -> FieldSchema? in
      guard seen.insert(name).inserted else {
        report("the field \"\(printable(name))\" is there twice", node.line, field: name)
        return nil
      }
      guard !name.isEmpty, name.utf8.count <= 200, !name.unicodeScalars.contains(where: { $0.value < 32 }) else {
        report("a field's name must have 1 to 200 bytes and no control characters", node.line)
        return nil
      }
      do throws(Failure) {
        var reader = ValueSpecReader(isField: true)
        let spec = try reader.spec(node.value)
        return FieldSchema(name: name, spec: spec, line: node.line, isHidden: reader.isHidden)
      } catch {
        report(error.message, node.line, field: name, advice: error.advice)
        return nil
      }
    }
    // A series that is labelled has a field for its label behind it.
    return read.flatMap { field in
      guard let label = field.seriesLabel else { return [field] }
      if !seen.insert(label.name).inserted {
        report("the field \"\(printable(label.name))\" is there twice", label.line, field: label.name)
      }
      return [field.withoutLabel, label]
    }
  }

  private mutating func conditions(_ node: SchemaNode?) -> [TableSchema.Condition] {
    guard let node, !node.value.isNull else { return [] }
    let nodes = node.elements ?? [node]
    return nodes.compactMap { node in
      guard let text = node.value.text else {
        report("constraints: expected a formula, found \(node.shown)", node.line)
        return nil
      }
      return .init(text: text, line: node.line)
    }
  }

  private mutating func correlations(_ node: SchemaNode?) -> [TableSchema.Correlation] {
    guard let node, !node.value.isNull else { return [] }
    let nodes = node.elements ?? [node]
    return nodes.compactMap { node in
      guard let members = map(node, "correlations", keys: ["fields", "matrix", "correlation"]) else { return nil }
      let fields = members["fields"]?.value.elements?.compactMap(\.text) ?? []
      var matrix = members["matrix"]?.value.elements?.map { $0.elements?.compactMap(\.double) ?? [] } ?? []
      // Two fields need one number.
      if let both = members["correlation"]?.value.double, fields.count == 2 { matrix = [[1, both], [both, 1]] }
      guard fields.count >= 2, matrix.count == fields.count, matrix.allSatisfy({ $0.count == fields.count }) else {
        report(
          "correlations: \(counted(fields.count, "field")) and a matrix of \(counted(matrix.count, "row"))", node.line,
          advice: "name at least two fields, and give a matrix with a row and a column for each")
        return nil
      }
      return .init(fields: fields, matrix: matrix, line: node.line)
    }
  }

  // MARK: Values

  private mutating func map(_ node: SchemaNode, _ what: String, keys: [String]) -> [String: SchemaNode]? {
    guard let members = node.members else {
      report("\(what): expected keys with values, found \(node.shown)", node.line)
      return nil
    }
    var values: [String: SchemaNode] = [:]
    for member in members {
      guard keys.contains(member.name) else {
        let near = nearestName(to: member.name, among: keys).map { "did you mean \"\($0)\"?" }
        report(
          "\(what) has no key \"\(printable(member.name))\"", member.node.line,
          advice: near ?? "it has \(keys.joined(separator: ", "))")
        continue
      }
      if values.updateValue(member.node, forKey: member.name) != nil {
        report("the key \"\(member.name)\" is there twice", member.node.line)
      }
    }
    return values
  }

  private mutating func text(_ node: SchemaNode?, _ what: String) -> String? {
    guard let node, !node.value.isNull else { return nil }
    switch node.value {
    case .string(let text), .number(let text): return text
    default:
      report("\(what): expected a text, found \(node.shown)", node.line)
      return nil
    }
  }

  private mutating func locale(_ node: SchemaNode?, _ what: String) -> String? {
    guard let node, let name = text(node, what) else { return nil }
    guard let known = LocaleData.canonicalName(name) else {
      report(LocaleData.unknown(name), node.line, advice: LocaleData.advice(name))
      return nil
    }
    return known
  }
}

extension Failure {
  /// Several errors of one document as one: the first, and how many more there are.
  init(combining errors: [Failure]) {
    guard let first = errors.first else {
      self = Failure(.internalError, "a document was refused without a reason")
      return
    }
    // A field that is refused is refused again by what refers to it.
    var seen: Set<String> = [first.description]
    let others = errors.map(\.description).filter { seen.insert($0).inserted }
    let rest = others.isEmpty ? nil : "also: " + namingFirst(others, most: 9)
    let advice = [first.advice, rest].compactMap { $0 }.joined(separator: "; ")
    self = Failure(first.status, first.message, at: first.place, advice: advice.isEmpty ? nil : advice)
  }
}
