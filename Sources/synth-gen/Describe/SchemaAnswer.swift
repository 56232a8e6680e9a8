import MillraceCore

/// A model's answer, which has a form that any model can write, as a schema document.
///
/// A field's arguments are an object, or a list of names and values as strict JSON schemas demand.
///
/// Nothing is checked here that the schema's own reader checks.
enum SchemaAnswer {
  /// Fields at most: more is no table that somebody described.
  static let mostFields = 200

  /// What is wrong with an answer's form.
  struct BadForm: Error, Equatable {
    /// Sentences without full stops, for the model to read.
    var reasons: [String]
  }

  /// The document, with the members that a schema file has.
  ///
  /// - Parameter locale: of the table, unless the answer names one that there is.
  static func document(of answer: JSONValue, locale: String) throws(BadForm) -> JSONValue {
    let answer = unwrapped(answer)
    var reasons: [String] = []
    var members: [JSONValue.Member] = [.init("schema", .integer(1))]
    if let name = answer["name"]?.text, !name.isEmpty { members.append(.init("name", .string(name))) }
    let own = answer["locale"]?.text.flatMap { LocaleData.canonicalName($0) }
    members.append(.init("locale", .string(own ?? locale)))
    members.append(.init("fields", fields(answer["fields"], &reasons)))
    let constraints = constraints(answer["constraints"], &reasons)
    if !constraints.isEmpty { members.append(.init("constraints", .array(constraints))) }
    if let correlations = answer["correlations"], correlations.elements?.isEmpty == false {
      members.append(.init("correlations", correlations))
    }
    guard reasons.isEmpty else { throw BadForm(reasons: reasons) }
    return .object(members)
  }

  /// Some models put the table into an object of one member.
  private static func unwrapped(_ answer: JSONValue) -> JSONValue {
    guard answer["fields"] == nil, let inner = answer.members?.first?.value, answer.members?.count == 1,
      inner["fields"] != nil
    else { return answer }
    return inner
  }

  private static func constraints(_ value: JSONValue?, _ reasons: inout [String]) -> [JSONValue] {
    guard let value, value != .null else { return [] }
    guard let elements = value.elements, elements.allSatisfy({ $0.text != nil }) else {
      reasons.append("\"constraints\" must be a list of texts")
      return []
    }
    return elements.filter { $0.text?.trimmed.isEmpty == false }
  }

  // MARK: Fields

  private static func fields(_ value: JSONValue?, _ reasons: inout [String]) -> JSONValue {
    let entries: [(name: String, value: JSONValue)]
    switch value {
    case .object(let members): entries = members.map { ($0.name, $0.value) }
    case .array(let elements):
      entries = elements.enumerated().compactMap { index, element in
        guard let name = element["name"]?.text, !name.trimmed.isEmpty else {
          reasons.append("field \(index + 1) has no \"name\"")
          return nil
        }
        return (name, element)
      }
    default:
      reasons.append("the object has no list \"fields\"")
      return .null
    }
    if entries.isEmpty, reasons.isEmpty { reasons.append("\"fields\" is empty") }
    if entries.count > mostFields {
      reasons.append("\(entries.count) fields, where \(mostFields) are the most")
      return .null
    }
    for (index, entry) in entries.enumerated() where entries[..<index].contains(where: { $0.name == entry.name }) {
      reasons.append("two fields have the name \"\(entry.name)\"")
    }
    return .object(entries.map { .init($0.name, field($0.value, named: $0.name, &reasons)) })
  }

  private static func field(_ value: JSONValue, named name: String, _ reasons: inout [String]) -> JSONValue {
    // A generator's name, or its call as text, is a whole field in a schema file, and so is a field as a file has it.
    guard let members = value.members else { return value }
    guard let generator = (value["generator"] ?? value["type"])?.text else {
      if value["name"] == nil || value["arguments"] == nil { return value }
      reasons.append("field \"\(name)\" has no \"generator\"")
      return .null
    }
    var arguments = arguments(value["arguments"], of: name, &reasons)
    // Whatever stands beside the members that a field has is meant as an argument.
    arguments += members.filter { !Self.ownMembers.contains($0.name) }
    arguments.removeAll { $0.value == .null }
    arguments = renamed(arguments, of: generator)
    var result: [JSONValue.Member] = [.init("generator", .string(generator))]
    if !arguments.isEmpty { result.append(.init("arguments", .object(arguments))) }
    for modifier in modifiers {
      guard let value = value[modifier], ![.null, .bool(false), .number("0"), .number("0.0")].contains(value) else {
        continue
      }
      result.append(.init(modifier, value))
    }
    return .object(result)
  }

  private static let modifiers = ["null_rate", "unique"]
  private static let ownMembers = ["name", "generator", "type", "arguments", "description", "comment"] + modifiers

  private static func arguments(_ value: JSONValue?, of field: String, _ reasons: inout [String]) -> [JSONValue.Member]
  {
    switch value {
    case .object(let members): return members
    case .array(let elements):
      return elements.compactMap { element in
        if let name = element["name"]?.text, let value = element["value"] { return .init(name, value) }
        // Also read: [{"min": 1}, {"max": 9}].
        if let members = element.members, members.count == 1 { return members[0] }
        reasons.append("field \"\(field)\": an argument is an object with \"name\" and \"value\"")
        return nil
      }
    case nil, .null: return []
    default:
      reasons.append("field \"\(field)\": \"arguments\" must be an object")
      return []
    }
  }

  /// What models call arguments of the generators that have no names from Faker.
  private static let otherNames: [String: [String: String]] = [
    "formula": ["formula": "expression"], "template": ["template": "text", "format": "text"],
    "regex": ["regex": "pattern"],
    "choice": ["values": "elements", "choices": "elements", "options": "elements", "probabilities": "weights"],
  ]

  private static func renamed(_ arguments: [JSONValue.Member], of generator: String) -> [JSONValue.Member] {
    guard let names = otherNames[generator.lowercased()] else { return arguments }
    return arguments.map { argument in
      guard let name = names[argument.name], !arguments.contains(where: { $0.name == name }) else { return argument }
      return .init(name, argument.value)
    }
  }
}
