import MillraceCore

/// Draws a graph as SVG.
struct GraphDrawing {
  private let graph: ProvenanceGraph
  private let layout: GraphLayout
  private let texts: [NodeText]
  private let labels: [[(text: String, style: String)]]
  /// For each node whether several short edges with labels leave it.
  private let fansOut: [Bool]

  private static let boxWidth = 268.0
  private static let margin = 24.0
  private static let lineHeight = 17.0
  private static let legendHeight = 40.0

  /// A node's words, cut so that they fit.
  private struct NodeText {
    var title: String
    var lines: [ProvenanceGraph.Line]

    init(_ node: ProvenanceGraph.Node) {
      title = ellipsised(printable(node.title), columns: 26)
      lines = node.lines.map { .init(text: ellipsised(printable($0.text), columns: 38), isWarning: $0.isWarning) }
    }

    var height: Double { 34 + Double(lines.count) * GraphDrawing.lineHeight }
  }

  init(_ graph: ProvenanceGraph) {
    self.graph = graph
    texts = graph.nodes.map { NodeText($0) }
    let labels = graph.edges.map { Self.labelLines($0) }
    self.labels = labels
    layout = GraphLayout(
      sizes: texts.map { (Self.boxWidth, $0.height) }, edges: graph.edges.map { ($0.from, $0.to) },
      labels: labels.map { Self.width(of: $0) })
    fansOut = Self.fansOut(graph.edges, layout)
  }

  /// For each node whether several edges with labels go from it to the layer below.
  private static func fansOut(_ edges: [ProvenanceGraph.Edge], _ layout: GraphLayout) -> [Bool] {
    var counts = [Int](repeating: 0, count: layout.boxes.count)
    for (edge, route) in zip(edges, layout.routes) where route.count == 2 && (edge.link != nil || !edge.lines.isEmpty) {
      counts[edge.from] += 1
    }
    return counts.map { $0 > 1 }
  }

  private static func labelLines(_ edge: ProvenanceGraph.Edge) -> [(text: String, style: String)] {
    let lines = edge.lines.map { (text: ellipsised(printable($0), columns: 40), style: "line") }
    return (edge.link.map { [(text: $0.rawValue, style: "name \($0.rawValue)")] } ?? []) + lines
  }

  /// About, as fonts differ.
  private static func width(of lines: [(text: String, style: String)]) -> Double {
    lines.isEmpty ? 0 : 16 + 7 * Double(lines.map(\.text.count).max() ?? 0)
  }

  /// Where an edge's label stands: beside its first straight piece, where it has one; else near the box that it comes from,
  /// where lines that lead to one box do not meet yet; or, where several leave one box, near the one that it leads to.
  private func place(ofLabel index: Int) -> (x: Double, y: Double, isLeft: Bool)? {
    let route = layout.routes[index]
    guard let first = route.first, let second = route.dropFirst().first, !labels[index].isEmpty else { return nil }
    if route.count > 2 { return (second.x + 9, second.y + 12, false) }
    if fansOut[graph.edges[index].from], let last = route.last {
      let isLeft = first.x > last.x + 4
      return (last.x + (isLeft ? -9 : 9), last.y - 15 - 16 * Double(labels[index].count - 1), isLeft)
    }
    // To the right of the line, or where that goes, to the left.
    let isLeft = second.x > first.x + 4
    return (first.x + (isLeft ? -9 : 9), first.y + 19, isLeft)
  }

  /// Whether the same words stand where the edge's label would, at a line that leads to the same box.
  private func isSaidBefore(_ index: Int) -> Bool {
    guard let place = place(ofLabel: index) else { return true }
    func extent(_ place: (x: Double, y: Double, isLeft: Bool), of index: Int) -> ClosedRange<Double> {
      let width = Self.width(of: labels[index])
      return place.isLeft ? place.x - width...place.x : place.x...place.x + width
    }
    return labels[..<index].indices.contains { earlier in
      guard graph.edges[earlier].to == graph.edges[index].to, let other = self.place(ofLabel: earlier) else {
        return false
      }
      return abs(other.y - place.y) < 16 && labels[earlier].map(\.text) == labels[index].map(\.text)
        && extent(other, of: earlier).overlaps(extent(place, of: index))
    }
  }

