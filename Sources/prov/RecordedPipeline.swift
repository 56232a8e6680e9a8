import MillraceCore

/// The stages of a file's latest run, as far as pipes join them.
struct RecordedPipeline {
  /// Upstream first.
  private(set) var stages: [JSONValue] = []
  /// Why the stages in front of the first one are not known well enough to be run again; nil when it reads files only.
  private(set) var obstacle: Failure?
  private let place: Place

  /// - Parameter name: the file, as the user named it.
  init(_ chain: ProvenanceChain, name: String) throws(Failure) {
    place = Place(file: name)
    let all = chain.parts.first?.stages ?? []
    let byIdentifier = Dictionary(all.map { ($0["id"]?.text ?? "", $0) }) { first, _ in first }
    var next = byIdentifier[chain.parts.first?.pipeline["stage"]?.text ?? ""]
    guard next != nil else {
      throw Failure(.badData, "the stage that wrote the output is missing in the record", at: place)
    }
    var seen: Set<String> = []
    while let stage = next {
      guard seen.insert(stage["id"]?.text ?? "").inserted else {
        throw Failure(.badData, "the stages of the record go in a circle", at: place)
      }
      stages.insert(stage, at: 0)
      next = nil
      let streams = (stage["inputs"]?.elements ?? []).filter { $0["path"] == nil }
      guard let stream = streams.first else { break }
      let producers = (stream["upstream"]?.elements ?? []).compactMap { byIdentifier[$0.text ?? ""] }
      let tool = stage["tool"]?.text ?? "?"
      let link = stream["link"]?.text ?? "unknown-upstream"
      if tool == "prov" {
        obstacle = Self.obstacle("another program wrote the file last, and prov seal its record", place)
      } else if streams.count > 1 || stream["name"]?.text != "standard input" {
        obstacle = Self.obstacle("\(tool) read a pipe that a shell had set up, \(stream["name"]?.text ?? "?")", place)
      } else if link != Completeness.verified.rawValue || producers.count != 1 {
        obstacle = Self.obstacle("it is not certain what wrote the input of \(tool): the link is \(link)", place)
      } else {
        next = producers[0]
      }
    }
  }

  static func foreignTool(_ tool: String, _ place: Place) -> Failure {
    Failure(
      .badData, "\"\(tool)\" is no tool that can be run again", at: place,
      advice: "the tools are \(ToolOptions.tools.keys.sorted().joined(separator: ", "))")
  }

  private static func obstacle(_ message: String, _ place: Place) -> Failure {
    Failure(.badData, message, at: place, advice: "a pipeline can be run again when every link is verified")
  }

  /// The pipeline as one line for a shell, built from the words of the records: nothing in them is a command of its own.
  ///
  /// - Parameter output: where the line's standard output goes, unless the last stage names its output.
  /// - Throws: `.badData` when a record names a program that is not ours: who pastes a line must not start any other.
  func line(output: String) throws(Failure) -> String {
    for tool in stages.map({ $0["tool"]?.text ?? "?" }) where ToolOptions.tools[tool] == nil && tool != "prov" {
      throw Self.foreignTool(tool, place)
    }
    var parts = stages.map { stage -> String in
      let words = ["\(stage["tool"]?.text ?? "?")"] + (stage["arguments"]?.elements ?? []).map { $0.text ?? $0.json }
      let file = (stage["inputs"]?.elements ?? []).first { $0["name"]?.text == "standard input" }?["path"]?.text
      return (words.map(shellWord) + (file.map { ["<", shellWord($0)] } ?? [])).joined(separator: " ")
    }
    if obstacle != nil { parts.insert("...", at: 0) }
    var line = parts.joined(separator: " | ")
    if let last = stages.last, !Self.namesOutput(last) { line += " > \(shellWord(output))" }
    // In a shell of its own: who pastes the line stays where they are.
    guard let directory = stages.last?["directory"]?.text else { return line }
    return "(cd \(shellWord(directory)) && \(line))"
  }

  private static func namesOutput(_ stage: JSONValue) -> Bool {
    (stage["arguments"]?.elements ?? []).contains { word in
      guard let text = word.text else { return false }
      return text == "-o" || text == "--output" || text.hasPrefix("--output=") || text.hasPrefix("-o=")
    }
  }
}

/// A word for a shell; one that holds control characters, which a terminal would obey, is written with `$'…'` (POSIX.1-2024).
func shellWord(_ word: String) -> String {
  let isPlain = !word.unicodeScalars.contains {
    $0.properties.generalCategory == .control || (0x202A...0x202E).contains($0.value)
      || (0x2066...0x2069).contains($0.value)
  }
  if isPlain { return CommandLineText.quoting([word]) }
  var text = "$'"
  for byte in word.utf8 {
    switch byte {
    case UInt8(ascii: "'"), UInt8(ascii: "\\"): text += "\\" + String(UnicodeScalar(byte))
    case 0x20..<0x7F: text += String(UnicodeScalar(byte))
    default: text += "\\" + padded(byte, 3, radix: 8)
    }
  }
  return text + "'"
}
