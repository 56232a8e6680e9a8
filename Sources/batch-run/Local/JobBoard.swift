import MillraceCore

/// Where a job stands while it is worked on, for all its threads: what is to be done, by whom, and what has come of it. All
/// that happens goes into the journal first.
final class JobBoard: Sendable {
  private let job: OwnedJob
  private let state: SharedState<State>
  private let pauses = RetryPolicy()
  private let random: @Sendable () -> UInt64
  let settings: JobSettings
  /// Is told of the recovery attempt, on whichever thread; it must not take long.
  private let recovered: @Sendable (JobEvent.Recovery, JobRecord.Counts) -> Void

  /// What ends the work.
  enum End: Sendable {
    case done
    /// Chunks have failed for good, and the job goes no further.
    case failed
    case cancelled(reason: String)
    /// Another process goes on with the job, when what it waits for has ended.
    case handedOver(to: String)
    case failure(Failure)
  }

  /// What a worker is to do.
  struct Work: Sendable {
    var cut: CutChunk
    var attempt: Int
    /// The job's last try, alone and with twice the memory.
    var isRecovery: Bool
  }

  /// Chunks get digests while the input is cut.
  let isHashed: Bool

  /// - Parameters:
  ///   - record: The job as it is found.
  ///   - input: What will be cut; nil when all of it was cut before.
  init(
    _ job: OwnedJob, _ record: JobRecord, settings: JobSettings, workers: Int, cutting input: RecordedInput?,
    random: @escaping @Sendable () -> UInt64,
    recovered: @escaping @Sendable (JobEvent.Recovery, JobRecord.Counts) -> Void
  ) {
    self.recovered = recovered
    self.job = job
    self.settings = settings
    isHashed = input?.marksDigests ?? false
    self.random = random
    // Chunks of the input that can be worked on only when they were cut again.
    let heldBack = input == nil ? [] : job.chunksToCutAgain(record, isHashed: isHashed)
    let waiting = record.chunks.values.filter { $0.progress == .waiting }.map(\.identifier)
    let exhausted = record.chunks.values.filter { $0.progress == .exhausted }.map(\.identifier)
    let held = Dictionary(grouping: waiting.filter { heldBack.contains($0.root) }, by: \.root)
    state = SharedState(
      State(
        record: record, waiting: ChunkQueue(waiting.filter { !heldBack.contains($0.root) }), heldBack: held,
        exhausted: Set(exhausted), workers: workers))
  }

  /// Looks at where the job stands.
  func look<Result, Problem: Error>(_ body: (JobRecord) throws(Problem) -> Result) throws(Problem) -> Result {
    try state.access { (state: inout State) throws(Problem) -> Result in try body(state.record) }
  }

  // MARK: Events

  /// Writes events to the journal. A journal that cannot be written ends the job.
  func tell(_ events: [JobEvent]) throws(Failure) {
    try state.change { state throws(Failure) in try tell(events, &state) }
  }

  private func tell(_ events: [JobEvent], _ state: inout State) throws(Failure) {
    do throws(Failure) {
      for line in try job.journal.append(events) { state.record.apply(line) }
    } catch {
      state.end = state.end ?? .failure(error)
      throw error
    }
  }

  // MARK: Cutting

  /// Waits until there are few enough chunks in front of the workers; false when the work has ended.
  func waitForRoom(beyond ahead: Int) -> Bool {
    state.wait { state in
      if state.end != nil { return false }
      return state.waiting.count < state.workers + ahead ? true : nil
    }
  }

  /// Takes in a chunk that was cut, its file being there.
  func add(_ cut: CutChunk) throws(Failure) {
    try state.change { state throws(Failure) in
      try tell([.cut(cut)], &state)
      state.waiting.insert(cut.identifier)
    }
  }

  /// Whether a chunk of the input is wanted again.
  func isHeldBack(_ chunk: ChunkIdentifier) -> Bool { state.access { $0.heldBack[chunk] != nil } }

  /// Takes note that a chunk that was held back has its file, and its halves have theirs.
  func release(_ chunk: ChunkIdentifier) {
    state.change { state in
      for part in state.heldBack.removeValue(forKey: chunk) ?? [] { state.waiting.insert(part) }
    }
  }

  /// Waits until the digest of the input up to the end of a chunk is in the journal: what is finished without it, nobody
  /// could tell from the result of another input.
  ///
  /// - Returns: false when the work has ended before it came.
  func waitForDigest(of chunk: ChunkIdentifier) -> Bool {
    // Asked first, so that nobody is woken for what is known already.
    guard isHashed, state.access({ $0.record.chunks[chunk.root]?.digestThrough == nil }) else { return true }
    return state.wait { state in
      if state.record.chunks[chunk.root]?.digestThrough != nil { return true }
      return state.end != nil ? false : nil
    }
  }

