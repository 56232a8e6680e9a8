import MillraceCore

/// A chunk that is to be tried, and which attempt that will be.
struct ChunkTry: Sendable, Equatable {
  var cut: CutChunk
  /// Counted from 1.
  var attempt: Int

  var chunk: ChunkIdentifier { cut.identifier }
  /// The name of what the attempt leaves in the job's folder: `00042-2`.
  var name: String { "\(chunk)-\(attempt)" }
}

/// What the tasks of one array are to do: a file of the job, in which line 1 holds for all of them, and line N + 2 is for the
/// task with the number N.
struct SlurmManifest: Sendable, Equatable {
  /// COMMAND and its arguments.
  var command: [String]
  var table: JobTable
  /// For one chunk, in seconds.
  var chunkTimeout: Double?
  /// For one chunk, in bytes.
  var memory: Int?
  /// A result is on the disk before its receipt.
  var isDurable: Bool
  /// Chunks that a task does one behind the other.
  var tasks: [[ChunkTry]]

  static let version = 1
  /// Bytes of a file that is read.
  private static let largest = 1 << 30

  var text: ByteBuffer {
    let text = ByteBuffer(capacity: 256 * (tasks.count + 2))
    JSONValue.object([
      .init("version", .integer(Self.version)), .init("command", .array(command.map { .string($0) })),
      .init("table", .object(table.members)), .init("chunk_timeout", chunkTimeout.map { .number(String($0)) } ?? .null),
      .init("memory", memory.map { .integer($0) } ?? .null), .init("durable", .bool(isDurable)),
    ]).write(to: text)
    text.append("\n")
    for task in tasks {
      JSONValue.array(task.map { .object($0.cut.members + [.init("attempt", .integer($0.attempt))]) }).write(to: text)
      text.append("\n")
    }
    return text
  }

  /// Reads a manifest.
  ///
  /// - Parameter task: the only task whose chunks are wanted; nil for all.
  /// - Throws: `.badConfiguration` for what batch-run does not write, and when there is no such task.
  init(_ path: String, task wanted: Int? = nil) throws(Failure) {
    let bytes = try readFile(path, limit: Self.largest)
    // The lines are ranges of its memory.
    defer { withExtendedLifetime(bytes) {} }
    let lines = unsafe bytes.bytes.split(separator: UInt8(ascii: "\n"))
    guard let first = unsafe lines.first, unsafe bytes.bytes.last == UInt8(ascii: "\n") else {
      throw Failure(.badConfiguration, "not what batch-run writes: no manifest of tasks", at: Place(file: path))
    }
    let head = try unsafe ObjectReader(parsing: UnsafeRawBufferPointer(rebasing: first), at: Place(file: path, line: 1))
    guard try head.integer("version") == Self.version else { throw head.unexpected("version") }
    command = try head.texts("command")
    guard !command.isEmpty else { throw head.unexpected("command") }
    table = try JobTable(head.object("table"))
    chunkTimeout = try head.optional("chunk_timeout") { (head) throws(Failure) in try head.number("chunk_timeout") }
    memory = head.value["memory"]?.integer
    isDurable = try head.bool("durable")
    tasks = []
    let count = unsafe lines.count - 1
    if let wanted, !(0..<count).contains(wanted) {
      throw Failure(.badConfiguration, "the manifest has no task \(wanted)", at: Place(file: path))
    }
    for number in wanted.map({ $0...$0 }) ?? 0...max(0, count - 1) where number < count {
      let line = unsafe UnsafeRawBufferPointer(rebasing: lines[number + 1])
      tasks.append(try unsafe Self.tries(line, at: Place(file: path, line: number + 2)))
    }
  }

  init(
    command: [String], table: JobTable, chunkTimeout: Double?, memory: Int?, isDurable: Bool, tasks: [[ChunkTry]]
  ) {
    self.command = command
    self.table = table
    self.chunkTimeout = chunkTimeout
    self.memory = memory
    self.isDurable = isDurable
    self.tasks = tasks
  }

  private static func tries(_ line: UnsafeRawBufferPointer, at place: Place) throws(Failure) -> [ChunkTry] {
    guard let value = try? unsafe JSONValue.parse(line, maximumDepth: 16), let entries = value.elements else {
      throw Failure(.badConfiguration, "not what batch-run writes: a list of chunks was expected", at: place)
    }
    var tries: [ChunkTry] = []
    for entry in entries {
      let object = ObjectReader(entry, at: place)
      let attempt = try object.integer("attempt")
      guard attempt > 0 else { throw object.unexpected("attempt") }
      tries.append(ChunkTry(cut: try CutChunk(object), attempt: attempt))
    }
    return tries
  }
}
