import MillraceCore

/// An evaluation as a page that needs nothing beside it.
struct QualityPage {
  /// A table as it is named at the top.
  struct TableSummary {
    var name: String
    var rows: Int
  }

  /// Columns that have a picture.
  private static let mostCharts = 300
  /// Pairs that are listed.
  private static let mostPairs = 12

  let evaluation: Evaluation
  /// Real, synthetic, and the holdout where there is one.
  let tables: [TableSummary]

  init(_ evaluation: Evaluation, tables: [TableSummary]) {
    self.evaluation = evaluation
    self.tables = tables
  }

  var html: String {
    HTMLPage.make(title: "Quality of a synthetic table", style: Self.style) { page in
      writeTables(into: &page)
      writeScores(into: &page)
      writeWeakest(into: &page)
      writeColumns(into: &page)
      writePairs(into: &page)
      PrivacySection(evaluation).write(into: &page)
      writeFigures(into: &page)
    }
  }

  private func writeTables(into page: inout MarkupWriter) {
    page.element("p", ["class": "tables"]) { line in
      for (index, table) in tables.enumerated() {
        if index > 0 { line.text(" · ") }
        line.element("span", ["class": ["key real", "key made", "key"][min(index, 2)]], text: "")
        line.text(["real ", "synthetic ", "holdout "][min(index, 2)])
        line.element("code", text: printable(table.name))
        line.text(", \(counted(table.rows, "row"))")
      }
      line.text(" · \(counted(evaluation.columns.count, "column"))")
    }
  }

  // MARK: Scores

  private func writeScores(into page: inout MarkupWriter) {
    func score(_ property: QualityRecord.Property) -> Double? { evaluation.score(property, Evaluation.average) }
    let counted = evaluation.trends.count { $0.isCounted }
    var cards: [(name: String, score: Double?, words: String)] = [
      ("Overall", evaluation.overall, "column shapes and pair trends"),
      ("Column shapes", score(.columnShapes), "distributions of single columns"),
      (
        "Pair trends", score(.columnPairTrends),
        counted == 0 ? "no pair depends enough" : "\(counted) pairs that depend"
      ),
      ("Coverage", score(.coverage), "ranges and categories reached"),
      ("Validity", evaluation.score(.overall, "DiagnosticReport"), "values and structure allowed"),
    ]
    if let new = evaluation.records(.privacy).first(where: { $0.metric == "NewRowSynthesis" }) {
      cards.append(("New rows", new.score, "match no real row"))
    }
    if !evaluation.records(.efficacy).isEmpty {
      cards.append(("Models", score(.efficacy), "skill when learned from synthetic rows"))
    }
    page.element("div", ["class": "cards"]) { list in
      for (index, card) in cards.enumerated() {
        list.element("div", ["class": index == 0 ? "card first" : "card"]) { box in
          box.element("div", ["class": "faint"], text: card.name)
          box.element(
            "div", ["class": "score \(Self.grade(card.score))"], text: card.score.map { percentage($0) } ?? "–")
          Self.bar(card.score, into: &box)
          box.element("div", ["class": "faint small"], text: card.words)
        }
      }
    }
    page.newline()
  }

  /// The word by which a score is coloured.
  static func grade(_ score: Double?) -> String {
    guard let score else { return "faint" }
    return score >= 0.9 ? "good" : score >= 0.7 ? "doubt" : "bad"
  }

  static func bar(_ score: Double?, into page: inout MarkupWriter) {
    page.element("svg", ["class": "bar", "viewBox": "0 0 100 4", "preserveAspectRatio": "none"]) { svg in
      svg.element("rect", ["class": "rail", "width": "100", "height": "4"])
      if let score {
        svg.element("rect", ["class": grade(score), "width": digits(100 * max(0, min(1, score))), "height": "4"])
      }
    }
  }

  // MARK: What to look at first

  private func writeWeakest(into page: inout MarkupWriter) {
    let shapes = evaluation.records(.columnShapes).filter { $0.score.map { $0 < 0.9 } ?? false }
      .sorted { ($0.score ?? 1) < ($1.score ?? 1) }.prefix(5)
    let notes = evaluation.records.filter { $0.note != nil && [.missingValues, .dataStructure].contains($0.property) }
    guard !shapes.isEmpty || !notes.isEmpty else { return }
    page.element("h2", text: "Look at these first")
    page.element("ul") { list in
      for record in shapes {
        list.element("li") { item in
          item.element("code", text: printable(record.column ?? ""))
          item.text(" is distributed otherwise: ")
          item.element("b", ["class": Self.grade(record.score)], text: record.score.map { percentage($0) } ?? "–")
        }
      }
      for record in notes.prefix(10) {
        list.element("li") { item in
          if let column = record.column {
            item.element("code", text: printable(column))
            item.text(": ")
          }
          item.text(printable(record.note ?? ""))
        }
      }
    }
    page.newline()
  }

