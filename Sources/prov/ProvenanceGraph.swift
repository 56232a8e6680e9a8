import MillraceCore

/// What a chain looks like as boxes and lines: inputs, stages, outputs, and what went from one to the other.
struct ProvenanceGraph {
  enum Kind: Sendable {
    case file
    /// Many files as one box.
    case files
    case stage
    /// A program that left no record.
    case unknown
    case output
  }

  struct Line: Sendable {
    var text: String
    var isWarning = false
  }

  struct Node: Sendable {
    var kind: Kind
    var title: String
    var lines: [Line] = []
    /// All that does not fit into the box.
    var details: String
  }

  struct Edge: Sendable {
    var from: Int
    var to: Int
    /// Nil from a stage to the file that it wrote, which nobody need find out.
    var link: Completeness?
    var lines: [String] = []
  }

  private(set) var nodes: [Node] = []
  private(set) var edges: [Edge] = []

  /// More inputs of a kind are one box.
  private static let mostAlike = 6
  private static let mostBoxes = 2000

  private var stageNodes: [String: Int] = [:]
  private var fileNodes: [String: Int] = [:]
  private let words = StageText()

  /// - Parameters:
  ///   - chain: of the file, or of the folder that it lies in.
  ///   - name: the file as the user named it.
  init(_ chain: ProvenanceChain, name: String) throws(Failure) {
    let total = chain.parts.reduce(0) { $0 + $1.stages.count }
    guard total <= Self.mostBoxes else { throw Self.tooMany(chain) }
    let children = Dictionary(grouping: chain.children, by: \.parent)
    for part in chain.parts.reversed() {
      let files = Dictionary(grouping: part.files) { $0["stage"]?.text ?? "" }
      for stage in part.stages {
        let id = stage["id"]?.text ?? ""
        add(stage: stage, files: files[id] ?? [], children: children[id] ?? [])
        guard nodes.count <= Self.mostBoxes, edges.count <= 3 * Self.mostBoxes else { throw Self.tooMany(chain) }
      }
    }
    addOutputs(chain, name: name)
  }

  private static func tooMany(_ chain: ProvenanceChain) -> Failure {
    Failure(
      .badData, "the chain has more than \(mostBoxes) stages and files to draw", at: Place(file: chain.source),
      advice: "prov show tells them")
  }

  // MARK: Stages

  private mutating func add(stage: JSONValue, files: [JSONValue], children: [ProvenanceChain.Children]) {
    let node = nodes.count
    let tool = stage["tool"]?.text ?? "?"
    let arguments = CommandLineText.quoting((stage["arguments"]?.elements ?? []).map { $0.text ?? $0.json })
    var lines: [Line] = arguments.isEmpty ? [] : [Line(text: arguments)]
    if let rows = stage["rows"] {
      lines.append(Line(text: "rows \(grouped(rows["in"])) in, \(grouped(rows["out"])) out"))
      if let dropped = rows["dropped"]?.integer, dropped > 0 {
        let members = rows["reasons"]?.members ?? []
        let reasons = members.map { members.count == 1 ? $0.name : "\(grouped($0.value)) \($0.name)" }
        lines.append(
          Line(text: "\(grouped(rows["dropped"])) dropped: \(reasons.joined(separator: ", "))", isWarning: true))
      }
    }
    if let chunks = stage["chunks"] {
      lines += StageText.lines(of: chunks, children).map {
        Line(text: $0.label.isEmpty ? $0.line : "\($0.label) \($0.line)")
      }
    } else if let count = stage["context"]?["rows"]?.integer, count > 0 {
      let level = stage["context"]?["level"]?.text == "rows" ? "" : ", as a sum"
      lines.append(Line(text: "context of \(grouped(.integer(count))) row\(count == 1 ? "" : "s")\(level)"))
    }
    if let status = stage["status"]?.integer, status != 0 {
      lines.append(Line(text: "ended with status \(status)", isWarning: true))
    }
    nodes.append(
      Node(
        kind: .stage, title: "\(tool) \(stage["version"]?.text ?? "")", lines: lines,
        details: words.lines(of: stage, files: files, children: children).joined(separator: "\n")))
    addInputs(of: stage, node: node)
    if let id = stage["id"]?.text { stageNodes[id] = node }
  }

  /// Inputs that stand in one box: of the same producers, known equally well.
  private struct Group {
    var producers: [Int]
    var link: Completeness?
    var isFile: Bool
    var inputs: [JSONValue] = []
  }

