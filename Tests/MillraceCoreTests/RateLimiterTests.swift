import Glibc
import Support
import Synchronization
import Testing

@testable import MillraceCore

@Suite(.ownThread) struct RateLimiterTests {
  let folder = TemporaryFolder()
  let warnings = Warnings()
  let time = MovedClock()
  /// For what is no wait for a moment.
  let stopped = MovedClock(isStopped: true)

  func limiter(
    _ interval: Double, service: String = "eutils", key: String? = nil, clock: MovedClock? = nil
  ) -> RateLimiter {
    RateLimiter(
      folder: folder("state"), service: service, key: key, interval: interval, clock: (clock ?? time).clock,
      warn: warnings.warn)
  }

  /// Returns when all that was reported can be seen in the file.
  func settle(_ limiter: RateLimiter) async { await limiter.exhaust(until: Timestamp(seconds: 0)) }

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

  /// Who runs too late to use a turn asks for another one, so that the requests keep their distance too.
  @Test func aTurnThatIsHadTooLateIsNotTaken() async throws {
    // Here only who has a turn looks at the clock: twice it is ten seconds later.
    let here = pthread_self()
    let looks = Atomic(0)
    let clock = Clock { [time] in
      if pthread_self() == here, looks.add(1, ordering: .relaxed).newValue <= 2 { time.move(10) }
      return time.clock.now()
    }
    let limiter = RateLimiter(
      folder: folder("state"), service: "eutils", key: nil, interval: 0.03, clock: clock, warn: warnings.warn)
    let began = now
    let turn = try await moment(limiter)
    #expect(looks.load(ordering: .relaxed) > 2)
    #expect(turn >= began + 20 * LimiterState.second)
    #expect(state?.last == turn)
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
    await settle(one)
    #expect(try await moment(other) >= began + 600_000_000, "others see it")
  }

  @Test func doublingIsShared() async {
    let (one, other) = (limiter(0.01, clock: stopped), limiter(0.01, clock: stopped))
    func pause(_ limiter: RateLimiter) async -> Int64? {
      limiter.slowDown(retryAfter: nil)
      await settle(limiter)
      return state.map { $0.gate - stopped.clock.nanoseconds }
    }
    for (limiter, seconds) in [(one, 1), (other, 2), (one, 4), (one, 8), (other, 15), (other, 15)] {
      #expect(await pause(limiter) == Int64(seconds) * LimiterState.second)
      stopped.move(Double(seconds))
    }
    other.succeeded()
    await settle(other)
    #expect(state?.slowDowns == 0)
    #expect(await pause(one) == LimiterState.second)
    #expect(await pause(other) == LimiterState.second)
    one.succeeded()
    await settle(one)
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
    let isWaiting = Atomic(false)
    let limiter = RateLimiter(
      folder: folder("state"), service: "eutils", key: nil, interval: 0.01, clock: stopped.clock, warn: warnings.warn,
      pausing: { _, _ in isWaiting.store(true, ordering: .relaxed) })
    limiter.slowDown(retryAfter: 1000)
    let early = Task { () async throws -> Int64? in
      unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
      return try await limiter.takeTurn().moment
    }
    #expect(try await early.value == nil)
    let waiting = Task { try await limiter.takeTurn().moment }
    #expect(await soon { isWaiting.load(ordering: .relaxed) })
    waiting.cancel()
    #expect(try await waiting.value == nil)
  }

  /// In each process that waits, once however many requests wait and however often the service repeats itself.
  @Test func longPausesAreTold() async throws {
    let told = Mutex<[Int]>([])
    func limiter(_ key: String) -> RateLimiter {
      RateLimiter(
        folder: folder("state"), service: "eutils", key: key, interval: 0.001, clock: stopped.clock,
        warn: warnings.warn,
        pausing: { seconds, _ in told.withLock { $0.append(Int(seconds.rounded())) } })
    }
    let (one, other) = (limiter("k"), limiter("k"))
    one.slowDown(retryAfter: 1000)
    let waiting = [one, one, other, other].map { limiter in Task { try await limiter.turn() } }
    #expect(await soon { told.withLock { $0.count } >= 2 })
    one.slowDown(retryAfter: 700)
    #expect(await stopped.isLookedAt(), "by those who wait")
    #expect(told.withLock { $0 } == [1000, 1000])
    other.slowDown(retryAfter: 2000)
    #expect(await soon { told.withLock { $0.count } >= 4 }, "a longer pause is another one")
    for task in waiting { task.cancel() }
    for task in waiting { _ = try await task.value }
    let short = limiter("another")
    short.slowDown(retryAfter: 3)
    let last = Task { try await short.turn() }
    #expect(await stopped.isLookedAt())
    last.cancel()
    _ = try await last.value
    #expect(told.withLock { $0 } == [1000, 1000, 2000, 2000])
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
    let moment = try await moment(limiter(0.2))
    #expect((before...now).contains(moment))
    // Set back in the midst of it: waiting for the old time would be for an hour and more.
    let limiter = limiter(0.2)
    _ = try await self.moment(limiter)
    time.move(-5000)
    #expect(try await self.moment(limiter) <= now)
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
    // Unlocked in so many words: a child that another test is just starting holds a copy of the descriptor.
    Linux.unlockBytes(first)
    close(first)
    try update()
    Linux.unlockBytes(rest)
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
    #expect(calls > 1)
    #expect(state?.last == 101, "nothing is lost")
  }
}
