import MillraceCore

/// What happens to a job, as its journal tells it: one line each.
enum JobEvent: Sendable, Equatable {
  /// A process took the job over.
  case owner(process: Int, host: String)
  case state(JobState, reason: String?)
  /// The input's first bytes were read.
  case opened(JobTable)
  case cut(CutChunk)
  /// The digest of the input from its first byte to the end of a chunk.
  case hashed(ChunkIdentifier, SHA256Digest)
  case inputEnded(InputEnd)
  /// From here on chunks are written over the files of finished ones, while the machine runs that was started under this
  /// identifier: after another start nobody knows what such a file holds. Nil: no such file is there any more.
  case overwriting(boot: String?)
  case started(StartedAttempt)
  case ended(AttemptEnd)
  /// A chunk was halved; both halves are chunks of their own from here on.
  case split(ChunkIdentifier, CutChunk, CutChunk)
  /// A chunk's attempts are used up: what is left is the job's one recovery attempt.
  case exhausted(ChunkIdentifier)
  /// A chunk has failed for good, and its input and words were put aside.
  case failed(ChunkIdentifier, reason: String)
  /// Failed chunks have their attempts again.
  case revived
  /// The recovery attempt began, or what came of it.
  case recovery(Recovery)
  /// From here on another command is run.
  case command([String])
  /// The number of workers changed.
  case workers(Int, reason: String)
  /// Somebody was told, or could not be.
  case alert(channel: String, event: String, error: String?)
  /// All that stands before this line is on the disk.
  case synced
  /// The results of the chunks before this number were written to standard output.
  case delivered(chunks: Int, bytes: Int)
  /// Task arrays on Slurm.
  case submitted(jobs: [String], chunks: Int)
  case note(String)

  enum Recovery: String, Sendable {
    case begun, succeeded, failed
  }
}

/// What the first bytes of a job's input told.
struct JobTable: Sendable, Equatable {
  var format: RecordFormat
  var delimiter: UInt8
  var hasHeader: Bool
  /// Bytes that every chunk begins with.
  var headerBytes: Int

  var dialect: Dialect { Dialect(format: format, delimiter: delimiter, hasHeader: hasHeader) }
}

extension JobTable {
  var members: [JSONValue.Member] {
    [
      .init("format", .string(format.rawValue)), .init("delimiter", .integer(delimiter)),
      .init("has_header", .bool(hasHeader)), .init("header_bytes", .integer(headerBytes)),
    ]
  }

  init(_ object: ObjectReader) throws(Failure) {
    guard let delimiter = UInt8(exactly: try object.integer("delimiter")) else { throw object.unexpected("delimiter") }
    self.init(
      format: try object.choice("format"), delimiter: delimiter, hasHeader: try object.bool("has_header"),
      headerBytes: try object.integer("header_bytes"))
  }
}

/// A chunk that was cut off the input, or off a larger chunk.
struct CutChunk: Sendable, Equatable {
  var identifier: ChunkIdentifier
  /// Number of its first record in the input, counted from 0.
  var firstRecord: Int
  var records: Int
  /// Of its file, the header included.
  var bytes: Int
  /// Bytes of the decompressed input up to its end.
  var inputEnd: Int
}

/// The input as a whole, once it was read to its end.
struct InputEnd: Sendable, Equatable {
  var records: Int
  /// As they came, compressed if they were.
  var bytes: Int
  var digest: SHA256Digest?
  var hasFinalLineEnd: Bool
}

/// An attempt that has begun.
struct StartedAttempt: Sendable, Equatable {
  var chunk: ChunkIdentifier
  var attempt: Int
  var worker: Int
  var host: String
}

/// A line of the journal.
struct JournalLine: Sendable, Equatable {
  var time: Timestamp
  var event: JobEvent
}

// MARK: As JSON

extension JournalLine {
  var json: JSONValue {
    var members: [JSONValue.Member] = [
      .init("event", .string(event.name)), .init("time", .string(time.description)),
    ]
    members += event.members
    return .object(members)
  }

  /// - Returns: nil for an event that a later batch-run knows.
  init?(_ object: ObjectReader) throws(Failure) {
    time = try object.time("time")
    guard let event = try JobEvent(object) else { return nil }
    self.event = event
  }
}

extension JobEvent {
  fileprivate var name: String {
    switch self {
    case .owner: "owner"
    case .state: "state"
    case .opened: "opened"
    case .cut: "cut"
    case .hashed: "hashed"
    case .inputEnded: "input_ended"
    case .overwriting: "overwriting"
    case .started: "started"
    case .ended: "ended"
    case .split: "split"
    case .exhausted: "exhausted"
    case .failed: "failed"
    case .revived: "revived"
    case .recovery: "recovery"
    case .command: "command"
    case .workers: "workers"
    case .alert: "alert"
    case .synced: "synced"
    case .delivered: "delivered"
    case .submitted: "submitted"
    case .note: "note"
    }
  }