  // MARK: Columns

  private func writeColumns(into page: inout MarkupWriter) {
    page.element("h2", text: "Columns")
    page.element("p", ["class": "faint"]) { line in
      line.element("span", ["class": "key real"], text: "")
      line.text("real ")
      line.element("span", ["class": "key made"], text: "")
      line.text("synthetic; bars of categories name the real share")
    }
    let scores = Dictionary(evaluation.records(.columnShapes).map { ($0.column ?? "", $0.score) }) { first, _ in first }
    let compared = evaluation.columns.filter { $0.type.isCompared }
    page.element("div", ["class": "columns"]) { list in
      for column in compared.prefix(Self.mostCharts) {
        list.element("figure") { figure in
          figure.element("figcaption") { caption in
            caption.element("b", text: ellipsised(printable(column.name), columns: 34))
            caption.text(" ")
            let score = scores[column.name] ?? nil
            caption.element("span", ["class": "right \(Self.grade(score))"], text: score.map { percentage($0) } ?? "–")
            caption.element("div", ["class": "faint small"], text: summary(column))
          }
          ColumnChart(column: column).draw(into: &figure)
        }
        list.newline()
      }
    }
    if compared.count > Self.mostCharts {
      page.element(
        "p", ["class": "faint"], text: "\(compared.count - Self.mostCharts) more columns are in the table below.")
    }
    let others = evaluation.columns.filter { !$0.type.isCompared }
    if !others.isEmpty {
      page.element("p", ["class": "faint"]) { line in
        line.text("Not compared: ")
        line.text(
          namingFirst(others.map { "\(printable($0.name)) (\($0.description.statedType ?? $0.type.rawValue))" }))
      }
    }
  }

  private func summary(_ column: ComparedColumn) -> String {
    var words = column.description.statedType ?? column.type.rawValue
    if column.real.missingCount + column.synthetic.missingCount > 0 {
      let real = Double(column.real.missingCount) / Double(column.real.count)
      let synthetic = Double(column.synthetic.missingCount) / Double(column.synthetic.count)
      words += ", missing \(percentage(real)) and \(percentage(synthetic))"
    }
    return words
  }

  // MARK: Pairs

  private func writePairs(into page: inout MarkupWriter) {
    let (maps, shown, compared) = HeatMap.maps(of: evaluation)
    guard !maps.isEmpty else { return }
    page.element("h2", text: "Pairs of columns")
    page.element("p", ["class": "faint"]) { line in
      line.element("span", ["class": "key with"], text: "")
      line.text("depend on each other ")
      line.element("span", ["class": "key against"], text: "")
      line.text("against each other ")
      line.element("span", ["class": "key gap"], text: "")
      line.text("differ. Point at a square for its figure.")
      if shown < compared { line.text(" The \(shown) of \(compared) columns that depend most on others are shown.") }
      if evaluation.trends.count < evaluation.pairCount {
        line.text(" \(evaluation.trends.count) pairs were drawn from \(evaluation.pairCount).")
      }
    }
    page.element("div", ["class": "maps"]) { list in
      for map in maps {
        list.element("div", ["class": "scroll"]) { map.draw(into: &$0) }
        list.newline()
      }
    }
    let weakest = evaluation.trends.filter { $0.isCounted && ($0.score ?? 1) < 0.98 }
      .sorted { ($0.score ?? 1, $0.first, $0.second) < ($1.score ?? 1, $1.first, $1.second) }.prefix(Self.mostPairs)
    guard !weakest.isEmpty else { return }
    page.element("h3", text: "Pairs that differ most")
    Self.table(["Columns", "Measure", "Real", "Synthetic", "Similarity"], numbers: 2, into: &page) { body in
      for trend in weakest {
        body.element("tr") { row in
          let names = [trend.first, trend.second].map { printable(evaluation.columns[$0].name) }
          row.element("td") { $0.element("code", text: names.joined(separator: " × ")) }
          row.element("td", text: trend.isCorrelation ? "correlation" : "association")
          row.element("td", ["class": "number"], text: trend.real.map { Self.figure($0) } ?? "–")
          row.element("td", ["class": "number"], text: trend.synthetic.map { Self.figure($0) } ?? "–")
          row.element(
            "td", ["class": "number \(Self.grade(trend.score))"], text: trend.score.map { percentage($0) } ?? "–")
        }
      }
    }
  }

  /// Three digits behind the point.
  static func figure(_ value: Double) -> String {
    guard abs(value) < 1e12 else { return shortNumber(value) }
    let thousandths = Int((abs(value) * 1000).rounded())
    return "\(value < 0 && thousandths > 0 ? "−" : "")\(thousandths / 1000).\(padded(thousandths % 1000, 3))"
  }

