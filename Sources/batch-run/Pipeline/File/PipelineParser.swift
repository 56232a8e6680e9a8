import MillraceCore
import YAMLDocuments

/// Makes a pipeline of a file's text, and takes down all that is wrong with it, not only the first error.
struct PipelineParser {
  let file: String
  private(set) var errors: [Failure] = []
  /// A step that nothing can be said about is not among the steps.
  private(set) var lacksSteps = false

  static let keys = [
    "version", "name", "schedule", "overlap", "directory", "environment", "notify", "steps",
  ]
  static let mostSteps = 1000

  init(file: String) { self.file = file }

  /// - Returns: what could be read; complete if there are no errors.
  mutating func parse(_ text: [UInt8]) -> Pipeline {
    var pipeline = Pipeline(name: "")
    do throws(Failure) {
      guard let value = try YAMLParser.parse(text, file: file, kind: "a pipeline file") else {
        throw Failure(
          .badData, "the file is empty", at: Place(file: file), advice: "a pipeline has version, name and steps")
      }
      guard let top = map(value, "the pipeline", keys: Self.keys) else { return pipeline }
      readHead(top, line: value.line, into: &pipeline)
      pipeline.steps = steps(top["steps"], line: value.line)
    } catch {
      errors.append(error)
    }
    return pipeline
  }

  private mutating func readHead(_ top: [String: YAMLValue], line: Int, into pipeline: inout Pipeline) {
    if let version = top["version"] {
      if version.text != "1" {
        report(
          "version: expected 1, found \(version.found)", version.line, advice: "this batch-run knows version 1 alone")
      }
    } else {
      report("the key \"version\" is missing", line, advice: "begin the file with version: 1")
    }
    if let name = top["name"] {
      pipeline.name = self.name(name, "name") ?? ""
    } else {
      report("the key \"name\" is missing", line, advice: "its runs and its schedule go by the pipeline's name")
    }
    if let schedule = top["schedule"], let text = text(schedule, "schedule") {
      pipeline.schedule = attempt("schedule", schedule.line) { () throws(Failure) in try CronSchedule(text) }
    }
    if let overlap = top["overlap"] {
      pipeline.allowsOverlap = word(overlap, "overlap", of: ["forbid", "allow"]) == "allow"
    }
    pipeline.directory = top["directory"].flatMap { template($0, "directory") }
    pipeline.environment = variables(top["environment"])
    pipeline.notify = channels(top["notify"])
  }

  private mutating func variables(_ value: YAMLValue?) -> [Pipeline.Variable] {
    guard let value, !value.isNull else { return [] }
    guard case .map(let entries) = value.content else {
      report("environment: expected names with values, found \(value.found)", value.line)
      return []
    }
    var variables: [Pipeline.Variable] = []
    for entry in entries {
      guard isVariableName(entry.key) else {
        report("environment: \"\(entry.key)\" is no name of a variable", entry.keyLine)
        continue
      }
      if variables.contains(where: { $0.name == entry.key }) {
        report("environment: \"\(entry.key)\" is there twice", entry.keyLine)
      }
      // Nothing behind the colon is the empty text.
      let value =
        entry.value.isNull ? YAMLValue(line: entry.keyLine, content: .scalar("", isPlain: false)) : entry.value
      guard let template = template(value, "environment: \(entry.key)") else { continue }
      variables.append(.init(name: entry.key, value: template, line: entry.keyLine))
    }
    return variables
  }

  /// `notify:` of the pipeline or of a step: an address, or several kinds of channels.
  mutating func channels(_ value: YAMLValue?) -> Pipeline.Channels {
    var channels = Pipeline.Channels()
    guard let value, !value.isNull else { return channels }
    if value.text != nil {
      channels.urls = template(value, "notify").map { [$0] } ?? []
      return channels
    }
    guard let map = map(value, "notify", keys: ["url", "mail", "command"]) else { return channels }
    for url in map["url"].map(oneOrMore) ?? [] {
      if let url = template(url, "notify: url") { channels.urls.append(url) }
    }
    for mail in map["mail"].map(oneOrMore) ?? [] {
      if let mail = template(mail, "notify: mail") { channels.mail.append(mail) }
    }
    if let command = map["command"], let program = words(command, "notify: command") {
      channels.commands.append(program)
    }
    return channels
  }

  private mutating func steps(_ value: YAMLValue?, line: Int) -> [PipelineStep] {
    guard let value, !value.isNull else {
      report("the key \"steps\" is missing", line, advice: "a pipeline has at least one step")
      return []
    }
    guard case .list(let values) = value.content, !values.isEmpty else {
      report(
        "steps: expected a list of steps, found \(value.found)", value.line,
        advice: "each step begins with a dash: - name: …")
      return []
    }
    guard values.count <= Self.mostSteps else {
      report("steps: \(values.count) steps, where a pipeline has \(Self.mostSteps) at most", value.line)
      return []
    }
    let steps = values.compactMap { step($0) }
    lacksSteps = steps.count < values.count
    return steps
  }
}

