import MillraceCore

/// Something that happened in a run: a line of its journal.
enum RunEvent: Sendable, Equatable {
  /// A process takes the run up, the first or one that resumes it.
  case began(process: Int32, host: String, time: Timestamp)
  case stepBegan(step: String, time: Timestamp)
  /// An attempt failed and another is made.
  case attemptFailed(step: String, attempt: Int, reason: String, time: Timestamp)
  case stepEnded(step: String, StepEnd)
  case ended(RunState, time: Timestamp)
}

/// How a run stands.
enum RunState: String, Sendable {
  case running = "Running"
  case completed = "Completed"
  case failed = "Failed"
  /// A signal ended it, and it can be resumed.
  case cancelled = "Cancelled"
  /// Its process is gone without a word, and it can be resumed.
  case interrupted = "Interrupted"
}

/// How a step stands.
enum StepState: String, Sendable {
  case waiting = "Waiting"
  case running = "Running"
  case completed = "Completed"
  case failed = "Failed"
  case cancelled = "Cancelled"
  /// The run's process is gone without a word.
  case interrupted = "Interrupted"
  /// A step that it needs did not complete.
  case skipped = "Skipped"
}

/// How a step ended.
struct StepEnd: Sendable, Equatable {
  var state: StepState
  var time: Timestamp
  /// Why it failed, or what a check found.
  var reason: String?
  var seconds = 0.0
  var processorSeconds = 0.0
  /// In bytes; 0 when no process ran.
  var peakMemory = 0
  var input: FileIdentity?
  var output: FileIdentity?
  /// The file that a check compared with.
  var compared: FileIdentity?

  var files: [FileIdentity] { [input, output, compared].compactMap { $0 } }
}

// MARK: JSON

extension RunEvent {
  var json: JSONValue {
    switch self {
    case .began(let process, let host, let time):
      Self.object("began", time, [.init("process", .integer(process)), .init("host", .string(host))])
    case .stepBegan(let step, let time): Self.object("step-began", time, [.init("step", .string(step))])
    case .attemptFailed(let step, let attempt, let reason, let time):
      Self.object(
        "attempt-failed", time,
        [.init("step", .string(step)), .init("attempt", .integer(attempt)), .init("reason", .string(reason))])
    case .stepEnded(let step, let end):
      Self.object("step-ended", end.time, [.init("step", .string(step))] + end.members)
    case .ended(let state, let time): Self.object("ended", time, [.init("state", .string(state.rawValue))])
    }
  }

  private static func object(_ event: String, _ time: Timestamp, _ members: [JSONValue.Member]) -> JSONValue {
    .object([.init("event", .string(event)), .init("time", .string(time.localText))] + members)
  }

  /// Nil for an event of another version, or one that is not whole.
  init?(_ json: JSONValue) {
    guard let time = json["time"]?.text.flatMap({ Timestamp(localText: $0) }) else { return nil }
    let step = json["step"]?.text ?? ""
    switch json["event"]?.text {
    case "began":
      self = .began(process: Int32(json["process"]?.integer ?? 0), host: json["host"]?.text ?? "", time: time)
    case "step-began": self = .stepBegan(step: step, time: time)
    case "attempt-failed":
      self = .attemptFailed(
        step: step, attempt: json["attempt"]?.integer ?? 1, reason: json["reason"]?.text ?? "", time: time)
    case "step-ended":
      guard let end = StepEnd(json, time: time) else { return nil }
      self = .stepEnded(step: step, end)
    case "ended":
      guard let state = json["state"]?.text.flatMap({ RunState(rawValue: $0) }) else { return nil }
      self = .ended(state, time: time)
    default: return nil
    }
  }
}

extension StepEnd {
  fileprivate var members: [JSONValue.Member] {
    var members: [JSONValue.Member] = [.init("state", .string(state.rawValue))]
    if let reason { members.append(.init("reason", .string(reason))) }
    members.append(.init("seconds", .rounded(seconds)))
    if peakMemory > 0 {
      members.append(.init("processor_seconds", .rounded(processorSeconds)))
      members.append(.init("peak_memory", .integer(peakMemory)))
    }
    for (name, file) in [("input", input), ("output", output), ("compared", compared)] {
      if let file { members.append(.init(name, file.json)) }
    }
    return members
  }

  fileprivate init?(_ json: JSONValue, time: Timestamp) {
    guard let state = json["state"]?.text.flatMap({ StepState(rawValue: $0) }) else { return nil }
    self.init(
      state: state, time: time, reason: json["reason"]?.text, seconds: number(json["seconds"]),
      processorSeconds: number(json["processor_seconds"]), peakMemory: json["peak_memory"]?.integer ?? 0,
      input: FileIdentity(json["input"]), output: FileIdentity(json["output"]), compared: FileIdentity(json["compared"])
    )
  }
}

private func number(_ json: JSONValue?) -> Double {
  if case .number(let text)? = json { Double(text) ?? 0 } else { 0 }
}
