import Glibc
import Support
import Synchronization
import Testing

@testable import MillraceCore

/// Budgets of limiters that meet in one folder.
@Suite(.ownThread) struct RateLimiterBudgetTests {
  let folder = TemporaryFolder()
  let warnings = Warnings()
  /// Stopped where a test waits for no moment but the one that it makes.
  let time = MovedClock(isStopped: true)
  let told = Told()

  final class Told: Sendable {
    let list = Mutex<[(seconds: Double, budget: RequestBudget?)]>([])
    var count: Int { list.withLock { $0.count } }
  }

  func limiter(_ budgets: (Int, Double)..., interval: Double = 0, clock: Clock? = nil) -> RateLimiter {
    let told = told
    return RateLimiter(
      folder: folder("state"), service: "prices", key: "k", interval: interval,
      budgets: budgets.map { RequestBudget(requests: $0.0, seconds: $0.1) }, clock: clock ?? time.clock,
      warn: warnings.warn, pausing: { seconds, budget in told.list.withLock { $0.append((seconds, budget)) } })
  }

  func spent(_ limiter: RateLimiter) async -> BudgetSpent? {
    do throws(BudgetSpent) {
      _ = try await limiter.turn()
      return nil
    } catch {
      return error
    }
  }

  var file: String? { folder.names(in: "state/limits").first.map { "state/limits/\($0)" } }
  var state: LimiterState? { file.flatMap { folder.text($0) }.flatMap { LimiterState(text: $0) } }
  var now: Int64 { time.clock.nanoseconds }

  /// Seconds from the clock's time. Turns of one moment are some nanoseconds apart.
  func ahead(_ spent: BudgetSpent?) -> Double { spent.map { $0.until.since(time.clock.now()).rounded() } ?? -1 }

  // MARK: Counting

  @Test func manyTasksOfSeveralLimiters() async {
    let limiters = (0..<3).map { _ in limiter((5, 0.4), (9, 1), clock: .system) }
    let moments = await withTaskGroup(of: Int64?.self) { group in
      for limiter in limiters {
        for _ in 0..<8 { group.addTask { (try? await limiter.takeTurn())?.moment } }
      }
      var moments: [Int64] = []
      for await moment in group { moments.append(moment ?? 0) }
      return moments.sorted()
    }
    #expect(moments.count == 24 && moments[0] > 0)
    #expect(zip(moments, moments.dropFirst(5)).allSatisfy { $1 - $0 >= 400_000_000 })
    #expect(zip(moments, moments.dropFirst(9)).allSatisfy { $1 - $0 >= 1_000_000_000 })
    #expect(warnings.texts == [])
  }

