import MillraceCore

/// Several of given values, as JSON lists.
let sampleGenerators: [GeneratorDescription] = [
  GeneratorDescription(
    "random_elements",
    "several of given values as a JSON list: random_elements([\"a\", \"b\", \"c\"], length=2, unique=true)",
    [.list("elements"), .integer("length"), .boolean("unique", false), .boolean("use_weighting"), .list("weights")]
  ) { (context) throws(Failure) in
    try SampleGenerator(context, areDifferent: context.boolean("unique") ?? false)
  },
  GeneratorDescription(
    "random_choices",
    "several of given values, which may come twice, as a JSON list: random_choices([1, 2, 3], length=5)",
    [.list("elements"), .integer("length"), .list("weights")]
  ) { (context) throws(Failure) in
    try SampleGenerator(context, areDifferent: false)
  },
  GeneratorDescription(
    "random_sample", "several different of given values as a JSON list: random_sample([\"x\", \"y\", \"z\"], length=2)",
    [.list("elements"), .integer("length"), .list("weights")]
  ) { (context) throws(Failure) in
    try SampleGenerator(context, areDifferent: true)
  },
]

/// Several of given values, by their weights, as a JSON list.
struct SampleGenerator: Generator {
  /// As JSON.
  private let texts: TextList
  private let weights: Constants<Double>
  private let table: AliasTable
  private let length: ClosedRange<Int>
  private let areDifferent: Bool
  /// All values are as likely.
  private let isEven: Bool

  private static let longest = 10_000
  /// Of more, an order is computed, not shuffled.
  private static let mostShuffled = 4096
  /// Draws of one value before the rest is counted through.
  private static let mostDraws = 32

  init(_ context: GeneratorContext, areDifferent: Bool) throws(Failure) {
    let (values, given) = try ChoiceGenerator.weighted(context, usual: ["a", "b", "c"].map { .string($0) })
    let weights = context.boolean("use_weighting") == false ? given.map { _ in 1 } : given
    let possible = weights.count { $0 > 0 }
    let most = areDifferent ? possible : Self.longest
    if context.isGiven("length") {
      let length = try context.integer("length", 0...Self.longest, else: 1)
      guard length <= most else {
        throw context.failure("length=\(length) different values of \(counted(possible, "element"))")
      }
      self.length = length...length
    } else {
      length = 1...max(1, min(most, values.count, Self.longest))
    }
    texts = TextList(values.map(\.json), in: context.arena)
    self.weights = context.arena.constants(weights)
    table = AliasTable(weights, in: context.arena)
    isEven = Set(weights).count == 1
    self.areDifferent = areDifferent
  }

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    let number = random.integer(in: length)
    draft.text.append(UInt8(ascii: "["))
    if areDifferent, isEven, texts.count <= Self.mostShuffled {
      appendShuffled(number, draft, &random)
    } else if areDifferent, isEven {
      let order = PermutedIndex(count: UInt64(texts.count), &random)
      for place in 0..<number { append(Int(order(UInt64(place))), place, draft) }
    } else if areDifferent {
      appendDifferent(number, draft, &random)
    } else {
      for place in 0..<number { append(table.draw(&random), place, draft) }
    }
    draft.text.append(UInt8(ascii: "]"))
    return .json
  }

  private func append(_ index: Int, _ place: Int, _ draft: RowDraft) {
    if place > 0 { draft.text.append(", ") }
    texts.append(index, to: draft.text)
  }

  private func appendShuffled(_ number: Int, _ draft: RowDraft, _ random: inout RandomStream) {
    unsafe withUnsafeTemporaryAllocation(of: UInt32.self, capacity: texts.count) { deck in
      for index in 0..<texts.count { unsafe deck.initializeElement(at: index, to: UInt32(index)) }
      for place in 0..<number {
        let other = place + random.below(texts.count - place)
        unsafe deck.swapAt(place, other)
        append(unsafe Int(deck[place]), place, draft)
      }
    }
  }

  /// One after the other, each by its weight among those that are left.
  private func appendDifferent(_ number: Int, _ draft: RowDraft, _ random: inout RandomStream) {
    unsafe withUnsafeTemporaryAllocation(of: Bool.self, capacity: texts.count) { taken in
      unsafe taken.initialize(repeating: false)
      for place in 0..<number {
        var index = table.draw(&random)
        var draws = 1
        while unsafe taken[index], draws < Self.mostDraws {
          index = table.draw(&random)
          draws += 1
        }
        if unsafe taken[index] {
          var left = 0.0
          for other in 0..<texts.count where unsafe !taken[other] { left += weights[other] }
          left *= random.unit()
          for other in 0..<texts.count where unsafe !taken[other] && weights[other] > 0 {
            index = other
            left -= weights[other]
            if left < 0 { break }
          }
        }
        unsafe taken[index] = true
        append(index, place, draft)
      }
    }
  }
}
