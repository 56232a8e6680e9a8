import MillraceCore

extension SlurmJob {
  /// What became of the chunk that a task was working on when it ended without a receipt; nil while it may still leave one.
  var outcomeWithoutReceipt: AttemptOutcome? {
    // A child that was killed for its memory may leave a script that ends well.
    if state.isFinal, exit?.signal == SlurmExit.outOfMemorySignal { return .outOfMemory("Slurm says so (0:125)") }
    switch state {
    case .pending, .running, .unknown: return nil
    case .outOfMemory: return .outOfMemory("Slurm says OUT_OF_MEMORY")
    case .timeout, .deadline: return .timedOut(Double(timeLimit ?? elapsed ?? 0))
    case .nodeFail: return .lost("Slurm says NODE_FAIL" + place)
    case .bootFail: return .lost("Slurm says BOOT_FAIL" + place)
    case .preempted: return .lost("Slurm says PREEMPTED" + place)
    case .cancelled: return .cancelled
    case .completed: return .lost("the task \(label) ended without a receipt" + place)
    case .failed:
      // Slurm could not even start it, which says nothing about the chunk.
      if Self.launchReasons.contains(reason) { return .lost("Slurm says \(reason)" + place) }
      if let exit, exit.signal > 0 { return .signalled(Int32(clamping: exit.signal)) }
      return .exited(Int32(clamping: exit?.status ?? 1))
    }
  }

  private static let launchReasons: Set = [
    "JobLaunchFailure", "JobHoldMaxRequeue", "NodeDown", "BadConstraints", "SystemFailure",
  ]

  private var place: String { node.isEmpty ? "" : " on \(node)" }

  /// What is told of the job beside its end.
  var details: [JSONValue.Member] {
    var details: [JSONValue.Member] = [.init("slurm_job", .string(label)), .init("slurm_state", .string(state.name))]
    if !reason.isEmpty, reason != "None" { details.append(.init("slurm_reason", .string(reason))) }
    if let exit { details.append(.init("slurm_exit", .string("\(exit.status):\(exit.signal)"))) }
    if let elapsed { details.append(.init("slurm_elapsed", .integer(elapsed))) }
    if let timeLimit { details.append(.init("slurm_time_limit", .integer(timeLimit))) }
    if !allocated.isEmpty { details.append(.init("slurm_allocated", .string(allocated))) }
    return details
  }
}

extension SlurmState {
  /// Slurm's own word.
  var name: String {
    switch self {
    case .pending: "PENDING"
    case .running: "RUNNING"
    case .completed: "COMPLETED"
    case .failed: "FAILED"
    case .timeout: "TIMEOUT"
    case .outOfMemory: "OUT_OF_MEMORY"
    case .nodeFail: "NODE_FAIL"
    case .preempted: "PREEMPTED"
    case .cancelled: "CANCELLED"
    case .bootFail: "BOOT_FAIL"
    case .deadline: "DEADLINE"
    case .unknown(let word): word
    }
  }
}
