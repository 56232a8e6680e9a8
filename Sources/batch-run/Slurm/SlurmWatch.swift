import Glibc
import MillraceCore

/// Works on a job on Slurm: submits what is to be done, and takes in what has come of it. Receipts tell the truth; what Slurm
/// says counts only for tasks that have ended without one.
///
/// Used on one thread.
final class SlurmWatch {
  let job: OwnedJob
  let board: JobBoard
  let submitter: SlurmSubmitter
  let rhythm: SlurmRhythm
  let clock: Clock
  let diagnostics: Diagnostics
  private let settlement: ChunkSettlement
  private var commands: SlurmCommands { submitter.commands }
  private var folder: SlurmFolder { submitter.folder }

  /// A chunk that a task has to do.
  fileprivate struct Pending {
    var work: JobBoard.Work
    var place: SlurmTasks.Place
    /// Which of the task's chunks it is, counted from 0.
    var position: Int
    var isTold = false
    /// Its task runs a command that the job was given another one for.
    var isOutdated = false
    var attempt: ChunkTry { ChunkTry(cut: work.cut, attempt: work.attempt) }
  }

  private var pending: [ChunkIdentifier: Pending] = [:]
  /// Slurm's numbers of the arrays.
  private var numbers: [Int: Int]
  private var lastArray: Int
  /// Arrays that were cancelled from here.
  private var cancelled: Set<Int> = []
  /// Tasks that were over before this owner came: who cancelled them knows that the job goes on.
  private var inherited: Set<SlurmTasks.Place> = []
  private let inheritsCancelled: Bool
  private var hasAsked = false
  /// Since when a task has been over for Slurm, and left no receipt.
  private var overSince: [SlurmTasks.Place: Double] = [:]
  /// How often a chunk came back from a task that never began it.
  private var returns: [ChunkIdentifier: Int] = [:]
  /// What tasks got of which nobody said how much they need.
  private var given = SlurmDemand.Given()
  private var mostTasks: Int?
  private var hasAccounting = true
  private var silentSince: Double?
  private var holdsUntil = 0.0
  private var hasRun = false
  /// Who else cancelled tasks: nothing more is submitted.
  private(set) var withdrawal: String?

  /// Free attempts of a chunk; a machine that loses it more often is told like a failure.
  private static let mostLosses = 10
  private static let longestSilence = 1800.0

  /// - Parameter inheritsCancelled: Tasks that were cancelled before now are submitted again.
  init(
    job: OwnedJob, board: JobBoard, submitter: SlurmSubmitter, rhythm: SlurmRhythm, inheritsCancelled: Bool,
    clock: Clock, diagnostics: Diagnostics
  ) {
    self.inheritsCancelled = inheritsCancelled
    self.job = job
    self.board = board
    self.submitter = submitter
    self.rhythm = rhythm
    self.clock = clock
    self.diagnostics = diagnostics
    settlement = ChunkSettlement(job: job, board: board)
    let arrays = submitter.folder.arrays()
    lastArray = arrays.last ?? 0
    numbers = [:]
    for array in arrays { numbers[array] = submitter.folder.slurmJob(of: array) }
  }

  /// The job has never had anything on Slurm.
  var isNew: Bool { lastArray == 0 }
  var isIdle: Bool { pending.isEmpty }
  var pendingChunks: Int { pending.count }
  var runningChunks: Int { pending.values.count { $0.isTold } }

  /// Slurm's numbers of the arrays that are still needed.
  var activeNumbers: [Int] {
    Set(pending.values.map(\.place.array)).compactMap { numbers[$0] }.sorted()
  }

  // MARK: Submitting

  /// Takes up what tasks of an earlier owner may still be at work on, and returns what is left. What runs another command
  /// than the job's is cancelled, and tried again when it has ended.
  private func adopt(_ works: [JobBoard.Work]) throws(Failure) -> [JobBoard.Work] {
    var wanted: [String: JobBoard.Work] = [:]
    for work in works { wanted[ChunkTry(cut: work.cut, attempt: work.attempt).name] = work }
    let command = board.look { $0.command }
    let ended = try folder.attempts().ended
    var outdated: Set<Int> = []
    for array in folder.arrays().reversed() where !wanted.isEmpty {
      let manifest = try SlurmManifest(folder.manifestPath(array))
      for (task, attempts) in manifest.tasks.enumerated() {
        for (position, attempt) in attempts.enumerated() {
          guard let work = wanted.removeValue(forKey: attempt.name) else { continue }
          var item = Pending(work: work, place: SlurmTasks.Place(array: array, task: task), position: position)
          item.isOutdated = manifest.command != command && !ended.contains(attempt.name)
          if item.isOutdated { outdated.insert(array) }
          pending[attempt.chunk] = item
        }
      }
    }
    cancelled.formUnion(outdated)
    try commands.cancel(outdated.compactMap { numbers[$0] }.sorted().map { String($0) })
    return wanted.values.sorted { $0.cut.identifier < $1.cut.identifier }
  }

