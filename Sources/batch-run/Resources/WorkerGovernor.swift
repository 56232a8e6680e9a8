/// How many workers run while memory gets short and there is enough of it again.
///
/// Under pressure the number goes down, at once by half when the machine hardly gets anything done, and then rests until
/// the effect shows: the kernel's figures are means over ten seconds. It goes up one by one, and only after the pressure
/// has been away for a while; between the two marks nothing changes.
///
///     var governor = WorkerGovernor(workers: 8)
///     if let change = governor.advise(reading, at: now) { … change.workers, change.reason … }
struct WorkerGovernor: Sendable {
  /// A new number of workers, and why.
  struct Change: Sendable, Hashable {
    var workers: Int
    var reason: String
  }

  /// Where pressure begins and ends.
  struct Marks: Sendable, Hashable {
    /// Per cent of time with some process waiting for memory.
    var someBegins = 20.0
    var someEnds = 5.0
    /// Per cent of time with all processes waiting for memory.
    var fullBegins = 5.0
    var fullEnds = 1.0
    /// The part of the memory that is free.
    var freeBegins = 0.05
    var freeEnds = 0.15
    /// Beyond these the number is halved.
    var fullIsSevere = 20.0
    var freeIsSevere = 0.02
    /// Seconds without a change after one that lowered.
    var restAfterLowering = 5.0
    /// Seconds without pressure before each change that raises.
    var calmBeforeRaising = 10.0
  }

  /// Workers when all is well.
  let greatest: Int
  /// The number to run now.
  private(set) var workers: Int
  private let memoryPerWorker: Int
  private let loadLimit: LoadLimit?
  private let marks: Marks
  private var lowered = -Double.infinity
  private var calmSince: Double?

  /// - Parameters:
  ///   - workers: from which it goes down, and up to which it goes again.
  ///   - memoryPerWorker: bytes that must be free for one more; 0 where nobody said.
  ///   - loadLimit: above it no worker is added.
  init(workers: Int, memoryPerWorker: Int = 0, loadLimit: LoadLimit? = nil, marks: Marks = Marks()) {
    greatest = max(1, workers)
    self.workers = greatest
    self.memoryPerWorker = memoryPerWorker
    self.loadLimit = loadLimit
    self.marks = marks
  }

  /// - Parameter now: seconds of a clock that nobody sets.
  /// - Returns: nil while the number stays.
  mutating func advise(_ reading: MemoryReading, at now: Double) -> Change? {
    if let pressure = pressure(reading) {
      calmSince = nil
      guard workers > 1, now - lowered >= marks.restAfterLowering else { return nil }
      lowered = now
      workers = pressure.isSevere ? max(1, workers / 2) : workers - 1
      return Change(workers: workers, reason: pressure.reason)
    }
    guard isCalm(reading) else {
      calmSince = nil
      return nil
    }
    let since = calmSince ?? now
    calmSince = since
    guard workers < greatest, now - since >= marks.calmBeforeRaising, hasRoom(reading) else { return nil }
    calmSince = now
    workers += 1
    return Change(workers: workers, reason: Self.calmText(reading, seconds: marks.calmBeforeRaising))
  }

  /// The last change could not be made: others have what one more worker would take.
  mutating func refuse() {
    if workers > 1 { workers -= 1 }
  }

  private func pressure(_ reading: MemoryReading) -> (reason: String, isSevere: Bool)? {
    let stall = Self.stallText
    if let full = reading.fullStall, full >= marks.fullBegins {
      return ("nothing but memory was waited for in \(stall(full))", full >= marks.fullIsSevere)
    }
    if let some = reading.someStall, some >= marks.someBegins { return ("memory pressure \(stall(some))", false) }
    if let free = reading.freePart, free < marks.freeBegins, let available = reading.available,
      let total = reading.total
    {
      return ("\(memoryText(available)) of \(memoryText(total)) of memory are free", free < marks.freeIsSevere)
    }
    return nil
  }

  private func isCalm(_ reading: MemoryReading) -> Bool {
    reading.fullStall ?? 0 < marks.fullEnds && reading.someStall ?? 0 < marks.someEnds
      && reading.freePart ?? 1 >= marks.freeEnds
  }

  private func hasRoom(_ reading: MemoryReading) -> Bool {
    if let loadLimit, let load = reading.load, load > loadLimit.limit { return false }
    guard let available = reading.available, let total = reading.total else { return true }
    // One worker more must not bring the pressure back.
    return available - memoryPerWorker >= Int(Double(total) * marks.freeBegins)
  }

  private static func stallText(_ stall: Double) -> String { "\(Int(stall.rounded())) % of the last 10 s" }

  private static func calmText(_ reading: MemoryReading, seconds: Double) -> String {
    let calm = "no memory pressure for \(Int(seconds)) s"
    guard let available = reading.available else { return calm }
    return "\(calm), \(memoryText(available)) are free"
  }
}
