import MillraceCore
import YAMLDocuments

extension PipelineParser {
  static let commonKeys = ["name", "kind", "needs"]
  static let keysOfKinds: [(kind: PipelineStep.Kind, keys: [String])] = [
    (.command, ["command", "input", "output", "timeout", "retries"]),
    (.batch, ["command", "input", "output", "options"]),
    (.validate, ["input", "rows", "required", "types", "ranges", "unique", "max-failures"]),
    (.notify, ["message", "notify"]),
  ]
  /// Keys that only steps of one kind have tell the kind; a command alone is one.
  private static let tellingKeys: [(key: String, kind: PipelineStep.Kind)] = [
    ("message", .notify), ("rows", .validate), ("required", .validate), ("types", .validate), ("ranges", .validate),
    ("unique", .validate), ("options", .batch), ("command", .command),
  ]

  /// Reads one step; nil when not even its name can be known.
  mutating func step(_ value: YAMLValue) -> PipelineStep? {
    guard case .map(let entries) = value.content else {
      report("a step: expected keys with values, found \(value.found)", value.line)
      return nil
    }
    let names = entries.map(\.key)
    let called = entries.first { $0.key == "name" }?.value.text
    let what = called.map { "step \"\($0)\"" } ?? "a step"
    guard let kind = kind(entries, names: names, what: what, line: value.line) else { return nil }
    let keys = Self.commonKeys + (Self.keysOfKinds.first { $0.kind == kind }?.keys ?? [])
    reportKeysOfOtherKinds(entries, keys: keys, kind: kind, what: what)
    let own = entries.filter { entry in
      keys.contains(entry.key) || !Self.keysOfKinds.contains { $0.keys.contains(entry.key) }
    }
    guard let map = map(YAMLValue(line: value.line, content: .map(own)), what, keys: keys) else { return nil }
    guard let nameValue = map["name"] else {
      report("\(what): the key \"name\" is missing", value.line)
      return nil
    }
    guard let name = name(nameValue, "the step's name") else { return nil }
    var needs: [String] = []
    for need in map["needs"].map(oneOrMore) ?? [] {
      guard let text = text(need, "\(what): needs") else { continue }
      if !needs.contains(text) { needs.append(text) }
    }
    guard let work = work(kind, map, what, line: value.line) else { return nil }
    return PipelineStep(
      name: name, line: value.line, needs: needs, work: work, digest: SHA256Digest(of: value.json.json))
  }

  private mutating func kind(
    _ entries: [YAMLValue.Entry], names: [String], what: String, line: Int
  ) -> PipelineStep.Kind? {
    if let written = entries.first(where: { $0.key == "kind" })?.value, !written.isNull {
      return word(written, "\(what): kind", of: PipelineStep.Kind.allCases.map(\.rawValue)).flatMap {
        .init(rawValue: $0)
      }
    }
    if let telling = Self.tellingKeys.first(where: { names.contains($0.key) }) { return telling.kind }
    let keys = Self.tellingKeys.map(\.key) + ["name", "kind", "needs"]
    let near = names.lazy.filter { !keys.contains($0) }.compactMap { name in
      nearestName(to: name, among: keys).map { (name, $0) }
    }.first
    report(
      "\(what): what is it to do? Expected command, message, or a check such as rows", line,
      advice: near.map { "did you mean \"\($0.1)\" with \"\($0.0)\"?" })
    return nil
  }

  private mutating func reportKeysOfOtherKinds(
    _ entries: [YAMLValue.Entry], keys: [String], kind: PipelineStep.Kind, what: String
  ) {
    for entry in entries where !keys.contains(entry.key) {
      let kinds = Self.keysOfKinds.filter { $0.keys.contains(entry.key) }.map(\.kind.rawValue)
      guard !kinds.isEmpty else { continue }
      report(
        "\(what): \"\(entry.key)\" is for steps of kind \(listing(kinds)), and this one is of kind \(kind.rawValue)",
        entry.keyLine)
    }
  }

  private mutating func work(
    _ kind: PipelineStep.Kind, _ map: [String: YAMLValue], _ what: String, line: Int
  ) -> PipelineStep.Work? {
    let input = map["input"].flatMap { template($0, "\(what): input") }
    let output = map["output"].flatMap { template($0, "\(what): output") }
    switch kind {
    case .command:
      guard let command = command(map, what, line: line) else { return nil }
      return .command(
        CommandWork(
          command: command, input: input, output: output,
          timeout: map["timeout"].flatMap { seconds($0, "\(what): timeout") },
          retries: map["retries"].flatMap { count($0, "\(what): retries") } ?? 0))
    case .batch:
      guard let command = command(map, what, line: line) else { return nil }
      return .batch(
        BatchWork(
          command: command, input: input, output: output,
          options: map["options"].map { batchOptions($0, "\(what): options") } ?? []))
    case .validate:
      return .validate(validation(map, input: input, what, line: line))
    case .notify:
      guard let message = map["message"] else {
        report("\(what): the key \"message\" is missing", line)
        return nil
      }
      return .notify(
        NotifyWork(message: text(message, "\(what): message") ?? "", channels: channels(map["notify"])))
    }
  }

