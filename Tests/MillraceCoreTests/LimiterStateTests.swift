import Support
import Testing

@testable import MillraceCore

/// The limiter's state as arithmetic, and the form of its file.
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