  /// No more chunks will come.
  func endOfCutting(_ end: InputEnd?) throws(Failure) {
    try state.change { state throws(Failure) in
      if let end { try tell([.inputEnded(end)], &state) }
      state.isCut = true
    }
  }

  // MARK: Working

  /// Waits for something to do; nil when there will be nothing more.
  func take(worker: Int) throws(Failure) -> Work? {
    let answer: Work?? = try state.wait(pause: 0.2) { state throws(Failure) -> Work?? in
      try advance(&state)
      if state.end != nil || state.isHalted { return .some(nil) }
      guard let chunk = next(for: worker, &state), let known = state.record.chunks[chunk] else { return nil }
      let attempt = known.attempts.count + 1
      try tell(
        [.started(StartedAttempt(chunk: chunk, attempt: attempt, worker: worker, host: hostName()))], &state)
      state.running.insert(chunk)
      return Work(cut: known.cut, attempt: attempt, isRecovery: state.phase == .recovering)
    }
    return answer ?? nil
  }

  /// Takes all there is to do now, without waiting for more, for workers that are not of this machine.
  func takeAll() throws(Failure) -> [Work] {
    try state.change { state throws(Failure) in
      try advance(&state)
      guard state.end == nil else { return [] }
      var chunks: [ChunkIdentifier] = []
      switch state.phase {
      case .draining: break
      case .recovering: if state.running.isEmpty { chunks = state.exhausted.sorted() }
      case .working:
        chunks = state.waiting.takeAll(at: Clock.monotonicSeconds())
      }
      let works = chunks.compactMap { chunk in
        state.record.chunks[chunk].map {
          Work(cut: $0.cut, attempt: $0.attempts.count + 1, isRecovery: state.phase == .recovering)
        }
      }
      state.running.formUnion(works.map(\.cut.identifier))
      return works
    }
  }

  /// Gives back what was taken and not begun.
  func giveBack(_ work: Work) {
    state.change { state in
      state.running.remove(work.cut.identifier)
      if !work.isRecovery { state.waiting.insert(work.cut.identifier) }
    }
  }

  private func next(for worker: Int, _ state: inout State) -> ChunkIdentifier? {
    switch state.phase {
    case .draining: return nil
    case .recovering:
      guard state.running.isEmpty else { return nil }
      return state.exhausted.min()
    case .working:
      // At least one goes on, however low the number of workers.
      guard state.running.count < max(1, state.workers), !state.isHeld else { return nil }
      return state.waiting.take(at: Clock.monotonicSeconds())
    }
  }

  /// Goes over to the next phase, or to the end, when it is time.
  private func advance(_ state: inout State) throws(Failure) {
    guard state.end == nil, state.running.isEmpty else { return }
    switch state.phase {
    case .working:
      guard state.isCut, state.waiting.isEmpty else { return }
      guard !state.exhausted.isEmpty else {
        state.end = .done
        return
      }
      try tell([.recovery(.begun)], &state)
      state.phase = .recovering
    case .draining:
      try tell([.recovery(.begun)], &state)
      state.phase = .recovering
    case .recovering:
      guard state.exhausted.isEmpty else { return }
      let failed = state.record.counts.failed
      let recovery = failed == 0 ? JobEvent.Recovery.succeeded : .failed
      try tell([.recovery(recovery)], &state)
      recovered(recovery, state.record.counts)
      state.phase = .working
      if failed > mostFailures { state.end = .failed }
    }
  }

  /// How many chunks may fail for good while the job goes on.
  private var mostFailures: Int {
    switch settings.onFailure {
    case .abort: 0
    case .continue: .max
    case .atMost(let count): count
    }
  }

  /// Takes in how an attempt ended, after its result, if there is one, has its name.
  ///
  /// - Parameter halves: What the chunk was split into, because it was too large for the memory.
  /// - Returns: why the chunk has failed for good; nil when it has not.
  func finish(_ work: Work, _ end: AttemptEnd, halves: (CutChunk, CutChunk)? = nil) throws(Failure) -> String? {
    try state.change { state throws(Failure) -> String? in
      state.running.remove(end.chunk)
      try tell([.ended(end)], &state)
      let chunk = end.chunk
      state.exhausted.remove(chunk)
      if end.outcome == .completed {
        state.unsynced.append(chunk)
        return nil
      }
      if let halves {
        try tell([.split(chunk, halves.0, halves.1)], &state)
        for half in [halves.0, halves.1] {
          // The job's own attempt is over only when both halves have had theirs.
          if work.isRecovery {
            state.exhausted.insert(half.identifier)
          } else {
            state.waiting.insert(half.identifier)
          }
        }
        return nil
      }
      guard end.outcome.isCounted else {
        if work.isRecovery { try exhaust(chunk, &state) } else { state.waiting.insert(chunk) }
        return nil
      }
      let reason = Self.reason(end)
      if work.isRecovery {
        try tell([.failed(chunk, reason: reason)], &state)
        return reason
      }
      let counted = state.record.chunks[chunk]?.countedAttempts ?? 0
      if counted <= settings.retries {
        let pause = pauses.pause(beforeRetry: counted, retryAfter: nil, random: random)
        state.waiting.insert(chunk, restingUntil: Clock.monotonicSeconds() + pause)
      } else {
        try exhaust(chunk, &state)
        let lost = state.exhausted.count + state.record.counts.failed
        if state.phase == .working, lost > mostFailures { state.phase = .draining }
      }
      return nil
    }
  }

