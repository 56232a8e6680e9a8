import Glibc

/// The first record of a file under `links`: what became of a stage that writes to a pipe.
struct HandOver {
  enum State: Equatable {
    /// Begun. Found at the end of the stream, it says that the stage died.
    case running
    /// The stage ended with an error, and its output is not whole.
    case failed(status: String)
    case done

    /// What became of a stage that did not finish; nil for one that did, or that still may.
    func death(of tool: String) -> String? {
      switch self {
      case .running: "\(tool) ended before it was done"
      case .failed(let status): "\(tool) failed with status \(status)"
      case .done: nil
      }
    }
  }

  let state: State
  let tool: String
  /// A `running` record whose process, the very same, still runs.
  let isAlive: Bool

  /// The reader stands on the file's first record.
  init(_ reader: ProvenanceReader) {
    tool = reader.memberText("tool") ?? "unknown tool"
    switch reader.memberText("kind") {
    case "running":
      state = .running
      let process = reader.memberText("process").flatMap { pid_t($0) }
      let started = reader.memberText("started").flatMap { Int($0) }
      isAlive = process.map { LinuxProcess.startTicks(of: $0) == started && started != nil } ?? false
    case "failed":
      state = .failed(status: reader.memberText("status") ?? "unknown")
      isAlive = false
    default:
      state = .done
      isAlive = false
    }
  }

  static func running(tool: String, time: Timestamp) -> JSONValue {
    .object([
      .init("kind", .string("running")), .init("tool", .string(tool)), .init("process", .integer(getpid())),
      .init("started", LinuxProcess.startTicks(of: getpid()).map { .integer($0) } ?? .null),
      .init("time", .string(time.localText)),
    ])
  }

  /// - Parameter status: what the process ends with; 128 and a signal's number when that ends it.
  static func failed(tool: String, status: Int32, time: Timestamp) -> JSONValue {
    .object([
      .init("kind", .string("failed")), .init("tool", .string(tool)), .init("status", .integer(status)),
      .init("time", .string(time.localText)),
    ])
  }
}
