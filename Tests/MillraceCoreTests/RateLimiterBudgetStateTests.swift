import Support
import Testing

@testable import MillraceCore

/// Budgets as arithmetic, and the form of their log.
@Suite struct RateLimiterBudgetStateTests {
  static let second = LimiterState.second
  static let day = LimiterState.day
  let now: Int64 = 1_800_000_000 * second

  func counted(_ budgets: (Int, Double)...) -> [CountedBudget] {
    budgets.compactMap { CountedBudget(RequestBudget(requests: $0.0, seconds: $0.1)) }
  }

  /// Every n-th request after one is at least the budget's time behind it.
  func isKept(_ budget: RequestBudget, by moments: [Int64]) -> Bool {
    let sorted = moments.sorted()
    let span = Int64(budget.seconds * 1e9)
    return zip(sorted, sorted.dropFirst(budget.requests)).allSatisfy { $1 - $0 >= span }
  }

  // MARK: Exactly

  /// Processes that come at random times, each with its own idea of how long writing takes, read and write one file; some
  /// give turns back. No span of a budget's length holds more than it grants, and nobody waits without a cause.
  @Test func noSpanHoldsMore() {
    var generator = SeededGenerator()
    for _ in 0..<60 {
      let budgets = (0..<Int.random(in: 1...3, using: &generator)).map { _ in
        RequestBudget(
          requests: Int.random(in: 1...12, using: &generator), seconds: Double.random(in: 0.01...90, using: &generator))
      }
      let counted = budgets.compactMap { CountedBudget($0) }
      let processes = Int.random(in: 1...5, using: &generator)
      let pace = Int64(Double.random(in: 0.0001...10, using: &generator) * 1e9)
      var file: [UInt8] = []
      var clock = now
      var granted: [Int64] = []
      for _ in 0..<400 {
        clock += Int64.random(in: 0...pace, using: &generator)
        var (state, _) = LimiterState.read(file, now: clock)
        let giveBack = Int.random(in: 0..<10, using: &generator) == 0 ? granted.last : nil
        let standing = granted.filter { $0 != giveBack }
        if let refill = state.refill(now: clock, budgets: counted, instead: giveBack) {
          let budget = refill.budget ?? RequestBudget(requests: 0, seconds: 0)
          let span = Int64(budget.seconds * 1e9)
          let inSpan = standing.filter { $0 > clock - span }.sorted()
          #expect(inSpan.count >= budget.requests, "seed \(generator.seed)")
          #expect(inSpan[inSpan.count - budget.requests] + span == refill.moment, "seed \(generator.seed)")
          if Bool.random(using: &generator) { clock = refill.moment } else { continue }
        }
        guard state.refill(now: clock, budgets: counted, instead: giveBack) == nil else { continue }
        let writing = Int64.random(in: 0...5_000_000, using: &generator) / Int64(processes)
        granted = standing + [state.take(at: clock + writing, budgets: counted, instead: giveBack)]
        file = state.bytes
        for budget in budgets { #expect(isKept(budget, by: granted), "\(budget), seed \(generator.seed)") }
      }
      #expect(granted.count > 5, "seed \(generator.seed)")
    }
  }

  /// What a process with a small budget, or with none, drops from the log is nothing that another's needs.
  @Test func othersForgetNothing() {
    var generator = SeededGenerator()
    let small = counted((3, 1))
    let large = [RequestBudget(requests: 20, seconds: 3 * 86_400), RequestBudget(requests: 9, seconds: 3600)]
    for _ in 0..<20 {
      var state = LimiterState()
      var clock = now
      var all = [state.take(at: now, budgets: large.compactMap { CountedBudget($0) })]
      for _ in 0..<1500 {
        clock += Int64.random(in: 0...(7200 * Self.second), using: &generator)
        let budgets: [CountedBudget] =
          switch Int.random(in: 0..<4, using: &generator) {
          case 0: large.compactMap { CountedBudget($0) }
          case 1: []
          default: small
          }
        guard state.refill(now: clock, budgets: budgets) == nil else { continue }
        all.append(state.take(at: clock, budgets: budgets))
        guard budgets.count == 2 else { continue }
        for budget in large {
          let span = Int64(budget.seconds * 1e9)
          #expect(all.count { $0 > clock - span } <= budget.requests, "\(budget), seed \(generator.seed)")
        }
      }
      #expect(state.log.count < 3000)
    }
  }

  @Test func aShortBudgetKeepsADay() {
    var state = LimiterState()
    for number in 0..<20 { _ = state.take(at: now + Int64(number) * 3600 * Self.second, budgets: counted((2, 1))) }
    let refill = state.refill(now: now + 20 * 3600 * Self.second, budgets: counted((20, 86_400)))
    #expect(refill == .init(moment: now + Self.day, budget: RequestBudget(requests: 20, seconds: 86_400)))
  }

  @Test func theLogIsBounded() throws {
    var state = LimiterState()
    let budgets = counted((8_000, 3600))
    for number in 0..<25_000 { _ = state.take(at: now + Int64(number) * Self.second / 2, budgets: budgets) }
    #expect(state.log.count <= LimiterState.longestLog && state.log.count >= LimiterState.mostCounted)
    #expect(state.refill(now: now + 12_500 * Self.second, budgets: counted((7_300, 3600))) == nil)
    #expect(state.refill(now: now + 12_500 * Self.second, budgets: counted((7_190, 3600))) != nil)
    state.log.removeLast(state.log.count - 100)
    _ = state.take(at: now + 400 * Self.day, budgets: budgets)
    #expect(state.log == [now + 400 * Self.day], "what is old is dropped")
  }

  /// Kept in parts, they are kept as a whole.
  @Test func budgetsBeyondTheLog() throws {
    let large = try #require(CountedBudget(RequestBudget(requests: 20_000, seconds: 86_400)))
    #expect(large.requests == 6_666)
    #expect(large.span == Self.day / 3)
    #expect(CountedBudget(RequestBudget(requests: 8_000, seconds: 60))?.requests == 8_000)
    #expect(CountedBudget(RequestBudget(requests: 0, seconds: 60))?.requests == 1)
    #expect(CountedBudget(RequestBudget(requests: 5, seconds: 1e12))?.span == LimiterState.longestSpan)
    for seconds in [0, -1, Double.nan] { #expect(CountedBudget(RequestBudget(requests: 5, seconds: seconds)) == nil) }
  }

  @Test func theLastRefillCounts() {
    var state = LimiterState()
    let budgets = counted((2, 60), (3, 3600))
    for moment in [now, now + 100 * Self.second, now + 101 * Self.second] {
      #expect(state.refill(now: moment, budgets: budgets) == nil)
      _ = state.take(at: moment, budgets: budgets)
    }
    let refill = state.refill(now: now + 102 * Self.second, budgets: budgets)
    #expect(refill == .init(moment: now + 3600 * Self.second, budget: budgets[1].budget))
    #expect(
      state.refill(now: now + 102 * Self.second, budgets: Array(budgets[..<1]))?.moment == now + 160 * Self.second)
    #expect(state.refill(now: now + 102 * Self.second, budgets: []) == nil)
    #expect(
      state.refill(now: now + 160 * Self.second, budgets: Array(budgets[..<1])) == nil, "at that moment it is whole")
  }

