import MillraceCore

/// What browsers call themselves.
let userAgentGenerators: [GeneratorDescription] = [
  GeneratorDescription("user_agent", "what a browser calls itself") { context in
    UserAgentGenerator(["chrome", "firefox", "safari"], context)
  },
  GeneratorDescription("chrome", "what the browser Chrome calls itself") { UserAgentGenerator(["chrome"], $0) },
  GeneratorDescription("firefox", "what the browser Firefox calls itself") { UserAgentGenerator(["firefox"], $0) },
  GeneratorDescription("safari", "what the browser Safari calls itself") { UserAgentGenerator(["safari"], $0) },
]

/// Fills in templates: `{platform:windows|mac}` is one of these platforms, `{n:120-142}` a number, `{n}` the same again.
struct UserAgentGenerator: Generator {
  private enum Piece: BitwiseCopyable {
    case text(Int)
    /// One of some platforms.
    case platform(Int, count: Int)
    case number(variable: Int, low: Int, high: Int)
    case again(variable: Int)
  }

  private struct Template: BitwiseCopyable {
    var first: Int
    var end: Int
  }

  private let texts: TextList
  private let platforms: TextList
  private let pieces: Constants<Piece>
  private let templates: Constants<Template>
  private let weights: AliasTable

  private static let variables = ["n", "k", "m"]

  init(_ browsers: [String], _ context: GeneratorContext) {
    let common = context.locale.common
    var texts: [String] = []
    var platforms: [String] = []
    var pieces: [Piece] = []
    var templates: [Template] = []
    var weights: [Double] = []
    for row in browsers.flatMap({ common.rows("user_agents.\($0)") }) {
      let first = pieces.count
      var rest = row[0][...]
      func add(_ literal: Substring) {
        if literal.isEmpty { return }
        texts.append(String(literal))
        pieces.append(.text(texts.count - 1))
      }
      while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
        add(rest[..<open])
        let parts = rest[rest.index(after: open)..<close].split(separator: ":", maxSplits: 1)
        rest = rest[rest.index(after: close)...]
        let argument = parts.count > 1 ? parts[1] : ""
        if parts.first == "platform" {
          let own = argument.split(separator: "|").flatMap { common.rows("platforms.\($0)") }
          let names = own.flatMap { name in
            // Weights are small whole numbers: a platform stands as often in the list.
            Array(repeating: name[0], count: max(1, Int(Double(name.count > 1 ? name[1] : "1") ?? 1)))
          }
          pieces.append(.platform(platforms.count, count: names.count))
          platforms += names
        } else {
          let variable = Self.variables.firstIndex { $0 == parts.first ?? "" } ?? 0
          let ends = argument.split(separator: "-").compactMap { Int($0) }
          pieces.append(
            ends.count == 2 ? .number(variable: variable, low: ends[0], high: ends[1]) : .again(variable: variable))
        }
      }
      add(rest)
      templates.append(Template(first: first, end: pieces.count))
      weights.append(row.count > 1 ? Double(row[1]) ?? 1 : 1)
    }
    self.texts = TextList(texts, in: context.arena)
    self.platforms = TextList(platforms, in: context.arena)
    self.pieces = context.arena.constants(pieces)
    self.templates = context.arena.constants(templates)
    self.weights = AliasTable(weights, in: context.arena)
  }

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    let template = templates[weights.draw(&random)]
    var values = (0, 0, 0)
    for index in template.first..<template.end {
      switch pieces[index] {
      case .text(let number): texts.append(number, to: draft.text)
      case .platform(let first, let count): platforms.append(first + random.below(count), to: draft.text)
      case .number(let variable, let low, let high):
        let value = random.integer(in: low...high)
        switch variable {
        case 0: values.0 = value
        case 1: values.1 = value
        default: values.2 = value
        }
        draft.text.append(integer: value)
      case .again(let variable):
        draft.text.append(integer: variable == 0 ? values.0 : variable == 1 ? values.1 : values.2)
      }
    }
    return .text
  }
}
