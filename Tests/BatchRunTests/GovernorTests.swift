import Support
import Testing

@testable import batch_run

@Suite struct GovernorTests {
  private let calm = MemoryReading(someStall: 0, fullStall: 0, available: 8 << 30, total: 16 << 30, load: 1)

  @Test func allIsWell() {
    var governor = WorkerGovernor(workers: 4)
    for second in 0..<100 { #expect(governor.advise(calm, at: Double(second)) == nil) }
    #expect(governor.advise(MemoryReading(), at: 200) == nil)
    #expect(governor.workers == 4)
  }

  @Test func pressureLowersOneByOneAndReliefRaises() {
    var governor = WorkerGovernor(workers: 4)
    var pressed = calm
    pressed.someStall = 23.4
    #expect(governor.advise(pressed, at: 0) == .init(workers: 3, reason: "memory pressure 23 % of the last 10 s"))
    // The kernel's mean is still high.
    #expect(governor.advise(pressed, at: 1) == nil)
    #expect(governor.advise(pressed, at: 5)?.workers == 2)
    #expect(governor.advise(pressed, at: 10)?.workers == 1)
    #expect(governor.advise(pressed, at: 60) == nil)
    // Between the marks nothing changes, however long.
    var between = calm
    between.someStall = 10
    for second in 61..<200 { #expect(governor.advise(between, at: Double(second)) == nil) }
    #expect(governor.advise(calm, at: 200) == nil)
    #expect(governor.advise(calm, at: 209) == nil)
    #expect(governor.advise(calm, at: 210) == .init(workers: 2, reason: "no memory pressure for 10 s, 8G are free"))
    #expect(governor.advise(between, at: 215) == nil)
    #expect(governor.advise(calm, at: 219) == nil)
    #expect(governor.advise(calm, at: 228) == nil)
    #expect(governor.advise(calm, at: 229)?.workers == 3)
    #expect(governor.advise(calm, at: 239)?.workers == 4)
    #expect(governor.advise(calm, at: 300) == nil)
  }

  @Test func whenNothingGetsDoneTheNumberIsHalved() {
    var governor = WorkerGovernor(workers: 16)
    var severe = calm
    severe.fullStall = 31
    #expect(
      governor.advise(severe, at: 0)
        == .init(workers: 8, reason: "nothing but memory was waited for in 31 % of the last 10 s"))
    #expect(governor.advise(severe, at: 5)?.workers == 4)
    var milder = calm
    milder.fullStall = 6
    #expect(governor.advise(milder, at: 10)?.workers == 3)
  }

  @Test func littleIsFree() {
    var governor = WorkerGovernor(workers: 4)
    let reading = MemoryReading(available: 100 << 20, total: 4 << 30)
    #expect(governor.advise(reading, at: 0) == .init(workers: 3, reason: "100M of 4G of memory are free"))
    let hardlyAny = MemoryReading(available: 10 << 20, total: 4 << 30)
    #expect(governor.advise(hardlyAny, at: 5)?.workers == 1)
  }

  @Test func oneMoreMustHaveRoom() {
    var governor = WorkerGovernor(workers: 2, memoryPerWorker: 7 << 30, loadLimit: LoadLimit(4))
    var pressed = calm
    pressed.someStall = 50
    #expect(governor.advise(pressed, at: 0)?.workers == 1)
    var reading = calm
    reading.available = 7 << 30
    #expect(governor.advise(reading, at: 20) == nil)
    #expect(governor.advise(reading, at: 40) == nil)
    reading.available = 8 << 30
    reading.load = 4.5
    #expect(governor.advise(reading, at: 60) == nil)
    reading.load = 3
    #expect(governor.advise(reading, at: 61)?.workers == 2)
    governor.refuse()
    #expect(governor.workers == 1)
  }

  @Test func neverBelowOneNorAboveAll() {
    var generator = SeededGenerator()
    var governor = WorkerGovernor(workers: 5)
    var now = 0.0
    var last = 5
    for _ in 0..<5000 {
      now += Double.random(in: 0...8, using: &generator)
      let reading = MemoryReading(
        someStall: Bool.random(using: &generator) ? 0 : .random(in: 0...100, using: &generator),
        fullStall: Bool.random(using: &generator) ? nil : .random(in: 0...30, using: &generator),
        available: .random(in: 0...(16 << 30), using: &generator), total: 16 << 30)
      if let change = governor.advise(reading, at: now) {
        #expect(change.workers != last && (1...5).contains(change.workers), "seed \(generator.seed)")
        last = change.workers
      }
      #expect(governor.workers == last)
    }
  }
}
