import Glibc
import MillraceCore
import Support
import Synchronization

@testable import batch_run

/// Makes folders of jobs with journals of any shape, as runs leave them.
final class JobMaker: Sendable {
  let folder: JobFolder
  private let journal: JobJournal
  private let time: SettableTime

  static let began = Timestamp(seconds: 1_795_262_400)  // 2026-11-21T12:00:00Z

  /// - Parameters:
  ///   - path: of the job's folder.
  ///   - change: makes the specification another one.
  init(
    _ path: String, id: String = "20261121-120000-k7q2", created: Timestamp = began,
    _ change: (inout JobSpecification) -> Void = { _ in }
  ) throws {
    var specification = JobSpecification(
      identifier: id, created: created, command: ["sort", "-u"], directory: "/data",
      input: JobInput(
        name: "reads.csv", path: "/data/reads.csv", version: nil, format: .csv, delimiter: nil, hasNoHeader: false,
        maximumRecordBytes: 1 << 20),
      rule: .records(100), result: .auto, acceptedStatuses: [0], keepsRowCount: false, output: nil,
      settings: JobSettings())
    change(&specification)
    folder = try JobFolder.create(path, specification)
    let time = SettableTime(created)
    self.time = time
    journal = try JobJournal(path: folder.journalPath, wholeBytes: 0, clock: Clock { time.now })
  }

  /// Appends events that happen so many seconds after the job was made.
  @discardableResult
  func at(_ seconds: Double, _ events: JobEvent...) throws -> JobMaker {
    time.set(Self.began + seconds)
    try journal.append(events)
    return self
  }

  /// A process works on the job from the first second on.
  @discardableResult
  func run(host: String = "node17", workers: Int = 2) throws -> JobMaker {
    try at(
      1, .owner(process: 4711, host: host), .state(.running, reason: nil), .workers(workers, reason: "as asked for"))
  }

  /// Cuts chunks of 100 records and 1000 bytes, and tells that there are no more.
  @discardableResult
  func cut(_ count: Int, ends: Bool = true, at seconds: Double = 1) throws -> JobMaker {
    for index in 0..<count {
      try at(seconds, .cut(Self.cut(ChunkIdentifier(index), first: index * 100)))
    }
    if ends {
      try at(
        seconds, .inputEnded(InputEnd(records: count * 100, bytes: count * 1000, digest: nil, hasFinalLineEnd: true)))
    }
    return self
  }

  static func cut(_ chunk: ChunkIdentifier, first: Int = 0, records: Int = 100, bytes: Int = 1000) -> CutChunk {
    CutChunk(identifier: chunk, firstRecord: first, records: records, bytes: bytes, inputEnd: (first + records) * 10)
  }

  /// An attempt from one second to another.
  @discardableResult
  func attempt(
    _ chunk: String, _ number: Int = 1, _ outcome: AttemptOutcome = .completed, from start: Double, to end: Double,
    worker: Int = 1, memory: Int = 1 << 20, words: String = ""
  ) throws -> JobMaker {
    let end = Self.end(chunk, number, outcome, from: start, to: end, worker: worker, memory: memory, words: words)
    try at(start, .started(StartedAttempt(chunk: end.chunk, attempt: number, worker: worker, host: "node17")))
    return try at(end.end.since(Self.began), .ended(end))
  }

  static func end(
    _ chunk: String, _ number: Int = 1, _ outcome: AttemptOutcome = .completed, from start: Double, to end: Double,
    worker: Int = 1, memory: Int = 1 << 20, words: String = ""
  ) -> AttemptEnd {
    AttemptEnd(
      chunk: ChunkIdentifier(chunk) ?? ChunkIdentifier(99999), attempt: number, outcome: outcome, start: began + start,
      end: began + end,
      host: "node17", worker: worker, processorSeconds: end - start, peakMemory: memory, resultBytes: 900,
      lastWords: words)
  }

  /// Writes a file of the job.
  func write(_ name: String, _ text: String) throws {
    let bytes = ByteBuffer(capacity: text.utf8.count + 1)
    bytes.append(text)
    try folder.writePrivately(bytes, to: "\(folder.path)/\(name)")
  }

  /// Appends bytes that are no event to the journal, as another program or a full disk might.
  func appendToJournal(_ text: String) throws {
    let descriptor = unsafe open(folder.journalPath, O_WRONLY | O_APPEND | O_CLOEXEC)
    defer { close(descriptor) }
    try writeText(text, to: descriptor, named: "journal")
  }

  func receipt(_ end: AttemptEnd) throws {
    try write("receipts/\(end.chunk).json", JSONValue.object(end.members).json)
  }

  private final class SettableTime: Sendable {
    private let value: Mutex<Timestamp>
    init(_ time: Timestamp) { value = Mutex(time) }
    var now: Timestamp { value.withLock { $0 } }
    func set(_ time: Timestamp) { value.withLock { $0 = time } }
  }
}

func + (time: Timestamp, seconds: Double) -> Timestamp {
  let nanoseconds = Int((seconds * 1e9).rounded()) + time.nanoseconds
  return Timestamp(
    seconds: time.seconds + nanoseconds / 1_000_000_000, nanoseconds: nanoseconds % 1_000_000_000)
}

/// A place for jobs, and batch-run started there.
struct JobDesk {
  let state = TemporaryFolder()

  init() throws { try makePrivateFolder(JobFolder.home(environment)) }

  var environment: [String: String] { ["MILLRACE_STATE_DIR": state.path] }
  var home: JobHome { JobHome(environment) }

  func path(_ id: String) -> String { "\(JobFolder.home(environment))/\(id)" }

  @discardableResult
  func job(
    _ id: String = "20261121-120000-k7q2", created: Timestamp = JobMaker.began,
    _ change: (inout JobSpecification) -> Void = { _ in }
  ) throws -> JobMaker {
    try JobMaker(path(id), id: id, created: created, change)
  }

  func run(_ arguments: String..., timeLimit: Double = 300) -> Outcome {
    Executable("batch-run").run(arguments, environment: ["MILLRACE_STATE_DIR": state.path], timeLimit: timeLimit)
  }

  func start(_ arguments: String...) -> RunningProgram {
    Executable("batch-run").start(arguments, environment: ["MILLRACE_STATE_DIR": state.path])
  }
}
