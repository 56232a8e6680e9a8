import MillraceCore

/// Records in words, for a person at a terminal.
enum StageText {
  /// A pipeline and its stages, upstream first, without an end of line.
  static func describe(_ part: ProvenanceChain.Part) -> String {
    var lines = part.stages.flatMap { describe(stage: $0) + [""] }
    let pipeline = part.pipeline
    lines.append("pipeline      \(text(pipeline["command"]))")
    if let offset = pipeline["offset"]?.integer { lines.append("appended at   byte \(offset)") }
    lines.append("output        \(text(pipeline["output"])), \(count(pipeline["bytes"], "byte"))")
    lines.append("completeness  \(text(pipeline["completeness"]))")
    return lines.joined(separator: "\n")
  }

  private static func describe(stage: JSONValue) -> [String] {
    let status = stage["status"]?.integer ?? 0
    var lines = [
      "\(text(stage["tool"])) \(text(stage["version"]))  \(text(stage["start"]))  \(seconds(stage["resources"]?["elapsed"]))"
        + "  on \(text(stage["host"]))\(status == 0 ? "" : "  status \(status)")"
    ]
    func add(_ name: String, _ value: String) {
      lines.append("  " + name + String(repeating: " ", count: max(1, 12 - name.utf8.count)) + value)
    }
    add("commit", text(stage["commit"]))
    add("arguments", (stage["arguments"]?.elements ?? []).map { text($0) }.joined(separator: " "))
    if let seed = stage["seed"] { add("seed", text(seed)) }
    for input in stage["inputs"]?.elements ?? [] {
      add("input", "\(text(input["name"]))  \(content(input))  \(text(input["link"]))")
      for candidate in input["candidates"]?.elements ?? [] { add("", "perhaps from: \(text(candidate["command"]))") }
    }
    if let output = stage["output"] { add("output", content(output)) }
    if let rows = stage["rows"] { add("rows", describe(rows: rows)) }
    for source in stage["sources"]?.elements ?? [] {
      let licence = source["licence"].map { ", licence \(text($0))" } ?? ""
      add("source", "\(text(source["url"]))\(licence), at \(text(source["time"]))")
    }
    return lines
  }

  private static func describe(rows: JSONValue) -> String {
    var line = "\(text(rows["in"])) in, \(text(rows["out"])) out"
    for reason in rows["reasons"]?.members ?? [] {
      line += ", \(text(reason.value)) dropped: \(printable(reason.name))"
    }
    return line
  }

  private static func content(_ value: JSONValue) -> String {
    var parts: [String] = []
    if let digest = value["sha256"] { parts.append("sha256:\(text(digest))") }
    parts.append(count(value["bytes"], "byte"))
    if let records = value["records"] { parts.append(count(records, "record")) }
    return parts.joined(separator: ", ")
  }

  private static func count(_ value: JSONValue?, _ unit: String) -> String {
    "\(text(value)) \(unit)\(value?.integer == 1 ? "" : "s")"
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
