import MillraceCore

/// Records in words, for a person at a terminal.
struct StageText {
  /// Whole digests, and every input: without it lines fit a terminal.
  var isFull = false

  private static let mostInputs = 8

  /// A pipeline and its stages, upstream first, without an end of line.
  ///
  /// - Parameter children: of all stages of the chain.
  func describe(_ part: ProvenanceChain.Part, children: [ProvenanceChain.Children]) -> String {
    let files = Dictionary(grouping: part.files) { $0["stage"]?.text ?? "" }
    let children = Dictionary(grouping: children, by: \.parent)
    var lines = part.stages.flatMap { stage in
      let id = stage["id"]?.text ?? ""
      return self.lines(of: stage, files: files[id] ?? [], children: children[id] ?? []) + [""]
    }
    let pipeline = part.pipeline
    lines.append("pipeline      \(Self.text(pipeline["command"]))")
    if let offset = pipeline["offset"]?.integer { lines.append("appended at   byte \(offset)") }
    lines.append("output        \(digest(pipeline["output"])), \(count(pipeline["bytes"], "byte"))")
    lines.append("completeness  \(Self.text(pipeline["completeness"]))")
    return lines.joined(separator: "\n")
  }

  /// A stage.
  ///
  /// - Parameters:
  ///   - files: what it wrote beside its output.
  ///   - children: what it started for its chunks.
  func lines(of stage: JSONValue, files: [JSONValue], children: [ProvenanceChain.Children] = []) -> [String] {
    let status = stage["status"]?.integer ?? 0
    let elapsed = Self.seconds(stage["resources"]?["elapsed"])
    var lines = [
      "\(Self.text(stage["tool"])) \(Self.text(stage["version"]))  \(Self.text(stage["start"]))  \(elapsed)"
        + "  on \(Self.text(stage["host"]))\(status == 0 ? "" : "  status \(status)")"
    ]
    func add(_ name: String, _ value: String) { lines.append(Self.labelled(name, value)) }
    add("commit", isFull ? Self.text(stage["commit"]) : shortened(Self.text(stage["commit"])))
    let arguments = Self.words(stage["arguments"])
    add("arguments", printable(CommandLineText.quoting(arguments)))
    // A run that went on with a job does not name what the job runs, unless it was given another command.
    let command = Self.words(stage["parameters"]?["command"])
    if stage["chunks"] != nil, !command.isEmpty, !arguments.contains("--") {
      add("command", printable(CommandLineText.quoting(command)))
    }
    if let seed = stage["seed"] { add("seed", Self.text(seed)) }
    let inputs = stage["inputs"]?.elements ?? []
    let shown = isFull || inputs.count <= Self.mostInputs + 1 ? inputs.count : Self.mostInputs
    for input in inputs.prefix(shown) {
      // Only what is less than verified is worth the room.
      let link = input["link"]?.text == "verified" ? "" : "  \(Self.text(input["link"]))"
      add("input", "\(Self.text(input["name"]))  \(content(input))\(link)")
      for candidate in input["candidates"]?.elements ?? [] {
        add("", "perhaps from: \(Self.text(candidate["command"]))")
      }
    }
    if shown < inputs.count {
      let unverified = inputs.dropFirst(shown).count { $0["link"]?.text != "verified" }
      add(
        "",
        "and \(inputs.count - shown) more, \(unverified == 0 ? "all verified" : "\(unverified) of them not verified")")
    }
    if let output = stage["output"] { add("output", content(output)) }
    if let first = files.first {
      add("files", Self.text(first["path"]) + (files.count == 1 ? "" : " and \(files.count - 1) more"))
    }
    if let rows = stage["rows"] { add("rows", describe(rows: rows)) }
    if let chunks = stage["chunks"] {
      for (label, line) in Self.lines(of: chunks, children) { add(label, line) }
    }
    for source in stage["sources"]?.elements ?? [] {
      let licence = source["licence"].map { ", licence \(Self.text($0))" } ?? ""
      add("source", "\(Self.text(source["url"]))\(licence), at \(Self.text(source["time"]))")
    }
    return lines
  }

