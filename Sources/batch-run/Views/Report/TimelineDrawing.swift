import MillraceCore

/// Draws when which worker was at which chunk.
struct TimelineDrawing {
  private let history: AttemptHistory
  private let rows: [(host: String, worker: Int, spans: [AttemptSpan])]
  private let axis: ChartAxis

  /// More rows than this are drawn as the number of attempts at once.
  private static let mostRows = 64
  /// More attempts than this are drawn as what each worker did in each of so many steps.
  private static let mostSpans = 4000
  private static let steps = 450
  private static let top = 8.0
  private static let curveHeight = 220.0

  init(_ history: AttemptHistory) {
    self.history = history
    rows = history.rows
    axis = ChartAxis(length: history.length, left: 110, right: 1090)
  }

  private var isCurve: Bool { rows.count > Self.mostRows }
  private var rowHeight: Double { rows.count <= 8 ? 30 : rows.count <= 24 ? 22 : 14 }
  private var height: Double { isCurve ? Self.curveHeight : Double(rows.count) * rowHeight }

  /// What the picture shows, for who does not see it.
  var description: String {
    let counts = AttemptSpan.Kind.allCases.compactMap { kind -> String? in
      let count = history.spans.count { $0.kind == kind }
      return count > 0 ? "\(count) \(kind.label)" : nil
    }
    return "\(history.spans.count) attempts by \(counted(rows.count, "worker")) in "
      + "\(clockTime(history.length)): \(counts.joined(separator: ", "))."
  }

  func draw(into page: inout MarkupWriter) {
    let bottom = Self.top + height
    page.element("div", ["class": "scroll"]) { page in
      page.element(
        "svg",
        [
          "class": "chart wide", "viewBox": "0 0 1100 \(digits(bottom + 34))", "role": "img", "aria-label": description,
          "xmlns": "http://www.w3.org/2000/svg",
        ]
      ) { svg in
        axis.draw(top: Self.top, bottom: bottom, into: &svg)
        if isCurve {
          drawCurve(bottom: bottom, into: &svg)
        } else {
          for (index, row) in rows.enumerated() {
            drawRow(row, top: Self.top + Double(index) * rowHeight, into: &svg)
          }
        }
      }
    }
    page.newline()
    drawLegend(into: &page)
  }

  // MARK: Rows

  private func drawRow(
    _ row: (host: String, worker: Int, spans: [AttemptSpan]), top: Double, into svg: inout MarkupWriter
  ) {
    let hasSeveralHosts = rows.first?.host != rows.last?.host
    let name = hasSeveralHosts ? "\(printable(row.host)) \(row.worker)" : "worker \(row.worker)"
    svg.element(
      "text", ["class": "tick", "text-anchor": "end", "x": "102", "y": digits(top + rowHeight / 2 + 4)],
      text: ellipsised(name, columns: 15))
    if history.spans.count > Self.mostSpans {
      drawSteps(of: row.spans, top: top, into: &svg)
    } else {
      for span in row.spans { drawSpan(span, top: top, into: &svg) }
    }
    svg.newline()
  }

  private func drawSpan(_ span: AttemptSpan, top: Double, into svg: inout MarkupWriter) {
    let (left, right) = (axis.x(span.start), axis.x(span.end))
    // Of what is too short to be seen, a stroke.
    let width = max(1, right - left - 0.6)
    svg.element("g") { group in
      group.element("title", text: title(of: span))
      group.element(
        "rect",
        [
          "class": span.kind.rawValue, "x": digits(left), "y": digits(top + 2), "width": digits(width),
          "height": digits(rowHeight - 4), "rx": width > 6 ? "2" : nil,
        ])
      let words = "\(span.chunk)\(span.attempt > 1 ? " #\(span.attempt)" : "")\(span.kind == .failed ? " ✕" : "")"
      if rowHeight >= 22, width > 7.2 * Double(words.count) + 6 {
        group.element(
          "text", ["class": "inside", "x": digits(left + width / 2), "y": digits(top + rowHeight / 2 + 4)],
          text: words)
      } else if span.kind == .failed, width > 9 {
        group.element(
          "text", ["class": "inside", "x": digits(left + width / 2), "y": digits(top + rowHeight / 2 + 4)], text: "✕")
      }
    }
  }

  private func title(of span: AttemptSpan) -> String {
    let memory = span.memory > 0 ? ", \(decimal(Double(span.memory), "B"))" : ""
    return printable(
      "chunk \(span.chunk), attempt \(span.attempt) \(span.outcome) after \(attemptTime(span.end - span.start))"
        + " (worker \(span.worker) on \(span.host), from \(clockTime(span.start))\(memory))")
  }

