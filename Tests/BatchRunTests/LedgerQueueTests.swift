import Support
import Testing

@testable import batch_run

@Suite struct LedgerQueueTests {
  private let machine = ResourceShare(cores: 8, memory: 16 << 30)

  private func entry(
    _ ticket: Int, cores: Int, gigabytes: Int = 0, runs: Bool, fraction: Double = 0, seconds: Double = 0,
    written: Double = 100
  ) -> LedgerEntry {
    let share = ResourceShare(cores: cores, memory: gigabytes << 30)
    return LedgerEntry(
      ticket: ticket, job: "job\(ticket)", process: 1, wanted: share, share: share, isRunning: runs, fraction: fraction,
      seconds: seconds, written: written)
  }

  private func place(_ own: LedgerEntry, among others: [LedgerEntry], now: Double = 100) -> QueuePlace? {
    LedgerQueue(entries: others, machine: machine, now: now).place(of: own)
  }

  @Test func whatIsFreeIsHadAtOnce() {
    #expect(place(entry(1, cores: 8, gigabytes: 16, runs: false), among: []) == nil)
    #expect(place(entry(2, cores: 3, runs: false), among: [entry(1, cores: 5, runs: true)]) == nil)
    #expect(place(entry(2, cores: 4, runs: false), among: [entry(1, cores: 5, runs: true)]) != nil)
    // Cores would be free, memory is not.
    #expect(
      place(entry(2, cores: 1, gigabytes: 9, runs: false), among: [entry(1, cores: 1, gigabytes: 8, runs: true)]) != nil
    )
  }

  @Test func aSmallJobDoesNotOvertakeALargeOne() {
    let others = [entry(1, cores: 5, runs: true), entry(2, cores: 8, runs: false)]
    let small = place(entry(3, cores: 1, runs: false), among: others)
    #expect(small?.position == 2)
    #expect(small?.ahead == ["job2"])
    #expect(small?.running == ["job1"])
    // The one that came first is not held up by the one behind it.
    #expect(place(entry(0, cores: 3, runs: false), among: others) == nil)
  }

  @Test func whoDoesNotStirHoldsUpNobody() {
    let asleep = entry(2, cores: 8, runs: false, written: 60)
    #expect(place(entry(3, cores: 1, runs: false), among: [entry(1, cores: 5, runs: true), asleep]) == nil)
  }

  @Test func theWaitIsEstimatedFromProgress() {
    // A quarter in 30 s: 90 s are left, of which 10 went by since it said so.
    let running = entry(1, cores: 6, runs: true, fraction: 0.25, seconds: 30, written: 90)
    let own = entry(4, cores: 4, runs: false)
    #expect(place(own, among: [running])?.estimate == .about(80))
    // One that says nothing of its progress must end first.
    #expect(place(own, among: [entry(1, cores: 6, runs: true)])?.estimate == .unknown)
    // Of two that run, the end of the first suffices.
    let later = entry(2, cores: 2, runs: true, fraction: 0.5, seconds: 500)
    #expect(place(own, among: [running, later])?.estimate == .about(80))
    #expect(place(entry(4, cores: 8, runs: false), among: [running, later])?.estimate == .about(500))
    // One that waits ahead takes what becomes free, and nobody knows for how long.
    let ahead = entry(3, cores: 6, runs: false)
    #expect(place(own, among: [running, later, ahead])?.estimate == .atLeast(500))
    // More time went by than the estimate had.
    let late = LedgerQueue(entries: [running], machine: machine, now: 1000).place(of: entry(4, cores: 4, runs: false))
    #expect(late?.estimate == .about(0))
  }

  @Test func whatIsToldAPerson() {
    let running = entry(1, cores: 6, gigabytes: 4, runs: true, fraction: 0.25, seconds: 60)
    #expect(
      place(entry(2, cores: 4, gigabytes: 8, runs: false), among: [running])?.description
        == "waiting for 4 cores and 8G (free: 2 cores and 12G), next in the queue: about 3 min")
    let others = [running, entry(2, cores: 8, runs: false), entry(3, cores: 8, runs: false)]
    #expect(
      place(entry(4, cores: 1, runs: false), among: others)?.description
        == "waiting for 1 core (free: 2 cores), 2 jobs are ahead: at least 3 min")
    #expect(
      place(entry(2, cores: 1, gigabytes: 1, runs: false), among: [entry(1, cores: 1, gigabytes: 16, runs: true)])?
        .description
        == "waiting for 1 core and 1G (free: 7 cores and no memory), next in the queue: for nobody knows how long")
    #expect(
      place(entry(2, cores: 8, runs: false), among: [entry(1, cores: 1, runs: true)])?.description
        == "waiting for 8 cores (free: 7 cores), next in the queue: for nobody knows how long")
    #expect(
      [12, 89.5, 91, 3600, 3700, .infinity].map(waitText) == ["12 s", "90 s", "2 min", "1 h", "1 h 2 min", "ever"])
    #expect([0, 1023, 1536, 8 << 30, 1_500_000_000].map(memoryText) == ["0", "1023", "1.5K", "8G", "1.4G"])
  }

  /// Whatever comes and goes, no more is given out than there is, and those who wait start in the order of coming.
  @Test func nobodyOvertakesAndNothingIsGivenTwice() {
    var generator = SeededGenerator()
    var entries: [LedgerEntry] = []
    var started: [Int] = []
    var next = 1
    for _ in 0..<2000 {
      switch Int.random(in: 0..<3, using: &generator) {
      case 0:
        entries.append(
          entry(
            next, cores: .random(in: 1...8, using: &generator), gigabytes: .random(in: 0...16, using: &generator),
            runs: false))
        next += 1
      case 1:
        if let index = entries.indices.randomElement(using: &generator) { entries.remove(at: index) }
      default:
        for index in entries.indices.shuffled(using: &generator) where !entries[index].isRunning {
          let others = entries.filter { $0.ticket != entries[index].ticket }
          if place(entries[index], among: others) == nil {
            entries[index].isRunning = true
            started.append(entries[index].ticket)
          }
        }
      }
      let taken = entries.filter(\.isRunning).reduce(ResourceShare(cores: 0, memory: 0)) { $0 + $1.share }
      #expect(taken.fits(in: machine), "seed \(generator.seed)")
    }
    #expect(started == started.sorted(), "seed \(generator.seed)")
    #expect(started.count > 3, "seed \(generator.seed)")
  }
}