  /// A document of its own.
  func document(title: String) -> String {
    var svg = MarkupWriter()
    svg.verbatim("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")
    draw(into: &svg, title: title, isAlone: true)
    svg.newline()
    return svg.markup
  }

  /// - Parameter isAlone: with its own colours, which a page would give it.
  func draw(into svg: inout MarkupWriter, title: String, isAlone: Bool) {
    let kinds = linkKinds
    let sides = sides
    let width = max(sides.right - sides.left, Double(kinds.count) * 150) + 2 * Self.margin
    let height = layout.height + 2 * Self.margin + Self.legendHeight
    svg.element(
      "svg",
      [
        "xmlns": "http://www.w3.org/2000/svg", "width": digits(width), "height": digits(height),
        "viewBox": "0 0 \(digits(width)) \(digits(height))", "role": "img",
      ]
    ) { svg in
      svg.element("title", text: title)
      svg.element("style") { sheet in
        if isAlone { sheet.verbatim(HTMLPage.colours) }
        sheet.verbatim(Self.style)
      }
      svg.newline()
      svg.element("rect", ["class": "paper", "width": "100%", "height": "100%"])
      let left = (width - sides.right + sides.left) / 2 - sides.left
      svg.element("g", ["transform": "translate(\(digits(left)) \(digits(Self.margin)))"]) { svg in
        for (edge, route) in zip(graph.edges, layout.routes) { draw(edge, route, into: &svg) }
        for index in graph.nodes.indices { draw(node: index, into: &svg) }
        // Above the lines, so that these do not strike them out.
        for index in labels.indices where !isSaidBefore(index) { drawLabel(of: index, into: &svg) }
      }
      legend(kinds, top: layout.height + 2 * Self.margin + 4, into: &svg)
    }
  }

  /// What boxes and labels take; labels may stand out on both sides.
  private var sides: (left: Double, right: Double) {
    var sides = (left: 0.0, right: layout.width)
    for (index, lines) in labels.enumerated() {
      guard let place = place(ofLabel: index) else { continue }
      if place.isLeft {
        sides.left = min(sides.left, place.x - Self.width(of: lines))
      } else {
        sides.right = max(sides.right, place.x + Self.width(of: lines))
      }
    }
    return sides
  }

  // MARK: Boxes

  private func draw(node index: Int, into svg: inout MarkupWriter) {
    let box = layout.boxes[index]
    let node = graph.nodes[index]
    svg.element("g", ["class": Self.className(node.kind), "transform": "translate(\(digits(box.x)) \(digits(box.y)))"])
    {
      svg in
      svg.element("title", text: printableLines(node.details))
      svg.element(
        "rect",
        [
          "class": "box", "width": digits(box.width), "height": digits(box.height),
          "rx": node.kind == .stage ? "10" : "2",
        ])
      if node.kind == .files {
        // A second sheet behind the first.
        svg.element(
          "path",
          [
            "class": "sheet",
            "d": "M5 -1 v-4 h\(digits(box.width)) v\(digits(box.height)) h-4",
          ])
      }
      svg.element("text", ["class": "title", "x": "14", "y": "23"], text: texts[index].title)
      for (line, text) in texts[index].lines.enumerated() {
        svg.element(
          "text",
          ["class": text.isWarning ? "warn" : "line", "x": "14", "y": digits(42 + Double(line) * Self.lineHeight)],
          text: text.text)
      }
    }
    svg.newline()
  }

  private static func className(_ kind: ProvenanceGraph.Kind) -> String {
    switch kind {
    case .file: "file"
    case .files: "file"
    case .stage: "stage"
    case .unknown: "unknown"
    case .output: "output"
    }
  }

  // MARK: Lines