  fileprivate var members: [JSONValue.Member] {
    func text(_ name: String, _ value: String?) -> [JSONValue.Member] {
      value.map { [.init(name, .string($0))] } ?? []
    }
    func number(_ name: String, _ value: Int) -> JSONValue.Member { .init(name, .integer(value)) }
    switch self {
    case .owner(let process, let host): return [number("process", process)] + text("host", host)
    case .state(let state, let reason): return text("state", state.rawValue) + text("reason", reason)
    case .opened(let table): return table.members
    case .cut(let chunk): return chunk.members
    case .hashed(let chunk, let digest): return text("chunk", chunk.description) + text("sha256_through", digest.hex)
    case .inputEnded(let end):
      return [number("records", end.records), number("bytes", end.bytes)] + text("sha256", end.digest?.hex)
        + [.init("final_newline", .bool(end.hasFinalLineEnd))]
    case .overwriting(let boot): return text("boot", boot)
    case .started(let start):
      return text("chunk", start.chunk.description)
        + [number("attempt", start.attempt), number("worker", start.worker)] + text("host", start.host)
    case .ended(let end): return end.members
    case .split(let chunk, let first, let second):
      return text("chunk", chunk.description) + [
        .init("parts", .array([.object(first.members), .object(second.members)]))
      ]
    case .exhausted(let chunk): return text("chunk", chunk.description)
    case .failed(let chunk, let reason): return text("chunk", chunk.description) + text("reason", reason)
    case .revived, .synced: return []
    case .recovery(let recovery): return text("recovery", recovery.rawValue)
    case .command(let words): return [.init("command", .array(words.map { .string($0) }))]
    case .workers(let count, let reason): return [number("workers", count)] + text("reason", reason)
    case .alert(let channel, let event, let error):
      return text("channel", channel) + text("about", event) + text("error", error)
    case .delivered(let chunks, let bytes): return [number("chunks", chunks), number("bytes", bytes)]
    case .submitted(let jobs, let chunks):
      return [.init("jobs", .array(jobs.map { .string($0) })), number("chunks", chunks)]
    case .note(let note): return text("note", note)
    }
  }

  fileprivate init?(_ object: ObjectReader) throws(Failure) {
    func digest(_ name: String) throws(Failure) -> SHA256Digest {
      guard let digest = SHA256Digest(hex: try object.text(name)) else { throw object.unexpected(name) }
      return digest
    }
    switch try object.text("event") {
    case "owner": self = .owner(process: try object.integer("process"), host: try object.text("host"))
    case "state": self = .state(try object.choice("state"), reason: object.value["reason"]?.text)
    case "opened": self = .opened(try JobTable(object))
    case "cut": self = .cut(try CutChunk(object))
    case "hashed": self = .hashed(try object.chunk("chunk"), try digest("sha256_through"))
    case "input_ended":
      self = .inputEnded(
        InputEnd(
          records: try object.integer("records"), bytes: try object.integer("bytes"),
          digest: object.value["sha256"] == nil ? nil : try digest("sha256"),
          hasFinalLineEnd: try object.bool("final_newline")))
    case "overwriting": self = .overwriting(boot: object.value["boot"]?.text)
    case "started":
      self = .started(
        StartedAttempt(
          chunk: try object.chunk("chunk"), attempt: try object.integer("attempt"),
          worker: try object.integer("worker"), host: try object.text("host")))
    case "ended": self = .ended(try AttemptEnd(object))
    case "split":
      guard let parts = object.value["parts"]?.elements, parts.count == 2 else { throw object.unexpected("parts") }
      self = .split(
        try object.chunk("chunk"), try CutChunk(ObjectReader(parts[0], at: object.place)),
        try CutChunk(ObjectReader(parts[1], at: object.place)))
    case "exhausted": self = .exhausted(try object.chunk("chunk"))
    case "failed": self = .failed(try object.chunk("chunk"), reason: try object.text("reason"))
    case "revived": self = .revived
    case "recovery": self = .recovery(try object.choice("recovery"))
    case "command": self = .command(try object.texts("command"))
    case "workers": self = .workers(try object.integer("workers"), reason: try object.text("reason"))
    case "alert":
      self = .alert(
        channel: try object.text("channel"), event: try object.text("about"), error: object.value["error"]?.text)
    case "synced": self = .synced
    case "delivered":
      self = .delivered(chunks: try object.integer("chunks"), bytes: try object.integer("bytes"))
    case "submitted":
      self = .submitted(jobs: try object.texts("jobs"), chunks: try object.integer("chunks"))
    case "note": self = .note(try object.text("note"))
    default: return nil
    }
  }
}

extension CutChunk {
  var members: [JSONValue.Member] {
    [
      .init("chunk", .string(identifier.description)), .init("first_record", .integer(firstRecord)),
      .init("records", .integer(records)), .init("bytes", .integer(bytes)), .init("input_end", .integer(inputEnd)),
    ]
  }

  init(_ object: ObjectReader) throws(Failure) {
    identifier = try object.chunk("chunk")
    firstRecord = try object.integer("first_record")
    records = try object.integer("records")
    bytes = try object.integer("bytes")
    inputEnd = try object.integer("input_end")
  }
}