  /// Submits all that waits.
  ///
  /// - Parameter adopting: some of it may be at work already.
  func submit(adopting: Bool = false) throws(Failure) {
    guard withdrawal == nil, Clock.monotonicSeconds() >= holdsUntil else { return }
    var works = try board.takeAll()
    if adopting {
      works = try adopt(works)
      guard board.supply.isCut else {
        for work in works { board.giveBack(work) }
        return
      }
    }
    guard !works.isEmpty else { return }
    do throws(Failure) {
      if mostTasks == nil { mostTasks = min(try commands.mostArrayTasks(), 10_000) }
    } catch {
      for work in works { board.giveBack(work) }
      throw error
    }
    guard let (table, command) = board.look({ record in record.table.map { ($0, record.command) } }) else {
      throw Failure(.internalError, "a chunk without a table", at: Place(file: job.folder.path))
    }
    let byChunk = Dictionary(works.map { ($0.cut.identifier, $0) }) { first, _ in first }
    let tries = works.map { work in
      (
        ChunkTry(cut: work.cut, attempt: work.attempt),
        SlurmDemand(after: board.look { $0.chunks[work.cut.identifier]?.attempts ?? [] }, isRecovery: work.isRecovery)
      )
    }
    let isRecovery = works.contains(where: \.isRecovery)
    let arrays = SlurmArray.plan(
      tries, chunksPerTask: submitter.settings.chunksPerTask, mostTasks: mostTasks ?? 1001)
    let throttle = isRecovery ? 1 : submitter.settings.workers.map { max(1, $0 / arrays.count) }
    for (index, array) in arrays.enumerated() {
      do throws(Failure) {
        try submit(array, byChunk, table, command, throttle)
      } catch {
        for array in arrays[index...] {
          for attempt in array.tasks.joined() { if let work = byChunk[attempt.chunk] { board.giveBack(work) } }
        }
        guard Self.isLimit(error) else { throw error }
        try makeRoom(after: error, array)
        return
      }
    }
  }

  private func submit(
    _ array: SlurmArray, _ works: [ChunkIdentifier: JobBoard.Work], _ table: JobTable, _ command: [String],
    _ throttle: Int?
  ) throws(Failure) {
    lastArray += 1
    let number = try submitter.submit(
      array, number: lastArray, command: command, table: table, throttle: throttle, given: given)
    numbers[lastArray] = number
    for (task, attempts) in array.tasks.enumerated() {
      for (position, attempt) in attempts.enumerated() {
        guard let work = works[attempt.chunk] else { continue }
        pending[attempt.chunk] = Pending(
          work: work, place: SlurmTasks.Place(array: lastArray, task: task), position: position)
      }
    }
    let chunks = array.tasks.reduce(0) { $0 + $1.count }
    try board.tell([.submitted(jobs: [String(number)], chunks: chunks)])
    if !hasRun, board.look({ $0.state }) != .queued {
      try board.tell([.state(.queued, reason: "job \(number) on Slurm")])
    }
    diagnostics.debug("job \(number) on Slurm: \(array.tasks.count) tasks for \(chunks) chunks")
  }

  /// Sites limit how many jobs a user may have in the queue.
  private static func isLimit(_ failure: Failure) -> Bool {
    ["job submit limit", "maxsubmit", "submitjob", "maximum job count", "job count limit"].contains {
      failure.message.lowercased().contains($0)
    }
  }

  private func makeRoom(after failure: Failure, _ array: SlurmArray) throws(Failure) {
    if pending.isEmpty {
      // Nothing of ours will end and make room: smaller arrays may fit.
      guard array.tasks.count > 1 else { throw failure }
      mostTasks = array.tasks.count / 2
    } else {
      holdsUntil = Clock.monotonicSeconds() + 2 * rhythm.shortest
    }
  }

  // MARK: Watching

  /// Looks at receipts, and at what Slurm says when it is time to ask.
  ///
  /// - Returns: whether anything has changed.
  func look(asking: Bool) throws(Failure) -> Bool {
    guard !pending.isEmpty else { return false }
    let before = pending.count
    let (claimed, ended) = try folder.attempts()
    for (_, item) in pending.sorted(by: { $0.key < $1.key }) where ended.contains(item.attempt.name) {
      try take(item)
    }
    try tellStarts(claimed)
    var hasChanged = pending.count != before
    if asking, !pending.isEmpty {
      let remaining = pending.count
      try ask()
      hasChanged = hasChanged || pending.count != remaining
    }
    return hasChanged
  }

