import Glibc
import MillraceCore

/// How many values lie in each of some ranges of equal width, or, where they differ by powers, of equal ratio.
struct Histogram {
  /// The ranges' ends: one more than there are ranges.
  let bounds: [Double]
  /// Of attempts that were completed, and of others.
  private(set) var counts: [(good: Int, other: Int)]

  private static let most = 36

  /// - Parameter marked: a value that the ranges reach, such as a limit.
  init(good: [Double], other: [Double], marked: Double? = nil) {
    let all = good + other
    let highest = max(all.max() ?? 0, marked ?? 0)
    let lowest = all.filter { $0 > 0 }.min() ?? 0
    let ranges = max(8, min(Self.most, Int(Double(all.count).squareRoot().rounded(.up)) * 2))
    if lowest > 0, highest / lowest > 100 {
      let ratio = highest / lowest
      bounds = (0...ranges).map { lowest * pow(ratio, Double($0) / Double(ranges)) }
    } else {
      let width = highest > 0 ? highest * 1.001 / Double(ranges) : 1
      bounds = (0...ranges).map { Double($0) * width }
    }
    counts = [(good: Int, other: Int)](repeating: (0, 0), count: ranges)
    for value in good { counts[range(of: value)].good += 1 }
    for value in other { counts[range(of: value)].other += 1 }
  }

  private func range(of value: Double) -> Int {
    var (low, high) = (0, counts.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if value >= bounds[middle] { low = middle } else { high = middle }
    }
    return low
  }

  /// Where a value stands, from 0 to 1.
  func place(of value: Double) -> Double {
    let index = range(of: value)
    let (from, to) = (bounds[index], bounds[index + 1])
    let share = to > from ? min(1, max(0, (value - from) / (to - from))) : 0
    return (Double(index) + share) / Double(counts.count)
  }
}

/// Draws a histogram.
struct HistogramDrawing {
  let histogram: Histogram
  /// How a value is told.
  let text: (Double) -> String
  let description: String
  /// A value that a line stands at, with its words.
  var mark: (value: Double, words: String)?

  private static let (left, right, top, bottom) = (60.0, 530.0, 22.0, 172.0)

  func draw(into page: inout MarkupWriter) {
    let highest = Double(max(1, histogram.counts.map { $0.good + $0.other }.max() ?? 1))
    let width = (Self.right - Self.left) / Double(histogram.counts.count)
    func height(_ count: Int) -> Double { Double(count) / highest * (Self.bottom - Self.top) }
    page.element(
      "svg",
      [
        "class": "chart", "viewBox": "0 0 560 206", "role": "img", "aria-label": description,
        "xmlns": "http://www.w3.org/2000/svg",
      ]
    ) { svg in
      ChartAxis(length: 1, left: Self.left, right: Self.right)
        .drawHeight(highest, top: Self.top, bottom: Self.bottom, into: &svg)
      for (index, count) in histogram.counts.enumerated() where count.good + count.other > 0 {
        let x = Self.left + Double(index) * width
        svg.element("g") { group in
          let words = count.other > 0 ? ", and \(count.other) otherwise" : ""
          group.element(
            "title",
            text:
              "\(text(histogram.bounds[index])) to \(text(histogram.bounds[index + 1])): \(count.good) completed\(words)"
          )
          for (kind, from, number) in [("completed", 0, count.good), ("failed", count.good, count.other)]
          where number > 0 {
            group.element(
              "rect",
              [
                "class": kind, "x": digits(x + 0.5), "width": digits(max(1, width - 1)),
                "y": digits(Self.bottom - height(from + number)), "height": digits(max(1, height(number))),
              ])
          }
        }
      }
      drawTicks(into: &svg)
      if let mark { draw(mark, into: &svg) }
    }
    page.newline()
  }

  private func drawTicks(into svg: inout MarkupWriter) {
    let count = histogram.counts.count
    for quarter in 0...4 {
      let index = count * quarter / 4
      let x = Self.left + Double(index) / Double(count) * (Self.right - Self.left)
      svg.element(
        "text",
        ["class": "tick", "text-anchor": "middle", "x": digits(x), "y": digits(Self.bottom + 18)],
        text: text(histogram.bounds[index]))
    }
  }

  private func draw(_ mark: (value: Double, words: String), into svg: inout MarkupWriter) {
    let x = Self.left + histogram.place(of: mark.value) * (Self.right - Self.left)
    svg.element("path", ["class": "limit", "d": "M\(digits(x)) \(digits(Self.top - 6))V\(digits(Self.bottom))"])
    let isRight = x > (Self.left + Self.right) / 2
    svg.element(
      "text",
      [
        "class": "limit-text", "text-anchor": isRight ? "end" : "start", "x": digits(isRight ? x - 5 : x + 5),
        "y": digits(Self.top - 8),
      ], text: mark.words)
  }
}
