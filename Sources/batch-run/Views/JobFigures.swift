import MillraceCore

/// The numbers of a job at one moment.
struct JobFigures {
  var counts: JobRecord.Counts
  /// Chunks that were halved.
  var splits = 0
  /// Between 0 and 1, when it is known what the work will come to.
  var fraction: Double?
  /// Seconds in which somebody was at work on the job; nil for one that nobody was.
  var elapsed: Double?
  /// Bytes of chunks a second: now, or on the whole where nobody tells.
  var rate: Double?
  /// Seconds to the end, when that can be told.
  var remaining: Double?
  /// Those at work and those wanted; nil while nobody works on the job.
  var workers: (now: Int, wanted: Int)?
  /// Why there are as many workers; empty when there is nothing to say.
  var workersReason = ""
  /// Greatest resident memory of any attempt, in bytes.
  var peakMemory = 0
  /// Attempts that ended otherwise than they should, those included that do not count.
  var unsuccessfulAttempts = 0

  init(_ overview: JobOverview) {
    let record = overview.record
    counts = record.counts
    for chunk in record.chunks.values {
      if chunk.progress == .split { splits += 1 }
      for attempt in chunk.attempts {
        peakMemory = max(peakMemory, attempt.peakMemory)
        if attempt.outcome != .completed { unsuccessfulAttempts += 1 }
      }
    }
    fraction = Self.fraction(overview, counts)
    elapsed = Self.elapsed(record, until: overview.ownership.isLast ? record.lastTime : overview.time)
    switch overview.ownership {
    case .abandoned: return
    case .ended: rate = Self.mean(counts, elapsed)
    case .owned, .onSlurm:
      rate = overview.live?.rate ?? Self.mean(counts, elapsed)
      remaining = overview.live?.remainingSeconds
      if remaining == nil, overview.live == nil, record.inputEnd != nil, let rate, rate > 0 {
        remaining = Double(counts.bytes - counts.completedBytes) / rate
      }
    }
    if let live = overview.live {
      workers = (live.workers, live.targetWorkers)
      workersReason = live.reason
    } else if case .owned = overview.ownership, let change = record.workerChanges.last {
      workers = (counts.running, change.count)
      workersReason = change.reason
    } else if counts.running > 0 {
      workers = (counts.running, counts.running)
    }
  }

  /// The time between a stop or a kill and a resume does not count.
  private static func elapsed(_ record: JobRecord, until end: Timestamp) -> Double? {
    var sum: Double?
    var since: Timestamp?
    let changes = record.states.map { ($0.time, $0.state == .running) } + record.ownersLastSeen.map { ($0, false) }
    for (time, isAtWork) in changes.sorted(by: { $0.0 < $1.0 }) + [(end, false)] {
      if let since { sum = (sum ?? 0) + max(0, time.since(since)) }
      since = isAtWork ? time : nil
    }
    return sum
  }

  private static func mean(_ counts: JobRecord.Counts, _ elapsed: Double?) -> Double? {
    guard let elapsed, elapsed > 0 else { return nil }
    return Double(counts.completedBytes) / elapsed
  }

  private static func fraction(_ overview: JobOverview, _ counts: JobRecord.Counts) -> Double? {
    if overview.record.inputEnd != nil {
      if counts.all == 0 { return 1 }
      // By bytes, as chunks may differ in size.
      return counts.bytes > 0 ? min(1, Double(counts.completedBytes) / Double(counts.bytes)) : nil
    }
    // Part of the input is cut, and part of that is done.
    guard let live = overview.live, let total = live.totalBytes, total > 0, counts.bytes > 0 else { return nil }
    let read = min(1, Double(live.bytesRead) / Double(total))
    return read * min(1, Double(counts.completedBytes) / Double(counts.bytes))
  }
}

extension JobFigures {
  /// `43 %`; the last per cent is not rounded up.
  var percent: String? { fraction.map { "\(Int($0 * 100)) %" } }

  /// `430 of 1000 chunks`; with a plus while more may be cut.
  func chunksDone(isInputWhole: Bool) -> String {
    "\(counts.completed) of \(counts.all)\(isInputWhole ? "" : "+") \(counts.all == 1 ? "chunk" : "chunks")"
  }

  /// `43 %, 430 of 1000 chunks, 1.2 GB, 2100000 records, 310.0 MB/s, 12:10 left`.
  func line(isInputWhole: Bool) -> String {
    var parts = percent.map { [$0] } ?? []
    parts += [
      chunksDone(isInputWhole: isInputWhole), decimal(Double(counts.completedBytes), "B"),
      "\(counts.completedRecords) records",
    ]
    if let rate, rate.isFinite { parts.append(decimal(max(0, rate), "B/s")) }
    if let remaining { parts.append("\(clockTime(remaining)) left") }
    return parts.joined(separator: ", ")
  }
}
