import MillraceCore

/// What a review says in stars: the row's review_title goes with it.
struct RatingGenerator: Generator {
  /// Of one to five stars: as reviews in shops are.
  static let weights: [Double] = [8, 5, 9, 22, 56]

  private let draw: ThingDraw

  static func make(_ context: GeneratorContext) throws(Failure) -> any Generator {
    let least = try context.integer("min", 0...1_000_000, else: 1)
    let most = try context.integer("max", 0...1_000_000, else: 5)
    let decimals = try context.integer("decimals", 0...6, else: 0)
    guard least < most else { throw context.failure("min=\(least) is not below max=\(most)") }
    if least == 1, most == 5, decimals == 0 {
      return RatingGenerator(draw: ThingDraw(.review, weights: weights, context) { _, _ in nil })
    }
    return ScoreGenerator(least: Double(least), most: Double(most), decimals: decimals)
  }

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    let stars = draw.entry(draft) + 1
    draft.text.append(integer: stars)
    return CellContent(.integer, Double(stars))
  }
}

/// A score on another scale, or an average of many: most lie high.
struct ScoreGenerator: Generator {
  let least: Double
  let most: Double
  let decimals: Int

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    let share = decimals == 0 ? random.beta(3, 1.2) : 0.8 + 0.12 * random.normal()
    let factor = ByteBuffer.powersOfTen[decimals]
    let value = ((least + (most - least) * min(max(share, 0), 1)) * factor).rounded() / factor
    draft.text.append(number: value, decimals: decimals)
    return CellContent(decimals == 0 ? .integer : .number, value)
  }
}

/// The title of a review, of those that go with its stars.
struct ReviewTitleGenerator: Generator {
  private let titles: ThingPartGenerator

  init(_ context: GeneratorContext) {
    let rows = context.locale.common.rows(ThingKind.review.section)
    let draw = ThingDraw(.review, weights: RatingGenerator.weights, context) { _, _ in nil }
    titles = ThingPartGenerator(
      draw: draw,
      parts: RatingGenerator.weights.indices.map { index in
        rows.filter { row in
          row.count > 2 && (Int(row[1]) ?? 1)...(Int(row[2]) ?? 5) ~= index + 1
        }.map { $0[0] }
      }, in: context.arena)
  }

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent { titles.generate(draft, &random) }
}
