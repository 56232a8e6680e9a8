import MillraceCore

/// A PubMed query with fields of the row in it: `{gene}[Gene] AND human[Organism]`.
struct QueryTemplate: Sendable, Equatable {
  private enum Part: Sendable, Equatable {
    case text(String)
    case field(FieldName)
  }

  private let parts: [Part]

  /// The whole query stands in one field.
  init(field: String) { parts = [.field(FieldName(field))] }

  /// Reads a template; `{{` and `}}` stand for the braces themselves.
  ///
  /// - Throws: a usage failure for a brace without its partner, an empty name, and a template without any field.
  init(_ template: String) throws(Failure) {
    var parts: [Part] = []
    var text = ""
    var rest = template[...]
    while let character = rest.popFirst() {
      switch character {
      case "{" where rest.first == "{", "}" where rest.first == "}":
        text.append(character)
        rest.removeFirst()
      case "{":
        guard let end = rest.firstIndex(of: "}") else {
          throw Failure(.usage, "a { has no }", advice: "write {name} for a field, {{ for the brace itself")
        }
        let name = String(rest[..<end])
        guard !name.isEmpty, !name.contains("{") else {
          throw Failure(.usage, "no field is named between { and }", advice: "write {name} for a field")
        }
        rest = rest[rest.index(after: end)...]
        if !text.isEmpty { parts.append(.text(text)) }
        text = ""
        parts.append(.field(FieldName(name)))
      case "}": throw Failure(.usage, "a } has no {", advice: "write }} for the brace itself")
      default: text.append(character)
      }
    }
    if !text.isEmpty { parts.append(.text(text)) }
    self.parts = parts
    if fields.isEmpty {
      throw Failure(
        .usage, "the query names no field, so every row would ask the same",
        advice: "write {name} where a field's value goes")
    }
  }

  /// The fields in it, in order.
  var fields: [FieldName] {
    parts.compactMap { part in
      if case .field(let name) = part { name } else { nil }
    }
  }

  /// - Throws: bad data when the table has columns and lacks one of the fields.
  func check(_ table: Table) throws(Failure) {
    for field in fields { try table.requireColumn(field) }
  }

  /// The row's query; nil when a field of it is empty: what is left of the template would find articles that have nothing
  /// to do with the row.
  ///
  /// Line ends and other control characters become spaces, and so do the quotes of a value that goes into a larger query,
  /// where they would end or begin a phrase of the template's.
  ///
  /// - Throws: bad data when the row lacks a field or its text is not UTF-8.
  func query(for row: RecordCursor) throws(Failure) -> String? {
    var query = ""
    for part in parts {
      switch part {
      case .text(let text): query += text
      case .field(let name):
        let value = try row.text(of: name)
        let clean = Self.clean(value, keepingQuotes: parts.count == 1)
        if clean.isEmpty { return nil }
        query += clean
      }
    }
    return query
  }

  private static func clean(_ value: String, keepingQuotes: Bool) -> String {
    var scalars = String.UnicodeScalarView()
    var pendingSpace = false
    for scalar in value.unicodeScalars {
      let isSpace =
        scalar.properties.isWhitespace || scalar.properties.generalCategory == .control
        || (!keepingQuotes && scalar == "\"")
      if isSpace {
        pendingSpace = !scalars.isEmpty
      } else {
        if pendingSpace { scalars.append(" ") }
        pendingSpace = false
        scalars.append(scalar)
      }
    }
    return String(scalars)
  }
}
