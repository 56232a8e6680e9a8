import Glibc
import MillraceCore
import Synchronization

/// The ledger in which all processes of a user on a machine write down which cores and how much memory they take.
///
/// A job takes a ticket: two files, `N.lock` and `N.json`. The first is locked for as long as the job has its share, by a
/// lock that the kernel drops when the process ends, however it ends; so what a killed one had is free at once, and its
/// files are removed by whoever comes next. What the entries say is read and changed under one more lock, `queue.lock`,
/// which is held for as long as that takes.
///
///     let ledger = ResourceLedger(environment: environment, machine: machine, warn: { diagnostics.warning($0) })
///     guard let admission = try ledger.request(share, job: id, waiting: { place in … return true }) else { return }
///     … admission.report(fraction: 0.5, seconds: 12) …
///     admission.release()
final class ResourceLedger: Sendable {
  let folder: String
  let machine: ResourceShare
  private let warn: @Sendable (String) -> Void
  private let warned = Mutex<Set<String>>([])

  /// Seconds for which `queue.lock` is tried for before somebody is told; it is held for milliseconds.
  private static let patience = 2.0
  /// Seconds after which one that waits writes down again that it does.
  private static let stirring = 5.0
  private static let mostEntries = 10_000

  /// - Parameters:
  ///   - environment: where the user's state lies.
  ///   - machine: all that there is.
  ///   - warn: takes what is wrong with the ledger's files, once each.
  init(
    environment: [String: String], host: String = hostName(), machine: ResourceShare,
    warn: @escaping @Sendable (String) -> Void
  ) {
    let name = String(host.map { $0.isASCII && ($0.isLetter || $0.isNumber || "-._".contains($0)) ? $0 : "-" })
    folder = "\(stateFolder(environment))/ledger/\(name.first == "." ? "-" + name : name)"
    self.machine = machine
    self.warn = warn
  }

  /// Waits until the share is free and it is this job's turn.
  ///
  /// - Parameter waiting: called at least twice a second while the job waits; false gives up.
  /// - Returns: nil when given up.
  /// - Throws: `.usage` when the machine does not have so much; `.cannotCreate` or `.inputOutput` when the ledger cannot
  ///   be kept.
  func request(
    _ share: ResourceShare, job: String, waiting: (QueuePlace) -> Bool
  ) throws(Failure) -> ResourceAdmission? {
    guard share.fits(in: machine) else {
      throw Failure(
        .usage, "the job wants \(share), and this machine has \(machine)",
        advice: "--workers auto takes what the machine has")
    }
    try makePrivateFolder(folder)
    _ = try? TemporaryFiles.sweep(folder)
    var ticket: Ticket?
    var pause: UInt32 = 20_000
    while true {
      var longestPause: UInt32 = 400_000
      let step = try withQueue { () throws(Failure) in try advance(&ticket, share: share, job: job) }
      switch step {
      case .admitted(let admission)?: return admission
      case .waiting(let place)?:
        if !waiting(place) { return nil }
        if place.position == 1 { longestPause = 100_000 }
      case nil:
        let holder = FileLock.holder(of: queueLock) ?? "another process"
        let place = QueuePlace(position: 1, wanted: share, free: share, estimate: .unknown, holder: holder)
        if !waiting(place) { return nil }
      }
      usleep(UInt32.random(in: pause / 2...pause))
      pause = min(pause * 2, longestPause)
    }
  }

  /// Who has what, and who waits, by ticket.
  func entries() throws(Failure) -> [LedgerEntry] {
    guard isFolder(folder) else { return [] }
    return try living(removingDead: false)
  }

  private enum Step {
    case admitted(ResourceAdmission)
    case waiting(QueuePlace)
  }

  /// A job's place in the order, given back with its owner.
  private final class Ticket {
    let files: LedgerFiles
    var entry: LedgerEntry
    var lock: FileLock?

    init(files: LedgerFiles, entry: LedgerEntry, lock: FileLock) {
      self.files = files
      self.entry = entry
      self.lock = lock
    }

    deinit { if lock != nil { files.remove() } }
  }

  /// Takes a ticket, or looks whether its turn has come. The caller has `queue.lock`.
  private func advance(_ ticket: inout Ticket?, share: ResourceShare, job: String) throws(Failure) -> Step {
    let others = try living(removingDead: true).filter { $0.ticket != ticket?.entry.ticket }
    let now = Clock.monotonicSeconds()
    let isNew = ticket == nil
    let own: Ticket
    if let ticket {
      own = ticket
    } else {
      own = try takeTicket(share: share, job: job)
      ticket = own
    }
    let place = LedgerQueue(entries: others, machine: machine, now: now).place(of: own.entry)
    if isNew || place == nil || now - own.entry.written > Self.stirring {
      own.entry.isRunning = place == nil
      own.entry.written = now
      try own.files.write(own.entry)
    }
    if let place { return .waiting(place) }
    guard let lock = own.lock.take() else {
      throw Failure(.internalError, "a place in the ledger was given twice", at: Place(file: own.files.lock))
    }
    return .admitted(ResourceAdmission(entry: own.entry, files: own.files, lock: lock, ledger: self))
  }

