import ArgumentParser
import MillraceCore

/// Tells what each stage did to one row.
struct Trace: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show what each stage did to one row, with every attempt.",
    discussion: """
      A row that batch-run gave to a program with its chunk is found in that chunk, with what became of the chunk. Ends with status 1 when no stage says anything about the row.
      """)

  @OptionGroup var file: FileArgument
  @Option(help: "The value of the row's id field, or the record number where there is none.") var item: String

  func run() throws {
    let reader = try file.provenance()
    var search = ItemSearch(item)
    var isFound = false
    try search.run(reader) { (find) throws(Failure) in
      try StandardOutput.writeLine(describe(find))
      isFound = true
    }
    guard !isFound else { return }
    let gone = search.missing
    throw Failure(
      .no, "no stage says anything about the item \"\(item)\"", at: Place(file: reader.name),
      advice: gone > 0
        ? "the records of \(counted(gone, "chunk was", "chunks were")) left in sidecars of their own, which are gone"
        : "the row was not changed, or its tool ran with --context summary")
  }

  private func describe(_ find: ItemSearch.Find) -> String {
    let context = find.context
    var lines = ["\(printable(find.tool))  \(StageText.text(context["time"]))"]
    func add(_ name: String, _ value: String) { lines.append(StageText.labelled(name, value)) }
    if let chunk = find.chunk {
      let name = StageText.text(context["item"])
      add("chunk", printable(chunk) + (name == printable(item) ? "" : ", where the row is number \(name)"))
    }
    add("source", StageText.text(context["source"]))
    let fields = context["fields"]?.elements ?? []
    // To say that a program changed no field of a chunk would not be true: it is not known.
    if !(fields.isEmpty && ChunkContext(context) != nil) {
      add("fields", fields.map { StageText.text($0) }.joined(separator: ", "))
    }
    let chunk = ChunkContext(context)
    if let chunk { for (name, line) in Self.lines(of: chunk) { add(name, line) } }
    for detail in context["details"]?.members ?? [] where chunk == nil {
      add(printable(detail.name), StageText.text(detail.value))
    }
    for attempt in context["attempts"]?.elements ?? [] {
      let request = attempt["request"].map { "\(StageText.text($0)) " } ?? ""
      let details = (attempt.members ?? []).filter { !["request", "status", "waited"].contains($0.name) }
      add(
        "attempt",
        (["\(request)\(StageText.text(attempt["status"])) after waiting \(StageText.text(attempt["waited"])) s"]
          + details.map { "\(printable($0.name)) \(StageText.text($0.value))" }).joined(separator: ", "))
    }
    if let cache = context["cache"] {
      let age = cache["age"].map { ", \(StageText.text($0)) s old" } ?? ""
      add("cache", cache["hit"] == .bool(true) ? "hit\(age)" : "miss")
    }
    return lines.joined(separator: "\n")
  }

  /// Where a chunk's rows and bytes are in the runner's input and output.
  private static func lines(of chunk: ChunkContext) -> [(String, String)] {
    func stretch(_ stretch: ChunkContext.Stretch) -> String {
      "bytes \(stretch.offset) to \(stretch.offset + stretch.bytes)"
        + (stretch.records.map { ", \(counted($0, "record"))" } ?? "")
    }
    var lines = [("chunk", printable(chunk.chunk))]
    let rows = chunk.records == 0 ? "none" : "\(chunk.firstRecord) to \(chunk.firstRecord + chunk.records - 1)"
    lines.append(("rows", "\(rows), counted from 0"))
    if let command = chunk.command { lines.append(("command", printable(CommandLineText.quoting(command)))) }
    lines.append(("input", stretch(chunk.input)))
    lines.append(("output", chunk.output.map { stretch($0) } ?? "none"))
    return lines
  }
}
