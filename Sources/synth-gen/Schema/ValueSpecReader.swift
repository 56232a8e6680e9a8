import MillraceCore

/// Reads how a value is made, in any of the forms that a schema may have it in.
///
/// ```yaml
/// email                                             # a generator
/// pyint(min_value=1, max_value=6)                   # a call
/// {generator: pyint, min_value: 1, max_value: 6, null_rate: 0.1}
/// {generator: pyint, arguments: {min_value: 1}}     # as language models answer
/// {formula: "price * quantity"}                     # a generator by its first argument
/// [red, green]                                      # a choice
/// 17                                                # a constant
/// ```
struct ValueSpecReader {
  /// Whether it is a field's, which may be hidden.
  let isField: Bool
  private(set) var isHidden = false
  private var depth = 0

  init(isField: Bool) { self.isField = isField }

  /// Generators that can stand as a key with their first argument.
  static let shorthands: [String: String] = [
    "formula": "expression", "template": "text", "choice": "elements", "regex": "pattern", "constant": "value",
    "when": "cases", "series": "", "reference": "to", "sequence": "start", "mixture": "parts",
  ]

  mutating func spec(_ value: JSONValue) throws(Failure) -> ValueSpec {
    depth += 1
    defer { depth -= 1 }
    guard depth <= SchemaDocument.greatestDepth else { throw Failure(.badData, "nested too deep") }
    switch value {
    case .null, .bool, .number: return ValueSpec(generator: "constant", arguments: [.init("value", value)])
    case .array: return ValueSpec(generator: "choice", arguments: [.init("elements", value)])
    case .string(let text):
      guard let call = try GeneratorCall(text) else {
        throw Failure(
          .badData, "\"\(printable(text))\" is no generator",
          advice: "a text that is always the same is {constant: …}, one made of other fields {template: …}")
      }
      return ValueSpec(generator: call.name, arguments: call.named, positional: call.positional)
    case .object(let members): return try spec(of: members)
    }
  }

  private mutating func spec(of members: [JSONValue.Member]) throws(Failure) -> ValueSpec {
    var rest = members
    var spec: ValueSpec
    func take(_ names: String...) -> JSONValue? {
      guard let index = rest.lastIndex(where: { names.contains($0.name) }) else { return nil }
      return rest.remove(at: index).value
    }
    if let generator = take("generator", "type", "faker", "method") {
      guard case .string(let text) = generator, let call = try GeneratorCall(text) else {
        throw Failure(.badData, "generator: expected a generator's name, found \(generator.json.prefix(80))")
      }
      spec = ValueSpec(generator: call.name, arguments: call.named, positional: call.positional)
    } else if let index = rest.firstIndex(where: { Self.shorthands[$0.name] != nil }) {
      let member = rest.remove(at: index)
      spec = ValueSpec(generator: member.name)
      if let parameter = Self.shorthands[member.name], !parameter.isEmpty {
        spec.arguments = [.init(parameter, member.value)]
      } else if case .object(let own) = member.value {
        spec.arguments = own
      }
    } else {
      let names = Set(members.map(\.name))
      let shorthand = Self.shorthands.keys.sorted().joined(separator: ", ")
      throw Failure(
        .badData, names.isEmpty ? "no generator" : "no generator among \(names.sorted().joined(separator: ", "))",
        advice: "say generator: NAME, or one of \(shorthand)")
    }
    if let rate = take("null_rate", "nullRate", "null_probability", "nulls") {
      guard let number = rate.double, (0...1).contains(number) else {
        throw Failure(.badData, "null_rate: expected a share from 0 to 1, found \(rate.json.prefix(80))")
      }
      spec.nullRate = number
    }
    if let unique = take("unique") {
      // `words` has an argument of this name: it is meant there.
      guard case .bool(let value) = unique else {
        throw Failure(.badData, "unique: expected true or false, found \(unique.json.prefix(80))")
      }
      spec.isUnique = value
    }
    if isField, depth == 1, let hidden = take("hidden") {
      guard case .bool(let value) = hidden else {
        throw Failure(.badData, "hidden: expected true or false, found \(hidden.json.prefix(80))")
      }
      isHidden = value
    }
    if let locale = take("locale") {
      guard case .string(let name) = locale, let known = LocaleData.canonicalName(name) else {
        throw Failure(
          .badData, LocaleData.unknown(locale.text ?? locale.json), advice: LocaleData.advice(locale.text ?? ""))
      }
      spec.locale = known
    }
    if let entity = take("entity") {
      guard case .string(let name) = entity else {
        throw Failure(.badData, "entity: expected a name, found \(entity.json.prefix(80))")
      }
      spec.entity = name
    }
    _ = take("description", "comment")
    if let arguments = take("arguments", "args", "kwargs", "parameters") {
      switch arguments {
      case .object(let own): spec.arguments += own
      case .null: break
      case .array(let elements):
        // As strict answers of language models have them: a list of name and value.
        for element in elements {
          guard let name = element["name"]?.text, let value = element["value"] else {
            throw Failure(.badData, "arguments: expected name and value, found \(element.json.prefix(80))")
          }
          spec.arguments.append(.init(name, value))
        }
      default: throw Failure(.badData, "arguments: expected names with values, found \(arguments.json.prefix(80))")
      }
    }
    spec.arguments += rest
    return spec
  }
}
