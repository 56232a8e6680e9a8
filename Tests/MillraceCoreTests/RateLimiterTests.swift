import Glibc
import Support
import Synchronization
import Testing

@testable import MillraceCore

@Suite struct LimiterStateTests {
  static let second = LimiterState.second
  let now: Int64 = 1_800_000_000 * second

  @Test func theIntervalCountsFromTheLastTurn() {
    var state = LimiterState()
    #expect(state.due(now: now, interval: 400) <= now)
    state.last = now
    #expect(state.due(now: now + 10, interval: 400) == now + 400)
    state.gate = now + 1000
    #expect(state.due(now: now + 10, interval: 400) == now + 1000)
  }

  @Test func pausesDouble() {
    var state = LimiterState()
    var now = now
    for pause in [1, 2, 4, 8, 15, 15, 15] as [Int64] {
      state.slowDown(now: now, retryAfter: nil)
      #expect(state.gate == now + pause * Self.second)
      now = state.gate
    }
    state.succeed(now: now)
    state.slowDown(now: now, retryAfter: nil)
    #expect(state.gate == now + Self.second)
  }

  @Test func refusalsOfRequestsUnderWayCountOnce() {
    var state = LimiterState()
    for moment in [0, 1000, 900_000_000] as [Int64] { state.slowDown(now: now + moment, retryAfter: nil) }
    #expect(state.gate == now + Self.second)
    state.succeed(now: now + 1000)
    #expect(state.slowDowns == 1, "an answer to a request of before says nothing")
    state.slowDown(now: now + Self.second, retryAfter: nil)
    #expect(state.gate == now + 3 * Self.second)
  }

  @Test func theServiceSaysForHowLong() {
    var state = LimiterState()
    state.slowDown(now: now, retryAfter: 2.5)
    #expect(state.gate == now + 2_500_000_000)
    state.slowDown(now: now, retryAfter: 1)
    #expect(state.gate == now + 2_500_000_000, "the longer of two")
    #expect(state.slowDowns == 0)
    state.slowDown(now: now, retryAfter: 1e300)
    #expect(state.gate == now + 3600 * Self.second, "an hour at most")
    for odd: Double in [0, -5, .nan, -.infinity] {
      var state = LimiterState()
      state.slowDown(now: now, retryAfter: odd)
      #expect(state.gate == now)
    }
  }

  @Test func aClockThatWasSetBack() {
    var state = LimiterState(last: now + 500, gate: now + 3601 * Self.second, slowDowns: 2)
    #expect(state.due(now: now, interval: 400) <= now)
    state = LimiterState(last: now + 300, gate: now + 3599 * Self.second)
    #expect(state.due(now: now, interval: 400) == state.gate, "what may be so is believed")
    state = LimiterState(gate: now + 4000 * Self.second)
    state.slowDown(now: now, retryAfter: nil)
    #expect(state.gate == now + Self.second)
  }

  @Test func textOfAFixedLength() throws {
    var generator = SeededGenerator()
    for _ in 0..<100 {
      let state = LimiterState(
        last: Int64.random(in: 0 ... .max, using: &generator), gate: Int64.random(in: 0 ... .max, using: &generator),
        slowDowns: Int.random(in: 0...4, using: &generator))
      #expect(state.text.utf8.count == LimiterState().text.utf8.count)
      #expect(LimiterState(text: state.text) == state, "seed \(generator.seed)")
    }
    for text in ["", "1", LimiterState().text + "x", String(LimiterState().text.dropLast()), "2 0 0 0\n", "1 -1 0 0\n"]
    {
      #expect(LimiterState(text: text) == nil)
    }
  }
}

@Suite struct RateLimiterTests {
  let folder = TemporaryFolder()
  let warnings = Warnings()
  let time = MovedClock()

  func limiter(_ interval: Double, service: String = "eutils", key: String? = nil) -> RateLimiter {
    RateLimiter(
      folder: folder("state"), service: service, key: key, interval: interval, clock: time.clock, warn: warnings.warn)
  }

