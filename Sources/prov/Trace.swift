import ArgumentParser
import MillraceCore

/// Tells what each stage did to one row.
struct Trace: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show what each stage did to one row, with every attempt.",
    discussion: "Ends with status 1 when no stage says anything about the row.")

  @OptionGroup var file: FileArgument
  @Option(help: "The value of the row's id field, or the record number where there is none.") var item: String

  func run() throws {
    let reader = try file.provenance()
    var tools: [String: String] = [:]
    var isFound = false
    while try reader.next() {
      if reader.kind == .stage, let id = reader.memberText("id") {
        tools[id] = "\(reader.memberText("tool") ?? "?") \(reader.memberText("version") ?? "?")"
      }
      guard reader.kind == .context, reader.memberText("item") == item else { continue }
      let context = try reader.value()
      try put(describe(context, tool: tools[context["stage"]?.text ?? ""] ?? "unknown stage"))
      isFound = true
    }
    if !isFound {
      throw Failure(
        .no, "no stage says anything about the item \"\(item)\"", at: Place(file: reader.name),
        advice: "the row was not changed, or its tool ran with --context summary")
    }
  }

  private func describe(_ context: JSONValue, tool: String) -> String {
    var lines = ["\(printable(tool))  \(StageText.text(context["time"]))"]
    func add(_ name: String, _ value: String) { lines.append(StageText.labelled(name, value)) }
    add("source", StageText.text(context["source"]))
    add("fields", (context["fields"]?.elements ?? []).map { StageText.text($0) }.joined(separator: ", "))
    for detail in context["details"]?.members ?? [] { add(printable(detail.name), StageText.text(detail.value)) }
    for attempt in context["attempts"]?.elements ?? [] {
      let request = attempt["request"].map { "\(StageText.text($0)) " } ?? ""
      add(
        "attempt", "\(request)\(StageText.text(attempt["status"])) after waiting \(StageText.text(attempt["waited"])) s"
      )
    }
    if let cache = context["cache"] {
      let age = cache["age"].map { ", \(StageText.text($0)) s old" } ?? ""
      add("cache", cache["hit"] == .bool(true) ? "hit\(age)" : "miss")
    }
    return lines.joined(separator: "\n")
  }
}