  private func tellStarts(_ claimed: Set<String>) throws(Failure) {
    var events: [JobEvent] = []
    for (chunk, item) in pending.sorted(by: { $0.key < $1.key })
    where !item.isTold && claimed.contains(item.attempt.name) {
      pending[chunk]?.isTold = true
      let node = folder.claimant(of: item.attempt)?.split(separator: " ").last.map(String.init) ?? "Slurm"
      events.append(
        .started(
          StartedAttempt(chunk: chunk, attempt: item.work.attempt, worker: item.place.task + 1, host: node)))
    }
    guard !events.isEmpty else { return }
    if !hasRun { events.insert(.state(.running, reason: nil), at: 0) }
    hasRun = true
    try board.tell(events)
  }

  /// Takes an attempt in that left a receipt.
  private func take(_ item: Pending) throws(Failure) {
    let attempt = item.attempt
    var end = try folder.receipt(of: attempt)
    if item.isOutdated { end.outcome = .cancelled }
    var result = folder.resultPath(attempt)
    if end.outcome == .completed {
      // An owner that was killed may have given the result its name already.
      if !isThere(result), fileSize(job.folder.resultPath(attempt.chunk)) == end.resultBytes {
        result = job.folder.resultPath(attempt.chunk)
      }
      if fileSize(result) != end.resultBytes {
        // On a network file system the receipt may be here before the result is.
        guard isOverLongEnough(item.place) else { return }
        end.outcome = .lost("its result is not whole")
      }
    } else if end.outcome == .signalled(SIGKILL) || end.outcome == .exited(128 + SIGKILL), item.isAlone(in: pending) {
      // Slurm may know that it was the memory; it says so when the task has ended.
      if let said = killReasons[item.place] {
        end.outcome = said
      } else {
        guard isOverLongEnough(item.place) else { return }
      }
    }
    try settle(item, end, result: result)
  }

  private var killReasons: [SlurmTasks.Place: AttemptOutcome] = [:]

  private func settle(_ item: Pending, _ end: AttemptEnd, result: String) throws(Failure) {
    pending[item.attempt.chunk] = nil
    overSince[item.place] = nil
    guard let table = board.look({ $0.table }) else { return }
    try settlement.settle(item.work, end, result: result, table)
  }

  /// Whether a task has been over for Slurm for so long that what it left must be visible here.
  private func isOverLongEnough(_ place: SlurmTasks.Place) -> Bool {
    guard let since = overSince[place] else { return false }
    return Clock.monotonicSeconds() - since >= rhythm.grace
  }

  /// Asks Slurm for all tasks that have not ended by a receipt.
  private func ask() throws(Failure) {
    let places = Set(pending.values.map(\.place))
    let tasks: SlurmTasks
    do throws(Failure) {
      tasks = try commands.tasks(
        places, marks: SlurmFolder.marks(of: job.specification), known: numbers, hasAccounting: &hasAccounting)
      silentSince = nil
    } catch {
      guard error.status == .serviceUnavailable else { throw error }
      try bear(error)
      return
    }
    numbers.merge(tasks.numbers) { $1 }
    let (claimed, ended) = try folder.attempts()
    let groups = Dictionary(grouping: pending.values, by: \.place)
    for (place, items) in groups.sorted(by: { ($0.key.array, $0.key.task) < ($1.key.array, $1.key.task) }) {
      let said = tasks.job(at: place)
      if let said { learn(from: said) }
      if let said, !said.state.isFinal {
        overSince[place] = nil
        continue
      }
      if !hasAsked, inheritsCancelled { inherited.insert(place) }
      if case .outOfMemory(let how)? = said?.outcomeWithoutReceipt { killReasons[place] = .outOfMemory(how) }
      overSince[place] = overSince[place] ?? Clock.monotonicSeconds()
      guard isOverLongEnough(place) else { continue }
      // What came in meanwhile is seen by the next look.
      let left = items.filter { !ended.contains($0.attempt.name) }.sorted { $0.position < $1.position }
      if !left.isEmpty { try conclude(place, left, said, claimed) }
    }
    hasAsked = true
  }

  /// A scheduler that is away for a while costs nothing: tasks go on, and receipts come in.
  private func bear(_ failure: Failure) throws(Failure) {
    let since = silentSince ?? Clock.monotonicSeconds()
    if silentSince == nil { diagnostics.warning("\(failure.description); the tasks go on, and Slurm is asked again") }
    silentSince = since
    guard Clock.monotonicSeconds() - since > Self.longestSilence else { return }
    throw Failure(
      .serviceUnavailable, "Slurm has not answered for \(TimeSpan(seconds: Self.longestSilence)): \(failure.message)",
      at: failure.place, advice: "the tasks go on; batch-run resume \(job.name) follows them")
  }