  var file: String? { folder.names(in: "state/limits").first.map { "state/limits/\($0)" } }
  var state: LimiterState? { file.flatMap { folder.text($0) }.flatMap { LimiterState(text: $0) } }

  /// The moment of the next turn. How long a test waits for it tells little where other tests keep all threads busy.
  func moment(_ limiter: RateLimiter) async throws -> Int64 { try #require(try await limiter.takeTurn().moment) }

  var now: Int64 { time.clock.nanoseconds }

  /// Takes turns from many tasks, and returns the smallest distance between two, in seconds.
  func smallestGap(_ limiters: [RateLimiter], turns: Int) async -> Double {
    let moments = await withTaskGroup(of: Int64?.self) { group in
      for limiter in limiters {
        for _ in 0..<turns { group.addTask { (try? await limiter.takeTurn())?.moment } }
      }
      var moments: [Int64] = []
      for await moment in group { moments.append(moment ?? 0) }
      return moments.sorted()
    }
    return Double(zip(moments, moments.dropFirst()).map { $1 - $0 }.min() ?? 0) / 1e9
  }

  @Test func turnsKeepTheirDistance() async {
    let gap = await smallestGap([limiter(0.03), limiter(0.03)], turns: 6)
    #expect(gap >= 0.03)
    #expect(warnings.texts == [])
  }

  @Test func theNextTurnWaits() async throws {
    let limiter = limiter(0.3)
    let first = try await moment(limiter)
    let second = try await moment(limiter)
    #expect(second - first >= 300_000_000)
  }

  @Test func withoutAnIntervalRefusalsAloneHoldTurnsBack() async throws {
    let limiter = limiter(0)
    let first = try await moment(limiter)
    for _ in 0..<20 { _ = try await limiter.turn() }
    limiter.slowDown(retryAfter: 0.5)
    let last = try await moment(limiter)
    #expect(last - first >= 500_000_000)
  }

  @Test func servicesAndKeysAreCountedApart() async throws {
    let secret = "0123456789abcdef-secret"
    for (service, key) in [
      ("eutils", nil), ("eutils", secret), ("eutils", "other"), ("https://example.org/Ä?b", nil),
    ] { _ = try await moment(limiter(0.01, service: service, key: key)) }
    let names = folder.names(in: "state/limits")
    #expect(names.count == 4)
    #expect(names.filter { $0.hasPrefix("eutils-") }.count == 3)
    #expect(names.contains { $0.hasPrefix("https---example.org---b-") })
    for name in names {
      #expect(!name.contains("secret") && folder.text("state/limits/\(name)")?.contains("secret") == false)
      #expect(fileStatus(folder("state/limits/\(name)"), followingLinks: false)?.st_mode == S_IFREG | 0o600)
    }
    #expect(fileStatus(folder("state/limits"), followingLinks: false)?.st_mode == S_IFDIR | 0o700)
  }

  // MARK: The gate

  @Test func theGateHoldsTurnsBack() async throws {
    let (one, other) = (limiter(0.01), limiter(0.01))
    for pause in [400_000_000, 300_000_000] as [Int64] {
      let began = now
      one.slowDown(retryAfter: Double(pause) / 1e9)
      #expect(try await moment(one) >= began + pause, "a report comes before the turns behind it")
    }
    let began = now
    one.slowDown(retryAfter: 0.6)
    #expect(eventually { (state?.gate ?? 0) > began })
    #expect(try await moment(other) >= began + 600_000_000, "others see it")
  }

  @Test func doublingIsShared() throws {
    let (one, other) = (limiter(0.01), limiter(0.01))
    func pause(_ limiter: RateLimiter) -> Double {
      let before = time.clock.nanoseconds
      limiter.slowDown(retryAfter: nil)
      _ = eventually { (state?.gate ?? 0) > before }
      return (Double((state?.gate ?? 0) - before) / 1e9).rounded()
    }
    for (limiter, expected) in [(one, 1.0), (other, 2), (one, 4), (one, 8), (other, 15), (other, 15)] {
      #expect(pause(limiter) == expected)
      time.move(expected + 1)
    }
    other.succeeded()
    #expect(eventually { state?.slowDowns == 0 })
    #expect(pause(one) == 1)
    other.slowDown(retryAfter: nil)
    one.succeeded()
    usleep(100_000)
    #expect(state?.slowDowns == 1, "neither counts while the gate is closed")
  }

  @Test func successCostsNothingWhenAllIsWell() async throws {
    let limiter = limiter(0.01)
    limiter.succeeded()
    #expect(folder.names == [], "the file is not even made")
    _ = try await limiter.turn()
    let before = state
    for _ in 0..<1000 { limiter.succeeded() }
    #expect(state == before)
  }

  @Test func aCancelledTaskWaitsNoLonger() async throws {
    let limiter = limiter(0.01)
    limiter.slowDown(retryAfter: 1000)
    let waiting = Task { try await limiter.takeTurn() }
    let early = Task { () async throws -> Int64? in
      unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
      return try await limiter.takeTurn().moment
    }
    #expect(try await early.value == nil)
    try? await Task.sleep(for: .milliseconds(50))
    waiting.cancel()
    let turn = try await waiting.value
    #expect(turn.moment == nil)
    #expect(turn.waited < 500)
  }

  /// In each process that waits, once however many requests wait and however often the service repeats itself.
  @Test func longPausesAreTold() async throws {
    let told = Mutex<[Double]>([])
    func limiter(_ key: String) -> RateLimiter {
      RateLimiter(
        folder: folder("state"), service: "eutils", key: key, interval: 0.001, clock: time.clock, warn: warnings.warn,
        pausing: { seconds, _ in told.withLock { $0.append(seconds) } })
    }
    let (one, other) = (limiter("k"), limiter("k"))
    one.slowDown(retryAfter: 1000)
    let waiting = [one, one, other, other].map { limiter in Task { try await limiter.turn() } }
    #expect(await soon(within: 200) { told.withLock { $0.count } >= 2 })
    one.slowDown(retryAfter: 700)
    try? await Task.sleep(for: .milliseconds(600))
    #expect(told.withLock { $0.count } == 2)
    #expect(told.withLock { $0.allSatisfy { $0 > 500 && $0 <= 1000 } })
    other.slowDown(retryAfter: 2000)
    #expect(await soon(within: 200) { told.withLock { $0.count } >= 4 }, "a longer pause is another one")
    for task in waiting { task.cancel() }
    let short = limiter("another")
    short.slowDown(retryAfter: 3)
    let last = Task { try await short.turn() }
    try? await Task.sleep(for: .milliseconds(600))
    last.cancel()
    #expect(told.withLock { $0.count } == 4)
    for task in waiting + [last] { _ = try await task.value }
  }

  @Test func whereTheSystemRefusesAThread() async throws {
    let queue = LimiterQueue(
      file: LimiterFile(folder: folder("state"), service: "eutils", key: nil), interval: 10_000_000, clock: .system,
      warn: warnings.warn, pausing: { _, _ in },
      startThread: { (_) throws(Failure) in throw Failure(.internalError, "the system refuses another thread") })
    var last: Int64 = 0
    for _ in 0..<3 {
      guard case .go(let moment) = await queue.turn() else {
        Issue.record("no turn")
        return
      }
      #expect(moment - last >= 10_000_000)
      last = moment
    }
    #expect(warnings.texts == [])
  }

  // MARK: What can be wrong with the file

  @Test func aDamagedFileIsMended() async throws {
    _ = try await moment(limiter(0.2))
    let name = try #require(file)
    for text in ["garbage", String(repeating: "9", count: 500)] {
      folder.write(name, text)
      let began = now
      #expect(try await moment(limiter(0.2)) >= began + 200_000_000, "as if a request had just gone")
      #expect(state != nil)
    }
    folder.write(name, "")
    #expect(state == nil)
    _ = try await moment(limiter(0.2))
    #expect(state != nil, "a kill may leave a new file empty")
    #expect(warnings.texts == [])
  }

  @Test func timesOfAClockThatWasSet() async throws {
    _ = try await moment(limiter(0.2))
    let name = try #require(file)
    folder.write(name, LimiterState(last: now + (1 << 50), gate: now + (1 << 50)).text)
    let before = now
    #expect((before...now + 60_000_000_000).contains(try await moment(limiter(0.2))))
    // Set back in the midst of it: waiting for the old time would be for an hour and more.
    let limiter = limiter(0.2)
    _ = try await moment(limiter)
    time.move(-5000)
    #expect(try await moment(limiter) < now + 1_000_000_000)
  }

  @Test func aRemovedFileIsMadeAnew() async throws {
    let (one, other) = (limiter(0.02), limiter(0.02))
    _ = try await one.turn()
    unsafe unlink(folder(try #require(file)))
    #expect(await smallestGap([one, other], turns: 4) >= 0.02)
    #expect(file != nil)
    #expect(warnings.texts == [])
  }

  @Test func unusableFolder() async throws {
    folder.write("state", "a file")
    let limiter = limiter(0.03)
    #expect(await smallestGap([limiter], turns: 6) >= 0.03, "limited all the same")
    #expect(
      warnings.texts == [
        "\(folder("state")): the rate limit holds within this process only: expected a folder, found something else (name another folder)"
      ])
    let began = now
    limiter.slowDown(retryAfter: 0.3)
    #expect(try await moment(limiter) >= began + 300_000_000)
    #expect(warnings.texts.count == 1)
  }

  @Test func aLinkInPlaceOfTheFile() async throws {
    _ = try await limiter(0.01).turn()
    let name = try #require(file)
    folder.write("target", "precious")
    unsafe unlink(folder(name))
    unsafe symlink(folder("target"), folder(name))
    _ = try await limiter(0.01).turn()
    #expect(folder.text("target") == "precious")
    #expect(warnings.texts.count == 1)
  }

  /// Holders that were stopped keep their locks; others take the next lock.
  @Test func locksThatAreNotLetGo() throws {
    let file = LimiterFile(folder: folder("state"), service: "eutils", key: nil, patience: 0.1)
    func update() throws { try file.update(now: { 0 }) { $0.last += 1 } }
    try update()
    let path = folder(try #require(self.file))
    func holder(_ bytes: Range<Int>) -> Int32 {
      let descriptor = unsafe open(path, O_RDWR | O_CLOEXEC)
      for byte in bytes { #expect(Linux.lockByte(descriptor, at: off_t(byte)) == 0) }
      return descriptor
    }
    let first = holder(0..<1)
    for _ in 0..<3 { try update() }
    let rest = holder(1..<8)
    let failure = #expect(throws: Failure.self) { try update() }
    #expect(failure?.description == "\(path): other processes keep the file locked")
    #expect(failure?.status == .inputOutput)
    close(first)
    try update()
    close(rest)
    try update()
    #expect(state?.last == 6)
  }

  @Test func aChangeThatComesTooLateIsMadeAnew() throws {
    let one = LimiterFile(folder: folder("state"), service: "eutils", key: nil, patience: 0.2)
    let other = LimiterFile(folder: folder("state"), service: "eutils", key: nil, patience: 0.2)
    var calls = 0
    try one.update(now: { 0 }) { state in
      calls += 1
      if calls == 1 {
        // As if this process were stopped here, while another one goes on.
        #expect(throws: Never.self) { try other.update(now: { 0 }) { $0.last = 100 } }
      }
      state.last += 1
    }
    #expect(calls == 2)
    #expect(state?.last == 101, "nothing is lost")
  }
}
