import MillraceCore

/// What schemas are built of beside Faker's methods: constants, sequences, what is made of other fields.
let basicGenerators: [GeneratorDescription] = [
  GeneratorDescription("constant", "always the same value", [.any("value")]) { (context) throws(Failure) in
    try ConstantGenerator(context.value("value"), context)
  },
  GeneratorDescription(
    "sequence", "numbers in order, one a row: 1, 2, 3; with width=5, prefix=\"A-\" A-00001",
    [.integer("start", 1), .integer("step", 1), .text("prefix", ""), .text("suffix", ""), .integer("width", 0)]
  ) { (context) throws(Failure) in
    let step = try context.integer("step", -1_000_000_000...1_000_000_000, else: 1)
    guard step != 0 else { throw context.failure("step=0 makes the same number for ever") }
    return SequenceGenerator(
      start: try context.integer("start", -(1 << 53)...1 << 53, else: 1), step: step,
      width: try context.integer("width", 0...30, else: 0),
      affixes: TextList([context.text("prefix") ?? "", context.text("suffix") ?? ""], in: context.arena),
      isText: context.text("prefix") != "" || context.text("suffix") != "" || (context.integer("width") ?? 0) > 0)
  },
  GeneratorDescription("row", "the row's number, from 1 on") { context in
    SequenceGenerator(start: 1, step: 1, width: 0, affixes: TextList(["", ""], in: context.arena), isText: false)
  },
]

/// Always the same.
struct ConstantGenerator: Generator {
  private let text: TextList
  private let content: CellContent

  init(_ value: JSONValue, _ context: GeneratorContext) throws(Failure) {
    switch value {
    case .null: (text, content) = (TextList([""], in: context.arena), .null)
    case .bool(let flag):
      (text, content) = (TextList([flag ? "true" : "false"], in: context.arena), CellContent(.boolean, flag ? 1 : 0))
    case .number(let spelling):
      let kind: CellContent.Kind = Int(spelling) == nil ? .number : .integer
      (text, content) = (TextList([spelling], in: context.arena), CellContent(kind, Double(spelling) ?? 0))
    case .string(let string): (text, content) = (TextList([string], in: context.arena), datedContent(of: string))
    case .array, .object: (text, content) = (TextList([value.json], in: context.arena), .json)
    }
  }

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    if content.kind != .null { text.append(0, to: draft.text) }
    return content
  }
}

/// What a text given in a schema is: a date where it is written as one.
func datedContent(of text: String) -> CellContent {
  guard let seconds = Moment.written(text) else { return .text }
  return text.utf8.count == 10 ? CellContent(.date, Double(seconds / 86_400)) : CellContent(.dateTime, Double(seconds))
}

/// Numbers in order.
struct SequenceGenerator: InherentlyUniqueGenerator {
  let start: Int
  let step: Int
  let width: Int
  /// Prefix and suffix.
  let affixes: TextList
  let isText: Bool

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    let value = start &+ Int(truncatingIfNeeded: draft.row) &* step
    if !isText {
      draft.text.append(integer: value)
      return CellContent(.integer, Double(value))
    }
    affixes.append(0, to: draft.text)
    draft.text.append(integer: value, width: width)
    affixes.append(1, to: draft.text)
    return .text
  }
}