  private func draw(_ edge: ProvenanceGraph.Edge, _ route: [GraphLayout.Point], into svg: inout MarkupWriter) {
    guard let first = route.first, let last = route.last else { return }
    var path = "M\(digits(first.x)) \(digits(first.y))"
    // The arrow's head takes the last pixels.
    let points = route.dropFirst().dropLast() + [GraphLayout.Point(x: last.x, y: last.y - 8)]
    var from = first
    for point in points {
      let middle = (from.y + point.y) / 2
      path +=
        point.x == from.x
        ? "V\(digits(point.y))"
        : "C\(digits(from.x)) \(digits(middle)) \(digits(point.x)) \(digits(middle)) \(digits(point.x)) \(digits(point.y))"
      from = point
    }
    let style = edge.link?.rawValue ?? "wrote"
    svg.element("path", ["class": "link \(style)", "d": path])
    svg.element(
      "path", ["class": "head \(style)", "d": "M\(digits(last.x - 5)) \(digits(last.y - 9))h10l-5 9z"])
    svg.newline()
  }

  /// How well the link is known, and what went over it.
  private func drawLabel(of index: Int, into svg: inout MarkupWriter) {
    guard let place = place(ofLabel: index) else { return }
    for (number, line) in labels[index].enumerated() {
      svg.element(
        "text",
        [
          "class": "label \(line.style)", "text-anchor": place.isLeft ? "end" : nil, "x": digits(place.x),
          "y": digits(place.y + Double(number) * 16),
        ], text: line.text)
    }
  }

  // MARK: Legend

  /// What kinds of links the picture has, best first.
  private var linkKinds: [Completeness] {
    let present = Set(graph.edges.compactMap(\.link))
    return Completeness.allCases.filter { present.contains($0) }
  }

  private func legend(_ kinds: [Completeness], top: Double, into svg: inout MarkupWriter) {
    for (index, kind) in kinds.enumerated() {
      let x = Self.margin + Double(index) * 150
      svg.element("path", ["class": "link \(kind.rawValue)", "d": "M\(digits(x)) \(digits(top + 8))h30"])
      svg.element(
        "text", ["class": "label name \(kind.rawValue)", "x": digits(x + 38), "y": digits(top + 12)],
        text: kind.rawValue)
    }
  }

  private static let style: StaticString = """
    text { font: 12px system-ui, "Segoe UI", "Liberation Sans", sans-serif; fill: var(--ink); }
    .paper { fill: var(--paper); } .title { font-weight: 600; font-size: 14px; }
    .line { fill: var(--faint); } .warn { fill: var(--bad); font-weight: 600; }
    .box { fill: var(--panel); stroke: var(--line); stroke-width: 1.2; }
    .stage .box { stroke: var(--ink); } .output .box { stroke: var(--ink); stroke-width: 2.4; }
    .unknown .box { stroke: var(--doubt); stroke-dasharray: 5 4; fill: var(--paper); }
    .sheet { fill: none; stroke: var(--line); stroke-width: 1.2; }
    .label { paint-order: stroke; stroke: var(--paper); stroke-width: 4px; stroke-linejoin: round; }
    .name { font-weight: 600; }
    .link { fill: none; stroke: currentColor; stroke-width: 1.8; color: var(--faint); } .link.wrote { stroke-width: 1.2; }
    .head { fill: currentColor; color: var(--faint); }
    .verified { color: var(--good); } .concat { color: var(--fair); stroke-dasharray: 14 3; }
    .content-match { color: var(--fair); stroke-dasharray: 7 4; } .ambiguous { color: var(--doubt); stroke-dasharray: 2 4; }
    .unknown-upstream { color: var(--doubt); stroke-dasharray: 9 4 2 4; }
    .upstream-died { color: var(--bad); stroke-dasharray: 4 4; } .mismatch { color: var(--bad); }
    .link.mismatch, .link.upstream-died { stroke-width: 3.2; }
    .head, .label { stroke-dasharray: none; } .label.name { fill: currentColor; }

    """
}

/// Several lines, each without what a terminal or a reader would take for a command.
private func printableLines(_ text: String) -> String {
  text.split(separator: "\n", omittingEmptySubsequences: false).map { printable(String($0)) }.joined(separator: "\n")
}
