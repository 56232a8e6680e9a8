/// The pipeline, stage and file records of a sidecar, in memory; the contexts stay in the file.
public struct ProvenanceChain: Sendable {
  /// What one run, with all before it, wrote: the whole file, or the part that was appended with `>>`.
  public struct Part: Sendable {
    public var pipeline: JSONValue
    /// Upstream first.
    public var stages: [JSONValue]
    /// Further files that these stages wrote, as far as the chain needs them.
    public var files: [JSONValue] = []
  }

  /// Children of a runner that are alike in all but times, inputs and outputs.
  public struct Children: Sendable {
    /// The runner's stage.
    public let parent: String
    /// The record of the first of them.
    public let stage: JSONValue
    /// It was started for the chunk; else it is an earlier stage, whose output one that was started read.
    public let isStarted: Bool
    public internal(set) var count: Int
    /// The first and the last chunk.
    public let first: String
    public internal(set) var last: String
  }

  private static let mostKindsOfChildren = 1000
  /// No sidecar that a tool writes comes near.
  private static let mostStages = 100_000
  private static let mostFiles = 1_000_000

  /// The latest first.
  public private(set) var parts: [Part] = []
  /// Context records of all stages.
  public private(set) var contextCount = 0
  /// What runners started for their chunks, in the order in which they first did.
  public private(set) var children: [Children] = []
  /// The file that the records were read from.
  public let source: String

  public init(_ reader: ProvenanceReader) throws(Failure) {
    source = reader.name
    reader.rewind()
    var stageCount = 0
    var fileCount = 0
    var childReader = ChildRecordReader()
    var kindsOfChildren: [String: Int] = [:]
    while try reader.next() {
      switch reader.kind {
      case .pipeline: parts.append(Part(pipeline: try reader.value(), stages: []))
      case .stage:
        stageCount += 1
        guard !parts.isEmpty else { throw expectedPipeline(reader) }
        guard stageCount <= Self.mostStages else {
          throw Failure(.badData, "more than \(Self.mostStages) stages", at: Place(file: reader.name))
        }
        parts[parts.count - 1].stages.append(try reader.value())
      case .file:
        fileCount += 1
        guard fileCount <= Self.mostFiles else {
          throw Failure(.badData, "more than \(Self.mostFiles) files", at: Place(file: reader.name))
        }
        guard !parts.isEmpty else { throw expectedPipeline(reader) }
        parts[parts.count - 1].files.append(try reader.value())
      case .context: contextCount += 1
      case .child:
        if let child = childReader.child(try reader.value()) { add(child, &kindsOfChildren) }
      case .other: break
      }
    }
    guard !parts.isEmpty else { throw Failure(.badData, "no pipeline record", at: Place(file: reader.name)) }
  }

  private mutating func add(_ child: ChildRecord, _ kinds: inout [String: Int]) {
    for stage in child.stages ?? [] {
      let isStarted = child.ran(stage)
      let members = ["tool", "version", "commit", "arguments"].map { stage[$0]?.json ?? "" }
      let key = "\(child.parent) \(isStarted) \(members.joined(separator: " "))"
      if let number = kinds[key] {
        children[number].count += 1
        children[number].last = child.item
      } else if children.count < Self.mostKindsOfChildren {
        kinds[key] = children.count
        children.append(
          Children(
            parent: child.parent, stage: stage, isStarted: isStarted, count: 1, first: child.item, last: child.item))
      }
    }
  }

  /// The record of a file that the chain's own stage wrote into a folder, of which this is the sidecar.
  public func file(inFolder path: String) -> JSONValue? {
    filesOfLastStage.last { nameInFolder($0["path"]?.text ?? "") == nameInFolder(path) }
  }
}

extension ProvenanceChain {
  /// The further files of the stage that wrote the output: what a folder's sidecar tells of.
  public var filesOfLastStage: [JSONValue] {
    parts.first.map { part in part.files.filter { $0["stage"] == part.pipeline["stage"] } } ?? []
  }
}

private func expectedPipeline(_ reader: ProvenanceReader) -> Failure {
  Failure(.badData, "expected a pipeline record first", at: Place(file: reader.name))
}
