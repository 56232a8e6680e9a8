import MillraceCore

/// An attempt as it is drawn.
struct AttemptSpan: Sendable, Equatable {
  /// What is told apart in pictures, the most common first.
  enum Kind: String, Sendable, CaseIterable, Comparable {
    case completed, retried, running, lost, failed

    var label: String {
      switch self {
      case .completed: "completed at the first attempt"
      case .retried: "completed at a later attempt"
      case .running: "at work"
      case .lost: "lost or stopped, not counted"
      case .failed: "failed"
      }
    }

    static func < (one: Kind, other: Kind) -> Bool { one.rank < other.rank }

    /// What matters more is seen where several share a place.
    private var rank: Int {
      switch self {
      case .completed: 0
      case .running: 1
      case .retried: 2
      case .lost: 3
      case .failed: 4
      }
    }
  }

  var kind: Kind
  var chunk: ChunkIdentifier
  var attempt: Int
  /// Seconds since the report's beginning.
  var start: Double
  var end: Double
  var host: String
  var worker: Int
  /// In bytes.
  var memory: Int
  /// How it ended.
  var outcome: String
}

/// All attempts at a job's chunks, and the time that they take up.
struct AttemptHistory: Sendable {
  /// In the order of their beginnings.
  let spans: [AttemptSpan]
  let began: Timestamp
  /// Seconds from the first beginning to the last end, or to the moment of the report; more than 0.
  let length: Double

  init(_ overview: JobOverview) {
    let record = overview.record
    let end = overview.ownership.isLast ? record.lastTime : overview.time
    var began: Timestamp?
    for chunk in record.chunks.values {
      for attempt in chunk.attempts { began = min(began ?? attempt.start, attempt.start) }
      if case .running(_, let since) = chunk.progress { began = min(began ?? since, since) }
    }
    let first = began ?? record.states.first { $0.state == .running }?.time ?? record.specification.created
    var spans: [AttemptSpan] = []
    for chunk in record.chunks.values {
      for attempt in chunk.attempts { spans.append(AttemptSpan(attempt, since: first)) }
      if case .running(let start, let since) = chunk.progress {
        spans.append(
          AttemptSpan(
            kind: .running, chunk: start.chunk, attempt: start.attempt, start: since.since(first),
            end: max(since.since(first), end.since(first)), host: start.host, worker: start.worker, memory: 0,
            outcome: overview.ownership.isLast ? "was cut off" : "is at work"))
      }
    }
    self.init(spans: spans, began: first)
  }

  init(spans: [AttemptSpan], began: Timestamp) {
    self.spans = spans.sorted { ($0.start, $0.chunk, $0.attempt) < ($1.start, $1.chunk, $1.attempt) }
    self.began = began
    length = max(spans.map(\.end).max() ?? 0, 0.001)
  }

  /// The attempts of each worker, in the order of hosts and workers.
  var rows: [(host: String, worker: Int, spans: [AttemptSpan])] {
    struct Place: Hashable {
      var host: String
      var worker: Int
    }
    return Dictionary(grouping: spans) { Place(host: $0.host, worker: $0.worker) }
      .sorted { ($0.key.host, $0.key.worker) < ($1.key.host, $1.key.worker) }
      .map { ($0.key.host, $0.key.worker, $0.value) }
  }
}

extension AttemptSpan {
  fileprivate init(_ attempt: AttemptEnd, since began: Timestamp) {
    kind =
      switch attempt.outcome {
      case .completed: attempt.attempt > 1 ? .retried : .completed
      case let outcome: outcome.isCounted ? .failed : .lost
      }
    chunk = attempt.chunk
    self.attempt = attempt.attempt
    start = max(0, attempt.start.since(began))
    end = max(start, attempt.end.since(began))
    host = attempt.host
    worker = attempt.worker
    memory = attempt.peakMemory
    outcome = attempt.outcome.description
  }
}
