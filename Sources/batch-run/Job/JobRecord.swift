import MillraceCore

/// A chunk as the journal tells of it.
struct ChunkRecord: Sendable {
  enum Progress: Sendable, Equatable {
    /// Waits for a worker.
    case waiting
    case running(StartedAttempt, since: Timestamp)
    case completed
    /// Its attempts are used up; the recovery attempt is left.
    case exhausted
    case failed(reason: String)
    /// Its halves are chunks of their own.
    case split
  }

  var cut: CutChunk
  /// Of the input up to its end.
  var digestThrough: SHA256Digest?
  var progress = Progress.waiting
  /// Those that have ended, in order.
  var attempts: [AttemptEnd] = []
  /// Attempts before this number belong to an earlier round: before a resume or a retry.
  var attemptsOfEarlierRounds = 0

  var identifier: ChunkIdentifier { cut.identifier }

  /// Attempts of this round that count.
  var countedAttempts: Int { attempts.dropFirst(attemptsOfEarlierRounds).count { $0.outcome.isCounted } }

  /// The attempt that gave the result.
  var completion: AttemptEnd? { progress == .completed ? attempts.last { $0.outcome == .completed } : nil }

  /// - Parameter job: the state of the job.
  func state(in job: JobState) -> JobState {
    switch progress {
    case .waiting, .exhausted: job == .cancelled ? .cancelled : job == .created ? .created : .queued
    case .running: job.isFinal ? .cancelled : .running
    case .completed, .split: .completed
    case .failed: .failed
    }
  }
}

/// A job as its journal tells of it: what all commands look at.
struct JobRecord: Sendable {
  let specification: JobSpecification
  private(set) var state = JobState.created
  /// Why it has that state, where there is something to say.
  private(set) var stateReason: String?
  /// When it came to each state, in order.
  private(set) var states: [(state: JobState, time: Timestamp)] = []
  /// When owners that were killed at work were last heard of.
  private(set) var ownersLastSeen: [Timestamp] = []
  private(set) var chunks: [ChunkIdentifier: ChunkRecord] = [:]
  /// Chunks that were cut off the input; halves are not counted.
  private(set) var cutCount = 0
  /// Nil until the input's first bytes were read.
  private(set) var table: JobTable?
  /// Nil until the input was read to its end.
  private(set) var inputEnd: InputEnd?
  /// The machine's start since which chunks were written over the files of finished ones; nil when none were.
  private(set) var overwritingBoot: String?
  /// What is run now; `retry` may have changed it.
  private(set) var command: [String]
  /// Commands before it, with the moment from which on they were not run any more.
  private var earlierCommands: [(command: [String], until: Timestamp)] = []
  /// Changes of the number of workers.
  private(set) var workerChanges: [(count: Int, reason: String, time: Timestamp)] = []
  private(set) var alerts: [(channel: String, event: String, error: String?, time: Timestamp)] = []
  private(set) var recoveries: [(recovery: JobEvent.Recovery, time: Timestamp)] = []
  private(set) var notes: [(note: String, time: Timestamp)] = []
  /// Who worked on the job, the present owner last.
  private(set) var owners: [(process: Int, host: String, time: Timestamp)] = []
  /// Slurm's job ids.
  private(set) var slurmJobs: [String] = []
  /// Results that were written to standard output, of chunks in order.
  private(set) var delivered = (chunks: 0, bytes: 0)
  private(set) var lastTime: Timestamp

  init(_ specification: JobSpecification) {
    self.specification = specification
    command = specification.command
    lastTime = specification.created
    states = [(.created, specification.created)]
  }

  /// All chunks in the input's order; one that was split stands before its halves.
  var orderedChunks: [ChunkRecord] { chunks.values.sorted { $0.identifier < $1.identifier } }