  private mutating func command(_ map: [String: YAMLValue], _ what: String, line: Int) -> [String]? {
    guard let command = map["command"] else {
      report("\(what): the key \"command\" is missing", line)
      return nil
    }
    return words(command, "\(what): command")
  }

  private mutating func seconds(_ value: YAMLValue, _ what: String) -> Double? {
    guard let text = text(value, what) else { return nil }
    let span = attempt(what, value.line) { () throws(Failure) in try TimeSpan(text) }
    if let seconds = span?.seconds, seconds <= 0 {
      report("\(what): expected a time above 0, found \(value.found)", value.line)
    }
    return span?.seconds
  }
}

// MARK: Checks

extension PipelineParser {
  private mutating func validation(
    _ map: [String: YAMLValue], input: Template?, _ what: String, line: Int
  ) -> ValidateWork {
    var work = ValidateWork(input: input)
    work.rows = map["rows"].map { rowCount($0, "\(what): rows") } ?? .init()
    for field in map["required"].map(oneOrMore) ?? [] {
      if let name = text(field, "\(what): required") { work.checks.required.append(FieldName(name)) }
    }
    for entry in fields(map["types"], "\(what): types") {
      let type = word(entry.value, "\(what): types: \(entry.key)", of: ValueType.allCases.map(\.rawValue))
      guard let type = type.flatMap({ ValueType(rawValue: $0) }) else { continue }
      work.checks.types.append(.init(field: FieldName(entry.key), type: type))
    }
    for entry in fields(map["ranges"], "\(what): ranges") {
      if let range = range(entry, "\(what): ranges: \(entry.key)") { work.checks.ranges.append(range) }
    }
    for key in map["unique"].map(oneOrMore) ?? [] {
      let names = oneOrMore(key).compactMap { text($0, "\(what): unique") }
      if !names.isEmpty { work.checks.unique.append(names.map { FieldName($0) }) }
    }
    work.checks.maximumFailures = map["max-failures"].flatMap { count($0, "\(what): max-failures") } ?? 0
    if work.rows.isEmpty, work.checks.isEmpty, !Self.tellingKeys.contains(where: { map[$0.key] != nil }) {
      report("\(what): nothing is checked", line, advice: "name rows, required, types, ranges or unique")
    }
    return work
  }

  private mutating func fields(_ value: YAMLValue?, _ what: String) -> [YAMLValue.Entry] {
    guard let value else { return [] }
    guard case .map(let entries) = value.content else {
      report("\(what): expected fields with values, found \(value.found)", value.line)
      return []
    }
    for (index, entry) in entries.enumerated() where entries[..<index].contains(where: { $0.key == entry.key }) {
      report("\(what): the field \"\(entry.key)\" is there twice", entry.keyLine)
    }
    return entries
  }

  private mutating func rowCount(_ value: YAMLValue, _ what: String) -> ValidateWork.RowCount {
    var rows = ValidateWork.RowCount()
    if value.text != nil {
      rows.minimum = count(value, what)
      rows.maximum = rows.minimum
      return rows
    }
    guard let map = map(value, what, keys: ["min", "max", "same-as"]) else { return rows }
    rows.minimum = map["min"].flatMap { count($0, "\(what): min") }
    rows.maximum = map["max"].flatMap { count($0, "\(what): max") }
    rows.sameAs = map["same-as"].flatMap { text($0, "\(what): same-as") }
    if let least = rows.minimum, let most = rows.maximum, least > most {
      report("\(what): min is \(least), and max only \(most)", value.line)
    }
    return rows
  }

  private mutating func range(_ entry: YAMLValue.Entry, _ what: String) -> TableChecks.FieldRange? {
    guard let map = map(entry.value, what, keys: ["min", "max"]) else { return nil }
    let (least, most) = (bound(map["min"], "\(what): min"), bound(map["max"], "\(what): max"))
    switch (least, most) {
    case (nil, nil):
      if map.isEmpty { report("\(what): expected min, max or both", entry.keyLine) }
      return nil
    case (.number(let low), .number(let high)) where low > high:
      report("\(what): min lies above max", entry.keyLine)
    case (.day(let low), .day(let high)) where low > high:
      report("\(what): min lies above max", entry.keyLine)
    case (.number, .day), (.day, .number):
      report("\(what): one end is a number, the other a date", entry.keyLine)
    default: break
    }
    return TableChecks.FieldRange(field: FieldName(entry.key), minimum: least, maximum: most)
  }

  private mutating func bound(_ value: YAMLValue?, _ what: String) -> TableChecks.Bound? {
    guard let value else { return nil }
    guard let bound = value.text.flatMap({ TableChecks.Bound($0) }) else {
      report("\(what): expected a number or a date (YYYY-MM-DD), found \(value.found)", value.line)
      return nil
    }
    return bound
  }
}
