/// A child of a runner: what it recorded about one item.
public struct ChildRecord: Sendable {
  /// The runner's stage.
  public let parent: String
  public let item: String
  /// What it wrote, behind `offset` bytes that an earlier program wrote to the same file.
  public let output: StreamContent
  public let offset: Int
  /// The stage that wrote it.
  public let writer: String
  public let completeness: Completeness
  /// Upstream first; nil where the runner only refers to the child's own sidecar.
  public let stages: [JSONValue]?
  /// The child's own sidecar, where something is told only there: its digest and path.
  public let sidecar: (digest: String, path: String)?

  /// The stage was started for this item, not for an earlier one whose output it read.
  public func ran(_ stage: JSONValue) -> Bool { ChildRecords.ran(stage, for: item) }
}

/// Reads the records of kind `child`, in their order.
public struct ChildRecordReader {
  /// No sidecar that a tool writes has more stages that others are like.
  private static let mostTemplates = 4096

  private var templates: [String: JSONValue] = [:]

  public init() {}

  /// Nil for what is no child's record.
  public mutating func child(_ value: JSONValue) -> ChildRecord? {
    guard let parent = value["stage"]?.text, let item = value["item"]?.text, let bytes = value["bytes"]?.integer,
      bytes >= 0
    else { return nil }
    let output = StreamContent(
      digest: value["output"]?.text.flatMap { SHA256Digest($0) }, bytes: bytes, records: value["records"]?.integer)
    return ChildRecord(
      parent: parent, item: item, output: output, offset: max(0, value["offset"]?.integer ?? 0),
      writer: value["writer"]?.text ?? "",
      completeness: value["completeness"]?.text.flatMap { Completeness(rawValue: $0) } ?? .unknownUpstream,
      stages: value["stages"]?.elements.map { stages in stages.map { whole($0) } },
      sidecar: value["sidecar"]?.text.map { ($0, value["path"]?.text ?? "") })
  }

  private mutating func whole(_ stage: JSONValue) -> JSONValue {
    if let id = stage["like"]?.text {
      return templates[id].map { StageTemplate.whole(stage, like: $0) } ?? stage
    }
    if let id = stage["id"]?.text, templates.count < Self.mostTemplates { templates[id] = stage }
    return stage
  }
}
