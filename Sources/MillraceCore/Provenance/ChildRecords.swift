/// What became of a child's own records in those of the runner that started it.
public enum ChildEmbedding: Sendable, Equatable {
  /// The child left no record: it is a foreign program.
  case none
  /// All is in the runner's sidecar; the child's may go.
  case whole
  /// Its stages are in the runner's sidecar. What it did to which row is in its own alone, which must stay to be found.
  case withoutContexts
  /// The runner's sidecar only refers to the child's, which must stay to be found.
  case reference

  /// The child's own sidecar is still needed.
  public var needsSidecar: Bool { self == .withoutContexts || self == .reference }
}

/// The records of programs that a runner started, one line for each item that one worked on, on their way to the runner's
/// sidecar.
///
/// Ten thousand children differ in times, inputs and outputs: of each kind one is told whole, and of the others what is not
/// the same.
///
/// It does not grow with the number of children: their records wait in a `RecordSpill`.
struct ChildRecords {
  /// More bytes of stages, and more of their context records, are referred to.
  static let greatestSize = ChainWriter.greatestSize
  /// The stages of one child are in memory at a time.
  private static let largestChild = 16 << 20
  private static let mostTemplates = 256
  private static let mostKnownStages = 100_000
  private static let mostToolsTold = 64

  private let parent: String
  /// Without it children are only counted.
  private let spill: RecordSpill?
  private let greatestSize: Int
  private var templates: [String: (id: String, stage: JSONValue)] = [:]
  private var templatesOfTool: [String: [String]] = [:]
  /// Two children may have read files of one stage.
  private var knownStages: Set<String> = []
  private var stageBytes = 0
  private var contextBytes = 0
  private var count = 0
  private var tools: [String] = []
  private var contextsOmitted = 0
  private var references = 0
  /// The weakest link within a child.
  private(set) var completeness = Completeness.verified
  /// Context records that were taken over.
  private(set) var contextCount = 0

  init(parent: String, spill: RecordSpill?, greatestSize: Int = greatestSize) {
    self.parent = parent
    self.spill = spill
    self.greatestSize = greatestSize
  }

  /// Bytes on their way.
  var size: Int { spill?.bytes ?? 0 }

  /// Appends all lines.
  func copy(to writer: inout ChainWriter) throws(Failure) { try spill?.copy(to: &writer) }

  /// What the runner's stage says of its children; nil when it has none.
  var summary: [JSONValue.Member] {
    guard count > 0 else { return [] }
    var members: [JSONValue.Member] = [
      .init("children", .integer(count)), .init("tools", .array(tools.map { .string($0) })),
    ]
    if contextsOmitted > 0 { members.append(.init("contexts_omitted", .integer(contextsOmitted))) }
    if references > 0 { members.append(.init("referred", .integer(references))) }
    return members
  }

  /// Takes over what a child recorded.
  ///
  /// - Parameters:
  ///   - reader: the child's sidecar.
  ///   - item: what it worked on.
  ///   - resultBytes: size of the file beside the sidecar.
  /// - Returns: what became of it, and whether the file may be what the sidecar says.
  /// - Throws: `.badData` for a sidecar that is damaged.
  mutating func take(
    _ reader: ProvenanceReader, item: String, resultBytes: Int
  ) throws(Failure) -> (embedding: ChildEmbedding, isOfResult: Bool) {
    let child = try Child(reader, largest: Self.largestChild)
    let isOfResult = child.end == resultBytes
    // What stands before the child is the runner's command, which its stage tells.
    var completeness = child.completeness == .unknownUpstream ? .verified : child.completeness
    if !isOfResult { completeness = .mismatch }
    self.completeness = max(self.completeness, completeness)
    count += 1
    for stage in child.stages ?? [] where Self.ran(stage, for: item) { addTool(stage) }
    guard let spill else { return (.whole, isOfResult) }

    var members: [JSONValue.Member] = [
      .init("kind", .string("child")), .init("stage", .string(parent)), .init("item", .string(item)),
    ]
    members += child.members
    members.append(.init("completeness", .string(isOfResult ? child.completeness.rawValue : completeness.rawValue)))
    var embedding = ChildEmbedding.reference
    let earlier = Set((child.stages ?? []).compactMap { $0["id"]?.text }).intersection(knownStages)
    if let stages = child.stages, let line = stageMembers(stages, earlier) {
      members.append(line)
      embedding = contextBytes + child.contextBytes <= greatestSize ? .whole : .withoutContexts
    }
    switch embedding {
    case .none, .whole: break
    case .withoutContexts:
      members.append(.init("context", .string("omitted")))
      contextsOmitted += 1
    case .reference: references += 1
    }
    if embedding.needsSidecar {
      members.append(.init("sidecar", .string(try reader.digest().description)))
      members.append(.init("path", .string(relativeToCurrentFolder(reader.name))))
    }
    try spill.append(.object(members))
    if embedding == .whole {
      contextBytes += child.contextBytes
      try copyRest(of: reader, without: earlier, to: spill)
    }
    return (embedding, isOfResult)
  }

