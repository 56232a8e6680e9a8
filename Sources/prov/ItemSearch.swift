import MillraceCore

/// Finds what stages say about one row: under its id, or under its number in the input, and where a runner cut the input,
/// under its number in a chunk.
struct ItemSearch {
  /// What a stage says about the row.
  struct Find {
    let context: JSONValue
    let tool: String
    /// The chunk that the row was in.
    var chunk: String?
  }

  let item: String
  private let number: Int?
  /// Of stages, by identifier; of children only while their records are read.
  private var tools: [String: String] = [:]
  /// Of runners' stages.
  private var folders: [String: String] = [:]
  private var chunks: [Chunk: Range<Int>] = [:]
  /// Chunks that the row is told to be in.
  private var told: Set<Chunk> = []
  /// Chunks whose programs name rows by their id.
  private var named: Set<Chunk> = []
  /// What children's own sidecars say, which the runner's only refers to, by chunk.
  private var referred: [Chunk: [Find]] = [:]
  private var children = ChildRecordReader()
  private var current: Current?
  /// Sidecars that would have to be searched, and are gone.
  private(set) var missing = 0

  private struct Chunk: Hashable {
    let runner: String
    let name: String
  }

  /// The child whose context records follow.
  private struct Current {
    let chunk: Chunk
    /// What the row is called by each of its stages.
    var items: [String: String] = [:]
    var tools: [String: String] = [:]
  }

  init(_ item: String) {
    self.item = item
    // "00042" is the name of a chunk.
    number = Int(item).flatMap { String($0) == item ? $0 : nil }
  }

  /// Goes through the records, and hands over what they say about the row in their order; what is said of its chunk comes
  /// before what the programs that worked on the chunk say.
  mutating func run(
    _ reader: ProvenanceReader, _ body: (Find) throws(Failure) -> Void
  ) throws(Failure) {
    // The chunks that the row is in are known at the end.
    reader.rewind()
    try forEachFind(reader, isLast: false) { _ throws(Failure) in }
    children = ChildRecordReader()
    current = nil
    reader.rewind()
    try forEachFind(reader, isLast: true, body)
  }

  private mutating func forEachFind(
    _ reader: ProvenanceReader, isLast: Bool, _ body: (Find) throws(Failure) -> Void
  ) throws(Failure) {
    while try reader.next() {
      switch reader.kind {
      case .stage:
        guard let id = reader.memberText("id") else { continue }
        tools[id] = "\(reader.memberText("tool") ?? "?") \(reader.memberText("version") ?? "?")"
        folders[id] = reader.memberText("directory")
      case .child:
        guard let child = children.child(try reader.value()) else { continue }
        let chunk = Chunk(runner: child.parent, name: child.item)
        current = begin(child, chunk)
        if !isLast, child.sidecar != nil { try search(sidecarOf: child, chunk) }
        if isLast { for find in referred[chunk] ?? [] { try body(find) } }
      case .context:
        guard let stage = reader.memberText("stage"), let name = reader.memberText("item") else { continue }
        if let current, let tool = current.tools[stage] {
          guard name == current.items[stage] else { continue }
          told.insert(current.chunk)
          if isLast { try body(Find(context: try reader.value(), tool: tool, chunk: current.chunk.name)) }
        } else {
          try find(reader, stage: stage, name: name, isLast: isLast, body)
        }
      case .pipeline, .file, .other: continue
      }
    }
  }

  /// What a stage of the chain itself says.
  private mutating func find(
    _ reader: ProvenanceReader, stage: String, name: String, isLast: Bool, _ body: (Find) throws(Failure) -> Void
  ) throws(Failure) {
    let chunk = Chunk(runner: stage, name: name)
    if !isLast, let context = ChunkContext(try reader.value()) {
      chunks[chunk] = context.firstRecord..<(context.firstRecord + context.records)
    }
    let isInside = number.map { chunks[chunk]?.contains($0) == true && !named.contains(chunk) } ?? false
    guard isLast, name == item || told.contains(chunk) || isInside else { return }
    try body(Find(context: try reader.value(), tool: tools[stage] ?? "unknown stage"))
  }

  private static func tool(of stage: JSONValue) -> String {
    "\(stage["tool"]?.text ?? "?") \(stage["version"]?.text ?? "?")"
  }

  private mutating func begin(_ child: ChildRecord, _ chunk: Chunk) -> Current {
    var current = Current(chunk: chunk)
    for stage in child.stages ?? [] {
      guard let id = stage["id"]?.text else { continue }
      current.tools[id] = Self.tool(of: stage)
      current.items[id] = name(ofItemIn: stage, isOfChunk: child.ran(stage), chunk)
    }
    return current
  }

  /// What a stage calls the row. One that names rows by their number counts them from the beginning of its chunk.
  private mutating func name(ofItemIn stage: JSONValue, isOfChunk: Bool, _ chunk: Chunk) -> String? {
    guard isOfChunk else { return item }
    guard stage["parameters"]?["id-field"] == nil else {
      named.insert(chunk)
      return item
    }
    guard let number, let range = chunks[chunk], range.contains(number) else { return nil }
    return String(number - range.lowerBound)
  }

  /// Searches a sidecar that the runner's only refers to, if it is still there and is the same.
  private mutating func search(sidecarOf child: ChildRecord, _ chunk: Chunk) throws(Failure) {
    guard let sidecar = child.sidecar else { return }
    var places = [sidecar.path]
    if !sidecar.path.hasPrefix("/"), let folder = folders[child.parent] {
      places.insert("\(folder)/\(sidecar.path)", at: 0)
    }
    var found: ProvenanceReader?
    for place in places where found == nil {
      if let reader = try? ProvenanceReader(path: place), try reader.digest().description == sidecar.digest {
        found = reader
      }
    }
    guard let reader = found else {
      missing += 1
      return
    }
    var tools: [String: String] = [:]
    var items: [String: String] = [:]
    reader.rewind()
    while try reader.next() {
      if reader.kind == .stage, let id = reader.memberText("id") {
        let stage = try reader.value()
        tools[id] = Self.tool(of: stage)
        items[id] = name(ofItemIn: stage, isOfChunk: child.ran(stage), chunk)
      }
      guard reader.kind == .context, let stage = reader.memberText("stage"), let name = reader.memberText("item"),
        name == items[stage]
      else { continue }
      told.insert(chunk)
      referred[chunk, default: []].append(
        Find(context: try reader.value(), tool: tools[stage] ?? "unknown stage", chunk: chunk.name))
    }
  }
}