// MARK: Values of one kind

extension PipelineParser {
  mutating func report(_ message: String, _ line: Int, advice: String? = nil) {
    errors.append(Failure(.badData, message, at: Place(file: file, line: line), advice: advice))
  }

  /// Has a value made, and takes down what is wrong with it.
  mutating func attempt<Value>(
    _ what: String, _ line: Int, _ make: () throws(Failure) -> Value
  ) -> Value? {
    do throws(Failure) {
      return try make()
    } catch {
      report("\(what): \(error.message)", line, advice: error.advice)
      return nil
    }
  }

  /// Keys with values: unknown keys are reported with the one that may be meant, keys without a value are left out.
  mutating func map(_ value: YAMLValue, _ what: String, keys: [String]) -> [String: YAMLValue]? {
    guard case .map(let entries) = value.content else {
      report("\(what): expected keys with values, found \(value.found)", value.line)
      return nil
    }
    var values: [String: YAMLValue] = [:]
    for entry in entries {
      if !keys.contains(entry.key) {
        let near = nearestName(to: entry.key, among: keys)
        report(
          "\(what): unknown key \"\(entry.key)\"", entry.keyLine,
          advice: near.map { "did you mean \"\($0)\"?" } ?? "known are \(keys.joined(separator: ", "))")
      } else if values[entry.key] != nil {
        report("\(what): the key \"\(entry.key)\" is there twice", entry.keyLine)
      } else if !entry.value.isNull {
        values[entry.key] = entry.value
      }
    }
    return values
  }

  mutating func text(_ value: YAMLValue, _ what: String) -> String? {
    guard let text = value.text, !text.isEmpty else {
      report("\(what): expected a text, found \(value.found)", value.line)
      return nil
    }
    return text
  }

  mutating func template(_ value: YAMLValue, _ what: String) -> Template? {
    guard let text = value.text else {
      report("\(what): expected a text, found \(value.found)", value.line)
      return nil
    }
    return attempt(what, value.line) { () throws(Failure) in try Template(text) }
  }

  /// What files, folders and units are called after.
  mutating func name(_ value: YAMLValue, _ what: String) -> String? {
    guard let text = text(value, what) else { return nil }
    guard isPipelineName(text) else {
      report(
        "\(what): \(value.found) is no name", value.line,
        advice: "names have up to 64 letters, digits, -, _ and ., and begin with a letter or a digit")
      return nil
    }
    return text
  }

  mutating func word(_ value: YAMLValue, _ what: String, of words: [String]) -> String? {
    guard let text = value.text, words.contains(text) else {
      let near = nearestName(to: value.text ?? "", among: words)
      report(
        "\(what): expected \(listing(words)), found \(value.found)", value.line,
        advice: near.map { "did you mean \"\($0)\"?" })
      return nil
    }
    return text
  }

  mutating func count(_ value: YAMLValue, _ what: String) -> Int? {
    guard let text = value.text, text.utf8.count <= 18, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      let number = Int(text)
    else {
      report("\(what): expected a whole number, found \(value.found)", value.line)
      return nil
    }
    return number
  }

  /// A value alone stands for a list of one.
  func oneOrMore(_ value: YAMLValue) -> [YAMLValue] {
    if case .list(let values) = value.content { values } else { [value] }
  }

  /// A command as a list of words, or as one text that blanks separate.
  mutating func words(_ value: YAMLValue, _ what: String) -> [String]? {
    var words: [String] = []
    if case .list(let values) = value.content {
      for value in values {
        guard case .scalar(let text, _) = value.content else {
          report("\(what): expected words, found \(value.found)", value.line)
          return nil
        }
        words.append(text)
      }
    } else {
      guard let text = text(value, what),
        let split = attempt(
          what, value.line, { () throws(Failure) in try CommandWords.split(text, refusesShellSigns: true) })
      else { return nil }
      words = split
    }
    guard let first = words.first, !first.isEmpty else {
      report("\(what): names no program", value.line)
      return nil
    }
    return words
  }
}

/// `a, b or c`.
func listing(_ words: [String]) -> String {
  guard let last = words.last, words.count > 1 else { return words.first ?? "" }
  return "\(words.dropLast().joined(separator: ", ")) or \(last)"
}

/// Whether folders, units and table lines may be called so.
func isPipelineName(_ text: String) -> Bool {
  func isLetterOrDigit(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
  }
  guard let first = text.utf8.first, isLetterOrDigit(first), text.utf8.count <= 64 else { return false }
  return text.utf8.allSatisfy { isLetterOrDigit($0) || "-_.".utf8.contains($0) }
}