  /// A child's sidecar could not be read.
  mutating func noteDamage() {
    count += 1
    completeness = .mismatch
  }

  /// The stage was started for this item, not for an earlier one whose output it read.
  static func ran(_ stage: JSONValue, for item: String) -> Bool {
    guard let started = stage["environment"]?[ParentMark.variable]?.text else { return false }
    return ParentMark(started)?.item == item
  }

  private mutating func addTool(_ stage: JSONValue) {
    let tool = "\(stage["tool"]?.text ?? "?") \(stage["version"]?.text ?? "?")"
    if tools.count < Self.mostToolsTold, !tools.contains(tool) { tools.append(tool) }
  }

  // MARK: Stages

  /// The stages that are new, shortened; nil when there is no more room for them.
  private mutating func stageMembers(_ stages: [JSONValue], _ earlier: Set<String>) -> JSONValue.Member? {
    let before = (templates, templatesOfTool)
    var new: [JSONValue] = []
    for stage in stages {
      guard let id = stage["id"]?.text, isIdentifier(id), !earlier.contains(id) else { continue }
      new.append(shortened(stage, id: id))
    }
    let member = JSONValue.Member("stages", .array(new))
    let size = new.reduce(0) { $0 + $1.json.utf8.count }
    guard stageBytes + size <= greatestSize else {
      (templates, templatesOfTool) = before
      return nil
    }
    stageBytes += size
    for id in stages.compactMap({ $0["id"]?.text }) where knownStages.count < Self.mostKnownStages {
      knownStages.insert(id)
    }
    return member
  }

  /// The stage without what it has in common with an earlier one, which it names.
  private mutating func shortened(_ stage: JSONValue, id: String) -> JSONValue {
    let tool = stage["tool"]?.text ?? ""
    let key = "\(tool) \(stage["arguments"]?.json ?? "")"
    let known = templates[key] ?? templatesOfTool[tool]?.first.flatMap { templates[$0] }
    if templates[key] == nil, templates.count < Self.mostTemplates {
      templates[key] = (id, stage)
      templatesOfTool[tool, default: []].append(key)
    }
    guard let known else { return stage }
    return StageTemplate.difference(of: stage, from: known.stage, id: known.id)
  }

  // MARK: The rest

  /// Copies what the child says of rows and files, and of children of its own.
  private mutating func copyRest(
    of reader: ProvenanceReader, without earlier: Set<String>, to spill: RecordSpill
  ) throws(Failure) {
    let lines = ByteBuffer(capacity: 1 << 16)
    reader.rewind()
    while try reader.next() {
      switch reader.kind {
      case .pipeline, .stage: continue
      case .context, .file, .child, .other:
        if let stage = reader.memberText("stage"), earlier.contains(stage) { continue }
        if reader.kind == .context { contextCount += 1 }
        unsafe lines.append(reader.bytes)
        lines.append("\n")
        if lines.count > 1 << 16 {
          try spill.append(lines)
          lines.removeAll()
        }
      }
    }
    try spill.append(lines)
  }
}

/// What a child's sidecar says, its context records only counted.
private struct Child {
  /// The latest part's output.
  let members: [JSONValue.Member]
  /// Of the file that all parts together describe.
  let end: Int
  let completeness: Completeness
  /// Upstream first; nil when they are too large.
  let stages: [JSONValue]?
  /// Of everything but the stages.
  let contextBytes: Int

  init(_ reader: ProvenanceReader, largest: Int) throws(Failure) {
    let segments = try SidecarSegments(reader).segments
    guard let latest = segments.first else {
      throw Failure(.badData, "no pipeline record", at: Place(file: reader.name))
    }
    members =
      [JSONValue.Member("output", latest.content.digest.map { .string($0.description) } ?? .null)]
      + [.init("bytes", .integer(latest.content.bytes))]
      + (latest.content.records.map { [JSONValue.Member("records", .integer($0))] } ?? [])
      + (latest.offset > 0 ? [JSONValue.Member("offset", .integer(latest.offset))] : [])
      + [.init("writer", .string(latest.stage))]
    end = latest.offset + latest.content.bytes
    completeness = segments.map(\.completeness).reduce(.verified, max)
    var stages: [JSONValue] = []
    var stageBytes = 0
    var contextBytes = 0
    reader.rewind()
    while try reader.next() {
      switch reader.kind {
      case .pipeline: continue
      case .stage:
        unsafe stageBytes += reader.bytes.count
        if stageBytes <= largest { stages.append(try reader.value()) }
      case .context, .file, .child, .other: unsafe contextBytes += reader.bytes.count + 1
      }
    }
    self.stages = stageBytes <= largest ? stages : nil
    self.contextBytes = contextBytes
  }
}
