import MillraceCore

/// What a page says of privacy, and of models that are trained on synthetic rows.
struct PrivacySection {
  let evaluation: Evaluation

  init(_ evaluation: Evaluation) { self.evaluation = evaluation }

  func write(into page: inout MarkupWriter) {
    writePrivacy(into: &page)
    writeModels(into: &page)
  }

  private static func words(_ metric: String) -> String {
    switch metric {
    case "NewRowSynthesis": "rows that match no real row"
    case "DCROverfittingProtection": "not nearer to real rows than to the holdout"
    case "DCRBaselineProtection": "distance to the closest real row, beside that of random rows"
    case "DistanceToClosestRecord": "distance to the closest real row"
    case "NearestNeighbourDistanceRatio": "that distance by the distance to the next one"
    default: metric
    }
  }

  private func writePrivacy(into page: inout MarkupWriter) {
    let records = evaluation.records(.privacy)
    guard !records.isEmpty else { return }
    page.element("h2", text: "Privacy")
    page.element("div", ["class": "privacy"]) { parts in
      QualityPage.table(["Measure", "Real", "Synthetic", "Score"], numbers: 1, into: &parts) { body in
        for record in records {
          body.element("tr") { row in
            row.element("td") { cell in
              cell.text(Self.words(record.metric))
              cell.element("div", ["class": "faint small"], text: "\(record.metric) · \(record.note ?? "")")
            }
            for value in [record.real, record.synthetic] {
              row.element("td", ["class": "number"], text: value.map { QualityPage.figure($0) } ?? "–")
            }
            row.element(
              "td", ["class": "number \(QualityPage.grade(record.score))"],
              text: record.score.map { percentage($0) } ?? "–")
          }
          body.newline()
        }
      }
      parts.element("figure") { drawDistances(into: &$0) }
    }
  }

  /// The share of rows that are at most as far from the closest real row.
  private func drawDistances(into page: inout MarkupWriter) {
    let privacy = evaluation.privacy
    guard let made = quantile(privacy.distances, 0.98), let known = quantile(privacy.baselineDistances, 0.98) else {
      return
    }
    let farthest = max(made, known, 1e-9)
    let (width, height, left, right, top, bottom) = (420.0, 250.0, 40.0, 410.0, 10.0, 206.0)
    page.element("figcaption") { caption in
      caption.element("b", text: "Distance to the closest real row")
      caption.element("div", ["class": "faint small"]) { line in
        line.text("share of rows that are at most so far: ")
        line.element("span", ["class": "key made"], text: "")
        line.text("synthetic rows ")
        line.element("span", ["class": "key real"], text: "")
        line.text(privacy.baseline)
      }
    }
    page.element(
      "svg",
      [
        "class": "chart", "viewBox": "0 0 \(digits(width)) \(digits(height))", "role": "img",
        "aria-label": "Distances to the closest real row",
      ]
    ) { svg in
      for share in [0, 0.25, 0.5, 0.75, 1] {
        let y = bottom - (bottom - top) * share
        svg.element("path", ["class": "axis", "d": "M\(digits(left)) \(digits(y))H\(digits(right))"])
        svg.element(
          "text", ["class": "tick", "x": digits(left - 5), "y": digits(y + 4), "text-anchor": "end"],
          text: "\(Int(share * 100)) %")
      }
      for (share, anchor) in [(0.0, "start"), (0.5, "middle"), (1.0, "end")] {
        svg.element(
          "text",
          [
            "class": "tick", "x": digits(left + (right - left) * share), "y": digits(bottom + 16),
            "text-anchor": anchor,
          ], text: shortNumber(farthest * share))
      }
      for (distances, name) in [(privacy.baselineDistances, "curve real"), (privacy.distances, "curve made")] {
        var path = ""
        for step in 0...100 {
          guard let distance = quantile(distances, Double(step) / 100), distance <= farthest else { break }
          let x = left + (right - left) * distance / farthest
          let y = bottom - (bottom - top) * Double(step) / 100
          path += "\(step == 0 ? "M" : "L")\(digits(x)) \(digits(y))"
        }
        svg.element("path", ["class": name, "d": path])
      }
      svg.element(
        "text",
        ["class": "tick", "x": digits((left + right) / 2), "y": digits(bottom + 34), "text-anchor": "middle"],
        text: "distance, mean over columns")
    }
  }

  private func writeModels(into page: inout MarkupWriter) {
    let records = evaluation.records(.efficacy)
    guard !records.isEmpty else { return }
    page.element("h2", text: "Models")
    page.element(
      "p", ["class": "faint"],
      text: "The same learner trained on real and on synthetic rows, both tested on real rows that neither has seen. "
        + "The score is how much of the real model's skill above guessing is left.")
    QualityPage.table(["Target", "Measure", "Trained on real", "On synthetic", "Score"], numbers: 2, into: &page) {
      body in
      for record in records {
        body.element("tr") { row in
          row.element("td") { cell in
            cell.element("code", text: printable(record.column ?? ""))
            cell.element("div", ["class": "faint small"], text: record.note ?? "")
          }
          row.element("td", text: record.metric == "R2" ? "R²" : record.metric)
          for value in [record.real, record.synthetic] {
            row.element("td", ["class": "number"], text: value.map { QualityPage.figure($0) } ?? "–")
          }
          row.element(
            "td", ["class": "number \(QualityPage.grade(record.score))"],
            text: record.score.map { percentage($0) } ?? "–")
        }
        body.newline()
      }
    }
  }
}
