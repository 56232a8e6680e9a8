import MillraceCore

/// One column of both tables in a picture: the real one as an area, the synthetic one as a line, or bars of categories.
struct ColumnChart {
  static let width = 340.0
  static let height = 150.0
  private static let mostBins = 32
  private static let mostCategories = 8

  let column: ComparedColumn

  func draw(into page: inout MarkupWriter) {
    page.element(
      "svg",
      [
        "class": "chart", "viewBox": "0 0 \(digits(Self.width)) \(digits(Self.height))", "role": "img",
        "aria-label": "Distribution of \(column.name)",
      ]
    ) { svg in
      if column.type.isContinuous { drawHistogram(into: &svg) } else { drawBars(into: &svg) }
    }
  }

  // MARK: Numbers and moments

  /// Where the values lie and in how many parts they are counted.
  private struct Bins {
    var low: Double
    var high: Double
    var count: Int
    /// Each bin is one whole number, and the ends are half a number beyond them.
    var areWhole = false

    func index(_ value: Double) -> Int {
      guard high > low else { return 0 }
      return max(0, min(count - 1, Int((value - low) / (high - low) * Double(count))))
    }
  }

  /// From the least to the greatest value of both, but for the last two hundredths at either end where these lie far out;
  /// they are counted in the outermost bins.
  private func bins() -> Bins? {
    let real = column.real.numbers.filter { !$0.isNaN }.sorted()
    let synthetic = column.synthetic.numbers.filter { !$0.isNaN }.sorted()
    guard let least = [real.first, synthetic.first].compactMap({ $0 }).min(),
      let greatest = [real.last, synthetic.last].compactMap({ $0 }).max()
    else { return nil }
    let inner = [real, synthetic].filter { !$0.isEmpty }
    let low = inner.compactMap { quantile($0, 0.01) }.min() ?? least
    let high = inner.compactMap { quantile($0, 0.99) }.max() ?? greatest
    let reach = high - low
    let from = least < low - reach / 2 ? low - reach / 8 : least
    let to = greatest > high + reach / 2 ? high + reach / 8 : greatest
    if to <= from { return Bins(low: from - 0.5, high: from + 0.5, count: 1) }
    // Whole numbers that are few have a bin each.
    if column.type == .numerical, to - from < Double(Self.mostBins), isWhole(real), isWhole(synthetic) {
      let (first, last) = (from.rounded(), to.rounded())
      return Bins(low: first - 0.5, high: last + 0.5, count: Int(last - first) + 1, areWhole: true)
    }
    return Bins(low: from, high: to, count: Self.mostBins)
  }

  private func isWhole(_ values: [Double]) -> Bool { values.allSatisfy { $0.rounded() == $0 } }

  private func shares(_ numbers: [Double], _ bins: Bins) -> [Double] {
    var counts = [Double](repeating: 0, count: bins.count)
    for number in numbers where !number.isNaN { counts[bins.index(number)] += 1 }
    let total = counts.reduce(0, +)
    return total > 0 ? counts.map { $0 / total } : counts
  }

  private func drawHistogram(into svg: inout MarkupWriter) {
    guard let bins = bins() else { return drawNothing(into: &svg) }
    let real = shares(column.real.numbers, bins)
    let synthetic = shares(column.synthetic.numbers, bins)
    let highest = max(real.max() ?? 0, synthetic.max() ?? 0, 1e-9)
    let (left, right, top, bottom) = (6.0, Self.width - 6, 8.0, Self.height - 22)
    func steps(_ shares: [Double]) -> String {
      var path = ""
      for (index, share) in shares.enumerated() {
        let x = left + (right - left) * Double(index) / Double(shares.count)
        let next = left + (right - left) * Double(index + 1) / Double(shares.count)
        let y = digits(bottom - (bottom - top) * share / highest)
        path += "\(index == 0 ? "M\(digits(x)) \(digits(bottom))V" : "V")\(y)H\(digits(next))"
      }
      return path + "V\(digits(bottom))"
    }
    svg.element("path", ["class": "real", "d": steps(real) + "Z"])
    svg.element("path", ["class": "made line", "d": steps(synthetic)])
    svg.element("path", ["class": "axis", "d": "M\(digits(left)) \(digits(bottom))H\(digits(right))"])
    // Whole numbers stand under the middle of their bins.
    let inset = bins.areWhole ? 0.5 / Double(bins.count) : 0
    let marks =
      bins.count == 1 ? [0.5] : bins.areWhole && bins.count % 2 == 0 ? [inset, 1 - inset] : [inset, 0.5, 1 - inset]
    for share in marks {
      svg.element(
        "text",
        [
          "class": "tick", "x": digits(left + (right - left) * share), "y": digits(bottom + 15),
          "text-anchor": share == 0 ? "start" : share == 1 ? "end" : "middle",
        ], text: label(bins.low + (bins.high - bins.low) * share, bins))
    }
  }

  private func label(_ value: Double, _ bins: Bins) -> String {
    if column.type == .datetime { return momentText(value, span: bins.high - bins.low) }
    return shortNumber(value)
  }

  private func drawNothing(into svg: inout MarkupWriter) {
    svg.element(
      "text", ["class": "tick", "x": digits(Self.width / 2), "y": digits(Self.height / 2), "text-anchor": "middle"],
      text: "no values")
  }

  // MARK: Categories

  private func drawBars(into svg: inout MarkupWriter) {
    let real = ColumnShapes.counts(column.real, column).map { Double($0) / Double(max(1, column.real.presentCount)) }
    let synthetic = ColumnShapes.counts(column.synthetic, column).map {
      Double($0) / Double(max(1, column.synthetic.presentCount))
    }
    let present = column.categories.indices.dropFirst().filter { real[$0] + synthetic[$0] > 0 }
    let order = present.sorted { (-real[$0], -synthetic[$0], $0) < (-real[$1], -synthetic[$1], $1) }
    guard !order.isEmpty else { return drawNothing(into: &svg) }
    let shown = order.prefix(order.count <= Self.mostCategories ? Self.mostCategories : Self.mostCategories - 1)
    var bars = shown.map { (printable(column.categories[$0]), real[$0], synthetic[$0], false) }
    let rest = order.dropFirst(shown.count)
    if !rest.isEmpty {
      bars.append(
        (
          counted(rest.count, "other"), rest.reduce(0) { $0 + real[$1] }, rest.reduce(0) { $0 + synthetic[$1] }, true
        ))
    }
    let longest = max(bars.map { max($0.1, $0.2) }.max() ?? 0, 1e-9)
    let (left, right) = (112.0, Self.width - 46)
    let step = min(30, (Self.height - 6) / Double(bars.count))
    for (index, bar) in bars.enumerated() {
      let top = 3 + step * Double(index)
      let thickness = max(3, step * 0.38)
      let middle = top + step / 2
      svg.element(
        "text",
        [
          "class": bar.3 ? "tick rest" : "tick name", "x": digits(left - 6), "y": digits(middle + 4),
          "text-anchor": "end",
        ], text: ellipsised(bar.0, columns: 17))
      for (share, name, y): (Double, String, Double) in [
        (bar.1, "real", middle - thickness), (bar.2, "made", middle),
      ] {
        svg.element(
          "rect",
          [
            "class": name, "x": digits(left), "y": digits(y),
            "width": digits(max(0.5, (right - left) * share / longest)),
            "height": digits(thickness - 0.5),
          ])
      }
      svg.element(
        "text",
        [
          "class": "tick", "y": digits(middle + 4),
          "x": digits(left + (right - left) * max(bar.1, bar.2) / longest + 5),
        ], text: percentage(bar.1))
    }
  }
}
