import Glibc
import MillraceCore

/// What is to be started to run a recorded pipeline again in a fresh folder.
///
/// The records may be anybody's: only Millrace's own tools are started, each word of their arguments is one that
/// `ToolOptions` understands, what names an output is led into the fresh folder, and no shell sees any of it.
struct RerunPlan {
  struct Step: Sendable {
    let tool: String
    let executable: String
    let arguments: [String]
    /// The folder of chunk files, seen from the fresh folder.
    var folder: String?
  }

  private(set) var steps: [Step] = []
  /// The file that the first step reads on standard input.
  private(set) var standardInput: String?
  /// The file that the last step writes, seen from the fresh folder.
  private(set) var output = ""
  /// The last step writes it itself, not to standard output.
  private(set) var namesOutput = false
  private var taken: Set<String> = []
  private let place: Place

  /// - Parameters:
  ///   - name: the file, as the user named it.
  ///   - tools: what stands before a tool's name to make its path.
  init(_ pipeline: RecordedPipeline, name: String, tools: String) throws(Failure) {
    place = Place(file: name)
    if let obstacle = pipeline.obstacle { throw obstacle }
    for stage in pipeline.stages { try add(stage, tools: tools) }
    let first = pipeline.stages.first?["inputs"]?.elements?.first { $0["name"]?.text == "standard input" }
    if let path = first?["path"]?.text, let stage = pipeline.stages.first {
      standardInput = try resolved(path, of: stage)
    }
    if !namesOutput { output = fresh(name) }
  }

  private mutating func add(_ stage: JSONValue, tools: String) throws(Failure) {
    let tool = stage["tool"]?.text ?? "?"
    guard let options = ToolOptions.tools[tool] else { throw RecordedPipeline.foreignTool(tool, place) }
    guard !options.runsCommands else {
      throw Failure(
        .badData, "\(tool) ran a command that the record names, and the record may be anybody's", at: place,
        advice: "prov rerun without --run prints the line, for you to decide")
    }
    let executable = tools + tool
    guard unsafe access(executable, X_OK) == 0 else {
      throw Failure(
        .noInput, "there is no such program", at: Place(file: executable), advice: "install the tools together")
    }
    let words = (stage["arguments"]?.elements ?? []).compactMap(\.text)
    if words.contains(where: { $0.contains("REDACTED") }) {
      throw Failure(
        .badData, "the record leaves out a secret among the arguments of \(tool)", at: place,
        advice: "prov rerun without --run prints the line, to be completed by hand")
    }
    namesOutput = false
    var step = Step(tool: tool, executable: executable, arguments: [])
    step = Step(
      tool: tool, executable: executable, arguments: try arguments(words, options, of: stage, &step.folder),
      folder: step.folder)
    steps.append(step)
  }

  // MARK: Arguments

  private mutating func arguments(
    _ words: [String], _ options: ToolOptions, of stage: JSONValue, _ folder: inout String?
  ) throws(Failure) -> [String] {
    var result: [String] = []
    var rest = words[...]
    if let first = rest.first, options.subcommands.contains(first) { result.append(rest.removeFirst()) }
    var isBehindOptions = false
    while let word = rest.popFirst() {
      if isBehindOptions || !Self.isOption(word) {
        result.append(options.takesWords ? try inputOrWord(word, of: stage) : try input(word, of: stage))
        continue
      }
      if word == "--" {
        isBehindOptions = true
        result.append(word)
        continue
      }
      let name = String(word.prefix { $0 != "=" })
      var value = name.utf8.count < word.utf8.count ? String(word.dropFirst(name.count + 1)) : nil
      guard let role = options.roles[name] ?? (Self.isGroupOfFlags(word, options) ? .flag : nil) else {
        throw unclear(word, stage)
      }
      if case .flag = role {
        guard value == nil else { throw unclear(word, stage) }
        result.append(word)
        continue
      }
      if case .inputs = role {
        guard value == nil else { throw unclear(word, stage) }
        result.append(name)
        while let path = rest.first, !Self.isOption(path) {
          result.append(try input(path, of: stage))
          rest.removeFirst()
        }
        continue
      }
      if value == nil {
        guard let next = rest.first, !Self.isOption(next) else { throw unclear(word, stage) }
        value = rest.removeFirst()
      }
      guard let value else { continue }
      // The sidecar goes beside the output, where it is looked for.
      if name == "--provenance" { continue }
      result += [name, try rewritten(value, role, name: name, of: stage, &folder)]
    }
    return result
  }