  private func takeTicket(share: ResourceShare, job: String) throws(Failure) -> Ticket {
    var number = (try tickets().max() ?? 0) + 1
    while number <= LedgerFiles.greatestTicket {
      let files = LedgerFiles(folder: folder, ticket: number)
      // Somebody who shows the ledger may be trying the lock of the new file.
      if let lock = try FileLock.tryAcquire(files.lock) {
        let entry = LedgerEntry(
          ticket: number, job: job, process: Int(getpid()), wanted: share, share: share, isRunning: false)
        return Ticket(files: files, entry: entry, lock: lock)
      }
      number += 1
    }
    throw Failure(
      .cannotCreate, "the ledger has no free number", at: Place(file: folder),
      advice: "remove the folder when no batch-run is running")
  }

  // MARK: Files

  private var queueLock: String { "\(folder)/queue.lock" }

  /// Runs `body` while no other process changes the ledger; nil when that cannot be had within the patience.
  private func withQueue<Result>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result? {
    let end = Clock.monotonicSeconds() + Self.patience
    var pause: UInt32 = 200
    while true {
      if let lock = try FileLock.tryAcquire(queueLock) {
        defer { withExtendedLifetime(lock) {} }
        return try body()
      }
      if Clock.monotonicSeconds() > end { return nil }
      usleep(UInt32.random(in: pause / 2...pause))
      pause = min(pause * 2, 20_000)
    }
  }

  private func tickets() throws(Failure) -> [Int] {
    try namesInFolder(folder).compactMap { LedgerFiles.ticket(ofLock: $0) }
  }

  /// The entries of those whose processes live.
  ///
  /// - Parameter removingDead: the caller has `queue.lock`.
  private func living(removingDead: Bool) throws(Failure) -> [LedgerEntry] {
    var entries: [LedgerEntry] = []
    for ticket in try tickets().sorted().prefix(Self.mostEntries) {
      let files = LedgerFiles(folder: folder, ticket: ticket)
      switch files.probe() {
      case .held: break
      case .gone: continue
      case .free(let descriptor):
        if removingDead { files.remove() }
        LedgerFiles.close(descriptor)
        continue
      case .unusable(let reason):
        tell(files.lock, reason)
        continue
      }
      switch LedgerFileContent(path: files.entry, ticket: ticket) {
      case .entry(let entry): entries.append(entry)
      case .missing: break
      case .damaged(let reason): tell(files.entry, reason)
      }
    }
    return entries
  }

  private func tell(_ path: String, _ reason: String) {
    guard warned.withLock({ $0.insert(path).inserted }) else { return }
    warn("\(path): an entry of the ledger is left out: \(reason) (remove the file)")
  }

  /// Writes a running job's entry with a larger share if nobody else has what it takes.
  ///
  /// - Returns: whether that was so.
  fileprivate func raise(_ entry: LedgerEntry, in files: LedgerFiles) throws(Failure) -> Bool {
    let raised = try withQueue { () throws(Failure) in
      let others = try living(removingDead: true).filter { $0.ticket != entry.ticket }
      let queue = LedgerQueue(entries: others, machine: machine, now: entry.written)
      guard entry.share.fits(in: queue.free) else { return false }
      try files.write(entry)
      return true
    }
    return raised ?? false
  }
}

/// A share of the machine that a running job has until it gives it back, or its process ends.
final class ResourceAdmission: Sendable {
  private struct State {
    var entry: LedgerEntry
    var lock: FileLock?
  }

  private let state: Mutex<State>
  private let files: LedgerFiles
  private let ledger: ResourceLedger

  fileprivate init(entry: LedgerEntry, files: LedgerFiles, lock: FileLock, ledger: ResourceLedger) {
    state = Mutex(State(entry: entry, lock: lock))
    self.files = files
    self.ledger = ledger
  }

  deinit { release() }

  /// What the job has now.
  var share: ResourceShare { state.withLock { $0.entry.share } }

  /// Tells those who wait how far the job is; they are told once a second at most.
  ///
  /// - Parameters:
  ///   - fraction: of the work, 0 to 1.
  ///   - seconds: since it began.
  func report(fraction: Double, seconds: Double) {
    let now = Clock.monotonicSeconds()
    state.withLock { state in
      guard state.lock != nil, now - state.entry.written >= 1 || fraction >= 1, fraction.isFinite, seconds.isFinite
      else { return }
      state.entry.fraction = min(max(0, fraction), 1)
      state.entry.seconds = max(0, seconds)
      state.entry.written = now
      // What nobody can write down, a full disk say, others do without.
      try? files.write(state.entry)
    }
  }

  /// Gives a part of the share back, or takes one again that was given back.
  ///
  /// - Returns: whether the job has the share now. Less can always be had; more only when it is free, and never more than
  ///   the job was admitted with.
  func change(to share: ResourceShare) -> Bool {
    state.withLock { state in
      guard state.lock != nil, share.fits(in: state.entry.wanted) else { return false }
      var entry = state.entry
      entry.share = share
      do throws(Failure) {
        if share.fits(in: state.entry.share) {
          try files.write(entry)
        } else if try !ledger.raise(entry, in: files) {
          return false
        }
      } catch {
        return false
      }
      state.entry = entry
      return true
    }
  }

  /// Gives the share back. A second call does nothing.
  func release() {
    state.withLock { state in
      guard let lock = state.lock.take() else { return }
      files.remove()
      withExtendedLifetime(lock) {}
    }
  }
}