  private mutating func addInputs(of stage: JSONValue, node: Int) {
    var groups: [Group] = []
    var numbers: [String: Int] = [:]
    for input in stage["inputs"]?.elements ?? [] {
      // What is not upstream of this stage in the list is not followed: a chain has no circles.
      let producers = (input["upstream"]?.elements ?? []).compactMap { $0.text.flatMap { stageNodes[$0] } }
      let link = input["link"]?.text.flatMap { Completeness(rawValue: $0) }
      let isFile = input["path"] != nil
      // A manifest is not one of the chunks.
      let isStandardInput = input["name"]?.text == "standard input"
      let key = "\(producers) \(link?.rawValue ?? "") \(isFile) \(isStandardInput)"
      let number = numbers[key] ?? groups.count
      if number == groups.count {
        groups.append(Group(producers: producers, link: link, isFile: isFile))
        numbers[key] = number
      }
      groups[number].inputs.append(input)
    }
    for group in groups {
      if group.inputs.count > Self.mostAlike {
        addMany(group, node: node)
      } else {
        for input in group.inputs { add(input, group, node: node) }
      }
    }
    if let omitted = stage["inputs_omitted"]?.integer, omitted > 0 {
      let more = "\(grouped(.integer(omitted))) more inputs"
      nodes.append(Node(kind: .files, title: more, lines: [Line(text: "not listed in the record")], details: more))
      edges.append(Edge(from: nodes.count - 1, to: node, link: nil))
    }
  }

  private mutating func add(_ input: JSONValue, _ group: Group, node: Int) {
    if group.isFile {
      let file = fileNode(input)
      for producer in group.producers where !edges.contains(where: { $0.from == producer && $0.to == file }) {
        edges.append(Edge(from: producer, to: file, link: nil))
      }
      edges.append(Edge(from: file, to: node, link: group.link ?? .unknownUpstream))
    } else if group.producers.isEmpty {
      nodes.append(foreign(input, group.link))
      edges.append(
        Edge(from: nodes.count - 1, to: node, link: group.link ?? .unknownUpstream, lines: content(of: input)))
    } else {
      for producer in group.producers {
        edges.append(
          Edge(
            from: producer, to: node, link: group.link ?? .unknownUpstream,
            lines: group.producers.count == 1 ? content(of: input) : []))
      }
    }
  }

  private mutating func fileNode(_ input: JSONValue) -> Int {
    let name = input["path"]?.text ?? input["name"]?.text ?? "?"
    let key = "\(name) \(input["sha256"]?.text ?? "")"
    if let known = fileNodes[key] { return known }
    var lines = content(of: input).map { Line(text: $0) }
    if input["upstream"] == nil, input["sidecar"] != nil || input["records_of_upstream"] != nil {
      lines.append(Line(text: "made by a chain of its own"))
    } else if input["sidecar"] != nil,
      input["upstream"]?.elements?.contains(where: { stageNodes[$0.text ?? ""] != nil }) == false
    {
      lines.append(Line(text: "made by a chain of its own"))
    }
    nodes.append(
      Node(kind: .file, title: name, lines: lines, details: ([name] + fullContent(of: input)).joined(separator: "\n")))
    fileNodes[key] = nodes.count - 1
    return nodes.count - 1
  }

  private mutating func addMany(_ group: Group, node: Int) {
    let names = group.inputs.map { $0["path"]?.text ?? $0["name"]?.text ?? "?" }
    let title = "\(grouped(.integer(names.count))) inputs"
    var lines = [Line(text: "\(names[0]) …"), Line(text: "… \(names[names.count - 1])")]
    lines += sums(group.inputs).map { Line(text: $0) }
    nodes.append(
      Node(
        kind: group.isFile ? .files : .unknown, title: title, lines: lines,
        details: (names.prefix(20) + (names.count > 20 ? ["and \(names.count - 20) more"] : [])).joined(separator: "\n")
      ))
    let many = nodes.count - 1
    for producer in group.producers { edges.append(Edge(from: producer, to: many, link: nil)) }
    edges.append(Edge(from: many, to: node, link: group.link ?? .unknownUpstream))
  }

  private func foreign(_ input: JSONValue, _ link: Completeness?) -> Node {
    let commands = (input["candidates"]?.elements ?? []).map { $0["command"]?.text ?? "?" }
    let name = input["name"]?.text ?? "?"
    switch link {
    case .upstreamDied:
      return Node(
        kind: .unknown, title: "a program that died", lines: [Line(text: "its output was cut off", isWarning: true)],
        details: "what \(name) read was cut off")
    case .ambiguous:
      return Node(
        kind: .unknown, title: "one of \(commands.count) stages",
        lines: commands.prefix(3).map { Line(text: $0) } + (commands.count > 3 ? [Line(text: "…")] : []),
        details: (["each of these wrote the same bytes:"] + commands).joined(separator: "\n"))
    default:
      return Node(
        kind: .unknown, title: "unknown program", lines: [Line(text: "left no record")],
        details: "nobody knows what wrote to \(name)")
    }
  }

