import MillraceCore

/// One thing in which two runs differ.
struct Difference: Sendable, Equatable {
  /// The member, such as `version`, `parameter records` or `input genes.csv`.
  var name: String
  /// What the first run's record says; nil when it says nothing.
  var one: JSONValue?
  var other: JSONValue?

  var json: JSONValue {
    .object([.init("name", .string(name)), .init("a", one ?? .null), .init("b", other ?? .null)])
  }
}

/// A stage's record, and what else its chain says about it.
struct RecordedStage {
  var record: JSONValue
  /// That the stage wrote beside its output.
  var files: [JSONValue] = []
  /// Identifiers of the stages of the chain.
  var chain: Set<String> = []
  /// What the stage started for its chunks.
  var children: [ProvenanceChain.Children] = []

  /// An earlier stage of the chain wrote the input.
  func isFromWithin(_ input: JSONValue) -> Bool {
    guard let producers = input["upstream"]?.elements, !producers.isEmpty else { return false }
    return producers.allSatisfy { chain.contains($0.text ?? "") }
  }
}

/// Compares what two runs of a tool say of themselves.
struct StageDifference {
  /// Times, places and names of outputs count, too.
  let comparesAll: Bool
  private let options: ToolOptions
  private(set) var differences: [Difference] = []

  init(_ one: RecordedStage, _ other: RecordedStage, comparesAll: Bool) {
    self.comparesAll = comparesAll
    options = ToolOptions.tools[one.record["tool"]?.text ?? ""] ?? .unknownTool
    for name in ["version", "commit"] { compare(name, one.record[name], other.record[name]) }
    compareArguments(one.record["arguments"], other.record["arguments"])
    for name in Self.names(one.record["parameters"], other.record["parameters"])
    where comparesAll || name != "jobs" && !options.isOutputParameter(name) {
      compare("parameter \(name)", one.record["parameters"]?[name], other.record["parameters"]?[name])
    }
    compare("seed", one.record["seed"], other.record["seed"])
    compareInputs(one, other)
    compareRows(one.record["rows"], other.record["rows"])
    for name in ["level", "rows"] {
      compare("context \(name)", one.record["context"]?[name], other.record["context"]?[name])
    }
    compare("chunks", one.record["chunks"]?["count"], other.record["chunks"]?["count"])
    compareChildren(one.children, other.children)
    compareSources(one.record["sources"], other.record["sources"])
    compare("status", one.record["status"], other.record["status"])
    compare("output", Self.content(one.record["output"]), Self.content(other.record["output"]))
    compareFiles(one.files, other.files)
    if comparesAll { compareSurroundings(one.record, other.record) }
  }

  private mutating func compare(_ name: String, _ one: JSONValue?, _ other: JSONValue?) {
    if one != other { differences.append(Difference(name: name, one: one, other: other)) }
  }

  /// The names of the members of two objects, in the order of the first.
  private static func names(_ one: JSONValue?, _ other: JSONValue?) -> [String] {
    var known: Set<String> = []
    return ((one?.members ?? []) + (other?.members ?? [])).map(\.name).filter { known.insert($0).inserted }
  }

  private mutating func compareArguments(_ one: JSONValue?, _ other: JSONValue?) {
    let words = [one, other].map { ($0?.elements ?? []).map { $0.text ?? $0.json } }
    let isSame = options.withoutOutputNames(words[0]) == options.withoutOutputNames(words[1])
    if comparesAll || !isSame { compare("arguments", one, other) }
  }

  private mutating func compareRows(_ one: JSONValue?, _ other: JSONValue?) {
    for (member, name) in [("in", "rows in"), ("out", "rows out"), ("dropped", "rows dropped")] {
      compare(name, one?[member], other?[member])
    }
    for reason in Self.names(one?["reasons"], other?["reasons"]) {
      compare("dropped: \(reason)", one?["reasons"]?[reason], other?["reasons"]?[reason])
    }
  }

  /// The programs that were run over chunks, with their versions and arguments; which of them, and how often, is a matter
  /// of the chunks.
  private mutating func compareChildren(_ one: [ProvenanceChain.Children], _ other: [ProvenanceChain.Children]) {
    let kinds = [one, other].map { children in
      children.map { child in
        JSONValue.object(
          ["tool", "version", "commit", "arguments"].compactMap { name in
            child.stage[name].map { JSONValue.Member(name, $0) }
          })
      }
    }
    for child in kinds[0] where !kinds[1].contains(child) { compare("run over chunks", child, nil) }
    for child in kinds[1] where !kinds[0].contains(child) { compare("run over chunks", nil, child) }
  }

