import MillraceCore

/// Choices among given values.
let choiceGenerators: [GeneratorDescription] = [
  GeneratorDescription(
    "choice", "one of several, by weights: choice({\"open\": 70, \"closed\": 30}) or choice([1, 2, 3])",
    [.list("elements"), .list("weights")]
  ) { (context) throws(Failure) in
    try ChoiceGenerator(context)
  },
  GeneratorDescription(
    "random_element", "one of several: random_element([\"a\", \"b\"])", [.list("elements"), .list("weights")]
  ) { (context) throws(Failure) in
    try ChoiceGenerator(context, usual: ["a", "b", "c"].map { .string($0) })
  },
]

/// One of given values, by their weights.
struct ChoiceGenerator: CountableGenerator {
  static let mostElements = 100_000

  private let texts: TextList
  private let contents: Constants<CellContent>
  private let weights: AliasTable

  init(_ context: GeneratorContext, usual: [JSONValue] = []) throws(Failure) {
    let (values, weights) = try Self.weighted(context, usual: usual)
    self.init(values, weights: weights, in: context.arena)
  }

  init(_ values: [JSONValue], weights: [Double], in arena: Arena) {
    texts = TextList(values.map { $0 == .null ? "" : $0.text ?? $0.json }, in: arena)
    contents = arena.constants(values.map { Self.content(of: $0) })
    self.weights = AliasTable(weights, in: arena)
  }

  /// Values with weights: a map of weights, pairs (as OrderedDict has them), or a list with a list of weights beside it.
  static func weighted(_ context: GeneratorContext, usual: [JSONValue]) throws(Failure) -> ([JSONValue], [Double]) {
    let given = context.value("elements")
    var values: [JSONValue] = []
    var weights: [Double] = []
    if let members = given.members {
      for member in members {
        guard let weight = member.value.double else {
          throw context.failure(
            "the weight of \"\(printable(member.name))\" is \(member.value.json.prefix(40)), no number")
        }
        values.append(SchemaDocument.scalar(member.name))
        weights.append(weight)
      }
    } else {
      values = given.elements ?? usual
      let own = context.list("weights")
      let pairs = values.compactMap { value -> (JSONValue, Double)? in
        guard let pair = value.elements, pair.count == 2, let weight = pair[1].double, pair[0].elements == nil else {
          return nil
        }
        return (pair[0], weight)
      }
      let objects = values.compactMap { value -> (JSONValue, Double)? in
        guard let own = value["value"], let weight = value["weight"]?.double else { return nil }
        return (own, weight)
      }
      if own == nil, !values.isEmpty, objects.count == values.count {
        (values, weights) = (objects.map(\.0), objects.map(\.1))
      } else if own == nil, !values.isEmpty, pairs.count == values.count, pairs.allSatisfy({ $0.0.text != nil }) {
        (values, weights) = (pairs.map(\.0), pairs.map(\.1))
      } else {
        weights = own?.compactMap(\.double) ?? values.map { _ in 1 }
        guard weights.count == values.count else {
          throw context.failure("\(counted(values.count, "element")) and \(counted(weights.count, "weight"))")
        }
      }
    }
    guard !values.isEmpty, values.count <= mostElements else {
      throw context.failure("\(values.count) elements, where 1 to \(mostElements) are possible")
    }
    guard weights.allSatisfy({ $0 >= 0 && $0.isFinite }), weights.contains(where: { $0 > 0 }) else {
      throw context.failure("weights must be numbers from 0 on, and one of them more")
    }
    return (values, weights)
  }

  private static func content(of value: JSONValue) -> CellContent {
    switch value {
    case .null: .null
    case .bool(let flag): CellContent(.boolean, flag ? 1 : 0)
    case .number(let text): CellContent(Int(text) == nil ? .number : .integer, Double(text) ?? 0)
    case .string(let text): datedContent(of: text)
    case .array, .object: .json
    }
  }

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent { append(weights.draw(&random), draft) }

  private func append(_ index: Int, _ draft: RowDraft) -> CellContent {
    texts.append(index, to: draft.text)
    return contents[index]
  }

  var count: UInt64 { UInt64(texts.count) }

  func generate(_ index: UInt64, _ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    append(Int(index), draft)
  }
}