  private func exhaust(_ chunk: ChunkIdentifier, _ state: inout State) throws(Failure) {
    try tell([.exhausted(chunk)], &state)
    state.exhausted.insert(chunk)
  }

  /// What went wrong, with the command's last words.
  static func reason(_ end: AttemptEnd) -> String {
    end.outcome.description + (end.lastWords.isEmpty ? "" : "; it said: \(end.lastWords)")
  }

  // MARK: Results

  /// What has become of a chunk of the input: the chunk, or its parts, in order.
  enum Settled: Sendable {
    case chunks([ChunkRecord])
    /// There is no such chunk, and there will be none.
    case end
    /// The work has ended before it was settled.
    case stopped(End)
  }

  /// Waits until the chunk with this number is completed or has failed for good.
  func settled(_ index: Int) throws(Failure) -> Settled {
    try state.wait(pause: 1) { state throws(Failure) -> Settled? in
      if let leaves = state.record.leaves(of: ChunkIdentifier(index)) {
        if leaves.allSatisfy(\.isSettled) {
          // Whether the job goes on without a chunk is known only when its recovery attempt is over.
          let isWhole = leaves.allSatisfy { $0.progress == .completed }
          if isWhole || settings.onFailure == .continue { return .chunks(leaves) }
          if case .done = state.end { return .chunks(leaves) }
        }
      } else if state.isCut {
        try advance(&state)
        switch state.end {
        case nil: return nil
        case .done: return .end
        case let end?: return .stopped(end)
        }
      }
      switch state.end {
      case nil, .done: return nil
      case let end?: return state.running.isEmpty ? .stopped(end) : nil
      }
    }
  }

  // MARK: Stopping and steering

  /// Ends the work; the first reason counts.
  func stop(_ end: End) { state.change { $0.end = $0.end ?? end } }

  /// Has nothing more begun; whoever waits for results waits on.
  func halt() { state.change { $0.isHalted = true } }

  /// Takes note that a worker gave up with an attempt in its hands, or behind it.
  func abandon(_ work: Work) { state.change { _ = $0.running.remove(work.cut.identifier) } }

  /// Takes note that whoever took all that there was gave up.
  func abandonAll() { state.change { $0.running = [] } }

  /// What is worth telling once, however often it happens.
  enum Remark: Hashable {
    case readNothing
  }

  func tellOnce(_ remark: Remark, _ tell: (String) -> Void) {
    guard state.access({ $0.told.insert(remark).inserted }) else { return }
    switch remark {
    case .readNothing: tell("the command reads nothing of its chunks, or not as a stream")
    }
  }

  var end: End? { state.access { $0.end } }

  /// The work has ended before it was done: attempts that run are of no use any more.
  var mustStop: Bool {
    switch end {
    case .cancelled, .failure: true
    case .done, .failed, .handedOver, nil: false
    }
  }

  /// Chunks that were completed since this was asked last.
  func takeUnsynced() -> [ChunkIdentifier] {
    state.access { state in
      defer { state.unsynced = [] }
      return state.unsynced
    }
  }

  /// Waits until no attempt runs any more.
  func waitForWorkers() { _ = state.wait { $0.running.isEmpty ? true : nil } }

  func setWorkers(_ count: Int, reason: String) throws(Failure) {
    try state.change { state throws(Failure) in
      guard state.workers != count else { return }
      state.workers = count
      try tell([.workers(count, reason: reason)], &state)
    }
  }

  func hold(_ isHeld: Bool) { state.change { $0.isHeld = isHeld } }

  /// Nothing more is to be begun before what runs has ended.
  var isDraining: Bool { state.access { $0.phase == .draining } }

  /// Whether all of the input was cut, and how many chunks wait for their next attempt.
  var supply: (isCut: Bool, waiting: Int) { state.access { ($0.isCut, $0.waiting.count) } }

  /// Workers that there are to be, attempts that run, and whether this is the recovery attempt.
  var activity: (workers: Int, running: Int, isRecovering: Bool) {
    state.access { ($0.workers, $0.running.count, $0.phase == .recovering) }
  }
}