  mutating func apply(_ line: JournalLine) {
    let time = line.time
    let timeBefore = lastTime
    lastTime = max(lastTime, time)
    switch line.event {
    case .owner(let process, let host):
      owners.append((process, host, time))
      if state.isFinal {
        // It is taken up again.
        state = .created
        stateReason = nil
        states.append((.created, time))
      } else if state == .running, slurmJobs.isEmpty {
        // Nobody has worked on the job since. Tasks on Slurm may have.
        ownersLastSeen.append(timeBefore)
      }
      // What an earlier owner was working on, nobody works on now.
      for (identifier, chunk) in chunks {
        if case .running = chunk.progress { chunks[identifier]?.progress = .waiting }
      }
    case .state(let state, let reason):
      self.state = state
      stateReason = reason
      states.append((state, time))
    case .opened(let table): self.table = table
    case .cut(let cut):
      if chunks.updateValue(ChunkRecord(cut: cut), forKey: cut.identifier) == nil { cutCount += 1 }
    case .hashed(let chunk, let digest): chunks[chunk]?.digestThrough = digest
    case .inputEnded(let end): inputEnd = end
    case .overwriting(let boot): overwritingBoot = boot
    case .started(let start): chunks[start.chunk]?.progress = .running(start, since: time)
    case .ended(let end):
      chunks[end.chunk]?.attempts.append(end)
      chunks[end.chunk]?.progress = end.outcome == .completed ? .completed : .waiting
    case .split(let chunk, let first, let second):
      chunks[chunk]?.progress = .split
      for part in [first, second] { chunks[part.identifier] = ChunkRecord(cut: part) }
    case .exhausted(let chunk): chunks[chunk]?.progress = .exhausted
    case .failed(let chunk, let reason): chunks[chunk]?.progress = .failed(reason: reason)
    case .revived: revive()
    case .recovery(let recovery): recoveries.append((recovery, time))
    case .command(let words):
      earlierCommands.append((command, time))
      command = words
    case .workers(let count, let reason): workerChanges.append((count, reason, time))
    case .alert(let channel, let event, let error): alerts.append((channel, event, error, time))
    case .synced: break
    case .delivered(let chunks, let bytes): delivered = (chunks, bytes)
    case .submitted(let jobs, _): slurmJobs += jobs
    case .note(let note): notes.append((note, time))
    }
  }

  /// What gave a chunk its result; what is run now when there is none.
  func command(of chunk: ChunkRecord) -> [String] {
    guard let start = chunk.completion?.start else { return command }
    return earlierCommands.first { start < $0.until }?.command ?? command
  }

  /// What was finished can be compared with an input that is read again.
  var isKnownByDigests: Bool {
    chunks.values.allSatisfy { chunk in
      chunk.progress != .completed || chunks[chunk.identifier.root]?.digestThrough != nil
    }
  }

  private mutating func revive() {
    for (identifier, chunk) in chunks {
      switch chunk.progress {
      case .failed, .exhausted: chunks[identifier]?.progress = .waiting
      default: break
      }
      chunks[identifier]?.attemptsOfEarlierRounds = chunk.attempts.count
    }
  }

  /// A chunk whose result turned out not to be there: it is worked on again.
  mutating func forgetResult(of chunk: ChunkIdentifier) { chunks[chunk]?.progress = .waiting }
}

// MARK: Sums

extension JobRecord {
  /// How many chunks there are of each kind; one that was split is none.
  struct Counts: Sendable, Equatable {
    var waiting = 0
    var running = 0
    var completed = 0
    var failed = 0
    var all: Int { waiting + running + completed + failed }
    /// Attempts after a chunk's first.
    var retries = 0
    /// Bytes of the files of all chunks, and of the completed ones.
    var bytes = 0
    var completedBytes = 0
    var records = 0
    var completedRecords = 0
  }

  var counts: Counts {
    var counts = Counts()
    for chunk in chunks.values {
      counts.retries += max(0, chunk.attempts.count - 1)
      switch chunk.progress {
      case .split: continue
      case .waiting, .exhausted: counts.waiting += 1
      case .running: counts.running += 1
      case .completed:
        counts.completed += 1
        counts.completedBytes += chunk.cut.bytes
        counts.completedRecords += chunk.cut.records
      case .failed: counts.failed += 1
      }
      counts.bytes += chunk.cut.bytes
      counts.records += chunk.cut.records
    }
    return counts
  }

  /// Whether all of the result was written: a job that ended without the chunks that had failed is completed, and not done.
  var isDone: Bool {
    state == .completed && chunks.values.allSatisfy { $0.progress == .completed || $0.progress == .split }
  }

  /// Chunks that have failed for good, in order.
  var failedChunks: [ChunkRecord] {
    chunks.values.filter { chunk in
      if case .failed = chunk.progress { true } else { false }
    }.sorted { $0.identifier < $1.identifier }
  }
}
