import ArgumentParser
import MillraceCore

/// Draws how a file came about.
struct Graph: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Draw how a file came about: inputs, stages and outputs, and how well each link is known.",
    discussion: """
      Writes SVG, or with -o FILE.html a page with a table of the stages. Neither loads anything from anywhere. Many inputs of one kind are drawn as one box; what is too long is shortened, and whole where the pointer rests.
        $ prov graph result.csv -o result.html
      """)

  @OptionGroup var file: FileArgument
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("The picture (.svg) or page (.html) instead of SVG on standard output.", valueName: "file"),
    completion: .file(extensions: ["svg", "html"]))
  var output: String?

  func validate() throws {
    guard let output, output != "-" else { return }
    guard isPage || output.lowercased().hasSuffix(".svg") else {
      throw ValidationError("--output must end with .svg or .html, not \"\(output)\"")
    }
  }

  private var isPage: Bool {
    let name = output?.lowercased() ?? ""
    return name.hasSuffix(".html") || name.hasSuffix(".htm")
  }

  func run() throws {
    let chain = try ProvenanceChain(try file.provenance())
    let name = fileOfSidecar(file.file)
    let shown = printable(name.isEmpty ? "." : name)
    let drawing = GraphDrawing(try ProvenanceGraph(chain, name: shown))
    let title = "How \(shown) came about"
    let text = isPage ? GraphPage(chain, drawing).html(title: title) : drawing.document(title: title)
    guard let output, output != "-" else { return try StandardOutput.write(text) }
    try AtomicFile.write(ByteBuffer(text), to: output)
  }
}

/// The picture with a table of the stages.
struct GraphPage {
  private let chain: ProvenanceChain
  private let drawing: GraphDrawing
  private let words = StageText()

  init(_ chain: ProvenanceChain, _ drawing: GraphDrawing) {
    self.chain = chain
    self.drawing = drawing
  }

  func html(title: String) -> String {
    HTMLPage.make(
      title: title,
      style: ".graph svg { display: block; margin: 0 auto; } td code { display: inline-block; min-width: 12rem; }\n"
    ) { page in
      for part in chain.parts.reversed() {
        page.element("p") { page in
          page.element("code", text: StageText.text(part.pipeline["command"]))
          page.element("br")
          page.text("The whole chain is ")
          page.element("strong", text: StageText.text(part.pipeline["completeness"]))
          page.text(".")
        }
      }
      page.element("div", ["class": "scroll graph"]) { drawing.draw(into: &$0, title: title, isAlone: false) }
      page.newline()
      page.element("h2", text: "Stages")
      page.element("div", ["class": "scroll"]) { page in
        page.element("table") { table in
          table.element("tr") { row in
            for name in ["", "Tool", "Arguments", "Rows", "Links", "Output", "Began", "Commit"] {
              row.element("th", text: name)
            }
          }
          for (index, stage) in chain.parts.reversed().flatMap(\.stages).enumerated() {
            table.newline()
            write(stage, number: index + 1, into: &table)
          }
        }
      }
      page.newline()
    }
  }

  private func write(_ stage: JSONValue, number: Int, into table: inout MarkupWriter) {
    func text(_ name: String) -> String { StageText.text(stage[name]) }
    let arguments = (stage["arguments"]?.elements ?? []).map { $0.text ?? $0.json }
    table.element("tr") { row in
      row.element("td", ["class": "number faint"], text: "\(number)")
      row.element("td") { cell in
        cell.element("strong", text: text("tool"))
        cell.text(" \(text("version"))")
        if let status = stage["status"]?.integer, status != 0 {
          cell.element("br")
          cell.element("span", ["class": "warning"], text: "status \(status)")
        }
      }
      row.element("td") { $0.element("code", text: printable(CommandLineText.quoting(arguments))) }
      row.element("td") { cell in
        guard let rows = stage["rows"] else { return }
        cell.text("\(StageText.text(rows["in"])) in, \(StageText.text(rows["out"])) out")
        for reason in rows["reasons"]?.members ?? [] {
          cell.element("br")
          cell.element(
            "span", ["class": "warning"], text: "\(StageText.text(reason.value)) dropped: \(printable(reason.name))")
        }
      }
      row.element("td") { cell in
        for (index, link) in links(of: stage).enumerated() {
          if index > 0 { cell.element("br") }
          cell.text(link)
        }
      }
      row.element("td") { cell in
        if let output = stage["output"] { cell.text(words.content(output)) }
      }
      row.element("td", ["class": "faint"], text: text("start"))
      row.element("td", ["class": "faint"]) { $0.element("code", text: words.shortened(text("commit"))) }
    }
  }

  /// `1,000 verified`, best first.
  private func links(of stage: JSONValue) -> [String] {
    let links = (stage["inputs"]?.elements ?? []).map { $0["link"]?.text ?? "unknown-upstream" }
    let counts = Dictionary(grouping: links) { $0 }.mapValues(\.count)
    return Completeness.allCases.compactMap { kind in counts[kind.rawValue].map { "\($0) \(kind.rawValue)" } }
  }
}