  /// The services that were asked; when, only with everything.
  private mutating func compareSources(_ one: JSONValue?, _ other: JSONValue?) {
    let sources = [one, other].map { list -> [JSONValue] in
      (list?.elements ?? []).map { source in
        guard !comparesAll, let members = source.members else { return source }
        return .object(members.filter { $0.name != "time" })
      }
    }
    for source in sources[0] where !sources[1].contains(source) { compare("source", source, nil) }
    for source in sources[1] where !sources[0].contains(source) { compare("source", nil, source) }
  }

  private mutating func compareSurroundings(_ one: JSONValue, _ other: JSONValue) {
    for name in ["start", "end", "host", "user", "directory"] { compare(name, one[name], other[name]) }
    for group in ["environment", "process", "resources"] {
      for name in Self.names(one[group], other[group]) {
        compare("\(group) \(name)", one[group]?[name], other[group]?[name])
      }
    }
  }

  /// Digest, bytes and records, without what else an input or a file has.
  private static func content(_ value: JSONValue?) -> JSONValue? {
    guard let members = value?.members else { return nil }
    return .object(members.filter { ["sha256", "bytes", "records"].contains($0.name) })
  }
}

// MARK: Inputs and files

extension StageDifference {
  /// An input or file and the name that it is compared by.
  private struct Named {
    var name: String
    var content: JSONValue?
    var value: JSONValue
  }

  private mutating func compareFiles(_ one: [JSONValue], _ other: [JSONValue]) {
    // The folder is an output's name.
    let named = [one, other].map { files in
      files.map { file -> Named in
        let path = file["path"]?.text ?? ""
        return Named(
          name: comparesAll ? path : lastComponent(path),
          content: Self.content(file), value: file)
      }
    }
    compare("file", named[0], named[1])
  }

  private mutating func compareInputs(_ one: RecordedStage, _ other: RecordedStage) {
    let named = [one, other].map { stage in
      (stage.record["inputs"]?.elements ?? []).map { input -> Named in
        var name = input["path"]?.text ?? input["name"]?.text ?? ""
        let isToldByProducer = !comparesAll && stage.isFromWithin(input)
        // What an earlier stage wrote has an output's name.
        if isToldByProducer { name = lastComponent(name) }
        return Named(name: name, content: isToldByProducer ? nil : Self.content(input), value: input)
      }
    }
    for pair in compare("input", named[0], named[1]) {
      compare("link of input \(pair.0.name)", pair.0.value["link"], pair.1.value["link"])
    }
  }

  /// Pairs by name, then by content, and tells the differences.
  ///
  /// - Returns: the pairs.
  @discardableResult
  private mutating func compare(_ kind: String, _ one: [Named], _ other: [Named]) -> [(Named, Named)] {
    var byName: [String: [Int]] = [:]
    for (index, item) in other.enumerated().reversed() { byName[item.name, default: []].append(index) }
    var partners = [Int?](repeating: nil, count: one.count)
    var taken = [Bool](repeating: false, count: other.count)
    for (index, item) in one.enumerated() {
      if let partner = byName[item.name]?.popLast() {
        partners[index] = partner
        taken[partner] = true
      }
    }
    var byDigest: [String: [Int]] = [:]
    for (index, item) in other.enumerated().reversed() where !taken[index] {
      if let digest = item.content?["sha256"]?.text { byDigest[digest, default: []].append(index) }
    }
    for (index, item) in one.enumerated() where partners[index] == nil {
      if let digest = item.content?["sha256"]?.text, let partner = byDigest[digest]?.popLast() {
        partners[index] = partner
        taken[partner] = true
      }
    }
    var pairs: [(Named, Named)] = []
    for (index, item) in one.enumerated() {
      guard let partner = partners[index] else {
        compare("\(kind) \(item.name)", item.content, nil)
        continue
      }
      pairs.append((item, other[partner]))
      if item.name != other[partner].name {
        compare("name of \(kind)", .string(item.name), .string(other[partner].name))
      }
      compare("\(kind) \(item.name)", item.content, other[partner].content)
    }
    for (index, item) in other.enumerated() where !taken[index] { compare("\(kind) \(item.name)", nil, item.content) }
    return pairs
  }
}