  private static func words(_ value: JSONValue?) -> [String] {
    (value?.elements ?? []).map { $0.text ?? $0.json }
  }

  private static let mostChildren = 20

  /// What a runner did to its chunks: one line for a hundred that were worked on alike.
  static func lines(of chunks: JSONValue, _ children: [ProvenanceChain.Children]) -> [(label: String, line: String)] {
    func over(_ count: Int) -> String { "over \(counted(count, "chunk"))" }
    var lines: [(String, String)] = []
    for child in children.prefix(mostChildren) {
      let words = [text(child.stage["tool"])] + words(child.stage["arguments"])
      let command = "\(printable(CommandLineText.quoting(words))), version \(text(child.stage["version"]))"
      lines.append(
        (child.isStarted ? "ran" : "read from", child.isStarted ? "\(command), \(over(child.count))" : command))
    }
    if children.count > mostChildren { lines.append(("", "and \(children.count - mostChildren) more kinds of runs")) }
    let count = chunks["count"]?.integer ?? 0
    let foreign = count - (chunks["children"]?.integer ?? 0)
    if foreign > 0 {
      lines.append(("chunks", "\(foreign == count ? "" : "\(foreign) of ")\(count), without records of their own"))
    }
    for (member, what) in [("contexts_omitted", "rows of"), ("referred", "records of")] {
      if let omitted = chunks[member]?.integer {
        lines.append(("", "\(what) \(counted(omitted, "chunk")) only in sidecars of their own"))
      }
    }
    return lines
  }

  /// An indented line whose value stands in a column.
  static func labelled(_ name: String, _ value: String) -> String {
    "  " + name + String(repeating: " ", count: max(1, 12 - name.utf8.count)) + value
  }

  /// `sha256:` and the first digits, or all.
  func digest(_ value: JSONValue?) -> String {
    let text = Self.text(value)
    let digits = text.hasPrefix("sha256:") ? String(text.dropFirst(7)) : text
    return "sha256:\(isFull ? digits : shortened(digits))"
  }

  /// Enough hexadecimal digits to tell one from another; what follows "+" is kept.
  func shortened(_ digits: String) -> String {
    let parts = digits.split(separator: "+", maxSplits: 1)
    return (parts.first.map { String($0.prefix(12)) } ?? "") + (parts.count > 1 ? "+\(parts[1])" : "")
  }

  private func describe(rows: JSONValue) -> String {
    var line = "\(Self.text(rows["in"])) in, \(Self.text(rows["out"])) out"
    for reason in rows["reasons"]?.members ?? [] {
      line += ", \(Self.text(reason.value)) dropped: \(printable(reason.name))"
    }
    return line
  }

  /// Digest, bytes and records.
  func content(_ value: JSONValue) -> String {
    var parts: [String] = []
    if let digest = value["sha256"] { parts.append(self.digest(digest)) }
    parts.append(count(value["bytes"], "byte"))
    if let records = value["records"] { parts.append(count(records, "record")) }
    return parts.joined(separator: ", ")
  }

  private func count(_ value: JSONValue?, _ unit: String) -> String {
    value?.integer.map { counted($0, unit) } ?? "\(Self.text(value)) \(unit)s"
  }

  private static func seconds(_ value: JSONValue?) -> String {
    guard case .number(let text) = value, let seconds = Double(text) else { return "?" }
    return "\((seconds * 1000).rounded() / 1000) s"
  }

  /// A text or number as it is, anything else as JSON; what came from a file may hold escape codes of a terminal.
  static func text(_ value: JSONValue?) -> String {
    switch value {
    case .string(let text): printable(text)
    case nil: "?"
    case .some(let value): value.json
    }
  }
}