  /// What mattered most in each step of time, one path for each kind.
  private func drawSteps(of spans: [AttemptSpan], top: Double, into svg: inout MarkupWriter) {
    var steps = [AttemptSpan.Kind?](repeating: nil, count: Self.steps)
    for span in spans {
      for step in Self.steps(of: span, length: history.length) {
        steps[step] = steps[step].map { max($0, span.kind) } ?? span.kind
      }
    }
    let width = (axis.right - axis.left) / Double(Self.steps)
    for kind in AttemptSpan.Kind.allCases {
      var path = ""
      var first = 0
      while let start = steps[first...].firstIndex(of: kind) {
        let end = steps[start...].firstIndex { $0 != kind } ?? steps.count
        path += "M\(digits(axis.left + Double(start) * width)) \(digits(top + 2))"
        path +=
          "h\(digits(Double(end - start) * width))v\(digits(rowHeight - 4))h-\(digits(Double(end - start) * width))z"
        first = end
        if first >= steps.count { break }
      }
      if !path.isEmpty { svg.element("path", ["class": kind.rawValue, "d": path]) }
    }
  }

  private static func steps(of span: AttemptSpan, length: Double) -> ClosedRange<Int> {
    func step(_ time: Double) -> Int { min(steps - 1, max(0, Int(time / length * Double(steps)))) }
    return step(span.start)...step(span.end)
  }

  // MARK: A curve

  /// How many attempts of each kind there were at once, on the mean of each step.
  private func drawCurve(bottom: Double, into svg: inout MarkupWriter) {
    let kinds = AttemptSpan.Kind.allCases
    var busy = [[Double]](repeating: [Double](repeating: 0, count: Self.steps), count: kinds.count)
    let step = history.length / Double(Self.steps)
    for span in history.spans {
      guard let kind = kinds.firstIndex(of: span.kind) else { continue }
      for index in Self.steps(of: span, length: history.length) {
        let from = Double(index) * step
        busy[kind][index] += max(0, min(span.end, from + step) - max(span.start, from)) / step
      }
    }
    let highest = max(1, (0..<Self.steps).map { step in busy.reduce(0) { $0 + $1[step] } }.max() ?? 1)
    func y(_ count: Double) -> Double { bottom - count / highest * Self.curveHeight }
    axis.drawHeight(highest, top: Self.top, bottom: bottom, into: &svg)
    var base = [Double](repeating: 0, count: Self.steps)
    let width = (axis.right - axis.left) / Double(Self.steps)
    for (index, kind) in kinds.enumerated() where busy[index].contains(where: { $0 > 0 }) {
      let top = zip(base, busy[index]).map { $0 + $1 }
      var path = "M\(digits(axis.left)) \(digits(y(base[0])))"
      for (step, value) in top.enumerated() {
        path += "L\(digits(axis.left + Double(step) * width)) \(digits(y(value)))h\(digits(width))"
      }
      for (step, value) in base.enumerated().reversed() {
        path += "L\(digits(axis.left + Double(step + 1) * width)) \(digits(y(value)))h-\(digits(width))"
      }
      svg.element("g") { group in
        group.element("title", text: kind.label)
        group.element("path", ["class": kind.rawValue, "d": path + "z"])
      }
      base = top
    }
  }

  // MARK: Legend

  private func drawLegend(into page: inout MarkupWriter) {
    let present = Set(history.spans.map(\.kind))
    page.element("ul", ["class": "legend"]) { list in
      for kind in AttemptSpan.Kind.allCases where present.contains(kind) {
        list.element("li") { item in
          item.element("svg", ["viewBox": "0 0 22 14", "width": "22", "height": "14", "aria-hidden": "true"]) {
            $0.element("rect", ["class": kind.rawValue, "x": "1", "y": "1", "width": "20", "height": "12", "rx": "2"])
          }
          item.text(" \(kind.label): \(history.spans.count { $0.kind == kind })")
        }
      }
    }
    if isCurve {
      page.element(
        "p", ["class": "faint"],
        text: "\(rows.count) workers are too many for a row each: the height is the number of attempts at once.")
    } else if history.spans.count > Self.mostSpans {
      page.element(
        "p", ["class": "faint"],
        text: "\(history.spans.count) attempts are too many for a box each: of what a worker did within "
          + "\(attemptTime(history.length / Double(Self.steps))), the worst is shown.")
    }
    page.newline()
  }
}
