import MillraceCore

/// Reads what `squeue --json` prints, as Slurm 21 writes it (numbers, `"job_state": "RUNNING"`) and as newer versions do
/// (`{"set": true, "infinite": false, "number": 4711}`, `"job_state": ["RUNNING"]`).
enum SlurmQueueReport {
  /// The jobs that a test on name and comment selects.
  ///
  /// - Throws: `.badData` for what is no such report.
  static func jobs(
    in bytes: UnsafeRawBufferPointer, where isWanted: (_ name: String, _ comment: String) -> Bool
  ) throws(Failure) -> [SlurmJob] {
    let report = try unsafe JSONValue.parse(bytes, maximumDepth: 64)
    guard let entries = report["jobs"]?.elements else { throw Failure(.badData, "a report of jobs without jobs") }
    return entries.compactMap { entry in
      let (name, comment) = (entry["name"]?.text ?? "", comment(of: entry))
      guard isWanted(name, comment) else { return nil }
      return job(entry, name: name, comment: comment)
    }
  }

  /// Newer versions have an object of three comments.
  private static func comment(of entry: JSONValue) -> String {
    entry["comment"]?.text ?? entry["comment"]?["job"]?.text ?? ""
  }

  private static func job(_ entry: JSONValue, name: String, comment: String) -> SlurmJob? {
    guard let identifier = number(entry["job_id"]) else { return nil }
    let state = entry["job_state"]?.elements?.compactMap(\.text) ?? [entry["job_state"]?.text ?? ""]
    var job = SlurmJob(identifier: identifier, name: name, comment: comment, state: SlurmState(words: state))
    // No array has the number 0.
    job.array = number(entry["array_job_id"]).flatMap { $0 > 0 ? $0 : nil }
    if job.array != nil {
      let waiting = entry["array_task_string"]?.text ?? ""
      // An entry for waiting tasks has no number of its own; a version of Slurm gives it the first one's.
      job.waiting = waiting.isEmpty ? nil : SlurmTaskSet(waiting)
      job.task = job.waiting == nil ? number(entry["array_task_id"]) : nil
    }
    job.reason = entry["state_reason"]?.text ?? ""
    job.exit = exit(entry["exit_code"])
    job.node = entry["batch_host"]?.text ?? entry["nodes"]?.text ?? ""
    job.timeLimit = number(entry["time_limit"]).flatMap { $0 <= Int.max / 60 ? $0 * 60 : nil }
    job.memoryPerNode = number(entry["memory_per_node"])
    job.memoryPerCore = number(entry["memory_per_cpu"])
    job.allocated = entry["tres_alloc_str"]?.text ?? ""
    if job.state.isFinal, let start = number(entry["start_time"]), let end = number(entry["end_time"]), start > 0 {
      job.elapsed = max(0, end.subtractingReportingOverflow(start).partialValue)
    }
    return job
  }

  /// A number that is set; nil for null, for what is not set, and for what has no end.
  private static func number(_ value: JSONValue?) -> Int? {
    if let plain = value?.integer { return plain >= 0 ? plain : nil }
    guard let value, value["set"] == .bool(true), value["infinite"] != .bool(true) else { return nil }
    return value["number"]?.integer.flatMap { $0 >= 0 ? $0 : nil }
  }

  private static func exit(_ value: JSONValue?) -> SlurmExit? {
    if let waitStatus = value?.integer { return waitStatus >= 0 ? SlurmExit(waitStatus: waitStatus) : nil }
    guard let value, value.members != nil else { return nil }
    let signal = number(value["signal"]?["id"] ?? value["signal"]?["signal_id"]) ?? 0
    guard let status = number(value["return_code"]) ?? (signal > 0 ? 0 : nil) else { return nil }
    return SlurmExit(status: status, signal: signal)
  }
}