  private func learn(from task: SlurmJob) {
    given.timeLimit = given.timeLimit ?? task.timeLimit
    given.memoryPerNode = given.memoryPerNode ?? task.memoryPerNode
    given.memoryPerCore = given.memoryPerCore ?? task.memoryPerCore
  }

  // MARK: Tasks without receipts

  /// Takes a task in that has ended, and left chunks without receipts.
  ///
  /// - Parameter said: nil when Slurm knows nothing of it.
  private func conclude(
    _ place: SlurmTasks.Place, _ items: [Pending], _ said: SlurmJob?, _ claimed: Set<String>
  ) throws(Failure) {
    let outcome = said?.outcomeWithoutReceipt ?? .lost("Slurm knows nothing of the task any more")
    if outcome == .cancelled, !cancelled.contains(place.array), !inherited.contains(place), let said {
      withdrawal = withdrawal ?? "task \(said.label) was cancelled on Slurm"
    }
    // One task does its chunks in order: the one that it had begun, or else the first, is what it failed of.
    let begun = items.first { claimed.contains($0.attempt.name) }
    for item in items where item.attempt.chunk != (begun ?? items[0]).attempt.chunk { giveBack(item) }
    let blamed = begun ?? items[0]
    if begun == nil, !outcome.isCounted, returns[blamed.attempt.chunk, default: 0] < Self.mostLosses {
      returns[blamed.attempt.chunk, default: 0] += 1
      if case .lost(let reason) = outcome { try board.tell([.note("chunk \(blamed.attempt.chunk): \(reason)")]) }
      giveBack(blamed)
      return
    }
    try settle(blamed, end(of: blamed, outcome, said), result: folder.resultPath(blamed.attempt))
  }

  private func giveBack(_ item: Pending) {
    pending[item.attempt.chunk] = nil
    board.giveBack(item.work)
  }

  private func end(of item: Pending, _ outcome: AttemptOutcome, _ said: SlurmJob?) -> AttemptEnd {
    let now = clock.now()
    let elapsed = said?.elapsed ?? 0
    var end = AttemptEnd(
      chunk: item.attempt.chunk, attempt: item.work.attempt, outcome: outcome,
      start: Timestamp(seconds: now.seconds - elapsed, nanoseconds: now.nanoseconds), end: now,
      host: said.map(\.node).flatMap { $0.isEmpty ? nil : $0 } ?? "Slurm", worker: item.place.task + 1,
      processorSeconds: 0, peakMemory: said?.peakMemory ?? 0)
    end.details = said?.details ?? []
    switch outcome {
    case .timedOut where item.position > 0:
      // The chunks before it had the time that this one lacked.
      end.outcome = .lost("the time of its task was up")
    case .exited, .signalled: end.lastWords = "see \(folder.logPath(item.place.array))"
    default: break
    }
    if case .lost(let reason) = end.outcome {
      let losses = board.look { record in
        record.chunks[item.attempt.chunk]?.attempts.count { if case .lost = $0.outcome { true } else { false } } ?? 0
      }
      if losses >= Self.mostLosses {
        end.outcome = .badResult("none in \(losses + 1) attempts, the last one: \(reason)")
      }
    }
    return end
  }

  // MARK: Ending

  /// Has no task begin that waits.
  func cancelWaiting() throws(Failure) {
    let arrays = Set(pending.values.map(\.place.array)).subtracting(cancelled)
    guard !arrays.isEmpty else { return }
    cancelled.formUnion(arrays)
    try commands.cancel(arrays.compactMap { numbers[$0] }.map { String($0) }, pendingOnly: true)
  }

  /// Cancels all tasks and gives back what they had.
  func cancelAll() {
    cancelled.formUnion(pending.values.map(\.place.array))
    do throws(Failure) {
      try commands.cancel(activeNumbers.map { String($0) })
    } catch {
      diagnostics.warning("\(error.description); tasks may go on until they see that the job is cancelled")
    }
    let deadline = Clock.monotonicSeconds() + max(10, 3 * rhythm.grace)
    while !pending.isEmpty, Clock.monotonicSeconds() < deadline {
      _ = try? look(asking: true)
      usleep(UInt32(min(1, rhythm.grace / 2) * 1e6))
    }
    handBack()
  }

  /// Gives back everything, for the next owner to take up.
  func handBack() { for item in pending.values { giveBack(item) } }

}

extension SlurmWatch.Pending {
  /// Whether its task has nothing else to do.
  fileprivate func isAlone(in pending: [ChunkIdentifier: Self]) -> Bool {
    pending.values.count { $0.place == place } == 1
  }
}
