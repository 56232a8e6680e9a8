import MillraceCore

/// Reads what `scontrol --oneliner show job` prints: a job a line, as words `Name=value`.
enum SlurmJobLines {
  static func jobs(in text: String) -> [SlurmJob] { text.split(separator: "\n").compactMap { job($0) } }

  private static func job(_ line: Substring) -> SlurmJob? {
    var values: [Substring: Substring] = [:]
    for word in line.split(separator: " ") {
      guard let equals = word.firstIndex(of: "=") else { continue }
      // A name or a comment may hold words that look like these, but the names that are asked for stand before them, or
      // are ours; the first one counts.
      let name = word[..<equals]
      if values[name] == nil { values[name] = word[word.index(after: equals)...] }
    }
    guard let identifier = values["JobId"].flatMap({ Int($0) }), let name = values["JobName"] else { return nil }
    var job = SlurmJob(
      identifier: identifier, name: String(name), comment: values["Comment"].map(String.init) ?? "",
      state: SlurmState(values["JobState"].map(String.init) ?? ""))
    job.array = values["ArrayJobId"].flatMap { Int($0) }
    if job.array != nil, let task = values["ArrayTaskId"] {
      job.task = Int(task)
      if job.task == nil { job.waiting = SlurmTaskSet(String(task)) }
    }
    job.reason = values["Reason"].map { $0 == "None" ? "" : String($0) } ?? ""
    job.exit = values["ExitCode"].flatMap { SlurmExit($0) }
    job.node =
      [values["BatchHost"], values["NodeList"]].compactMap { $0 }.first { $0 != "(null)" }.map(String.init) ?? ""
    job.timeLimit = values["TimeLimit"].flatMap { SlurmAmounts.seconds(String($0)) }
    job.memoryPerNode = values["MinMemoryNode"].flatMap { SlurmAmounts.mebibytes(String($0)) }
    job.memoryPerCore = values["MinMemoryCPU"].flatMap { SlurmAmounts.mebibytes(String($0)) }
    job.allocated = (values["AllocTRES"] ?? values["TRES"]).map { $0 == "(null)" ? "" : String($0) } ?? ""
    job.elapsed = values["RunTime"].flatMap { SlurmAmounts.seconds(String($0)) }
    return job
  }
}

/// Reads what sacct prints, a job or a step of one a line, as `format` names the columns.
enum SlurmAccountingLines {
  static let format = "JobID,JobName,State,ExitCode,ElapsedRaw,MaxRSS,NodeList,AllocTRES"

  static func jobs(in text: String) -> [SlurmJob] {
    var jobs: [SlurmJob] = []
    // What a job took is told of its steps, in the lines behind it.
    for line in text.split(separator: "\n") {
      let columns = line.split(separator: "|", omittingEmptySubsequences: false)
      guard columns.count == 8 else { continue }
      let parts = columns[0].split(separator: ".", maxSplits: 1)
      guard let label = parts.first else { continue }
      if parts.count > 1 {
        guard let memory = SlurmAmounts.bytes(String(columns[5])), let last = jobs.indices.last,
          jobs[last].label == label
        else { continue }
        jobs[last].peakMemory = max(jobs[last].peakMemory ?? 0, memory)
      } else if let job = job(label, columns) {
        jobs.append(job)
      }
    }
    return jobs
  }

  /// - Parameter label: `4711`, `4711_3`, or `4711_[4-7]` for tasks that wait.
  private static func job(_ label: Substring, _ columns: [Substring]) -> SlurmJob? {
    let parts = label.split(separator: "_", maxSplits: 1)
    guard let identifier = parts.first.flatMap({ Int($0) }) else { return nil }
    var job = SlurmJob(
      identifier: identifier, name: String(columns[1]), comment: "", state: SlurmState(String(columns[2])))
    if parts.count == 2 {
      job.array = identifier
      job.task = Int(parts[1])
      if job.task == nil {
        guard parts[1].hasPrefix("["), parts[1].hasSuffix("]") else { return nil }
        job.waiting = SlurmTaskSet(String(parts[1].dropFirst().dropLast()))
      }
    }
    job.exit = SlurmExit(columns[3])
    job.elapsed = Int(columns[4])
    job.node = String(columns[6])
    job.allocated = String(columns[7])
    return job
  }
}
