import MillraceCore

/// How an attempt at a chunk ended.
enum AttemptOutcome: Sendable, Equatable {
  /// With a whole result.
  case completed
  /// The command ended with a status that is not among the accepted ones.
  case exited(Int32)
  case signalled(Int32)
  /// It ran longer than `--chunk-timeout`, in seconds.
  case timedOut(Double)
  /// It was ended because of the memory it took; the text tells by whom.
  case outOfMemory(String)
  /// It ended well, but its result is not what it should be.
  case badResult(String)
  /// Its machine failed, or it was taken off it: no fault of the chunk's, so the attempt does not count.
  case lost(String)
  /// The job was stopped while it ran.
  case cancelled

  /// Whether it uses up one of the chunk's attempts.
  var isCounted: Bool {
    switch self {
    case .lost, .cancelled: false
    default: true
    }
  }
}

/// One attempt at a chunk, once it has ended: an event of the journal, and the receipt that a task on Slurm leaves.
struct AttemptEnd: Sendable, Equatable {
  var chunk: ChunkIdentifier
  /// Counted from 1.
  var attempt: Int
  var outcome: AttemptOutcome
  var start: Timestamp
  var end: Timestamp
  var host: String
  /// Counted from 1 among those of the job; on Slurm the number of the array's task.
  var worker: Int
  /// Of the command and the children that it waited for.
  var processorSeconds: Double
  /// Greatest resident memory of the command's process group, in bytes; 0 when it ended too fast to be seen.
  var peakMemory: Int
  /// Of the result, when it is whole.
  var resultBytes: Int = 0
  /// The command's last words on standard error, one line; empty when it said nothing.
  var lastWords = ""
  /// What else is to be told, of Slurm: job id, node, allocated resources.
  var details: [JSONValue.Member] = []
}

extension AttemptOutcome: CustomStringConvertible {
  /// As it stands behind "attempt 2".
  var description: String {
    switch self {
    case .completed: "completed"
    case .exited(let status): "ended with status \(status)"
    case .signalled(let signal): "was ended by signal \(signal)"
    case .timedOut(let seconds): "took longer than \(TimeSpan(seconds: seconds))"
    case .outOfMemory(let how): "ran out of memory: \(how)"
    case .badResult(let reason): "gave a bad result: \(reason)"
    case .lost(let reason): "was lost: \(reason)"
    case .cancelled: "was stopped"
    }
  }
}

extension AttemptOutcome {
  /// As members of a JSON object: `outcome`, and what goes with it.
  var members: [JSONValue.Member] {
    switch self {
    case .completed: [.init("outcome", .string("completed"))]
    case .exited(let status): [.init("outcome", .string("exited")), .init("status", .integer(status))]
    case .signalled(let signal): [.init("outcome", .string("signalled")), .init("signal", .integer(signal))]
    case .timedOut(let seconds): [.init("outcome", .string("timed_out")), .init("seconds", .number(String(seconds)))]
    case .outOfMemory(let how): [.init("outcome", .string("out_of_memory")), .init("reason", .string(how))]
    case .badResult(let reason): [.init("outcome", .string("bad_result")), .init("reason", .string(reason))]
    case .lost(let reason): [.init("outcome", .string("lost")), .init("reason", .string(reason))]
    case .cancelled: [.init("outcome", .string("cancelled"))]
    }
  }

  init(_ object: ObjectReader) throws(Failure) {
    switch try object.text("outcome") {
    case "completed": self = .completed
    case "exited": self = .exited(Int32(truncatingIfNeeded: try object.integer("status")))
    case "signalled": self = .signalled(Int32(truncatingIfNeeded: try object.integer("signal")))
    case "timed_out": self = .timedOut(try object.number("seconds"))
    case "out_of_memory": self = .outOfMemory(try object.text("reason"))
    case "bad_result": self = .badResult(try object.text("reason"))
    case "lost": self = .lost(try object.text("reason"))
    case "cancelled": self = .cancelled
    default: throw object.unexpected("outcome")
    }
  }
}

extension AttemptEnd {
  var members: [JSONValue.Member] {
    var members: [JSONValue.Member] = [
      .init("chunk", .string(chunk.description)), .init("attempt", .integer(attempt)),
    ]
    members += outcome.members
    members += [
      .init("start", .string(start.description)), .init("end", .string(end.description)),
      .init("host", .string(host)), .init("worker", .integer(worker)),
      .init("cpu", .rounded(processorSeconds)),
      .init("memory", .integer(peakMemory)), .init("result_bytes", .integer(resultBytes)),
    ]
    if !lastWords.isEmpty { members.append(.init("last_words", .string(lastWords))) }
    if !details.isEmpty { members.append(.init("details", .object(details))) }
    return members
  }

  init(_ object: ObjectReader) throws(Failure) {
    chunk = try object.chunk("chunk")
    attempt = try object.integer("attempt")
    outcome = try AttemptOutcome(object)
    start = try object.time("start")
    end = try object.time("end")
    host = try object.text("host")
    worker = try object.integer("worker")
    processorSeconds = try object.number("cpu")
    peakMemory = try object.integer("memory")
    resultBytes = try object.integer("result_bytes")
    lastWords = object.value["last_words"]?.text ?? ""
    details = object.value["details"]?.members ?? []
  }
}
