import MillraceCore

/// Values that are made of other fields of the row.
let derivedGenerators: [GeneratorDescription] = [
  GeneratorDescription(
    "formula", "computed of other fields: \"round(price * quantity, 2)\"", [.text("expression"), .integer("decimals")]
  ) { (context) throws(Failure) in
    guard let expression = context.text("expression") else { throw context.failure("it needs an expression") }
    return FormulaGenerator(
      formula: try context.formula(expression),
      decimals: context.isGiven("decimals") ? try context.integer("decimals", 0...15, else: 0) : nil)
  },
  GeneratorDescription(
    "template", "a text with other fields or generators in braces: \"{first_name} of {city}\"", [.text("text")]
  ) { (context) throws(Failure) in
    guard let text = context.text("text") else { throw context.failure("it needs a text") }
    return try TemplateGenerator(text, context)
  },
  GeneratorDescription(
    "when", "one of several, by conditions: [{if: \"status = 'sent'\", then: past_date}, {else: null}]",
    [.list("cases")]
  ) { (context) throws(Failure) in
    try ConditionalGenerator(context)
  },
]

/// Computes a formula.
struct FormulaGenerator: Generator {
  let formula: Formula
  /// Of numbers; nil for as many as they need.
  let decimals: Int?

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    let start = draft.text.count
    let value = formula.value(in: draft, &random)
    switch value.kind {
    case .null:
      draft.text.count = start
      return .null
    case .text:
      // Whatever was put together on the way lies in front of it.
      let length = Int(value.end - value.start)
      draft.text.reserve(length)
      unsafe (draft.text.base + start).copyMemory(from: draft.text.base + Int(value.start), byteCount: length)
      draft.text.count = start + length
      return .text
    case .number:
      draft.text.count = start
      if let decimals {
        draft.text.append(number: value.number, decimals: decimals)
      } else {
        draft.text.append(shortest: value.number)
      }
      return CellContent(
        value.number == value.number.rounded() && decimals ?? 0 == 0 ? .integer : .number, value.number)
    default:
      draft.text.count = start
      value.append(to: draft)
      switch value.kind {
      case .boolean: return CellContent(.boolean, value.number)
      case .date: return CellContent(.date, value.number)
      case .dateTime: return CellContent(.dateTime, value.number)
      default: return CellContent(.number, value.number)
      }
    }
  }
}

/// A text with the values of fields and generators in it.
struct TemplateGenerator: Generator {
  private enum Part: BitwiseCopyable {
    case text(Int)
    case cell(Int)
    case generator(Int)
  }

  private let texts: TextList
  private let parts: Constants<Part>
  private let generators: Constants<GeneratorReference>

  init(_ text: String, _ context: GeneratorContext) throws(Failure) {
    var texts: [String] = []
    var parts: [Part] = []
    var generators: [any Generator] = []
    var rest = text[...]
    func add(_ literal: some StringProtocol) {
      if literal.isEmpty { return }
      texts.append(String(literal))
      parts.append(.text(texts.count - 1))
    }
    while let brace = rest.firstIndex(where: { $0 == "{" || $0 == "}" }) {
      add(rest[..<brace])
      let character = rest[brace]
      rest = rest[rest.index(after: brace)...]
      // Faker's templates have two braces; one that is meant stands twice before a text that is no name.
      var isDouble = false
      if rest.first == character {
        let inner = rest.dropFirst().prefix { $0 != "}" }
        if character == "{", Self.isName(inner), rest.dropFirst(inner.count + 1).hasPrefix("}}") {
          isDouble = true
        } else {
          add(String(character))
          rest = rest.dropFirst()
          continue
        }
      }
      guard character == "{" else {
        throw context.failure("a } without {", advice: "a brace that is meant stands twice: }}")
      }
      if isDouble { rest = rest.dropFirst() }
      guard let close = rest.firstIndex(of: "}") else {
        throw context.failure("a { that is never closed", advice: "a brace that is meant stands twice: {{")
      }
      let name = String(rest[..<close].trimmed)
      rest = rest[rest.index(after: close)...]
      if isDouble { rest = rest.dropFirst() }
      if context.compiler.hasField(name), name != context.fieldName {
        parts.append(.cell(try context.cell(of: name)))
      } else {
        guard Self.isName(name[...]) else { throw context.failure("{\(printable(name))} is no field and no generator") }
        generators.append(try context.make(.string(name), part: "part \(generators.count)"))
        parts.append(.generator(generators.count - 1))
      }
    }
    add(rest)
    self.texts = TextList(texts, in: context.arena)
    self.parts = context.arena.constants(parts)
    self.generators = context.arena.constants(generators.map { context.arena.reference(to: $0) })
  }

  private static func isName(_ text: Substring) -> Bool {
    guard let first = text.trimmed.first else { return false }
    return first.isLetter || first == "_"
  }

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    for index in 0..<parts.count {
      switch parts[index] {
      case .text(let number): texts.append(number, to: draft.text)
      case .cell(let cell): unsafe draft.appendText(of: draft.cells[cell])
      case .generator(let number): _ = generators[number].generate(draft, &random)
      }
    }
    return .text
  }
}

/// One of several generators, by conditions on other fields.
struct ConditionalGenerator: Generator {
  private struct Case: Sendable {
    /// Nil: whatever the row has.
    let condition: Formula?
    let generator: GeneratorReference
  }

  private let cases: [Case]

  static let mostCases = 200

  init(_ context: GeneratorContext) throws(Failure) {
    guard let list = context.list("cases"), !list.isEmpty, list.count <= Self.mostCases else {
      throw context.failure("cases: expected a list of 1 to \(Self.mostCases) cases")
    }
    var cases: [Case] = []
    for (index, entry) in list.enumerated() {
      guard case .object = entry else { throw context.failure("case \(index + 1): expected if and then, or else") }
      if let condition = (entry["if"] ?? entry["when"])?.text, let value = entry["then"] ?? entry["value"] {
        cases.append(
          Case(
            condition: try context.formula(condition),
            generator: context.arena.reference(to: try context.make(Self.spec(value), part: "case \(index)"))))
      } else if let value = entry["else"] ?? entry["default"] {
        guard index == list.count - 1 else { throw context.failure("else stands last") }
        cases.append(
          Case(
            condition: nil,
            generator: context.arena.reference(to: try context.make(Self.spec(value), part: "case \(index)"))))
      } else {
        throw context.failure("case \(index + 1): expected if and then, or else")
      }
    }
    self.cases = cases
  }

  /// A text that is no call is itself: `{else: unknown reason}`.
  private static func spec(_ value: JSONValue) -> JSONValue {
    if case .string(let text) = value, (try? GeneratorCall(text)) == nil {
      return .object([.init("constant", value)])
    }
    return value
  }

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    for index in cases.indices {
      guard let condition = cases[index].condition else { return cases[index].generator.generate(draft, &random) }
      if condition.truth(in: draft) == true { return cases[index].generator.generate(draft, &random) }
    }
    return .null
  }
}