  // MARK: What the service says

  @Test func exhaustion() {
    var state = LimiterState()
    state.exhaust(now: now, until: now - 5)
    #expect(state.refill(now: now, budgets: []) == nil)
    state.exhaust(now: now, until: now + 500)
    state.exhaust(now: now, until: now + 400)
    #expect(state.refill(now: now, budgets: []) == .init(moment: now + 500, budget: nil))
    #expect(state.refill(now: now + 500, budgets: []) == nil)
    state.exhaust(now: now, until: .max)
    #expect(state.spent == now + 2 * Self.day, "two days at most")
    #expect(LimiterState(text: state.text) == state)
    #expect(state.refill(now: now - 1, budgets: []) == nil, "the clock was set")
    #expect(state.spent == 0)
  }

  // MARK: Clocks

  @Test func momentsAheadAreForgotten() {
    var state = LimiterState()
    let (minute, day) = (counted((2, 60)), counted((2, 86_400)))
    for _ in 0..<2 { _ = state.take(at: now, budgets: minute + day) }
    let hour = now - 3600 * Self.second
    #expect(state.refill(now: hour, budgets: minute) == nil, "too far ahead for the minute")
    #expect(state.refill(now: hour, budgets: day)?.moment == now + Self.day, "not for the day")
    let daysAgo = now - 3 * Self.day
    #expect(state.refill(now: daysAgo, budgets: minute + day) == nil)
    _ = state.take(at: daysAgo, budgets: minute + day)
    #expect(state.log == [daysAgo])
    // Set ahead by a year and back: for one who is without budgets nobody counts any more.
    state = LimiterState(log: [now + 800 * Self.day], span: Self.day, counted: now + 801 * Self.day)
    _ = state.take(at: now, budgets: [])
    #expect(state == LimiterState(last: now))
  }

