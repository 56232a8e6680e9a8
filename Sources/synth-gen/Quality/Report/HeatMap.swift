import MillraceCore

/// How strongly columns depend on each other, as a triangle of squares; one each for the real and the synthetic table, and
/// one for what differs.
struct HeatMap {
  /// Columns that a triangle has at most.
  static let mostColumns = 60

  /// What is drawn of a pair: a value from -1 to 1, and words for it.
  struct Cell {
    var value: Double
    var words: String
  }

  let title: String
  let names: [String]
  /// By row, then column; only those below the diagonal are drawn.
  let cells: [[Cell?]]
  let isDifference: Bool

  func draw(into page: inout MarkupWriter) {
    let count = names.count
    let labelWidth = min(145, 14 + 6.8 * Double(names.map { min($0.count, 18) }.max() ?? 0))
    // Three of them stand side by side where the columns are few enough for squares that can be seen.
    let size = max(13, min(30, (380 - 1.35 * labelWidth) / Double(count)))
    let width = labelWidth + size * Double(count) + labelWidth * 0.35
    let height = size * Double(count) + labelWidth * 0.72
    page.element("figure", ["class": "heat"]) { figure in
      figure.element("figcaption", text: title)
      figure.element(
        "svg",
        [
          "width": digits(width), "height": digits(height), "viewBox": "0 0 \(digits(width)) \(digits(height))",
          "role": "img", "aria-label": title,
        ]
      ) { svg in
        let top = labelWidth * 0.72 - size
        for row in 1..<max(1, count) {
          let y = top + size * Double(row)
          svg.element(
            "text",
            [
              "class": "tick name", "x": digits(labelWidth - 5), "y": digits(y + size / 2 + 4), "text-anchor": "end",
            ], text: ellipsised(names[row], columns: 18))
          for column in 0..<row { draw(row, column, x: labelWidth + size * Double(column), y: y, size, into: &svg) }
          svg.newline()
        }
        for column in 0..<max(0, count - 1) {
          let x = labelWidth + size * (Double(column) + 0.6)
          let y = top + size * Double(column + 1) - 4
          svg.element(
            "text", ["class": "tick name", "transform": "translate(\(digits(x)) \(digits(y))) rotate(-38)"],
            text: ellipsised(names[column], columns: 18))
        }
      }
    }
  }

  private func draw(
    _ row: Int, _ column: Int, x: Double, y: Double, _ size: Double, into svg: inout MarkupWriter
  ) {
    let cell = cells[row][column]
    let strength = cell.map { min(1, abs($0.value) * (isDifference ? 2 : 1)) }
    let hundredths = strength.map { Int(($0 * 100).rounded()) }
    svg.element(
      "rect",
      [
        "class": cell == nil ? "none" : isDifference ? "gap" : (cell?.value ?? 0) < 0 ? "against" : "with",
        "x": digits(x + 0.5), "y": digits(y + 0.5), "width": digits(size - 1), "height": digits(size - 1),
        "fill-opacity": hundredths.map { $0 >= 100 ? "1" : "0.\(padded(max(3, $0), 2))" },
      ]
    ) { rect in
      rect.element("title", text: "\(names[row]) × \(names[column]): \(cell?.words ?? "not compared")")
    }
  }
}

extension HeatMap {
  /// The three triangles of an evaluation; none where there are no pairs.
  static func maps(of evaluation: Evaluation) -> (maps: [HeatMap], shown: Int, compared: Int) {
    let columns = evaluation.columns
    var strength: [Int: Double] = [:]
    for trend in evaluation.trends {
      let weight = max(abs(trend.real ?? 0), abs(trend.synthetic ?? 0))
      strength[trend.first, default: 0] = max(strength[trend.first] ?? 0, weight)
      strength[trend.second, default: 0] = max(strength[trend.second] ?? 0, weight)
    }
    let compared = columns.indices.filter { columns[$0].type.isCompared }
    // Of many, those that depend on others most.
    let shown = compared.sorted { (-(strength[$0] ?? 0), $0) < (-(strength[$1] ?? 0), $1) }.prefix(mostColumns).sorted()
    guard shown.count > 1, !evaluation.trends.isEmpty else { return ([], 0, compared.count) }
    let place = Dictionary(uniqueKeysWithValues: shown.enumerated().map { ($1, $0) })
    let empty = [[Cell?]](repeating: [Cell?](repeating: nil, count: shown.count), count: shown.count)
    var (real, synthetic, gap) = (empty, empty, empty)
    for trend in evaluation.trends {
      guard let column = place[trend.first], let row = place[trend.second] else { continue }
      func words(_ value: Double) -> String {
        "\(trend.isCorrelation ? "correlation" : "association") \(shortNumber((value * 1000).rounded() / 1000))"
      }
      real[row][column] = trend.real.map { Cell(value: $0, words: words($0)) }
      synthetic[row][column] = trend.synthetic.map { Cell(value: $0, words: words($0)) }
      gap[row][column] = trend.score.map { Cell(value: 1 - $0, words: "similarity \(percentage($0))") }
    }
    let names = shown.map { printable(columns[$0].name) }
    return (
      [
        HeatMap(title: "Real", names: names, cells: real, isDifference: false),
        HeatMap(title: "Synthetic", names: names, cells: synthetic, isDifference: false),
        HeatMap(title: "What differs", names: names, cells: gap, isDifference: true),
      ], shown.count, compared.count
    )
  }
}
