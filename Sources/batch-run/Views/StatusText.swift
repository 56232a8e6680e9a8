import MillraceCore

/// What `status` tells of a job to a person.
struct StatusText {
  let overview: JobOverview
  let figures: JobFigures
  /// What the person types to mean the job.
  let name: String

  init(_ overview: JobOverview, name: String) {
    self.overview = overview
    self.name = name
    figures = JobFigures(overview)
  }

  private static let mostFailedChunks = 20
  private var record: JobRecord { overview.record }
  private var settings: JobSettings { record.specification.settings }

  // MARK: A page

  /// Lines with a word in front of each.
  var page: String {
    var lines: [(label: String, text: String)] = [
      ("job", printable(overview.identifier)), ("state", state),
      ("command", printable(CommandLineText.quoting(CommandLineText.redacting(record.command)))),
      ("folder", printable(overview.folder.path)),
    ]
    if let owner { lines.append(("owner", owner)) }
    lines.append(("progress", figures.line(isInputWhole: record.inputEnd != nil)))
    lines.append(("chunks", chunks))
    if let failing { lines.append(("failing", failing)) }
    if let workers { lines.append(("workers", workers)) }
    if !memory.isEmpty { lines.append(("memory", memory)) }
    if let queue { lines.append(("queue", queue)) }
    lines += failures.map { ("failed", $0) }
    lines += remarks.map { ("note", $0) }
    return lines.map { "\(Self.label($0.label))\($0.text)\n" }.joined()
  }

  private static func label(_ word: String) -> String { word + String(repeating: " ", count: max(1, 14 - word.count)) }

  /// `Running since 2026-11-21T18:45:03.000Z, for 12:10`.
  private var state: String {
    let since = record.states.last?.time ?? record.specification.created
    var text = "\(record.state.rawValue) \(record.state.isFinal ? "at" : "since") \(since)"
    if let elapsed = figures.elapsed {
      text += record.state.isFinal ? ", after \(clockTime(elapsed))" : ", at work for \(clockTime(elapsed))"
    }
    if let reason = record.stateReason { text += ": \(printable(reason))" }
    return text
  }

  private var owner: String? {
    switch overview.ownership {
    case .owned(let who): who
    case .onSlurm(let jobs): "Slurm, \(jobs.count == 1 ? "job" : "jobs") \(namingFirst(jobs.map { printable($0) }))"
    case .abandoned(let who):
      "its process is gone: batch-run resume \(name) goes on" + (who.map { " (it was \($0))" } ?? "")
    case .ended: nil
    }
  }

  /// `430 completed, 2 running, 565 waiting, 3 failed; 17 retries; 4 split`.
  private var chunks: String {
    let counts = figures.counts
    var running = "running"
    if case .abandoned = overview.ownership { running = "cut off" }
    var text =
      "\(counts.completed) completed, \(counts.running) \(running), \(counts.waiting) waiting, \(counts.failed) failed"
    if counts.retries > 0 { text += "; \(counted(counts.retries, "retry", "retries"))" }
    if figures.splits > 0 { text += "; \(figures.splits) split" }
    return text
  }

  /// `2 chunks so far; the last attempt, at chunk 00042: ended with status 2; it said: no such column`: chunks that may still
  /// succeed.
  private var failing: String? {
    let chunks = failingChunks
    let attempts = chunks.compactMap { chunk in chunk.attempts.last { $0.outcome.isCounted } }
    guard let last = attempts.max(by: { $0.end < $1.end }) else { return nil }
    return
      "\(counted(chunks.count, "chunk")) so far; the last attempt, at chunk \(last.chunk): "
      + printable(JobBoard.reason(last))
  }

  private var failingChunks: [ChunkRecord] {
    guard !record.state.isFinal else { return [] }
    return record.chunks.values.filter { $0.progress != .split && !$0.isSettled && $0.countedAttempts > 0 }
  }