  @Test func momentsStayApart() {
    var state = LimiterState()
    let budgets = counted((100, 60))
    var moments: [Int64] = []
    for moment in [now, now, now - 5, now, now - 5, now + 1] {
      moments.append(state.take(at: moment, budgets: budgets))
    }
    #expect(moments == [now, now + 1, now - 5, now + 2, now - 4, now + 3])
    #expect(state.log == moments.sorted())
  }

  // MARK: The file

  @Test func textOfALog() throws {
    var generator = SeededGenerator()
    for _ in 0..<100 {
      var state = LimiterState()
      for _ in 0..<Int.random(in: 0...50, using: &generator) {
        _ = state.take(at: Int64.random(in: now...now + Self.day, using: &generator), budgets: counted((100, 60)))
      }
      if Bool.random(using: &generator) { state.exhaust(now: now, until: now + Self.day) }
      #expect(LimiterState(text: state.text) == state, "seed \(generator.seed)")
      #expect(state.bytes.count == (state == LimiterState() ? 44 : 104 + 20 * state.log.count))
    }
    let plain = LimiterState(last: now, gate: 5, slowDowns: 2)
    #expect(plain.text == "1 1800000000000000000 0000000000000000005 2\n", "as without budgets")
    #expect(LimiterState(text: plain.text) == plain)
  }

  func log(_ count: Int) -> LimiterState {
    var state = LimiterState()
    for number in 0..<count { _ = state.take(at: now + Int64(number) * Self.second, budgets: counted((100, 86_400))) }
    return state
  }

  /// A kill in the midst of dropping old moments leaves the beginning of the new file in the old one.
  @Test func aTornFileLosesNoMoment() {
    let old = log(300)
    var new = old
    let later = now + Self.day + 200 * Self.second
    _ = new.take(at: later, budgets: counted((100, 86_400)))
    #expect(new.log.count == 100)
    let (before, after) = (old.bytes, new.bytes)
    for cut in 0...after.count {
      let torn = Array(after[..<cut]) + before[cut...]
      let (state, _) = LimiterState.read(torn, now: later)
      let alive = state.log.filter { $0 > later - Self.day }
      #expect(Set(alive).isSuperset(of: new.log.dropLast()), "cut at \(cut)")
      #expect(alive.count <= new.log.count + 2, "cut at \(cut)")
    }
  }

  /// One that adds a moment leaves a piece of a line, or the moment without its first line.
  @Test func aTornLineIsNotThere() {
    let old = log(5)
    let new = log(6)
    for cut in 0..<20 {
      let torn = old.bytes + new.bytes.suffix(20).prefix(cut)
      let (state, isWhole) = LimiterState.read(torn, now: now + 100 * Self.second)
      #expect(state == old)
      #expect(isWhole == (cut == 0))
    }
    let (state, isWhole) = LimiterState.read(old.bytes + new.bytes.suffix(20), now: now + 100 * Self.second)
    #expect(state.log == new.log && isWhole)
  }