  // MARK: Outputs

  private mutating func addOutputs(_ chain: ProvenanceChain, name: String) {
    guard let latest = chain.parts.first, let writer = stageNodes[latest.pipeline["stage"]?.text ?? ""] else { return }
    let files = chain.filesOfLastStage
    if !files.isEmpty, chain.source.hasSuffix("/.prov") || chain.source == ".prov" {
      let asked = files.filter { lastComponent($0["path"]?.text ?? "") == lastComponent(name) }
      let others = asked.isEmpty ? files : files.filter { !asked.contains($0) }
      for file in asked {
        addOutput(named: name, content(of: file), fullContent(of: file), from: writer, kind: .output)
      }
      let title =
        asked.isEmpty
        ? "\(name): \(grouped(.integer(files.count))) files" : "\(grouped(.integer(others.count))) more files"
      if !others.isEmpty {
        addOutput(
          named: title, sums(others), others.prefix(20).map { $0["path"]?.text ?? "?" }, from: writer,
          kind: asked.isEmpty ? .output : .files)
      }
      return
    }
    var lines = content(of: latest.pipeline)
    if chain.parts.count > 1 { lines = ["written by \(chain.parts.count) runs, one behind the other"] }
    let output = nodes.count
    nodes.append(
      Node(
        kind: .output, title: name, lines: lines.map { Line(text: $0) },
        details: ([name] + fullContent(of: latest.pipeline)).joined(separator: "\n")))
    for part in chain.parts.reversed() {
      guard let stage = stageNodes[part.pipeline["stage"]?.text ?? ""] else { continue }
      let lines =
        chain.parts.count == 1
        ? [] : ["from byte \(grouped(.integer(part.pipeline["offset"]?.integer ?? 0)))"] + content(of: part.pipeline)
      edges.append(Edge(from: stage, to: output, link: nil, lines: lines))
    }
    if !files.isEmpty {
      addOutput(
        named: "\(grouped(.integer(files.count))) files beside it", sums(files),
        files.prefix(20).map { $0["path"]?.text ?? "?" },
        from: writer, kind: .files)
    }
  }

  private mutating func addOutput(
    named name: String, _ lines: [String], _ details: [String], from stage: Int, kind: Kind
  ) {
    nodes.append(
      Node(
        kind: kind, title: name, lines: lines.map { Line(text: $0) },
        details: ([name] + details).joined(separator: "\n")))
    edges.append(Edge(from: stage, to: nodes.count - 1, link: nil))
  }

  // MARK: Words

  private func content(of value: JSONValue) -> [String] {
    var lines: [String] = []
    let records = value["records"].map { "\(grouped($0)) record\($0.integer == 1 ? "" : "s")" }
    let bytes = value["bytes"]?.integer.map { $0 == 1 ? "1 byte" : "\(grouped(.integer($0))) bytes" }
    let size = [records, bytes].compactMap { $0 }.joined(separator: ", ")
    if !size.isEmpty { lines.append(size) }
    if let digest = value["sha256"] ?? value["output"], digest.text != nil { lines.append(words.digest(digest)) }
    return lines
  }

  private func fullContent(of value: JSONValue) -> [String] {
    content(of: value).dropLast(value["sha256"] == nil && value["output"]?.text == nil ? 0 : 1)
      + [value["sha256"] ?? value["output"]].compactMap { $0 }.map { StageText(isFull: true).digest($0) }
  }

  private func sums(_ values: [JSONValue]) -> [String] {
    func sum(_ name: String) -> Int? {
      var total = 0
      for value in values {
        guard let number = value[name]?.integer else { return nil }
        let (next, isTooMuch) = total.addingReportingOverflow(number)
        if isTooMuch { return nil }
        total = next
      }
      return total
    }
    let parts = [("records", "records"), ("bytes", "bytes")].compactMap { member, unit in
      sum(member).map { "\(grouped(.integer($0))) \(unit)" }
    }
    return parts.isEmpty ? [] : [parts.joined(separator: ", ")]
  }

  /// `1,234,567` of a number, and other values as they are.
  private func grouped(_ value: JSONValue?) -> String {
    guard let number = value?.integer, number >= 0 else { return StageText.text(value) }
    var digits = Array(String(number))
    var index = digits.count - 3
    while index > 0 {
      digits.insert(",", at: index)
      index -= 3
    }
    return String(digits)
  }
}
