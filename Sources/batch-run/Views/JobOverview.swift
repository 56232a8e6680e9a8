import MillraceCore

/// A job as it stands at one moment, for who looks on.
struct JobOverview {
  /// Who sees to it that the job goes on.
  enum Ownership: Sendable, Equatable {
    /// A process, as "process 4711 on node17".
    case owned(String)
    /// Slurm, which has tasks of it; the last of them finishes it.
    case onSlurm([String])
    /// Nobody, though it is not final. The text tells who did last; nil when nobody ever did.
    case abandoned(String?)
    /// Nobody needs to: it is final.
    case ended
  }

  var folder: JobFolder
  /// With the receipts that the journal does not tell of yet.
  var record: JobRecord
  /// What the owner says; nil unless there is one that said something.
  var live: LiveStatus?
  var ownership: Ownership
  /// When this was seen.
  var time: Timestamp
  var receipts = ReceiptFolder.Outcome()

  var identifier: String { record.specification.identifier }
  var state: JobState { record.state }
}

/// Looks at a job again and again, and each time reads of its journal only what is new.
struct JobWatch {
  let folder: JobFolder
  private let clock: Clock
  private let host: String
  private let slurm: SlurmJobs
  private var reader: JournalReader
  private var record: JobRecord
  private var receipts: ReceiptFolder

  /// - Parameter host: this machine's name.
  init(
    _ folder: JobFolder, clock: Clock = .system, host: String = hostName(), slurm: SlurmJobs = SlurmJobs()
  ) throws(Failure) {
    self.folder = folder
    self.clock = clock
    self.host = host
    self.slurm = slurm
    reader = JournalReader(path: folder.journalPath)
    record = JobRecord(try folder.specification())
    receipts = ReceiptFolder("\(folder.path)/receipts")
  }

  /// The job now.
  ///
  /// - Parameter countsReceipts: whether receipts that are not in the journal count as ended attempts.
  /// - Throws: `.badConfiguration` for a journal that is none, `.noInput` when the job was removed.
  mutating func look(countsReceipts: Bool = true) throws(Failure) -> JobOverview {
    // Before the journal: an owner that has ended since has written how.
    let owner = folder.owner
    try readOn()
    let time = clock.now()
    // Left behind by a killed owner or a full disk it tells nothing; the journal is the truth.
    let live = try? folder.liveStatus()
    let ownership = ownership(owner, live, time)
    var overview = JobOverview(
      folder: folder, record: record, live: nil, ownership: ownership, time: time)
    if case .owned = ownership { overview.live = live }
    if countsReceipts, !record.state.isFinal { overview.receipts = receipts.apply(to: &overview.record) }
    return overview
  }

  private mutating func readOn() throws(Failure) {
    do throws(Failure) {
      while let line = try reader.next() { record.apply(line) }
    } catch {
      // A new owner has cut off an unfinished line of which a part was read already.
      reader = JournalReader(path: folder.journalPath)
      record = JobRecord(try folder.specification())
      while let line = try reader.next() { record.apply(line) }
    }
  }

  private func ownership(_ owner: String?, _ live: LiveStatus?, _ time: Timestamp) -> JobOverview.Ownership {
    if record.state.isFinal { return .ended }
    if let owner { return .owned(printable(owner)) }
    let last = record.owners.last.map { "process \($0.process) on \(printable($0.host))" }
    // Some network file systems keep locks of one machine from the eyes of another. There an owner lives as long as it
    // speaks.
    if let there = record.owners.last, there.host != host, let live, abs(time.since(live.time)) < Self.longestSilence {
      return .owned(last ?? "a process")
    }
    if !record.slurmJobs.isEmpty, record.specification.settings.backend == .slurm,
      slurm.areAlive(record.slurmJobs) ?? true
    {
      return .onSlurm(record.slurmJobs)
    }
    return .abandoned(last)
  }

  /// In seconds; owners speak each second, and clocks of machines differ.
  private static let longestSilence = 30.0
}