  @Test func theLogSurvivesTheProcess() async throws {
    for _ in 0..<2 { #expect(await spent(limiter((2, 3600))) == nil) }
    let refused = try #require(await spent(limiter((2, 3600))))
    #expect(refused.reason == "the budget of 2 requests in 1 h is spent")
    #expect(LimiterState.nanoseconds(refused.until) == now + 3600 * LimiterState.second)
    #expect(await spent(limiter((3, 3600))) == nil, "a larger budget has one left")
    #expect(await spent(limiter()) == nil, "who has none waits for none")
    time.move(3601)
    for _ in 0..<2 { #expect(await spent(limiter((2, 3600))) == nil) }
    #expect(await spent(limiter((2, 3600))) != nil)
    #expect(warnings.texts == [])
  }

  @Test func whoHasNoneCountsForOthers() async {
    #expect(await spent(limiter((4, 3600))) == nil)
    for _ in 0..<3 { #expect(await spent(limiter()) == nil) }
    #expect(await spent(limiter((4, 3600))) != nil)
    time.move(2 * 86_400)
    #expect(await spent(limiter()) == nil)
    #expect(state?.log == [], "nobody counts any more")
    #expect(file.flatMap { folder.text($0) }?.utf8.count == 44)
  }

  @Test func anOldFileIsReadAsOneWithoutALog() async throws {
    #expect(await spent(limiter(interval: 0.001)) == nil)
    let name = try #require(file)
    #expect(folder.text(name)?.hasPrefix("1 ") == true)
    #expect(folder.text(name)?.utf8.count == 44, "without budgets the file is as it was")
    let last = try #require(state?.last)
    time.move(0.001)
    #expect(await spent(limiter((2, 3600), interval: 0.001)) == nil)
    #expect(state?.log.count == 1)
    #expect(state?.log == [last + 1_000_000])
  }

  /// Where the owner of a turn runs too late, it counts once, and when it was had.
  @Test func aTurnThatComesLateCountsOnce() async throws {
    let queue = LimiterQueue(
      file: LimiterFile(folder: folder("state"), service: "prices", key: "k"), interval: 0,
      budgets: [CountedBudget(RequestBudget(requests: 2, seconds: 3600))].compactMap { $0 }, clock: time.clock,
      warn: warnings.warn, pausing: { _, _ in })
    func moment(_ instead: Int64?) async throws -> Int64 {
      guard case .go(let moment) = await queue.turn(instead: instead) else {
        Issue.record("no turn")
        return 0
      }
      return moment
    }
    var moments = [try await moment(nil)]
    for _ in 0..<5 {
      time.move(1)
      moments.append(try await moment(moments.last))
    }
    #expect(state?.log == Array(moments.suffix(1)))
    let second = try await moment(nil)
    time.move(1)
    #expect(try await moment(second) > second, "also of the last one that is granted")
    guard case .spent = await queue.turn() else {
      Issue.record("a third turn")
      return
    }
  }

  /// Among those who are told that the budget is spent is nobody who has a turn of it and gives it back for another: it
  /// would be lost.
  @Test func aTurnThatComesLateIsNotLostWhereOthersFindNone() async throws {
    let isServed = Atomic(true)
    let queue = LimiterQueue(
      file: LimiterFile(folder: folder("state"), service: "prices", key: "k"), interval: 0,
      budgets: [CountedBudget(RequestBudget(requests: 1, seconds: 3600))].compactMap { $0 }, clock: time.clock,
      warn: warnings.warn, pausing: { _, _ in },
      startThread: { body throws(Failure) in
        _ = try Worker("limiter") {
          _ = eventually { isServed.load(ordering: .acquiring) }
          body()
        }
      })
    guard case .go(let first) = await queue.turn() else {
      Issue.record("no turn")
      return
    }
    #expect(await soon { !queue.isServed }, "the next one who waits starts another thread")
    isServed.store(false, ordering: .releasing)
    let others = (0..<3).map { _ in Task { await queue.turn() } }
    #expect(await soon { queue.waitingCount == 3 })
    let late = Task { await queue.turn(instead: first) }
    #expect(await soon { queue.waitingCount == 4 })
    isServed.store(true, ordering: .releasing)
    guard case .go(let second) = await late.value else {
      Issue.record("the turn is lost")
      return
    }
    for other in others {
      guard case .spent = await other.value else {
        Issue.record("a second turn")
        return
      }
    }
    #expect(state?.log == [second])
  }

  // MARK: Waiting

  @Test func whoWaitsIsToldWhy() async throws {
    let limiter = limiter((1, 299), (3, 3600))
    #expect(await spent(limiter) == nil)
    let waiting = (0..<3).map { _ in Task { try await limiter.turn() } }
    #expect(await soon { told.count > 0 })
    #expect(await time.isLookedAt(), "by those who wait")
    let list = told.list.withLock { $0 }
    #expect(list.count == 1, "once")
    #expect(
      list.allSatisfy { $0.budget == RequestBudget(requests: 1, seconds: 299) && Int($0.seconds.rounded()) == 299 })
    time.move(299)
    #expect(await soon { state?.log.count == 2 })
    #expect(await time.isLookedAt())
    #expect(state?.log.count == 2)
    for task in waiting { task.cancel() }
    for task in waiting { _ = try await task.value }
    #expect(told.count == 1)
  }

  @Test func shortWaitsAreNotTold() async {
    let limiter = limiter((1, 0.2), clock: .system)
    for _ in 0..<3 { #expect(await spent(limiter) == nil) }
    #expect(told.count == 0)
  }

  @Test func nobodyWaitsLonger() async throws {
    let limiter = limiter((1, 1000), (5, 86_400))
    #expect(await spent(limiter) == nil)
    let refused = await spent(limiter)
    #expect(refused?.reason == "the budget of 1 request in 1000 s is spent")
    #expect(ahead(refused) == 1000)
    time.move(1000)
    #expect(await spent(limiter) == nil)
    #expect(told.count == 0)
  }

  /// A day, for some.
  @Test func thoseWhoWaitAlreadyAreTold() async throws {
    let (one, other) = (limiter((100, 60)), limiter((100, 60)))
    one.slowDown(retryAfter: 1000)
    let waiting = (0..<4).map { _ in Task { await spent(one) } }
    #expect(await soon { told.count > 0 }, "they wait")
    let until = Timestamp(seconds: time.clock.now().seconds + 3600)
    await other.exhaust(until: until)
    for task in waiting {
      #expect(await task.value == BudgetSpent(reason: "the service says that its budget is spent", until: until))
    }
    #expect(await spent(one)?.until == until)
  }

  // MARK: What the service says

  @Test func exhaustionIsSeenByAll() async throws {
    let (one, other) = (limiter(), limiter((5, 60)))
    await one.exhaust(until: Timestamp(seconds: time.clock.now().seconds + 7200, nanoseconds: 5))
    #expect(state?.spent != 0, "in the file when the call returns")
    #expect(await spent(other)?.reason == "the service says that its budget is spent")
    #expect(await spent(limiter())?.until.nanoseconds == 5, "in later runs too")
    time.move(7201)
    for limiter in [one, other] { #expect(await spent(limiter) == nil) }
    await other.exhaust(until: Timestamp(seconds: time.clock.now().seconds + 90 * 86_400))
    let refused = await spent(one)
    #expect(ahead(refused) == 2 * 86_400, "two days at most")
    time.move(-3600)
    #expect(await spent(one) == nil, "the clock was set")
    await one.exhaust(until: Timestamp(seconds: time.clock.now().seconds - 1))
    #expect(await spent(one) == nil)
  }

  @Test func aShortExhaustionIsWaitedFor() async throws {
    let limiter = limiter()
    await limiter.exhaust(until: Timestamp(seconds: time.clock.now().seconds + 250))
    let waiting = Task { await spent(limiter) }
    #expect(await soon { told.count > 0 })
    #expect(told.list.withLock { $0.allSatisfy { $0.budget == nil && Int($0.seconds.rounded()) == 250 } })
    time.move(251)
    #expect(await waiting.value == nil)
  }

  // MARK: What can be wrong

  @Test func aClockThatWasSet() async throws {
    let limiter = limiter((2, 86_400))
    for _ in 0..<2 { #expect(await spent(limiter) == nil) }
    time.move(-5000)
    #expect(ahead(await spent(limiter)) == 86_400 + 5000, "what may be so is believed")
    time.move(-86_400 * 3)
    for _ in 0..<2 { #expect(await spent(limiter) == nil) }
    #expect(await spent(limiter) != nil)
    time.move(86_400 * 365)
    #expect(await spent(limiter) == nil)
  }

  @Test func aDamagedFileIsReadPolitely() async throws {
    for _ in 0..<3 { #expect(await spent(limiter((5, 3600))) == nil) }
    let name = try #require(file)
    var bytes = try #require(folder.read(name))
    bytes[104 + 25] = UInt8(ascii: "?")
    folder.write(name, bytes)
    time.move(3000)
    #expect(await spent(limiter((5, 3600))) == nil)
    #expect(state?.log.count == 4, "mended")
    time.move(1000)
    // The damaged one counts from when it was read.
    for _ in 0..<3 { #expect(await spent(limiter((5, 3600))) == nil) }
    let refused = await spent(limiter((5, 3600)))
    #expect(ahead(refused) == 2600)

    folder.write(name, String(repeating: "x", count: 104 + 20 * 30))
    #expect(await spent(limiter((5, 3600))) != nil, "thirty requests, for all that is known")
    folder.write(name, "")
    #expect(await spent(limiter((5, 3600))) == nil)
    #expect(warnings.texts == [])
  }

  @Test func withoutAFileTheProcessCountsForItself() async {
    folder.write("state", "a file")
    let limiter = limiter((2, 3600))
    for _ in 0..<2 { #expect(await spent(limiter) == nil) }
    #expect(await spent(limiter) != nil)
    #expect(warnings.texts.count == 1)
  }
}