  private var workers: String? {
    guard let workers = figures.workers else { return nil }
    let numbers = workers.now == workers.wanted ? "\(workers.now)" : "\(workers.now) of \(workers.wanted)"
    return numbers + (figures.workersReason.isEmpty ? "" : ": \(printable(figures.workersReason))")
  }

  /// `1.2 GB now, 512.0 MB at most in a chunk, limit 2G a worker; load 2.4`.
  private var memory: String {
    var parts: [String] = []
    if let memory = overview.live?.memory { parts.append("\(decimal(Double(memory), "B")) now") }
    // Commands that end at once are not seen.
    if figures.peakMemory > 0 { parts.append("\(decimal(Double(figures.peakMemory), "B")) at most in a chunk") }
    if let limit = settings.memoryPerWorker { parts.append("limit \(ByteCount(limit)) a worker") }
    return parts.joined(separator: ", ") + (overview.live?.load.map { "; load \(($0 * 10).rounded() / 10)" } ?? "")
  }

  private var queue: String? {
    guard let queue = overview.live?.queue else { return nil }
    let wait = queue.estimatedWaitSeconds.map { ", it starts in about \(clockTime($0))" } ?? ""
    return "place \(queue.position)\(wait)"
  }

  /// A line for each failed chunk, as far as there is room.
  private var failures: [String] {
    guard figures.counts.failed > 0 else { return [] }
    let chunks = record.failedChunks
    let rest = chunks.count - Self.mostFailedChunks
    return chunks.prefix(Self.mostFailedChunks).map { FailedChunk($0).text }
      + (rest > 0 ? ["\(rest) more: batch-run logs --failed \(name)"] : [])
  }

  private var remarks: [String] {
    var remarks: [String] = []
    switch record.recoveries.last?.recovery {
    case .begun: remarks.append("the recovery attempt began at \(record.recoveries.last?.time.description ?? "")")
    case .succeeded: remarks.append("the recovery attempt was a success")
    case .failed: remarks.append("the recovery attempt failed")
    case nil: break
    }
    if let alert = record.alerts.last(where: { $0.error != nil }), let error = alert.error {
      remarks.append("an alert could not be sent by \(printable(alert.channel)): \(printable(error))")
    }
    if let note = record.notes.last { remarks.append(printable(note.note)) }
    let receipts = overview.receipts
    if receipts.unread > 0 { remarks.append("\(receipts.unread) receipts of tasks were not looked at") }
    if receipts.damaged > 0 { remarks.append("\(receipts.damaged) receipts of tasks are damaged") }
    return remarks
  }

  // MARK: A line

  /// `2026-11-21T18:45:08.000Z Running, 43 %, 430 of 1000 chunks, …, 2 workers, 3 failed`.
  var event: String {
    var parts = ["\(overview.time) \(record.state.rawValue)", figures.line(isInputWhole: record.inputEnd != nil)]
    if let workers = figures.workers { parts.append(counted(workers.now, "worker")) }
    if let queue { parts.append("queue: \(queue)") }
    if figures.counts.failed > 0 { parts.append("\(figures.counts.failed) failed") }
    if !failingChunks.isEmpty { parts.append("\(failingChunks.count) failing") }
    if case .abandoned = overview.ownership, let owner { parts.append(owner) }
    return parts.joined(separator: ", ") + "\n"
  }
}

/// A chunk that has failed for good, in words.
struct FailedChunk {
  let chunk: ChunkRecord

  init(_ chunk: ChunkRecord) { self.chunk = chunk }

  var reason: String {
    if case .failed(let reason) = chunk.progress { reason } else { "" }
  }

  var lastWords: String { chunk.attempts.last { !$0.lastWords.isEmpty }?.lastWords ?? "" }

  /// `00042 after 4 attempts: ended with status 2: no such column`.
  var text: String {
    let count = chunk.attempts.count
    let words = lastWords
    return printable(
      "\(chunk.identifier) after \(counted(count, "attempt")): \(reason)"
        + (words.isEmpty || reason.contains(words) ? "" : ": \(words)"))
  }
}