  @Test func damagedLinesAreRequestsOfNow() {
    var bytes = log(5).bytes
    let later = now + 100 * Self.second
    for (line, text) in [(1, "garbage            \n"), (3, String(repeating: "\0", count: 20))] {
      bytes.replaceSubrange(104 + line * 20..<124 + line * 20, with: text.utf8)
    }
    let (state, isWhole) = LimiterState.read(bytes, now: later)
    #expect(!isWhole)
    #expect(state.log == [now, now + 2 * Self.second, now + 4 * Self.second, later - 1, later])
    bytes[0] = UInt8(ascii: "x")
    let (worse, _) = LimiterState.read(bytes, now: later)
    #expect(worse.last >= later, "as if a request had just gone")
    #expect(worse.log == state.log + [later + 1])
    #expect(worse.gate == 0 && worse.slowDowns == 0)
  }

  @Test func whatIsNoFileOfOurs() {
    for bytes in [
      Array("garbage".utf8), Array("1 2 3 4\n".utf8), Array("2 \(String(repeating: "9 ", count: 30))\n".utf8),
      [UInt8](repeating: 0, count: 50), [UInt8](repeating: 0, count: 300_000),
      Array(String(repeating: "9", count: 500).utf8),
    ] {
      let (state, isWhole) = LimiterState.read(bytes, now: now)
      #expect(!isWhole)
      #expect(state.last >= now && state.last < now + 20_000)
      #expect(state.log.count <= LimiterState.longestLog)
      #expect(LimiterState(text: state.text) == state)
      var next = state
      _ = next.take(at: now + Self.second, budgets: counted((5, 60)))
      #expect(LimiterState(text: next.text) == next)
    }
    // Digits that are no number of the type.
    let line = String(repeating: "9", count: 19) + "\n"
    let (state, isWhole) = LimiterState.read(log(1).bytes + Array(line.utf8), now: now + 5)
    #expect(state.log == [now, now + 5] && !isWhole)
  }

  @Test func aLogThatWasGivenUp() {
    let old = log(20)
    var new = old
    _ = new.take(at: now + 400 * Self.day, budgets: [])
    #expect(new == LimiterState(last: now + 400 * Self.day))
    let torn = new.bytes + old.bytes.dropFirst(new.bytes.count)
    let (state, isWhole) = LimiterState.read(torn, now: now + 400 * Self.day)
    #expect(state == new && !isWhole)
  }

  // MARK: Words

  @Test func words() {
    for (requests, seconds, text) in [
      (25, 86_400, "25 requests in 24 h"), (5, 60, "5 requests in 60 s"), (1, 3600, "1 request in 1 h"),
      (500, 30 * 86_400, "500 requests in 30 days"), (7, 0.5, "7 requests in 0.5 s"), (7, 3601, "7 requests in 3601 s"),
    ] as [(Int, Double, String)] {
      #expect(RequestBudget(requests: requests, seconds: seconds).description == text)
    }
    let budget = RequestBudget(requests: 25, seconds: 86_400)
    let spent = BudgetSpent(LimiterState.Refill(moment: now + 1, budget: budget))
    #expect(spent.reason == "the budget of 25 requests in 24 h is spent")
    #expect(spent.until == Timestamp(seconds: 1_800_000_000, nanoseconds: 1))
    let minute = Timestamp(seconds: 1_800_000_060).localText
    #expect(
      spent.description
        == "\(spent.reason); it is refilled at \(minute.prefix(10)) \(minute.dropFirst(11).prefix(5)) \(minute.suffix(6))"
    )
    #expect(Timestamp(seconds: 1_800_000_000).localMinute == Timestamp(seconds: 1_799_999_941).localMinute)
    #expect(Timestamp(seconds: 1_800_000_000).localMinute != Timestamp(seconds: 1_800_000_001).localMinute)
    #expect(
      BudgetSpent(LimiterState.Refill(moment: now, budget: nil)).reason == "the service says that its budget is spent")
  }
}
