import MillraceCore

/// What differs between two runs, stage by stage.
struct ChainDifference: Sendable {
  /// A stage that both runs have, or one of them alone.
  struct Stage: Sendable {
    let tool: String
    /// Number of the stage in the first run, counted from 1.
    let one: Int?
    let other: Int?
    let differences: [Difference]

    var isDifferent: Bool { one == nil || other == nil || !differences.isEmpty }
  }

  let stages: [Stage]
  /// Of the chains as wholes.
  let chain: [Difference]

  var isEmpty: Bool { chain.isEmpty && !stages.contains(where: \.isDifferent) }

  init(_ one: ProvenanceChain, _ other: ProvenanceChain, comparesAll: Bool) {
    let runs = [one, other].map { chain in
      let children = Dictionary(grouping: chain.children, by: \.parent)
      let identifiers = Set(chain.parts.flatMap(\.stages).compactMap { $0["id"]?.text })
      // The earliest first: what was appended to the file comes behind it.
      return chain.parts.reversed().flatMap { part in
        let files = Dictionary(grouping: part.files) { $0["stage"]?.text ?? "" }
        return part.stages.map { stage in
          let id = stage["id"]?.text ?? ""
          return RecordedStage(
            record: stage, files: files[id] ?? [], chain: identifiers, children: children[id] ?? [])
        }
      }
    }
    stages = StageAlignment(runs[0].map(\.record), runs[1].map(\.record)).pairs.map { pair in
      let stage = pair.one.map { runs[0][$0].record } ?? pair.other.map { runs[1][$0].record }
      var differences: [Difference] = []
      if let first = pair.one, let second = pair.other {
        differences = StageDifference(runs[0][first], runs[1][second], comparesAll: comparesAll).differences
      }
      return Stage(
        tool: stage?["tool"]?.text ?? "?", one: pair.one.map { $0 + 1 }, other: pair.other.map { $0 + 1 },
        differences: differences)
    }
    var chain: [Difference] = []
    for name in ["completeness", "offset"] {
      let values = [one, other].map { $0.parts.first?.pipeline[name] }
      if values[0] != values[1] { chain.append(Difference(name: name, one: values[0], other: values[1])) }
    }
    if one.parts.count != other.parts.count {
      chain.append(
        Difference(name: "runs that appended", one: .integer(one.parts.count), other: .integer(other.parts.count)))
    }
    self.chain = chain
  }
}

// MARK: Telling

extension ChainDifference {
  /// Differences of one kind that are told of a stage: of a thousand inputs the first.
  private static let mostOfAKind = 8

  var json: JSONValue {
    .object([
      .init("differ", .bool(!isEmpty)),
      .init(
        "stages",
        .array(
          stages.filter(\.isDifferent).map { stage in
            .object([
              .init("tool", .string(stage.tool)), .init("a", stage.one.map { .integer($0) } ?? .null),
              .init("b", stage.other.map { .integer($0) } ?? .null),
              .init("differences", .array(stage.differences.map(\.json))),
            ])
          })),
      .init("chain", .array(chain.map(\.json))),
    ])
  }

  /// As diff(1) tells it: `<` before what the first run has, `>` before what the second has.
  func lines(isFull: Bool) -> [String] {
    var lines: [String] = []
    for stage in stages where stage.isDifferent {
      let tool = printable(stage.tool)
      switch (stage.one, stage.other) {
      case (let one?, nil): lines.append("< stage \(one), \(tool): only in the first")
      case (nil, let other?): lines.append("> stage \(other), \(tool): only in the second")
      case (let one?, let other?):
        lines.append("stage \(one)\(one == other ? "" : " (\(other) in the second)"), \(tool)")
        lines += Self.lines(stage.differences, isFull: isFull)
      case (nil, nil): break
      }
    }
    if !chain.isEmpty { lines += ["chain"] + Self.lines(chain, isFull: isFull) }
    return lines
  }

  private static func lines(_ differences: [Difference], isFull: Bool) -> [String] {
    let width = min(24, differences.map { $0.name.count }.max() ?? 0)
    var counts: [Substring: Int] = [:]
    var lines: [String] = []
    for difference in differences {
      let kind = difference.name.prefix { $0 != " " }
      counts[kind, default: 0] += 1
      if !isFull, counts[kind, default: 0] > mostOfAKind { continue }
      let name = printable(difference.name)
      let label = name + String(repeating: " ", count: max(0, width - name.count))
      for (mark, value) in [("<", difference.one), (">", difference.other)] {
        if let value { lines.append("\(mark)   \(label)  \(text(value, isFull: isFull))") }
      }
    }
    for (kind, count) in counts.sorted(by: { $0.key < $1.key }) where !isFull && count > mostOfAKind {
      lines.append(
        "    and \(count - mostOfAKind) more differences of \"\(printable(String(kind)))\" (--full tells all)")
    }
    return lines
  }

  private static func text(_ value: JSONValue, isFull: Bool) -> String {
    if value["bytes"] != nil { return StageText(isFull: isFull).content(value) }
    if let words = value.elements, words.allSatisfy({ $0.text != nil }) {
      return printable(CommandLineText.quoting(words.compactMap(\.text)))
    }
    if !isFull, let text = value.text, text.utf8.count == 40 { return String(printable(text).prefix(12)) }
    return StageText.text(value)
  }
}
