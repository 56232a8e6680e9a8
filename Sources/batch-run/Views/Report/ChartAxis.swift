import MillraceCore

/// Time from left to right, with lines at round times.
struct ChartAxis {
  /// In seconds.
  let length: Double
  let left: Double
  let right: Double

  func x(_ seconds: Double) -> Double { left + min(1, max(0, seconds / length)) * (right - left) }

  private static let steps: [Double] = [
    0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600,
    7200, 14_400, 21_600, 43_200, 86_400,
  ]

  func draw(top: Double, bottom: Double, into svg: inout MarkupWriter) {
    let least = length / 8
    let step = Self.steps.first { $0 >= least } ?? (least / 86_400).rounded(.up) * 86_400
    var path = ""
    for index in 0...Int(length / step + 1e-9) {
      let time = Double(index) * step
      path += "M\(digits(x(time))) \(digits(top))V\(digits(bottom))"
      svg.element(
        "text",
        [
          "class": "tick", "text-anchor": x(time) > right - 14 ? "end" : "middle", "x": digits(x(time)),
          "y": digits(bottom + 16),
        ],
        text: step < 1 ? attemptTime(time) : clockTime(time))
    }
    svg.element("path", ["class": "grid", "d": path])
    svg.newline()
  }

  /// A scale of counts at the left side, from 0 at the bottom.
  func drawHeight(_ highest: Double, top: Double, bottom: Double, into svg: inout MarkupWriter) {
    let step = Self.round(highest / 4)
    var path = ""
    for index in 0...Int(highest / step + 1e-9) {
      let y = bottom - Double(index) * step / highest * (bottom - top)
      path += "M\(digits(left)) \(digits(y))H\(digits(right))"
      svg.element(
        "text", ["class": "tick", "text-anchor": "end", "x": digits(left - 8), "y": digits(y + 4)],
        text: String(Int(Double(index) * step)))
    }
    svg.element("path", ["class": "grid", "d": path])
    svg.newline()
  }

  /// The next whole number of the kind 1, 2, 5, 10, 20….
  static func round(_ value: Double) -> Double {
    var power = 1.0
    while power * 10 <= value { power *= 10 }
    return [1, 2, 5, 10].map { $0 * power }.first { $0 >= value } ?? power * 10
  }
}
