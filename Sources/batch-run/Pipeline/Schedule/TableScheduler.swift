import MillraceCore

/// Schedules that are lines of one table a user: `crontab` and Slurm's `scrontab`.
struct TableScheduler: Scheduler {
  enum Table: Sendable, Equatable {
    case cron
    case slurm(options: String?)
  }

  let command: String
  let table: Table

  func text(_ pipeline: ScheduledPipeline) throws(Failure) -> String {
    try lines(pipeline).map { $0 + "\n" }.joined()
  }

  func install(_ pipeline: ScheduledPipeline) throws(Failure) {
    let before = try read()
    var after = before
    let lines = try lines(pipeline)
    let entry = lines.last ?? ""
    if let earlier = try before.lines(of: pipeline.name)?.last, let file = words(entry).last,
      words(earlier).last != file
    {
      throw nameIsTaken(pipeline.name, by: words(earlier).last ?? earlier)
    }
    try after.set(lines, for: pipeline.name)
    guard after != before else { return }
    try write(after)
    guard try read().lines(of: pipeline.name) == lines else {
      throw Failure(.serviceUnavailable, "\(command) took the lines, and does not show them again")
    }
  }

  func remove(_ name: String) throws(Failure) -> Bool {
    let before = try read()
    var after = before
    try after.remove(name)
    guard after != before else { return false }
    if after.bytes.isEmpty {
      _ = try runScheduler([command, "-r"])
    } else {
      try write(after)
    }
    return true
  }

  func has(_ name: String) throws(Failure) -> Bool { try read().lines(of: name) != nil }

  private func lines(_ pipeline: ScheduledPipeline) throws(Failure) -> [String] {
    switch table {
    case .cron: try pipeline.crontabLines()
    case .slurm(let options): try pipeline.scrontabLines(slurmOptions: options)
    }
  }

  /// The words of an entry, of which the last is the pipeline file.
  private func words(_ entry: String) -> [String] {
    // The times are no words for a shell, and cron's percent signs no others than the shell's.
    let command = entry.split(separator: " ", maxSplits: 5).last ?? ""
    return (try? CommandWords.split(String(command))) ?? []
  }

  /// The table as it is; empty when there is none.
  private func read() throws(Failure) -> TableText {
    let outcome = try ShortCommand(arguments: [command, "-l"]).run()
    if outcome.isSuccess { return TableText(outcome.output) }
    // A user without a table is told so, with status 1.
    if outcome.output.isEmpty, outcome.error.lowercased().contains("no crontab") { return TableText([]) }
    throw Failure(.serviceUnavailable, "\(command) -l failed: \(outcome.words)")
  }

  private func write(_ text: TableText) throws(Failure) {
    switch table {
    case .cron: _ = try runScheduler([command, "-"], input: text.bytes)
    case .slurm:
      // It reads no standard input, and the file may lie only where it can read it.
      let path = "\(temporaryFolder())/.millrace-scrontab-\(Surroundings.ofThisProcess().random())"
      defer { removeTree(path) }
      try AtomicFile.write(ByteBuffer(text.bytes), to: path, permissions: 0o600)
      _ = try runScheduler([command, path])
    }
  }
}