  private mutating func rewritten(
    _ value: String, _ role: ToolOptions.Role, name: String, of stage: JSONValue, _ folder: inout String?
  ) throws(Failure) -> String {
    switch role {
    case .output:
      guard value != "-" else { return value }
      let path = fresh(value)
      if name == "-o" || name == "--output" {
        output = path
        namesOutput = true
      } else if name == "-d" || name == "--directory" {
        folder = path
      }
      return path
    case .address:
      throw Failure(
        .badData, "\(stage["tool"]?.text ?? "?") asked a service at \(value)", at: place,
        advice: "your key would go there: prov rerun without --run prints the line, for you to decide")
    case .errorPolicy:
      guard value.hasPrefix("quarantine=") else { return value }
      return "quarantine=\(fresh(String(value.dropFirst(11))))"
    case .input: return try inputOrWord(value, of: stage)
    case .flag, .value, .inputs:
      guard !Self.isOption(value) else { throw unclear("\(name) \(value)", stage) }
      return value
    }
  }

  private static func isOption(_ word: String) -> Bool { word.hasPrefix("-") && word != "-" }

  /// `-qv`.
  private static func isGroupOfFlags(_ word: String, _ options: ToolOptions) -> Bool {
    guard word.utf8.count > 2, !word.hasPrefix("--") else { return false }
    return word.dropFirst().allSatisfy { letter in
      if case .flag = options.roles["-\(letter)"] { true } else { false }
    }
  }

  private func unclear(_ word: String, _ stage: JSONValue) -> Failure {
    Failure(
      .badData, "cannot tell what the argument \"\(word)\" of \(stage["tool"]?.text ?? "?") means", at: place,
      advice: "prov rerun without --run prints the line")
  }

  // MARK: Names

  /// A free name in the fresh folder for what was written to `path`.
  private mutating func fresh(_ path: String) -> String {
    var name = lastComponent(path)
    if name.isEmpty || name == "." || name == ".." || name.hasPrefix("-") || name.hasPrefix(".prov") { name = "output" }
    var free = name
    var number = 2
    while !taken.insert(free).inserted {
      free = "\(name)-\(number)"
      number += 1
    }
    return free
  }

  private func input(_ word: String, of stage: JSONValue) throws(Failure) -> String {
    word == "-" ? word : try resolved(word, of: stage)
  }

  /// A word that may be a file: it is one if the stage read it.
  private func inputOrWord(_ word: String, of stage: JSONValue) throws(Failure) -> String {
    let isInput = (stage["inputs"]?.elements ?? []).contains { $0["name"]?.text == word }
    return isInput ? try input(word, of: stage) : word
  }

  /// An input's path from the root: relative ones begin at the folder that the stage ran in.
  private func resolved(_ path: String, of stage: JSONValue) throws(Failure) -> String {
    if path.hasPrefix("/") { return path }
    guard let directory = stage["directory"]?.text, directory.hasPrefix("/") else {
      throw Failure(.badData, "the record does not say in which folder \(stage["tool"]?.text ?? "?") ran", at: place)
    }
    return "\(directory)/\(path)"
  }

  // MARK: Inputs

  /// Hashes the files that the stages read, other than those that they wrote themselves.
  ///
  /// - Throws: `.noInput` for the first that is gone or has changed.
  func checkInputs(of pipeline: RecordedPipeline) throws(Failure) {
    let own = Set(pipeline.stages.compactMap { $0["id"]?.text })
    for stage in pipeline.stages {
      if let omitted = stage["inputs_omitted"]?.integer, omitted > 0 {
        throw Failure(.badData, "the record leaves out \(omitted) inputs, which cannot be checked", at: place)
      }
      for input in stage["inputs"]?.elements ?? [] {
        guard let path = input["path"]?.text else { continue }
        if input["upstream"]?.elements?.contains(where: { own.contains($0.text ?? "") }) == true { continue }
        guard let expected = input["sha256"]?.text.flatMap({ SHA256Digest(hex: $0) }) else {
          throw Failure(.badData, "the record has no digest of the input \(path)", at: place)
        }
        let file = try resolved(path, of: stage)
        let found = try SHA256Digest.ofFile(file).digest
        if found != expected {
          throw Failure(
            .noInput, "the input has changed: expected \(expected), found \(found)", at: Place(file: file),
            advice: "the pipeline can be run again on the very bytes that it read")
        }
      }
    }
  }
}
