/// What Slurm says of a job or a task: a hint, which a receipt outweighs.
enum SlurmState: Sendable, Hashable {
  /// Waits in the queue: PENDING, and what it is called around a restart.
  case pending
  /// Has a node: RUNNING, and the states before and behind it.
  case running
  case completed
  case failed
  case timeout
  case outOfMemory
  case nodeFail
  case preempted
  case cancelled
  case bootFail
  case deadline
  /// A word that this tool does not know; the job may come back to a state that it knows.
  case unknown(String)

  /// Reads a word of squeue, sacct or scontrol: `COMPLETED`, `CANCELLED by 1000`, `OUT_OF_ME+`.
  init(_ text: String) {
    let word = text.prefix { !$0.isWhitespace && $0 != "+" }.uppercased()
    let names = Self.names.filter { $0.name == word }
    // sacct cuts long words to its column.
    let beginnings = text.hasSuffix("+") && word.utf8.count >= 3 ? Self.names.filter { $0.name.hasPrefix(word) } : []
    self = (names + beginnings).first?.state ?? .unknown(String(text.prefix(40)))
  }

  /// Reads the words that newer versions give, a state and what else holds: `["RUNNING", "COMPLETING"]`.
  init(words: [String]) {
    let states = words.map { SlurmState($0) }
    self = states.first { if case .unknown = $0 { false } else { true } } ?? .unknown(words.joined(separator: ","))
  }

  private static let names: [(name: String, state: SlurmState)] = [
    ("PENDING", .pending), ("REQUEUED", .pending), ("REQUEUE_HOLD", .pending), ("REQUEUE_FED", .pending),
    ("SPECIAL_EXIT", .pending), ("RESV_DEL_HOLD", .pending),
    ("RUNNING", .running), ("CONFIGURING", .running), ("COMPLETING", .running), ("STAGE_OUT", .running),
    ("SUSPENDED", .running), ("STOPPED", .running), ("SIGNALING", .running), ("RESIZING", .running),
    ("COMPLETED", .completed), ("FAILED", .failed), ("LAUNCH_FAILED", .nodeFail), ("RECONFIG_FAIL", .nodeFail),
    ("TIMEOUT", .timeout), ("OUT_OF_MEMORY", .outOfMemory), ("NODE_FAIL", .nodeFail), ("PREEMPTED", .preempted),
    ("CANCELLED", .cancelled), ("REVOKED", .cancelled), ("BOOT_FAIL", .bootFail), ("DEADLINE", .deadline),
  ]

  /// The job has ended, and Slurm will not run it again.
  var isFinal: Bool {
    switch self {
    case .pending, .running, .unknown: false
    default: true
    }
  }
}

/// How a job's script ended.
struct SlurmExit: Sendable, Hashable {
  var status: Int
  var signal: Int

  /// Slurm's sign for a job in which something was killed for its memory, however its script ended.
  static let outOfMemorySignal = 125

  /// Reads `STATUS:SIGNAL`, as scontrol and sacct write it.
  init?(_ text: some StringProtocol) {
    let numbers = text.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
    guard numbers.count == 2, let status = numbers[0], let signal = numbers[1], status >= 0, signal >= 0 else {
      return nil
    }
    self.init(status: status, signal: signal)
  }

  /// Reads the status that wait(2) gives, as older versions of squeue write it.
  init(waitStatus: Int) {
    let signal = waitStatus & 0x7f
    self.init(status: signal == 0 ? waitStatus >> 8 & 0xff : 0, signal: signal)
  }

  init(status: Int, signal: Int) {
    self.status = status
    self.signal = signal
  }
}
