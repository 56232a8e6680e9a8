import MillraceCore

/// Draws how many workers there were allowed to be over time, and why that changed.
struct WorkerChart {
  struct Change {
    /// Since the report's beginning; changes before it count from 0.
    var seconds: Double
    var count: Int
    var reason: String
  }

  let changes: [Change]
  let length: Double

  /// More are not told in words.
  private static let mostInWords = 40
  /// More are drawn as every so many-th.
  private static let mostDrawn = 2000
  private static let (top, bottom) = (14.0, 114.0)

  init(_ record: JobRecord, history: AttemptHistory) {
    length = history.length
    changes = record.workerChanges.map { change in
      Change(seconds: max(0, change.time.since(history.began)), count: change.count, reason: change.reason)
    }.filter { $0.seconds <= history.length }
  }

  func draw(into page: inout MarkupWriter) {
    let axis = ChartAxis(length: length, left: 110, right: 1090)
    let highest = Double(max(1, changes.map(\.count).max() ?? 1))
    func y(_ count: Int) -> Double { Self.bottom - Double(count) / highest * (Self.bottom - Self.top) }
    let step = max(1, changes.count / Self.mostDrawn)
    let drawn = changes.enumerated().filter { $0.offset % step == 0 || $0.offset == changes.count - 1 }
    page.element("div", ["class": "scroll"]) { page in
      page.element(
        "svg",
        [
          "class": "chart wide", "viewBox": "0 0 1100 148", "role": "img",
          "aria-label": "\(changes.count) changes of the number of workers, \(Int(highest)) at most.",
          "xmlns": "http://www.w3.org/2000/svg",
        ]
      ) { svg in
        axis.draw(top: Self.top, bottom: Self.bottom, into: &svg)
        axis.drawHeight(highest, top: Self.top, bottom: Self.bottom, into: &svg)
        var path = ""
        for (index, change) in drawn {
          path +=
            path.isEmpty
            ? "M\(digits(axis.x(change.seconds))) \(digits(y(change.count)))"
            : "H\(digits(axis.x(change.seconds)))V\(digits(y(change.count)))"
          svg.element("g") { group in
            group.element("title", text: printable("\(clockTime(change.seconds)): \(change.count): \(change.reason)"))
            group.element(
              "circle",
              ["class": "dot", "cx": digits(axis.x(change.seconds)), "cy": digits(y(change.count)), "r": "4"])
            if changes.count <= 20 {
              group.element(
                "text",
                ["class": "tick", "x": digits(axis.x(change.seconds) + 6), "y": digits(y(change.count) - 4)],
                text: "\(index + 1)")
            }
          }
        }
        svg.element("path", ["class": "line", "d": path + "H\(digits(axis.right))"])
      }
    }
    page.newline()
    writeTable(into: &page)
  }

  private func writeTable(into page: inout MarkupWriter) {
    ReportTable.write(
      ["", "After", "Workers", "Reason"], numbers: [0, 1, 2],
      changes.prefix(Self.mostInWords).enumerated().map { index, change in
        ["\(index + 1)", clockTime(change.seconds), "\(change.count)", change.reason]
      }, rest: changes.count - Self.mostInWords, into: &page)
  }
}

/// Writes tables of a report.
enum ReportTable {
  /// - Parameters:
  ///   - names: of the columns.
  ///   - numbers: the columns that hold numbers.
  ///   - rest: how many rows there are besides; none for 0 or less.
  static func write(
    _ names: [String], numbers: Set<Int> = [], _ rows: [[String]], rest: Int = 0, into page: inout MarkupWriter
  ) {
    page.element("div", ["class": "scroll"]) { page in
      page.element("table") { table in
        table.element("tr") { row in
          for (column, name) in names.enumerated() {
            row.element("th", ["scope": "col", "class": numbers.contains(column) ? "number" : nil], text: name)
          }
        }
        for cells in rows {
          table.newline()
          table.element("tr") { row in
            for (column, text) in cells.enumerated() {
              row.element(
                "td", ["class": numbers.contains(column) ? "number" : nil],
                text: ellipsised(printable(text), columns: 600))
            }
          }
        }
      }
    }
    if rest > 0 { page.element("p", ["class": "faint"], text: "and \(rest) more") }
    page.newline()
  }
}
