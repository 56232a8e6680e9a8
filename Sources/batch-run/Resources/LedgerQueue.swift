/// Who may start, and how long the others wait: first come, first served, and nobody overtakes.
///
/// A small job that would have room waits behind a large one that has none, so that the large one gets its turn.
struct LedgerQueue: Sendable {
  /// The entries of the living, by ticket.
  let entries: [LedgerEntry]
  let machine: ResourceShare
  /// In seconds of the steady clock.
  let now: Double

  /// Seconds after which one that waits and does not stir (it was stopped by a signal) holds up nobody else.
  static let longestSleep = 30.0

  init(entries: [LedgerEntry], machine: ResourceShare, now: Double) {
    self.entries = entries.sorted { $0.ticket < $1.ticket }
    self.machine = machine
    self.now = now
  }

  /// What nobody has.
  var free: ResourceShare { entries.filter(\.isRunning).reduce(machine) { $0 - $1.share } }

  private func isAsleep(_ entry: LedgerEntry) -> Bool { now - entry.written > Self.longestSleep }

  /// Where a job that waits stands; nil when it may start now.
  func place(of own: LedgerEntry) -> QueuePlace? {
    let ahead = entries.filter { !$0.isRunning && $0.ticket < own.ticket && !isAsleep($0) }
    if ahead.isEmpty, own.wanted.fits(in: free) { return nil }
    return QueuePlace(
      position: ahead.count + 1, wanted: own.wanted, free: free, ahead: ahead.map(\.job),
      running: entries.filter(\.isRunning).map(\.job), estimate: estimate(own, behind: ahead))
  }

  /// Lets the jobs that run end in their order, and those that wait start in theirs.
  private func estimate(_ own: LedgerEntry, behind ahead: [LedgerEntry]) -> WaitEstimate {
    var ends: [(time: Double, share: ResourceShare)] = []
    for entry in entries where entry.isRunning {
      if let remaining = entry.remaining(now: now) { ends.append((remaining, entry.share)) }
    }
    ends.sort { $0.time < $1.time }
    var free = free
    var time = 0.0
    for entry in ahead + [own] {
      while !entry.wanted.fits(in: free) {
        guard !ends.isEmpty else { return time > 0 ? .atLeast(time) : .unknown }
        let end = ends.removeFirst()
        free = free + end.share
        time = end.time
      }
      // How long one takes that has not begun, nobody knows.
      free = free - entry.wanted
    }
    return .about(time)
  }
}

/// Seconds until a job starts.
enum WaitEstimate: Sendable, Hashable {
  case about(Double)
  /// Jobs that must end before have not begun, or said nothing of their progress.
  case atLeast(Double)
  case unknown

  /// The number, where there is one.
  var seconds: Double? {
    switch self {
    case .about(let seconds), .atLeast(let seconds): seconds
    case .unknown: nil
    }
  }
}

extension WaitEstimate: CustomStringConvertible {
  var description: String {
    switch self {
    case .about(let seconds): "about \(waitText(seconds))"
    case .atLeast(let seconds): "at least \(waitText(seconds))"
    case .unknown: "for nobody knows how long"
    }
  }
}

/// Where a job stands that waits for cores and memory.
struct QueuePlace: Sendable, Hashable {
  /// 1 for the next.
  var position: Int
  var wanted: ResourceShare
  var free: ResourceShare
  /// The jobs that come before it.
  var ahead: [String] = []
  /// The jobs that run.
  var running: [String] = []
  var estimate: WaitEstimate
  /// Who keeps the ledger locked, where that is what it waits for.
  var holder: String?
}

extension QueuePlace: CustomStringConvertible {
  /// `waiting for 4 cores and 8G (free: 1 core and 2G), 2 jobs are ahead: about 3 min`.
  var description: String {
    if let holder { return "waiting for the ledger of cores and memory, which \(holder) keeps locked" }
    // Where others reckon with another machine than this process, more is taken than there is.
    let left = ResourceShare(cores: max(0, free.cores), memory: wanted.memory == 0 ? 0 : max(0, free.memory))
    let before =
      switch position {
      case 1: "next in the queue"
      case 2: "1 job is ahead"
      default: "\(position - 1) jobs are ahead"
      }
    let nothing = wanted.memory > 0 && left.memory == 0 ? " and no memory" : ""
    return "waiting for \(wanted) (free: \(left)\(nothing)), \(before): \(estimate)"
  }
}
