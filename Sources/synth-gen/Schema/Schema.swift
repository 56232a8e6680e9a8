import MillraceCore

/// What tables are to be made: a schema file, an answer of a language model, or a built-in template, read and found to be of
/// the right form. Whether its generators exist and its formulas mean something, the compiler says.
struct Schema: Sendable {
  var name: String?
  var description: String?
  var locale: String?
  /// `2026-01-31` or `2026-01-31T12:00:00`: what relative dates count from.
  var asOf: String?
  var seed: UInt64?
  /// At least one; the first is the main table.
  var tables: [TableSchema]
  /// The fields stand at the top of the file: the one table has no name of its own there.
  var isSingleTable: Bool
  /// What messages call the file.
  var source: String
}

struct TableSchema: Sendable {
  /// How many rows there are when the command line does not say.
  enum Rows: Sendable, Equatable {
    case fixed(UInt64)
    /// Some for each row of another table.
    case per(PerParent)
  }

  struct PerParent: Sendable, Equatable {
    var table: String
    var minimum: Int
    var maximum: Int
    /// Nil: each number is as likely.
    var mean: Double?
  }

  struct Condition: Sendable {
    var text: String
    var line: Int
  }

  /// Numbers that go together: a Gaussian copula over what the fields are drawn from.
  struct Correlation: Sendable {
    var fields: [String]
    var matrix: [[Double]]
    var line: Int
  }

  var name: String
  var rows: Rows?
  var fields: [FieldSchema]
  var constraints: [Condition] = []
  var correlations: [Correlation] = []
  var locale: String?
  var line: Int
}

struct FieldSchema: Sendable {
  var name: String
  var spec: ValueSpec
  /// In the file; 0 where it has no lines.
  var line: Int
  /// Made, for other fields to refer to, and not written.
  var isHidden = false
}

/// How a value is made: a generator with its arguments, and what every generator can be told beside them.
struct ValueSpec: Sendable, Equatable {
  var generator: String
  /// In the order in which they were written; positional ones have the parameter's name by now.
  var arguments: [JSONValue.Member] = []
  /// Arguments without a name, as in `random_int(1, 6)`.
  var positional: [JSONValue] = []
  var nullRate = 0.0
  var isUnique = false
  var locale: String?
  /// The person, place or company that it belongs to, where a row has several.
  var entity: String?
}

extension ValueSpec {
  subscript(argument: String) -> JSONValue? { arguments.last { $0.name == argument }?.value }

  /// As it is written in a schema file, in its longest form.
  var json: JSONValue {
    if generator == "constant", nullRate == 0, let value = self["value"], arguments.count == 1, !Self.isShorthand(value)
    {
      return value
    }
    var members: [JSONValue.Member] = [.init("generator", .string(generator))]
    members += arguments
    if nullRate != 0 { members.append(.init("null_rate", .number("\(nullRate)"))) }
    if isUnique { members.append(.init("unique", .bool(true))) }
    if let locale { members.append(.init("locale", .string(locale))) }
    if let entity { members.append(.init("entity", .string(entity))) }
    return .object(members)
  }

  /// What would mean something else than itself in the place of a field.
  private static func isShorthand(_ value: JSONValue) -> Bool {
    switch value {
    case .string, .array, .object: true
    default: false
    }
  }
}

extension Schema {
  /// The schema as a document that reads the same again.
  var json: JSONValue {
    var members: [JSONValue.Member] = [.init("schema", .integer(1))]
    if let name { members.append(.init("name", .string(name))) }
    if let description { members.append(.init("description", .string(description))) }
    if let locale { members.append(.init("locale", .string(locale))) }
    if let asOf { members.append(.init("as_of", .string(asOf))) }
    if let seed { members.append(.init("seed", .integer(seed))) }
    if isSingleTable, let table = tables.first {
      // The one locale is that of both.
      members += table.members.filter { $0.name != "locale" || locale == nil }
    } else {
      members.append(.init("tables", .object(tables.map { .init($0.name, .object($0.members)) })))
    }
    return .object(members)
  }
}

extension TableSchema {
  fileprivate var members: [JSONValue.Member] {
    var members: [JSONValue.Member] = []
    switch rows {
    case nil: break
    case .fixed(let count): members.append(.init("rows", .integer(count)))
    case .per(let rule):
      var parts: [JSONValue.Member] = [
        .init("per", .string(rule.table)), .init("min", .integer(rule.minimum)), .init("max", .integer(rule.maximum)),
      ]
      if let mean = rule.mean { parts.append(.init("mean", .number("\(mean)"))) }
      members.append(.init("rows", .object(parts)))
    }
    if let locale { members.append(.init("locale", .string(locale))) }
    members.append(
      .init(
        "fields",
        .object(
          fields.map { field in
            guard field.isHidden, case .object(let own) = field.spec.json else {
              return .init(field.name, field.spec.json)
            }
            return .init(field.name, .object(own + [.init("hidden", .bool(true))]))
          })))
    if !constraints.isEmpty {
      members.append(.init("constraints", .array(constraints.map { .string($0.text) })))
    }
    if !correlations.isEmpty {
      members.append(
        .init(
          "correlations",
          .array(
            correlations.map { correlation in
              .object([
                .init("fields", .array(correlation.fields.map { .string($0) })),
                .init("matrix", .array(correlation.matrix.map { .array($0.map { .number("\($0)") }) })),
              ])
            })))
    }
    return members
  }
}
