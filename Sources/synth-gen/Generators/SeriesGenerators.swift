import MillraceCore

/// Values of time series, whose rows are the steps of time.
let seriesGenerators: [GeneratorDescription] = [
  GeneratorDescription(
    "series",
    "a time series: series(base=20, trend=0.01, seasonality=[{period: 24, amplitude: 5}], noise=0.5, anomalies={rate: 0.01}, label=\"is_anomaly\")",
    [
      .number("base", 0), .number("trend", 0), .any("seasonality"), .number("noise", 0), .number("autocorrelation", 0),
      .any("level_shifts"), .any("anomalies"), .number("min"), .number("max"), .integer("decimals", 2),
      .integer("count"), .number("spread", 0), .text("label"),
    ]
  ) { (context) throws(Failure) in
    // The label of a field has become a field of its own by now.
    if context.isGiven("label") { throw context.failure("label belongs to a field, not to a part of one") }
    return SeriesGenerator(
      model: try SeriesModel(context), clock: try context.clock(), low: context.number("min") ?? -.infinity,
      high: context.number("max") ?? .infinity, decimals: try context.integer("decimals", 0...15, else: 2))
  },
  GeneratorDescription(
    "series_label", "whether the row's value of a series is an anomaly: series_label(of=\"temperature\")",
    [.text("of"), .boolean("kind", false)]
  ) { (context) throws(Failure) in
    try SeriesLabelGenerator(context)
  },
]

/// The value of a row's step.
struct SeriesGenerator: Generator {
  let model: SeriesModel
  let clock: SeriesClock
  let low: Double
  let high: Double
  let decimals: Int

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    let step = clock.step(of: draft.row)
    guard let observed = model.observed(step, clock.series(of: draft.row), clock) else { return .null }
    let value = min(max(observed, low), high)
    draft.text.append(number: value, decimals: decimals)
    let factor = ByteBuffer.powersOfTen[decimals]
    return CellContent(decimals == 0 ? .integer : .number, (value * factor).rounded(.toNearestOrAwayFromZero) / factor)
  }
}

/// Whether a row's value is an anomaly, or which.
struct SeriesLabelGenerator: Generator {
  private let model: SeriesModel
  private let clock: SeriesClock
  private let isKind: Bool
  private let names: TextList

  init(_ context: GeneratorContext) throws(Failure) {
    guard let field = context.text("of") else {
      throw context.failure(
        "it needs the field whose values it is about", advice: "as in series_label(of=\"temperature\")")
    }
    let other = try context.compiler.context(ofField: field, for: context)
    guard other.description.name == "series" else {
      throw context.failure("the field \"\(printable(field))\" is no series: it is made by \(other.description.name)")
    }
    model = try SeriesModel(other)
    clock = try other.clock()
    isKind = context.boolean("kind") ?? false
    names = TextList(SeriesModel.Anomaly.allCases.map(\.rawValue) + ["none"], in: context.arena)
  }

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    let event = model.event(clock.step(of: draft.row), clock.series(of: draft.row), clock)
    if isKind {
      let place = event.flatMap { SeriesModel.Anomaly.allCases.firstIndex(of: $0.kind) }
      names.append(place ?? names.count - 1, to: draft.text)
      return .text
    }
    if event == nil { draft.text.append("false") } else { draft.text.append("true") }
    return CellContent(.boolean, event == nil ? 0 : 1)
  }
}