  /// - Parameter numbers: the first column that is set as numbers are.
  static func table(
    _ heads: [String], numbers: Int, into page: inout MarkupWriter, _ rows: (inout MarkupWriter) -> Void
  ) {
    page.element("div", ["class": "scroll"]) { frame in
      frame.element("table") { table in
        table.element("thead") { head in
          head.element("tr") { row in
            for (index, text) in heads.enumerated() {
              row.element("th", ["class": index >= numbers ? "number" : nil], text: text)
            }
          }
        }
        table.newline()
        table.element("tbody") { rows(&$0) }
      }
    }
    page.newline()
  }

  // MARK: All columns' figures

  private func writeFigures(into page: inout MarkupWriter) {
    page.element("h2", text: "All columns")
    let properties: [QualityRecord.Property] = [.columnShapes, .coverage, .dataValidity, .missingValues]
    var scores: [String: [QualityRecord.Property: Double]] = [:]
    for property in properties {
      for record in evaluation.records(property) {
        guard let column = record.column, let score = record.score else { continue }
        // Of several, the lowest.
        scores[column, default: [:]][property] = min(score, scores[column]?[property] ?? 1)
      }
    }
    let heads = ["Column", "Type", "Shape", "Coverage", "Valid", "Missing alike"]
    Self.table(heads, numbers: 2, into: &page) { body in
      for column in evaluation.columns {
        body.element("tr") { row in
          row.element("td") { $0.element("code", text: printable(column.name)) }
          row.element("td", text: column.description.statedType ?? column.type.rawValue)
          for property in properties {
            let score = scores[column.name]?[property]
            row.element("td", ["class": "number \(Self.grade(score))"], text: score.map { percentage($0) } ?? "–")
          }
        }
        body.newline()
      }
    }
  }

  private static let style: StaticString = """
    :root { --made: #c2500a; } @media (prefers-color-scheme: dark) { :root { --made: #ffa057; } }
    td.number { white-space: nowrap; } h3 { font-size: 1rem; } .tables { margin-top: -.4rem; } .small { font-size: .85rem; } figure { margin: 0; }
    .good { color: var(--good); fill: var(--good); } .doubt { color: var(--doubt); fill: var(--doubt); }
    .bad { color: var(--bad); fill: var(--bad); }
    .key { display: inline-block; width: .8em; height: .8em; border-radius: 2px; margin-right: .35em; }
    .key.real { background: var(--fair); opacity: .45; } .key.made { background: var(--made); }
    .key.with { background: var(--fair); } .key.against, .key.gap { background: var(--bad); }
    .key.against { background: var(--doubt); } .key:not(:first-child) { margin-left: .6em; }
    .cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .8rem; margin: 1.2rem 0; }
    .card { background: var(--panel); border-radius: 8px; padding: .8rem 1rem; }
    .card.first { outline: 2px solid var(--line); } .score { font-size: 1.6rem; font-weight: 650; }
    .bar { display: block; width: 100%; height: 5px; margin: .25rem 0 .45rem; } .rail { fill: var(--line); }
    .columns { display: grid; grid-template-columns: repeat(auto-fill, minmax(19rem, 1fr)); gap: 1rem; }
    .columns figure { background: var(--panel); border-radius: 8px; padding: .7rem .9rem .4rem; min-width: 0; }
    .right { float: right; font-weight: 600; font-variant-numeric: tabular-nums; } .chart { width: 100%; height: auto; }
    svg .real { fill: var(--fair); fill-opacity: .45; } svg .made { fill: var(--made); }
    svg .made.line { fill: none; stroke: var(--made); stroke-width: 1.6; stroke-linejoin: round; }
    .axis { stroke: var(--line); fill: none; } .tick { font: 11px system-ui, sans-serif; fill: var(--faint); }
    .tick.name { fill: var(--ink); } .tick.rest { font-style: italic; }
    .maps { display: flex; flex-wrap: wrap; gap: 1rem 1.5rem; } .heat figcaption { font-weight: 600; }
    .with { fill: var(--fair); } .against { fill: var(--doubt); } .gap { fill: var(--bad); }
    .heat .none { fill: none; stroke: var(--line); stroke-width: .5; } .curve { fill: none; stroke-width: 2; }
    .curve.real { stroke: var(--fair); fill: none; } .curve.made { stroke: var(--made); fill: none; }
    .privacy { display: grid; grid-template-columns: minmax(0, 3fr) minmax(18rem, 2fr); gap: 1.5rem; align-items: start; }
    @media (max-width: 60rem) { .privacy { grid-template-columns: 1fr; } }

    """
}
